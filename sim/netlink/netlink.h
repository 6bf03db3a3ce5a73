// Netlink sockets as the kernel room sees them: a program sends the kernel a question and reads its answer,
// part by part. Who answers is the kernel room's business (sock_diag.h). netlink(7); Linux
// net/netlink/af_netlink.c.
//
// Left out: every protocol but NETLINK_SOCK_DIAG, groups (nl_groups), messages from program to program.
#pragma once

#include <cstdint>
#include <string_view>

#include "sim/core/attempt.h"
#include "sim/core/id.h"

namespace sockarium {
class Step;
struct World;
}  // namespace sockarium

namespace sockarium::netlink {

struct Socket;

Socket& entry_of(World& world, SocketId socket);
const Socket& read_entry(const World& world, SocketId socket);

/// socket(AF_NETLINK, …, NETLINK_SOCK_DIAG). `raw`: SOCK_RAW; there is no difference. [socket.cpp]
SocketId open(Step& step, NetId net, std::uint32_t user, bool raw);
/// bind() to a port id; 0: the kernel chooses, the process's number first. EINVAL, EADDRINUSE. [socket.cpp]
Attempt try_bind(Step& step, SocketId socket, const sys::Bind& call, std::int64_t pid);
/// connect(): only to the kernel, port id 0. [socket.cpp]
Attempt try_connect(Step& step, SocketId socket, const sys::Connect& call, std::int64_t pid);
/// The socket needs a port id to send from. [socket.cpp]
void autobind(Step& step, SocketId socket, std::int64_t pid);
Attempt try_getsockname(const World& world, SocketId socket);
Attempt try_getpeername();
/// The last descriptor is gone, and what waits unread with it. [socket.cpp]
void close(Step& step, SocketId socket);
/// EOPNOTSUPP, ENOPROTOOPT: another level than SOL_SOCKET. [options.cpp]
Attempt try_setsockopt(Step& step, SocketId socket, const sys::Setsockopt& call);
Attempt try_getsockopt(Step& step, SocketId socket, const sys::Getsockopt& call);

/// A short answer, which takes `memory` bytes of the receive buffer. Where it has no room it is lost, and so
/// is all that follows until the queue is empty; the next recv() tells: ENOBUFS. [receive.cpp]
void answer(Step& step, SocketId socket, std::string_view messages, std::uint32_t memory);
/// A part of a long answer: made only while the buffer is not full, and never lost. [receive.cpp]
void enqueue(Step& step, SocketId socket, std::string_view messages, std::uint32_t memory);
/// recv(), recvfrom(): one part; what does not fit into `size` bytes is lost. EOPNOTSUPP (MSG_OOB), ENOBUFS
/// (a part was lost). [receive.cpp]
Attempt try_receive(Step& step, SocketId socket, std::int64_t size, std::int32_t flags);
std::int64_t receive_queue(const World& world, SocketId socket);
std::uint32_t poll_events(const World& world, SocketId socket);

}  // namespace sockarium::netlink
