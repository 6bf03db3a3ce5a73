// See socket_map.h.
#include "lab/picture/socket_map.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "sim/kernel/protocol.h"

namespace sockarium::picture {

void SocketMap::clear() {
  *this = SocketMap{};
}

void SocketMap::show(const World& world, NetId net) {
  if (!(net == net_)) clear();
  net_ = net;
  counts_.fill(0);
  alive_ = 0;
  groups_.clear();
  std::vector<SocketCell> now;
  using GroupKey = std::tuple<TcpState, std::uint8_t, std::array<std::uint8_t, 16>, std::uint16_t, bool>;
  std::map<GroupKey, SocketGroup> groups;
  for (const SocketId id : ids(world.inet.sockets)) {
    const inet::SocketBase& base = world.inet.sockets.read(id);
    if (!(base.net == net)) continue;
    SocketCell cell;
    cell.place = id.index;
    cell.socket = id;
    cell.state = kernel::protocol::state_of(world, id);
    now.push_back(cell);
    ++counts_[static_cast<std::size_t>(cell.state)];
    ++alive_;
    // Who was connected to keeps a port that a program named: its own end is the server's.
    SocketGroup group;
    group.state = cell.state;
    group.protocol = base.protocol;
    group.to_peer = base.peer.port != 0 && base.port_by_connect;
    if (base.peer.port != 0 && !group.to_peer) group.to_peer = base.local.port > base.peer.port;
    group.end = group.to_peer ? base.peer : base.local;
    SocketGroup& all =
        groups[{group.state, group.protocol, group.end.ip.bytes, group.end.port, group.to_peer}];
    group.count = all.count + 1;
    group.one = all.one ? all.one : id;
    all = group;
  }
  for (SocketCell& cell : cells_) {
    cell.socket = {};
    cell.state = TcpState::Closed;
  }
  std::vector<SocketCell> all;
  all.reserve(cells_.size() + now.size());
  auto a = cells_.begin();
  auto b = now.begin();
  while (a != cells_.end() || b != now.end()) {
    if (b == now.end() || (a != cells_.end() && a->place < b->place)) {
      all.push_back(*a++);
    } else {
      if (a != cells_.end() && a->place == b->place) ++a;
      all.push_back(*b++);
    }
  }
  cells_ = std::move(all);
  for (const auto& [key, group] : groups) groups_.push_back(group);
  std::stable_sort(groups_.begin(), groups_.end(),
                   [](const SocketGroup& x, const SocketGroup& y) { return x.count > y.count; });
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
