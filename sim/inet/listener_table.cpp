#include "sim/inet/listener_table.h"

#include "sim/core/chance.h"
#include "sim/world.h"

namespace sockarium::inet {

namespace {

struct FourNumbers {
  Endpoint local, peer;
};

ListenKey key_of(const World& world, SocketId socket) {
  const SocketBase& base = world.inet.sockets.read(socket);
  return ListenKey{base.net, base.local, 0};
}

std::uint64_t length(const World& world, SocketId first) {
  std::uint64_t count = 0;
  for (SocketId id = first; id; id = world.inet.sockets.read(id).group_next) ++count;
  return count;
}

SocketId nth(const World& world, SocketId first, std::uint64_t n) {
  SocketId id = first;
  for (; n > 0; --n) id = world.inet.sockets.read(id).group_next;
  return id;
}

}  // namespace

void enter_listener(World& world, SocketId socket) {
  const ListenKey key = key_of(world, socket);
  world.inet.sockets.write(socket).group_next = {};
  const SocketId* first = world.inet.listeners.find(key);
  if (first == nullptr) {
    world.inet.listeners.set(key, socket);
    return;
  }
  const SocketId last = nth(world, *first, length(world, *first) - 1);
  world.inet.sockets.write(last).group_next = socket;
}

void leave_listener(World& world, SocketId socket) {
  const ListenKey key = key_of(world, socket);
  const SocketId first = *world.inet.listeners.find(key);
  const std::uint64_t count = length(world, first);
  if (count == 1) {
    world.inet.listeners.erase(key);
    return;
  }
  const SocketId before_last = nth(world, first, count - 2);
  const SocketId last = world.inet.sockets.read(before_last).group_next;
  world.inet.sockets.write(before_last).group_next = {};
  if (last == socket) return;
  world.inet.sockets.write(last).group_next = world.inet.sockets.read(socket).group_next;
  world.inet.sockets.write(socket).group_next = {};
  if (first == socket) {
    world.inet.listeners.set(key, last);
    return;
  }
  for (SocketId id = first; id; id = world.inet.sockets.read(id).group_next)
    if (world.inet.sockets.read(id).group_next == socket) {
      world.inet.sockets.write(id).group_next = last;
      return;
    }
}

SocketId choose_listener(const World& world, NetId net, const Endpoint& name, const Endpoint& local,
                         const Endpoint& peer) {
  const SocketId* first = world.inet.listeners.find(ListenKey{net, name, 0});
  if (first == nullptr) return {};
  const std::uint64_t count = length(world, *first);
  if (count == 1) return *first;
  const std::uint64_t secret = world.inet.nets.read(net).number;
  const std::uint64_t hash =
      chance(world.seed, Place::ReusePortHash, secret, hash_of(FourNumbers{local, peer})) >> 32;
  return nth(world, *first, hash * count >> 32);  // Linux reciprocal_scale
}

SocketId find_listener(const World& world, NetId net, const Endpoint& local, const Endpoint& peer) {
  if (const SocketId exact = choose_listener(world, net, local, local, peer)) return exact;
  if (local.ip.is_v4())
    if (const SocketId any =
            choose_listener(world, net, Endpoint{Address::any_v4(), local.port, 0}, local, peer))
      return any;
  // `::` takes IPv4, too, unless it is told not to.
  const SocketId any = choose_listener(world, net, Endpoint{Address{}, local.port, 0}, local, peer);
  return any && local.ip.is_v4() && world.inet.sockets.read(any).ipv6_only ? SocketId{} : any;
}

std::uint64_t group_size(const World& world, SocketId listener) {
  const SocketId* first = world.inet.listeners.find(key_of(world, listener));
  return first == nullptr ? 0 : length(world, *first);
}

}  // namespace sockarium::inet
