// setsockopt() and getsockopt() for what is the same for every internet socket: names, reuse, errors. Linux
// sk_setsockopt, do_ip_setsockopt, do_ipv6_setsockopt.
#pragma once

#include <optional>

#include "sim/core/attempt.h"
#include "sim/core/id.h"
#include "sim/inet/socket_base.h"

namespace sockarium {
struct Sysctls;
struct World;
}  // namespace sockarium

namespace sockarium::inet {

/// What the call does to any socket, or nothing: the option is the protocol's own.
std::optional<Attempt> set_option(SocketBase& base, const sys::Setsockopt& call);
std::optional<Attempt> get_option(SocketBase& base, const Sysctls& sysctls, const sys::Getsockopt& call);

/// Is it an option of IPPROTO_IPV6? What it does to a socket, or nothing, as above. ENOPROTOOPT (to ask:
/// EOPNOTSUPP) for a socket of AF_INET. [options_v6.cpp]
bool is_v6_option(Option option);
std::optional<Attempt> set_v6_option(SocketBase& base, const sys::Setsockopt& call);
std::optional<Attempt> get_v6_option(const SocketBase& base, const sys::Getsockopt& call);

/// SO_RCVBUF, SO_SNDBUF: the kernel doubles the wish, half is for its own bookkeeping (socket(7)).
std::uint32_t receive_buffer_for(const Sysctls& sysctls, std::int64_t wish);
std::uint32_t send_buffer_for(const Sysctls& sysctls, std::int64_t wish);

/// The hops that a packet to `to` may make, where no socket says it: net.ipv4.ip_default_ttl; IPv6 has its
/// own, 64. Linux ip4_dst_hoplimit, ip6_dst_hoplimit. [options_v6.cpp]
std::uint8_t default_hops(const World& world, NetId net, const Address& to);
/// The same for one of this socket: IP_TTL or IPV6_UNICAST_HOPS, for a group IP_MULTICAST_TTL or
/// IPV6_MULTICAST_HOPS. Linux ip_select_ttl, ip6_sk_dst_hoplimit. [options_v6.cpp]
std::uint8_t hops_of(const World& world, const SocketBase& base, const Address& to);

}  // namespace sockarium::inet
