#include "sim/wire/filter.h"

#include <algorithm>

namespace sockarium::wire {

bool fits(const Filter& filter, const Packet& packet, bool outgoing, Time now) {
  if ((filter.outgoing != 0) != outgoing || now < filter.on || now >= filter.off) return false;
  if (filter.protocol != 0 && filter.protocol != packet.protocol) return false;
  if (filter.port != 0 && (packet.is_icmp() || filter.port != packet.to.port)) return false;
  return filter.any_peer != 0 || filter.peer == (outgoing ? packet.to.ip : packet.from.ip);
}

namespace {

/// Of the codes of IPv4's «unreachable» those that a rule may name; `with_reset`, for what is no TCP: the
/// port.
IcmpError error_of(std::uint32_t with) {
  constexpr std::uint32_t net = 0, host = 1, admin = 13;
  return with == net     ? IcmpError::NetUnreachable
         : with == host  ? IcmpError::HostUnreachable
         : with == admin ? IcmpError::Prohibited
                         : IcmpError::PortUnreachable;
}

}  // namespace

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
  answer.protocol = ICMP;
  if (packet.protocol == UDP)
    answer.payload =
        packet.payload.slice(0, std::min<std::uint32_t>(packet.payload.length, packet.by_v4() ? 520 : 1184));
  else
    answer.from.port = answer.to.port = 0;
  const IcmpNumbers says = numbers_of(error_of(filter.with), packet.by_v4());
  answer.icmp.type = says.type;
  answer.icmp.code = says.code;
  answer.icmp.from = packet.from;
  answer.icmp.to = packet.to;
  answer.icmp.seq = packet.seq;
  answer.icmp.protocol = packet.protocol;
  return answer;
}

}  // namespace sockarium::wire
