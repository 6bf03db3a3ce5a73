#include "lab/script/session_view.h"

#include <fmt/format.h>

#include "sim/core/tcp_state.h"
#include "sim/inet/device.h"
#include "sim/kernel/descriptors.h"
#include "sim/kernel/protocol.h"
#include "sim/observe/local_sockets.h"
#include "sim/observe/names.h"
#include "sim/observe/socket_timer.h"
#include "sim/observe/sockets.h"
#include "sim/tcp/tcp.h"
#include "sim/unix/unix.h"

namespace sockarium::script {

std::string SessionView::host_name(HostId id) const {
  const kernel::Host* host = world_.kernel.hosts.find(id);
  return host == nullptr ? "" : bytes_.text(host->name);
}

std::string SessionView::process_name(ProcessId id) const {
  const kernel::Process* process = world_.kernel.processes.find(id);
  return process == nullptr ? "" : bytes_.text(process->name);
}

ProcessId SessionView::process_of(TaskId task) const {
  for (; tasks_known_ < world_.records; ++tasks_known_)
    if (const auto* started = std::get_if<rec::TaskStarted>(&at(tasks_known_ + 1).what))
      tasks_[started->task.raw()] = started->process;
  const auto found = tasks_.find(task.raw());
  return found == tasks_.end() ? ProcessId{} : found->second;
}

ProcessId SessionView::process_of(const Record& record) const {
  return std::visit(
      [&](const auto& what) {
        if constexpr (requires { what.process; })
          return what.process;
        else if constexpr (requires { what.task; })
          return process_of(what.task);
        else
          return ProcessId{};
      },
      record.what);
}

std::string SessionView::owner_of(const Address& address, HostId asking) const {
  if (address.is_loopback()) return host_name(asking);
  const NetId* net = world_.inet.owners.find(inet::AddressKey{address});
  return net == nullptr ? "" : host_name(world_.inet.nets.read(*net).host);
}

std::map<std::uint64_t, std::string> SessionView::owners_of_files() const {
  std::map<std::uint64_t, std::string> owners;
  for (const ProcessId id : ids(world_.kernel.processes))
    for (auto open = kernel::next_open(world_, id, 0); open.fd >= 0;
         open = kernel::next_open(world_, id, open.fd + 1))
      owners.emplace(open.file.raw(), process_name(id));
  return owners;
}

std::vector<SocketRow> SessionView::sockets(const std::string& host) const {
  std::vector<SocketRow> rows;
  const auto owners = owners_of_files();
  for (const observe::SocketLine& line : observe::socket_lines(world_)) {
    SocketRow row;
    row.host = host_name(world_.inet.nets.read(line.net).host);
    if (!host.empty() && row.host != host) continue;
    row.state = line.state;
    row.local = line.local;
    row.peer = line.peer;
    row.src = observe::local_text(line);
    row.dst = observe::peer_text(line);
    if (line.protocol == wire::UDP) row.proto = "udp";
    row.recvq = line.receive_queue;
    row.sendq = line.send_queue;
    row.timer = observe::timer_text(world_, line);
    const auto owner = owners.find(line.file.raw());
    if (line.file && owner != owners.end()) row.process = owner->second;
    rows.push_back(std::move(row));
  }
  for (const observe::LocalLine& line : observe::local_lines(world_, bytes_)) {
    SocketRow row;
    row.host = host_name(world_.inet.nets.read(line.net).host);
    if (!host.empty() && row.host != host) continue;
    row.state = line.state;
    row.proto = "unix";
    row.type = observe::netid(line.type);
    row.src = line.name;
    row.dst = line.peer_name;
    row.recvq = line.receive_queue;
    row.sendq = line.send_queue;
    row.messages = line.messages;
    const auto owner = owners.find(line.file.raw());
    if (line.file && owner != owners.end()) row.process = owner->second;
    rows.push_back(std::move(row));
  }
  return rows;
}

std::optional<ListenerRow> SessionView::listener(const std::string& host, std::uint16_t port) const {
  for (const SocketId id : ids(world_.inet.sockets)) {
    const inet::SocketBase& base = world_.inet.sockets.read(id);
    if (!base.listening || base.local.port != port || host_name(world_.inet.nets.read(base.net).host) != host)
      continue;
    const auto& connection = world_.tcp.connections.read(ConnectionId::from_raw(base.entry));
    const tcp::Listener& listener = world_.tcp.listeners.read(connection.listener);
    return ListenerRow{listener.accept_length, listener.backlog, listener.syn_length};
  }
  return std::nullopt;
}

std::vector<CallRow> SessionView::calls(const CallQuery& query) const {
  std::vector<CallRow> rows;
  std::map<RecordNumber, std::size_t> places;  // by the record of the entry
  for (RecordNumber n = 1; n <= world_.records; ++n) {
    const Record& record = at(n);
    if (const auto* entered = std::get_if<rec::SyscallEntered>(&record.what)) {
      CallRow row;
      row.name = std::string(name(unflatten(entered->call)));
      if (!query.name.empty() && row.name != query.name) continue;
      row.host = host_name(record.host);
      if (!query.host.empty() && row.host != query.host) continue;
      row.process = process_name(process_of(entered->task));
      if (!query.process.empty() && row.process != query.process) continue;
      if (const kernel::Task* task = world_.kernel.tasks.find(entered->task)) {
        row.thread = task->tid;
        row.pid = world_.kernel.processes.read(task->process).pid;
      }
      row.number = n;
      row.entered = record.time;
      row.line = entered->line;
      places[n] = rows.size();
      rows.push_back(std::move(row));
    } else if (const auto* returned = std::get_if<rec::SyscallReturned>(&record.what)) {
      const auto place = places.find(returned->entered);
      if (place == places.end()) continue;
      CallRow& row = rows[place->second];
      row.number = n;
      row.returned = record.time;
      row.value = returned->result.value;
      row.error = returned->result.error;
      places.erase(place);
    }
  }
  return rows;
}

std::vector<PacketRow> SessionView::packets(const PacketQuery& query) const {
  std::vector<PacketRow> rows;
  std::map<RecordNumber, std::size_t> places;  // by the record of the sending
  for (RecordNumber n = 1; n <= world_.records; ++n) {
    const Record& record = at(n);
    if (const auto* sent = std::get_if<rec::PacketSent>(&record.what)) {
      const wire::Packet& packet = sent->packet;
      if (!query.flags.fits(packet.flags)) continue;
      const std::string_view proto = wire::protocol_name(packet.protocol);
      if (!query.proto.empty() && proto != query.proto) continue;
      PacketRow row;
      row.from = host_name(record.host);
      row.to = owner_of(packet.to.ip, record.host);
      if ((!query.from.empty() && row.from != query.from) || (!query.to.empty() && row.to != query.to))
        continue;
      row.number = n;
      row.source = packet.from;
      row.destination = packet.to;
      row.flags = packet.flags;
      if (packet.is_icmp()) row.icmp = wire::icmp_name(packet);
      row.proto = proto;
      row.seq = packet.seq.value;
      row.ack = packet.ack.value;
      row.length = packet.payload.length;
      row.again = sent->again;
      row.sent = record.time;
      row.reason = record.reason;
      places[n] = rows.size();
      rows.push_back(std::move(row));
    } else if (const auto* delivered = std::get_if<rec::PacketDelivered>(&record.what)) {
      const auto place = places.find(delivered->sent);
      if (place != places.end() && delivered->copy == 0) rows[place->second].arrived = record.time;
    } else if (const auto* dropped = std::get_if<rec::PacketDropped>(&record.what)) {
      const auto place = places.find(dropped->sent);
      if (place == places.end() || dropped->copy != 0) continue;
      rows[place->second].dropped = record.time;
      rows[place->second].reason = record.reason;
    }
  }
  return rows;
}

bool SessionView::fits(const RecordQuery& query, const Record& record) const {
  const auto* change = std::get_if<rec::StateChanged>(&record.what);
  return (query.kind.empty() || query.kind == kind_name(record.what)) &&
         (!query.state || (change != nullptr && change->to == *query.state)) &&
         (!query.reason || *query.reason == record.reason) &&
         (query.host.empty() || query.host == host_name(record.host)) &&
         (query.process.empty() || query.process == process_name(process_of(record)));
}

bool SessionView::fits(const Trigger& trigger, RecordNumber number) const {
  const Record& record = at(number);
  if (trigger.kind != kind_name(record.what)) return false;
  if (!trigger.reason.empty() && trigger.reason != row_of(record.reason).name) return false;
  return fits(RecordQuery{"", trigger.host, trigger.process, std::nullopt, trigger.state}, record);
}

RecordRow SessionView::row_of_record(RecordNumber number) const {
  const Record& record = at(number);
  RecordRow row;
  row.number = number;
  row.cause = record.cause;
  row.because = record.because;
  row.event = record.event;
  row.time = record.time;
  row.kind = std::string(kind_name(record.what));
  row.host = host_name(record.host);
  row.process = process_name(process_of(record));
  row.reason = record.reason;
  if (const auto* change = std::get_if<rec::StateChanged>(&record.what)) {
    row.was = change->from;
    row.state = change->to;
  }
  return row;
}

std::vector<RecordRow> SessionView::records(const RecordQuery& query) const {
  std::vector<RecordRow> rows;
  for (RecordNumber n = 1; n <= world_.records; ++n)
    if (fits(query, at(n))) rows.push_back(row_of_record(n));
  return rows;
}

std::optional<RecordRow> SessionView::record(RecordNumber number) const {
  if (number == 0 || number > world_.records) return std::nullopt;
  return row_of_record(number);
}

std::uint64_t SessionView::counter(const std::string& host, Counter counter) const {
  for (const NetId id : ids(world_.inet.nets)) {
    const inet::Net& net = world_.inet.nets.read(id);
    if (host_name(net.host) == host) return net.counters[counter];
  }
  return 0;
}

std::int64_t SessionView::sysctl(const std::string& host, Sysctl setting) const {
  for (const NetId id : ids(world_.inet.nets)) {
    const inet::Net& net = world_.inet.nets.read(id);
    if (host_name(net.host) == host) return net.sysctls[setting];
  }
  return 0;
}

std::vector<DescriptorRow> SessionView::descriptors(const std::string& host,
                                                    const std::string& process) const {
  std::vector<DescriptorRow> rows;
  for (const ProcessId id : ids(world_.kernel.processes)) {
    if (process_name(id) != process) continue;
    if (!host.empty() && host_name(world_.kernel.processes.read(id).host) != host) continue;
    for (auto open = kernel::next_open(world_, id, 0); open.fd >= 0;
         open = kernel::next_open(world_, id, open.fd + 1)) {
      rows.push_back({open.fd, what_is(open.file)});
    }
  }
  return rows;
}

std::string SessionView::what_is(OpenFileId id) const {
  const kernel::OpenFile& file = world_.kernel.files.read(id);
  const inet::SocketBase* base = world_.inet.sockets.find(file.socket);
  if (file.kind == FileKind::Terminal) return "/dev/pts/0";
  if (file.kind == FileKind::Pipe) return file.reads() ? "pipe, to read" : "pipe, to write";
  if (base == nullptr) return observe::Names(world_, bytes_).file(id);
  const std::string state(ss_name(kernel::protocol::state_of(world_, file.socket)));
  if (base->kind == inet::EntryKind::Unix) {
    const unix::Socket& entry = unix::read_entry(world_, file.socket);
    const std::string name = observe::local_name(bytes_, entry.name);
    return fmt::format("unix {}{}({})", name, name.empty() ? "" : " ", state);
  }
  if (base->kind == inet::EntryKind::Netlink) return "netlink SOCK_DIAG";
  if (base->kind == inet::EntryKind::Packet)
    return "packet " + inet::device_name(world_.inet.taps.read(TapId::from_raw(base->entry)).device);
  const std::string peer = base->peer.port != 0 ? "->" + to_string(base->peer, base->ipv6) : "";
  return fmt::format("{} {}{} ({})", wire::protocol_name(base->protocol), to_string(base->local, base->ipv6),
                     peer, state);
}

std::vector<InFlightRow> SessionView::in_flight(const std::string& host) const {
  std::vector<InFlightRow> rows;
  for (const observe::InFlight& flight : observe::files_in_flight(world_)) {
    const inet::SocketBase& base = world_.inet.sockets.read(flight.queue);
    if (host_name(world_.inet.nets.read(base.net).host) != host) continue;
    const unix::Socket& queue = unix::read_entry(world_, flight.queue);
    rows.push_back({what_is(flight.file), observe::local_name(bytes_, queue.name), flight.place + 1});
  }
  return rows;
}

CostsRow SessionView::costs(const std::string& host, const std::string& process) const {
  CostsRow sum;
  for (const TaskId id : ids(world_.kernel.tasks)) {
    const kernel::Task& task = world_.kernel.tasks.read(id);
    if (process_name(task.process) != process) continue;
    if (!host.empty() && host_name(world_.kernel.processes.read(task.process).host) != host) continue;
    sum.calls += static_cast<std::int64_t>(task.costs.calls);
    sum.looked_at += static_cast<std::int64_t>(task.costs.looked_at);
    sum.copied += static_cast<std::int64_t>(task.costs.copied);
    sum.switches += static_cast<std::int64_t>(task.costs.switches);
    sum.wake_ups += static_cast<std::int64_t>(task.costs.wake_ups);
  }
  return sum;
}

std::vector<PortRow> SessionView::ports(const std::string& host) const {
  // By port, TCP before UDP: a list for people is sorted.
  std::map<std::pair<std::uint16_t, bool>, std::int64_t> holders;
  for (const PortBucketId id : ids(world_.inet.buckets)) {
    const inet::PortBucket& bucket = world_.inet.buckets.read(id);
    if (bucket.key.protocol == wire::ICMP) continue;  // identifiers of ping sockets are no ports
    if (host_name(world_.inet.nets.read(bucket.key.net).host) != host) continue;
    holders[{static_cast<std::uint16_t>(bucket.key.port), bucket.key.protocol == wire::UDP}] +=
        static_cast<std::int64_t>(bucket.count);
  }
  std::vector<PortRow> rows;
  for (const auto& [key, sockets] : holders) rows.push_back(PortRow{key.first, key.second, sockets});
  return rows;
}

}  // namespace sockarium::script
