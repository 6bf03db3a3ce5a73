#include "sim/inet/bind.h"

#include "sim/inet/groups.h"
#include "sim/inet/port_table.h"
#include "sim/inet/route.h"
#include "sim/step.h"

namespace sockarium::inet {

namespace {

constexpr std::int32_t sockaddr_in_size = 16, sockaddr_in6_size = 28;

bool privileged(const Sysctls& sysctls, const SocketBase& base, std::uint16_t port) {
  return port != 0 && port < sysctls[Sysctl::UnprivilegedPortStart] && base.user != 0;
}

/// May an IPv4 address be bound? Broadcast and multicast may.
bool may_be_bound_v4(const World& world, NetId net, const Address& ip) {
  return ip.is_wildcard() || is_local(world, net, ip) || ip.is_multicast() || ip.is_broadcast() ||
         world.inet.nets.read(net).sysctls[Sysctl::NonlocalBind] != 0;
}

Errno check_v4(const World& world, const SocketBase& base, const sys::Bind& call, bool nameless) {
  if (call.length != 0 && call.length < sockaddr_in_size) return Errno::INVAL;
  const bool unspecified_any = call.domain == af_unspec && call.to.ip == Address::any_v4();
  if (call.domain != af_inet && !unspecified_any) return Errno::AFNOSUPPORT;
  if (!may_be_bound_v4(world, base.net, call.to.ip)) return Errno::ADDRNOTAVAIL;
  if (privileged(world.inet.nets.read(base.net).sysctls, base, call.to.port)) return Errno::ACCES;
  return nameless ? Errno::OK : Errno::INVAL;
}

Errno check_v6(const World& world, const SocketBase& base, const sys::Bind& call, bool nameless) {
  if (call.domain != af_inet6) return Errno::INVAL;  // AF_INET's address is too short
  if (call.length != 0 && call.length < sockaddr_in6_size) return Errno::INVAL;
  const Address& ip = call.to.ip;
  if (ip.is_multicast() && !ip.is_v4() && base.protocol == wire::TCP) return Errno::INVAL;
  if (privileged(world.inet.nets.read(base.net).sysctls, base, call.to.port)) return Errno::ACCES;
  if (!nameless) return Errno::INVAL;
  if (needs_interface(ip)) return Errno::INVAL;  // which only a zone would name
  if (ip.is_v4()) {
    if (base.ipv6_only) return Errno::INVAL;
    return may_be_bound_v4(world, base.net, ip) ? Errno::OK : Errno::ADDRNOTAVAIL;
  }
  const bool here = ip.is_wildcard() || ip.is_multicast() || is_local(world, base.net, ip);
  return here ? Errno::OK : Errno::ADDRNOTAVAIL;
}

}  // namespace

SocketBase fresh_socket(World& world, NetId net, std::uint32_t user, bool ipv6) {
  SocketBase base;
  base.net = net;
  base.user = user;
  base.ipv6 = ipv6;
  base.ipv6_only = ipv6 && world.inet.nets.read(net).sysctls[Sysctl::Bindv6only] != 0;
  base.local.ip = base.peer.ip = base.wildcard();
  base.inode = ++world.inet.last_inode;
  return base;
}

Attempt try_bind(Step& step, SocketId socket, const sys::Bind& call, bool closed) {
  World& world = step.world;
  SocketBase& base = world.inet.sockets.write(socket);
  const bool nameless = closed && !base.bucket;
  const Errno refused =
      base.ipv6 ? check_v6(world, base, call, nameless) : check_v4(world, base, call, nameless);
  if (refused != Errno::OK) return fail(refused);
  const Address& ip = call.to.ip;
  std::uint16_t port = call.to.port;
  if (port == 0 && !base.late_port) {
    port = choose_port_for_bind(step, socket, ip);
    if (port == 0) return fail(Errno::ADDRINUSE);
  } else if (port != 0) {
    if (const SocketId holder = bind_conflict(world, socket, ip, port)) {
      step.obstacle = world.inet.sockets.read(holder).bound_record;
      return fail(Errno::ADDRINUSE);
    }
  }
  base.local.ip = ip;
  base.local.port = 0;
  base.peer = Endpoint{base.wildcard(), 0, 0};
  base.address_by_program = !ip.is_wildcard();
  base.port_by_program = call.to.port != 0;
  if (port == 0) return done(0);  // IP_BIND_ADDRESS_NO_PORT: connect() or listen() will choose
  const Reason reason = call.to.port != 0            ? Reason::BoundByProgram
                        : base.protocol == wire::TCP ? Reason::PortChosenForBind
                                                     : Reason::PortChosenForDatagrams;
  hold_port(step, socket, port, false, reason);
  return done(0);
}

}  // namespace sockarium::inet
