// Whose is a datagram? Many sockets may hold its port; each gets points for what it names, and the best one
// takes it. Linux __udp4_lib_lookup, compute_score; inet_lookup_reuseport.
#include "sim/core/chance.h"
#include "sim/inet/groups.h"
#include "sim/inet/port_table.h"
#include "sim/step.h"
#include "sim/udp/udp.h"

namespace sockarium::udp {

namespace {

/// 0: it does not take datagrams like this.
int score(const inet::SocketBase& base, bool connected, const Endpoint& to, const Endpoint& from) {
  const bool exact = base.local.ip == to.ip;
  const bool dual = base.local.ip == Address{} && !base.ipv6_only;
  const bool any = base.local.ip == (to.ip.is_v4() ? Address::any_v4() : Address{}) || dual;
  if (!exact && !any) return 0;
  int points = (exact ? 100 : 10) + (to.ip.is_v4() && !base.ipv6 ? 1 : 0);
  if (!connected) return points;
  if (base.peer.ip != from.ip) return 0;
  points += 4;
  if (base.peer.port == 0) return points;
  return base.peer.port == from.port ? points + 4 : 0;
}

/// Sockets with SO_REUSEPORT and one name share what comes: by a hash, so that one sender always meets the
/// same one.
SocketId of_group(const World& world, SocketId best, const Endpoint& to, const Endpoint& from) {
  const inet::SocketBase& one = world.inet.sockets.read(best);
  const auto in_group = [&](SocketId id) {
    const inet::SocketBase& base = world.inet.sockets.read(id);
    return base.reuse_port && base.local == one.local && !is_connected(world, id);
  };
  const SocketId first = world.inet.buckets.read(one.bucket).first;
  std::uint64_t members = 0;
  for (SocketId id = first; id; id = world.inet.sockets.read(id).bucket_next) members += in_group(id) ? 1 : 0;
  std::uint64_t chosen =
      chance(world.seed, Place::DatagramGroup, hash_of(Ends{to, from}), one.net.raw()) % members;
  for (SocketId id = first; id; id = world.inet.sockets.read(id).bucket_next)
    if (in_group(id) && chosen-- == 0) return id;
  return best;
}

}  // namespace

SocketId receiver_of(const World& world, NetId net, const Endpoint& to, const Endpoint& from) {
  const PortBucketId* bucket = world.inet.ports.find(inet::PortKey{net, wire::UDP, to.port});
  if (bucket == nullptr) return {};
  SocketId best;
  int most = 0;
  for (SocketId id = world.inet.buckets.read(*bucket).first; id;) {
    const inet::SocketBase& base = world.inet.sockets.read(id);
    const int points = score(base, is_connected(world, id), to, from);
    if (points > most) {
      most = points;
      best = id;
    }
    id = base.bucket_next;
  }
  if (best && world.inet.sockets.read(best).reuse_port && !is_connected(world, best))
    return of_group(world, best, to, from);
  return best;
}

std::vector<SocketId> receivers_of(const World& world, NetId net, const Endpoint& to, const Endpoint& from,
                                   LinkId link) {
  std::vector<SocketId> all;
  const PortBucketId* bucket = world.inet.ports.find(inet::PortKey{net, wire::UDP, to.port});
  if (bucket == nullptr) return all;
  for (SocketId id = world.inet.buckets.read(*bucket).first; id;) {
    const inet::SocketBase& base = world.inet.sockets.read(id);
    if (score(base, is_connected(world, id), to, from) > 0 && inet::hears(world, id, to.ip, link))
      all.push_back(id);
    id = base.bucket_next;
  }
  return all;
}

}  // namespace sockarium::udp
