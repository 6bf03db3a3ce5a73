#include "sim/kernel/receive.h"

#include "sim/inet/forward.h"
#include "sim/inet/fragments.h"
#include "sim/inet/groups.h"
#include "sim/inet/icmp.h"
#include "sim/inet/listener_table.h"
#include "sim/inet/packet_filter.h"
#include "sim/inet/raw_peer.h"
#include "sim/inet/route.h"
#include "sim/inet/tap.h"
#include "sim/step.h"
#include "sim/tcp/tcp.h"
#include "sim/udp/echo.h"
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

/// The counter of what an ICMP message says; nothing: it has none.
std::optional<Counter> counter_of(const wire::Packet& packet) {
  const bool v4 = packet.by_v4();
  switch (packet.icmp_kind()) {
    case wire::IcmpKind::Echo:
      return v4 ? Counter::IcmpInEchos : Counter::Icmp6InEchos;
    case wire::IcmpKind::EchoReply:
      return v4 ? Counter::IcmpInEchoReps : Counter::Icmp6InEchoReplies;
    case wire::IcmpKind::Unreachable:
      return v4 ? Counter::IcmpInDestUnreachs : Counter::Icmp6InDestUnreachs;
    case wire::IcmpKind::TooLong:
      return v4 ? Counter::IcmpInDestUnreachs : Counter::Icmp6InPktTooBigs;
    case wire::IcmpKind::TimeExceeded:
      return v4 ? Counter::IcmpInTimeExcds : Counter::Icmp6InTimeExcds;
    case wire::IcmpKind::ParameterProblem:
      return v4 ? Counter::IcmpInParmProbs : Counter::Icmp6InParmProblems;
    case wire::IcmpKind::OtherError:
    case wire::IcmpKind::Other:
      break;
  }
  return std::nullopt;
}

/// Linux icmp_rcv, icmpv6_rcv.
void receive_icmp(Step& step, NetId net, const wire::Packet& packet) {
  const bool v4 = packet.by_v4();
  const auto drop = [&](Reason reason) {
    step.record(rec::PacketDropped{packet.sent, 0, packet.copy}, reason);
  };
  const bool copied = udp::copy_to_raw(step, net, packet);
  if (v4) step.count(net, Counter::IcmpInMsgs);
  if (packet.corrupted != 0) {
    drop(Reason::BadChecksum);
    step.count(net, v4 ? Counter::IcmpInCsumErrors : Counter::Icmp6InCsumErrors);
    step.count(net, v4 ? Counter::IcmpInErrors : Counter::Icmp6InErrors);
    return;
  }
  if (const auto counter = counter_of(packet)) step.count(net, *counter);
  switch (packet.icmp_kind()) {
    case wire::IcmpKind::Echo: {
      const Sysctl ignore = v4 ? Sysctl::IcmpEchoIgnoreAll : Sysctl::Icmp6EchoIgnoreAll;
      const bool for_many = v4 && inet::is_for_many(packet.to.ip);  // by IPv6 a group is answered, too
      const bool silent = for_many || step.world.inet.nets.read(net).sysctls[ignore] != 0;
      return silent ? drop(Reason::EchoIgnored) : inet::answer_echo(step, net, packet);
    }
    case wire::IcmpKind::EchoReply:
      return udp::input_echo_reply(step, net, packet, copied);
    case wire::IcmpKind::Other:
      return copied ? void() : drop(Reason::IcmpForNoProgram);
    default:
      return packet.icmp.protocol == wire::TCP ? tcp::input_icmp(step, net, packet)
                                               : udp::input_error(step, net, packet);
  }
}

}  // namespace

void receive(Step& step, PacketId id) {
  World& world = step.world;
  wire::Packet packet = world.wire.in_flight.read(id);
  world.wire.in_flight.remove(id);
  const NetId net = NetId::from_raw(packet.net);
  step.host = world.inet.nets.read(net).host;
  step.cause = step.record(rec::PacketDelivered{packet.sent, packet.copy}, packet.carried);
  if (inet::is_raw(world, net)) {
    inet::keep(step, net, packet);
    return;
  }
  inet::tap(step, net, packet, false);
  const auto drop = [&](Reason reason) {
    step.record(rec::PacketDropped{packet.sent, 0, packet.copy}, reason);
  };
  if (packet.link != 0 && inet::filter_stops(step, net, packet)) return;
  const bool for_us = inet::is_local(world, net, packet.to.ip) || inet::takes_for_many(world, net, packet);
  if (!for_us && !inet::passes_on(world, net, packet)) return drop(Reason::NotForUs);
  if (packet.link != 0 && is_martian(world, net, packet.from.ip)) return drop(Reason::MartianSource);
  if (!for_us) return inet::forward(step, net, packet);
  if (packet.is_fragment()) {
    const auto whole = inet::reassemble(step, net, packet);
    if (!whole) return;
    packet = *whole;
  }
  switch (packet.protocol) {
    case wire::UDP:
      return udp::input(step, net, packet);
    case wire::ICMP:
      return receive_icmp(step, net, packet);
    default:  // TCP is between two: one for many is dropped without a word (Linux tcp_v4_rcv)
      if (inet::is_for_many(packet.to.ip)) return drop(Reason::NotForUs);
      return receive_segment(step, net, packet);
  }
}

}  // namespace sockarium::kernel
