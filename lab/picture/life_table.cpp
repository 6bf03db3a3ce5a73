// The rows of bcc's tcplife. See tool_tables.h.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

#include "lab/picture/tool_tables.h"

namespace sockarium::picture {

namespace {

/// How far back the records are read.
constexpr RecordNumber reach = 60'000;

struct Life {
  Time born = 0;
  ProcessId process;
  std::optional<Seq> tx_first, tx_end, rx_first, rx_end;  ///< of payload: what it sent, what came
};

void widen(std::optional<Seq>& first, std::optional<Seq>& end, const wire::Packet& packet) {
  if (packet.payload.empty()) return;
  const Seq from = packet.seq + (packet.has(wire::SYN) ? 1 : 0);
  const Seq to = from + packet.payload.length;
  if (!first) first = from;
  if (!end || *end < to) end = to;
}

std::uint32_t kilobytes(const std::optional<Seq>& first, const std::optional<Seq>& end) {
  return first && end ? (end->value - first->value) / 1024 : 0;
}

/// Both ends: what identifies a connection on its host.
using Key = std::tuple<decltype(Address::bytes), std::uint16_t, decltype(Address::bytes), std::uint16_t>;

Key key_of(const Endpoint& local, const Endpoint& peer) {
  return {local.ip.bytes, local.port, peer.ip.bytes, peer.port};
}

}  // namespace

ToolTable life_table(const World& world, const ByteStore& bytes, const observe::Records& records, HostId host,
                     std::size_t most) {
  ToolTable table;
  table.command = "tcplife -T";
  table.heads = {"TIME", "PID", "COMM", "LADDR", "LPORT", "RADDR", "RPORT", "TX_KB", "RX_KB", "MS"};
  table.right = {true, true, false, false, false, false, false, true, true, true};
  table.log = true;
  table.empty_words = "No connection has ended yet. Each that does leaves one line here.";
  std::map<Key, Life> lives;
  std::map<std::uint64_t, ProcessId> owners;  // by raw id of the socket: who held it last
  const RecordNumber from = world.records > reach ? world.records - reach + 1 : 1;
  for (RecordNumber n = from; n <= world.records; ++n) {
    const Record& record = records[n - 1];
    if (!(record.host == host)) continue;
    if (const auto* opened = std::get_if<rec::DescriptorOpened>(&record.what)) {
      if (opened->socket) owners[opened->socket.raw()] = opened->process;
    } else if (const auto* sent = std::get_if<rec::PacketSent>(&record.what)) {
      const auto life = lives.find(key_of(sent->packet.from, sent->packet.to));
      if (sent->packet.protocol == wire::TCP && life != lives.end())
        widen(life->second.tx_first, life->second.tx_end, sent->packet);
    } else if (const auto* came = std::get_if<rec::PacketDelivered>(&record.what)) {
      const auto* its = std::get_if<rec::PacketSent>(&records[came->sent - 1].what);
      if (its == nullptr || its->packet.protocol != wire::TCP) continue;
      if (const auto life = lives.find(key_of(its->packet.to, its->packet.from)); life != lives.end())
        widen(life->second.rx_first, life->second.rx_end, its->packet);
    } else if (const auto* changed = std::get_if<rec::StateChanged>(&record.what)) {
      const Key key = key_of(changed->ends.local, changed->ends.peer);
      const auto owner = owners.find(changed->socket.raw());
      if (changed->to == TcpState::SynSent || changed->to == TcpState::Established) {
        const auto [life, fresh] = lives.try_emplace(key);
        if (fresh) life->second.born = record.time;
      }
      const auto life = lives.find(key);
      if (life == lives.end()) continue;
      if (owner != owners.end()) life->second.process = owner->second;
      if (changed->to != TcpState::TimeWait && changed->to != TcpState::Closed) continue;
      const kernel::Process* process = world.kernel.processes.find(life->second.process);
      ToolRow row;
      row.cells = {fmt::format("{:.6f}", static_cast<double>(record.time) / 1e9),
                   process == nullptr ? "" : std::to_string(process->pid),
                   process == nullptr ? "" : bytes.text(process->name),
                   to_string(changed->ends.local.ip),
                   std::to_string(changed->ends.local.port),
                   to_string(changed->ends.peer.ip),
                   std::to_string(changed->ends.peer.port),
                   std::to_string(kilobytes(life->second.tx_first, life->second.tx_end)),
                   std::to_string(kilobytes(life->second.rx_first, life->second.rx_end)),
                   fmt::format("{:.2f}", static_cast<double>(record.time - life->second.born) / 1e6)};
      row.record = n;
      row.ends = changed->ends;
      row.key = std::to_string(n);
      table.rows.push_back(std::move(row));
      lives.erase(life);
    }
  }
  if (table.rows.size() > most) {
    table.more = table.rows.size() - most;
    table.rows.erase(table.rows.begin(), table.rows.end() - static_cast<std::ptrdiff_t>(most));
  }
  return table;
}

}  // namespace sockarium::picture
