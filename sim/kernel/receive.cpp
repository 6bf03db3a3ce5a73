#include "sim/kernel/receive.h"

#include "sim/inet/listener_table.h"
#include "sim/inet/packet_filter.h"
#include "sim/inet/raw_peer.h"
#include "sim/inet/route.h"
#include "sim/step.h"
#include "sim/tcp/tcp.h"
#include "sim/udp/udp.h"

namespace sockarium::kernel {

namespace {

void offer_to_listener(Step& step, NetId net, const wire::Packet& packet) {
  const SocketId listener = inet::find_listener(step.world, net, packet.to, packet.from);
  if (!listener) {
    tcp::refuse(step, net, packet, Reason::NobodyListens);
    return;
  }
  const ConnectionId owner = ConnectionId::from_raw(step.world.inet.sockets.read(listener).entry);
  tcp::input(step, step.world.tcp.connections.read(owner).listener, packet);
}

void receive_segment(Step& step, NetId net, const wire::Packet& packet) {
  World& world = step.world;
  step.count(net, Counter::TcpInSegs);
  if (packet.corrupted != 0) {
    step.record(rec::PacketDropped{packet.sent, 0, packet.copy}, Reason::BadChecksum);
    step.count(net, Counter::TcpInCsumErrors);
    step.count(net, Counter::TcpInErrs);
    return;
  }
  const inet::Owner* found = world.inet.connections.find(inet::TupleKey{net, packet.to, packet.from});
  const inet::Owner owner = found != nullptr ? *found : inet::Owner{};
  switch (owner.kind) {
    case inet::OwnerKind::Connection:
      tcp::input(step, ConnectionId::from_raw(owner.id), packet);
      break;
    case inet::OwnerKind::Request:
      if (tcp::input(step, RequestId::from_raw(owner.id), packet)) offer_to_listener(step, net, packet);
      break;
    case inet::OwnerKind::TimeWait:
      if (tcp::input(step, TimeWaitId::from_raw(owner.id), packet)) offer_to_listener(step, net, packet);
      break;
    case inet::OwnerKind::None:
      offer_to_listener(step, net, packet);
      break;
  }
}

/// A source that no packet from outside can have: the host's own addresses, and those of nobody.
bool is_martian(const World& world, NetId net, const Address& source) {
  return inet::is_local(world, net, source) || source.is_wildcard() || source.is_multicast() ||
         source.is_broadcast();
}

/// Linux icmp_rcv; those of IPv6 have counters of their own.
void receive_icmp(Step& step, NetId net, const wire::Packet& packet) {
  const auto count = [&](Counter counter) {
    if (packet.to.ip.is_v4()) step.count(net, counter);
  };
  const auto drop = [&](Reason reason) {
    step.record(rec::PacketDropped{packet.sent, 0, packet.copy}, reason);
  };
  count(Counter::IcmpInMsgs);
  if (packet.corrupted != 0) {
    drop(Reason::BadChecksum);
    count(Counter::IcmpInErrors);
    return;
  }
  if (packet.icmp.type == wire::icmp_unreachable) count(Counter::IcmpInDestUnreachs);
  if (packet.icmp.type == wire::icmp_time_exceeded) count(Counter::IcmpInTimeExcds);
  if (packet.icmp.type == wire::icmp_parameter_problem) count(Counter::IcmpInParmProbs);
  if (packet.icmp.protocol == wire::TCP) return tcp::input_icmp(step, net, packet);
  if (packet.icmp.type == wire::icmp_unreachable && packet.icmp.code == wire::icmp_port)
    return udp::unreachable(step, net, packet);
  drop(Reason::IcmpNoted);
}

}  // namespace

void receive(Step& step, PacketId id) {
  World& world = step.world;
  const wire::Packet packet = world.wire.in_flight.read(id);
  world.wire.in_flight.remove(id);
  const NetId net = NetId::from_raw(packet.net);
  step.host = world.inet.nets.read(net).host;
  step.cause = step.record(rec::PacketDelivered{packet.sent, packet.copy}, packet.carried);
  if (inet::is_raw(world, net)) {
    inet::keep(step, net, packet);
    return;
  }
  const auto drop = [&](Reason reason) {
    step.record(rec::PacketDropped{packet.sent, 0, packet.copy}, reason);
  };
  if (packet.link != 0 && inet::filter_stops(step, net, packet)) return;
  if (!inet::is_local(world, net, packet.to.ip)) return drop(Reason::NotForUs);
  if (packet.link != 0 && is_martian(world, net, packet.from.ip)) return drop(Reason::MartianSource);
  switch (packet.protocol) {
    case wire::UDP:
      return udp::input(step, net, packet);
    case wire::ICMP:
      return receive_icmp(step, net, packet);
    default:
      return receive_segment(step, net, packet);
  }
}

}  // namespace sockarium::kernel
