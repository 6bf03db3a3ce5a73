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
#include "sim/wire/icmp.h"
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

/// Numbers of IANA, as they stand in the IP header. ICMP is that of either family, though the header of IPv6
/// says 58.
enum Protocol : std::uint8_t { ICMP = 1, TCP = 6, UDP = 17 };

/// Bits about fragments (RFC 791 3.1, RFC 8200 4.5): others follow; and the opposite of «don't fragment»,
/// which most packets of Linux carry, and every one of IPv6 by its nature.
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
  std::uint16_t fragment_offset = 0;  ///< where `payload` begins in what lies behind the IP header, bytes
  std::uint8_t ttl = 64;              ///< hops that it may still make
  std::uint8_t fragment_bits = 0;     ///< of FragmentBit
  std::uint16_t reserved = 0;
  std::uint32_t fragment_id = 0;  ///< which datagram it is a part of; 0 where it is whole
  std::uint32_t whole = 0;        ///< a fragment: bytes of payload that its datagram has; 0: not known
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
  bool is_icmp_error() const { return is_icmp() && wire::is_icmp_error(icmp.type, by_v4()); }
  /// What an ICMP message means; of another packet nothing.
  IcmpKind icmp_kind() const { return is_icmp() ? kind_of(icmp.type, icmp.code, by_v4()) : IcmpKind::Other; }
  /// Does it travel by IPv4?
  bool by_v4() const { return to.ip.is_v4(); }
  bool is_fragment() const { return fragment_offset != 0 || (fragment_bits & more_fragments) != 0; }
  bool has(Flag flag) const { return (flags & flag) != 0; }
  /// The sequence numbers that it uses up: payload, SYN and FIN (RFC 9293 SEG.LEN).
  std::uint32_t length() const { return payload.length + (has(SYN) ? 1 : 0) + (has(FIN) ? 1 : 0); }
  Seq end() const { return seq + length(); }
};

/// Bytes on the wire above Ethernet: IP header, the protocol's header with its options, payload.
std::uint32_t wire_size(const Packet& packet);
/// Does an ICMP message say just that?
bool says(const Packet& packet, IcmpError error);
/// What an ICMP message says, in words: «host unreachable».
std::string icmp_name(const Packet& packet);
/// «TCP», «UDP», «ICMP»
std::string_view protocol_name(std::uint8_t protocol);
/// «SYN,ACK»
std::string flag_names(std::uint8_t flags);
/// «[S.]», as tcpdump
std::string tcpdump_flags(std::uint8_t flags);
/// Bytes of the options, padded to a multiple of four.
std::uint32_t options_size(const Options& options, std::uint8_t flags);

}  // namespace sockarium::wire
