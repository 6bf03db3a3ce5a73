#include "sim/inet/route.h"

#include "sim/step.h"

namespace sockarium::inet {

bool is_local(const World& world, NetId net, const Address& address) {
  if (address.is_loopback()) return true;
  const NetId* owner = world.inet.owners.find(AddressKey{address});
  return owner != nullptr && *owner == net;
}

std::optional<Path> route(const World& world, NetId net, const Address& address) {
  Path path;
  path.to = net;
  if (is_local(world, net, address)) return path;
  const NetId* owner = world.inet.owners.find(AddressKey{address});
  if (owner == nullptr) return std::nullopt;
  const Route* way = world.inet.routes.find(RouteKey{net, *owner});
  if (way == nullptr) return std::nullopt;
  path.to = *owner;
  path.link = way->link;
  path.direction = way->direction;
  path.mtu = world.wire.links.read(way->link).mtu;
  return path;
}

Address source_address(const World& world, NetId net, const Address& destination) {
  if (destination.is_loopback()) return Address::loopback_v4();
  if (is_local(world, net, destination)) return destination;
  const InterfaceId first = world.inet.nets.read(net).first_interface;
  return first ? world.inet.interfaces.read(first).address : Address::loopback_v4();
}

std::uint64_t send(Step& step, NetId net, wire::Packet packet, Reason reason, std::int64_t again,
                   std::uint64_t because) {
  World& world = step.world;
  const std::optional<Path> path = route(world, net, packet.to.ip);
  wire::Offer offer;
  if (!path) {
    offer.lost = true;
    offer.reason = Reason::NoRoute;
  } else if (!path->link) {
    packet.net = net.raw();
    offer.due = world.now;
  } else {
    packet.net = path->to.raw();
    packet.link = path->link.raw();
    offer = wire::offer(world.wire.links.write(path->link), path->direction, world.seed, world.now,
                        wire::wire_size(packet));
    for (const FaultId id : ids(world.wire.faults)) {
      const wire::Fault& fault = world.wire.faults.read(id);
      if (fault.link != path->link || fault.direction != path->direction) continue;
      wire::Fault& counted = world.wire.faults.write(id);
      if (!wire::strikes(counted, packet) || offer.lost) continue;
      offer.reason = counted.delay != 0 ? Reason::FaultDelayed : Reason::FaultDropped;
      offer.lost = counted.delay == 0;
      if (!offer.lost) offer.due += counted.by;
    }
  }
  packet.sent = world.records + 1;  // the number of the record that follows
  const PacketId id = offer.lost ? PacketId{} : world.wire.in_flight.add(packet);
  const RecordNumber sent =
      step.record(rec::PacketSent{id, packet, id ? offer.due : 0, again}, reason, because);
  if (!id) {
    const RecordNumber cause = std::exchange(step.cause, sent);
    step.record(rec::PacketDropped{sent, 1}, offer.reason);
    step.cause = cause;
    if (offer.reason == Reason::NoRoute) step.count(net, Counter::IpOutNoRoutes);
    return sent;
  }
  Event arrival;
  arrival.time = offer.due;
  arrival.kind = EventKind::Arrival;
  arrival.subject = id.raw();
  arrival.cause = sent;
  world.queue.push(arrival);
  return sent;
}

}  // namespace sockarium::inet
