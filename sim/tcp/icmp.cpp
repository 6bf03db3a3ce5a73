// An ICMP error about a segment that we sent. While a connection is being opened it ends the attempt; later
// it is no more than a hint, as it may be old, wrong or made up (RFC 1122 section 4.2.3.9, RFC 5461, RFC
// 5927). Linux tcp_v4_err, tcp_v6_err, tcp_req_err.
//
// Left out: sending again at once what was too large for the path (it waits for its timer), redirects,
// undoing of a retransmission timer's backoff (RFC 6069).
#include "sim/inet/icmp.h"
#include "sim/inet/route.h"
#include "sim/step.h"
#include "sim/tcp/segment.h"

namespace sockarium::tcp {

namespace {

bool is_too_long(const wire::Packet& packet) {
  return packet.icmp_kind() == wire::IcmpKind::TooLong;
}

/// OK: the message says nothing that a connection cares for.
Errno error_of(const wire::Packet& packet) {
  constexpr std::uint8_t known_codes = 16;
  const bool unknown =
      packet.by_v4() && packet.icmp_kind() == wire::IcmpKind::Unreachable && packet.icmp.code >= known_codes;
  return unknown || is_too_long(packet) ? Errno::OK : inet::meaning_of(packet).error;
}

/// Only these end a half-open request (Linux tcp_v4_err, tcp_req_err; for IPv6 what is fatal).
bool ends_request(const wire::Packet& packet) {
  if (!packet.by_v4()) return inet::meaning_of(packet).fatal;
  const wire::IcmpKind kind = packet.icmp_kind();
  return kind == wire::IcmpKind::ParameterProblem || kind == wire::IcmpKind::TimeExceeded ||
         (kind == wire::IcmpKind::Unreachable && packet.icmp.code <= 1);
}

void drop(Step& step, const wire::Packet& packet, Reason reason) {
  step.record(rec::PacketDropped{packet.sent, 0, packet.copy}, reason);
}

void for_request(Step& step, RequestId id, const wire::Packet& packet) {
  const Request& request = step.world.tcp.requests.read(id);
  const NetId net = request.net;
  if (packet.icmp.seq != request.iss) {
    step.count(net, Counter::TcpExtOutOfWindowIcmps);
    return drop(step, packet, Reason::IcmpOutsideWindow);
  }
  if (!ends_request(packet)) return drop(step, packet, Reason::IcmpNoted);
  step.count(net, Counter::TcpExtListenDrops);
  give_up_request(step, id, Reason::IcmpRefuses);
}

/// Segments become small enough for the path (RFC 1191).
void fit_path(Step& step, ConnectionId id, const wire::Packet& packet) {
  World& world = step.world;
  Connection& connection = world.tcp.connections.write(id);
  const inet::SocketBase& base = world.inet.sockets.read(connection.socket);
  inet::lower_path_mtu(world, base.net, base.peer.ip, packet.icmp.mtu);
  const auto path = inet::route(world, base.net, base.peer.ip);
  if (connection.state != TcpState::SynSent && path)
    connection.mss = effective_mss(connection.peer_mss, path->room(), connection.has_timestamps);
  drop(step, packet, Reason::PathMtuLowered);
}

void for_connection(Step& step, ConnectionId id, const wire::Packet& packet) {
  World& world = step.world;
  const Connection& connection = world.tcp.connections.read(id);
  inet::SocketBase& base = world.inet.sockets.write(connection.socket);
  const Seq seq = packet.icmp.seq;
  if (seq < connection.snd_una || seq > connection.snd_nxt) {
    step.count(base.net, Counter::TcpExtOutOfWindowIcmps);
    return drop(step, packet, Reason::IcmpOutsideWindow);
  }
  if (is_too_long(packet)) return fit_path(step, id, packet);
  const Errno error = error_of(packet);
  if (error == Errno::OK) return drop(step, packet, Reason::IcmpNoted);
  if (connection.state == TcpState::SynSent || connection.state == TcpState::SynReceived)
    return finish(step, id, error, Reason::IcmpRefuses);
  if (!(packet.by_v4() ? base.receive_errors : base.six.receive_errors)) {
    base.soft_error = error;
    return drop(step, packet, Reason::IcmpNoted);
  }
  base.error = error;
  step.record(rec::SocketError{connection.socket, error, 0}, Reason::IcmpReported);
  step.wake_all(connection.socket, step.world.records);
}

}  // namespace

void input_icmp(Step& step, NetId net, const wire::Packet& packet) {
  const wire::Icmp& icmp = packet.icmp;
  const inet::Owner* owner = step.world.inet.connections.find(inet::TupleKey{net, icmp.from, icmp.to});
  switch (owner != nullptr ? owner->kind : inet::OwnerKind::None) {
    case inet::OwnerKind::Connection:
      return for_connection(step, ConnectionId::from_raw(owner->id), packet);
    case inet::OwnerKind::Request:
      return for_request(step, RequestId::from_raw(owner->id), packet);
    case inet::OwnerKind::TimeWait:
      return drop(step, packet, Reason::IcmpNoted);
    case inet::OwnerKind::None:
      step.count(net, packet.by_v4() ? Counter::IcmpInErrors : Counter::Icmp6InErrors);
      return drop(step, packet, Reason::IcmpForNobody);
  }
}

}  // namespace sockarium::tcp
