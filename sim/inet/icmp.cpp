#include "sim/inet/icmp.h"

#include <algorithm>

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

}  // namespace

void send_port_unreachable(Step& step, NetId net, const wire::Packet& datagram) {
  const auto path = route(step.world, net, datagram.from.ip);
  if (!path || (path->link && !allowed(step, net, datagram.from.ip))) return;
  const bool by_v4 = datagram.from.ip.is_v4();
  wire::Packet message;
  message.protocol = wire::ICMP;
  message.icmp.type = wire::icmp_unreachable;
  message.icmp.code = wire::icmp_port;
  message.icmp.protocol = wire::UDP;
  message.icmp.from = datagram.from;
  message.icmp.to = datagram.to;
  message.from = datagram.to;
  message.to = datagram.from;
  message.payload =
      datagram.payload.slice(0, std::min(datagram.payload.length, by_v4 ? most_quoted_v4 : most_quoted_v6));
  if (by_v4) {
    step.count(net, Counter::IcmpOutMsgs);
    step.count(net, Counter::IcmpOutDestUnreachs);
  }
  send_along(step, net, path, message, Reason::PortUnreachable);
}

}  // namespace sockarium::inet
