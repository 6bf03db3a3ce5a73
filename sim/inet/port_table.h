// Who holds which port, and may another have it too? The rules of bind(), as measured on Linux cell by cell.
// Linux: inet_bind_bucket, inet_csk_bind_conflict, inet_csk_get_port; udp_lib_lport_inuse.
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

struct SocketBase;

/// Who asks: a program that names the port, or the kernel that looks for one (port 0). The kernel shares a
/// port only where nothing else is left and net.ipv4.ip_autobind_reuse allows it.
enum class Asks { Program, Kernel, KernelSharing };

/// The socket that keeps `socket` from binding (`address`, `port`), or none. Rules, for a program of TCP:
/// 1 addresses that do not overlap never conflict; 2 SO_REUSEADDR on both, the holder not listening; 3
/// SO_REUSEPORT on both with one user, or the holder in TIME-WAIT. UDP has the same, but knows no listeners.
/// Who is like the last socket with SO_REUSEPORT that bound the port is let in unasked.
SocketId bind_conflict(const World& world, SocketId socket, const Address& address, std::uint16_t port,
                       Asks asks = Asks::Program);

/// Enters the socket into the port table with its present local address. `chosen_by_connect`: connect() chose
/// the port, and may give it to further destinations.
void hold_port(Step& step, SocketId socket, std::uint16_t port, bool chosen_by_connect, Reason reason);
/// listen() asks for the port that the socket has: the bucket takes note of its options again.
void hold_port_again(World& world, SocketId socket);
/// An accepted child shares its listener's bucket; a TIME-WAIT entry takes over its connection's.
void share_port(Step& step, SocketId socket, SocketId with);
/// Leaves the port table; the last holder frees the port. Does nothing for a socket without port.
void release_port(Step& step, SocketId socket);

/// Port 0 in bind(), or listen() or a datagram from an unbound socket. TCP: a free port of the parity that
/// connect() does not prefer, in the lower half of the range for a socket with SO_REUSEADDR; UDP: any. 0:
/// none is left (EADDRINUSE, EAGAIN). Linux inet_csk_find_open_port, udp_lib_get_port.
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
