// How a UDP socket gets its name by itself, and where it sends to: what connect() and send() share.
#pragma once

#include <optional>

#include "sim/core/errno.h"
#include "sim/inet/route.h"
#include "sim/inet/socket_base.h"
#include "sim/udp/udp.h"

namespace sockarium::udp {

/// Gives a socket without port one, of 0.0.0.0 or `::`. EAGAIN: none is left. Linux inet_autobind.
Errno autobind(Step& step, SocketId socket);

/// A target as this socket understands it: of its family, with the wildcard meaning this host. EAFNOSUPPORT,
/// ENETUNREACH (no way there; IPv4 for a socket with IPV6_V6ONLY), EACCES (broadcast without SO_BROADCAST).
struct Way {
  Errno error = Errno::OK;
  Endpoint to;
  Address source;
  std::optional<inet::Path> path;
};
Way way_to(Step& step, SocketId socket, const Target& target);

/// The hops that a packet of this socket to `to` may make: IP_TTL, for a group IP_MULTICAST_TTL.
std::uint8_t hops_of(const World& world, const inet::SocketBase& base, const Address& to);
/// May an IP packet of `bytes` bytes go this way? Not one beyond the MTU where IP_MTU_DISCOVER forbids
/// fragments; with IP_RECVERR the error queue then tells the MTU. Linux ip_append_data, ip_local_error.
bool may_be_sent(Step& step, SocketId socket, const Way& way, std::uint32_t bytes);

}  // namespace sockarium::udp
