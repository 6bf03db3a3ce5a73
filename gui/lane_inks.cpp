// See lane_inks.h.
#include "gui/lane_inks.h"

#include <algorithm>
#include <cmath>

namespace sockarium::gui {

double LaneScale::share(std::uint64_t event) const {
  return static_cast<double>(axis->position(event, width, gap, kind)) / static_cast<double>(std::max(1.0F, width));
}

std::uint64_t LaneScale::event_at(float place) const {
  const double wanted = from + static_cast<double>((place - left) / width) * (to - from);
  return axis->event_at(static_cast<float>(wanted) * width, width, gap, kind);
}

float LaneScale::begin(std::uint64_t event) const {
  if (event == 0) return left;
  if (kind != TimeScale::Events) return x(event - 1);
  return x(event) - unit();  // a wait before it is a gap of its own
}

float LaneScale::unit() const {
  const std::uint64_t events = std::max<std::uint64_t>(1, axis->events());
  const float gaps = axis->gap_room(width, gap) * static_cast<float>(axis->gaps().size());
  return (width - gaps) / static_cast<float>(events) / static_cast<float>(to - from);
}

namespace {

void place_spans(const picture::TimelineLane& lane, const LaneScale& scale, LaneInk& ink) {
  const float right = scale.left + scale.width;
  for (std::size_t i = 0; i < lane.spans.size(); ++i) {
    const picture::LaneSpan& span = lane.spans[i];
    SpanInk made;
    made.span = i;
    made.from = std::max(scale.left, scale.begin(span.from_event));
    made.to = span.to_event == 0 ? std::min(right, scale.at(1)) : std::min(right, scale.begin(span.to_event));
    const bool nothing = span.activity == picture::Activity::State && span.state == TcpState::Closed;
    if (made.to - made.from >= 0.5F && !nothing) ink.spans.push_back(made);
  }
}

/// One mark for each pair of pixels is all that can be seen; what went wrong comes first.
void place_marks(const picture::TimelineLane& lane, const LaneScale& scale, LaneInk& ink) {
  float last = -100;
  bool last_wrong = false;
  const float half = scale.unit() / 2;
  for (std::size_t i = 0; i < lane.marks.size(); ++i) {
    const picture::LaneMark& mark = lane.marks[i];
    const float here = scale.x(mark.event);
    const float x = std::floor(scale.kind == TimeScale::Events ? here - half : (scale.begin(mark.event) + here) / 2);
    if (x < scale.left || x > scale.left + scale.width) continue;
    const bool wrong = mark.kind == picture::MarkKind::Drop || mark.kind == picture::MarkKind::Error;
    if (x - last < 2 && (last_wrong || !wrong)) continue;
    last = x;
    last_wrong = wrong;
    ink.marks.push_back({i, x});
  }
}

}  // namespace

const LaneInk& LaneInks::of(std::size_t place, const picture::TimelineLane& lane, const LaneScale& scale) {
  Key key;
  key.left = scale.left;
  key.width = scale.width;
  key.gap = scale.gap;
  key.kind = scale.kind;
  key.from = scale.from;
  key.to = scale.to;
  key.events = scale.axis->events();
  key.spans = lane.spans.size();
  key.marks = lane.marks.size();
  if (!lane.spans.empty()) {
    key.first = lane.spans.front().record;
    key.last_to = lane.spans.back().to_event;
  }
  Kept& kept = kept_[place];
  if (kept.key == key) return kept.ink;
  kept.key = key;
  kept.ink = {};
  place_spans(lane, scale, kept.ink);
  place_marks(lane, scale, kept.ink);
  return kept.ink;
}

}  // namespace sockarium::gui
