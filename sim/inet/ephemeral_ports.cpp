// How the kernel chooses a port. connect() prefers the parity of the range's low end and bind(0) the other,
// so that the two do not meet before half the range is used. connect() counts on from the last port that it
// gave for the same destination, in small random steps (RFC 6056 section 3.3.4).
//
// Left out: Linux's table of step counters is shared by destinations that hash alike; here none share.
#include <algorithm>

#include "sim/core/chance.h"
#include "sim/inet/port_table.h"
#include "sim/inet/route.h"
#include "sim/step.h"

namespace sockarium::inet {

namespace {

/// The ports that the kernel may choose for a socket: `low` … `high` - 1.
struct Range {
  std::uint32_t low, high;
  bool own;  ///< IP_LOCAL_PORT_RANGE is set

  std::uint32_t count() const { return high > low ? high - low : 0; }
};

/// The socket's own bounds count where they lie inside the namespace's. Linux inet_sk_get_local_port_range.
Range range_of(const World& world, const SocketBase& base) {
  const Sysctls& sysctls = world.inet.nets.read(base.net).sysctls;
  auto low = static_cast<std::uint32_t>(sysctls[Sysctl::PortRangeLow]);
  auto high = static_cast<std::uint32_t>(sysctls[Sysctl::PortRangeHigh]);
  const std::uint32_t widest_low = low, widest_high = high;
  const auto inside = [&](std::uint32_t port) { return widest_low <= port && port <= widest_high; };
  if (inside(base.range_low)) low = base.range_low;
  if (inside(base.range_high)) high = base.range_high;
  return Range{low, high + 1, base.range_low != 0 || base.range_high != 0};
}

bool is_reserved(const World& world, NetId net, std::uint32_t port) {
  for (PortRangeId id = world.inet.nets.read(net).first_reserved; id;) {
    const PortRange& range = world.inet.reserved.read(id);
    if (range.low <= port && port <= range.high) return true;
    id = range.next;
  }
  return false;
}

/// Linux leaves out the last port of an odd number, so that both parities have as many.
std::uint32_t even(std::uint32_t count) {
  return count > 1 ? count & ~1u : count;
}

DestinationKey destination_of(const SocketBase& base) {
  DestinationKey key;
  key.net = base.net;
  key.source = base.local.ip;
  key.destination = base.peer;
  return key;
}

/// A port from `range` that binds without conflict, of the parity that connect() does not prefer, then of the
/// other. 0: there is none.
std::uint16_t search(Step& step, SocketId socket, const Address& address, const Range& range, Asks asks) {
  const World& world = step.world;
  const SocketBase& base = world.inet.sockets.read(socket);
  const std::uint32_t remaining = even(range.count());
  if (remaining == 0) return 0;
  const std::uint64_t start =
      chance(world.seed, Place::EphemeralPort, base.net.raw(), base.inode) % remaining;
  for (const std::uint32_t parity : {1u, 0u}) {
    const auto offset = static_cast<std::uint32_t>((start & ~std::uint64_t{1}) | parity);
    for (std::uint32_t i = 0; i < remaining; i += 2) {
      std::uint32_t port = range.low + offset + i;
      if (port >= range.high) port -= remaining;
      if (is_reserved(world, base.net, port)) continue;
      if (!bind_conflict(world, socket, address, static_cast<std::uint16_t>(port), asks))
        return static_cast<std::uint16_t>(port);
    }
  }
  return 0;
}

/// UDP has no parity: any port, from a random one on. Linux udp_lib_get_port.
std::uint16_t search_for_datagrams(Step& step, SocketId socket, const Address& address, const Range& range) {
  const World& world = step.world;
  const SocketBase& base = world.inet.sockets.read(socket);
  const std::uint32_t count = range.count();
  if (count == 0) return 0;
  const auto start = static_cast<std::uint32_t>(
      chance(world.seed, Place::EphemeralPort, base.net.raw(), base.inode + step.now()) % count);
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t port = range.low + (start + i) % count;
    if (is_reserved(world, base.net, port)) continue;
    if (!bind_conflict(world, socket, address, static_cast<std::uint16_t>(port), Asks::Kernel))
      return static_cast<std::uint16_t>(port);
  }
  return 0;
}

}  // namespace

std::uint16_t choose_port_for_bind(Step& step, SocketId socket, const Address& address) {
  const World& world = step.world;
  const SocketBase& base = world.inet.sockets.read(socket);
  const Range all = range_of(world, base);
  if (base.protocol != wire::TCP) return search_for_datagrams(step, socket, address, all);
  // Sockets that may share get the lower half first: the upper one is left to those that may not.
  Range lower = all, upper = all;
  lower.high = upper.low = all.low + all.count() / 4 * 2;
  const bool halves = base.reuse_address && all.count() >= 4;
  const bool sharing = world.inet.nets.read(base.net).sysctls[Sysctl::AutobindReuse] != 0;
  for (const Asks asks : {Asks::Kernel, Asks::KernelSharing}) {
    if (asks == Asks::KernelSharing && !sharing) break;
    if (!halves) {
      if (const std::uint16_t port = search(step, socket, address, all, asks)) return port;
      continue;
    }
    for (const Range& half : {lower, upper})
      if (const std::uint16_t port = search(step, socket, address, half, asks)) return port;
  }
  return 0;
}

