// What several calls take: descriptors, addresses, data, paths.
#pragma once

#include <optional>

#include "lab/script/binding.h"
#include "lab/script/runner.h"
#include "sim/core/address.h"
#include "sim/core/bytes.h"
#include "sim/core/syscall.h"

namespace sockarium::script {

inline constexpr std::int64_t most_bytes = std::int64_t{1} << 30;  ///< in one call

Runner& runner_of(const Arguments& arguments);
/// The first argument.
std::int32_t fd_argument(const Arguments& arguments);

/// An address as C would pass it: an IPv4 address in the form ::ffff:10.0.0.5 is one of AF_INET6.
struct GivenAddress {
  Address ip;
  std::int32_t domain = af_inet;
};
/// An address in dots or colons, the name of a host, or a host itself.
GivenAddress address_argument(const Arguments& arguments, int n);

/// An address and a port, from argument `n` on, into a call's `to` and `domain`.
template <class Call>
void endpoint_arguments(const Arguments& arguments, int n, Call& call) {
  const GivenAddress address = address_argument(arguments, n);
  call.to.ip = address.ip;
  call.to.port = static_cast<std::uint16_t>(arguments.integer(n + 1, "port", 0, 65535));
  call.domain = address.domain;
}

/// Is argument `n` a Unix socket's name: a path with «/» in it, «@name», or ""?
bool is_local_name(const Arguments& arguments, int n);
/// That name as C has it: an abstract one begins with a zero byte.
Bytes local_name_argument(const Arguments& arguments, int n);

/// The index of the device that «interface» names: "lo", "eth0", …; 0: there is no such field.
std::uint32_t device_field(Fields& fields);
/// The name of a packet or netlink socket.
struct OtherName {
  std::int32_t domain = af_packet;
  std::uint32_t number = 0;    ///< the device's index, or the port id
  std::uint16_t protocol = 0;  ///< ETH_P_…
};
/// { interface = "eth0", protocol = ETH_P_IP } or { pid = 0 }; nothing where argument `n` is no table of
/// these.
std::optional<OtherName> other_name_argument(const Arguments& arguments, int n);

/// A text, or pattern(n).
Bytes data_argument(const Arguments& arguments, int n);
Bytes path_argument(const Arguments& arguments, int n);

template <class Call>
Answer call_with_fd(Arguments& a) {
  require_phase(a, Phase::Running);
  Call call;
  call.fd = fd_argument(a);
  return make_call(a, call);
}

}  // namespace sockarium::script
