// A fresh socket, and what ss shows of any.
#include "sim/inet/bind.h"
#include "sim/step.h"
#include "sim/tcp/segment.h"

namespace sockarium::tcp {

SocketId open(Step& step, NetId net, std::uint32_t user, bool ipv6) {
  World& world = step.world;
  const Sysctls& sysctls = world.inet.nets.read(net).sysctls;
  const inet::SocketBase base = inet::fresh_socket(world, net, user, ipv6);
  Connection connection;
  connection.receive_buffer = static_cast<std::uint32_t>(sysctls[Sysctl::TcpRmemDefault]);
  connection.send_buffer = static_cast<std::uint32_t>(sysctls[Sysctl::TcpWmemDefault]);
  const SocketId socket = world.inet.sockets.add(base);
  connection.socket = socket;
  world.inet.sockets.write(socket).entry = world.tcp.connections.add(connection).raw();
  step.record(rec::SocketCreated{socket}, Reason::AskedByCall);
  return socket;
}

std::int64_t receive_queue(const World& world, SocketId socket) {
  const inet::SocketBase& base = world.inet.sockets.read(socket);
  if (base.kind == inet::EntryKind::TcpTimeWait) return 0;
  const Connection& connection = world.tcp.connections.read(ConnectionId::from_raw(base.entry));
  if (connection.state == TcpState::Listen)
    return world.tcp.listeners.read(connection.listener).accept_length;
  return static_cast<std::int64_t>(connection.receive_queue.bytes) + (connection.fin_counted ? 1 : 0);
}

std::int64_t send_queue(const World& world, SocketId socket) {
  const inet::SocketBase& base = world.inet.sockets.read(socket);
  if (base.kind == inet::EntryKind::TcpTimeWait) return 0;
  const Connection& connection = world.tcp.connections.read(ConnectionId::from_raw(base.entry));
  if (connection.state == TcpState::Listen) return world.tcp.listeners.read(connection.listener).backlog;
  if (connection.state == TcpState::Closed) return 0;
  return (connection.write_end - connection.snd_una) + (connection.fin_queued ? 1 : 0);
}

TcpState state_of(const World& world, SocketId socket) {
  const inet::SocketBase& base = world.inet.sockets.read(socket);
  if (base.kind == inet::EntryKind::TcpTimeWait)
    return world.tcp.time_waits.read(TimeWaitId::from_raw(base.entry)).orphan_fin_wait != 0
               ? TcpState::FinWait2
               : TcpState::TimeWait;
  return world.tcp.connections.read(ConnectionId::from_raw(base.entry)).state;
}

}  // namespace sockarium::tcp
