#include "sim/udp/echo.h"

#include <utility>

#include "sim/inet/bind.h"
#include "sim/inet/fragments.h"
#include "sim/inet/memory.h"
#include "sim/inet/options.h"
#include "sim/inet/port_table.h"
#include "sim/inet/route.h"
#include "sim/step.h"
#include "sim/udp/name.h"
#include "sim/udp/queue.h"
#include "sim/wire/header_bytes.h"

namespace sockarium::udp {

namespace {

constexpr std::uint32_t icmp_header = 8, ip_header = 20;

const Socket& entry_of(const World& world, SocketId socket) {
  return world.udp.sockets.read(UdpSocketId::from_raw(world.inet.sockets.read(socket).entry));
}

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

/// The message that a program has written, as a packet.
std::optional<wire::Packet> message_of(Step& step, const Bytes& data) {
  const std::string text = step.bytes.text(data);
  const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(text[at]); };
  const auto word = [&](std::size_t at) { return static_cast<std::uint16_t>(byte(at) << 8 | byte(at + 1)); };
  wire::Packet packet;
  packet.protocol = wire::ICMP;
  packet.icmp.type = byte(0);
  packet.icmp.code = byte(1);
  if (packet.is_icmp_error()) return std::nullopt;  // it would quote something: not modelled
  packet.icmp.protocol = 0;
  packet.icmp.id = word(4);
  packet.icmp.number = word(6);
  packet.payload = data.slice(icmp_header, data.length - icmp_header);
  const std::span all(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  packet.corrupted = wire::checksum(all) != 0 ? 1 : 0;
  return packet;
}

/// The message as a program reads it: from the IP header on for a raw socket.
Bytes text_of(Step& step, const wire::Packet& packet, bool raw) {
  std::vector<std::uint8_t> frame = wire::to_wire(packet, step.bytes);
  if (raw) frame[4] = frame[5] = frame[10] = frame[11] = 0;
  const std::size_t start = raw ? 0 : ip_header;
  return step.bytes.intern({reinterpret_cast<const char*>(frame.data()) + start, frame.size() - start});
}

bool give(Step& step, SocketId socket, const wire::Packet& packet) {
  Datagram datagram;
  datagram.from = Endpoint{packet.from.ip, 0, 0};
  datagram.to = packet.to;
  datagram.data = text_of(step, packet, entry_of(step.world, socket).raw);
  datagram.memory = inet::memory_of(packet.payload.length, true);
  return enqueue(step, socket, datagram, packet, Reason::IcmpTaken);
}

}  // namespace

SocketId open_icmp(Step& step, NetId net, std::uint32_t user, bool raw) {
  const SocketId socket = open(step, net, user, false);
  inet::SocketBase& base = step.world.inet.sockets.write(socket);
  base.kind = inet::EntryKind::Icmp;
  base.protocol = wire::ICMP;
  base.reuse_address = true;                // from the start (Linux INET_PROTOSW_REUSE)
  if (raw) base.local.port = ipproto_icmp;  // what getsockname() tells (Linux inet_create)
  step.world.udp.sockets.write(UdpSocketId::from_raw(base.entry)).raw = raw;
  return socket;
}

SocketId ping_socket(const World& world, NetId net, std::uint16_t id, const Address& local) {
  const PortBucketId* bucket = world.inet.ports.find(inet::PortKey{net, wire::ICMP, id});
  if (bucket == nullptr) return {};
  for (SocketId socket = world.inet.buckets.read(*bucket).first; socket;) {
    const inet::SocketBase& base = world.inet.sockets.read(socket);
    if (base.local.ip.is_wildcard() || base.local.ip == local) return socket;
    socket = base.bucket_next;
  }
  return {};
}

Attempt try_bind_icmp(Step& step, SocketId socket, const sys::Bind& call) {
  World& world = step.world;
  const bool raw = entry_of(world, socket).raw;
  inet::SocketBase& base = world.inet.sockets.write(socket);
  if (call.length != 0 && call.length < 16) return fail(Errno::INVAL);
  if (!raw && call.domain != af_inet && !(call.domain == af_unspec && call.to.ip == Address::any_v4()))
    return fail(Errno::AFNOSUPPORT);
  if (raw && is_connected(world, socket)) return fail(Errno::INVAL);
  const Address& ip = call.to.ip;
  const bool here = ip.is_wildcard() || ip.is_multicast() || ip.is_broadcast() ||
                    inet::is_local(world, base.net, ip) ||
                    world.inet.nets.read(base.net).sysctls[Sysctl::NonlocalBind] != 0;
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
  const bool raw = entry_of(world, socket).raw;
  inet::SocketBase& base = world.inet.sockets.write(socket);
  if (!raw && !base.bucket) {
    if (const Errno error = give_id(step, socket, 0, Reason::PortChosenForDatagrams); error != Errno::OK)
      return fail(Errno::AGAIN);
  }
  if (call.domain == af_unspec) {
    world.udp.sockets.write(UdpSocketId::from_raw(base.entry)).connected = false;
    base.peer = Endpoint{base.wildcard(), 0, 0};
    if (!base.address_by_program) base.local.ip = base.wildcard();
    return done(0);
  }
  const Way way = way_to(step, socket, Target{call.to, call.domain});
  if (way.error != Errno::OK) return fail(way.error);
  if (base.local.ip.is_wildcard()) base.local.ip = way.source;
  base.peer = way.to;
  world.udp.sockets.write(UdpSocketId::from_raw(base.entry)).connected = true;
  SysResult result;
  result.peer = base.peer;
  result.domain = af_inet;
  return Done{result};
}

Attempt try_send_icmp(Step& step, SocketId socket, const Bytes& data, const Target* target) {
  World& world = step.world;
  inet::SocketBase& base = world.inet.sockets.write(socket);
  const Socket entry = entry_of(world, socket);
  if (!entry.raw && !base.bucket)
    if (give_id(step, socket, 0, Reason::PortChosenForDatagrams) != Errno::OK) return fail(Errno::AGAIN);
  if (data.length > 0xffff) return fail(Errno::MSGSIZE);
  if (!entry.raw && data.length < icmp_header) return fail(Errno::INVAL);
  std::optional<wire::Packet> packet;
  if (data.length >= icmp_header) packet = message_of(step, data);
  if (!entry.raw && (!packet || packet->icmp.type != wire::icmp_echo || packet->icmp.code != 0))
    return fail(Errno::INVAL);
  if (target == nullptr && !entry.connected) return fail(Errno::DESTADDRREQ);
  const Way way = way_to(step, socket, target != nullptr ? *target : Target{base.peer, af_inet});
  if (way.error != Errno::OK) return fail(way.error);
  if (data.length > 65535 - ip_header) return fail(Errno::MSGSIZE);
  if (base.error != Errno::OK) return fail(std::exchange(base.error, Errno::OK));
  if (entry.write_shut) return fail(Errno::PIPE);
  if (!packet) return fail(Errno::INVAL);
  if (!entry.raw) {
    packet->icmp.id = base.local.port;
    packet->corrupted = 0;
  }
  packet->from.ip = way.source;
  packet->to.ip = way.to.ip;
  packet->ttl = inet::hops_of(world, base, way.to.ip);
  if (!may_be_sent(step, socket, way, wire::wire_size(*packet))) return fail(Errno::MSGSIZE);
  if (lets_fragment(base.mtu_discover)) packet->fragment_bits = wire::may_fragment;
  step.count(base.net, Counter::IcmpOutMsgs);
  if (packet->icmp.type == wire::icmp_echo) step.count(base.net, Counter::IcmpOutEchos);
  if (packet->icmp.type == wire::icmp_echo_reply) step.count(base.net, Counter::IcmpOutEchoReps);
  inet::send_datagram(step, base.net, way.path, *packet, Reason::IcmpSentByProgram);
  return done(data.length);
}

bool copy_to_raw(Step& step, NetId net, const wire::Packet& packet) {
  if (!packet.to.ip.is_v4()) return false;
  std::vector<SocketId> takers;
  for (const UdpSocketId id : ids(step.world.udp.sockets)) {
    const Socket& entry = step.world.udp.sockets.read(id);
    if (!entry.raw) continue;
    const inet::SocketBase& base = step.world.inet.sockets.read(entry.socket);
    const bool local = base.local.ip.is_wildcard() || base.local.ip == packet.to.ip;
    const bool peer = base.peer.ip.is_wildcard() || base.peer.ip == packet.from.ip;
    if (base.net == net && local && peer) takers.push_back(entry.socket);
  }
  for (const SocketId socket : takers) give(step, socket, packet);
  return !takers.empty();
}

void input_echo_reply(Step& step, NetId net, const wire::Packet& packet, bool copied) {
  const SocketId socket = ping_socket(step.world, net, packet.icmp.id, packet.to.ip);
  if (socket) {
    give(step, socket, packet);
  } else if (!copied) {
    drop(step, packet, Reason::IcmpForNoProgram);
  }
}

}  // namespace sockarium::udp
