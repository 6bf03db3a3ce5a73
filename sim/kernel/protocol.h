// Which room answers for a socket: TCP or UDP. Calls, closing and readings go to the one that its kind names.
// Linux struct proto_ops.
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

Attempt try_bind(Step& step, SocketId socket, const sys::Bind& call);
/// UDP: EOPNOTSUPP.
Attempt try_listen(Step& step, SocketId socket, const sys::Listen& call);
Attempt try_accept(Step& step, SocketId socket);
Attempt try_connect(Step& step, SocketId socket, const sys::Connect& call, bool again);
/// `to`: nullptr for the peer; TCP takes no notice of it. `taken`: bytes that earlier tries have taken.
Attempt try_send(Step& step, SocketId socket, const Bytes& data, std::int32_t flags, const sys::Sendto* to,
                 std::uint64_t taken);
/// `waits`: the call may block. `gathered`: what earlier tries of a call with MSG_WAITALL have received.
Attempt try_receive(Step& step, SocketId socket, std::int64_t size, std::int32_t flags, bool waits,
                    const Bytes& gathered);
Attempt try_shutdown(Step& step, SocketId socket, Shut how);
Attempt try_setsockopt(Step& step, SocketId socket, const sys::Setsockopt& call);
Attempt try_getsockopt(Step& step, SocketId socket, const sys::Getsockopt& call);
/// The local end; the other end (ENOTCONN).
Attempt try_getsockname(const World& world, SocketId socket);
Attempt try_getpeername(const World& world, SocketId socket);
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
