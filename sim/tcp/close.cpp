// The ways out: shutdown(), close(), and the end of a connection. Linux tcp_shutdown, __tcp_close, tcp_done.
//
// Left out: the limit on orphans (tcp_max_orphans).
#include <algorithm>

#include "sim/inet/port_table.h"
#include "sim/step.h"
#include "sim/tcp/segment.h"
#include "sim/tcp/state.h"

namespace sockarium::tcp {

namespace {

bool in(TcpState state, std::initializer_list<TcpState> states) {
  return std::find(states.begin(), states.end(), state) != states.end();
}

/// Our side has no more to send: FIN after the last byte (RFC 9293 3.10.4).
void queue_fin(Step& step, ConnectionId id) {
  Connection& connection = step.world.tcp.connections.write(id);
  const TcpState to = connection.state == TcpState::CloseWait ? TcpState::LastAck : TcpState::FinWait1;
  connection.fin_queued = true;
  set_state(step, id, to, Reason::ClosedByProgram);
  output(step, id, Reason::ClosedByProgram);
}

}  // namespace

void unhash(Step& step, ConnectionId id) {
  World& world = step.world;
  const inet::SocketBase& base = world.inet.sockets.read(world.tcp.connections.read(id).socket);
  const inet::TupleKey key{base.net, base.local, base.peer};
  const inet::Owner* owner = world.inet.connections.find(key);
  if (owner != nullptr && owner->kind == inet::OwnerKind::Connection && owner->id == id.raw())
    world.inet.connections.erase(key);
  inet::note_taken(world, world.tcp.connections.read(id).socket, false);
}

void free_socket(Step& step, ConnectionId id, Reason reason) {
  World& world = step.world;
  Connection& connection = world.tcp.connections.write(id);
  const SocketId socket = connection.socket;
  clear(world, connection.send_queue);
  clear(world, connection.receive_queue);
  clear(world, connection.out_of_order);
  inet::release_port(step, socket);
  step.record(rec::SocketFreed{socket, ends_of(world, socket)}, reason);
  world.tcp.connections.remove(id);
  world.inet.sockets.remove(socket);
}

void finish(Step& step, ConnectionId id, Errno error, Reason reason, RecordNumber because) {
  World& world = step.world;
  Connection& connection = world.tcp.connections.write(id);
  const SocketId socket = connection.socket;
  inet::SocketBase& base = world.inet.sockets.write(socket);
  Step::disarm(connection.retransmit);
  Step::disarm(connection.delayed_ack);
  Step::disarm(connection.keepalive);
  connection.ack_pending = false;
  const bool attempt = connection.state == TcpState::SynSent || connection.state == TcpState::SynReceived;
  // Who gives up by itself has not failed (Linux tcp_done counts, tcp_disconnect does not).
  const bool given_up = reason == Reason::ClosedBeforeOpen || reason == Reason::Disconnected;
  if (attempt && !given_up) step.count(base.net, Counter::TcpAttemptFails);
  unhash(step, id);
  set_state(step, id, TcpState::Closed, reason, because);
  clear(world, connection.send_queue);
  connection.write_end = connection.snd_up = connection.snd_una = connection.snd_nxt;
  connection.fin_queued = false;
  connection.read_shut = connection.write_shut = true;
  if (!base.port_by_program) inet::release_port(step, socket);
  if (attempt) {  // a failed connect() takes back what it chose, so that the next one may choose anew
    if (!base.port_by_program) base.former_port = std::exchange(base.local.port, std::uint16_t{0});
    if (!base.address_by_program) base.local.ip = base.wildcard();
  }
  if (error != Errno::OK) {
    base.error = error;
    step.record(rec::SocketError{socket, error, 0}, reason);
  }
  if (!base.file && !connection.accept_parent) free_socket(step, id, reason);
}

Attempt try_shutdown(Step& step, SocketId socket, Shut how) {
  World& world = step.world;
  const inet::SocketBase& base = world.inet.sockets.read(socket);
  const ConnectionId id = ConnectionId::from_raw(base.entry);
  Connection& connection = world.tcp.connections.write(id);
  if (static_cast<std::int32_t>(how) < 0 || static_cast<std::int32_t>(how) > 2) return fail(Errno::INVAL);
  if (connection.state == TcpState::Closed) return fail(Errno::NOTCONN);
  if (connection.state == TcpState::Listen) {
    if (how == Shut::Write) return done(0);
    stop_listening(step, id);
    return done(0);
  }
  if (connection.state == TcpState::SynSent) {  // nothing is sent (kernel-measured)
    finish(step, id, Errno::CONNRESET, Reason::ClosedBeforeOpen);
    connection.connecting = connection.read_shut = connection.write_shut = false;
    return done(0);
  }
  const bool fin = how != Shut::Read && !connection.write_shut &&
                   in(connection.state, {TcpState::Established, TcpState::SynReceived, TcpState::CloseWait});
  if (how != Shut::Write) connection.read_shut = true;
  if (how != Shut::Read) connection.write_shut = true;
  if (fin)
    queue_fin(step, id);  // whose change of state wakes all
  else
    step.wake_all(socket, step.cause);  // Linux inet_shutdown
  return done(0);
}

void close(Step& step, SocketId socket) {
  World& world = step.world;
  inet::SocketBase& base = world.inet.sockets.write(socket);
  const ConnectionId id = ConnectionId::from_raw(base.entry);
  Connection& connection = world.tcp.connections.write(id);
  base.file = {};
  connection.read_shut = connection.write_shut = true;
  const TcpState state = connection.state;
  if (state == TcpState::Listen) stop_listening(step, id);
  if (state == TcpState::Closed || state == TcpState::Listen) {
    if (world.tcp.connections.alive(id)) free_socket(step, id, Reason::LastReference);
    return;
  }
  const bool unread = connection.receive_queue.bytes > 0;
  // Linux tcp_need_reset: where the peer has had our FIN and we its, there is nothing to abort.
  const bool abort =
      base.linger && base.linger_seconds == 0 && !in(state, {TcpState::Closing, TcpState::LastAck});
  clear(world, connection.receive_queue);
  clear(world, connection.out_of_order);
  if (state == TcpState::SynSent) {
    finish(step, id, Errno::OK, Reason::ClosedBeforeOpen);
    return;
  }
  if (unread || abort) {
    step.count(base.net, unread ? Counter::TcpExtTCPAbortOnClose : Counter::TcpExtTCPAbortOnData);
    const Reason reason = unread ? Reason::UnreadData : Reason::LingerZero;
    send_reset(step, id, reason);
    finish(step, id, Errno::OK, reason);
    return;
  }
  if (in(state, {TcpState::Established, TcpState::SynReceived, TcpState::CloseWait})) {
    queue_fin(step, id);
  } else if (state == TcpState::FinWait2) {
    if (connection.linger2 < 0) {
      step.count(base.net, Counter::TcpExtTCPAbortOnLinger);
      send_reset(step, id, Reason::NoFinWait2);
      finish(step, id, Errno::OK, Reason::NoFinWait2);
    } else {
      enter_time_wait(step, id, true, Reason::OrphanFinWait);
    }
  }
}

bool lingers(const World& world, SocketId socket) {
  const inet::SocketBase& base = world.inet.sockets.read(socket);
  const Connection& connection = world.tcp.connections.read(ConnectionId::from_raw(base.entry));
  return base.linger && base.linger_seconds > 0 && connection.receive_queue.bytes == 0 &&
         in(connection.state, {TcpState::Established, TcpState::SynReceived, TcpState::CloseWait,
                               TcpState::FinWait1, TcpState::Closing, TcpState::LastAck});
}

void begin_lingering(Step& step, SocketId socket) {
  const ConnectionId id = ConnectionId::from_raw(step.world.inet.sockets.read(socket).entry);
  Connection& connection = step.world.tcp.connections.write(id);
  connection.read_shut = connection.write_shut = true;
  if (in(connection.state, {TcpState::Established, TcpState::SynReceived, TcpState::CloseWait}))
    queue_fin(step, id);
}

Attempt try_linger(Step& step, SocketId socket) {
  const inet::SocketBase& base = step.world.inet.sockets.read(socket);
  if (!in(state_of(step.world, socket), {TcpState::FinWait1, TcpState::Closing, TcpState::LastAck}))
    return done(0);
  Block block;
  block.wait.who = socket.raw();
  block.wait.what = Readiness::Writable;
  block.deadline = step.now() + base.linger_seconds * second;
  block.at_deadline = Errno::OK;
  return block;
}

}  // namespace sockarium::tcp
