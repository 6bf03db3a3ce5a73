// See tool_table.h.
#include "lab/picture/tool_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "lab/picture/sequence_numbers.h"
#include "lab/picture/socket_map.h"
#include "lab/picture/tool_tables.h"
#include "sim/kernel/descriptors.h"
#include "sim/observe/lookup.h"
#include "sim/observe/sockets.h"

namespace sockarium::picture {

namespace {

/// How far back a log is read for its last rows.
constexpr RecordNumber log_reach = 60'000;

std::string seconds_text(Time time) {
  return fmt::format("{}.{:06}", time / second, time % second / microsecond);
}

/// Cells in characters, not bytes.
std::size_t letters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace

std::map<std::uint64_t, std::string> users_of(const World& world, const ByteStore& bytes, HostId host,
                                              const std::vector<OpenFileId>& files) {
  std::map<std::uint64_t, std::string> users;
  std::uint64_t wanted = 0;  // descriptors that lead to them, wherever they are
  for (const OpenFileId id : files)
    if (const kernel::OpenFile* file = world.kernel.files.find(id);
        file != nullptr && users.try_emplace(id.raw()).second)
      wanted += static_cast<std::uint64_t>(file->references);
  for (const ProcessId id : ids(world.kernel.processes)) {
    const kernel::Process& process = world.kernel.processes.read(id);
    if (!(process.host == host) || process.ended != 0) continue;
    for (kernel::OpenNumber open = kernel::next_open(world, id, 0); open.fd >= 0 && wanted > 0;
         open = kernel::next_open(world, id, open.fd + 1)) {
      const auto user = users.find(open.file.raw());
      if (user == users.end()) continue;
      --wanted;
      user->second += fmt::format("{}(\"{}\",pid={},fd={})", user->second.empty() ? "" : ",",
                                  bytes.text(process.name), process.pid, open.fd);
    }
  }
  return users;
}

namespace {

ToolTable ss_table(const World& world, const ByteStore& bytes, HostId host, std::size_t most,
                   std::optional<std::size_t> listed) {
  ToolTable table;
  table.command = "ss -tuanp";
  table.heads = {"Netid", "State", "Recv-Q", "Send-Q", "Local Address:Port", "Peer Address:Port", "Process"};
  table.right = {false, false, true, true, true, true, false};
  table.empty_words = "No socket here. A program's bind(), listen() or connect() makes a row.";
  const kernel::Host* owner = world.kernel.hosts.find(host);
  if (owner == nullptr) return table;
  const std::vector<observe::SocketLine> lines = observe::socket_lines_of(world, owner->net, most);
  if (lines.size() == most) {
    SocketMap all;
    if (!listed) all.show(world, owner->net);
    table.more = listed.value_or(all.listed()) - lines.size();
  }
  std::vector<OpenFileId> files;
  for (const observe::SocketLine& line : lines) files.push_back(line.file);
  const auto users = users_of(world, bytes, host, files);
  for (const observe::SocketLine& line : lines) {
    const bool udp = line.protocol == wire::UDP;
    ToolRow row;
    const auto user = users.find(line.file.raw());
    std::int64_t receive = line.receive_queue, send = line.send_queue;
    row.cells = {udp ? "udp" : "tcp",
                 std::string(udp && line.state == TcpState::Closed ? "UNCONN" : ss_name(line.state)),
                 std::to_string(receive),
                 std::to_string(send),
                 observe::local_text(line),
                 observe::peer_text(line),
                 user == users.end() || user->second.empty() ? "" : "users:(" + user->second + ")"};
    row.ends.local = line.local;
    row.ends.peer = line.peer;
    row.record = record_of(world, line.socket);
    row.key = row.cells[0] + row.cells[4] + " " + row.cells[5] +
              (line.state == TcpState::Listen ? std::to_string(line.socket.raw()) : "");
    table.rows.push_back(std::move(row));
  }
  return table;
}

/// Walks the records backwards from the moment, and gives rows of the log, the oldest first.
template <class RowOf>
void read_log(ToolTable& table, const World& world, const observe::Records& records, std::size_t most,
              const RowOf& row_of) {
  table.log = true;
  RecordNumber number = world.records;
  for (RecordNumber tries = 0; number > 0 && tries < log_reach && table.rows.size() < most; --number, ++tries)
    row_of(number, records[number - 1]);
  table.more = number;  // not rows but records, and only «is there more» is said
  std::reverse(table.rows.begin(), table.rows.end());
}

ToolTable strace_table(const World& world, const ByteStore& bytes, const observe::Records& records,
                       HostId host, std::size_t most) {
  ToolTable table;
  table.command = "strace -f -r -T";
  table.right = {true, false, false};
  table.empty_words = "No call yet. Step on: the programs begin.";
  std::set<RecordNumber> returned;
  read_log(table, world, records, most, [&](RecordNumber number, const Record& record) {
    if (!(record.host == host)) return;
    TaskId task;
    std::string call, result, took;
    if (const auto* back = std::get_if<rec::SyscallReturned>(&record.what)) {
      task = back->task;
      returned.insert(back->entered);
      call = to_string(unflatten(back->call), bytes);
      result = back->result.ok()
                   ? fmt::format("= {}", back->result.value)
                   : fmt::format("= -1 {} ({})", name(back->result.error), words(back->result.error));
      if (back->entered != 0)
        took = fmt::format(" <{}>", seconds_text(record.time - records[back->entered - 1].time));
    } else if (const auto* in = std::get_if<rec::SyscallEntered>(&record.what)) {
      if (returned.count(number) != 0) return;
      task = in->task;
      call = to_string(unflatten(in->call), bytes);
      if (call.ends_with(")")) call.pop_back();
      result = " <unfinished ...>";
    } else {
      return;
    }
    const kernel::Task* of = world.kernel.tasks.find(task);
    ToolRow row;
    row.cells = {of == nullptr ? "" : fmt::format("[pid {}]", of->tid), seconds_text(record.time),
                 call + (result.starts_with("=") ? " " : "") + result + took};
    row.record = number;
    row.key = std::to_string(number);
    table.rows.push_back(std::move(row));
  });
  return table;
}

std::string dotted(const wire::Packet& packet, const Endpoint& end) {
  return packet.is_icmp() ? to_string(end.ip) : fmt::format("{}.{}", to_string(end.ip), end.port);
}

ToolTable tcpdump_table(const World& world, const observe::Records& records, HostId host, std::size_t most) {
  ToolTable table;
  table.command = "tcpdump -n -ttttt -i any";
  table.right = {true, false, false};
  table.empty_words = "No packet yet. Step on until a program calls connect() or send().";
  const RecordNumber from = world.records > 4000 ? world.records - 4000 : 1;
  const SequenceNumbers numbers(records, from, world.records, false);
  read_log(table, world, records, most, [&](RecordNumber number, const Record& record) {
    if (!(record.host == host)) return;
    const bool out = std::holds_alternative<rec::PacketSent>(record.what);
    if (!out && !std::holds_alternative<rec::PacketDelivered>(record.what)) return;
    const RecordNumber sent = observe::sending_of(records, number);
    const wire::Packet* packet = observe::packet_of(records, number);
    if (packet == nullptr) return;
    std::string says;
    const std::string icmp = packet->by_v4() ? "ICMP " : "ICMP6, ";
    if (packet->is_fragment() && !packet->by_v4()) {
      const std::uint32_t header = packet->fragment_offset == 0 ? 8 : 0;
      says = fmt::format("frag ({}|{})", packet->fragment_offset, packet->payload.length + header);
    } else if (packet->is_icmp() && !packet->is_icmp_error()) {
      says = fmt::format("{}{}, id {}, seq {}, length {}", icmp, wire::icmp_name(*packet), packet->icmp.id,
                         packet->icmp.number, packet->payload.length + 8);
    } else if (packet->is_icmp()) {
      says = icmp + wire::icmp_name(*packet);
    } else if (packet->protocol == wire::UDP) {
      says = fmt::format("UDP, length {}", packet->payload.length);
    } else {
      const std::uint32_t seq = numbers.seq(sent, *packet);
      says = "Flags " + wire::tcpdump_flags(packet->flags);
      if (packet->length() > 0)
        says += packet->payload.length > 0 ? fmt::format(", seq {}:{}", seq, seq + packet->payload.length)
                                           : fmt::format(", seq {}", seq);
      if (packet->has(wire::ACK)) says += fmt::format(", ack {}", numbers.ack(sent, *packet));
      says += fmt::format(", win {}, length {}", packet->window, packet->payload.length);
    }
    ToolRow row;
    row.cells = {seconds_text(record.time), out ? "Out" : "In",
                 fmt::format("{} {} > {}: {}", packet->from.ip.is_v4() ? "IP" : "IP6",
                             dotted(*packet, packet->from), dotted(*packet, packet->to), says)};
    row.record = number;
    row.ends.local = out ? packet->from : packet->to;
    row.ends.peer = out ? packet->to : packet->from;
    row.key = std::to_string(number);
    table.rows.push_back(std::move(row));
  });
  return table;
}

ToolTable nstat_table(const World& world, HostId host) {
  ToolTable table;
  table.command = "nstat";
  table.right = {false, true, false};
  table.empty_words = "No counter has moved yet.";
  const kernel::Host* owner = world.kernel.hosts.find(host);
  if (owner == nullptr) return table;
  const inet::Net& net = world.inet.nets.read(owner->net);
  for (const CounterRow& counter : counter_table) {
    const std::uint64_t value = net.counters[counter.id];
    if (value == 0) continue;
    ToolRow row;
    row.cells = {std::string(counter.name), std::to_string(value), std::string(counter.what)};
    row.key = row.cells[0];
    table.rows.push_back(std::move(row));
  }
  return table;
}

ToolTable tcpstates_table(const World& world, const observe::Records& records, HostId host,
                          std::size_t most) {
  ToolTable table;
  table.command = "tcpstates";
  table.heads = {"TIME", "LADDR:LPORT", "RADDR:RPORT", "OLDSTATE", "", "NEWSTATE", "MS"};
  table.right = {true, false, false, false, false, false, true};
  table.empty_words = "No state has changed yet.";
  std::vector<RecordNumber> shown;
  read_log(table, world, records, most, [&](RecordNumber number, const Record& record) {
    const auto* changed = std::get_if<rec::StateChanged>(&record.what);
    if (changed == nullptr || !(record.host == host)) return;
    ToolRow row;
    row.cells = {seconds_text(record.time),
                 to_string(changed->ends.local),
                 changed->ends.peer.port == 0 ? "*:*" : to_string(changed->ends.peer),
                 std::string(rfc_name(changed->from)),
                 "->",
                 std::string(rfc_name(changed->to)),
                 ""};
    row.record = number;
    row.ends = changed->ends;
    row.key = std::to_string(number);
    // How long the old state lasted is known once its beginning is met.
    for (ToolRow& later : table.rows)
      if (later.cells[6].empty() && later.ends == changed->ends)
        later.cells[6] =
            fmt::format("{:.3f}", static_cast<double>(records[later.record - 1].time - record.time) / 1e6);
    table.rows.push_back(std::move(row));
  });
  for (ToolRow& row : table.rows)
    if (row.cells[6].empty()) row.cells[6] = "0.000";
  return table;
}

}  // namespace

std::string_view name(Tool tool) {
  switch (tool) {
    case Tool::Ss:
      return "ss";
    case Tool::SsUnix:
      return "ss -x";
    case Tool::Strace:
      return "strace";
    case Tool::Tcpdump:
      return "tcpdump";
    case Tool::Nstat:
      return "nstat";
    case Tool::Tcpstates:
      return "tcpstates";
    case Tool::Tcplife:
      return "tcplife";
  }
  return "";
}

ToolTable tool_table(Tool tool, const World& world, const ByteStore& bytes, const observe::Records& records,
                     HostId host, std::size_t most_rows, std::optional<std::size_t> listed) {
  switch (tool) {
    case Tool::Ss:
      return ss_table(world, bytes, host, most_rows, listed);
    case Tool::SsUnix:
      return unix_table(world, bytes, host, most_rows);
    case Tool::Strace:
      return strace_table(world, bytes, records, host, most_rows);
    case Tool::Tcpdump:
      return tcpdump_table(world, records, host, most_rows);
    case Tool::Nstat:
      return nstat_table(world, host);
    case Tool::Tcpstates:
      return tcpstates_table(world, records, host, most_rows);
    case Tool::Tcplife:
      return life_table(world, bytes, records, host, most_rows);
  }
  return {};
}

std::vector<std::vector<bool>> changed_cells(const ToolTable& now, const ToolTable& before) {
  std::map<std::string, const ToolRow*> known;
  for (const ToolRow& row : before.rows) known[row.key] = &row;
  std::vector<std::vector<bool>> changed;
  for (const ToolRow& row : now.rows) {
    std::vector<bool> cells(row.cells.size(), true);
    if (const auto found = known.find(row.key); found != known.end())
      for (std::size_t i = 0; i < cells.size(); ++i)
        cells[i] = i >= found->second->cells.size() || row.cells[i] != found->second->cells[i];
    changed.push_back(std::move(cells));
  }
  return changed;
}

std::string text_of(const ToolTable& table) {
  std::vector<std::size_t> widths(table.right.size(), 0);
  const auto measure = [&](const std::vector<std::string>& cells) {
    for (std::size_t i = 0; i < cells.size() && i < widths.size(); ++i)
      widths[i] = std::max(widths[i], letters(cells[i]));
  };
  measure(table.heads);
  for (const ToolRow& row : table.rows) measure(row.cells);
  std::string text;
  const auto put = [&](const std::vector<std::string>& cells) {
    std::string line;
    for (std::size_t i = 0; i < cells.size() && i < widths.size(); ++i) {
      const std::string room(widths[i] - letters(cells[i]), ' ');
      line += (i == 0 ? "" : "  ") + (table.right[i] ? room + cells[i] : cells[i] + room);
    }
    while (line.ends_with(" ")) line.pop_back();
    text += line + "\n";
  };
  if (!table.heads.empty()) put(table.heads);
  for (const ToolRow& row : table.rows) put(row.cells);
  if (table.rows.empty()) text += table.empty_words + "\n";
  if (table.more > 0 && !table.log)
    text += fmt::format("… {} more\n", observe::number_text(static_cast<std::int64_t>(table.more)));
  return text;
}

}  // namespace sockarium::picture
