// How a UDP socket gets its name by itself, and where it sends to: what connect() and send() share.
#pragma once

#include <optional>

#include "sim/core/errno.h"
#include "sim/core/syscall.h"
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

/// A datagram for many leaves by a link, and this host may be among the many. Where it is, one for a group
/// that may make no hop goes no further; by IPv6 only if it was copied. Linux ip_mc_output,
/// ip6_finish_output2. [send.cpp]
struct ForMany {
  bool leaves = true, copies = false;
};
ForMany fate_for_many(const World& world, const inet::SocketBase& base, const Way& way,
                      const wire::Packet& packet);

/// A group of IPv6 on the link is on which link? Only IPV6_MULTICAST_IF says it: there are no zones
/// («%eth0»). What needs to know fails with EINVAL. Linux __ipv6_addr_needs_scope_id.
bool lacks_interface(const inet::SocketBase& base, const Address& to);

/// The newest values of IP_MTU_DISCOVER: what ICMP says of the path is not learned; OMIT lets fragments go.
inline constexpr std::int64_t pmtudisc_interface = 4, pmtudisc_omit = 5;
/// Does such a socket send without «don't fragment»? Linux ip_dont_fragment, __ip_make_skb.
constexpr bool lets_fragment(std::int64_t mtu_discover) {
  return mtu_discover == pmtudisc_dont || mtu_discover >= pmtudisc_interface;
}
/// May an IP packet of `bytes` bytes go this way? Not one beyond the MTU where IP_MTU_DISCOVER,
/// IPV6_MTU_DISCOVER or IPV6_DONTFRAG forbids fragments; with IP_RECVERR or IPV6_RECVERR the error queue then
/// tells the MTU. Linux ip_append_data, ip_local_error, ip6_append_data, ipv6_local_error.
bool may_be_sent(Step& step, SocketId socket, const Way& way, std::uint32_t bytes);

}  // namespace sockarium::udp
