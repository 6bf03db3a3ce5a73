#include "sim/inet/route.h"

#include <algorithm>

#include "sim/inet/device.h"
#include "sim/inet/neighbour.h"
#include "sim/inet/packet_filter.h"
#include "sim/inet/raw_peer.h"
#include "sim/inet/tap.h"
#include "sim/step.h"

namespace sockarium::inet {

bool is_local(const World& world, NetId net, const Address& address) {
  if (address.is_loopback()) return true;
  const NetId* owner = world.inet.owners.find(AddressKey{address});
  return owner != nullptr && *owner == net;
}

std::optional<Path> way_to(const World& world, NetId net, NetId neighbour) {
  const Route* way = world.inet.routes.find(RouteKey{net, neighbour});
  if (way == nullptr) return std::nullopt;
  Path path;
  path.to = neighbour;
  path.link = way->link;
  path.direction = way->direction;
  path.mtu = world.wire.links.read(way->link).mtu;
  return path;
}

Path way_by_device(const World& world, NetId net, LinkId link) {
  Path path;
  path.to = net;
  if (!link) return path;
  const wire::Link& wire = world.wire.links.read(link);
  path.link = link;
  path.direction = wire.ends[0] == net ? 0 : 1;
  path.mtu = wire.mtu;
  path.to = wire.ends[1 - path.direction];
  return path;
}

std::optional<Path> way_by_interface(const World& world, NetId net, std::uint32_t number) {
  const std::optional<LinkId> link = link_of_device(world, net, number);
  return link ? std::optional(way_by_device(world, net, *link)) : std::nullopt;
}

namespace {

/// Are these two addresses alike in their first `bits` bits? Those of IPv4 count from the first of their four
/// bytes.
bool share(const Address& one, const Address& other, std::uint32_t bits) {
  if (one.is_v4() != other.is_v4()) return false;
  std::size_t at = one.is_v4() ? 12 : 0;
  for (; bits >= 8; bits -= 8, ++at)
    if (one.bytes[at] != other.bytes[at]) return false;
  return bits == 0 || (one.bytes[at] ^ other.bytes[at]) >> (8 - bits) == 0;
}

/// The line of the table with the longest prefix that has this address, or nullptr.
const SpecialRoute* special_route(const World& world, NetId net, const Address& address) {
  const SpecialRoute* best = nullptr;
  for (const SpecialRouteId id : ids(world.inet.special_routes)) {
    const SpecialRoute& line = world.inet.special_routes.read(id);
    if (line.net != net || (best != nullptr && best->prefix >= line.prefix)) continue;
    if (share(line.destination, address, line.prefix)) best = &line;
  }
  return best;
}

/// The first address of the destination's family; none: packets there would have no source.
const Address* address_for(const World& world, NetId net, const Address& destination) {
  for (InterfaceId id = world.inet.nets.read(net).first_interface; id;
       id = world.inet.interfaces.read(id).next)
    if (world.inet.interfaces.read(id).address.is_v4() == destination.is_v4())
      return &world.inet.interfaces.read(id).address;
  return nullptr;
}

/// The way that a line of the table says.
std::optional<Path> special_way(const World& world, NetId net, const SpecialRoute& line,
                                const Address& address) {
  if (line.kind == RouteKind::Via) return way_to(world, net, line.via);
  if (line.kind != RouteKind::OnLink) return std::nullopt;
  Path path = way_by_device(world, net, line.link);
  // Datagrams for many ask nobody for a hardware address: whoever is at the other end gets them.
  path.unanswered = !address.is_multicast() && !address.is_broadcast();
  if (path.unanswered) path.to = {};
  return path;
}

std::optional<Path> way_out(const World& world, NetId net, const Address& address) {
  if (is_local(world, net, address)) {
    Path path;
    path.to = net;
    return path;
  }
  if (address_for(world, net, address) == nullptr) return std::nullopt;
  // each link of IPv6 leads to all groups, and the first is taken
  if (!address.is_v4() && address.is_multicast()) return way_by_interface(world, net, first_link_index);
  if (const NetId* owner = world.inet.owners.find(AddressKey{address}))
    if (const auto path = way_to(world, net, *owner)) return path;
  if (const SpecialRoute* line = special_route(world, net, address))
    return special_way(world, net, *line, address);
  return way_to(world, net, world.inet.nets.read(net).gateway);
}

}  // namespace

std::optional<Path> route(const World& world, NetId net, const Address& address) {
  std::optional<Path> path = way_out(world, net, address);
  if (path && !address.is_v4()) {
    if (path->link && path->mtu < least_mtu_v6) return std::nullopt;
    path->ip_header = 40;
  }
  if (path && path->link)
    if (const std::uint64_t* mtu = world.inet.path_mtus.find(PathMtuKey{net, address}))
      path->mtu = std::min(path->mtu, *mtu);
  return path;
}

Errno unreachable(const World& world, NetId net, const Address& address) {
  const SpecialRoute* line = special_route(world, net, address);
  if (line == nullptr) return Errno::NETUNREACH;
  switch (line->kind) {
    case RouteKind::Unreachable:
      return Errno::HOSTUNREACH;
    case RouteKind::Prohibit:
      return Errno::ACCES;
    case RouteKind::Blackhole:
      return Errno::INVAL;
    case RouteKind::OnLink:
    case RouteKind::Via:
      break;
  }
  return Errno::NETUNREACH;
}

void lower_path_mtu(World& world, NetId net, const Address& destination, std::uint64_t mtu) {
  constexpr std::uint64_t least = 552;  // net.ipv4.route.min_pmtu
  const std::uint64_t* known = world.inet.path_mtus.find(PathMtuKey{net, destination});
  // News of an IPv6 path below what every link takes is wrong (RFC 8201 4).
  if (!destination.is_v4() && (mtu < least_mtu_v6 || (known != nullptr && *known <= mtu))) return;
  world.inet.path_mtus.set(PathMtuKey{net, destination}, std::max(mtu, least));
}

Address source_address(const World& world, NetId net, const Address& destination) {
  const Address loopback = destination.is_v4() ? Address::loopback_v4() : Address::loopback_v6();
  if (destination.is_loopback()) return loopback;
  if (is_local(world, net, destination)) return destination;
  const Address* own = address_for(world, net, destination);
  return own != nullptr ? *own : loopback;
}

std::uint64_t send(Step& step, NetId net, wire::Packet packet, Reason reason, std::int64_t again,
                   std::uint64_t because) {
  return send_along(step, net, route(step.world, net, packet.to.ip), packet, reason, again, because);
}

namespace {

/// What the link does to the packet, and the scenario's faults.
wire::Offer offer_to_link(World& world, const Path& path, const wire::Packet& packet) {
  wire::Offer offer = wire::offer(world.wire.links.write(path.link), path.direction, world.seed, world.now,
                                  wire::wire_size(packet));
  for (const FaultId id : ids(world.wire.faults)) {
    const wire::Fault& fault = world.wire.faults.read(id);
    if (fault.link == path.link && fault.direction == path.direction)
      wire::strike(world.wire.faults.write(id), packet, offer);
  }
  return offer;
}

}  // namespace

std::uint64_t send_along(Step& step, NetId net, const std::optional<Path>& path, wire::Packet packet,
                         Reason reason, std::int64_t again, std::uint64_t because) {
  World& world = step.world;
  if (path && path->unanswered) {
    await_neighbour(step, net, packet);
    return 0;
  }
  const bool leaves = path && path->link;
  if (path) packet.net = leaves ? path->to.raw() : net.raw();
  if (leaves) packet.link = path->link.raw();
  const wire::Filter* found = leaves && !is_raw(world, net) ? filter_for(world, net, packet, true) : nullptr;
  const std::optional<wire::Filter> filter = found != nullptr ? std::optional(*found) : std::nullopt;
  wire::Offer offer;
  if (!path)
    offer.lose(Reason::NoRoute);
  else if (filter)
    offer.lose(reason_of(*filter));
  else if (leaves)
    offer = offer_to_link(world, *path, packet);
  else
    offer.due[0] = world.now;
  packet.sent = world.records + 1;  // the number of the record that follows
  wire::Packet carried = packet;
  carried.carried = offer.reason;
  if (offer.corrupted) carried.corrupted = 1;
  const PacketId id = offer.lost() ? PacketId{} : world.wire.in_flight.add(carried);
  const RecordNumber sent =
      step.record(rec::PacketSent{id, packet, id ? offer.due[0] : 0, again}, reason, because);
  const RecordNumber cause = std::exchange(step.cause, sent);
  if (path && !filter) tap(step, net, packet, true);
  const auto arrives = [&](PacketId copy, Time due, RecordNumber by) {
    Event arrival;
    arrival.time = due;
    arrival.kind = EventKind::Arrival;
    arrival.subject = copy.raw();
    arrival.cause = by;
    world.queue.push(arrival);
  };
  if (id)
    arrives(id, offer.due[0], sent);
  else
    step.record(rec::PacketDropped{sent, 1}, offer.reason);
  if (offer.copies == 2) {
    carried.copy = 1;
    carried.carried = Reason::Delivered;
    const PacketId copy = world.wire.in_flight.add(carried);
    arrives(copy, offer.due[1], step.record(rec::PacketDuplicated{sent, copy, offer.due[1]}, offer.copied));
  }
  if (filter) answer_rejected(step, net, *filter, packet);
  step.cause = cause;
  if (offer.reason == Reason::NoRoute && packet.by_v4()) step.count(net, Counter::IpOutNoRoutes);
  return sent;
}

}  // namespace sockarium::inet
