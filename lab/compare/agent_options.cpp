#include "lab/compare/agent_options.h"

#include <linux/filter.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <cstring>
#include <vector>

namespace sockarium::compare {

namespace {

struct Names {
  int level, name;
};
Names names_of(Option option) {
  switch (option) {
    case Option::ReuseAddr:
      return {SOL_SOCKET, SO_REUSEADDR};
    case Option::ReusePort:
      return {SOL_SOCKET, SO_REUSEPORT};
    case Option::KeepAlive:
      return {SOL_SOCKET, SO_KEEPALIVE};
    case Option::Error:
      return {SOL_SOCKET, SO_ERROR};
    case Option::Type:
      return {SOL_SOCKET, SO_TYPE};
    case Option::AcceptConn:
      return {SOL_SOCKET, SO_ACCEPTCONN};
    case Option::Linger:
      return {SOL_SOCKET, SO_LINGER};
    case Option::ReceiveBuffer:
      return {SOL_SOCKET, SO_RCVBUF};
    case Option::SendBuffer:
      return {SOL_SOCKET, SO_SNDBUF};
    case Option::ReceiveTimeout:
      return {SOL_SOCKET, SO_RCVTIMEO};
    case Option::SendTimeout:
      return {SOL_SOCKET, SO_SNDTIMEO};
    case Option::Broadcast:
      return {SOL_SOCKET, SO_BROADCAST};
    case Option::NoDelay:
      return {IPPROTO_TCP, TCP_NODELAY};
    case Option::Linger2:
      return {IPPROTO_TCP, TCP_LINGER2};
    case Option::MaxSeg:
      return {IPPROTO_TCP, TCP_MAXSEG};
    case Option::SynCount:
      return {IPPROTO_TCP, TCP_SYNCNT};
    case Option::DeferAccept:
      return {IPPROTO_TCP, TCP_DEFER_ACCEPT};
    case Option::KeepIdle:
      return {IPPROTO_TCP, TCP_KEEPIDLE};
    case Option::KeepInterval:
      return {IPPROTO_TCP, TCP_KEEPINTVL};
    case Option::KeepCount:
      return {IPPROTO_TCP, TCP_KEEPCNT};
    case Option::UserTimeout:
      return {IPPROTO_TCP, TCP_USER_TIMEOUT};
    case Option::ReceiveErrors:
      return {IPPROTO_IP, IP_RECVERR};
    case Option::BindAddressNoPort:
      return {IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT};
    case Option::LocalPortRange:
      return {IPPROTO_IP, 51};  // IP_LOCAL_PORT_RANGE, newer than the C library's headers
    case Option::V6Only:
      return {IPPROTO_IPV6, IPV6_V6ONLY};
    case Option::ReceiveErrors6:
      return {IPPROTO_IPV6, IPV6_RECVERR};
    case Option::MtuDiscover6:
      return {IPPROTO_IPV6, IPV6_MTU_DISCOVER};
    case Option::Mtu6:
      return {IPPROTO_IPV6, IPV6_MTU};
    case Option::DontFragment6:
      return {IPPROTO_IPV6, IPV6_DONTFRAG};
    case Option::MulticastInterface6:
      return {IPPROTO_IPV6, IPV6_MULTICAST_IF};
    case Option::MulticastLoop6:
      return {IPPROTO_IPV6, IPV6_MULTICAST_LOOP};
    case Option::MulticastAll6:
      return {IPPROTO_IPV6, IPV6_MULTICAST_ALL};
    case Option::JoinGroup6:
      return {IPPROTO_IPV6, IPV6_JOIN_GROUP};
    case Option::LeaveGroup6:
      return {IPPROTO_IPV6, IPV6_LEAVE_GROUP};
    case Option::UnicastHops6:
      return {IPPROTO_IPV6, IPV6_UNICAST_HOPS};
    case Option::MulticastHops6:
      return {IPPROTO_IPV6, IPV6_MULTICAST_HOPS};
    case Option::PeerCred:
      return {SOL_SOCKET, SO_PEERCRED};
    case Option::OobInline:
      return {SOL_SOCKET, SO_OOBINLINE};
    case Option::Ttl:
      return {IPPROTO_IP, IP_TTL};
    case Option::MtuDiscover:
      return {IPPROTO_IP, IP_MTU_DISCOVER};
    case Option::Mtu:
      return {IPPROTO_IP, IP_MTU};
    case Option::MulticastInterface:
      return {IPPROTO_IP, IP_MULTICAST_IF};
    case Option::MulticastTtl:
      return {IPPROTO_IP, IP_MULTICAST_TTL};
    case Option::MulticastLoop:
      return {IPPROTO_IP, IP_MULTICAST_LOOP};
    case Option::MulticastAll:
      return {IPPROTO_IP, IP_MULTICAST_ALL};
    case Option::AddMembership:
      return {IPPROTO_IP, IP_ADD_MEMBERSHIP};
    case Option::DropMembership:
      return {IPPROTO_IP, IP_DROP_MEMBERSHIP};
    case Option::AttachFilter:
      return {SOL_SOCKET, SO_ATTACH_FILTER};
    case Option::DetachFilter:
      return {SOL_SOCKET, SO_DETACH_FILTER};
    case Option::PacketMembership:
      return {SOL_PACKET, PACKET_ADD_MEMBERSHIP};
    case Option::PacketStatistics:
      return {SOL_PACKET, PACKET_STATISTICS};
    case Option::IgnoreOutgoing:
      return {SOL_PACKET, PACKET_IGNORE_OUTGOING};
  }
  return {0, 0};
}

}  // namespace

std::int64_t set_option(const sys::Setsockopt& c, const char* payload) {
  const Names names = names_of(c.option);
  if (c.option == Option::Linger) {
    const linger value{static_cast<int>(c.value), static_cast<int>(c.second)};
    return setsockopt(c.fd, names.level, names.name, &value, sizeof value);
  }
  if (c.option == Option::ReceiveTimeout || c.option == Option::SendTimeout) {
    timeval value{};
    value.tv_sec = c.value / second;
    value.tv_usec = c.value % second / microsecond;
    return setsockopt(c.fd, names.level, names.name, &value, sizeof value);
  }
  if (c.option == Option::AddMembership || c.option == Option::DropMembership) {
    const ip_mreq value{{htonl(static_cast<in_addr_t>(c.value))}, {htonl(static_cast<in_addr_t>(c.second))}};
    return setsockopt(c.fd, names.level, names.name, &value, sizeof value);
  }
  if (c.option == Option::JoinGroup6 || c.option == Option::LeaveGroup6) {
    ipv6_mreq value{};
    std::memcpy(&value.ipv6mr_multiaddr, c.group.bytes.data(), c.group.bytes.size());
    value.ipv6mr_interface = static_cast<unsigned>(c.value);
    return setsockopt(c.fd, names.level, names.name, &value, sizeof value);
  }
  if (c.option == Option::AttachFilter) {
    std::vector<sock_filter> program(c.data.length / sizeof(sock_filter));
    std::memcpy(program.data(), payload, program.size() * sizeof(sock_filter));
    const sock_fprog value{static_cast<unsigned short>(program.size()), program.data()};
    return setsockopt(c.fd, names.level, names.name, &value, sizeof value);
  }
  if (c.option == Option::PacketMembership) {
    packet_mreq value{};
    value.mr_ifindex = static_cast<int>(c.value);
    value.mr_type = PACKET_MR_PROMISC;
    return setsockopt(c.fd, names.level, names.name, &value, sizeof value);
  }
  const bool address = c.option == Option::MulticastInterface;
  const int value =
      address ? static_cast<int>(htonl(static_cast<in_addr_t>(c.value))) : static_cast<int>(c.value);
  return setsockopt(c.fd, names.level, names.name, &value, sizeof value);
}

std::int64_t get_option(const sys::Getsockopt& c, SysResult& result) {
  const Names names = names_of(c.option);
  std::array<int, 4> value{};
  socklen_t size = sizeof value;
  if (getsockopt(c.fd, names.level, names.name, value.data(), &size) != 0) return -1;
  if (c.option == Option::ReceiveTimeout || c.option == Option::SendTimeout) {
    timeval time{};
    std::memcpy(&time, value.data(), sizeof time);
    return time.tv_sec * second + time.tv_usec * microsecond;
  }
  if (c.option == Option::MulticastInterface) return ntohl(static_cast<in_addr_t>(value[0]));
  if (c.option == Option::Linger || c.option == Option::PeerCred || c.option == Option::PacketStatistics)
    result.second = value[1];
  if (c.option == Option::PeerCred) result.flags = value[2];
  return value[0];
}

}  // namespace sockarium::compare
