// The accept queue of a listener: connections whose handshake is complete and which no program has taken yet.
// It is full when it holds more than the backlog, so it takes one more (Linux sk_acceptq_is_full).
#include "sim/step.h"
#include "sim/tcp/segment.h"

namespace sockarium::tcp {

bool accept_queue_full(const Listener& listener) {
  return listener.accept_length > listener.backlog;
}

void join_accept_queue(Step& step, ListenerId listener_id, ConnectionId child_id, Reason reason) {
  Listener& listener = step.world.tcp.listeners.write(listener_id);
  Connection& child = step.world.tcp.connections.write(child_id);
  child.accept_parent = listener.socket;
  if (listener.accept_last)
    step.world.tcp.connections.write(listener.accept_last).accept_next = child_id;
  else
    listener.accept_first = child_id;
  listener.accept_last = child_id;
  ++listener.accept_length;
  listener.filled_accept =
      step.record(rec::QueueEntered{listener.socket, ends_of(step.world, child.socket), QueueKind::Accept, 0,
                                    listener.accept_length, listener.backlog},
                  reason);
  step.wake(listener.socket, Readiness::Readable, listener.filled_accept);
}

ConnectionId leave_accept_queue(Step& step, ListenerId listener_id, Reason reason) {
  Listener& listener = step.world.tcp.listeners.write(listener_id);
  const ConnectionId id = listener.accept_first;
  if (!id) return {};
  Connection& child = step.world.tcp.connections.write(id);
  listener.accept_first = child.accept_next;
  if (!listener.accept_first) listener.accept_last = {};
  --listener.accept_length;
  child.accept_next = {};
  child.accept_parent = {};
  step.record(rec::QueueLeft{listener.socket, ends_of(step.world, child.socket), QueueKind::Accept, 0,
                             listener.accept_length, listener.backlog},
              reason);
  return id;
}

void drop_accept_queue(Step& step, ListenerId listener, bool migrates) {
  const inet::SocketBase base = step.world.inet.sockets.read(step.world.tcp.listeners.read(listener).socket);
  for (;;) {
    const ConnectionId next = step.world.tcp.listeners.read(listener).accept_first;
    if (!next) return;
    const Ends ends = ends_of(step.world, step.world.tcp.connections.read(next).socket);
    if (const ListenerId heir = migrates ? heir_of(step, base.net, base.local, ends) : ListenerId{}) {
      leave_accept_queue(step, listener, Reason::ListenerMigrated);
      join_accept_queue(step, heir, next, Reason::ListenerMigrated);
      step.count(base.net, Counter::TcpExtTCPMigrateReqSuccess);
      continue;
    }
    const ConnectionId child = leave_accept_queue(step, listener, Reason::ListenerGone);
    // A peer that has finished already is answered all the same (Linux inet_child_forget, tcp_disconnect).
    const TcpState state = step.world.tcp.connections.read(child).state;
    if (state != TcpState::Closed) {
      send_reset(step, child, Reason::ListenerGone);
      finish(step, child, Errno::OK, Reason::ListenerGone);
    } else {
      free_socket(step, child, Reason::ListenerGone);
    }
  }
}

Attempt try_accept(Step& step, SocketId socket) {
  World& world = step.world;
  const inet::SocketBase& base = world.inet.sockets.read(socket);
  const Connection& connection = world.tcp.connections.read(ConnectionId::from_raw(base.entry));
  if (connection.state != TcpState::Listen) return fail(Errno::INVAL);
  const ConnectionId child = leave_accept_queue(step, connection.listener, Reason::AcceptTakes);
  if (!child) {
    Block block;
    block.wait.who = socket.raw();
    block.wait.what = Readiness::Readable;
    block.wait.exclusive = 1;  // one connection wakes one waiter (Linux inet_csk_wait_for_connect)
    if (base.receive_timeout != 0) block.deadline = world.now + base.receive_timeout;
    return block;
  }
  const SocketId accepted = world.tcp.connections.read(child).socket;
  SysResult result = SysResult::of(static_cast<std::int64_t>(accepted.raw()));
  result.peer = world.inet.sockets.read(accepted).peer;
  return Done{result};
}

}  // namespace sockarium::tcp
