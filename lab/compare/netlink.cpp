#include "lab/compare/netlink.h"

#include <linux/ethtool.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/inet_diag.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/sockios.h>
#include <linux/veth.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <vector>

namespace sockarium::compare::netlink {

namespace {

/// One request: a header, a fixed part and attributes, some of them nested.
class Request {
 public:
  Request(std::uint16_t type, std::uint16_t flags) {
    nlmsghdr header{};
    header.nlmsg_type = type;
    header.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | NLM_F_ACK | flags);
    header.nlmsg_seq = 1;
    append(&header, sizeof header);
  }

  void append(const void* data, std::size_t size) {
    const auto* from = static_cast<const std::uint8_t*>(data);
    bytes_.insert(bytes_.end(), from, from + size);
    bytes_.resize(NLMSG_ALIGN(bytes_.size()));
  }
  void attribute(std::uint16_t type, const void* data, std::size_t size) {
    const rtattr head{static_cast<std::uint16_t>(RTA_LENGTH(size)), type};
    append(&head, sizeof head);
    append(data, size);
  }
  void text(std::uint16_t type, const std::string& value) {
    attribute(type, value.c_str(), value.size() + 1);
  }
  void number(std::uint16_t type, std::uint32_t value) { attribute(type, &value, sizeof value); }
  void address(std::uint16_t type, const Address& value) {
    const std::size_t skip = value.is_v4() ? 12 : 0;
    attribute(type, value.bytes.data() + skip, value.bytes.size() - skip);
  }
  std::size_t open(std::uint16_t type) {
    const std::size_t at = bytes_.size();
    attribute(type, nullptr, 0);
    return at;
  }
  void close(std::size_t at) {
    const auto size = static_cast<std::uint16_t>(bytes_.size() - at);
    std::memcpy(bytes_.data() + at, &size, sizeof size);
  }

  int send() {
    const auto size = static_cast<std::uint32_t>(bytes_.size());
    std::memcpy(bytes_.data(), &size, sizeof size);
    const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (fd < 0) return errno;
    int error = 0;
    alignas(nlmsghdr) std::array<std::uint8_t, 4096> answer{};
    if (::send(fd, bytes_.data(), bytes_.size(), 0) < 0 || recv(fd, answer.data(), answer.size(), 0) < 0) {
      error = errno;
    } else {
      nlmsgerr report{};
      std::memcpy(&report, answer.data() + NLMSG_HDRLEN, sizeof report);
      error = -report.error;
    }
    ::close(fd);
    return error;
  }

