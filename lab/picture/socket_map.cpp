// See socket_map.h.
#include "lab/picture/socket_map.h"

#include <algorithm>
#include <utility>

#include "lab/picture/moved.h"
#include "sim/kernel/protocol.h"
#include "sim/observe/sockets.h"

namespace sockarium::picture {

void SocketMap::clear() {
  *this = SocketMap{};
}

void SocketMap::show(const World& world, NetId net) {
  if (!(net == net_)) clear();
  net_ = net;
  const std::vector<std::uint32_t> moved = moved_sockets(shown_, world);
  for (const std::uint32_t place : moved)
    if (place < cell_of_.size() && cell_of_[place] != 0) {
      SocketCell& cell = cells_[cell_of_[place] - 1];
      if (cell.socket) add(cell, -1, shown_);
      cell.socket = {};
      cell.state = TcpState::Closed;
    }
  shown_ = world;
  for (const std::uint32_t place : moved) look(place);
  requests_ = 0;
  for (const RequestId id : ids(world.tcp.requests))
    if (world.tcp.requests.read(id).net == net) ++requests_;
  if (moved.empty()) return;
  groups_.clear();
  for (const auto& [key, count] : in_groups_) {
    SocketGroup group;
    group.state = std::get<TcpState>(key);
    group.protocol = std::get<std::uint8_t>(key);
    group.to_peer = std::get<bool>(key);
    group.end.ip.bytes = std::get<3>(key);
    group.end.port = std::get<4>(key);
    group.count = count;
    groups_.push_back(group);
  }
  std::stable_sort(groups_.begin(), groups_.end(),
                   [](const SocketGroup& x, const SocketGroup& y) { return x.count > y.count; });
}

/// Who is at that place now.
void SocketMap::look(std::uint32_t place) {
  const SocketId id = shown_.inet.sockets.at(place);
  const bool here = id && shown_.inet.sockets.read(id).net == net_;
  const bool seen = place < cell_of_.size() && cell_of_[place] != 0;
  if (!here && !seen) return;
  const std::size_t number = cell_at(place);
  changed_.push_back(number);
  if (!here) return;
  SocketCell& cell = cells_[number];
  cell.socket = id;
  cell.state = kernel::protocol::state_of(shown_, id);
  add(cell, 1, shown_);
}

/// Its cell; a new one where there is none yet, which moves those that stand behind it.
std::size_t SocketMap::cell_at(std::uint32_t place) {
  if (place >= cell_of_.size()) cell_of_.resize(place + 1, 0);
  if (cell_of_[place] != 0) return cell_of_[place] - 1;
  const auto after = std::upper_bound(cells_.begin(), cells_.end(), place,
                                      [](std::uint32_t p, const SocketCell& cell) { return p < cell.place; });
  SocketCell fresh;
  fresh.place = place;
  const auto made = cells_.insert(after, fresh);
  const auto number = static_cast<std::size_t>(made - cells_.begin());
  if (number + 1 < cells_.size()) all_changed_ = true;
  for (std::size_t i = number; i < cells_.size(); ++i)
    cell_of_[cells_[i].place] = static_cast<std::uint32_t>(i + 1);
  return number;
}

/// Counts a cell, or (`sign` −1) counts it no longer; `world` holds its socket.
void SocketMap::add(const SocketCell& cell, std::int64_t sign, const World& world) {
  const inet::SocketBase& base = world.inet.sockets.read(cell.socket);
  counts_[static_cast<std::size_t>(cell.state)] += sign;
  alive_ += sign;
  if (observe::listed(world, cell.socket)) listed_ += sign;
  if (sign < 0)
    ownerless_.erase(cell.place);
  else if (!base.file)
    ownerless_.insert(cell.place);
  // Who was connected to keeps a port that a program named: its own end is the server's.
  bool to_peer = base.peer.port != 0 && base.port_by_connect;
  if (base.peer.port != 0 && !to_peer) to_peer = base.local.port > base.peer.port;
  const Endpoint& end = to_peer ? base.peer : base.local;
  const GroupKey key{cell.state, base.protocol, to_peer, end.ip.bytes, end.port};
  if ((in_groups_[key] += sign) == 0) in_groups_.erase(key);
}

std::optional<std::vector<std::size_t>> SocketMap::take_changed() {
  std::vector<std::size_t> changed = std::exchange(changed_, {});
  if (std::exchange(all_changed_, false)) return std::nullopt;
  return changed;
}

RecordNumber record_of(const World& world, SocketId socket) {
  const inet::SocketBase* base = world.inet.sockets.find(socket);
  if (base == nullptr) return 0;
  if (base->kind == inet::EntryKind::TcpTimeWait) {
    const tcp::TimeWait* entry = world.tcp.time_waits.find(TimeWaitId::from_raw(base->entry));
    return entry == nullptr ? 0 : entry->state_record;
  }
  if (base->kind == inet::EntryKind::TcpConnection) {
    const tcp::Connection* connection = world.tcp.connections.find(ConnectionId::from_raw(base->entry));
    if (connection != nullptr && connection->state_record != 0) return connection->state_record;
  }
  return base->bound_record;
}

}  // namespace sockarium::picture
