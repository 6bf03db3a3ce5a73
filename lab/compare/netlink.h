// What a network namespace is furnished with and what it holds, asked of the kernel by rtnetlink(7), ethtool
// and sock_diag(7): pairs of virtual Ethernet ends, addresses, routes and neighbours; sockets. All functions
// work on the namespace of the calling thread; they return an errno, 0 when done.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/core/address.h"
#include "sim/core/tcp_state.h"
#include "sim/wire/ethernet.h"

namespace sockarium::compare::netlink {

using wire::Mac;

/// A veth pair: `name` here, `peer_name` in the namespace of descriptor `peer_namespace`, where it has
/// `peer_mac`.
int add_veth(const std::string& name, const std::string& peer_name, int peer_namespace, const Mac& peer_mac,
             std::uint32_t mtu);
/// Brings an interface up.
int set_up(const std::string& name);
/// Nobody is asked by ARP behind an interface: whatever is sent goes out at once.
int switch_off_arp(const std::string& name);
/// Gives an interface an address, with a prefix of all its bits; IPv6 without asking whether another has it.
int add_address(const std::string& name, const Address& address);
/// The way to `to` leads through `name`, with `source` as the sender's address. `prefix`: bits of `to`; 0:
/// all.
int add_route(const std::string& name, const Address& to, const Address& source, std::uint32_t prefix = 0);
/// The same through a neighbour that passes packets on.
int add_route_via(const std::string& name, const Address& to, std::uint32_t prefix, const Address& source,
                  const Address& neighbour);
/// Addresses to which there is no way, each kind with an error of its own.
enum class SpecialRoute { Unreachable, Prohibit, Blackhole };
int add_special_route(const Address& to, std::uint32_t prefix, SpecialRoute kind);
/// Groups of IPv6 are sent to through `name` with this source, which is no address of the interface's own.
int set_source_for_groups(const std::string& name, const Address& source);
/// The way to everything else leads through `name`.
int add_default_route(const std::string& name, const Address& source);
/// The owner of `address` behind `name` has this hardware address, for ever: nobody asks by ARP.
int add_neighbour(const std::string& name, const Address& address, const Mac& mac);
/// Checksums and segments are made by the kernel itself, not left to a card.
int switch_off_offloads(const std::string& name);

/// A row of ss.
struct SocketRow {
  TcpState state = TcpState::Closed;
  Endpoint local, peer;
  std::uint32_t receive_queue = 0, send_queue = 0;
  std::uint8_t protocol = 6;
  bool ipv6 = false;
};
/// A row of ss -x.
struct LocalRow {
  TcpState state = TcpState::Closed;
  std::int32_t type = 1;  ///< SOCK_STREAM …
  std::string name;       ///< «@bus» for an abstract one
  std::uint32_t receive_queue = 0, send_queue = 0;
};
/// All Unix sockets. [netlink_unix.cpp]
int list_local_sockets(int door, std::vector<LocalRow>& sockets);

/// The states of inet_diag and unix_diag by Linux's numbers.
TcpState state_of(std::uint8_t number);

/// A door to the sockets of this namespace, which stays one when the thread has left it; −1: see errno.
int open_socket_list();
/// All TCP sockets that have a state, half-open requests and TIME-WAIT included, and all UDP sockets with a
/// port.
int list_sockets(int door, std::vector<SocketRow>& sockets);

}  // namespace sockarium::compare::netlink
