#include "sim/inet/raw_peer.h"

#include "sim/inet/route.h"
#include "sim/step.h"

namespace sockarium::inet {

bool is_raw(const World& world, NetId net) {
  return world.inet.nets.read(net).raw != 0;
}

void inject(Step& step, NetId net, const wire::Packet& packet) {
  const NetId neighbour = step.world.inet.nets.read(net).gateway;
  send_along(step, net, way_to(step.world, net, neighbour), packet, Reason::Injected);
}

std::uint64_t injected_most(const World& world, NetId net) {
  const auto way = way_to(world, net, world.inet.nets.read(net).gateway);
  return way ? way->mtu : 0;
}

void keep(Step& step, NetId net_id, const wire::Packet& packet) {
  World& world = step.world;
  Net& net = world.inet.nets.write(net_id);
  if (packet.corrupted != 0 || net.captured == captured_most) {
    step.record(rec::PacketDropped{packet.sent, 0, packet.copy},
                packet.corrupted != 0 ? Reason::BadChecksum : Reason::CaptureQueueFull);
    return;
  }
  Captured entry;
  entry.packet = packet;
  const CapturedId id = world.inet.captured.add(entry);
  if (net.last_captured)
    world.inet.captured.write(net.last_captured).next = id;
  else
    net.first_captured = id;
  net.last_captured = id;
  ++net.captured;
  step.wake_ups.push_back(WakeUp{net_id.raw(), Readiness::Captured, step.cause, false});
}

std::optional<wire::Packet> take(World& world, NetId net_id) {
  Net& net = world.inet.nets.write(net_id);
  const CapturedId id = net.first_captured;
  if (!id) return std::nullopt;
  const Captured entry = world.inet.captured.read(id);
  world.inet.captured.remove(id);
  net.first_captured = entry.next;
  if (!entry.next) net.last_captured = {};
  --net.captured;
  return entry.packet;
}

}  // namespace sockarium::inet
