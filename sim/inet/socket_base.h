// What the port table and the bind rules must know of any socket, whatever its protocol: addresses, owner,
// reuse flags, whether it listens or is in TIME-WAIT. The protocol's own part is another entry, named by
// `entry`. Linux: struct sock_common, struct sock.
#pragma once

#include <cstdint>

#include "sim/core/address.h"
#include "sim/core/errno.h"
#include "sim/core/id.h"
#include "sim/core/time.h"

namespace sockarium::inet {

/// Icmp: ping and raw sockets, whose own part is a udp::Socket, too. Packet: its own part is a Tap.
enum class EntryKind : std::uint32_t { TcpConnection, TcpTimeWait, Udp, Unix, Icmp, Packet, Netlink };

/// What the options of IPPROTO_IPV6 say of packets that travel by IPv6. A socket of AF_INET6 may send by
/// IPv4, too: then those of IPPROTO_IP count. Linux struct ipv6_pinfo.
struct Inet6Options {
  std::uint16_t hops = hops_of_host;      ///< IPV6_UNICAST_HOPS
  std::uint8_t multicast_hops = 1;        ///< IPV6_MULTICAST_HOPS
  std::uint8_t mtu_discover = 1;          ///< IPV6_MTU_DISCOVER: pmtudisc_want …
  bool receive_errors = false;            ///< IPV6_RECVERR
  bool dont_fragment = false;             ///< IPV6_DONTFRAG
  bool multicast_loop = true;             ///< IPV6_MULTICAST_LOOP
  bool multicast_all = true;              ///< IPV6_MULTICAST_ALL
  std::uint32_t multicast_interface = 0;  ///< IPV6_MULTICAST_IF: the interface's number; 0: none
  std::uint32_t reserved = 0;

  static constexpr std::uint16_t hops_of_host = 256;
};

struct SocketBase {
  NetId net;
  OpenFileId file;  ///< none: an orphan, which no descriptor can reach
  Endpoint local, peer;
  std::uint32_t user = 0;  ///< effective uid of its maker
  EntryKind kind = EntryKind::TcpConnection;
  std::uint64_t entry = 0;        ///< raw id of the protocol's own part
  std::uint64_t inode = 0;        ///< what /proc and lsof show
  Errno error = Errno::OK;        ///< SO_ERROR: waits for the program to ask
  Errno soft_error = Errno::OK;   ///< told by SO_ERROR where there is no other (Linux sk_err_soft)
  std::uint32_t former_port = 0;  ///< that it had: getsockname() still tells it (Linux inet_sport)
  bool reuse_address = false;     ///< SO_REUSEADDR
  bool reuse_port = false;        ///< SO_REUSEPORT
  bool listening = false;
  bool port_by_program = false;     ///< bind() named it (Linux SOCK_BINDPORT_LOCK)
  bool address_by_program = false;  ///< bind() named it (Linux SOCK_BINDADDR_LOCK)
  bool linger = false;              ///< SO_LINGER on
  bool receive_errors = false;      ///< IP_RECVERR
  bool keep_alive = false;          ///< SO_KEEPALIVE
  bool port_by_connect = false;     ///< connect() chose it (Linux SOCK_CONNECT_BIND)
  bool late_port = false;           ///< IP_BIND_ADDRESS_NO_PORT
  bool ipv6 = false;                ///< AF_INET6
  bool ipv6_only = false;           ///< IPV6_V6ONLY
  bool broadcast = false;           ///< SO_BROADCAST
  std::uint8_t protocol = 6;  ///< IPPROTO_TCP, IPPROTO_UDP: each has ports of its own; 0: no internet socket
  bool oob_inline = false;    ///< SO_OOBINLINE
  std::uint8_t ttl = 0;       ///< IP_TTL; 0: net.ipv4.ip_default_ttl
  std::uint16_t range_low = 0, range_high = 0;  ///< IP_LOCAL_PORT_RANGE; 0: no bound of its own
  std::uint8_t mtu_discover = 1;                ///< IP_MTU_DISCOVER: pmtudisc_want …
  std::uint8_t multicast_ttl = 1;               ///< IP_MULTICAST_TTL
  bool multicast_loop = true;                   ///< IP_MULTICAST_LOOP
  bool multicast_all = true;                    ///< IP_MULTICAST_ALL
  std::uint32_t linger_seconds = 0;
  Duration receive_timeout = 0;   ///< SO_RCVTIMEO; 0: none
  Duration send_timeout = 0;      ///< SO_SNDTIMEO; 0: none
  Time recyclable_since = never;  ///< TIME-WAIT with timestamps: since when; connect() may take it over later
  PortBucketId bucket;            ///< of its port; none: holds no port
  SocketId bucket_next, bucket_previous;
  SocketId group_next;             ///< the next listener of the same name (SO_REUSEPORT)
  std::uint64_t bound_record = 0;  ///< the record of getting its port

  Inet6Options six;
  Address multicast_from;  ///< IP_MULTICAST_IF: the interface's address; 0.0.0.0 or ::: none

  Address wildcard() const { return ipv6 ? Address{} : Address::any_v4(); }
};

}  // namespace sockarium::inet
