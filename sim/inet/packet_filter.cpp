#include "sim/inet/packet_filter.h"

#include "sim/inet/route.h"
#include "sim/step.h"

namespace sockarium::inet {

const wire::Filter* filter_for(const World& world, NetId net, const wire::Packet& packet, bool outgoing) {
  for (const FilterId id : ids(world.wire.filters)) {
    const wire::Filter& filter = world.wire.filters.read(id);
    if (filter.net == net && wire::fits(filter, packet, outgoing, world.now)) return &filter;
  }
  return nullptr;
}

Reason reason_of(const wire::Filter& filter) {
  return filter.action == wire::FilterAction::Reject ? Reason::FilterRejects : Reason::FilterDrops;
}

void answer_rejected(Step& step, NetId net, const wire::Filter& filter, const wire::Packet& packet) {
  if (filter.action != wire::FilterAction::Reject) return;
  const auto answer = wire::rejection(filter, packet);
  if (!answer) return;
  if (filter.outgoing == 0) {
    send(step, net, *answer, Reason::FilterRejects);
    return;
  }
  Path home;
  home.to = net;
  send_along(step, net, home, *answer, Reason::FilterRejects);
}

bool filter_stops(Step& step, NetId net, const wire::Packet& packet) {
  const wire::Filter* found = filter_for(step.world, net, packet, false);
  if (found == nullptr) return false;
  const wire::Filter filter = *found;
  step.record(rec::PacketDropped{packet.sent, 0, packet.copy}, reason_of(filter));
  answer_rejected(step, net, filter, packet);
  return true;
}

}  // namespace sockarium::inet
