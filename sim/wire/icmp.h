// What an ICMP message says. Its types and codes are those of its family: IPv4 (RFC 792) and IPv6 (RFC 4443)
// number the same news differently, and IPv6 has a type of its own for a packet that is too long.
#pragma once

#include <cstdint>
#include <string>

#include "sim/core/address.h"
#include "sim/wire/seq.h"

namespace sockarium::wire {

/// A message's type and code. An error has the head of the packet that it speaks of; an echo has an
/// identifier and a number, and `Packet::payload` behind them.
struct Icmp {
  Endpoint from, to;      ///< of the quoted packet
  Seq seq;                ///< of the quoted segment
  std::uint16_t mtu = 0;  ///< of the next hop, where the packet was too long for it
  std::uint8_t type = 0, code = 0;
  std::uint32_t protocol = 6;        ///< of the quoted packet; 0: it quotes none
  std::uint16_t id = 0, number = 0;  ///< of an echo, or of the quoted one
  friend bool operator==(const Icmp&, const Icmp&) = default;
};

inline constexpr std::uint8_t icmp_unreachable = 3, icmp_redirect = 5, icmp_time_exceeded = 11,
                              icmp_parameter_problem = 12;
inline constexpr std::uint8_t icmp_echo_reply = 0, icmp_echo = 8;
inline constexpr std::uint8_t icmp_fragmentation = 4;  ///< code of `icmp_unreachable`
inline constexpr std::uint8_t icmp6_unreachable = 1, icmp6_too_big = 2, icmp6_time_exceeded = 3,
                              icmp6_parameter_problem = 4, icmp6_echo = 128, icmp6_echo_reply = 129;

/// The types of both families, by what they mean.
enum class IcmpKind {
  Echo,
  EchoReply,
  Unreachable,
  TooLong,  ///< IPv4: «unreachable», «fragmentation needed»; IPv6: «packet too big»
  TimeExceeded,
  ParameterProblem,
  OtherError,  ///< it quotes a packet, and says what the model has no name for
  Other,
};
IcmpKind kind_of(std::uint8_t type, std::uint8_t code, bool v4);
/// Does a message of this type quote a packet?
bool is_icmp_error(std::uint8_t type, bool v4);

/// What a host or router tells the sender of a packet.
enum class IcmpError {
  NetUnreachable,
  HostUnreachable,
  PortUnreachable,
  Prohibited,
  TooLong,
  HopsUsedUp,
  FragmentsTooLate,
};
struct IcmpNumbers {
  std::uint8_t type = 0, code = 0;
};
IcmpNumbers numbers_of(IcmpError error, bool v4);

/// «host unreachable» for type 3, code 1 of IPv4; «type 42, code 0» for what has no name here.
std::string icmp_name(std::uint8_t type, std::uint8_t code, bool v4 = true);

}  // namespace sockarium::wire
