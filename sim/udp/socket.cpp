// A fresh UDP socket, its options, and its end. Linux udp_init_sock, inet_shutdown, udp_destroy_sock.
#include "sim/inet/bind.h"
#include "sim/inet/groups.h"
#include "sim/inet/options.h"
#include "sim/inet/port_table.h"
#include "sim/inet/route.h"
#include "sim/step.h"
#include "sim/udp/queue.h"

namespace sockarium::udp {

SocketId open(Step& step, NetId net, std::uint32_t user, bool ipv6) {
  World& world = step.world;
  const Sysctls& sysctls = world.inet.nets.read(net).sysctls;
  inet::SocketBase base = inet::fresh_socket(world, net, user, ipv6);
  base.kind = inet::EntryKind::Udp;
  base.protocol = wire::UDP;
  const SocketId socket = world.inet.sockets.add(base);
  Socket entry;
  entry.socket = socket;
  entry.receive_buffer = static_cast<std::uint32_t>(sysctls[Sysctl::RmemDefault]);
  entry.send_buffer = static_cast<std::uint32_t>(sysctls[Sysctl::WmemDefault]);
  world.inet.sockets.write(socket).entry = world.udp.sockets.add(entry).raw();
  step.record(rec::SocketCreated{socket}, Reason::AskedByCall);
  return socket;
}

namespace {

/// A raw socket of IPv6 has no options of IPPROTO_IP (Linux rawv6_setsockopt).
bool lacks_level(const World& world, const inet::SocketBase& base, Option option) {
  const Socket& entry = world.udp.sockets.read(UdpSocketId::from_raw(base.entry));
  return entry.raw && base.ipv6 && option_table[static_cast<std::size_t>(option)].level == "IPPROTO_IP";
}

}  // namespace

Attempt try_setsockopt(Step& step, SocketId socket, const sys::Setsockopt& call) {
  World& world = step.world;
  inet::SocketBase& base = world.inet.sockets.write(socket);
  if (lacks_level(world, base, call.option)) return fail(Errno::NOPROTOOPT);
  const bool errors = call.option == Option::ReceiveErrors || call.option == Option::ReceiveErrors6;
  if (errors && call.value == 0) clear_errors(world, socket);  // Linux skb_errqueue_purge
  if (const auto attempt = inet::set_option(base, call)) return *attempt;
  Socket& entry = world.udp.sockets.write(UdpSocketId::from_raw(base.entry));
  const Sysctls& sysctls = world.inet.nets.read(base.net).sysctls;
  switch (call.option) {
    case Option::AddMembership:
    case Option::JoinGroup6:
      return inet::try_join(world, socket, call);
    case Option::DropMembership:
    case Option::LeaveGroup6:
      return inet::try_leave(world, socket, call);
    case Option::MulticastInterface6:
      if (call.value != 0 && !inet::way_by_interface(world, base.net, static_cast<std::uint32_t>(call.value)))
        return fail(Errno::NODEV);
      base.six.multicast_interface = static_cast<std::uint32_t>(call.value);
      return done(0);
    case Option::MulticastInterface:
      if (call.value != 0 && !inet::is_local(world, base.net, inet::address_in(call.value)))
        return fail(Errno::ADDRNOTAVAIL);
      base.multicast_from = inet::address_in(call.value);
      return done(0);
    case Option::ReceiveBuffer:
      entry.receive_buffer = inet::receive_buffer_for(sysctls, call.value);
      return done(0);
    case Option::SendBuffer:
      entry.send_buffer = inet::send_buffer_for(sysctls, call.value);
      return done(0);
    default:
      return fail(Errno::NOPROTOOPT);  // TCP's own
  }
}

Attempt try_getsockopt(Step& step, SocketId socket, const sys::Getsockopt& call) {
  World& world = step.world;
  inet::SocketBase& base = world.inet.sockets.write(socket);
  if (lacks_level(world, base, call.option)) return fail(Errno::NOPROTOOPT);
  if (const auto attempt = inet::get_option(base, world.inet.nets.read(base.net).sysctls, call))
    return *attempt;
  const Socket& entry = world.udp.sockets.read(UdpSocketId::from_raw(base.entry));
  switch (call.option) {
    case Option::Type:
      return done(static_cast<std::int64_t>(entry.raw ? SocketType::Raw : SocketType::Datagram));
    case Option::MulticastInterface:
      return done(inet::value_of(base.multicast_from.is_v4() ? base.multicast_from : Address::any_v4()));
    case Option::Mtu:
    case Option::Mtu6: {  // of the way to the peer
      if (!entry.connected) return fail(Errno::NOTCONN);
      const auto path = inet::route(world, base.net, base.peer.ip);
      return path ? done(static_cast<std::int64_t>(path->mtu)) : fail(Errno::NOTCONN);
    }
    case Option::AcceptConn:
      return done(0);
    case Option::ReceiveBuffer:
      return done(entry.receive_buffer);
    case Option::SendBuffer:
      return done(entry.send_buffer);
    default:
      return fail(Errno::NOPROTOOPT);
  }
}

Attempt try_shutdown(Step& step, SocketId socket, Shut how) {
  World& world = step.world;
  Socket& entry = world.udp.sockets.write(UdpSocketId::from_raw(world.inet.sockets.read(socket).entry));
  if (how != Shut::Write) entry.read_shut = true;  // also without a peer, although the call fails then
  if (how != Shut::Read) entry.write_shut = true;
  step.wake_all(socket, step.cause);
  return entry.connected ? done(0) : fail(Errno::NOTCONN);
}

void close(Step& step, SocketId socket) {
  World& world = step.world;
  const inet::SocketBase& base = world.inet.sockets.read(socket);
  const UdpSocketId id = UdpSocketId::from_raw(base.entry);
  for (DatagramId datagram = world.udp.sockets.read(id).first; datagram;) {
    const DatagramId next = world.udp.datagrams.read(datagram).next;
    world.udp.datagrams.remove(datagram);
    datagram = next;
  }
  clear_errors(world, socket);
  inet::leave_all(world, socket);
  const Ends ends{base.local, base.peer};
  inet::release_port(step, socket);
  step.record(rec::SocketFreed{socket, ends}, Reason::LastReference);
  world.udp.sockets.remove(id);
  world.inet.sockets.remove(socket);
}

bool is_connected(const World& world, SocketId socket) {
  return world.udp.sockets.read(UdpSocketId::from_raw(world.inet.sockets.read(socket).entry)).connected;
}

std::int64_t next_length(const World& world, SocketId socket) {
  const Socket& entry = world.udp.sockets.read(UdpSocketId::from_raw(world.inet.sockets.read(socket).entry));
  return entry.first ? world.udp.datagrams.read(entry.first).data.length : 0;
}

std::int64_t receive_queue(const World& world, SocketId socket) {
  return world.udp.sockets.read(UdpSocketId::from_raw(world.inet.sockets.read(socket).entry)).memory;
}

}  // namespace sockarium::udp
