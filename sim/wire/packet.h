// A packet in meaning, not in bytes: the IP addresses and the TCP header of RFC 9293 section 3.1 as values
// that cannot be nonsense; or the ports of a UDP datagram (RFC 768); or what ICMP says of a datagram
// (RFC 792, RFC 4443). Bytes exist only where a format needs them (captures, the inspector).
#pragma once

#include <cstdint>
#include <string>

#include "sim/core/address.h"
#include "sim/core/bytes.h"
#include "sim/core/reason.h"
#include "sim/core/time.h"
#include "sim/wire/seq.h"

namespace sockarium::wire {

/// TCP's control bits that the model uses, with their places in the header.
enum Flag : std::uint8_t { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16, URG = 32 };

/// The TCP options of RFC 9293, RFC 7323 and RFC 2018. 0 or false: absent.
struct Options {
  std::uint32_t timestamp = 0, echo = 0;  ///< TSval, TSecr
  std::uint16_t mss = 0;
  std::uint8_t window_scale = 0;
  bool has_window_scale = false;
  bool has_timestamps = false;
  bool sack_permitted = false;
  std::uint16_t reserved = 0;
  friend bool operator==(const Options&, const Options&) = default;
};

/// Numbers of IANA, as they stand in the IP header.
enum Protocol : std::uint8_t { ICMP = 1, TCP = 6, UDP = 17 };

/// What an ICMP message says (RFC 792): its type and code. An error has the head of the packet that it speaks
/// of; an echo has an identifier and a number, and `Packet::payload` behind them.
struct Icmp {
  Endpoint from, to;      ///< of the quoted packet
  Seq seq;                ///< of the quoted segment
  std::uint16_t mtu = 0;  ///< of the next hop, in «fragmentation needed»
  std::uint8_t type = 0, code = 0;
  std::uint32_t protocol = 6;        ///< of the quoted packet; 0: it quotes none
  std::uint16_t id = 0, number = 0;  ///< of an echo, or of the quoted one
  friend bool operator==(const Icmp&, const Icmp&) = default;
};
inline constexpr std::uint8_t icmp_unreachable = 3, icmp_redirect = 5, icmp_time_exceeded = 11,
                              icmp_parameter_problem = 12;
inline constexpr std::uint8_t icmp_echo_reply = 0, icmp_echo = 8;
/// Does a message of this type quote a packet?
constexpr bool is_icmp_error(std::uint8_t type) {
  return type == icmp_unreachable || type == 4 || type == icmp_redirect || type == icmp_time_exceeded ||
         type == icmp_parameter_problem;
}
inline constexpr std::uint8_t icmp_reassembly = 1;     ///< code of `icmp_time_exceeded`
inline constexpr std::uint8_t icmp_fragmentation = 4;  ///< code of `icmp_unreachable`
inline constexpr std::uint8_t icmp_port = 3;           ///< code of `icmp_unreachable`: nobody has that port

/// Bits about fragments (RFC 791 3.1): others follow; and the opposite of «don't fragment», which most
/// packets of Linux carry.
enum FragmentBit : std::uint8_t { more_fragments = 1, may_fragment = 2 };

/// A fragment has the ports of its datagram, and as payload the part that it carries, of UDP from behind the
/// header on.
/// ICMP: what it says is in `icmp`. About a datagram of UDP: `from` is the end that could not be reached,
/// `to` the sender of the datagram, both with their ports, and `payload` is what it quotes of the datagram's
/// own.
struct Packet {
  Endpoint from, to;
  Seq seq;
  Seq ack;                   ///< means something only with ACK set
  std::uint16_t window = 0;  ///< as in the header: unscaled
  std::uint8_t flags = 0;
  std::uint8_t protocol = TCP;
  std::uint16_t urgent = 0;           ///< with URG: how far the urgent byte's end lies behind `seq`
  std::uint16_t fragment_id = 0;      ///< which datagram it is a part of; 0 where it is whole
  std::uint16_t fragment_offset = 0;  ///< where `payload` begins in what lies behind the IP header, bytes
  std::uint8_t ttl = 64;              ///< hops that it may still make
  std::uint8_t fragment_bits = 0;     ///< of FragmentBit
  std::uint32_t whole = 0;            ///< a fragment: bytes of payload that its datagram has; 0: not known
  std::uint32_t reserved = 0;
  Options options;
  Icmp icmp;
  Reason carried = Reason::Delivered;  ///< why it arrives when it does
  Bytes payload;
  std::uint64_t sent = 0;       ///< the record of its sending; 0 while it is being made
  std::uint64_t link = 0;       ///< raw LinkId that carries it; 0: loopback
  std::uint64_t net = 0;        ///< raw NetId that it travels to
  std::uint32_t copy = 0;       ///< 1: the second of two, made by the link
  std::uint32_t corrupted = 0;  ///< 1: a bit was flipped on the way

  bool is_icmp() const { return protocol == ICMP; }
  /// An ICMP message that quotes a packet.
  bool is_icmp_error() const { return is_icmp() && wire::is_icmp_error(icmp.type); }
  bool is_fragment() const { return fragment_offset != 0 || (fragment_bits & more_fragments) != 0; }
  bool has(Flag flag) const { return (flags & flag) != 0; }
  /// The sequence numbers that it uses up: payload, SYN and FIN (RFC 9293 SEG.LEN).
  std::uint32_t length() const { return payload.length + (has(SYN) ? 1 : 0) + (has(FIN) ? 1 : 0); }
  Seq end() const { return seq + length(); }
};

/// Bytes on the wire above Ethernet: IP header, the protocol's header with its options, payload.
std::uint32_t wire_size(const Packet& packet);
/// «host unreachable» for type 3, code 1; «type 42, code 0» for what has no name here.
std::string icmp_name(std::uint8_t type, std::uint8_t code);
/// «TCP», «UDP», «ICMP»
std::string_view protocol_name(std::uint8_t protocol);
/// «SYN,ACK»
std::string flag_names(std::uint8_t flags);
/// «[S.]», as tcpdump
std::string tcpdump_flags(std::uint8_t flags);
/// Bytes of the options, padded to a multiple of four.
std::uint32_t options_size(const Options& options, std::uint8_t flags);

}  // namespace sockarium::wire
