#include "lab/compare/network.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include "lab/compare/netlink.h"
#include "lab/compare/proc_file.h"
#include "lab/compare/sysctl_files.h"
#include "sim/inet/device.h"
#include "sim/wire/ethernet.h"

namespace sockarium::compare {

namespace {

/// «eth1»: what the model calls the device at a host's end of a link.
std::string device_of(const Setup& setup, std::size_t host, std::size_t link) {
  std::uint32_t index = inet::first_link_index;
  for (std::size_t i = 0; i < link; ++i)
    index += setup.links[i].a == host || setup.links[i].b == host ? 1 : 0;
  return inet::device_name(index);
}

/// Does an address lie on loopback? Those of IPv6 do: on a link they would be announced there (RFC 3810).
bool on_loopback(const Setup& setup, std::size_t host, const Address& address) {
  const bool alone = std::none_of(setup.links.begin(), setup.links.end(),
                                  [&](const LinkSetup& link) { return link.a == host || link.b == host; });
  return alone || address.is_loopback() || !address.is_v4();
}

/// The addresses that lie on the device at a host's end of a link, as inet::link_of_address has them.
std::vector<Address> addresses_on(const Setup& setup, std::size_t host, std::size_t link) {
  std::size_t nth = 0, links = 0;
  for (std::size_t i = 0; i < setup.links.size(); ++i) {
    if (setup.links[i].a != host && setup.links[i].b != host) continue;
    nth += i < link ? 1 : 0;
    ++links;
  }
  std::vector<Address> found;
  std::size_t place = 0;
  for (const Address& address : setup.hosts[host].addresses) {
    if (on_loopback(setup, host, address)) continue;
    if (std::min(place++, links - 1) == nth) found.push_back(address);
  }
  return found;
}

/// A packet socket on an interface of this namespace, for all that comes in.
int hear(const std::string& interface) {
  const int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -1;
  const int on = 1, room = 4 << 20;
  setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on);
  setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
  sockaddr_ll place{};
  place.sll_family = AF_PACKET;
  place.sll_protocol = htons(ETH_P_ALL);
  place.sll_ifindex = static_cast<int>(if_nametoindex(interface.c_str()));
  if (bind(fd, reinterpret_cast<const sockaddr*>(&place), sizeof place) == 0) return fd;
  close(fd);
  return -1;
}

/// Loopback does not pass the relay; libpcap listens.
std::string hear_loopback(RealNetwork& network) {
  std::array<char, PCAP_ERRBUF_SIZE> error{};
  pcap_t* ear = pcap_create("lo", error.data());
  if (ear == nullptr) return fmt::format("loopback can't be captured: {}", error.data());
  network.loopbacks.emplace_back(ear, pcap_close);
  pcap_set_snaplen(ear, 1 << 17);
  pcap_set_immediate_mode(ear, 1);
  pcap_set_buffer_size(ear, 8 << 20);
  pcap_set_tstamp_precision(ear, PCAP_TSTAMP_PRECISION_NANO);
  if (pcap_activate(ear) < 0 || pcap_setnonblock(ear, 1, error.data()) != 0)
    return fmt::format("packet sockets can't be had here: {}", pcap_geterr(ear));
  return {};
}

/// Sets every setting of the model's table, so that the machine's own defaults decide nothing. What the
/// scenario asks for must be possible.
std::string set_sysctls(const HostSetup& host) {
  // IPv6 addresses are there at once, and a link says nothing by itself: no router is asked for, no group is
  // joined, and no address of the link's own is made.
  write_file("/proc/sys/net/ipv6/conf/default/accept_dad", "0");
  write_file("/proc/sys/net/ipv6/conf/default/router_solicitations", "0");
  write_file("/proc/sys/net/ipv6/conf/default/accept_ra", "0");
  write_file("/proc/sys/net/ipv6/conf/default/addr_gen_mode", "1");
  Sysctls values = Sysctls::defaults();
  for (const auto& [id, value] : host.sysctls) values[id] = value;
  for (const SysctlRow& row : sysctl_table) {
    const bool done = write_sysctl(values, row.id);
    for (const auto& [id, value] : host.sysctls)
      if (id == row.id && !done)
        return fmt::format("this kernel does not let {} be {} in a network namespace", row.name, value);
  }
  std::string reserved;
  for (const auto& [low, high] : host.reserved_ports)
    reserved += fmt::format("{}{}-{}", reserved.empty() ? "" : ",", low, high);
  if (!reserved.empty() && !write_file("/proc/sys/net/ipv4/ip_local_reserved_ports", reserved))
    return "this kernel does not let ip_local_reserved_ports be set in a network namespace";
  return {};
}

/// A host's first address of a family; nothing: it has none.
std::optional<Address> first_of(const HostSetup& host, bool v4) {
  for (const Address& address : host.addresses)
    if (address.is_v4() == v4) return address;
  return std::nullopt;
}

std::string trouble(const char* what, int error) {
  return error == 0 ? "" : fmt::format("{}: {}", what, std::strerror(error));
}

std::string join(const Setup& setup, const RealNetwork& network, std::size_t link, std::size_t end) {
  const LinkSetup& plan = setup.links[link];
  const std::size_t here = end == 0 ? plan.a : plan.b, there = end == 0 ? plan.b : plan.a;
  const std::string name = device_of(setup, here, link);
  enter(network.hosts[here]);
  if (const int error = netlink::switch_off_offloads(name))
    return trouble("no offload can be switched off", error);
  if (const int error = netlink::set_up(name)) return trouble("a link can't be set up", error);
  for (const Address& address : addresses_on(setup, here, link))
    if (const int error = netlink::add_address(name, address))
      return trouble(("no address " + to_string(address)).c_str(), error);
  if (const auto source = first_of(setup.hosts[here], false); source && plan.mtu >= 1280)
    if (const int error = netlink::set_source_for_groups(name, *source))
      return trouble("groups of IPv6 can't be sent to", error);
  const std::vector<Address>& mine = setup.hosts[here].addresses;
  for (const Address& address : setup.hosts[there].addresses) {
    if (mine.empty()) return "a host without an address has a link";
    const auto source = first_of(setup.hosts[here], address.is_v4());
    if (!source) continue;  // no way there, as in the model the source would be of the wrong family
    if (!address.is_v4() && plan.mtu < 1280) continue;  // such a link has no IPv6 (RFC 8200 5)
    const int route = netlink::add_route(name, address, *source);
    if (route != 0 && route != EEXIST) return trouble("no route can be added", route);
    if (const int error = netlink::add_neighbour(name, address, wire::mac_of(link, 1 - end)))
      return trouble("no neighbour can be added", error);
  }
  // A raw peer answers nobody's ARP, and is where packets to addresses of nobody go.
  if (setup.hosts[there].raw) {
    if (const int error = netlink::switch_off_arp(name)) return trouble("ARP can't be switched off", error);
    for (const bool v4 : {true, false})
      if (const auto source = first_of(setup.hosts[here], v4)) {
        const int route = netlink::add_default_route(name, *source);
        if (route != 0 && route != EEXIST) return trouble("no default route can be added", route);
      }
  }
  return {};
}

/// «via» a neighbour, whose address behind the link is known.
std::string add_route_via(const Setup& setup, const RouteSetup& plan) {
  std::size_t link = 0;
  const auto joins = [&](const LinkSetup& one) {
    return (one.a == plan.host && one.b == plan.via) || (one.b == plan.host && one.a == plan.via);
  };
  while (!joins(setup.links[link])) ++link;
  const bool v4 = plan.destination.is_v4();
  const auto source = first_of(setup.hosts[plan.host], v4), via = first_of(setup.hosts[plan.via], v4);
  if (!source || !via) return "a route needs addresses of its own family at both ends";
  return trouble("no route can be added",
                 netlink::add_route_via(device_of(setup, plan.host, link), plan.destination, plan.prefix,
                                        *source, *via));
}

/// A line of a host's routing table.
std::string add_route(const Setup& setup, const RealNetwork& network, const RouteSetup& plan) {
  if (!enter(network.hosts[plan.host])) return "a host's namespace is lost";
  using Kind = RouteSetup::Kind;
  if (plan.kind == Kind::Via) return add_route_via(setup, plan);
  const int error =
      plan.kind == Kind::OnLink
          ? netlink::add_route(device_of(setup, plan.host, plan.link), plan.destination,
                               setup.hosts[plan.host].addresses.front(), plan.prefix)
          : netlink::add_special_route(plan.destination, plan.prefix,
                                       plan.kind == Kind::Unreachable ? netlink::SpecialRoute::Unreachable
                                       : plan.kind == Kind::Prohibit  ? netlink::SpecialRoute::Prohibit
                                                                      : netlink::SpecialRoute::Blackhole);
  return trouble("no route can be added", error);
}

}  // namespace

