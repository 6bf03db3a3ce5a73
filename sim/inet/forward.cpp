#include "sim/inet/forward.h"

#include "sim/inet/fragments.h"
#include "sim/inet/groups.h"
#include "sim/inet/icmp.h"
#include "sim/inet/route.h"
#include "sim/step.h"

namespace sockarium::inet {

namespace {

/// Ends the packet, and tells its sender; `code` below 0: nobody is told.
void end(Step& step, NetId net, const wire::Packet& packet, Reason reason, std::uint8_t type, int code,
         std::uint64_t mtu = 0) {
  const RecordNumber dropped = step.record(rec::PacketDropped{packet.sent, 0, packet.copy}, reason);
  if (code < 0) return;
  const RecordNumber cause = std::exchange(step.cause, dropped);
  send_error(step, net, packet, type, static_cast<std::uint8_t>(code), reason,
             static_cast<std::uint16_t>(mtu));
  step.cause = cause;
}

/// What a router says of a destination that it has no way to (Linux ip_error).
int code_of(Errno error) {
  constexpr int net_unreachable = 0, host_unreachable = 1, prohibited = 13;
  switch (error) {
    case Errno::HOSTUNREACH:
      return host_unreachable;
    case Errno::ACCES:
      return prohibited;
    case Errno::INVAL:
      return -1;  // swallowed
    default:
      return net_unreachable;
  }
}

}  // namespace

bool passes_on(const World& world, NetId net, const wire::Packet& packet) {
  return packet.link != 0 && packet.to.ip.is_v4() && !is_for_many(packet.to.ip) &&
         world.inet.nets.read(net).sysctls[Sysctl::IpForward] != 0;
}

void forward(Step& step, NetId net, const wire::Packet& packet) {
  World& world = step.world;
  const auto path = route(world, net, packet.to.ip);
  if (!path)
    return end(step, net, packet, Reason::NoWayOnward, wire::icmp_unreachable,
               code_of(unreachable(world, net, packet.to.ip)));
  if (packet.ttl <= 1) {
    step.count(net, Counter::IpInHdrErrors);
    return end(step, net, packet, Reason::HopsUsedUp, wire::icmp_time_exceeded, 0);
  }
  step.count(net, Counter::IpForwDatagrams);
  const bool too_long = path->link && wire::wire_size(packet) > path->mtu;
  const bool whole = !packet.is_fragment() && packet.protocol != wire::TCP;
  if (too_long && ((packet.fragment_bits & wire::may_fragment) == 0 || !whole)) {
    step.count(net, Counter::IpFragFails);
    return end(step, net, packet, Reason::TooLongOnward, wire::icmp_unreachable,
               packet.is_fragment() ? -1 : int{wire::icmp_fragmentation}, path->mtu);
  }
  wire::Packet onward = packet;
  --onward.ttl;
  onward.copy = 0;
  onward.carried = Reason::Delivered;
  send_datagram(step, net, path, onward, Reason::PassedOn);
}

}  // namespace sockarium::inet
