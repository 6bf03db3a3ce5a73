// Listening: listen(), what a SYN finds, and the end of it. Linux inet_csk_listen_start, tcp_conn_request,
// inet_csk_listen_stop.
//
// Left out: a SYN that replaces a TIME-WAIT entry passes the bound of the SYN queue; known peers do, too.
#include <algorithm>

#include "sim/inet/listener_table.h"
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
  Listener listener;
  listener.socket = socket;
  listener.backlog = backlog;
  listener.syn_extra = world.inet.nets.read(base.net).traits[Trait::SynQueueExtra];
  connection.listener = world.tcp.listeners.add(listener);
  inet::enter_listener(world, socket);
  connection.read_shut = connection.write_shut = false;
  set_state(step, id, TcpState::Listen, Reason::ListenOpens);
  return done(0);
}

void input(Step& step, ListenerId listener_id, const wire::Packet& packet) {
  World& world = step.world;
  const Listener& listener = world.tcp.listeners.read(listener_id);
  const SocketId socket = listener.socket;
  const NetId net = world.inet.sockets.read(socket).net;
  const Sysctls& sysctls = world.inet.nets.read(net).sysctls;
  // RFC 9293 3.10.7.2: first RST, then ACK, then SYN.
  if (packet.has(wire::RST)) return drop(step, packet, Reason::ResetIgnored, 0);
  if (packet.has(wire::ACK)) {
    if (!packet.has(wire::SYN) && take_cookie(step, listener_id, packet) == CookieCheck::Taken) return;
    return refuse(step, net, packet, Reason::BadHandshakeAck);
  }
  if (!packet.has(wire::SYN) || packet.has(wire::FIN)) return drop(step, packet, Reason::IgnoredInState, 0);
  const std::int64_t cookies = sysctls[Sysctl::TcpSyncookies];
  const bool cookie = cookies == 2 || syn_queue_full(listener);
  if (cookie && cookies == 0) {
    const RecordNumber because = listener.filled_syn;
    step.count(net, Counter::TcpExtTCPReqQFullDrop);
    step.count(net, Counter::TcpExtListenDrops);
    return drop(step, packet, Reason::SynQueueFull, because);
  }
  if (cookie) step.count(net, Counter::TcpExtTCPReqQFullDoCookies);
  if (accept_queue_full(listener)) {
    const RecordNumber because = listener.filled_accept;
    step.count(net, Counter::TcpExtListenOverflows);
    step.count(net, Counter::TcpExtListenDrops);
    if (world.inet.nets.read(net).traits[Trait::FullQueueRefuses] != 0)
      return refuse(step, net, packet, Reason::AcceptQueueRefuses, because);
    return drop(step, packet, Reason::AcceptQueueFull, because);
  }
  if (!inet::route(world, net, packet.from.ip)) {
    step.count(net, Counter::IpOutNoRoutes);
    step.count(net, Counter::TcpExtListenDrops);
    return drop(step, packet, Reason::NoRoute, 0);
  }
  if (cookie)
    return send_cookie(step, listener_id, packet,
                       syn_queue_full(listener) ? Reason::CookieSent : Reason::CookieAlways,
                       syn_queue_full(listener) ? listener.filled_syn : 0);
  if (cookies == 0 && last_quarter(listener, sysctls)) {
    const RecordNumber because = listener.filled_syn;
    step.count(net, Counter::TcpExtListenDrops);
    return drop(step, packet, Reason::SynBacklogReserved, because);
  }
  const Request request = draft_request(world, listener_id, packet);
  const Ends ends{request.local, request.peer};
  const RequestId id = world.tcp.requests.add(request);
  world.inet.connections.set(inet::TupleKey{net, request.local, request.peer},
                             inet::Owner{inet::OwnerKind::Request, id.raw(), {}});
  world.tcp.requests.write(id).state_record =
      record_state(step, {}, ends, TcpState::Listen, TcpState::SynReceived, Reason::SynReceived);
  const bool in_group = inet::group_size(world, socket) > 1;
  join_syn_queue(step, listener_id, id, in_group ? Reason::ChosenByHash : Reason::SynReceived);
  send_syn_ack(step, id, Reason::SynReceived, 0);
}

ListenerId heir_of(Step& step, NetId net, const Endpoint& name, const Ends& ends) {
  const World& world = step.world;
  const SocketId heir = inet::choose_listener(world, net, name, ends.local, ends.peer);
  if (heir)
    return world.tcp.connections.read(ConnectionId::from_raw(world.inet.sockets.read(heir).entry)).listener;
  step.count(net, Counter::TcpExtTCPMigrateReqFailure);
  return {};
}

void stop_listening(Step& step, ConnectionId id) {
  World& world = step.world;
  Connection& connection = world.tcp.connections.write(id);
  const ListenerId listener_id = connection.listener;
  inet::SocketBase& base = world.inet.sockets.write(connection.socket);
  const bool migrates = base.reuse_port && world.inet.nets.read(base.net).sysctls[Sysctl::TcpMigrateReq] != 0;
  inet::leave_listener(world, connection.socket);
  base.listening = false;
  drop_accept_queue(step, listener_id, migrates);
  while (const RequestId request = world.tcp.listeners.read(listener_id).syn_first) {
    leave_syn_queue(step, request, Reason::ListenerGone);
    if (migrates) world.tcp.requests.write(request).group = base.local.ip.is_wildcard() ? 2 : 1;
  }
  world.tcp.listeners.remove(listener_id);
  connection.listener = {};
  set_state(step, id, TcpState::Closed, Reason::ListenerCloses);
  if (!base.port_by_program) {
    inet::release_port(step, connection.socket);
    base.former_port = std::exchange(base.local.port, std::uint16_t{0});
  }
}

}  // namespace sockarium::tcp
