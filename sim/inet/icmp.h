// ICMP, as far as a host makes it by itself: errors about datagrams, and the answers to echo requests. RFC
// 792, RFC 4443; Linux icmp_send, icmpv6_send, icmp_echo.
//
// Left out: timestamps and what else RFC 792 asks; that all senders together get at most 1,000 a second;
// Icmp6InMsgs and Icmp6OutMsgs, which count what hosts of IPv6 say by themselves, too (RFC 3810, RFC 4861).
#pragma once

#include <cstdint>

#include "sim/core/errno.h"
#include "sim/core/id.h"
#include "sim/core/reason.h"
#include "sim/core/time.h"
#include "sim/wire/icmp.h"

namespace sockarium {
class Step;
}
namespace sockarium::wire {
struct Packet;
}

namespace sockarium::inet {

/// A destination gets so many messages at once, and then one each interval (Linux XRLIM_BURST_FACTOR,
/// net.ipv4.icmp_ratelimit, net.ipv6.icmp.ratelimit).
inline constexpr std::int64_t icmp_burst = 6;
inline constexpr Duration icmp_interval = 1 * second, icmp6_interval = 100 * millisecond;

/// Tells the sender of a packet what became of it, by the first address of this host where the packet was not
/// for it. Over loopback always; else as often as the sender may be told. Nothing is said of errors, of parts
/// but the first, and of what was for many. `mtu`: with `TooLong`.
void send_error(Step& step, NetId net, const wire::Packet& datagram, wire::IcmpError error, Reason reason,
                std::uint16_t mtu = 0);
/// Answers an echo request with what it has brought.
void answer_echo(Step& step, NetId net, const wire::Packet& request);

/// What an error means to a program, and whether it ends what it is about (Linux icmp_err_convert,
/// icmpv6_err_convert). OK: nothing.
struct Meaning {
  Errno error = Errno::OK;
  bool fatal = false;
};
Meaning meaning_of(const wire::Packet& error);

/// Answers a datagram that found no socket. Over loopback always; else as often as the sender may be told.
void send_port_unreachable(Step& step, NetId net, const wire::Packet& datagram);

}  // namespace sockarium::inet
