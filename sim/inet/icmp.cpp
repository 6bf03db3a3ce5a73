#include "sim/inet/icmp.h"

#include <algorithm>

#include <array>

#include "sim/inet/fragments.h"
#include "sim/inet/groups.h"
#include "sim/inet/options.h"
#include "sim/inet/route.h"
#include "sim/step.h"

namespace sockarium::inet {

namespace {

/// A message carries no more than 576 bytes in all (RFC 1812 4.3.2.3), or 1,280 with IPv6 (RFC 4443 3.1):
/// that many are left of the datagram's payload behind two IP headers, ICMP's and UDP's.
constexpr std::uint32_t most_quoted_v4 = 576 - 20 - 8 - 20 - 8, most_quoted_v6 = 1280 - 40 - 8 - 40 - 8;

/// Time fills the bucket, each message empties it by one interval. Linux inet_peer_xrlim_allow.
bool allowed(Step& step, NetId net, const Address& to) {
  World& world = step.world;
  const IcmpKey key{net, to};
  const IcmpBudget* found = world.inet.icmp_budgets.find(key);
  IcmpBudget budget = found != nullptr ? *found : IcmpBudget{world.now, icmp_burst};
  budget.tokens = std::min<Duration>(icmp_burst, budget.tokens + (world.now - budget.last));
  budget.last = world.now;
  const bool may = budget.tokens >= icmp_interval;
  if (may) budget.tokens -= icmp_interval;
  world.inet.icmp_budgets.set(key, budget);
  return may;
}

/// Is a message one of those that net.ipv4.icmp_ratemask counts? «Fragmentation needed» never is: a path would
/// not be found without it. Linux icmpv4_mask_allow.
bool is_limited(std::uint8_t type, std::uint8_t code) {
  constexpr std::uint8_t source_quench = 4;
  if (type == wire::icmp_unreachable) return code != wire::icmp_fragmentation;
  return type == source_quench || type == wire::icmp_time_exceeded || type == wire::icmp_parameter_problem;
}

}  // namespace

void send_error(Step& step, NetId net, const wire::Packet& about, std::uint8_t type, std::uint8_t code,
                Reason reason, std::uint16_t mtu) {
  if (about.is_icmp_error() || about.fragment_offset != 0 || is_for_many(about.to.ip)) return;
  const auto path = route(step.world, net, about.from.ip);
  if (!path || (path->link && is_limited(type, code) && !allowed(step, net, about.from.ip))) return;
  const bool by_v4 = about.from.ip.is_v4();
  wire::Packet message;
  message.ttl = default_hops(step.world, net, about.from.ip);
  message.protocol = wire::ICMP;
  message.icmp.type = type;
  message.icmp.code = code;
  message.icmp.mtu = mtu;
  message.icmp.protocol = about.protocol;
  message.icmp.from = about.from;
  message.icmp.to = about.to;
  message.icmp.seq = about.seq;
  message.icmp.id = about.icmp.id;
  message.icmp.number = about.icmp.number;
  message.from = about.to;
  if (!is_local(step.world, net, about.to.ip))
    message.from.ip = source_address(step.world, net, about.from.ip);
  message.to = about.from;
  if (about.protocol == wire::TCP)
    message.from.port = message.to.port = 0;
  else
    message.payload =
        about.payload.slice(0, std::min(about.payload.length, by_v4 ? most_quoted_v4 : most_quoted_v6));
  if (by_v4) {
    step.count(net, Counter::IcmpOutMsgs);
    step.count(net,
               type == wire::icmp_time_exceeded ? Counter::IcmpOutTimeExcds : Counter::IcmpOutDestUnreachs);
  }
  send_along(step, net, path, message, reason);
}

void send_port_unreachable(Step& step, NetId net, const wire::Packet& datagram) {
  send_error(step, net, datagram, wire::icmp_unreachable, wire::icmp_port, Reason::PortUnreachable);
}

void answer_echo(Step& step, NetId net, const wire::Packet& request) {
  wire::Packet reply;
  reply.protocol = wire::ICMP;
  reply.icmp = request.icmp;
  reply.icmp.type = wire::icmp_echo_reply;
  reply.from = request.to;
  reply.to = request.from;
  reply.payload = request.payload;
  reply.fragment_bits = wire::may_fragment;
  reply.ttl = default_hops(step.world, net, reply.to.ip);
  if (request.from.ip.is_v4()) {
    step.count(net, Counter::IcmpOutMsgs);
    step.count(net, Counter::IcmpOutEchoReps);
  }
  send_datagram(step, net, route(step.world, net, reply.to.ip), reply, Reason::EchoAnswered);
}

Unreachable meaning_of_unreachable(std::uint8_t code) {
  constexpr std::array<Unreachable, 16> table{{{Errno::NETUNREACH, false},
                                               {Errno::HOSTUNREACH, false},
                                               {Errno::NOPROTOOPT, true},
                                               {Errno::CONNREFUSED, true},
                                               {Errno::MSGSIZE, false},
                                               {Errno::OPNOTSUPP, false},
                                               {Errno::NETUNREACH, true},
                                               {Errno::HOSTDOWN, true},
                                               {Errno::NONET, true},
                                               {Errno::NETUNREACH, true},
                                               {Errno::HOSTUNREACH, true},
                                               {Errno::NETUNREACH, false},
                                               {Errno::HOSTUNREACH, false},
                                               {Errno::HOSTUNREACH, true},
                                               {Errno::HOSTUNREACH, true},
                                               {Errno::HOSTUNREACH, true}}};
  return code < table.size() ? table[code] : Unreachable{};
}

}  // namespace sockarium::inet
