// ICMP speaks of a datagram that we have sent. Who is told depends on the socket: one with a peer of what is
// final, one with IP_RECVERR of everything, with the datagram's head, in a queue that only MSG_ERRQUEUE
// reads. Linux __udp4_lib_err, ping_err, ip_icmp_error, ip_recv_error.
//
// Left out: IPV6_RECVERR, errors for raw sockets.
#include <algorithm>

#include "sim/inet/icmp.h"
#include "sim/inet/port_table.h"
#include "sim/inet/route.h"
#include "sim/step.h"
#include "sim/udp/name.h"
#include "sim/udp/queue.h"
#include "sim/wire/header_bytes.h"

namespace sockarium::udp {

namespace {

/// What a message means to a datagram socket.
struct Meaning {
  Errno error = Errno::OK;  ///< OK: nothing
  bool fatal = false;       ///< it is told without IP_RECVERR, too
};

Meaning meaning_of(const wire::Icmp& icmp, bool discovers_mtu) {
  if (icmp.type == wire::icmp_time_exceeded) return {Errno::HOSTUNREACH, false};
  if (icmp.type == wire::icmp_parameter_problem) return {Errno::PROTO, true};
  if (icmp.type != wire::icmp_unreachable) return {};
  if (icmp.code == wire::icmp_fragmentation) return discovers_mtu ? Meaning{Errno::MSGSIZE, true} : Meaning{};
  const inet::Unreachable known = inet::meaning_of_unreachable(icmp.code);
  return {known.error, known.fatal};
}

void append_error(World& world, Socket& entry, const Datagram& error) {
  const DatagramId id = world.udp.datagrams.add(error);
  if (entry.last_error)
    world.udp.datagrams.write(entry.last_error).next = id;
  else
    entry.first_error = id;
  entry.last_error = id;
}

Socket& entry_of(World& world, SocketId socket) {
  return world.udp.sockets.write(UdpSocketId::from_raw(world.inet.sockets.read(socket).entry));
}

/// The echo request that is quoted, from its ICMP header on: what a ping socket had sent.
Bytes request_of(Step& step, const wire::Icmp& icmp, const Bytes& payload) {
  constexpr std::size_t ip_header = 20;
  wire::Packet request;
  request.protocol = wire::ICMP;
  request.from = icmp.from;
  request.to = icmp.to;
  request.icmp.type = wire::icmp_echo;
  request.icmp.protocol = 0;
  request.icmp.id = icmp.id;
  request.icmp.number = icmp.number;
  request.payload = payload;
  const std::vector<std::uint8_t> frame = wire::to_wire(request, step.bytes);
  return step.bytes.intern(
      {reinterpret_cast<const char*>(frame.data()) + ip_header, frame.size() - ip_header});
}

/// The socket that sent what is quoted.
SocketId sender_of(const World& world, NetId net, const wire::Icmp& icmp) {
  if (icmp.protocol == wire::UDP) return receiver_of(world, net, icmp.from, icmp.to);
  return icmp.protocol == wire::ICMP ? ping_socket(world, net, icmp.id, icmp.from.ip) : SocketId{};
}

}  // namespace

void input_error(Step& step, NetId net, const wire::Packet& packet) {
  World& world = step.world;
  const wire::Icmp& icmp = packet.icmp;
  const SocketId socket = sender_of(world, net, icmp);
  if (!socket) {
    if (packet.to.ip.is_v4()) step.count(net, Counter::IcmpInErrors);
    return drop(step, packet, Reason::IcmpForNobody);
  }
  inet::SocketBase& base = world.inet.sockets.write(socket);
  const bool too_long = icmp.type == wire::icmp_unreachable && icmp.code == wire::icmp_fragmentation;
  if (too_long && base.mtu_discover < pmtudisc_interface)  // Linux ip_sk_accept_pmtu
    inet::lower_path_mtu(world, net, icmp.to.ip, icmp.mtu);
  const Meaning meaning = meaning_of(icmp, base.mtu_discover != pmtudisc_dont);
  if (meaning.error == Errno::OK) return drop(step, packet, Reason::IcmpNoted);
  Reason told_by = Reason::UnreachableReported;
  if (base.receive_errors) {
    Datagram error;
    error.from = icmp.to;
    if (base.protocol == wire::ICMP) error.from.port = 0;
    error.data = base.protocol == wire::ICMP ? request_of(step, icmp, packet.payload) : packet.payload;
    error.error = meaning.error;
    error.icmp = static_cast<std::uint32_t>(icmp.type << 8 | icmp.code);
    error.mtu = icmp.mtu;
    error.offender = packet.from.ip;
    append_error(world, entry_of(world, socket), error);
    told_by = Reason::ErrorQueued;
  } else if (!meaning.fatal || !is_connected(world, socket)) {
    const bool about_port = icmp.type == wire::icmp_unreachable && icmp.code == wire::icmp_port;
    return drop(step, packet, about_port ? Reason::UnreachableIgnored : Reason::IcmpNoted);
  }
  base.error = meaning.error;
  const RecordNumber told = step.record(rec::SocketError{socket, meaning.error, 0}, told_by);
  step.wake_all(socket, told);
}

void queue_local_error(Step& step, SocketId socket, const Endpoint& to, Errno error, std::uint32_t mtu) {
  if (!step.world.inet.sockets.read(socket).receive_errors) return;
  Datagram entry;
  entry.from = to;
  entry.error = error;
  entry.mtu = mtu;
  append_error(step.world, entry_of(step.world, socket), entry);
}

Attempt try_receive_error(Step& step, SocketId socket, std::int64_t size, std::int32_t flags) {
  World& world = step.world;
  Socket& entry = entry_of(world, socket);
  if (!entry.first_error) return fail(Errno::AGAIN);
  const Datagram error = world.udp.datagrams.read(entry.first_error);
  world.udp.datagrams.remove(entry.first_error);
  entry.first_error = error.next;
  if (!error.next) entry.last_error = {};
  // What SO_ERROR tells is now the next one's, as far as ICMP has told them: errors of this host's own are in
  // the queue alone (Linux sock_dequeue_err_skb).
  inet::SocketBase& base = world.inet.sockets.write(socket);
  const Datagram* next = error.next ? &world.udp.datagrams.read(error.next) : nullptr;
  if (next != nullptr && next->icmp != 0)
    base.error = next->error;
  else if (error.icmp != 0)
    base.error = Errno::OK;
  const auto taken = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(error.data.length, static_cast<std::uint64_t>(size)));
  SysResult result = SysResult::of(taken);
  result.data = error.data.slice(0, taken);
  result.peer = error.from;
  result.domain = af_inet;
  result.flags = (taken < error.data.length ? msg_trunc : 0) | msg_errqueue;
  result.queued = error.error;
  result.icmp = error.icmp;
  result.second = error.mtu;
  result.offender = error.icmp != 0 ? error.offender : Address::any_v4();
  (void)flags;  // nothing else changes: MSG_PEEK is taken no notice of (Linux ip_recv_error)
  return Done{result};
}

void clear_errors(World& world, SocketId socket) {
  Socket& entry = entry_of(world, socket);
  while (entry.first_error) {
    const DatagramId next = world.udp.datagrams.read(entry.first_error).next;
    world.udp.datagrams.remove(entry.first_error);
    entry.first_error = next;
  }
  entry.last_error = {};
}

}  // namespace sockarium::udp
