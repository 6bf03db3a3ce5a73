// ICMP speaks of a datagram that we have sent. Who is told depends on the socket: one with a peer of what is
// final, one with IP_RECVERR of everything, with the datagram's head, in a queue that only MSG_ERRQUEUE
// reads. Linux __udp4_lib_err, __udp6_lib_err, ping_err, ip_icmp_error, ipv6_icmp_error, ip_recv_error,
// ipv6_recv_error.
//
// Left out: errors for raw sockets.
#include <algorithm>

#include "sim/inet/icmp.h"
#include "sim/inet/port_table.h"
#include "sim/inet/route.h"
#include "sim/step.h"
#include "sim/udp/name.h"
#include "sim/udp/queue.h"
#include "sim/wire/header_bytes.h"
#include "sim/wire/header_layout.h"

namespace sockarium::udp {

namespace {

/// How a socket wants to be told: what IPPROTO_IP says for a packet of IPv4, IPPROTO_IPV6 for one of IPv6.
struct Wishes {
  bool receives_errors = false;
  std::uint8_t mtu_discover = pmtudisc_want;
};
Wishes wishes_of(const inet::SocketBase& base, bool by_v4) {
  return by_v4 ? Wishes{base.receive_errors, base.mtu_discover}
               : Wishes{base.six.receive_errors, base.six.mtu_discover};
}

/// That a packet was too long is final where the socket wants to know what fits. By IPv6 it may be asked for
/// even where the socket does not; to a ping socket it is never final there (Linux ping_err).
inet::Meaning meaning_for(const wire::Packet& error, std::uint8_t mtu_discover) {
  inet::Meaning meaning = inet::meaning_of(error);
  if (error.icmp_kind() != wire::IcmpKind::TooLong) return meaning;
  if (!error.by_v4() && error.icmp.protocol == wire::ICMP) return meaning;
  meaning.fatal = mtu_discover != pmtudisc_dont;
  return error.by_v4() && !meaning.fatal ? inet::Meaning{} : meaning;
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
  const bool v4 = icmp.to.ip.is_v4();
  const std::size_t ip_header = wire::layout::ip_header(v4);
  wire::Packet request;
  request.protocol = wire::ICMP;
  request.from = icmp.from;
  request.to = icmp.to;
  request.icmp.type = v4 ? wire::icmp_echo : wire::icmp6_echo;
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
  const bool by_v4 = packet.by_v4();
  const SocketId socket = sender_of(world, net, icmp);
  if (!socket) {
    if (icmp.protocol == wire::UDP) step.count(net, by_v4 ? Counter::IcmpInErrors : Counter::Icmp6InErrors);
    return drop(step, packet, Reason::IcmpForNobody);
  }
  inet::SocketBase& base = world.inet.sockets.write(socket);
  const Wishes wishes = wishes_of(base, by_v4);
  if (packet.icmp_kind() == wire::IcmpKind::TooLong) {
    // Linux ip_sk_accept_pmtu, ip6_sk_accept_pmtu; echoes of IPv6 always do (icmpv6_err).
    const bool learns = wishes.mtu_discover < pmtudisc_interface || (!by_v4 && icmp.protocol == wire::ICMP);
    if (learns) inet::lower_path_mtu(world, net, icmp.to.ip, icmp.mtu);
    if (!learns && !by_v4) return drop(step, packet, Reason::IcmpNoted);
  }
  const inet::Meaning meaning = meaning_for(packet, wishes.mtu_discover);
  if (meaning.error == Errno::OK) return drop(step, packet, Reason::IcmpNoted);
  Reason told_by = Reason::UnreachableReported;
  if (wishes.receives_errors) {
    Datagram error;
    error.from = icmp.to;
    if (base.protocol == wire::ICMP) error.from.port = 0;
    error.data = base.protocol == wire::ICMP ? request_of(step, icmp, packet.payload) : packet.payload;
    error.error = meaning.error;
    error.icmp = origin_and_type(by_v4 ? so_ee_origin_icmp : so_ee_origin_icmp6, icmp.type, icmp.code);
    error.mtu = icmp.mtu;
    error.offender = packet.from.ip;
    append_error(world, entry_of(world, socket), error);
    told_by = Reason::ErrorQueued;
  } else if (!meaning.fatal || !is_connected(world, socket)) {
    const bool about_port = wire::says(packet, wire::IcmpError::PortUnreachable);
    return drop(step, packet, about_port ? Reason::UnreachableIgnored : Reason::IcmpNoted);
  }
  base.error = meaning.error;
  const RecordNumber told = step.record(rec::SocketError{socket, meaning.error, 0}, told_by);
  step.wake_all(socket, told);
}

void queue_local_error(Step& step, SocketId socket, const Endpoint& to, Errno error, std::uint32_t mtu) {
  if (!wishes_of(step.world.inet.sockets.read(socket), to.ip.is_v4()).receives_errors) return;
  Datagram entry;
  entry.from = to;
  entry.error = error;
  entry.icmp = origin_and_type(so_ee_origin_local, 0, 0);
  entry.mtu = mtu;
  append_error(step.world, entry_of(step.world, socket), entry);
}

namespace {

/// Did a message bring it? Not what this host has found out by itself.
bool came_by_icmp(const Datagram& error) {
  return error.icmp >> 16 != so_ee_origin_local;
}

}  // namespace

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
  if (next != nullptr && came_by_icmp(*next))
    base.error = next->error;
  else if (came_by_icmp(error))
    base.error = Errno::OK;
  const auto taken = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(error.data.length, static_cast<std::uint64_t>(size)));
  SysResult result = SysResult::of(taken);
  result.data = error.data.slice(0, taken);
  result.peer = error.from;
  result.domain = base.ipv6 ? af_inet6 : af_inet;
  result.flags = (taken < error.data.length ? msg_trunc : 0) | msg_errqueue;
  result.queued = error.error;
  result.icmp = error.icmp;
  result.second = error.mtu;
  result.offender = came_by_icmp(error) ? error.offender : base.wildcard();
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
