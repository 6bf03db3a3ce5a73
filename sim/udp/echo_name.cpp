// The names of ICMP sockets: a ping socket's identifier stands where others have a port. Linux ping_get_port,
// ping_bind, ping_check_bind_addr, raw_bind, rawv6_bind, ip6_datagram_connect.
#include "sim/inet/bind.h"
#include "sim/inet/groups.h"
#include "sim/inet/port_table.h"
#include "sim/inet/route.h"
#include "sim/step.h"
#include "sim/udp/echo.h"
#include "sim/udp/name.h"
#include "sim/udp/queue.h"

namespace sockarium::udp {

namespace {

/// Who has a ping socket's identifier in this namespace.
SocketId holder_of(const World& world, NetId net, std::uint16_t id) {
  const PortBucketId* bucket = world.inet.ports.find(inet::PortKey{net, wire::ICMP, id});
  return bucket == nullptr ? SocketId{} : world.inet.buckets.read(*bucket).first;
}

/// The kernel counts on through the identifiers (Linux ping_get_port, ping_port_rover). 0: all are taken.
std::uint16_t choose_id(World& world, NetId net) {
  for (int tries = 0; tries < 65536; ++tries) {
    const auto id = static_cast<std::uint16_t>(++world.inet.last_echo_id);
    if (id != 0 && !holder_of(world, net, id)) return id;
  }
  return 0;
}

Errno give_id(Step& step, SocketId socket, std::uint16_t id, Reason reason) {
  World& world = step.world;
  const inet::SocketBase& base = world.inet.sockets.read(socket);
  if (id == 0) {
    id = choose_id(world, base.net);
    if (id == 0) return Errno::ADDRINUSE;
  } else if (const SocketId holder = holder_of(world, base.net, id)) {
    const inet::SocketBase& other = world.inet.sockets.read(holder);
    if (!other.reuse_address || !base.reuse_address) {
      step.obstacle = other.bound_record;
      return Errno::ADDRINUSE;
    }
  }
  inet::hold_port(step, socket, id, false, reason);
  return Errno::OK;
}

constexpr std::int32_t shortest_v4 = 16, shortest_v6 = 24;  // of an address (Linux SIN6_LEN_RFC2133)

/// What is wrong with the address in itself, OK: nothing.
Errno refuses_v4(const sys::Bind& call, bool raw) {
  if (call.length != 0 && call.length < shortest_v4) return Errno::INVAL;
  const bool unspecified = call.domain == af_unspec && call.to.ip == Address::any_v4();
  return raw || call.domain == af_inet || unspecified ? Errno::OK : Errno::AFNOSUPPORT;
}
Errno refuses_v6(const sys::Bind& call, bool raw) {
  if (call.domain == af_inet || (call.length != 0 && call.length < shortest_v6)) return Errno::INVAL;
  if (call.domain != af_inet6) return raw ? Errno::INVAL : Errno::AFNOSUPPORT;
  if (call.to.ip.is_v4()) return raw ? Errno::ADDRNOTAVAIL : Errno::INVAL;
  const bool refused = raw ? inet::needs_interface(call.to.ip) : call.to.ip.is_multicast();
  return refused ? Errno::INVAL : Errno::OK;
}

void disconnect(Step& step, SocketId socket) {
  World& world = step.world;
  inet::SocketBase& base = world.inet.sockets.write(socket);
  world.udp.sockets.write(UdpSocketId::from_raw(base.entry)).connected = false;
  base.peer = Endpoint{base.wildcard(), 0, 0};
  if (!base.address_by_program) base.local.ip = base.wildcard();
  if (base.port_by_program) return;
  inet::release_port(step, socket);
  base.local.port = 0;
}

}  // namespace

Errno autobind_icmp(Step& step, SocketId socket) {
  if (step.world.inet.sockets.read(socket).bucket) return Errno::OK;
  const Errno error = give_id(step, socket, 0, Reason::PortChosenForDatagrams);
  return error == Errno::OK ? error : Errno::AGAIN;
}

SocketId ping_socket(const World& world, NetId net, std::uint16_t id, const Address& local) {
  const PortBucketId* bucket = world.inet.ports.find(inet::PortKey{net, wire::ICMP, id});
  if (bucket == nullptr) return {};
  for (SocketId socket = world.inet.buckets.read(*bucket).first; socket;) {
    const inet::SocketBase& base = world.inet.sockets.read(socket);
    const bool here = base.local.ip.is_wildcard() || base.local.ip == local;
    if (here && base.ipv6 == !local.is_v4()) return socket;
    socket = base.bucket_next;
  }
  return {};
}

Attempt try_bind_icmp(Step& step, SocketId socket, const sys::Bind& call) {
  World& world = step.world;
  const bool raw = is_raw(world, socket);
  inet::SocketBase& base = world.inet.sockets.write(socket);
  if (const Errno error = base.ipv6 ? refuses_v6(call, raw) : refuses_v4(call, raw); error != Errno::OK)
    return fail(error);
  if (raw && is_connected(world, socket)) return fail(Errno::INVAL);
  const Address& ip = call.to.ip;
  const bool here = ip.is_wildcard() || ip.is_multicast() || ip.is_broadcast() ||
                    inet::is_local(world, base.net, ip) ||
                    (!base.ipv6 && world.inet.nets.read(base.net).sysctls[Sysctl::NonlocalBind] != 0);
  if (!raw && base.bucket) return fail(Errno::INVAL);
  if (!here) return fail(Errno::ADDRNOTAVAIL);
  base.address_by_program = !ip.is_wildcard();
  base.local.ip = ip;
  if (raw) return done(0);
  const Reason reason = call.to.port != 0 ? Reason::BoundByProgram : Reason::PortChosenForDatagrams;
  const Errno error = give_id(step, socket, call.to.port, reason);
  if (error != Errno::OK) {
    base.local.ip = base.wildcard();
    base.address_by_program = false;
    return fail(error);
  }
  world.inet.sockets.write(socket).port_by_program = call.to.port != 0;
  return done(0);
}

Attempt try_connect_icmp(Step& step, SocketId socket, const sys::Connect& call) {
  World& world = step.world;
  if (!is_raw(world, socket))
    if (const Errno error = autobind_icmp(step, socket); error != Errno::OK) return fail(error);
  if (call.domain == af_unspec) {
    disconnect(step, socket);
    return done(0);
  }
  inet::SocketBase& base = world.inet.sockets.write(socket);
  if (base.ipv6 && call.domain == af_inet) return fail(Errno::AFNOSUPPORT);
  if (lacks_interface(base, call.to.ip)) return fail(Errno::INVAL);
  const Way way = way_to(step, socket, Target{call.to, call.domain});
  if (way.error != Errno::OK) return fail(way.error);
  if (base.local.ip.is_wildcard()) base.local.ip = way.source;
  base.peer = way.to;
  world.udp.sockets.write(UdpSocketId::from_raw(base.entry)).connected = true;
  SysResult result;
  result.peer = base.peer;
  result.domain = base.ipv6 ? af_inet6 : af_inet;
  return Done{result};
}

}  // namespace sockarium::udp
