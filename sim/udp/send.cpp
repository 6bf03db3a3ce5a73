// A datagram goes out: one call, one packet, no copy kept. Checks in the order of Linux inet_sendmsg,
// udp_sendmsg, sock_alloc_send_skb.
#include <utility>

#include "sim/inet/route.h"
#include "sim/step.h"
#include "sim/udp/name.h"

namespace sockarium::udp {

namespace {

/// The IPv4 length field counts 65,535 bytes with its own header and UDP's (RFC 791, RFC 768); IPv6's leaves
/// its header out.
constexpr std::uint32_t most_bytes_v4 = 65507, most_bytes_v6 = 65527;

}  // namespace

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
  step.count(base.net, by_v4 ? Counter::UdpOutDatagrams : Counter::Udp6OutDatagrams);
  inet::send(step, base.net, packet, Reason::DatagramSent);
  return done(data.length);
}

}  // namespace sockarium::udp
