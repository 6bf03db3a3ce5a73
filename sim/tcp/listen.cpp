// Listening: listen(), and what a SYN finds. Linux inet_csk_listen_start, tcp_conn_request.
//
// Left out: SYN cookies (a SYN that meets a full SYN queue is dropped, as with net.ipv4.tcp_syncookies = 0),
// SO_REUSEPORT groups, TCP_DEFER_ACCEPT.
#include <algorithm>

#include "sim/inet/port_table.h"
#include "sim/inet/route.h"
#include "sim/step.h"
#include "sim/tcp/segment.h"
#include "sim/tcp/state.h"

namespace sockarium::tcp {

namespace {

std::int64_t effective_backlog(const Sysctls& sysctls, std::int32_t asked) {
  const std::int64_t somaxconn = sysctls[Sysctl::Somaxconn];
  return asked < 0 ? somaxconn : std::min<std::int64_t>(asked, somaxconn);  // compared as unsigned
}

/// Drops a packet with a record that says why.
void drop(Step& step, const wire::Packet& packet, Reason reason, RecordNumber because) {
  step.record(rec::PacketDropped{packet.sent, 0, packet.copy}, reason, because);
}

/// The SYN queue's other bound, where cookies are off: the last quarter of tcp_max_syn_backlog is kept for
/// known peers (Linux tcp_conn_request).
bool last_quarter(const Listener& listener, const Sysctls& sysctls) {
  const std::int64_t bound = sysctls[Sysctl::TcpMaxSynBacklog];
  return bound - listener.syn_length < bound / 4;
}

}  // namespace

Attempt try_listen(Step& step, SocketId socket, const sys::Listen& call) {
  World& world = step.world;
  inet::SocketBase& base = world.inet.sockets.write(socket);
  const ConnectionId id = ConnectionId::from_raw(base.entry);
  Connection& connection = world.tcp.connections.write(id);
  const std::int64_t backlog = effective_backlog(world.inet.nets.read(base.net).sysctls, call.backlog);
  if (connection.state == TcpState::Listen) {
    world.tcp.listeners.write(connection.listener).backlog = backlog;
    return done(0);
  }
  if (connection.state != TcpState::Closed || connection.connecting || connection.connected)
    return fail(Errno::INVAL);
  const bool named = bool(base.bucket);
  if (!named) {
    const std::uint16_t port = inet::choose_port_for_bind(step, socket, base.local.ip);
    if (port == 0) return fail(Errno::ADDRINUSE);
    inet::hold_port(step, socket, port, false, Reason::PortChosenForBind);
  }
  // Two sockets with SO_REUSEADDR may be bound to one name; only one of them may listen.
  base.listening = true;
  if (const SocketId holder = inet::bind_conflict(world, socket, base.local.ip, base.local.port)) {
    step.obstacle = world.inet.sockets.read(holder).bound_record;
    base.listening = false;
    return fail(Errno::ADDRINUSE);
  }
  if (named) inet::hold_port_again(world, socket);
  const inet::ListenKey key{base.net, base.local, 0};
  Listener listener;
  listener.socket = socket;
  listener.backlog = backlog;
  connection.listener = world.tcp.listeners.add(listener);
  if (world.inet.listeners.find(key) == nullptr) world.inet.listeners.set(key, socket);
  connection.read_shut = connection.write_shut = false;
  set_state(step, id, TcpState::Listen, Reason::ListenOpens);
  return done(0);
}

void input(Step& step, ListenerId listener_id, const wire::Packet& packet) {
  World& world = step.world;
  const Listener& listener = world.tcp.listeners.read(listener_id);
  const SocketId socket = listener.socket;
  const inet::SocketBase& base = world.inet.sockets.read(socket);
  const NetId net = base.net;
  const Sysctls& sysctls = world.inet.nets.read(net).sysctls;
  // RFC 9293 3.10.7.2: first RST, then ACK, then SYN.
  if (packet.has(wire::RST)) return drop(step, packet, Reason::ResetIgnored, 0);
  if (packet.has(wire::ACK)) return refuse(step, net, packet, Reason::BadHandshakeAck);
  if (!packet.has(wire::SYN) || packet.has(wire::FIN)) return drop(step, packet, Reason::IgnoredInState, 0);
  if (accept_queue_full(listener)) {
    const RecordNumber because = listener.filled_accept;
    step.count(net, Counter::TcpExtListenOverflows);
    step.count(net, Counter::TcpExtListenDrops);
    return drop(step, packet, Reason::AcceptQueueFull, because);
  }
  if (syn_queue_full(listener) || last_quarter(listener, sysctls)) {
    const RecordNumber because = listener.filled_syn;
    if (syn_queue_full(listener)) step.count(net, Counter::TcpExtTCPReqQFullDrop);
    step.count(net, Counter::TcpExtListenDrops);
    return drop(step, packet, syn_queue_full(listener) ? Reason::SynQueueFull : Reason::SynBacklogReserved,
                because);
  }

  const Connection& owner = world.tcp.connections.read(ConnectionId::from_raw(base.entry));
  const auto path = inet::route(world, net, packet.from.ip);
  if (!path) return drop(step, packet, Reason::NoRoute, 0);
  Request request;
  request.net = net;
  request.listener = socket;
  request.local = packet.to;
  request.peer = packet.from;
  const Ends ends{request.local, request.peer};
  request.iss = initial_sequence(world, net, ends);
  request.irs = packet.seq;
  request.peer_options = packet.options;
  request.peer_window = packet.window;
  request.timestamp_offset = initial_timestamp_offset(world, net, ends);
  request.created = world.now;
  // The offered window leaves room for the timestamps in every segment, when the peer sends them.
  std::uint32_t mss = greatest_mss(path->room());
  if (packet.options.has_timestamps && sysctls[Sysctl::TcpTimestamps] != 0) mss -= timestamps_size;
  const bool scales = packet.options.has_window_scale && sysctls[Sysctl::TcpWindowScaling] != 0;
  const InitialWindow window = initial_receive_window(owner, sysctls, mss, scales);
  request.receive_window = window.window;
  request.receive_scale = window.scale;
  const RequestId id = world.tcp.requests.add(request);
  world.inet.connections.set(inet::TupleKey{net, request.local, request.peer},
                             inet::Owner{inet::OwnerKind::Request, id.raw(), {}});
  world.tcp.requests.write(id).state_record =
      record_state(step, {}, ends, TcpState::Listen, TcpState::SynReceived, Reason::SynReceived);
  join_syn_queue(step, listener_id, id, Reason::SynReceived);
  send_syn_ack(step, id, Reason::SynReceived, 0);
}

}  // namespace sockarium::tcp