 private:
  std::vector<std::uint8_t> bytes_;
};

std::uint8_t family_of(const Address& address) {
  return address.is_v4() ? AF_INET : AF_INET6;
}
std::uint8_t bits_of(const Address& address) {
  return address.is_v4() ? 32 : 128;
}

std::int32_t index_of(const std::string& name) {
  return static_cast<std::int32_t>(if_nametoindex(name.c_str()));
}

Endpoint endpoint_of(std::uint8_t family, const std::uint32_t* ip, std::uint16_t port) {
  Endpoint end;
  const auto* b = reinterpret_cast<const std::uint8_t*>(ip);
  if (family == AF_INET)
    end.ip = Address::v4(b[0], b[1], b[2], b[3]);
  else
    std::memcpy(end.ip.bytes.data(), b, end.ip.bytes.size());
  end.port = ntohs(port);
  return end;
}

int list_family(int door, std::uint8_t family, std::uint8_t protocol, std::vector<SocketRow>& sockets) {
  struct {
    nlmsghdr header;
    inet_diag_req_v2 body;
  } request{};
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  request.body.sdiag_family = family;
  request.body.sdiag_protocol = protocol;
  // All but CLOSE, which for UDP means a socket without a peer.
  request.body.idiag_states = protocol == IPPROTO_TCP ? 0x1fff & ~(1u << 7) : 0x1fff;
  if (::send(door, &request, sizeof request, 0) < 0) return errno;
  std::vector<std::uint8_t> answer(std::size_t{1} << 16);
  for (;;) {
    const ssize_t size = recv(door, answer.data(), answer.size(), 0);
    if (size < 0) return errno;
    auto left = static_cast<unsigned>(size);
    for (auto* part = reinterpret_cast<nlmsghdr*>(answer.data()); NLMSG_OK(part, left);
         part = NLMSG_NEXT(part, left)) {
      if (part->nlmsg_type == NLMSG_DONE) return 0;
      if (part->nlmsg_type == NLMSG_ERROR) {
        nlmsgerr report{};
        std::memcpy(&report, NLMSG_DATA(part), sizeof report);
        return -report.error;
      }
      inet_diag_msg row{};
      std::memcpy(&row, NLMSG_DATA(part), sizeof row);
      sockets.push_back({state_of(row.idiag_state), endpoint_of(family, row.id.idiag_src, row.id.idiag_sport),
                         endpoint_of(family, row.id.idiag_dst, row.id.idiag_dport), row.idiag_rqueue,
                         row.idiag_wqueue, protocol, family == AF_INET6});
    }
  }
}

int set_flag(const std::string& name, std::uint32_t flag) {
  Request request(RTM_NEWLINK, 0);
  ifinfomsg fixed{};
  fixed.ifi_index = index_of(name);
  fixed.ifi_flags = fixed.ifi_change = flag;
  request.append(&fixed, sizeof fixed);
  return request.send();
}

/// `to`: none for the default route, of the source's family. `prefix`: bits of `to`; 0: all of them.
int route(const std::string& name, const std::optional<Address>& to, const Address& source,
          std::uint32_t prefix = 0) {
  Request request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL);
  rtmsg fixed{};
  fixed.rtm_family = family_of(source);
  fixed.rtm_dst_len = !to ? 0 : prefix != 0 ? static_cast<std::uint8_t>(prefix) : bits_of(source);
  fixed.rtm_table = RT_TABLE_MAIN;
  fixed.rtm_protocol = RTPROT_STATIC;
  fixed.rtm_scope = source.is_v4() ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
  fixed.rtm_type = RTN_UNICAST;
  request.append(&fixed, sizeof fixed);
  if (to) request.address(RTA_DST, *to);
  request.address(RTA_PREFSRC, source);
  request.number(RTA_OIF, static_cast<std::uint32_t>(index_of(name)));
  // Lines that are alike share what the kernel keeps of their way, the kind of the first destination
  // included: a datagram for a group would go out with the hops of one for a host. Another metric keeps them
  // apart.
  if (to && to->is_v4() && to->is_multicast()) request.number(RTA_PRIORITY, 1);
  return request.send();
}

}  // namespace

/// Linux's numbers (include/net/tcp_states.h): 12, a request, is dumped as SYN-RECV.
TcpState state_of(std::uint8_t number) {
  constexpr std::array states{TcpState::Closed,      TcpState::Established, TcpState::SynSent,
                              TcpState::SynReceived, TcpState::FinWait1,    TcpState::FinWait2,
                              TcpState::TimeWait,    TcpState::Closed,      TcpState::CloseWait,
                              TcpState::LastAck,     TcpState::Listen,      TcpState::Closing,
                              TcpState::SynReceived};
  return number < states.size() ? states[number] : TcpState::Closed;
}

int open_socket_list() {
  return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
}

int list_sockets(int door, std::vector<SocketRow>& sockets) {
  for (const std::uint8_t protocol : {IPPROTO_TCP, IPPROTO_UDP})
    for (const std::uint8_t family : {AF_INET, AF_INET6})
      if (const int error = list_family(door, family, protocol, sockets)) return error;
  return 0;
}

int add_veth(const std::string& name, const std::string& peer_name, int peer_namespace, const Mac& peer_mac,
             std::uint32_t mtu) {
  Request request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
  const ifinfomsg fixed{};
  request.append(&fixed, sizeof fixed);
  request.text(IFLA_IFNAME, name);
  request.number(IFLA_MTU, mtu);
  const std::size_t info = request.open(IFLA_LINKINFO);
  request.attribute(IFLA_INFO_KIND, "veth", 4);
  const std::size_t data = request.open(IFLA_INFO_DATA);
  const std::size_t peer = request.open(VETH_INFO_PEER);
  request.append(&fixed, sizeof fixed);
  request.text(IFLA_IFNAME, peer_name);
  request.number(IFLA_MTU, mtu);
  request.attribute(IFLA_ADDRESS, peer_mac.data(), peer_mac.size());
  request.number(IFLA_NET_NS_FD, static_cast<std::uint32_t>(peer_namespace));
  request.close(peer);
  request.close(data);
  request.close(info);
  return request.send();
}

int set_up(const std::string& name) {
  return set_flag(name, IFF_UP);
}

int switch_off_arp(const std::string& name) {
  return set_flag(name, IFF_NOARP);
}

