// bind(): gives a socket its local name. The same for TCP and UDP. Linux __inet_bind, __inet6_bind.
#pragma once

#include "sim/core/attempt.h"
#include "sim/core/id.h"
#include "sim/inet/socket_base.h"

namespace sockarium {
class Step;
struct World;
}  // namespace sockarium

namespace sockarium::inet {

/// What every socket begins with: no name, an inode of its own. Linux inet_create.
SocketBase fresh_socket(World& world, NetId net, std::uint32_t user, bool ipv6);

/// EAFNOSUPPORT, EADDRNOTAVAIL, EACCES, EINVAL, EADDRINUSE, in Linux's order, which IPv6 has differently.
/// `closed`: the socket neither listens nor has a peer.
Attempt try_bind(Step& step, SocketId socket, const sys::Bind& call, bool closed);

}  // namespace sockarium::inet
