// The options of IPPROTO_IPV6 (ipv6(7)). Linux do_ipv6_setsockopt, do_ipv6_getsockopt.
#include "sim/inet/options.h"
#include "sim/wire/packet.h"
#include "sim/world.h"

namespace sockarium::inet {

namespace {

/// −1: as the host says, or for a group 1.
bool is_hop_limit(std::int64_t value) {
  return value >= -1 && value <= 255;
}

constexpr std::int64_t most_mtu_discover = 5;  // Linux IPV6_PMTUDISC_OMIT
constexpr std::uint8_t host_hop_limit = 64;    // net.ipv6.conf.all.hop_limit

}  // namespace

bool is_v6_option(Option option) {
  switch (option) {
    case Option::V6Only:
    case Option::ReceiveErrors6:
    case Option::UnicastHops6:
    case Option::MulticastHops6:
    case Option::MtuDiscover6:
    case Option::Mtu6:
    case Option::DontFragment6:
    case Option::MulticastInterface6:
    case Option::MulticastLoop6:
    case Option::MulticastAll6:
    case Option::JoinGroup6:
    case Option::LeaveGroup6:
      return true;
    default:
      return false;
  }
}

std::optional<Attempt> set_v6_option(SocketBase& base, const sys::Setsockopt& call) {
  if (!base.ipv6) return fail(Errno::NOPROTOOPT);
  Inet6Options& six = base.six;
  const bool on = call.value != 0;
  switch (call.option) {
    case Option::V6Only:
      if (base.bucket) return fail(Errno::INVAL);
      base.ipv6_only = on;
      return done(0);
    case Option::ReceiveErrors6:
      six.receive_errors = on;
      return done(0);
    case Option::UnicastHops6:
      if (!is_hop_limit(call.value)) return fail(Errno::INVAL);
      six.hops = call.value == -1 ? Inet6Options::hops_of_host : static_cast<std::uint16_t>(call.value);
      return done(0);
    case Option::MulticastHops6:
      if (base.protocol == wire::TCP) return fail(Errno::NOPROTOOPT);
      if (!is_hop_limit(call.value)) return fail(Errno::INVAL);
      six.multicast_hops = call.value == -1 ? 1 : static_cast<std::uint8_t>(call.value);
      return done(0);
    case Option::MtuDiscover6:
      if (call.value < pmtudisc_dont || call.value > most_mtu_discover) return fail(Errno::INVAL);
      six.mtu_discover = static_cast<std::uint8_t>(call.value);
      return done(0);
    case Option::DontFragment6:
      six.dont_fragment = on;
      return done(0);
    case Option::MulticastLoop6:
      if (call.value != 0 && call.value != 1) return fail(Errno::INVAL);
      six.multicast_loop = on;
      return done(0);
    case Option::MulticastAll6:
      six.multicast_all = on;
      return done(0);
    case Option::MulticastInterface6:
      if (base.protocol == wire::TCP) return fail(Errno::NOPROTOOPT);
      return std::nullopt;
    case Option::JoinGroup6:
    case Option::LeaveGroup6:
      if (base.protocol == wire::TCP) return fail(Errno::PROTO);
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

std::optional<Attempt> get_v6_option(const SocketBase& base, const sys::Getsockopt& call) {
  if (!base.ipv6) return fail(Errno::OPNOTSUPP);
  const Inet6Options& six = base.six;
  switch (call.option) {
    case Option::V6Only:
      return done(base.ipv6_only ? 1 : 0);
    case Option::ReceiveErrors6:
      return done(six.receive_errors ? 1 : 0);
    case Option::UnicastHops6:
      return done(six.hops == Inet6Options::hops_of_host ? host_hop_limit : six.hops);
    case Option::MulticastHops6:
      return done(six.multicast_hops);
    case Option::MtuDiscover6:
      return done(six.mtu_discover);
    case Option::DontFragment6:
      return done(six.dont_fragment ? 1 : 0);
    case Option::MulticastLoop6:
      return done(six.multicast_loop ? 1 : 0);
    case Option::MulticastAll6:
      return done(six.multicast_all ? 1 : 0);
    case Option::MulticastInterface6:
      return done(six.multicast_interface);
    case Option::JoinGroup6:
    case Option::LeaveGroup6:
      return fail(Errno::NOPROTOOPT);
    default:
      return std::nullopt;
  }
}

std::uint8_t default_hops(const World& world, NetId net, const Address& to) {
  if (!to.is_v4()) return host_hop_limit;
  return static_cast<std::uint8_t>(world.inet.nets.read(net).sysctls[Sysctl::DefaultTtl]);
}

std::uint8_t hops_of(const World& world, const SocketBase& base, const Address& to) {
  if (to.is_v4()) {
    if (to.is_multicast()) return base.multicast_ttl;
    return base.ttl != 0 ? base.ttl : default_hops(world, base.net, to);
  }
  if (to.is_multicast()) return base.six.multicast_hops;
  return base.six.hops != Inet6Options::hops_of_host ? static_cast<std::uint8_t>(base.six.hops)
                                                     : default_hops(world, base.net, to);
}

}  // namespace sockarium::inet
