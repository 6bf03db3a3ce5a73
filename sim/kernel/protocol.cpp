#include "sim/kernel/protocol.h"

#include "sim/step.h"
#include "sim/tcp/tcp.h"
#include "sim/udp/udp.h"

namespace sockarium::kernel::protocol {

bool is_udp(const World& world, SocketId socket) {
  return world.inet.sockets.read(socket).kind == inet::EntryKind::Udp;
}

Attempt try_bind(Step& step, SocketId socket, const sys::Bind& call) {
  return is_udp(step.world, socket) ? udp::try_bind(step, socket, call) : tcp::try_bind(step, socket, call);
}

Attempt try_listen(Step& step, SocketId socket, const sys::Listen& call) {
  return is_udp(step.world, socket) ? fail(Errno::OPNOTSUPP) : tcp::try_listen(step, socket, call);
}

Attempt try_accept(Step& step, SocketId socket) {
  return is_udp(step.world, socket) ? fail(Errno::OPNOTSUPP) : tcp::try_accept(step, socket);
}

Attempt try_connect(Step& step, SocketId socket, const sys::Connect& call, bool again) {
  return is_udp(step.world, socket) ? udp::try_connect(step, socket, call)
                                    : tcp::try_connect(step, socket, call, again);
}

Attempt try_send(Step& step, SocketId socket, const Bytes& data, std::int32_t flags, const sys::Sendto* to,
                 std::uint64_t taken) {
  if (!is_udp(step.world, socket)) return tcp::try_send(step, socket, data, flags, taken);
  if (to == nullptr) return udp::try_send(step, socket, data, nullptr);
  const udp::Target target{to->to, to->domain};
  return udp::try_send(step, socket, data, &target);
}

Attempt try_receive(Step& step, SocketId socket, std::int64_t size, std::int32_t flags, bool waits,
                    const Bytes& gathered) {
  return is_udp(step.world, socket) ? udp::try_receive(step, socket, size, flags, waits)
                                    : tcp::try_receive(step, socket, size, flags, gathered);
}

Attempt try_shutdown(Step& step, SocketId socket, Shut how) {
  return is_udp(step.world, socket) ? udp::try_shutdown(step, socket, how)
                                    : tcp::try_shutdown(step, socket, how);
}

Attempt try_setsockopt(Step& step, SocketId socket, const sys::Setsockopt& call) {
  return is_udp(step.world, socket) ? udp::try_setsockopt(step, socket, call)
                                    : tcp::try_setsockopt(step, socket, call);
}

Attempt try_getsockopt(Step& step, SocketId socket, const sys::Getsockopt& call) {
  return is_udp(step.world, socket) ? udp::try_getsockopt(step, socket, call)
                                    : tcp::try_getsockopt(step, socket, call);
}

namespace {

Attempt name_of(const inet::SocketBase& base, const Endpoint& end) {
  SysResult result;
  result.peer = end;
  result.domain = base.ipv6 ? af_inet6 : af_inet;
  return Done{result};
}

}  // namespace

Attempt try_getsockname(const World& world, SocketId socket) {
  const inet::SocketBase& base = world.inet.sockets.read(socket);
  Endpoint local = base.local;
  if (local.port == 0) local.port = static_cast<std::uint16_t>(base.former_port);
  return name_of(base, local);
}

Attempt try_getpeername(const World& world, SocketId socket) {
  const TcpState state = state_of(world, socket);
  if (state == TcpState::Closed || state == TcpState::Listen || state == TcpState::SynSent)
    return fail(Errno::NOTCONN);
  const inet::SocketBase& base = world.inet.sockets.read(socket);
  return name_of(base, base.peer);
}

bool lingers(const World& world, SocketId socket) {
  return !is_udp(world, socket) && tcp::lingers(world, socket);
}

void close(Step& step, SocketId socket) {
  is_udp(step.world, socket) ? udp::close(step, socket) : tcp::close(step, socket);
}

TcpState state_of(const World& world, SocketId socket) {
  if (!is_udp(world, socket)) return tcp::state_of(world, socket);
  return udp::is_connected(world, socket) ? TcpState::Established : TcpState::Closed;
}

std::int64_t receive_queue(const World& world, SocketId socket) {
  return is_udp(world, socket) ? udp::receive_queue(world, socket) : tcp::receive_queue(world, socket);
}

std::int64_t send_queue(const World& world, SocketId socket) {
  return is_udp(world, socket) ? 0 : tcp::send_queue(world, socket);
}

std::uint32_t poll_events(const World& world, SocketId socket) {
  return is_udp(world, socket) ? udp::poll_events(world, socket) : tcp::poll_events(world, socket);
}

}  // namespace sockarium::kernel::protocol
