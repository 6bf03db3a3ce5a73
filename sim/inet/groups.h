// One datagram for many: multicast groups, and IPv4's broadcast. A socket joins a group on an interface; the
// host then takes what comes there for the group. RFC 1112, RFC 919, RFC 4291 section 2.7; Linux
// net/ipv4/igmp.c, net/ipv6/mcast.c, ip_check_mc_rcu, ipv6_chk_mcast_addr.
//
// A group of IPv6 names no interface, but a scope: ff01:: stays in the host, ff02:: on the link; wider scopes
// are what routers may pass on, which the model's do not.
//
// The group's messages to routers (IGMP, RFC 3376; MLD, RFC 3810) have no packets here: a link has two ends,
// and both get everything. Left out: sources that are let in or kept out (IP_ADD_SOURCE_MEMBERSHIP), the copy
// that a host gets of its own ICMP message to a group, addresses of a subnet's broadcast, as the model's
// addresses belong to no subnet.
#pragma once

#include "sim/core/attempt.h"
#include "sim/core/id.h"

namespace sockarium {
class Step;
struct World;
}  // namespace sockarium
namespace sockarium::wire {
struct Packet;
}

namespace sockarium::inet {

/// 255.255.255.255, and what ends loopback's own network: 127.255.255.255.
bool is_for_all(const Address& address);
/// A group of IPv6 that means something on one link only: ff01::/16, ff02::/16 (Linux
/// __ipv6_addr_needs_scope_id).
bool needs_interface(const Address& address);
/// For all or for a group, of either family.
bool is_for_many(const Address& address);
/// The IPv4 address in a number as it stands in an option's value: 127.0.0.1 is 0x7f000001.
Address address_in(std::int64_t value);
std::int64_t value_of(const Address& address);

/// IP_ADD_MEMBERSHIP, IP_DROP_MEMBERSHIP. `call.value`: the group; `call.second`: an address of the
/// interface, 0: the one that leads to the group. EINVAL, ENODEV, EADDRINUSE, EADDRNOTAVAIL, ENOBUFS; EPROTO
/// for TCP. IPV6_JOIN_GROUP, IPV6_LEAVE_GROUP: `call.group`; `call.value`: the interface's number, 0: any.
Attempt try_join(World& world, SocketId socket, const sys::Setsockopt& call);
Attempt try_leave(World& world, SocketId socket, const sys::Setsockopt& call);
/// The socket is closed: it leaves all its groups.
void leave_all(World& world, SocketId socket);

/// May it not leave the host (interface-local scope, RFC 4291 2.7)?
bool stays_in_host(const Address& group);
/// Has a socket of this host joined the group on this link (none: loopback)? All hosts are in 224.0.0.1,
/// ff01::1 and ff02::1, all routers of IPv6 in ff01::2, ff02::2 and ff05::2.
bool has_joined(const World& world, NetId net, const Address& group, LinkId link);
/// Does the host take a packet that came there, though the address is not its own?
bool takes_for_many(const World& world, NetId net, const wire::Packet& packet);
/// Does this socket want what came for `group` on `link`? One that has joined it, by IPv6 on whatever
/// interface; another only while IP_MULTICAST_ALL or IPV6_MULTICAST_ALL is set. Linux ip_mc_sf_allow,
/// inet6_mc_check.
bool hears(const World& world, SocketId socket, const Address& group, LinkId link);

}  // namespace sockarium::inet
