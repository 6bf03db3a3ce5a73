// Where does a packet go, and from which address? Linux: ip_route_output, inet_select_addr.
//
// A link is a route to the host at its other end. A host with a raw peer sends there what no other link leads
// to, so that the peer may use any address.
//
// A host's table may have lines of its own: addresses that are unreachable, prohibited or swallowed, that a
// neighbour passes packets on to (see forward.h), or, of IPv4, that are said to be on a link, where nobody
// answers for them.
//
// Left out: neighbours that answer are known from the start; the choice between several addresses
// of one family (RFC 6724).
#pragma once

#include <cstdint>
#include <optional>

#include "sim/core/address.h"
#include "sim/core/errno.h"
#include "sim/core/id.h"
#include "sim/core/reason.h"

namespace sockarium {
class Step;
struct World;
}  // namespace sockarium

namespace sockarium::wire {
struct Packet;
}

namespace sockarium::inet {

struct Path {
  NetId to;     ///< the namespace that gets the packet
  LinkId link;  ///< none: loopback
  std::uint64_t direction = 0;
  std::uint64_t mtu = 65536;     ///< loopback's; else the link's
  std::uint64_t ip_header = 20;  ///< bytes; 40 for IPv6
  bool unanswered = false;       ///< nobody on the link has the address: packets wait for ARP

  /// What a packet has room for behind its IP header, bytes.
  std::uint64_t room() const { return (mtu < 65535 ? mtu : ip_header == 20 ? 65535 : 65536) - ip_header; }
};

/// The way from `net` to `address`, or nothing (ENETUNREACH).
std::optional<Path> route(const World& world, NetId net, const Address& address);
/// Why there is no way: ENETUNREACH, or what a line of the table says (Linux fib_props).
Errno unreachable(const World& world, NetId net, const Address& address);
/// Does `net` have this address? Every namespace has 127.0.0.0/8.
bool is_local(const World& world, NetId net, const Address& address);
/// The source address for packets to `destination`: for a local one the loopback address or itself, else the
/// first interface's of its family.
Address source_address(const World& world, NetId net, const Address& destination);

/// Sends a packet on its way: links may delay, double, damage or lose it. Leaves PacketSent, and
/// PacketDuplicated or PacketDropped where that is its lot. `again`: how often it was sent before. The
/// record's number is returned.
std::uint64_t send(Step& step, NetId net, wire::Packet packet, Reason reason, std::int64_t again = 0,
                   std::uint64_t because = 0);
/// The same along a given way; nothing: it is lost, as no way leads there.
std::uint64_t send_along(Step& step, NetId net, const std::optional<Path>& path, wire::Packet packet,
                         Reason reason, std::int64_t again = 0, std::uint64_t because = 0);
/// A router says that packets to `destination` may have `mtu` bytes at most. It holds for ever (in Linux for
/// ten minutes).
void lower_path_mtu(World& world, NetId net, const Address& destination, std::uint64_t mtu);
/// Out by a device, whatever the table says: to the other end of the link (none: loopback).
Path way_by_device(const World& world, NetId net, LinkId link);
/// The way out by the interface with this number, to whoever is at the other end: 1 is loopback, the host's
/// links are 2, 3, … in the order of the setup. Nothing: there is none.
std::optional<Path> way_by_interface(const World& world, NetId net, std::uint32_t number);
/// The way to a neighbour.
std::optional<Path> way_to(const World& world, NetId net, NetId neighbour);

}  // namespace sockarium::inet
