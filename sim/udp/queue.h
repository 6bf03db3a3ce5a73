// The receive queue of a datagram socket: what the files of this room share of it.
#pragma once

#include "sim/record.h"
#include "sim/udp/udp.h"

namespace sockarium::udp {

struct Datagram;

/// Puts a datagram into the queue, or drops it where the receive buffer has no room. `packet`: that brought
/// it. True: it waits now.
bool enqueue(Step& step, SocketId socket, const Datagram& datagram, const wire::Packet& packet,
             Reason reason);
/// Drops a packet that has come; not one that never left the host.
void drop(Step& step, const wire::Packet& packet, Reason reason, RecordNumber because = 0);

/// The oldest error of the error queue, for MSG_ERRQUEUE. EAGAIN: none waits. [errors.cpp]
Attempt try_receive_error(Step& step, SocketId socket, std::int64_t size, std::int32_t flags);
/// An error that this host has found out by itself: with IP_RECVERR it waits in the error queue, too (Linux
/// ip_local_error). [errors.cpp]
void queue_local_error(Step& step, SocketId socket, const Endpoint& to, Errno error, std::uint32_t mtu);
/// What is left of the error queue at close. [errors.cpp]
void clear_errors(World& world, SocketId socket);

}  // namespace sockarium::udp
