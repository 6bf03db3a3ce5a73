// Which room answers for a socket: TCP, UDP, Unix, packet or netlink sockets. Calls, closing and readings go
// to the one that its kind names. Linux struct proto_ops.
#pragma once

#include "sim/core/attempt.h"
#include "sim/core/id.h"
#include "sim/core/tcp_state.h"

namespace sockarium {
class Step;
struct World;
}  // namespace sockarium

namespace sockarium::kernel::protocol {

bool is_udp(const World& world, SocketId socket);

// `process`, `task`: who calls.
Attempt try_bind(Step& step, ProcessId process, SocketId socket, const sys::Bind& call);
/// EOPNOTSUPP: it has no connections.
Attempt try_listen(Step& step, ProcessId process, SocketId socket, const sys::Listen& call);
/// `waits`: the call may block.
Attempt try_accept(Step& step, SocketId socket, bool waits);
Attempt try_connect(Step& step, ProcessId process, SocketId socket, const sys::Connect& call, bool again);
/// `to`: nullptr for the peer; TCP takes no notice of it. What earlier tries have taken stands in the task.
Attempt try_send(Step& step, TaskId task, SocketId socket, const Bytes& data, std::int32_t flags,
                 const sys::Sendto* to);
/// `waits`: the call may block. What earlier tries of a call with MSG_WAITALL have received stands in the
/// task.
Attempt try_receive(Step& step, TaskId task, SocketId socket, std::int64_t size, std::int32_t flags,
                    bool waits);
/// Does EPIPE come with SIGPIPE? `waited`: the call had been blocked.
bool breaks_with_signal(const World& world, SocketId socket, bool waited);
Attempt try_shutdown(Step& step, SocketId socket, Shut how);
Attempt try_setsockopt(Step& step, SocketId socket, const sys::Setsockopt& call);
Attempt try_getsockopt(Step& step, SocketId socket, const sys::Getsockopt& call);
/// The local end; the other end (ENOTCONN).
Attempt try_getsockname(const World& world, SocketId socket);
Attempt try_getpeername(const World& world, SocketId socket);
/// ioctl(): siocatmark, fionread, siocoutq. EINVAL, ENOTTY.
Attempt try_ioctl(const World& world, SocketId socket, std::int64_t request);
/// Must close() wait for the peer (SO_LINGER with a time)? A datagram socket never does.
bool lingers(const World& world, SocketId socket);
void close(Step& step, SocketId socket);

/// What ss shows: UNCONN (Closed) or ESTAB for UDP; Recv-Q and Send-Q.
TcpState state_of(const World& world, SocketId socket);
std::int64_t receive_queue(const World& world, SocketId socket);
std::int64_t send_queue(const World& world, SocketId socket);
/// What poll() would say of it: poll_in …
std::uint32_t poll_events(const World& world, SocketId socket);

}  // namespace sockarium::kernel::protocol
