// setsockopt() and getsockopt() for what is the same for every internet socket: names, reuse, errors. Linux
// sk_setsockopt, do_ip_setsockopt, do_ipv6_setsockopt.
#pragma once

#include <optional>

#include "sim/core/attempt.h"
#include "sim/core/id.h"
#include "sim/inet/socket_base.h"

namespace sockarium {
struct Sysctls;
}

namespace sockarium::inet {

/// What the call does to any socket, or nothing: the option is the protocol's own.
std::optional<Attempt> set_option(SocketBase& base, const sys::Setsockopt& call);
std::optional<Attempt> get_option(SocketBase& base, const Sysctls& sysctls, const sys::Getsockopt& call);

/// SO_RCVBUF, SO_SNDBUF: the kernel doubles the wish, half is for its own bookkeeping (socket(7)).
std::uint32_t receive_buffer_for(const Sysctls& sysctls, std::int64_t wish);
std::uint32_t send_buffer_for(const Sysctls& sysctls, std::int64_t wish);

}  // namespace sockarium::inet
