// socket(): which of its three numbers fit together, and who may ask. socket(2), raw(7), icmp(7); Linux
// __sock_create, inet_create, unix_create, packet_create, netlink_create, ping_init_sock.
//
// What Linux has and the model has not answers as on a kernel built without it: other families EAFNOSUPPORT
// (AF_VSOCK and AF_XDP, and SOCK_PACKET for whoever may), MPTCP, UDP-Lite, raw sockets of other protocols
// than ICMP, and netlink's other protocols EPROTONOSUPPORT.
#pragma once

#include "sim/core/attempt.h"
#include "sim/core/id.h"

namespace sockarium {
class Step;
struct World;
}  // namespace sockarium

namespace sockarium::kernel {

/// The socket that a call asks for, or why there is none: EAFNOSUPPORT, EINVAL, ESOCKTNOSUPPORT,
/// EPROTONOSUPPORT, EPERM (raw sockets are root's), EACCES (net.ipv4.ping_group_range).
struct SocketPlan {
  Errno error = Errno::OK;
  Domain domain = Domain::Inet;
  SocketType type = SocketType::Stream;
  bool icmp = false;
  std::uint16_t protocol = 0;  ///< of AF_PACKET: ETH_P_…
};
SocketPlan plan_socket(const World& world, NetId net, std::uint32_t user, const sys::Socket& call);
SocketPlan refused(Errno error);
SocketId open_socket(Step& step, NetId net, std::uint32_t user, const SocketPlan& plan);

}  // namespace sockarium::kernel
