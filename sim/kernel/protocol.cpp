#include "sim/kernel/protocol.h"

#include "sim/kernel/local_sockets.h"
#include "sim/step.h"
#include "sim/tcp/tcp.h"
#include "sim/udp/echo.h"
#include "sim/udp/udp.h"
#include "sim/unix/unix.h"

namespace sockarium::kernel::protocol {

bool is_udp(const World& world, SocketId socket) {
  return world.inet.sockets.read(socket).kind == inet::EntryKind::Udp;
}

namespace {

bool is_icmp(const World& world, SocketId socket) {
  return world.inet.sockets.read(socket).kind == inet::EntryKind::Icmp;
}
/// UDP, and ICMP: what is said of their queues is the same.
bool has_datagrams(const World& world, SocketId socket) {
  return is_udp(world, socket) || is_icmp(world, socket);
}

}  // namespace

using unix::is_unix;

Attempt try_bind(Step& step, ProcessId process, SocketId socket, const sys::Bind& call) {
  if (is_unix(step.world, socket)) return local::try_bind(step, process, socket, call);
  if (is_icmp(step.world, socket)) return udp::try_bind_icmp(step, socket, call);
  return is_udp(step.world, socket) ? udp::try_bind(step, socket, call) : tcp::try_bind(step, socket, call);
}

Attempt try_listen(Step& step, ProcessId process, SocketId socket, const sys::Listen& call) {
  if (is_unix(step.world, socket)) return local::try_listen(step, process, socket, call);
  return has_datagrams(step.world, socket) ? fail(Errno::OPNOTSUPP) : tcp::try_listen(step, socket, call);
}

Attempt try_accept(Step& step, SocketId socket, bool waits) {
  if (is_unix(step.world, socket)) return unix::try_accept(step, socket, waits);
  return has_datagrams(step.world, socket) ? fail(Errno::OPNOTSUPP) : tcp::try_accept(step, socket);
}

Attempt try_connect(Step& step, ProcessId process, SocketId socket, const sys::Connect& call, bool again) {
  if (is_unix(step.world, socket)) return local::try_connect(step, process, socket, call);
  if (is_icmp(step.world, socket)) return udp::try_connect_icmp(step, socket, call);
  return is_udp(step.world, socket) ? udp::try_connect(step, socket, call)
                                    : tcp::try_connect(step, socket, call, again);
}

Attempt try_send(Step& step, TaskId task, SocketId socket, const Bytes& data, std::int32_t flags,
                 const sys::Sendto* to) {
  if (is_unix(step.world, socket))
    return local::try_send(
        step, task, socket, data,
        to != nullptr ? local::Target{true, to->domain, to->path} : local::Target{false, af_unix, {}});
  if (!has_datagrams(step.world, socket))
    return tcp::try_send(step, socket, data, flags, step.world.kernel.tasks.read(task).progress);
  if ((flags & msg_oob) != 0) return udp::refuse_urgent(step, socket);
  const udp::Target target = to != nullptr ? udp::Target{to->to, to->domain} : udp::Target{};
  const auto send = is_udp(step.world, socket) ? &udp::try_send : &udp::try_send_icmp;
  return send(step, socket, data, to != nullptr ? &target : nullptr);
}

Attempt try_receive(Step& step, TaskId task, SocketId socket, std::int64_t size, std::int32_t flags,
                    bool waits) {
  if (is_unix(step.world, socket)) return local::try_receive(step, task, socket, size, flags, waits);
  const Bytes gathered = step.world.kernel.tasks.read(task).gathered;
  return has_datagrams(step.world, socket) ? udp::try_receive(step, socket, size, flags, waits)
                                           : tcp::try_receive(step, socket, size, flags, gathered);
}

bool breaks_with_signal(const World& world, SocketId socket, bool waited) {
  // A stream of AF_UNIX gives none where it learns of the end while it waits for room (Linux
  // sock_alloc_send_pskb).
  if (is_unix(world, socket)) return unix::read_entry(world, socket).type == SocketType::Stream && !waited;
  return !has_datagrams(world, socket);
}

Attempt try_shutdown(Step& step, SocketId socket, Shut how) {
  if (is_unix(step.world, socket)) return unix::try_shutdown(step, socket, how);
  return has_datagrams(step.world, socket) ? udp::try_shutdown(step, socket, how)
                                           : tcp::try_shutdown(step, socket, how);
}

Attempt try_setsockopt(Step& step, SocketId socket, const sys::Setsockopt& call) {
  if (is_unix(step.world, socket)) return unix::try_setsockopt(step, socket, call);
  return has_datagrams(step.world, socket) ? udp::try_setsockopt(step, socket, call)
                                           : tcp::try_setsockopt(step, socket, call);
}

Attempt try_getsockopt(Step& step, SocketId socket, const sys::Getsockopt& call) {
  if (is_unix(step.world, socket)) return unix::try_getsockopt(step, socket, call);
  return has_datagrams(step.world, socket) ? udp::try_getsockopt(step, socket, call)
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
  if (is_unix(world, socket)) return unix::try_getsockname(world, socket);
  const inet::SocketBase& base = world.inet.sockets.read(socket);
  Endpoint local = base.local;
  if (local.port == 0) local.port = static_cast<std::uint16_t>(base.former_port);
  return name_of(base, local);
}

Attempt try_getpeername(const World& world, SocketId socket) {
  if (is_unix(world, socket)) return unix::try_getpeername(world, socket);
  const TcpState state = state_of(world, socket);
  if (state == TcpState::Closed || state == TcpState::Listen || state == TcpState::SynSent)
    return fail(Errno::NOTCONN);
  const inet::SocketBase& base = world.inet.sockets.read(socket);
  if (base.peer.port == 0) return fail(Errno::NOTCONN);  // connected or not (Linux inet_getname)
  return name_of(base, base.peer);
}

Attempt try_ioctl(const World& world, SocketId socket, std::int64_t request) {
  const bool datagrams = has_datagrams(world, socket), local = is_unix(world, socket);
  if (is_icmp(world, socket) && !udp::is_raw(world, socket)) return fail(Errno::NOTTY);  // ping_prot has none
  switch (request) {
    case siocatmark:
      if (local) return done(0);  // MSG_OOB of AF_UNIX is left out: there is no mark
      return datagrams ? fail(Errno::NOTTY) : tcp::try_at_mark(world, socket);
    case fionread:
      if (local && state_of(world, socket) == TcpState::Listen) return fail(Errno::INVAL);
      if (local) return done(unix::receive_queue(world, socket));
      return datagrams ? done(udp::next_length(world, socket)) : tcp::try_readable_bytes(world, socket);
    case siocoutq:
      if (!local && !datagrams && state_of(world, socket) == TcpState::Listen) return fail(Errno::INVAL);
      return done(send_queue(world, socket));
    default:
      return fail(Errno::NOTTY);
  }
}

bool lingers(const World& world, SocketId socket) {
  return !is_unix(world, socket) && !has_datagrams(world, socket) && tcp::lingers(world, socket);
}

void close(Step& step, SocketId socket) {
  if (is_unix(step.world, socket)) return local::close(step, socket);
  has_datagrams(step.world, socket) ? udp::close(step, socket) : tcp::close(step, socket);
}

TcpState state_of(const World& world, SocketId socket) {
  if (is_unix(world, socket)) return unix::state_of(world, socket);
  if (!has_datagrams(world, socket)) return tcp::state_of(world, socket);
  return udp::is_connected(world, socket) ? TcpState::Established : TcpState::Closed;
}

std::int64_t receive_queue(const World& world, SocketId socket) {
  if (is_unix(world, socket)) return unix::receive_queue(world, socket);
  return has_datagrams(world, socket) ? udp::receive_queue(world, socket) : tcp::receive_queue(world, socket);
}

std::int64_t send_queue(const World& world, SocketId socket) {
  if (is_unix(world, socket)) return unix::send_queue(world, socket);
  return has_datagrams(world, socket) ? 0 : tcp::send_queue(world, socket);
}

std::uint32_t poll_events(const World& world, SocketId socket) {
  if (is_unix(world, socket)) return unix::poll_events(world, socket);
  return has_datagrams(world, socket) ? udp::poll_events(world, socket) : tcp::poll_events(world, socket);
}

}  // namespace sockarium::kernel::protocol
