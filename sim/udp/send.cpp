// A datagram goes out: one call, one packet, no copy kept. Checks in the order of Linux inet_sendmsg,
// udp_sendmsg, sock_alloc_send_skb.
#include <utility>

#include "sim/inet/fragments.h"
#include "sim/inet/groups.h"
#include "sim/inet/options.h"
#include "sim/step.h"
#include "sim/udp/name.h"
#include "sim/udp/queue.h"

namespace sockarium::udp {

namespace {

/// The IPv4 length field counts 65,535 bytes with its own header and UDP's (RFC 791, RFC 768); IPv6's leaves
/// its header out.
constexpr std::uint32_t most_bytes_v4 = 65507, most_bytes_v6 = 65527;

void send_to_many(Step& step, const inet::SocketBase& base, const Way& way, wire::Packet packet) {
  const ForMany fate = fate_for_many(step.world, base, way, packet);
  if (fate.leaves) packet.sent = inet::send_datagram(step, base.net, way.path, packet, Reason::DatagramSent);
  if (!fate.copies) return;
  packet.link = way.path->link.raw();
  input_for_many(step, base.net, packet);
}

}  // namespace

ForMany fate_for_many(const World& world, const inet::SocketBase& base, const Way& way,
                      const wire::Packet& packet) {
  const LinkId link = way.path->link;
  const bool by_v4 = packet.by_v4(), loops = by_v4 ? base.multicast_loop : base.six.multicast_loop;
  const bool to_all = inet::is_for_all(packet.to.ip);
  const bool member = link && !to_all && inet::has_joined(world, base.net, packet.to.ip, link);
  ForMany fate;
  fate.copies = link && (to_all || (member && loops));
  const bool ends_here = packet.ttl == 0 && (by_v4 ? member : fate.copies);
  fate.leaves = !ends_here && !inet::stays_in_host(packet.to.ip);
  return fate;
}

Attempt try_send(Step& step, SocketId socket, const Bytes& data, const Target* target) {
  World& world = step.world;
  inet::SocketBase& base = world.inet.sockets.write(socket);
  const Socket& entry = world.udp.sockets.read(UdpSocketId::from_raw(base.entry));
  if (const Errno error = autobind(step, socket); error != Errno::OK) return fail(error);
  if (data.length > 0xffff) return fail(Errno::MSGSIZE);
  if (target != nullptr && target->to.port == 0) return fail(Errno::INVAL);
  if (target == nullptr && !entry.connected) return fail(Errno::DESTADDRREQ);
  const Target peer{base.peer, base.ipv6 ? af_inet6 : af_inet};
  const Way way = way_to(step, socket, target != nullptr ? *target : peer);
  if (way.error != Errno::OK) return fail(way.error);
  const bool by_v4 = way.to.ip.is_v4();
  if (data.length > (by_v4 ? most_bytes_v4 : most_bytes_v6)) return fail(Errno::MSGSIZE);
  if (base.error != Errno::OK) return fail(std::exchange(base.error, Errno::OK));
  if (entry.write_shut) return fail(Errno::PIPE);
  wire::Packet packet;
  packet.protocol = wire::UDP;
  packet.from = Endpoint{way.source, base.local.port, 0};
  packet.to = way.to;
  packet.payload = data;
  packet.ttl = inet::hops_of(world, base, way.to.ip);
  if (!may_be_sent(step, socket, way, wire::wire_size(packet))) return fail(Errno::MSGSIZE);
  if (by_v4 && lets_fragment(base.mtu_discover)) packet.fragment_bits = wire::may_fragment;
  step.count(base.net, by_v4 ? Counter::UdpOutDatagrams : Counter::Udp6OutDatagrams);
  if (inet::is_for_many(way.to.ip))
    send_to_many(step, base, way, packet);
  else
    inet::send_datagram(step, base.net, way.path, packet, Reason::DatagramSent);
  return done(data.length);
}

Attempt refuse_urgent(Step& step, SocketId socket) {
  const bool udp = step.world.inet.sockets.read(socket).kind == inet::EntryKind::Udp;
  if (udp && autobind(step, socket) != Errno::OK) return fail(Errno::AGAIN);
  return fail(Errno::OPNOTSUPP);
}

}  // namespace sockarium::udp
