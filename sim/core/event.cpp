#include "sim/core/event.h"

namespace sockarium {

std::uint64_t EventQueue::push(Event event) {
  event.number = ++last_number_;
  heap_.push_back(event);
  std::size_t i = heap_.size() - 1;
  while (i > 0) {
    const std::size_t parent = (i - 1) / 2;
    const Event above = heap_[parent];
    if (!before(event, above)) break;
    heap_.write(i) = above;
    i = parent;
  }
  heap_.write(i) = event;
  return event.number;
}

Time EventQueue::time_of(EventKind kind, std::uint64_t subject) const {
  Time soonest = never;
  for (std::size_t i = 0; i < heap_.size(); ++i)
    if (heap_[i].kind == kind && heap_[i].subject == subject && heap_[i].time < soonest)
      soonest = heap_[i].time;
  return soonest;
}

void EventQueue::pop() {
  SOCKARIUM_ASSERT(!heap_.empty());
  const Event last = heap_.back();
  heap_.pop_back();
  if (heap_.empty()) return;
  std::size_t i = 0;
  for (;;) {
    std::size_t child = 2 * i + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && before(heap_[child + 1], heap_[child])) ++child;
    const Event below = heap_[child];
    if (!before(below, last)) break;
    heap_.write(i) = below;
    i = child;
  }
  heap_.write(i) = last;
}

}  // namespace sockarium
