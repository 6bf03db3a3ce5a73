// How a UDP socket gets its name by itself, and where it sends to: what connect() and send() share.
#pragma once

#include "sim/core/errno.h"
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
};
Way way_to(Step& step, SocketId socket, const Target& target);

}  // namespace sockarium::udp
