// Ethernet (IEEE 802.3) as far as packet sockets show it: a hardware address for each end of a link, and the
// header of 14 bytes in front of a packet.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "sim/core/address.h"

namespace sockarium::wire {

using Mac = std::array<std::uint8_t, 6>;
inline constexpr std::size_t ethernet_header = 14;  ///< bytes
inline constexpr std::uint16_t ethertype_ipv4 = 0x0800, ethertype_ipv6 = 0x86dd;

/// 02:00:00:00:03:01: the hardware address of one end (0 or 1) of the link with this number. The model's own
/// choice, from the range of addresses that people give out.
Mac mac_of(std::uint64_t link, std::size_t end);
/// Where a datagram for many goes: 01:00:5e:… for a group of IPv4 (RFC 1112 6.4), 33:33:… for one of IPv6
/// (RFC 2464 7), ff:ff:ff:ff:ff:ff for all. `to` is one of these.
Mac mac_for_many(const Address& to);
/// What the header says of the packet behind it.
constexpr std::uint16_t ethertype_of(bool v4) {
  return v4 ? ethertype_ipv4 : ethertype_ipv6;
}
std::array<std::uint8_t, ethernet_header> ethernet_header_of(const Mac& to, const Mac& from,
                                                             std::uint16_t type);

}  // namespace sockarium::wire
