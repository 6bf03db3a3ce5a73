// UDP as the kernel room sees it: a datagram goes out as it was written and is forgotten; what comes is
// queued whole, or dropped. RFC 768, RFC 1122 section 4.1.
//
// Left out: MSG_MORE and UDP_CORK, a send buffer that fills.
#pragma once

#include <vector>

#include "sim/core/attempt.h"
#include "sim/core/id.h"
#include "sim/core/syscall.h"
#include "sim/record.h"
#include "sim/wire/packet.h"

namespace sockarium {
class Step;
struct World;
}  // namespace sockarium

namespace sockarium::udp {

/// socket(): no name, no peer. [socket.cpp]
SocketId open(Step& step, NetId net, std::uint32_t user, bool ipv6);
/// bind(): as inet::try_bind. [connect.cpp]
Attempt try_bind(Step& step, SocketId socket, const sys::Bind& call);
/// connect() sends nothing: it notes the peer. AF_UNSPEC forgets it. EAGAIN: no port is left; ENETUNREACH,
/// EACCES, EAFNOSUPPORT. [connect.cpp]
Attempt try_connect(Step& step, SocketId socket, const sys::Connect& call);

/// Where a datagram shall go.
struct Target {
  Endpoint to;
  std::int32_t domain = af_inet;
};
/// send(), sendto(). `target`: nullptr sends to the peer. EDESTADDRREQ, EMSGSIZE, EINVAL (port 0), EACCES,
/// EAGAIN (no port is left), EPIPE, and an error that waits (ECONNREFUSED). [send.cpp]
Attempt try_send(Step& step, SocketId socket, const Bytes& data, const Target* target);
/// send() with MSG_OOB: EOPNOTSUPP, but a port comes by itself as with any send(). [send.cpp]
Attempt refuse_urgent(Step& step, SocketId socket);
/// recv(), recvfrom(): one datagram; what does not fit into `size` bytes is lost. `waits`: a blocking call.
/// [receive.cpp]
Attempt try_receive(Step& step, SocketId socket, std::int64_t size, std::int32_t flags, bool waits);
/// shutdown(): ENOTCONN. [socket.cpp]
Attempt try_shutdown(Step& step, SocketId socket, Shut how);
/// The last descriptor is gone: what waits unread is lost. [socket.cpp]
void close(Step& step, SocketId socket);
/// [socket.cpp]
Attempt try_setsockopt(Step& step, SocketId socket, const sys::Setsockopt& call);
Attempt try_getsockopt(Step& step, SocketId socket, const sys::Getsockopt& call);

/// A datagram has arrived: the queue of the socket that fits best, or ICMP port unreachable. [receive.cpp]
void input(Step& step, NetId net, const wire::Packet& packet);
/// A datagram for a group or for all: every socket that fits gets a copy; nobody is told where none does.
/// [receive.cpp]
void input_for_many(Step& step, NetId net, const wire::Packet& packet);
/// An ICMP error about a datagram (or an echo request) that this namespace has sent. [errors.cpp]
void input_error(Step& step, NetId net, const wire::Packet& packet);

/// The socket that takes datagrams from `from` to `to`, or none: a connected one before one of this address
/// before a wildcard one; among equals the newest. Linux __udp4_lib_lookup, compute_score. [lookup.cpp]
SocketId receiver_of(const World& world, NetId net, const Endpoint& to, const Endpoint& from);

/// All sockets that take a datagram for many: of this port, with no other address or peer, and in the group.
/// The newest first. Linux __udp4_lib_mcast_deliver, __udp_is_mcast_sock. [lookup.cpp]
std::vector<SocketId> receivers_of(const World& world, NetId net, const Endpoint& to, const Endpoint& from,
                                   LinkId link);
/// The ping socket with this identifier, bound to no other address than `local`; or none. [echo.cpp]
SocketId ping_socket(const World& world, NetId net, std::uint16_t id, const Address& local);

/// Has it a peer?
bool is_connected(const World& world, SocketId socket);
/// Recv-Q as ss shows it: memory, not payload.
std::int64_t receive_queue(const World& world, SocketId socket);
/// FIONREAD: bytes of the datagram that the next recv() takes; 0: none waits. [socket.cpp]
std::int64_t next_length(const World& world, SocketId socket);
/// The events that poll() would find: poll_in … [readiness.cpp]
std::uint32_t poll_events(const World& world, SocketId socket);

}  // namespace sockarium::udp
