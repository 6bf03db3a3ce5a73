#include "sim/kernel/socket_timer.h"

namespace sockarium::kernel {

namespace {

RunningTimer running(RunningKind kind, const Timer& timer, std::uint32_t times) {
  return timer.armed() ? RunningTimer{kind, timer.deadline, times} : RunningTimer{};
}

}  // namespace

RunningTimer running_timer(const tcp::Request& request) {
  return running(RunningKind::Retransmit, request.timer, request.timeouts);
}

RunningTimer running_timer(const World& world, SocketId socket) {
  const inet::SocketBase& base = world.inet.sockets.read(socket);
  if (base.kind == inet::EntryKind::TcpTimeWait)
    return running(RunningKind::TimeWait, world.tcp.time_waits.read(TimeWaitId::from_raw(base.entry)).timer,
                   0);
  if (base.kind != inet::EntryKind::TcpConnection) return {};
  const tcp::Connection& connection = world.tcp.connections.read(ConnectionId::from_raw(base.entry));
  const bool outstanding = connection.snd_nxt != connection.snd_una;
  if (!connection.retransmit.armed())
    return running(RunningKind::KeepAlive, connection.keepalive, connection.probes);
  return outstanding ? running(RunningKind::Retransmit, connection.retransmit, connection.retransmits)
                     : running(RunningKind::Persist, connection.retransmit, connection.probes);
}

}  // namespace sockarium::kernel
