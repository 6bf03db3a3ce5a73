// The internet layer's part of the world: network namespaces with their addresses, settings and counters, the
// sockets' common part, the port table and the connection table. It answers «where to?» and «whose?».
#pragma once

#include <cstdint>

#include "sim/core/address.h"
#include "sim/core/counter.h"
#include "sim/core/event.h"
#include "sim/core/hash_index.h"
#include "sim/core/profile.h"
#include "sim/core/slab.h"
#include "sim/core/sysctl.h"
#include "sim/inet/socket_base.h"
#include "sim/inet/tap.h"
#include "sim/wire/packet.h"

namespace sockarium::inet {

/// A network namespace. A host has one, and so has every container.
struct Net {
  HostId host;
  InterfaceId first_interface;
  std::uint64_t number = 0;     ///< 1, 2, … in the order of making, which tells chance where it is
  std::int64_t time_waits = 0;  ///< entries in TIME-WAIT, which tcp_max_tw_buckets bounds
  NetId gateway;                ///< where packets go to which no link leads; none: nowhere
  std::uint64_t raw = 0;        ///< 1: a raw peer, which has no sockets; see raw_peer.h
  PortRangeId first_reserved;   ///< ip_local_reserved_ports
  CapturedId first_captured, last_captured;
  std::uint64_t captured = 0;  ///< how many wait
  Sysctls sysctls;
  Traits traits;
  Counters counters;
};

/// An address of a namespace; the loopback addresses come by themselves.
struct Interface {
  NetId net;
  Address address;
  InterfaceId next;
};

/// A packet that waits: one that has reached a raw peer for its program, one without a next hop for ARP.
struct Captured {
  wire::Packet packet;
  CapturedId next;
};

/// Ports that the kernel never chooses by itself: a part of net.ipv4.ip_local_reserved_ports.
struct PortRange {
  std::uint32_t low = 0, high = 0;  ///< both belong to it
  PortRangeId next;
};

/// A socket has joined a group on an interface. Linux struct ip_mc_socklist.
struct Membership {
  NetId net;
  SocketId socket;
  Address group;
  LinkId link;  ///< none: loopback
};

/// Which fragments belong together (RFC 791 3.2).
struct FragmentKey {
  NetId net;
  Address from, to;
  std::uint32_t protocol = 17;
  std::uint32_t id = 0;
};
/// Fragments that wait for the rest of their datagram. Linux struct ipq.
struct Reassembly {
  FragmentKey key;
  CapturedId first;         ///< by their offsets
  std::uint64_t whole = 0;  ///< bytes behind the IP header, once the last one has come; 0: not known
  std::uint64_t held = 0;   ///< bytes that have come
  Timer timer;
};

struct PortKey {
  NetId net;
  std::uint32_t protocol = 6;
  std::uint32_t port = 0;
};

/// A line of the routing table that a program or person added (ip-route(8)). The longest prefix wins.
enum class RouteKind : std::uint32_t {
  Unreachable,  ///< EHOSTUNREACH
  Prohibit,     ///< EACCES
  Blackhole,    ///< EINVAL
  OnLink,       ///< the addresses are said to be on a link, though no host there has them
  Via,          ///< a neighbour passes it on
};
struct SpecialRoute {
  NetId net;
  Address destination;
  std::uint32_t prefix = 32;  ///< how many bits of an address must be alike
  RouteKind kind = RouteKind::Unreachable;
  LinkId link;  ///< OnLink
  NetId via;    ///< Via
};

/// A destination behind a router that takes smaller packets than the link.
struct PathMtuKey {
  NetId net;
  Address destination;
};

/// A next hop whose hardware address nobody tells: packets wait for it until ARP gives up.
struct Neighbour {
  NetId net;
  Address address;
  CapturedId first_waiting, last_waiting;
  Timer timer;
};

/// Everything that holds one port: Linux struct inet_bind_bucket.
struct PortBucket {
  PortKey key;
  SocketId first;
  std::uint64_t count = 0;
  std::uint32_t only_connects = 0;  ///< 1: every holder's port was chosen by connect() (Linux fastreuse < 0)
  /// 1: the last socket that bound it had SO_REUSEPORT. It is remembered by the four fields below, and who is
  /// like it is let in without a look at the holders (Linux fastreuseport).
  std::uint32_t remembers = 0;
  std::uint32_t last_user = 0;
  std::uint32_t last_ipv6_only = 0;
  Address last_address;
};

/// The four numbers by which connections are told apart, inside one namespace.
struct TupleKey {
  NetId net;
  Endpoint local, peer;
};

enum class OwnerKind : std::uint64_t { None, Connection, Request, TimeWait };
struct Owner {
  OwnerKind kind = OwnerKind::None;
  std::uint64_t id = 0;  ///< raw id of a ConnectionId, RequestId or TimeWaitId
  SocketId socket;       ///< its common part; a request has none
};

struct ListenKey {
  NetId net;
  Endpoint local;
  std::uint32_t reserved = 0;
};

struct RouteKey {
  NetId from, to;
};
struct Route {
  LinkId link;
  std::uint64_t direction = 0;
};

/// Where connect() goes: each destination has its own counter of ports (RFC 6056 section 3.3.4).
struct DestinationKey {
  NetId net;
  Address source;
  Endpoint destination;
  std::uint32_t block = 0;  ///< for `taken`: which 64 ports
};

/// How many ICMP messages an address may still get: see icmp.h.
struct IcmpKey {
  NetId net;
  Address to;
};
struct IcmpBudget {
  Time last = 0;
  Duration tokens = 0;
};

struct AddressKey {
  Address address;
};

struct Inet {
  Slab<Net> nets;
  Slab<Interface> interfaces;
  HashIndex<AddressKey, NetId> owners;  ///< whose interface has this address?
  HashIndex<RouteKey, Route> routes;    ///< which link leads from one namespace to another?
  Slab<SocketBase> sockets;
  Slab<PortBucket> buckets;
  HashIndex<PortKey, PortBucketId> ports;  ///< the port table
  Slab<PortRange> reserved;
  HashIndex<TupleKey, Owner> connections;  ///< the connection table (Linux ehash)
  HashIndex<DestinationKey, std::uint64_t>
      destinations;  ///< times asked << 32 | how far the search has moved
  /// For each destination and 64 ports: the ports that a living connection of connect()'s choice has. Only to
  /// skip them quickly: near exhaustion every search passes thousands.
  HashIndex<DestinationKey, std::uint64_t> taken;
  HashIndex<ListenKey, SocketId> listeners;  ///< by local address and port (Linux lhash2): a group's first
  Slab<SpecialRoute> special_routes;
  Slab<Neighbour> neighbours;
  HashIndex<PathMtuKey, std::uint64_t> path_mtus;  ///< bytes, as ICMP has told
  HashIndex<IcmpKey, IcmpBudget> icmp_budgets;
  Slab<Membership> memberships;
  Slab<Reassembly> reassemblies;
  std::uint64_t last_fragment_id = 0;
  std::uint64_t last_echo_id = 0;  ///< of ping sockets (Linux ping_port_rover)
  Slab<Captured> captured;
  Slab<Tap> taps;  ///< of packet sockets
  Slab<Frame> frames;
  std::uint64_t last_inode = 10'000;

  friend bool operator==(const Inet&, const Inet&) = default;
};

}  // namespace sockarium::inet
