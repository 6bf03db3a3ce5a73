// Names of UDP sockets: bind(), connect(), and the port that comes by itself. connect() sends nothing; it
// tells the kernel whom to send to, and from whom alone to receive. Linux __ip4_datagram_connect,
// __udp_disconnect, inet_autobind.
#include "sim/inet/bind.h"
#include "sim/inet/device.h"
#include "sim/inet/groups.h"
#include "sim/inet/port_table.h"
#include "sim/inet/route.h"
#include "sim/step.h"
#include "sim/udp/name.h"
#include "sim/udp/queue.h"

namespace sockarium::udp {

namespace {

Attempt disconnect(Step& step, SocketId socket) {
  World& world = step.world;
  inet::SocketBase& base = world.inet.sockets.write(socket);
  world.udp.sockets.write(UdpSocketId::from_raw(base.entry)).connected = false;
  base.peer = Endpoint{base.wildcard(), 0, 0};
  if (!base.address_by_program) base.local.ip = base.wildcard();
  if (!base.port_by_program) {
    inet::release_port(step, socket);
    base.local.port = 0;
  }
  return done(0);
}

}  // namespace

Attempt try_bind(Step& step, SocketId socket, const sys::Bind& call) {
  return inet::try_bind(step, socket, call, !is_connected(step.world, socket));
}

Errno autobind(Step& step, SocketId socket) {
  const inet::SocketBase& base = step.world.inet.sockets.read(socket);
  if (base.bucket) return Errno::OK;
  const std::uint16_t port = inet::choose_port_for_bind(step, socket, base.local.ip);
  if (port == 0) return Errno::AGAIN;
  inet::hold_port(step, socket, port, false, Reason::PortChosenForDatagrams);
  return Errno::OK;
}

Way way_to(Step& step, SocketId socket, const Target& target) {
  World& world = step.world;
  const inet::SocketBase& base = world.inet.sockets.read(socket);
  Way way;
  way.to = target.to;
  if (!base.ipv6 && target.domain != af_inet) {
    way.error = Errno::AFNOSUPPORT;
    return way;
  }
  if (way.to.ip.is_wildcard())
    way.to.ip = way.to.ip.is_v4() ? Address::loopback_v4() : Address::loopback_v6();
  const bool by_v4 = way.to.ip.is_v4();
  const bool chosen = by_v4 && way.to.ip.is_multicast() && !base.multicast_from.is_wildcard();
  if (chosen) {  // IP_MULTICAST_IF
    way.path =
        inet::way_by_device(world, base.net, inet::link_of_address(world, base.net, base.multicast_from));
  } else if (!by_v4 && way.to.ip.is_multicast() && base.six.multicast_interface != 0) {
    way.path = inet::way_by_interface(world, base.net, base.six.multicast_interface);
    // No way to a group leads through loopback, or over a link without IPv6.
    if (way.path && (!way.path->link || way.path->mtu < inet::least_mtu_v6)) way.path.reset();
  } else if (!(base.ipv6_only && by_v4)) {
    way.path = inet::route(world, base.net, way.to.ip);
  }
  if (!way.path) {
    way.error = inet::unreachable(world, base.net, way.to.ip);
    if (by_v4 && !base.ipv6_only && way.error == Errno::NETUNREACH)
      step.count(base.net, Counter::IpOutNoRoutes);
    return way;
  }
  // These ask the link alone, not what routers have said of the path (Linux ip_sk_use_pmtu,
  // ip6_setup_cork).
  if (way.path->link && (by_v4 ? base.mtu_discover : base.six.mtu_discover) >= pmtudisc_probe)
    way.path->mtu = world.wire.links.read(way.path->link).mtu;
  if (inet::is_for_all(way.to.ip) && !base.broadcast) {
    way.error = Errno::ACCES;
    return way;
  }
  const Address& bound = base.local.ip;
  const bool usable = !bound.is_wildcard() && !bound.is_multicast() && !bound.is_broadcast();
  if (usable && bound.is_v4() != by_v4) {
    way.error = by_v4 ? Errno::NETUNREACH : Errno::AFNOSUPPORT;
    return way;
  }
  way.source = usable   ? bound
               : chosen ? base.multicast_from
                        : inet::source_address(world, base.net, way.to.ip);
  // A host that has no address of IPv6 can't send to its groups (Linux ipv6_dev_get_saddr).
  if (!by_v4 && way.to.ip.is_multicast() && way.source.is_loopback()) way.error = Errno::ADDRNOTAVAIL;
  return way;
}

namespace {

/// Which port the error queue names for a datagram that did not leave. For IPv4 the peer's, 0 where there is
/// none, whatever the call named (Linux ip_local_error). For IPv6 the one it was for; an echo's type and code
/// stand in the same place (Linux ipv6_local_error, struct flowi_uli).
std::uint16_t port_of_unsent(const inet::SocketBase& base, const Endpoint& to) {
  if (to.ip.is_v4()) return base.peer.port;
  return base.protocol == wire::ICMP ? static_cast<std::uint16_t>(wire::icmp6_echo << 8) : to.port;
}

}  // namespace

bool may_be_sent(Step& step, SocketId socket, const Way& way, std::uint32_t bytes) {
  const inet::SocketBase& base = step.world.inet.sockets.read(socket);
  const bool by_v4 = way.to.ip.is_v4();
  const std::uint8_t mode = by_v4 ? base.mtu_discover : base.six.mtu_discover;
  const bool forbids = (mode >= pmtudisc_do && mode != pmtudisc_omit) || (!by_v4 && base.six.dont_fragment);
  if (!forbids || bytes <= way.path->mtu) return true;
  const Endpoint about{way.to.ip, port_of_unsent(base, way.to), 0};
  queue_local_error(step, socket, about, Errno::MSGSIZE, static_cast<std::uint32_t>(way.path->mtu));
  return false;
}

bool lacks_interface(const inet::SocketBase& base, const Address& to) {
  return inet::needs_interface(to) && base.six.multicast_interface == 0;
}

Attempt try_connect(Step& step, SocketId socket, const sys::Connect& call) {
  World& world = step.world;
  if (call.domain == af_unspec) return disconnect(step, socket);
  if (const Errno error = autobind(step, socket); error != Errno::OK) return fail(error);
  if (lacks_interface(world.inet.sockets.read(socket), call.to.ip)) return fail(Errno::INVAL);
  const Way way = way_to(step, socket, Target{call.to, call.domain});
  if (way.error != Errno::OK) return fail(way.error);
  inet::SocketBase& base = world.inet.sockets.write(socket);
  if (base.local.ip.is_wildcard()) base.local.ip = way.source;
  base.peer = way.to;
  world.udp.sockets.write(UdpSocketId::from_raw(base.entry)).connected = true;
  SysResult result;
  result.peer = base.peer;
  result.domain = base.ipv6 ? af_inet6 : af_inet;
  return Done{result};
}

}  // namespace sockarium::udp
