// A half-open request: from the SYN to the final ACK, which makes it a connection. Linux inet_request_sock,
// tcp_check_req, reqsk_timer_handler, tcp_v4_syn_recv_sock.
#include <algorithm>

#include "sim/inet/options.h"
#include "sim/inet/route.h"
#include "sim/step.h"
#include "sim/tcp/segment.h"
#include "sim/tcp/state.h"

namespace sockarium::tcp {

namespace {

constexpr Duration answer_rarely = 500 * millisecond;  // tcp_invalid_ratelimit
constexpr Duration first_timeout = 1 * second;         // Linux TCP_TIMEOUT_INIT

void drop(Step& step, const wire::Packet& packet, Reason reason, RecordNumber because = 0) {
  step.record(rec::PacketDropped{packet.sent, 0, packet.copy}, reason, because);
}

ListenerId listener_of(const World& world, const Request& request) {
  const ConnectionId owner = ConnectionId::from_raw(world.inet.sockets.read(request.listener).entry);
  return world.tcp.connections.read(owner).listener;
}

/// Another listener of the group, when the request's own has closed.
ListenerId heir_of(Step& step, const Request& request) {
  if (request.group == 0) return {};
  Endpoint name = request.local;
  if (request.group == 2) name.ip = Address::any_v4();
  return tcp::heir_of(step, request.net, name, Ends{request.local, request.peer});
}

/// Doubtful segments are answered twice a second at most.
bool answers_too_often(Step& step, Request& request) {
  const Time now = step.now();
  const bool often = request.answered != never && now - request.answered < answer_rarely;
  if (often)
    step.count(request.net, Counter::TcpExtTCPACKSkippedSynRecv);
  else
    request.answered = now;
  return often;
}

/// Tells the peer where we are (Linux tcp_v4_reqsk_send_ack).
void send_request_ack(Step& step, const Request& request, Reason reason) {
  const Agreed both = agreed(step.world, request);
  wire::Packet packet;
  packet.ttl = inet::default_hops(step.world, request.net, request.peer.ip);
  packet.from = request.local;
  packet.to = request.peer;
  packet.seq = request.iss + 1;
  packet.ack = request.irs + 1;
  packet.flags = wire::ACK;
  packet.window = static_cast<std::uint16_t>(
      std::min<std::uint32_t>(request.receive_window >> request.receive_scale, 65535));
  packet.options.has_timestamps = both.timestamps;
  if (both.timestamps) {
    packet.options.timestamp = timestamp(step.world, request.timestamp_offset);
    packet.options.echo = request.peer_options.timestamp;
  }
  step.count(request.net, Counter::TcpOutSegs);
  inet::send(step, request.net, packet, reason);
}

/// How often the SYN-ACK may be repeated. When the queue is more than half full, old requests must go, so
/// that young ones find room.
std::int64_t patience(const Listener& listener, const Connection& owner, const Sysctls& sysctls) {
  std::int64_t retries = owner.syn_count != 0 ? owner.syn_count : sysctls[Sysctl::TcpSynackRetries];
  if (listener.syn_length * 2 <= std::max<std::int64_t>(8, listener.backlog)) return retries;
  for (std::int64_t young = listener.syn_young * 2; retries > 2 && listener.syn_length >= young; young *= 2)
    --retries;
  return retries;
}

}  // namespace

void give_up_request(Step& step, RequestId id, Reason reason) {
  const Request& request = step.world.tcp.requests.read(id);
  record_state(step, {}, Ends{request.local, request.peer}, TcpState::SynReceived, TcpState::Closed, reason);
  free_request(step, id, reason);
}

Request draft_request(const World& world, ListenerId listener_id, const wire::Packet& syn,
                      std::uint32_t mss) {
  const SocketId socket = world.tcp.listeners.read(listener_id).socket;
  const inet::SocketBase& base = world.inet.sockets.read(socket);
  const Connection& owner = world.tcp.connections.read(ConnectionId::from_raw(base.entry));
  const Sysctls& sysctls = world.inet.nets.read(base.net).sysctls;
  const auto path = inet::route(world, base.net, syn.from.ip);
  Request request;
  request.net = base.net;
  request.listener = socket;
  request.local = syn.to;
  request.peer = syn.from;
  const Ends ends{request.local, request.peer};
  request.iss = initial_sequence(world, base.net, ends);
  request.irs = syn.seq;
  request.peer_options = syn.options;
  request.peer_window = syn.window;
  request.timestamp_offset = initial_timestamp_offset(world, base.net, ends);
  request.created = world.now;
  if (mss == 0) {
    // The offered window leaves room for the timestamps in every segment, when the peer sends them.
    mss = greatest_mss(path ? path->room() : usual_room);
    if (syn.options.has_timestamps && sysctls[Sysctl::TcpTimestamps] != 0) mss -= timestamps_size;
  }
  const bool scales = syn.options.has_window_scale && sysctls[Sysctl::TcpWindowScaling] != 0;
  const InitialWindow window = initial_receive_window(owner, sysctls, mss, scales);
  request.receive_window = window.window;
  request.receive_scale = window.scale;
  return request;
}

wire::Packet make_syn_ack(const World& world, const Request& request) {
  const Agreed both = agreed(world, request);
  const auto path = inet::route(world, request.net, request.peer.ip);
  wire::Packet packet;
  packet.ttl = request.listener
                   ? inet::hops_of(world, world.inet.sockets.read(request.listener), request.peer.ip)
                   : inet::default_hops(world, request.net, request.peer.ip);
  packet.from = request.local;
  packet.to = request.peer;
  packet.seq = request.iss;
  packet.ack = request.irs + 1;
  packet.flags = wire::SYN | wire::ACK;
  packet.window = static_cast<std::uint16_t>(std::min<std::uint32_t>(request.receive_window, 65535));
  packet.options.mss = static_cast<std::uint16_t>(greatest_mss(path ? path->room() : usual_room));
  packet.options.has_timestamps = both.timestamps;
  if (both.timestamps) {
    packet.options.timestamp = timestamp(world, request.timestamp_offset);
    packet.options.echo = request.peer_options.timestamp;
  }
  packet.options.sack_permitted = both.sack;
  packet.options.has_window_scale = both.scale;
  packet.options.window_scale = both.receive_scale;
  return packet;
}

void send_syn_ack(Step& step, RequestId id, Reason reason, std::int64_t again) {
  World& world = step.world;
  Request& request = world.tcp.requests.write(id);
  const wire::Packet packet = make_syn_ack(world, request);
  const NetId net = request.net;
  step.count(net, Counter::TcpOutSegs);  // a repeated one, too (Linux tcp_make_synack)
  if (again > 0) {
    step.count(net, Counter::TcpRetransSegs);
    step.count(net, Counter::TcpExtTCPSynRetrans);
  }
  inet::send(step, net, packet, reason, again);
  step.arm(request.timer, TimerKind::SynAck, id.raw(), world.now + request.timeout, Reason::Unacknowledged);
}

void on_syn_ack_timer(Step& step, RequestId id) {
  World& world = step.world;
  Request& request = world.tcp.requests.write(id);
  if (!request.listener) {
    const ListenerId heir = heir_of(step, request);
    if (!heir) return give_up_request(step, id, Reason::ListenerGone);
    request.listener = world.tcp.listeners.read(heir).socket;
    step.count(request.net, Counter::TcpExtTCPMigrateReqSuccess);
    join_syn_queue(step, heir, id, Reason::ListenerMigrated);
  }
  const Sysctls& sysctls = world.inet.nets.read(request.net).sysctls;
  const inet::SocketBase& base = world.inet.sockets.read(request.listener);
  const Connection& owner = world.tcp.connections.read(ConnectionId::from_raw(base.entry));
  Listener& listener = world.tcp.listeners.write(owner.listener);
  const std::int64_t retries = patience(listener, owner, sysctls);
  // Linux syn_ack_recalc: where data is awaited (TCP_DEFER_ACCEPT), the end of the wait asks once more.
  const std::uint32_t defer = owner.defer_accept;
  const bool waits = defer != 0 && request.acked != 0;
  const bool expires = request.timeouts >= retries && (!waits || request.timeouts >= defer);
  const bool asks = !waits || request.timeouts + 1 >= defer;
  step.count(request.net, Counter::TcpExtTCPTimeouts);
  if (expires) return give_up_request(step, id, Reason::RequestGivenUp);
  if (request.timeouts++ == 0) --listener.syn_young;
  request.timeout = std::min<Duration>(first_timeout << std::min<std::uint32_t>(request.timeouts, 20),
                                       sysctls[Sysctl::TcpRtoMaxMs] * millisecond);
  if (!asks) {
    step.arm(request.timer, TimerKind::SynAck, id.raw(), world.now + request.timeout, Reason::DataAwaited);
    return;
  }
  ++request.retransmits;
  send_syn_ack(step, id, Reason::RetransmissionTimeout, request.retransmits);
}

bool input(Step& step, RequestId id, const wire::Packet& packet) {
  World& world = step.world;
  Request& request = world.tcp.requests.write(id);
  const NetId net = request.net;
  const bool orphan = !request.listener;
  const ListenerId listener_id = orphan ? heir_of(step, request) : listener_of(world, request);
  if (!listener_id) {
    give_up_request(step, id, Reason::ListenerGone);
    return true;
  }
  if (packet.has(wire::SYN) && !packet.has(wire::ACK) && !packet.has(wire::RST) &&
      packet.seq == request.irs) {
    if (answers_too_often(step, request)) {
      drop(step, packet, Reason::AnsweredLately);
      return false;
    }
    send_syn_ack(step, id, Reason::SynRepeated, ++request.retransmits);
    return false;
  }
  if (packet.has(wire::ACK) && packet.ack != request.iss + 1) {
    if (packet.has(wire::RST))
      drop(step, packet, Reason::OutsideWindow);
    else
      refuse(step, net, packet, Reason::BadHandshakeAck);
    return false;
  }
  const Seq next = request.irs + 1;
  const bool in_window =
      packet.seq == next || (packet.end() > next && packet.seq < next + request.receive_window);
  if (!in_window) {
    const bool silent = packet.has(wire::RST) || (packet.length() == 0 && answers_too_often(step, request));
    drop(step, packet, Reason::OutsideWindow);
    if (!silent) send_request_ack(step, request, Reason::OutsideWindow);
    return false;
  }
  if (packet.has(wire::RST) && packet.seq != next) {  // only the exact number resets (RFC 5961 3.2)
    step.count(net, Counter::TcpExtTCPChallengeACK);
    drop(step, packet, Reason::ChallengeAck);
    send_request_ack(step, request, Reason::ChallengeAck);
    return false;
  }
  const bool begins_at_syn = packet.has(wire::SYN) && packet.seq == request.irs;
  if (packet.has(wire::RST) || (packet.has(wire::SYN) && !begins_at_syn)) {
    step.count(net, Counter::TcpAttemptFails);
    step.count(net, Counter::TcpExtEmbryonicRsts);
    const bool reset = packet.has(wire::RST);
    give_up_request(step, id, reset ? Reason::ResetReceived : Reason::ResetBySyn);
    if (!reset) refuse(step, net, packet, Reason::ResetBySyn);
    return false;
  }
  if (!packet.has(wire::ACK)) {
    drop(step, packet, Reason::IgnoredInState);
    return false;
  }
  const Listener& listener = world.tcp.listeners.read(listener_id);
  const inet::SocketBase& base = world.inet.sockets.read(listener.socket);
  const Connection& owner = world.tcp.connections.read(ConnectionId::from_raw(base.entry));
  if (request.timeouts < owner.defer_accept && packet.end() == next) {
    request.acked = 1;
    step.count(net, Counter::TcpExtTCPDeferAcceptDrop);
    drop(step, packet, Reason::DataAwaited);
    return false;
  }
  if (accept_queue_full(listener)) {
    const RecordNumber because = listener.filled_accept;
    step.count(net, Counter::TcpExtListenOverflows);
    step.count(net, Counter::TcpExtListenDrops);
    if (orphan) step.count(net, Counter::TcpExtTCPMigrateReqFailure);
    if (world.inet.nets.read(net).sysctls[Sysctl::TcpAbortOnOverflow] != 0) {
      step.count(net, Counter::TcpExtEmbryonicRsts);
      give_up_request(step, id, Reason::AcceptQueueFullAbort);
      refuse(step, net, packet, Reason::AcceptQueueFullAbort, because);
      return false;
    }
    request.acked = 1;
    drop(step, packet, Reason::AcceptQueueFullAck, because);
    return false;
  }
  const Request completed = request;
  leave_syn_queue(step, id, orphan ? Reason::ListenerMigrated : Reason::HandshakeCompleted);
  world.tcp.requests.remove(id);
  if (orphan) step.count(net, Counter::TcpExtTCPMigrateReqSuccess);
  const Duration round_trip = completed.retransmits == 0 ? world.now - completed.created : -1;
  open_child(step, listener_id, completed, round_trip, packet, Reason::HandshakeCompleted);
  return false;
}

}  // namespace sockarium::tcp
