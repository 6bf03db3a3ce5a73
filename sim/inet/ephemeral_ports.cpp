// How the kernel chooses a port. connect() prefers the parity of the range's low end and bind(0) the other,
// so that the two do not meet before half the range is used. connect() counts on from the last port that it
// gave for the same destination, in small random steps (RFC 6056 section 3.3.4).
//
// Left out: ip_local_reserved_ports, IP_LOCAL_PORT_RANGE, the lower-half preference of bind(0) with
// SO_REUSEADDR, ip_autobind_reuse. Linux's table of step counters is shared by destinations that hash alike;
// here none share.
#include "sim/core/chance.h"
#include "sim/inet/port_table.h"
#include "sim/inet/route.h"
#include "sim/step.h"

namespace sockarium::inet {

namespace {

struct Range {
  std::uint32_t low, count;
};

Range range_of(const Net& net) {
  const auto low = static_cast<std::uint32_t>(net.sysctls[Sysctl::PortRangeLow]);
  const auto high = static_cast<std::uint32_t>(net.sysctls[Sysctl::PortRangeHigh]);
  return Range{low, high >= low ? high - low + 1 : 0};
}

DestinationKey destination_of(const SocketBase& base) {
  DestinationKey key;
  key.net = base.net;
  key.source = base.local.ip;
  key.destination = base.peer;
  return key;
}

}  // namespace

std::uint16_t choose_port_for_bind(Step& step, SocketId socket, const Address& address) {
  const World& world = step.world;
  const SocketBase& base = world.inet.sockets.read(socket);
  const Range range = range_of(world.inet.nets.read(base.net));
  if (range.count == 0) return 0;
  const std::uint64_t start =
      chance(world.seed, Place::EphemeralPort, base.net.raw(), base.inode) % range.count;
  for (const std::uint32_t parity : {1u, 0u}) {  // distance from the low end: odd first
    if (parity >= range.count) continue;
    const std::uint32_t of_parity = (range.count - parity + 1) / 2;
    for (std::uint32_t i = 0; i < of_parity; ++i) {
      const std::uint32_t place = static_cast<std::uint32_t>((start / 2 + i) % of_parity);
      const auto port = static_cast<std::uint16_t>(range.low + parity + 2 * place);
      if (!bind_conflict(world, socket, address, port)) return port;
    }
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
  const Range range = range_of(world.inet.nets.read(base.net));
  if (range.count == 0) return 0;
  const DestinationKey key = destination_of(base);
  DestinationKey block = key;  // of the 64 ports around the one that is looked at
  block.block = ~0u;
  std::uint64_t taken = 0;
  const std::uint64_t* counted = world.inet.destinations.find(key);
  const std::uint64_t used = counted != nullptr ? *counted : 0;
  // Only even distances from the low end in the first round, odd ones in the second.
  std::uint64_t offset = chance(world.seed, Place::EphemeralPort, hash_of(key), 0) + (used & 0xffffffffu);
  const std::uint32_t even_count = range.count & ~1u;
  offset %= even_count == 0 ? 1 : even_count;
  offset &= ~std::uint64_t{1};
  for (const std::uint32_t parity : {0u, 1u}) {
    for (std::uint32_t i = 0; i < range.count; i += 2) {
      const std::uint64_t place = (offset + parity + i) % (even_count == 0 ? 1 : even_count);
      const auto port = static_cast<std::uint16_t>(range.low + place);
      if (port / 64u != block.block) {
        block.block = port / 64u;
        const std::uint64_t* found = world.inet.taken.find(block);
        taken = found != nullptr ? *found : 0;
      }
      if ((taken >> (port % 64u) & 1u) != 0) continue;
      const PortBucketId* bucket = world.inet.ports.find(PortKey{base.net, 6, port});
      if (bucket != nullptr && world.inet.buckets.read(*bucket).only_connects == 0) continue;
      SocketId may_recycle;
      if (bucket != nullptr && !tuple_is_free(world, socket, port, false, may_recycle)) continue;
      recycled = may_recycle;
      // The next search for this destination starts 2…16 further on.
      const std::uint64_t times = used >> 32;
      const std::uint64_t hop = 2 + 2 * (chance(world.seed, Place::EphemeralStep, hash_of(key), times) % 8);
      world.inet.destinations.set(key, ((times + 1) << 32) | ((used + i + hop) & 0xffffffffu));
      return port;
    }
  }
  return 0;
}

}  // namespace sockarium::inet
