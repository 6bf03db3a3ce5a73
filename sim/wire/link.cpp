#include "sim/wire/link.h"

#include <algorithm>

#include "sim/core/chance.h"

namespace sockarium::wire {

Offer offer(Link& link, std::size_t direction, std::uint64_t seed, Time now, std::uint32_t bytes) {
  Direction& way = link.directions[direction];
  const std::uint64_t nth = ++way.offered;
  Offer answer;
  Time leaves = now;
  if (link.rate != 0) {
    const auto takes = static_cast<Duration>(std::uint64_t{bytes} * 8 * std::uint64_t{second} / link.rate);
    const Duration backlog = std::max<Duration>(0, way.busy_until - now);
    const auto full_size = static_cast<Duration>(link.mtu * 8 * std::uint64_t{second} / link.rate);
    if (full_size > 0 && static_cast<std::uint64_t>(backlog / full_size) > link.queue) {
      answer.lost = true;
      answer.reason = Reason::LinkQueueFull;
      return answer;
    }
    leaves = now + backlog + takes;
    way.busy_until = leaves;
  }
  // A lost packet has used the line all the same.
  if (link.loss_ppm != 0 &&
      chance(seed, Place::LinkLoss, link.number * 2 + direction, nth) % 1'000'000 < link.loss_ppm) {
    answer.lost = true;
    answer.reason = Reason::LostByChance;
    return answer;
  }
  answer.due = leaves + link.delay;
  return answer;
}

bool strikes(Fault& fault, const Packet& packet) {
  if ((packet.flags & fault.flags) != fault.flags || (packet.flags & fault.without) != 0) return false;
  return ++fault.seen == fault.nth;
}

}  // namespace sockarium::wire
