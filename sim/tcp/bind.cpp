// bind(): as for any socket; a connection in CLOSED may have it. Linux inet_csk_get_port.
#include "sim/inet/bind.h"

#include "sim/step.h"
#include "sim/tcp/segment.h"

namespace sockarium::tcp {

Attempt try_bind(Step& step, SocketId socket, const sys::Bind& call) {
  const inet::SocketBase& base = step.world.inet.sockets.read(socket);
  const Connection& connection = step.world.tcp.connections.read(ConnectionId::from_raw(base.entry));
  return inet::try_bind(step, socket, call, connection.state == TcpState::Closed);
}

}  // namespace sockarium::tcp
