#include "sim/udp/echo.h"

#include <utility>

#include "sim/inet/fragments.h"
#include "sim/inet/groups.h"
#include "sim/inet/memory.h"
#include "sim/inet/options.h"
#include "sim/inet/route.h"
#include "sim/step.h"
#include "sim/udp/name.h"
#include "sim/udp/queue.h"
#include "sim/wire/header_bytes.h"
#include "sim/wire/header_layout.h"

namespace sockarium::udp {

namespace {

constexpr std::uint32_t icmp_header = wire::layout::icmp_header;
/// The longest message. The length field of IPv4 counts the header, too; that of IPv6 does not (RFC 8200 3).
constexpr std::uint32_t longest_v4 = 65515, longest_v6 = 65535;

const Socket& entry_of(const World& world, SocketId socket) {
  return world.udp.sockets.read(UdpSocketId::from_raw(world.inet.sockets.read(socket).entry));
}

/// The message that a program has written, as a packet. For IPv6 the kernel makes the checksum.
std::optional<wire::Packet> message_of(Step& step, const Bytes& data, bool by_v4) {
  const std::string text = step.bytes.text(data);
  const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(text[at]); };
  const auto word = [&](std::size_t at) { return static_cast<std::uint16_t>(byte(at) << 8 | byte(at + 1)); };
  if (wire::is_icmp_error(byte(0), by_v4)) return std::nullopt;  // it would quote something: not modelled
  wire::Packet packet;
  packet.protocol = wire::ICMP;
  packet.icmp.type = byte(0);
  packet.icmp.code = byte(1);
  packet.icmp.protocol = 0;
  packet.icmp.id = word(4);
  packet.icmp.number = word(6);
  packet.payload = data.slice(icmp_header, data.length - icmp_header);
  const std::span all(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  packet.corrupted = by_v4 && wire::checksum(all) != 0 ? 1 : 0;
  return packet;
}

/// The message as a program reads it: from the ICMP header on; a raw socket of IPv4 reads the IP header, too.
Bytes text_of(Step& step, const wire::Packet& packet, bool raw) {
  const bool by_v4 = packet.by_v4(), with_header = raw && by_v4;
  std::vector<std::uint8_t> frame = wire::to_wire(packet, step.bytes);
  if (with_header) frame[4] = frame[5] = frame[10] = frame[11] = 0;
  const std::size_t start = with_header ? 0 : wire::layout::ip_header(by_v4);
  return step.bytes.intern({reinterpret_cast<const char*>(frame.data()) + start, frame.size() - start});
}

bool give(Step& step, SocketId socket, const wire::Packet& packet) {
  Datagram datagram;
  datagram.from = Endpoint{packet.from.ip, 0, 0};
  datagram.to = packet.to;
  datagram.data = text_of(step, packet, entry_of(step.world, socket).raw);
  datagram.memory = inet::memory_of(packet.payload.length, packet.by_v4());
  return enqueue(step, socket, datagram, packet, Reason::IcmpTaken);
}

/// What an address of sendto() must be for a socket of IPv6 (Linux ping_v6_sendmsg, rawv6_sendmsg): of its
/// own family, and where a raw socket names a port, it is the protocol's number.
Errno refuses(const Target& target, bool raw) {
  if (target.domain == af_inet) return Errno::INVAL;
  if (!raw && target.domain != af_inet6) return Errno::AFNOSUPPORT;
  if (raw && target.to.port != 0 && target.to.port != ipproto_icmpv6) return Errno::INVAL;
  if (!raw && target.to.ip.is_v4()) return Errno::INVAL;
  const bool nowhere = raw ? target.to.ip.is_v4() : target.to.ip == Address{};
  return nowhere ? Errno::NETUNREACH : Errno::OK;
}

/// Too short to have a type and a code, or a checksum (Linux rawv6_probe_proto_opt,
/// rawv6_push_pending_frames).
Errno refuses_length(const inet::SocketBase& base, bool raw, std::uint32_t length) {
  return raw && base.ipv6 && length < 2 ? Errno::FAULT : Errno::OK;
}

void count_sent(Step& step, NetId net, const wire::Packet& packet) {
  const bool by_v4 = packet.by_v4();
  if (by_v4) step.count(net, Counter::IcmpOutMsgs);
  if (packet.icmp_kind() == wire::IcmpKind::Echo)
    step.count(net, by_v4 ? Counter::IcmpOutEchos : Counter::Icmp6OutEchos);
  if (packet.icmp_kind() == wire::IcmpKind::EchoReply)
    step.count(net, by_v4 ? Counter::IcmpOutEchoReps : Counter::Icmp6OutEchoReplies);
}

}  // namespace

bool is_raw(const World& world, SocketId socket) {
  return entry_of(world, socket).raw;
}

SocketId open_icmp(Step& step, NetId net, std::uint32_t user, bool raw, bool ipv6) {
  const SocketId socket = open(step, net, user, ipv6);
  inet::SocketBase& base = step.world.inet.sockets.write(socket);
  base.kind = inet::EntryKind::Icmp;
  base.protocol = wire::ICMP;
  base.reuse_address = true;                // from the start (Linux INET_PROTOSW_REUSE)
  if (ipv6 && !raw) base.ipv6_only = true;  // Linux ping_init_sock
  // What getsockname() tells (Linux inet_create).
  if (raw) base.local.port = static_cast<std::uint16_t>(ipv6 ? ipproto_icmpv6 : ipproto_icmp);
  step.world.udp.sockets.write(UdpSocketId::from_raw(base.entry)).raw = raw;
  return socket;
}

Attempt try_send_icmp(Step& step, SocketId socket, const Bytes& data, const Target* target) {
  World& world = step.world;
  inet::SocketBase& base = world.inet.sockets.write(socket);
  const Socket entry = entry_of(world, socket);
  const bool by_v4 = !base.ipv6;
  if (!entry.raw)
    if (const Errno error = autobind_icmp(step, socket); error != Errno::OK) return fail(error);
  if (data.length > 0xffff) return fail(Errno::MSGSIZE);
  if (!entry.raw && data.length < icmp_header) return fail(Errno::INVAL);
  std::optional<wire::Packet> packet;
  if (data.length >= icmp_header) packet = message_of(step, data, by_v4);
  if (!entry.raw) {
    const bool echo = packet && packet->icmp.type == (by_v4 ? wire::icmp_echo : wire::icmp6_echo);
    if (!echo || packet->icmp.code != 0) return fail(Errno::INVAL);
  }
  if (target == nullptr && !entry.connected) return fail(Errno::DESTADDRREQ);
  if (target != nullptr && !entry.raw && lacks_interface(base, target->to.ip)) return fail(Errno::INVAL);
  if (target != nullptr && base.ipv6)
    if (const Errno error = refuses(*target, entry.raw); error != Errno::OK) return fail(error);
  if (const Errno error = refuses_length(base, entry.raw, data.length); error != Errno::OK)
    return fail(error);
  const Target peer{base.peer, base.ipv6 ? af_inet6 : af_inet};
  const Way way = way_to(step, socket, target != nullptr ? *target : peer);
  if (way.error != Errno::OK) return fail(way.error);
  if (data.length > (by_v4 ? longest_v4 : longest_v6)) return fail(Errno::MSGSIZE);
  if (!entry.raw && base.error != Errno::OK) return fail(std::exchange(base.error, Errno::OK));
  if (!entry.raw && entry.write_shut) return fail(Errno::PIPE);
  if (!packet) return fail(Errno::INVAL);
  if (!entry.raw) {
    packet->icmp.id = base.local.port;
    packet->corrupted = 0;
  }
  packet->from.ip = way.source;
  packet->to.ip = way.to.ip;
  packet->ttl = inet::hops_of(world, base, way.to.ip);
  if (!may_be_sent(step, socket, way, wire::wire_size(*packet))) return fail(Errno::MSGSIZE);
  if (by_v4 && lets_fragment(base.mtu_discover)) packet->fragment_bits = wire::may_fragment;
  count_sent(step, base.net, *packet);
  const bool for_many = inet::is_for_many(way.to.ip);
  if (for_many && !fate_for_many(world, base, way, *packet).leaves) return done(data.length);
  inet::send_datagram(step, base.net, way.path, *packet, Reason::IcmpSentByProgram);
  return done(data.length);
}

bool copy_to_raw(Step& step, NetId net, const wire::Packet& packet) {
  const bool by_v4 = packet.by_v4();
  if (!by_v4 && packet.corrupted != 0) return false;  // Linux rawv6_rcv looks at the checksum itself
  std::vector<SocketId> takers;
  for (const UdpSocketId id : ids(step.world.udp.sockets)) {
    const Socket& entry = step.world.udp.sockets.read(id);
    if (!entry.raw) continue;
    const inet::SocketBase& base = step.world.inet.sockets.read(entry.socket);
    if (base.net != net || base.ipv6 == by_v4) continue;
    // One of IPv6 that is bound to an address hears its groups, too (Linux raw_v6_match).
    const bool in_group = !by_v4 && packet.to.ip.is_multicast() &&
                          inet::hears(step.world, entry.socket, packet.to.ip, LinkId::from_raw(packet.link));
    const bool local = base.local.ip.is_wildcard() || base.local.ip == packet.to.ip || in_group;
    const bool peer = base.peer.ip.is_wildcard() || base.peer.ip == packet.from.ip;
    if (local && peer) takers.push_back(entry.socket);
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
