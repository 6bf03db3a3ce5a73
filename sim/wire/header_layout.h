// Where things stand in the headers, and how numbers are written there: what making bytes of a packet and
// reading them share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/wire/packet.h"

namespace sockarium::wire::layout {

inline constexpr std::size_t ipv4_header = 20, ipv6_header = 40, tcp_header = 20, udp_header = 8,
                             icmp_header = 8;
inline constexpr std::size_t fragment_header = 8;  ///< of IPv6, which has fragments in a header of their own
constexpr std::size_t ip_header(bool by_v4) {
  return by_v4 ? ipv4_header : ipv6_header;
}
/// Numbers in the header of IPv6: it has an ICMP of its own, and names the fragment header (RFC 8200 4.5).
inline constexpr std::uint8_t icmpv6 = 58, ipv6_fragment = 44;

// Option kinds: RFC 9293 section 3.1, RFC 7323, RFC 2018.
enum Kind : std::uint8_t { End = 0, Nop = 1, Mss = 2, WindowScale = 3, SackPermitted = 4, Timestamps = 8 };

inline void put16(std::vector<std::uint8_t>& out, std::uint32_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8));
  out.push_back(static_cast<std::uint8_t>(value));
}
inline void put32(std::vector<std::uint8_t>& out, std::uint32_t value) {
  put16(out, value >> 16);
  put16(out, value);
}
inline std::uint16_t get16(std::span<const std::uint8_t> in, std::size_t at) {
  return static_cast<std::uint16_t>(in[at] << 8 | in[at + 1]);
}
inline std::uint32_t get32(std::span<const std::uint8_t> in, std::size_t at) {
  return std::uint32_t{get16(in, at)} << 16 | get16(in, at + 2);
}
inline void set16(std::vector<std::uint8_t>& out, std::size_t at, std::uint16_t value) {
  out[at] = static_cast<std::uint8_t>(value >> 8);
  out[at + 1] = static_cast<std::uint8_t>(value);
}

/// The sum over the pseudo header: of TCP and UDP (RFC 9293 section 3.1), for IPv6 also of ICMP (RFC 8200
/// section 8.1). `addresses`: both, of either family.
inline std::uint32_t pseudo_header(std::span<const std::uint8_t> addresses, std::uint8_t protocol,
                                   std::size_t bytes) {
  std::uint32_t sum = protocol + static_cast<std::uint32_t>(bytes);
  for (std::size_t at = 0; at < addresses.size(); at += 2) sum += get16(addresses, at);
  return sum;
}

/// A protocol's number in the header of a family.
inline std::uint8_t number_of(std::uint8_t protocol, bool v4) {
  return protocol == ICMP && !v4 ? icmpv6 : protocol;
}

/// Does the protocol's checksum cover the addresses?
inline bool covers_addresses(std::uint8_t protocol, bool v4) {
  return protocol != ICMP || !v4;
}

}  // namespace sockarium::wire::layout
