#include "sim/wire/link.h"

#include <algorithm>

#include "sim/core/chance.h"

namespace sockarium::wire {

namespace {

/// The chances of one packet: each kind asks at a place of its own.
struct Draw {
  std::uint64_t seed, who, nth;

  bool happens(Place place, std::uint64_t ppm) const {
    return ppm != 0 && chance(seed, place, who, nth) % 1'000'000 < ppm;
  }
  Duration up_to(Place place, Duration most) const {
    if (most <= 0) return 0;
    return static_cast<Duration>(chance(seed, place, who, nth) % (static_cast<std::uint64_t>(most) + 1));
  }
};

}  // namespace

Offer offer(Link& link, std::size_t direction, std::uint64_t seed, Time now, std::uint32_t bytes) {
  Direction& way = link.directions[direction];
  const Draw draw{seed, link.number * 2 + direction, ++way.offered};
  Offer answer;
  if (link.cut != 0) {
    answer.lose(Reason::LinkCut);
    return answer;
  }
  Time leaves = now;
  if (link.rate != 0) {
    const auto takes = static_cast<Duration>(std::uint64_t{bytes} * 8 * std::uint64_t{second} / link.rate);
    const Duration backlog = std::max<Duration>(0, way.busy_until - now);
    const auto full_size = static_cast<Duration>(link.mtu * 8 * std::uint64_t{second} / link.rate);
    if (full_size > 0 && static_cast<std::uint64_t>(backlog / full_size) > link.queue) {
      answer.lose(Reason::LinkQueueFull);
      return answer;
    }
    leaves = now + backlog + takes;
    way.busy_until = leaves;
  }
  if (draw.happens(Place::LinkLoss, link.loss_ppm)) {
    answer.lose(Reason::LostByChance);
    return answer;
  }
  answer.corrupted = draw.happens(Place::LinkCorrupt, link.corrupt_ppm);
  if (draw.happens(Place::LinkReorder, link.reorder_ppm)) {
    answer.due[0] = leaves;
    answer.reason = Reason::Reordered;
  } else {
    answer.due[0] = leaves + link.delay + draw.up_to(Place::LinkJitter, link.jitter);
  }
  if (draw.happens(Place::LinkDuplicate, link.duplicate_ppm)) {
    answer.copies = 2;
    answer.due[1] = leaves + link.delay + draw.up_to(Place::LinkCopyJitter, link.jitter);
    answer.copied = Reason::DuplicatedByChance;
  }
  return answer;
}

void strike(Fault& fault, const Packet& packet, Offer& offer) {
  if ((packet.flags & fault.flags) != fault.flags || (packet.flags & fault.without) != 0) return;
  if (++fault.seen != fault.nth || offer.lost()) return;
  switch (fault.action) {
    case FaultAction::Drop:
      offer.lose(Reason::FaultDropped);
      break;
    case FaultAction::Delay:
      for (Time& due : offer.due) due += fault.by;
      offer.reason = Reason::FaultDelayed;
      break;
    case FaultAction::Duplicate:
      offer.copies = 2;
      offer.due[1] = offer.due[0] + fault.by;
      offer.copied = Reason::FaultDuplicated;
      break;
  }
}

}  // namespace sockarium::wire
