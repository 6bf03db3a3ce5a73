// connect(): chooses a source address and port, sends the SYN, and waits for the outcome. The same function
// is asked again when the blocked call wakes up. Linux __inet_stream_connect, tcp_v4_connect.
//
// Left out: TCP Fast Open.
#include <algorithm>

#include "sim/inet/port_table.h"
#include "sim/inet/route.h"
#include "sim/step.h"
#include "sim/tcp/segment.h"
#include "sim/tcp/state.h"

namespace sockarium::tcp {

namespace {

Attempt wait_for_outcome(const World& world, SocketId socket, Errno if_nonblocking) {
  const inet::SocketBase& base = world.inet.sockets.read(socket);
  Block block;
  block.wait.who = socket.raw();
  block.wait.what = Readiness::Writable;
  block.if_nonblocking = if_nonblocking;
  if (base.send_timeout != 0) block.deadline = world.now + base.send_timeout;
  block.at_deadline = if_nonblocking;  // the attempt goes on (kernel-measured)
  return block;
}

/// A connect that was begun earlier: has it been decided?
Attempt outcome(Step& step, SocketId socket, bool again) {
  World& world = step.world;
  inet::SocketBase& base = world.inet.sockets.write(socket);
  Connection& connection = world.tcp.connections.write(ConnectionId::from_raw(base.entry));
  if (connection.state == TcpState::SynSent || connection.state == TcpState::SynReceived)
    return wait_for_outcome(world, socket, again ? Errno::INPROGRESS : Errno::ALREADY);
  connection.connecting = false;
  if (connection.state != TcpState::Closed) return done(0);
  const Errno error = std::exchange(base.error, Errno::OK);
  connection.read_shut = connection.write_shut = false;  // it may try anew
  return fail(error == Errno::OK ? Errno::CONNABORTED : error);
}

/// Puts the four numbers together and enters them into the tables. OK, or the errno of connect().
Errno take_name(Step& step, SocketId socket) {
  World& world = step.world;
  inet::SocketBase& base = world.inet.sockets.write(socket);
  SocketId recycled;
  if (!base.bucket) {
    const std::uint16_t port = inet::choose_port_for_connect(step, socket, recycled);
    if (port == 0) return Errno::ADDRNOTAVAIL;
    if (recycled) {
      step.count(base.net, Counter::TcpExtTWRecycled);
      remove_time_wait(step, TimeWaitId::from_raw(world.inet.sockets.read(recycled).entry),
                       Reason::TimeWaitReused);
    }
    inet::hold_port(step, socket, port, true, Reason::PortChosenForConnect);
    inet::note_taken(world, socket, true);
  } else {
    if (!inet::tuple_is_free(world, socket, base.local.port, true, recycled)) return Errno::ADDRNOTAVAIL;
    if (recycled)
      remove_time_wait(step, TimeWaitId::from_raw(world.inet.sockets.read(recycled).entry),
                       Reason::TimeWaitReused);
  }
  world.inet.connections.set(inet::TupleKey{base.net, base.local, base.peer},
                             inet::Owner{inet::OwnerKind::Connection, base.entry, socket});
  return Errno::OK;
}

}  // namespace

Attempt try_connect(Step& step, SocketId socket, const sys::Connect& call, bool again) {
  World& world = step.world;
  inet::SocketBase& base = world.inet.sockets.write(socket);
  const ConnectionId id = ConnectionId::from_raw(base.entry);
  Connection& connection = world.tcp.connections.write(id);
  if (call.domain == af_unspec) return disconnect(step, socket);
  if (connection.connecting) return outcome(step, socket, again);
  if (again) return fail(Errno::PIPE);  // another task has disconnected it meanwhile
  if (connection.state != TcpState::Closed || connection.connected) return fail(Errno::ISCONN);
  if (base.ipv6 && call.domain == af_inet) return fail(Errno::INVAL);  // its address is too short
  if (call.domain != (base.ipv6 ? af_inet6 : af_inet)) return fail(Errno::AFNOSUPPORT);

  Endpoint to = call.to;
  if (to.ip.is_wildcard()) to.ip = to.ip.is_v4() ? Address::loopback_v4() : Address::loopback_v6();
  if (base.ipv6_only && to.ip.is_v4()) return fail(Errno::NETUNREACH);
  const auto path = inet::route(world, base.net, to.ip);
  if (!path) {
    const Errno why = inet::unreachable(world, base.net, to.ip);
    if (why == Errno::NETUNREACH) step.count(base.net, Counter::IpOutNoRoutes);
    return fail(why);
  }
  if (to.ip.is_multicast() || to.ip.is_broadcast()) return fail(Errno::NETUNREACH);
  if (!base.local.ip.is_wildcard() && base.local.ip.is_v4() != to.ip.is_v4())
    return fail(to.ip.is_v4() ? Errno::NETUNREACH : Errno::AFNOSUPPORT);
  const Endpoint old_local = base.local;
  const Endpoint old_peer = base.peer;
  if (base.local.ip.is_wildcard()) base.local.ip = inet::source_address(world, base.net, to.ip);
  base.peer = to;
  if (const Errno error = take_name(step, socket); error != Errno::OK) {
    base.local = old_local;
    base.peer = old_peer;
    return fail(error);
  }

  const Sysctls& sysctls = world.inet.nets.read(base.net).sysctls;
  const Ends ends{base.local, base.peer};
  connection.iss = initial_sequence(world, base.net, ends);
  connection.snd_una = connection.iss;
  connection.snd_nxt = connection.snd_up = connection.write_end = connection.small_end = connection.iss + 1;
  connection.timestamp_offset = initial_timestamp_offset(world, base.net, ends);
  connection.has_timestamps = sysctls[Sysctl::TcpTimestamps] != 0;
  connection.sack_permitted = sysctls[Sysctl::TcpSack] != 0;
  connection.has_scale = sysctls[Sysctl::TcpWindowScaling] != 0;
  connection.advertised_mss = greatest_mss(path->room());
  if (connection.user_mss != 0)
    connection.advertised_mss = std::min(connection.advertised_mss, connection.user_mss);
  const InitialWindow window =
      initial_receive_window(connection, sysctls, connection.advertised_mss, connection.has_scale);
  connection.rcv_wnd = connection.rcv_ssthresh = window.window;
  connection.receive_scale = window.scale;
  connection.rtt = RoundTrip{};
  connection.rtt.rto = world.inet.nets.read(base.net).traits[Trait::FirstWaitMs] * millisecond;
  connection.retransmits = 0;
  connection.retransmit_since = step.now();
  connection.connecting = true;
  set_state(step, id, TcpState::SynSent, Reason::ConnectSendsSyn);
  step.count(base.net, Counter::TcpActiveOpens);
  send_syn(step, id, Reason::ConnectSendsSyn, 0);
  step.arm(connection.retransmit, TimerKind::Retransmit, id.raw(), step.now() + connection.rtt.rto,
           Reason::Unacknowledged);
  return wait_for_outcome(world, socket, Errno::INPROGRESS);
}

}  // namespace sockarium::tcp
