// The answer to a segment that belongs to nobody: RST, so that the other side learns it (RFC 9293
// section 3.10.7.1; Linux tcp_v4_send_reset). An RST is never answered.
#include "sim/inet/options.h"
#include "sim/inet/route.h"
#include "sim/step.h"
#include "sim/tcp/segment.h"

namespace sockarium::tcp {

void refuse(Step& step, NetId net, const wire::Packet& packet, Reason reason, RecordNumber because) {
  step.record(rec::PacketDropped{packet.sent, 0, packet.copy},
              packet.has(wire::RST) ? Reason::ResetIgnored : reason, because);
  if (packet.has(wire::RST)) return;
  wire::Packet reply;
  reply.ttl = inet::default_hops(step.world, net, packet.from.ip);
  reply.from = packet.to;
  reply.to = packet.from;
  reply.flags = wire::RST;
  if (packet.has(wire::ACK)) {
    reply.seq = packet.ack;
  } else {
    reply.flags |= wire::ACK;
    reply.ack = packet.end();
  }
  step.count(net, Counter::TcpOutSegs);
  step.count(net, Counter::TcpOutRsts);
  inet::send(step, net, reply, reason, 0, because);
}

}  // namespace sockarium::tcp
