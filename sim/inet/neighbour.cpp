#include "sim/inet/neighbour.h"

#include "sim/inet/icmp.h"
#include "sim/step.h"

namespace sockarium::inet {

namespace {

// Linux mcast_solicit = 3, retrans_time_ms = 1000; each of the waits ends some ticks late (kernel-measured).
constexpr Duration patience = 3060 * millisecond;

NeighbourId known_neighbour(const World& world, NetId net, const Address& address) {
  for (const NeighbourId id : ids(world.inet.neighbours)) {
    const Neighbour& known = world.inet.neighbours.read(id);
    if (known.net == net && known.address == address) return id;
  }
  return {};
}

NeighbourId neighbour_of(World& world, NetId net, const Address& address) {
  if (const NeighbourId known = known_neighbour(world, net, address)) return known;
  Neighbour fresh;
  fresh.net = net;
  fresh.address = address;
  return world.inet.neighbours.add(fresh);
}

}  // namespace

void await_neighbour(Step& step, NetId net, const wire::Packet& packet) {
  World& world = step.world;
  const NeighbourId id = neighbour_of(world, net, packet.to.ip);
  Captured entry;
  entry.packet = packet;
  const CapturedId waiting = world.inet.captured.add(entry);
  Neighbour& neighbour = world.inet.neighbours.write(id);
  if (neighbour.last_waiting)
    world.inet.captured.write(neighbour.last_waiting).next = waiting;
  else
    neighbour.first_waiting = waiting;
  neighbour.last_waiting = waiting;
  if (!neighbour.timer.armed())
    step.arm(neighbour.timer, TimerKind::Neighbour, id.raw(), world.now + patience, Reason::NeighbourAwaited);
}

bool waits_for_neighbour(const World& world, NetId net, const Address& address) {
  return bool(known_neighbour(world, net, address));
}

void give_up_neighbour(Step& step, NeighbourId id) {
  World& world = step.world;
  const Neighbour neighbour = world.inet.neighbours.read(id);
  world.inet.neighbours.remove(id);
  for (CapturedId next = neighbour.first_waiting; next;) {
    const Captured entry = world.inet.captured.read(next);
    world.inet.captured.remove(next);
    next = entry.next;
    send_error(step, neighbour.net, entry.packet, wire::IcmpError::HostUnreachable, Reason::NeighbourSilent);
  }
}

}  // namespace sockarium::inet