std::array<std::uint8_t, 14> frame_header(std::size_t link, bool v4) {
  return wire::ethernet_header_of(wire::mac_of(link, 0), wire::mac_of(link, 1), wire::ethertype_of(v4));
}

bool enter(int host_namespace) {
  return setns(host_namespace, CLONE_NEWNET) == 0;
}

std::string build(const Setup& setup, RealNetwork& network) {
  const int middle = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  if (middle < 0) return "the namespace has no name below /proc";
  // The relay's ends of the links say nothing by themselves: what they sent, packet sockets would hear.
  write_file("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
  for (const HostSetup& host : setup.hosts) {
    if (host.raw) {
      network.hosts.push_back(-1);
      network.views.emplace_back();
      continue;
    }
    if (unshare(CLONE_NEWNET) != 0) return trouble("no further network namespace", errno);
    network.hosts.push_back(open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC));
    if (const int error = netlink::set_up("lo")) return trouble("loopback can't be set up", error);
    for (const Address& address : host.addresses)
      if (on_loopback(setup, network.hosts.size() - 1, address))
        if (const int error = netlink::add_address("lo", address))
          return trouble(("no address " + to_string(address)).c_str(), error);
    if (const std::string why = set_sysctls(host); !why.empty()) return why;
    netlink::switch_off_offloads("lo");  // what can't be switched off there does no harm
    if (const std::string why = hear_loopback(network); !why.empty()) return why;
    network.views.emplace_back();
    if (!network.views.back().open()) return "the kernel does not tell of its sockets (sock_diag)";
  }
  if (!enter(middle)) return "the relay's namespace is lost";
  for (std::size_t link = 0; link < setup.links.size(); ++link) {
    const LinkSetup& plan = setup.links[link];
    std::array<int, 2> ends{};
    const bool raw = setup.hosts[plan.b].raw;
    network.peers.push_back(-1);
    for (std::size_t end = 0; end < 2; ++end) {
      if (end == 1 && raw) {  // the peer's end is its program's, not a kernel's
        std::array<int, 2> pair{};
        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair.data()) != 0)
          return trouble("no pair of sockets", errno);
        ends[1] = pair[0];
        network.peers.back() = pair[1];
        continue;
      }
      const std::string name = fmt::format("wire{}{}", link, end == 0 ? 'a' : 'b');
      const std::size_t place = end == 0 ? plan.a : plan.b;
      if (const int error = netlink::add_veth(name, device_of(setup, place, link), network.hosts[place],
                                              wire::mac_of(link, end), static_cast<std::uint32_t>(plan.mtu)))
        return trouble("no virtual Ethernet pair", error);
      if (const int error = netlink::set_up(name)) return trouble("the relay's end can't be set up", error);
      if ((ends[end] = hear(name)) < 0) return "packet sockets can't be had here";
    }
    network.wires.push_back(ends);
    for (std::size_t end = 0; end < (raw ? 1 : 2); ++end) {
      if (const std::string why = join(setup, network, link, end); !why.empty()) return why;
      enter(middle);
    }
  }
  for (const RouteSetup& plan : setup.routes) {
    if (const std::string why = add_route(setup, network, plan); !why.empty()) return why;
    enter(middle);
  }
  return {};
}

}  // namespace sockarium::compare
