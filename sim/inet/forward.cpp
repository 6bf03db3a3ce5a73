#include "sim/inet/forward.h"

#include "sim/inet/fragments.h"
#include "sim/inet/groups.h"
#include "sim/inet/icmp.h"
#include "sim/inet/route.h"
#include "sim/step.h"

namespace sockarium::inet {

namespace {

/// Ends the packet, and tells its sender; no error: nobody is told.
void end(Step& step, NetId net, const wire::Packet& packet, Reason reason,
         std::optional<wire::IcmpError> error, std::uint64_t mtu = 0) {
  const RecordNumber dropped = step.record(rec::PacketDropped{packet.sent, 0, packet.copy}, reason);
  if (!error) return;
  const RecordNumber cause = std::exchange(step.cause, dropped);
  send_error(step, net, packet, *error, reason, static_cast<std::uint16_t>(mtu));
  step.cause = cause;
}

/// What a router says of a destination that it has no way to (Linux ip_error, ip6_pkt_discard,
/// ip6_pkt_prohibit).
std::optional<wire::IcmpError> says_of(Errno error, bool by_v4) {
  switch (error) {
    case Errno::HOSTUNREACH:
      return by_v4 ? wire::IcmpError::HostUnreachable : wire::IcmpError::NetUnreachable;
    case Errno::ACCES:
      return wire::IcmpError::Prohibited;
    case Errno::INVAL:
      return std::nullopt;  // swallowed
    default:
      return wire::IcmpError::NetUnreachable;
  }
}

}  // namespace

bool passes_on(const World& world, NetId net, const wire::Packet& packet) {
  const Sysctl setting = packet.by_v4() ? Sysctl::IpForward : Sysctl::Forwarding6;
  return packet.link != 0 && !is_for_many(packet.to.ip) && world.inet.nets.read(net).sysctls[setting] != 0;
}

namespace {

/// May a packet that is too long for the next link be cut? One of IPv4, where it allows that, and is whole;
/// one of IPv6 never (RFC 8200 5).
bool may_be_cut(const wire::Packet& packet) {
  const bool whole = !packet.is_fragment() && packet.protocol != wire::TCP;
  return packet.by_v4() && whole && (packet.fragment_bits & wire::may_fragment) != 0;
}

}  // namespace

void forward(Step& step, NetId net, const wire::Packet& packet) {
  World& world = step.world;
  const bool by_v4 = packet.by_v4();
  const auto path = route(world, net, packet.to.ip);
  if (!path)
    return end(step, net, packet, Reason::NoWayOnward, says_of(unreachable(world, net, packet.to.ip), by_v4));
  if (packet.ttl <= 1) {
    step.count(net, by_v4 ? Counter::IpInHdrErrors : Counter::Ip6InHdrErrors);
    return end(step, net, packet, Reason::HopsUsedUp, wire::IcmpError::HopsUsedUp);
  }
  step.count(net, by_v4 ? Counter::IpForwDatagrams : Counter::Ip6OutForwDatagrams);
  if (path->link && wire::wire_size(packet) > path->mtu && !may_be_cut(packet)) {
    step.count(net, by_v4 ? Counter::IpFragFails : Counter::Ip6FragFails);
    if (!by_v4) step.count(net, Counter::Ip6InTooBigErrors);
    const bool told = !by_v4 || !packet.is_fragment();
    return end(step, net, packet, Reason::TooLongOnward,
               told ? std::optional(wire::IcmpError::TooLong) : std::nullopt, path->mtu);
  }
  wire::Packet onward = packet;
  --onward.ttl;
  onward.copy = 0;
  onward.carried = Reason::Delivered;
  send_datagram(step, net, path, onward, Reason::PassedOn);
}

}  // namespace sockarium::inet