int add_address(const std::string& name, const Address& address) {
  Request request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL);
  ifaddrmsg fixed{};
  fixed.ifa_family = family_of(address);
  fixed.ifa_prefixlen = bits_of(address);
  fixed.ifa_flags = address.is_v4() ? 0 : IFA_F_NODAD;
  fixed.ifa_index = static_cast<std::uint32_t>(index_of(name));
  request.append(&fixed, sizeof fixed);
  request.address(IFA_LOCAL, address);
  request.address(IFA_ADDRESS, address);
  return request.send();
}

int add_route(const std::string& name, const Address& to, const Address& source, std::uint32_t prefix) {
  return route(name, to, source, prefix);
}

int add_route_via(const std::string& name, const Address& to, std::uint32_t prefix, const Address& source,
                  const Address& neighbour) {
  Request request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL);
  rtmsg fixed{};
  fixed.rtm_family = family_of(to);
  fixed.rtm_dst_len = static_cast<std::uint8_t>(prefix);
  fixed.rtm_table = RT_TABLE_MAIN;
  fixed.rtm_protocol = RTPROT_STATIC;
  fixed.rtm_scope = RT_SCOPE_UNIVERSE;
  fixed.rtm_type = RTN_UNICAST;
  fixed.rtm_flags = RTNH_F_ONLINK;
  request.append(&fixed, sizeof fixed);
  request.address(RTA_DST, to);
  request.address(RTA_GATEWAY, neighbour);
  request.address(RTA_PREFSRC, source);
  request.number(RTA_OIF, static_cast<std::uint32_t>(index_of(name)));
  return request.send();
}

int add_special_route(const Address& to, std::uint32_t prefix, SpecialRoute kind) {
  Request request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL);
  rtmsg fixed{};
  fixed.rtm_family = family_of(to);
  fixed.rtm_dst_len = static_cast<std::uint8_t>(prefix);
  fixed.rtm_table = RT_TABLE_MAIN;
  fixed.rtm_protocol = RTPROT_STATIC;
  fixed.rtm_scope = RT_SCOPE_UNIVERSE;
  fixed.rtm_type = kind == SpecialRoute::Unreachable ? RTN_UNREACHABLE
                   : kind == SpecialRoute::Prohibit  ? RTN_PROHIBIT
                                                     : RTN_BLACKHOLE;
  request.append(&fixed, sizeof fixed);
  request.address(RTA_DST, to);
  return request.send();
}

int set_source_for_groups(const std::string& name, const Address& source) {
  Address groups;
  groups.bytes[0] = 0xff;
  constexpr std::uint32_t metric =
      255;  // before the line that the kernel makes by itself, IP6_RT_PRIO_ADDRCONF
  Request request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_APPEND);
  rtmsg fixed{};
  fixed.rtm_family = AF_INET6;
  fixed.rtm_dst_len = 8;
  fixed.rtm_table = RT_TABLE_LOCAL;
  fixed.rtm_protocol = RTPROT_STATIC;
  fixed.rtm_scope = RT_SCOPE_UNIVERSE;
  fixed.rtm_type = RTN_MULTICAST;
  request.append(&fixed, sizeof fixed);
  request.address(RTA_DST, groups);
  request.address(RTA_PREFSRC, source);
  request.number(RTA_OIF, static_cast<std::uint32_t>(index_of(name)));
  request.number(RTA_PRIORITY, metric);
  return request.send();
}

int add_default_route(const std::string& name, const Address& source) {
  return route(name, std::nullopt, source);
}

int add_neighbour(const std::string& name, const Address& address, const Mac& mac) {
  Request request(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_EXCL);
  ndmsg fixed{};
  fixed.ndm_family = family_of(address);
  fixed.ndm_ifindex = index_of(name);
  fixed.ndm_state = NUD_PERMANENT;
  request.append(&fixed, sizeof fixed);
  request.address(NDA_DST, address);
  request.attribute(NDA_LLADDR, mac.data(), mac.size());
  return request.send();
}

int switch_off_offloads(const std::string& name) {
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return errno;
  int error = 0;
  for (const std::uint32_t command : {ETHTOOL_SGSO, ETHTOOL_STSO, ETHTOOL_SGRO, ETHTOOL_STXCSUM}) {
    ethtool_value value{};
    value.cmd = command;
    ifreq request{};
    std::strncpy(request.ifr_name, name.c_str(), IFNAMSIZ - 1);
    request.ifr_data = reinterpret_cast<char*>(&value);
    if (ioctl(fd, SIOCETHTOOL, &request) != 0) error = errno;
  }
  ::close(fd);
  return error;
}

}  // namespace sockarium::compare::netlink
