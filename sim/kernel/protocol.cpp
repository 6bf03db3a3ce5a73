#include "sim/kernel/protocol.h"

#include "sim/kernel/local_sockets.h"
#include "sim/kernel/sock_diag.h"
#include "sim/netlink/netlink.h"
#include "sim/packet/packet.h"
#include "sim/step.h"
#include "sim/tcp/tcp.h"
#include "sim/udp/echo.h"
#include "sim/udp/udp.h"
#include "sim/unix/unix.h"

namespace sockarium::kernel::protocol {

using inet::EntryKind;

namespace {

EntryKind kind_of(const World& world, SocketId socket) {
  return world.inet.sockets.read(socket).kind;
}

std::int64_t pid_of(const World& world, ProcessId process) {
  return world.kernel.processes.read(process).pid;
}

}  // namespace

bool is_udp(const World& world, SocketId socket) {
  return kind_of(world, socket) == EntryKind::Udp;
}

Attempt try_bind(Step& step, ProcessId process, SocketId socket, const sys::Bind& call) {
  switch (kind_of(step.world, socket)) {
    case EntryKind::Unix:
      return local::try_bind(step, process, socket, call);
    case EntryKind::Packet:
      return packet::try_bind(step, socket, call);
    case EntryKind::Netlink:
      return netlink::try_bind(step, socket, call, pid_of(step.world, process));
    case EntryKind::Icmp:
      return udp::try_bind_icmp(step, socket, call);
    case EntryKind::Udp:
      return udp::try_bind(step, socket, call);
    default:
      return tcp::try_bind(step, socket, call);
  }
}

Attempt try_listen(Step& step, ProcessId process, SocketId socket, const sys::Listen& call) {
  switch (kind_of(step.world, socket)) {
    case EntryKind::Unix:
      return local::try_listen(step, process, socket, call);
    case EntryKind::TcpConnection:
    case EntryKind::TcpTimeWait:
      return tcp::try_listen(step, socket, call);
    default:
      return fail(Errno::OPNOTSUPP);
  }
}

Attempt try_accept(Step& step, SocketId socket, bool waits) {
  switch (kind_of(step.world, socket)) {
    case EntryKind::Unix:
      return unix::try_accept(step, socket, waits);
    case EntryKind::TcpConnection:
    case EntryKind::TcpTimeWait:
      return tcp::try_accept(step, socket);
    default:
      return fail(Errno::OPNOTSUPP);
  }
}

Attempt try_connect(Step& step, ProcessId process, SocketId socket, const sys::Connect& call, bool again) {
  switch (kind_of(step.world, socket)) {
    case EntryKind::Unix:
      return local::try_connect(step, process, socket, call);
    case EntryKind::Packet:
      return fail(Errno::OPNOTSUPP);
    case EntryKind::Netlink:
      return netlink::try_connect(step, socket, call, pid_of(step.world, process));
    case EntryKind::Icmp:
      return udp::try_connect_icmp(step, socket, call);
    case EntryKind::Udp:
      return udp::try_connect(step, socket, call);
    default:
      return tcp::try_connect(step, socket, call, again);
  }
}

namespace {

Attempt try_send_datagram(Step& step, SocketId socket, const Bytes& data, std::int32_t flags,
                          const sys::Sendto* to) {
  if ((flags & msg_oob) != 0) return udp::refuse_urgent(step, socket);
  const udp::Target target = to != nullptr ? udp::Target{to->to, to->domain} : udp::Target{};
  const auto send = is_udp(step.world, socket) ? &udp::try_send : &udp::try_send_icmp;
  return send(step, socket, data, to != nullptr ? &target : nullptr);
}

}  // namespace

Attempt try_send(Step& step, TaskId task, SocketId socket, const Bytes& data, std::int32_t flags,
                 const sys::Sendto* to) {
  const World& world = step.world;
  switch (kind_of(world, socket)) {
    case EntryKind::Unix:
      return local::try_send(
          step, task, socket, data,
          to != nullptr ? local::Target{true, to->domain, to->path} : local::Target{false, af_unix, {}});
    case EntryKind::Packet:
      return packet::try_send(world, socket);
    case EntryKind::Netlink:
      return sock_diag::try_send(step, world.kernel.tasks.read(task).process, socket, data, flags, to);
    case EntryKind::Udp:
    case EntryKind::Icmp:
      return try_send_datagram(step, socket, data, flags, to);
    default:
      return tcp::try_send(step, socket, data, flags, world.kernel.tasks.read(task).progress);
  }
}

Attempt try_receive(Step& step, TaskId task, SocketId socket, std::int64_t size, std::int32_t flags,
                    bool waits) {
  switch (kind_of(step.world, socket)) {
    case EntryKind::Unix:
      return local::try_receive(step, task, socket, size, flags, waits);
    case EntryKind::Packet:
      return packet::try_receive(step, socket, size, flags);
    case EntryKind::Netlink:
      return sock_diag::try_receive(step, socket, size, flags);
    case EntryKind::Udp:
    case EntryKind::Icmp:
      return udp::try_receive(step, socket, size, flags, waits);
    default:
      return tcp::try_receive(step, socket, size, flags, step.world.kernel.tasks.read(task).gathered);
  }
}

bool breaks_with_signal(const World& world, SocketId socket, bool waited) {
  switch (kind_of(world, socket)) {
    case EntryKind::Unix:
      // A stream of AF_UNIX gives none where it learns of the end while it waits for room (Linux
      // sock_alloc_send_pskb).
      return unix::read_entry(world, socket).type == SocketType::Stream && !waited;
    case EntryKind::TcpConnection:
    case EntryKind::TcpTimeWait:
      return true;
    default:
      return false;
  }
}

Attempt try_shutdown(Step& step, SocketId socket, Shut how) {
  switch (kind_of(step.world, socket)) {
    case EntryKind::Unix:
      return unix::try_shutdown(step, socket, how);
    case EntryKind::Packet:
    case EntryKind::Netlink:
      return fail(Errno::OPNOTSUPP);
    case EntryKind::Udp:
    case EntryKind::Icmp:
      return udp::try_shutdown(step, socket, how);
    default:
      return tcp::try_shutdown(step, socket, how);
  }
}

Attempt try_setsockopt(Step& step, SocketId socket, const sys::Setsockopt& call) {
  switch (kind_of(step.world, socket)) {
    case EntryKind::Unix:
      return unix::try_setsockopt(step, socket, call);
    case EntryKind::Packet:
      return packet::try_setsockopt(step, socket, call);
    case EntryKind::Netlink:
      return netlink::try_setsockopt(step, socket, call);
    case EntryKind::Udp:
    case EntryKind::Icmp:
      return udp::try_setsockopt(step, socket, call);
    default:
      return tcp::try_setsockopt(step, socket, call);
  }
}

Attempt try_getsockopt(Step& step, SocketId socket, const sys::Getsockopt& call) {
  switch (kind_of(step.world, socket)) {
    case EntryKind::Unix:
      return unix::try_getsockopt(step, socket, call);
    case EntryKind::Packet:
      return packet::try_getsockopt(step, socket, call);
    case EntryKind::Netlink:
      return netlink::try_getsockopt(step, socket, call);
    case EntryKind::Udp:
    case EntryKind::Icmp:
      return udp::try_getsockopt(step, socket, call);
    default:
      return tcp::try_getsockopt(step, socket, call);
  }
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
  switch (kind_of(world, socket)) {
    case EntryKind::Unix:
      return unix::try_getsockname(world, socket);
    case EntryKind::Packet:
      return packet::try_getsockname(world, socket);
    case EntryKind::Netlink:
      return netlink::try_getsockname(world, socket);
    default:
      break;
  }
  const inet::SocketBase& base = world.inet.sockets.read(socket);
  Endpoint local = base.local;
  if (local.port == 0) local.port = static_cast<std::uint16_t>(base.former_port);
  return name_of(base, local);
}

Attempt try_getpeername(const World& world, SocketId socket) {
  switch (kind_of(world, socket)) {
    case EntryKind::Unix:
      return unix::try_getpeername(world, socket);
    case EntryKind::Packet:
      return fail(Errno::OPNOTSUPP);
    case EntryKind::Netlink:
      return netlink::try_getpeername();
    default:
      break;
  }
  const TcpState state = state_of(world, socket);
  if (state == TcpState::Closed || state == TcpState::Listen || state == TcpState::SynSent)
    return fail(Errno::NOTCONN);
  const inet::SocketBase& base = world.inet.sockets.read(socket);
  if (base.peer.port == 0) return fail(Errno::NOTCONN);  // connected or not (Linux inet_getname)
  return name_of(base, base.peer);
}

namespace {

Attempt try_ioctl_tcp(const World& world, SocketId socket, std::int64_t request) {
  switch (request) {
    case siocatmark:
      return tcp::try_at_mark(world, socket);
    case fionread:
      return tcp::try_readable_bytes(world, socket);
    default:
      return state_of(world, socket) == TcpState::Listen ? fail(Errno::INVAL)
                                                         : done(send_queue(world, socket));
  }
}

Attempt try_ioctl_unix(const World& world, SocketId socket, std::int64_t request) {
  switch (request) {
    case siocatmark:
      return done(0);  // MSG_OOB of AF_UNIX is left out: there is no mark
    case fionread:
      return state_of(world, socket) == TcpState::Listen ? fail(Errno::INVAL)
                                                         : done(unix::receive_queue(world, socket));
    default:
      return done(send_queue(world, socket));
  }
}

}  // namespace

Attempt try_ioctl(const World& world, SocketId socket, std::int64_t request) {
  if (request != siocatmark && request != fionread && request != siocoutq) return fail(Errno::NOTTY);
  switch (kind_of(world, socket)) {
    case EntryKind::Unix:
      return try_ioctl_unix(world, socket, request);
    case EntryKind::Packet:
      if (request == siocatmark) return fail(Errno::NOTTY);
      return done(request == fionread ? packet::next_length(world, socket) : 0);
    case EntryKind::Netlink:
      return fail(Errno::NOTTY);
    case EntryKind::Udp:
    case EntryKind::Icmp:
      if (!is_udp(world, socket) && !udp::is_raw(world, socket))
        return fail(Errno::NOTTY);  // ping_prot has none
      if (request == siocatmark) return fail(Errno::NOTTY);
      return done(request == fionread ? udp::next_length(world, socket) : 0);
    default:
      return try_ioctl_tcp(world, socket, request);
  }
}

bool lingers(const World& world, SocketId socket) {
  return kind_of(world, socket) == EntryKind::TcpConnection && tcp::lingers(world, socket);
}

void close(Step& step, SocketId socket) {
  switch (kind_of(step.world, socket)) {
    case EntryKind::Unix:
      return local::close(step, socket);
    case EntryKind::Packet:
      return packet::close(step, socket);
    case EntryKind::Netlink:
      return netlink::close(step, socket);
    case EntryKind::Udp:
    case EntryKind::Icmp:
      return udp::close(step, socket);
    default:
      return tcp::close(step, socket);
  }
}

TcpState state_of(const World& world, SocketId socket) {
  switch (kind_of(world, socket)) {
    case EntryKind::Unix:
      return unix::state_of(world, socket);
    case EntryKind::Packet:
    case EntryKind::Netlink:
      return TcpState::Closed;
    case EntryKind::Udp:
    case EntryKind::Icmp:
      return udp::is_connected(world, socket) ? TcpState::Established : TcpState::Closed;
    default:
      return tcp::state_of(world, socket);
  }
}

std::int64_t receive_queue(const World& world, SocketId socket) {
  switch (kind_of(world, socket)) {
    case EntryKind::Unix:
      return unix::receive_queue(world, socket);
    case EntryKind::Packet:
      return packet::receive_queue(world, socket);
    case EntryKind::Netlink:
      return netlink::receive_queue(world, socket);
    case EntryKind::Udp:
    case EntryKind::Icmp:
      return udp::receive_queue(world, socket);
    default:
      return tcp::receive_queue(world, socket);
  }
}

std::int64_t send_queue(const World& world, SocketId socket) {
  switch (kind_of(world, socket)) {
    case EntryKind::Unix:
      return unix::send_queue(world, socket);
    case EntryKind::TcpConnection:
    case EntryKind::TcpTimeWait:
      return tcp::send_queue(world, socket);
    default:
      return 0;
  }
}

std::uint32_t poll_events(const World& world, SocketId socket) {
  switch (kind_of(world, socket)) {
    case EntryKind::Unix:
      return unix::poll_events(world, socket);
    case EntryKind::Packet:
      return packet::poll_events(world, socket);
    case EntryKind::Netlink:
      return netlink::poll_events(world, socket);
    case EntryKind::Udp:
    case EntryKind::Icmp:
      return udp::poll_events(world, socket);
    default:
      return tcp::poll_events(world, socket);
  }
}

}  // namespace sockarium::kernel::protocol
