// ICMP, as far as sockets hear of it: «nobody has that port». RFC 792, RFC 4443; Linux icmp_send,
// icmpv6_send.
//
// Left out: the other messages; that all senders together get at most 1,000 a second.
#pragma once

#include "sim/core/id.h"
#include "sim/core/time.h"

namespace sockarium {
class Step;
}
namespace sockarium::wire {
struct Packet;
}

namespace sockarium::inet {

/// As many messages as a destination gets at once, and then one each `icmp_interval` (Linux
/// XRLIM_BURST_FACTOR, net.ipv4.icmp_ratelimit).
inline constexpr Duration icmp_interval = 1 * second, icmp_burst = 6 * icmp_interval;

/// Answers a datagram that found no socket. Over loopback always; else as often as the sender may be told.
void send_port_unreachable(Step& step, NetId net, const wire::Packet& datagram);

}  // namespace sockarium::inet
