// See json.h.
#include "lab/formats/json.h"

#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <utility>

#include "sim/kernel/descriptors.h"
#include "sim/kernel/protocol.h"
#include "sim/observe/caption.h"
#include "sim/tcp/tcp.h"

namespace sockarium::formats {

using nlohmann::json;

namespace {

std::string printable(Time time) {
  if (time == never) return "never";
  return fmt::format("{}.{:09} s", time / second, time % second);
}

json hosts(const World& world, const observe::Names& names) {
  json list = json::array();
  for (const HostId id : ids(world.kernel.hosts)) {
    json addresses = json::array();
    const inet::Net& net = world.inet.nets.read(world.kernel.hosts.read(id).net);
    for (InterfaceId at = net.first_interface; at; at = world.inet.interfaces.read(at).next)
      addresses.push_back(to_string(world.inet.interfaces.read(at).address));
    list.push_back({{"name", names.host(id)}, {"addresses", addresses}});
  }
  return list;
}

json record_as_json(const observe::Narrator& tells, RecordNumber number) {
  const Record& record = tells.record(number);
  json entry{{"number", number},
             {"kind", std::string(kind_name(record.what))},
             {"time", record.time},
             {"event", record.event},
             {"host", tells.names().host(record.host)},
             {"text", tells.describe(number)}};
  if (record.cause != 0) entry["cause"] = record.cause;
  if (record.because != 0) entry["because"] = record.because;
  if (record.reason != Reason::None) entry["reason"] = std::string(row_of(record.reason).name);
  return entry;
}

/// Each reason that the run gives, once.
json reasons(const observe::Records& records) {
  json table = json::object();
  for (RecordNumber n = 1; n <= records.size(); ++n) {
    const ReasonRow& row = row_of(records[n - 1].reason);
    if (row.id == Reason::None || table.contains(std::string(row.name))) continue;
    table[std::string(row.name)] = {{"sentence", std::string(row.sentence)},
                                    {"source", std::string(row.source)}};
  }
  return table;
}

/// The living processes that hold each socket, by raw SocketId.
std::map<std::uint64_t, json> users_of_sockets(const World& world, const observe::Names& names) {
  std::map<std::uint64_t, json> users;
  for (const ProcessId id : ids(world.kernel.processes)) {
    const kernel::Process& process = world.kernel.processes.read(id);
    for (kernel::OpenNumber open = kernel::next_open(world, id, 0); open.file;
         open = kernel::next_open(world, id, open.fd + 1)) {
      const SocketId socket = world.kernel.files.read(open.file).socket;
      if (!socket) continue;
      users[socket.raw()].push_back(
          {{"name", names.bytes().text(process.name)}, {"pid", process.pid}, {"fd", open.fd}});
    }
  }
  return users;
}

json socket_row(const World& world, const observe::Narrator& tells, SocketId id, json users) {
  const inet::SocketBase& base = world.inet.sockets.read(id);
  return {{"host", tells.names().host(world.inet.nets.read(base.net).host)},
          {"state", std::string(ss_name(kernel::protocol::state_of(world, id)))},
          {"recv_q", kernel::protocol::receive_queue(world, id)},
          {"send_q", kernel::protocol::send_queue(world, id)},
          {"proto", base.protocol == wire::UDP ? "udp" : "tcp"},
          {"local", to_string(base.local, base.ipv6)},
          {"peer", to_string(base.peer, base.ipv6)},
          {"users", std::move(users)}};
}

json sockets(const World& world, const observe::Narrator& tells) {
  json list = json::array();
  const std::map<std::uint64_t, json> users = users_of_sockets(world, tells.names());
  for (const SocketId id : ids(world.inet.sockets)) {
    const inet::SocketBase& base = world.inet.sockets.read(id);
    if (base.local.port == 0 || base.kind == inet::EntryKind::Icmp) continue;
    const auto found = users.find(id.raw());
    list.push_back(socket_row(world, tells, id, found == users.end() ? json::array() : found->second));
  }
  for (const RequestId id : ids(world.tcp.requests)) {  // ss shows half-open requests too
    const tcp::Request& request = world.tcp.requests.read(id);
    list.push_back({{"host", tells.names().host(world.inet.nets.read(request.net).host)},
                    {"state", std::string(ss_name(TcpState::SynReceived))},
                    {"recv_q", 0},
                    {"send_q", 0},
                    {"local", to_string(request.local)},
                    {"peer", to_string(request.peer)},
                    {"users", json::array()}});
  }
  return list;
}

json events(const observe::Narrator& tells) {
  const observe::Records& records = tells.records();
  json list = json::array();
  for (RecordNumber first = 1; first <= records.size();) {
    RecordNumber last = first;
    while (last < records.size() && records[last].event == records[first - 1].event) ++last;
    json entry{{"event", records[first - 1].event},
               {"time", records[first - 1].time},
               {"time_text", printable(records[first - 1].time)},
               {"first_record", first},
               {"last_record", last},
               {"caption", tells.caption(first, last)}};
    const std::string shown = tells.in_real_life(first, last);
    if (!shown.empty()) entry["in_real_life"] = shown;
    list.push_back(std::move(entry));
    first = last + 1;
  }
  return list;
}

}  // namespace

json run_as_json(const World& end, const ByteStore& bytes, const observe::Records& records,
                 const RunTitle& about) {
  const observe::Narrator tells(end, bytes, records);
  json document{{"schema", 1},
                {"title", about.title},
                {"ending", about.ending},
                {"seed", end.seed},
                {"time", end.now},
                {"time_text", printable(end.now)},
                {"hosts", hosts(end, tells.names())},
                {"events", events(tells)},
                {"reasons", reasons(records)},
                {"sockets", sockets(end, tells)}};
  json list = json::array();
  for (RecordNumber n = 1; n <= records.size(); ++n) list.push_back(record_as_json(tells, n));
  document["records"] = std::move(list);
  return document;
}

std::string json_text(const json& document) {
  // Text that is no UTF-8 (a program may print anything) is replaced, not refused.
  return document.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace sockarium::formats
