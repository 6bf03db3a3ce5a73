// A packet filter: rules that stand at a host's door, as iptables(8) and nft(8) put them there. A rule drops
// a packet in silence, or rejects it: then an answer goes back, RST or an ICMP error, as if the host had made
// it. The model's world and the relay between real hosts use the same code.
//
// Left out: tables and chains, connection tracking, loopback (what a host says to itself passes no door), and
// the counters of ICMP messages sent.
#pragma once

#include <cstdint>
#include <optional>

#include "sim/core/address.h"
#include "sim/core/id.h"
#include "sim/core/time.h"
#include "sim/wire/packet.h"

namespace sockarium::wire {

enum class FilterAction : std::uint32_t { Drop, Reject };

/// What a rejected packet is answered with: `code` of an ICMP «destination unreachable», or RST.
inline constexpr std::uint32_t with_reset = 256;

/// One rule. A packet must fit all that it names.
struct Filter {
  NetId net;               ///< whose door
  std::uint64_t host = 0;  ///< place in Setup::hosts
  FilterAction action = FilterAction::Drop;
  std::uint32_t with = 3;      ///< Reject: a code of IPv4's ICMP, whose like IPv6 has, or `with_reset`
  std::uint32_t outgoing = 0;  ///< 1: what leaves the host; 0: what comes in
  std::uint32_t protocol = 0;  ///< of Protocol; 0: any
  std::uint32_t port = 0;      ///< to which the packet goes; 0: any
  std::uint32_t any_peer = 1;  ///< 0: only packets from (to, if outgoing) `peer`
  Address peer;
  Time on = 0, off = never;  ///< it holds from `on` until `off`
};

bool fits(const Filter& filter, const Packet& packet, bool outgoing, Time now);
/// The answer to a packet that the rule rejects; nothing for RST and for ICMP errors, which are never
/// answered (RFC 1122 3.2.2).
std::optional<Packet> rejection(const Filter& filter, const Packet& packet);

}  // namespace sockarium::wire
