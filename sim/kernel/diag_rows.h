// The rows that sock_diag(7) tells of sockets: what ss shows is made of these. Linux inet_sk_diag_fill,
// inet_twsk_diag_fill, inet_req_diag_fill, sk_diag_fill of AF_UNIX.
#pragma once

#include <optional>

#include "sim/core/id.h"
#include "sim/core/tcp_state.h"
#include "sim/netlink/message.h"

namespace sockarium {
class ByteStore;
struct World;
}  // namespace sockarium

namespace sockarium::kernel {

/// Linux's number of a state (include/net/tcp_states.h): ESTABLISHED 1 … CLOSING 11.
std::uint8_t number_of(TcpState state);
/// The state with a number; 12, a half-open request, is SYN-RECV, too.
TcpState state_of_number(std::uint8_t number);

/// Does this socket have a row among those of its protocol? One of TCP without a state has none, one of UDP
/// without a port neither, and a Unix socket that waits to be accepted is its listener's business.
bool has_row(const World& world, SocketId socket);
/// A TCP socket that has a port and no state: ss does not show it, but can be asked to.
bool has_only_port(const World& world, SocketId socket);
/// `privileged`: who asks has CAP_NET_ADMIN, and is told the mark.
netlink::InetRow inet_row(const World& world, SocketId socket, bool privileged);
netlink::InetRow inet_row(const World& world, RequestId request, bool privileged);
/// With what `show` asks for.
netlink::UnixRow unix_row(const World& world, const ByteStore& bytes, SocketId socket, std::uint32_t show);

}  // namespace sockarium::kernel
