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
std::uint32_t most_quoted(const wire::Packet& about) {
  constexpr std::uint32_t fragment_header = 8;
  if (about.by_v4()) return most_quoted_v4;
  return most_quoted_v6 - (about.is_fragment() ? fragment_header : 0);
}

/// Time fills the bucket, each message empties it by one interval. Linux inet_peer_xrlim_allow.
bool allowed(Step& step, NetId net, const Address& to) {
  World& world = step.world;
  const IcmpKey key{net, to};
  const Duration interval = to.is_v4() ? icmp_interval : icmp6_interval, full = icmp_burst * interval;
  const IcmpBudget* found = world.inet.icmp_budgets.find(key);
  IcmpBudget budget = found != nullptr ? *found : IcmpBudget{world.now, full};
  budget.tokens = std::min<Duration>(full, budget.tokens + (world.now - budget.last));
  budget.last = world.now;
  const bool may = budget.tokens >= interval;
  if (may) budget.tokens -= interval;
  world.inet.icmp_budgets.set(key, budget);
  return may;
}

/// Is a message one of those that net.ipv4.icmp_ratemask counts (net.ipv6.icmp.ratemask)? That a packet was
/// too long never is: a path would not be found without it. Linux icmpv4_mask_allow, icmpv6_mask_allow.
bool is_limited(wire::IcmpError error) {
  return error != wire::IcmpError::TooLong;
}

Counter counter_of(wire::IcmpError error, bool v4) {
  switch (error) {
    case wire::IcmpError::TooLong:
      return v4 ? Counter::IcmpOutDestUnreachs : Counter::Icmp6OutPktTooBigs;
    case wire::IcmpError::HopsUsedUp:
    case wire::IcmpError::FragmentsTooLate:
      return v4 ? Counter::IcmpOutTimeExcds : Counter::Icmp6OutTimeExcds;
    default:
      return v4 ? Counter::IcmpOutDestUnreachs : Counter::Icmp6OutDestUnreachs;
  }
}

}  // namespace

void send_error(Step& step, NetId net, const wire::Packet& about, wire::IcmpError error, Reason reason,
                std::uint16_t mtu) {
  if (about.is_icmp_error() || about.fragment_offset != 0 || is_for_many(about.to.ip)) return;
  const auto path = route(step.world, net, about.from.ip);
  if (!path || (path->link && is_limited(error) && !allowed(step, net, about.from.ip))) return;
  const bool by_v4 = about.by_v4();
  const wire::IcmpNumbers says = wire::numbers_of(error, by_v4);
  wire::Packet message;
  message.ttl = default_hops(step.world, net, about.from.ip);
  message.protocol = wire::ICMP;
  message.icmp.type = says.type;
  message.icmp.code = says.code;
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
    message.payload = about.payload.slice(0, std::min(about.payload.length, most_quoted(about)));
  if (by_v4) step.count(net, Counter::IcmpOutMsgs);
  step.count(net, counter_of(error, by_v4));
  send_along(step, net, path, message, reason);
}

void send_port_unreachable(Step& step, NetId net, const wire::Packet& datagram) {
  send_error(step, net, datagram, wire::IcmpError::PortUnreachable, Reason::PortUnreachable);
}

void answer_echo(Step& step, NetId net, const wire::Packet& request) {
  const bool by_v4 = request.by_v4();
  wire::Packet reply;
  reply.protocol = wire::ICMP;
  reply.icmp = request.icmp;
  reply.icmp.type = by_v4 ? wire::icmp_echo_reply : wire::icmp6_echo_reply;
  reply.from = request.to;
  if (request.to.ip.is_multicast()) reply.from.ip = source_address(step.world, net, request.from.ip);
  reply.to = request.from;
  reply.payload = request.payload;
  reply.fragment_bits = by_v4 ? wire::may_fragment : 0;
  reply.ttl = default_hops(step.world, net, reply.to.ip);
  const std::optional<Path> back = route(step.world, net, reply.to.ip);
  if (back && by_v4) step.count(net, Counter::IcmpOutMsgs);
  if (back) step.count(net, by_v4 ? Counter::IcmpOutEchoReps : Counter::Icmp6OutEchoReplies);
  send_datagram(step, net, back, reply, Reason::EchoAnswered);
}

namespace {

// By the codes of «destination unreachable».
constexpr std::array<Meaning, 16> unreachable_v4{{{Errno::NETUNREACH, false},
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
constexpr std::array<Meaning, 7> unreachable_v6{{{Errno::NETUNREACH, false},
                                                 {Errno::ACCES, true},
                                                 {Errno::HOSTUNREACH, false},
                                                 {Errno::HOSTUNREACH, false},
                                                 {Errno::CONNREFUSED, true},
                                                 {Errno::ACCES, true},
                                                 {Errno::ACCES, true}}};

Meaning meaning_of_unreachable(std::uint8_t code, bool v4) {
  if (v4) return code < unreachable_v4.size() ? unreachable_v4[code] : Meaning{Errno::HOSTUNREACH, false};
  return code < unreachable_v6.size() ? unreachable_v6[code] : Meaning{Errno::PROTO, true};
}

}  // namespace

Meaning meaning_of(const wire::Packet& error) {
  switch (error.icmp_kind()) {
    case wire::IcmpKind::Unreachable:
      return meaning_of_unreachable(error.icmp.code, error.by_v4());
    case wire::IcmpKind::TooLong:
      return {Errno::MSGSIZE, false};
    case wire::IcmpKind::TimeExceeded:
      return {Errno::HOSTUNREACH, false};
    case wire::IcmpKind::ParameterProblem:
      return {Errno::PROTO, true};
    case wire::IcmpKind::OtherError:  // IPv4 says nothing of redirects and quenches
      return error.by_v4() ? Meaning{} : Meaning{Errno::PROTO, false};
    case wire::IcmpKind::Echo:
    case wire::IcmpKind::EchoReply:
    case wire::IcmpKind::Other:
      break;
  }
  return {};
}

}  // namespace sockarium::inet
