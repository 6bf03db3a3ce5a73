#include "sim/tcp/state.h"

#include "sim/step.h"

namespace sockarium::tcp {

bool allowed(TcpState from, TcpState to) {
  for (const Arc& arc : arcs)
    if (arc.from == from && arc.to == to) return true;
  return false;
}

RecordNumber record_state(Step& step, SocketId socket, const Ends& ends, TcpState from, TcpState to,
                          Reason reason, RecordNumber because) {
  SOCKARIUM_ASSERT(allowed(from, to));
  return step.record(rec::StateChanged{socket, ends, from, to}, reason, because);
}

RecordNumber set_state(Step& step, ConnectionId id, TcpState to, Reason reason, RecordNumber because) {
  Connection& connection = step.world.tcp.connections.write(id);
  const inet::SocketBase& base = step.world.inet.sockets.read(connection.socket);
  const TcpState from = connection.state;
  const NetId net = base.net;
  connection.state = to;
  if (to == TcpState::Established) connection.connected = true;
  connection.state_record =
      record_state(step, connection.socket, Ends{base.local, base.peer}, from, to, reason, because);
  const auto counts = [](TcpState state) {
    return state == TcpState::Established || state == TcpState::CloseWait;
  };
  if (counts(from) && to == TcpState::Closed) step.count(net, Counter::TcpEstabResets);
  if (counts(from) != counts(to)) step.count(net, Counter::TcpCurrEstab, counts(to) ? 1 : -1);
  // Linux sk_state_change: whoever waits for anything looks again. A call that has just begun waits for more.
  if (to == TcpState::SynSent || to == TcpState::SynReceived || to == TcpState::Listen)
    return connection.state_record;
  step.wake_all(connection.socket, connection.state_record);
  return connection.state_record;
}

}  // namespace sockarium::tcp
