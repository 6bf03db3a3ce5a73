#include "sim/wire/filter.h"

#include <algorithm>

namespace sockarium::wire {

bool fits(const Filter& filter, const Packet& packet, bool outgoing, Time now) {
  if ((filter.outgoing != 0) != outgoing || now < filter.on || now >= filter.off) return false;
  if (filter.protocol != 0 && filter.protocol != packet.protocol) return false;
  if (filter.port != 0 && (packet.is_icmp() || filter.port != packet.to.port)) return false;
  return filter.any_peer != 0 || filter.peer == (outgoing ? packet.to.ip : packet.from.ip);
}

std::optional<Packet> rejection(const Filter& filter, const Packet& packet) {
  if (packet.is_icmp() || (packet.protocol == TCP && packet.has(RST))) return std::nullopt;
  Packet answer;
  answer.from = packet.to;
  answer.to = packet.from;
  if (filter.with == with_reset &&
      packet.protocol == TCP) {  // as the host itself would (RFC 9293 3.10.7.1; Linux nf_send_reset)
    answer.flags = RST;
    if (packet.has(ACK)) {
      answer.seq = packet.ack;
    } else {
      answer.flags |= ACK;
      answer.ack = packet.end();
    }
    return answer;
  }
  if (!packet.from.ip.is_v4()) return std::nullopt;
  answer.protocol = ICMP;
  if (packet.protocol == UDP)
    answer.payload = packet.payload.slice(0, std::min<std::uint32_t>(packet.payload.length, 520));
  else
    answer.from.port = answer.to.port = 0;
  answer.icmp.type = icmp_unreachable;
  answer.icmp.code = filter.with == with_reset ? icmp_port : static_cast<std::uint8_t>(filter.with);
  answer.icmp.from = packet.from;
  answer.icmp.to = packet.to;
  answer.icmp.seq = packet.seq;
  answer.icmp.protocol = packet.protocol;
  return answer;
}

}  // namespace sockarium::wire