void note_taken(World& world, SocketId socket, bool taken) {
  const SocketBase& base = world.inet.sockets.read(socket);
  DestinationKey key = destination_of(base);
  key.block = base.local.port / 64u;
  const std::uint64_t bit = std::uint64_t{1} << (base.local.port % 64u);
  const std::uint64_t* found = world.inet.taken.find(key);
  if (found == nullptr && !taken) return;
  const std::uint64_t before = found != nullptr ? *found : 0;
  const std::uint64_t after = taken ? before | bit : before & ~bit;
  if (after == 0)
    world.inet.taken.erase(key);
  else if (after != before)
    world.inet.taken.set(key, after);
}

bool tuple_is_free(const World& world, SocketId socket, std::uint16_t port, bool port_by_program,
                   SocketId& recycled) {
  const SocketBase& base = world.inet.sockets.read(socket);
  Endpoint local = base.local;
  local.port = port;
  const Owner* owner = world.inet.connections.find(TupleKey{base.net, local, base.peer});
  if (owner == nullptr) return true;
  if (owner->kind != OwnerKind::TimeWait) return false;
  // Linux tcp_twsk_unique: timestamps tell old segments from new ones, so the port may be taken over.
  const Time since = world.inet.sockets.read(owner->socket).recyclable_since;
  if (since == never) return false;
  const Sysctls& sysctls = world.inet.nets.read(base.net).sysctls;
  const bool loopback = base.peer.ip.is_loopback() || base.local.ip.is_loopback();
  const bool allowed = sysctls[Sysctl::TcpTwReuse] == 1 || (sysctls[Sysctl::TcpTwReuse] == 2 && loopback);
  const bool old_enough = world.now - since > sysctls[Sysctl::TcpTwReuseDelay] * millisecond;
  if (!port_by_program && !(allowed && old_enough)) return false;
  recycled = owner->socket;
  return true;
}

std::uint16_t choose_port_for_connect(Step& step, SocketId socket, SocketId& recycled) {
  World& world = step.world;
  const SocketBase& base = world.inet.sockets.read(socket);
  const Range range = range_of(world, base);
  // A range of its own is small, and a program's business: no parity there.
  const std::uint32_t stride = range.own ? 1 : 2;
  const std::uint32_t remaining = range.own ? range.count() : even(range.count());
  if (remaining == 0) return 0;
  const DestinationKey key = destination_of(base);
  DestinationKey block = key;  // of the 64 ports around the one that is looked at
  block.block = ~0u;
  std::uint64_t taken = 0;
  const std::uint64_t* counted = world.inet.destinations.find(key);
  const std::uint64_t used = counted != nullptr ? *counted : 0;
  std::uint64_t offset = chance(world.seed, Place::EphemeralPort, hash_of(key), 0) + (used & 0xffffffffu);
  offset %= remaining;
  if (stride == 2) offset &= ~std::uint64_t{1};
  for (std::uint32_t round = 0; round < stride; ++round) {  // even distances from the low end, then odd ones
    for (std::uint32_t i = 0; i < remaining; i += stride) {
      std::uint64_t at = range.low + offset + round + i;
      if (at >= range.high) at -= remaining;
      const auto port = static_cast<std::uint16_t>(at);
      if (port / 64u != block.block) {
        block.block = port / 64u;
        const std::uint64_t* found = world.inet.taken.find(block);
        taken = found != nullptr ? *found : 0;
      }
      if ((taken >> (port % 64u) & 1u) != 0 || is_reserved(world, base.net, port)) continue;
      const PortBucketId* bucket = world.inet.ports.find(PortKey{base.net, wire::TCP, port});
      if (bucket != nullptr && world.inet.buckets.read(*bucket).only_connects == 0) continue;
      SocketId may_recycle;
      if (bucket != nullptr && !tuple_is_free(world, socket, port, false, may_recycle)) continue;
      recycled = may_recycle;
      // The next search for this destination starts where this one ended, or a few random steps further on.
      const std::uint64_t times = used >> 32;
      const std::uint64_t longest =
          world.inet.nets.read(base.net).traits[Trait::ConnectPortSteps] != 0 ? 8 : 1;
      const std::uint64_t hop =
          stride * (chance(world.seed, Place::EphemeralStep, hash_of(key), times) % longest);
      const std::uint64_t moved = used + std::max<std::uint64_t>(i, hop) + stride;
      world.inet.destinations.set(key, ((times + 1) << 32) | (moved & 0xffffffffu));
      return port;
    }
    if (remaining < 2) break;
  }
  return 0;
}

}  // namespace sockarium::inet
