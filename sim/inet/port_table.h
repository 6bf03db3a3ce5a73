// Who holds which port, and may another have it too? The rules of bind(), as measured on Linux cell by cell.
// Linux: inet_bind_bucket, inet_csk_bind_conflict, inet_csk_get_port.
//
// Left out: the bucket's cache that lets a third REUSEPORT socket in where the pairwise rule says no.
#pragma once

#include <cstdint>

#include "sim/core/errno.h"
#include "sim/core/id.h"
#include "sim/core/reason.h"

namespace sockarium {
class Step;
struct World;
struct Address;
}  // namespace sockarium

namespace sockarium::inet {

/// The socket that keeps `socket` from binding (`address`, `port`), or none. `blocker` of the rules:
/// 1 addresses that do not overlap never conflict; 2 SO_REUSEADDR on both, the holder not listening; 3
/// SO_REUSEPORT on both with one user, or the holder in TIME-WAIT.
SocketId bind_conflict(const World& world, SocketId socket, const Address& address, std::uint16_t port);

/// Enters the socket into the port table with its present local address. `only_connect`: the port was chosen
/// by connect(), which may give it to further destinations.
void hold_port(Step& step, SocketId socket, std::uint16_t port, bool only_connect, Reason reason);
/// An accepted child shares its listener's bucket; a TIME-WAIT entry takes over its connection's.
void share_port(Step& step, SocketId socket, SocketId with);
/// Leaves the port table; the last holder frees the port. Does nothing for a socket without port.
void release_port(Step& step, SocketId socket);

/// Port 0 in bind() or listen() on an unbound socket: a free port of the parity that connect() does not
/// prefer. 0: none is left (EADDRINUSE). Linux inet_csk_find_open_port.
std::uint16_t choose_port_for_bind(Step& step, SocketId socket, const Address& address);

/// connect() without bind: a port with which the four numbers are new. 0: none is left (EADDRNOTAVAIL). May
/// remove a TIME-WAIT entry that tcp_tw_reuse gives free: it is named in `recycled`. Linux
/// __inet_hash_connect, RFC 6056 4.
std::uint16_t choose_port_for_connect(Step& step, SocketId socket, SocketId& recycled);

/// Notes that a connection has (or no longer has) the port which connect() chose for it, so that searches
/// pass by.
void note_taken(World& world, SocketId socket, bool taken);

/// Are these four numbers free for a connection from `port`? A TIME-WAIT entry that may be taken over is
/// named in `recycled`. Linux __inet_check_established, tcp_twsk_unique.
bool tuple_is_free(const World& world, SocketId socket, std::uint16_t port, bool port_by_program,
                   SocketId& recycled);

}  // namespace sockarium::inet
