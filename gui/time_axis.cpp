// See time_axis.h.
#include "gui/time_axis.h"

#include <algorithm>
#include <cmath>

#include "lab/picture/ladder.h"

namespace sockarium::gui {

void TimeAxis::clear() {
  events_ = 0;
  gaps_.clear();
  compressed_.assign(1, 0);
  times_.assign(1, 0);
}

void TimeAxis::update(const Session& session) {
  if (session.branch() != branch_) clear();
  branch_ = session.branch();
  for (; events_ < session.head(); ++events_) {
    // A wait before the first event is one, too.
    const Duration wait = session.time_at(events_ + 1) - session.time_at(events_);
    if (wait > picture::fold_over) gaps_.push_back({events_ + 1, wait});
    // A wait of nothing still takes a little room, or its events could not be told apart.
    compressed_.push_back(compressed_.back() + 1 + std::log2(1 + static_cast<float>(wait) / 1000.0F));
    times_.push_back(session.time_at(events_ + 1));
  }
}

float TimeAxis::gap_room(float width, float gap_width) const {
  if (gaps_.empty()) return 0;
  // Many gaps share at most a third of the width.
  return std::min(gap_width, width / 3.0F / static_cast<float>(gaps_.size()));
}

float TimeAxis::position(std::uint64_t event, float width, float gap_width, TimeScale scale) const {
  if (events_ == 0) return 0;
  event = std::min(event, events_);
  if (scale == TimeScale::Compressed) return compressed_[event] / compressed_.back() * width;
  if (scale == TimeScale::True && times_.back() > 0)
    return static_cast<float>(static_cast<double>(times_[event]) / static_cast<double>(times_.back())) *
           width;
  const float gap = gap_room(width, gap_width);
  const auto before = std::upper_bound(gaps_.begin(), gaps_.end(), event,
                                       [](std::uint64_t e, const Gap& g) { return e < g.event; });
  const float step = (width - gap * static_cast<float>(gaps_.size())) / static_cast<float>(events_);
  return static_cast<float>(event) * step + gap * static_cast<float>(before - gaps_.begin());
}

std::uint64_t TimeAxis::event_at(float x, float width, float gap_width, TimeScale scale) const {
  std::uint64_t low = 0;
  std::uint64_t high = events_;
  while (low < high) {  // the nearest moment
    const std::uint64_t middle = (low + high) / 2;
    const float here = position(middle, width, gap_width, scale);
    const float next = position(middle + 1, width, gap_width, scale);
    if (x > (here + next) / 2)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

}  // namespace sockarium::gui
