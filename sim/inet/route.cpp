#include "sim/inet/route.h"

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

namespace {

/// The first address of the destination's family; none: packets there would have no source.
const Address* address_for(const World& world, NetId net, const Address& destination) {
  for (InterfaceId id = world.inet.nets.read(net).first_interface; id;
       id = world.inet.interfaces.read(id).next)
    if (world.inet.interfaces.read(id).address.is_v4() == destination.is_v4())
      return &world.inet.interfaces.read(id).address;
  return nullptr;
}

}  // namespace

std::optional<Path> route(const World& world, NetId net, const Address& address) {
  std::optional<Path> path;
  if (is_local(world, net, address)) {
    path.emplace();
    path->to = net;
  } else if (address_for(world, net, address) != nullptr) {
    if (const NetId* owner = world.inet.owners.find(AddressKey{address})) path = way_to(world, net, *owner);
    if (!path) path = way_to(world, net, world.inet.nets.read(net).gateway);
  }
  if (path && !address.is_v4()) path->ip_header = 40;
  return path;
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

std::uint64_t send_along(Step& step, NetId net, const std::optional<Path>& path, wire::Packet packet,
                         Reason reason, std::int64_t again, std::uint64_t because) {
  World& world = step.world;
  wire::Offer offer;
  if (!path) {
    offer.lose(Reason::NoRoute);
  } else if (!path->link) {
    packet.net = net.raw();
    offer.due[0] = world.now;
  } else {
    packet.net = path->to.raw();
    packet.link = path->link.raw();
    offer = wire::offer(world.wire.links.write(path->link), path->direction, world.seed, world.now,
                        wire::wire_size(packet));
    for (const FaultId id : ids(world.wire.faults)) {
      const wire::Fault& fault = world.wire.faults.read(id);
      if (fault.link == path->link && fault.direction == path->direction)
        wire::strike(world.wire.faults.write(id), packet, offer);
    }
  }
  packet.sent = world.records + 1;  // the number of the record that follows
  wire::Packet carried = packet;
  carried.carried = offer.reason;
  if (offer.corrupted) carried.corrupted = 1;
  const PacketId id = offer.lost() ? PacketId{} : world.wire.in_flight.add(carried);
  const RecordNumber sent =
      step.record(rec::PacketSent{id, packet, id ? offer.due[0] : 0, again}, reason, because);
  const RecordNumber cause = std::exchange(step.cause, sent);
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
  step.cause = cause;
  if (offer.reason == Reason::NoRoute) step.count(net, Counter::IpOutNoRoutes);
  return sent;
}

}  // namespace sockarium::inet
