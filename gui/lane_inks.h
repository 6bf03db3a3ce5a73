// Where the bars and marks of the timeline's lanes stand in pixels. A lane may hold 20,000 marks, of which a screen
// shows some hundred: the places are kept until the lane grows or the scale is another, whatever moment is shown.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "gui/time_axis.h"
#include "lab/picture/lanes.h"

namespace sockarium::gui {

/// The part of the run that is seen, and where.
struct LaneScale {
  const TimeAxis* axis = nullptr;
  float left = 0, width = 0, gap = 0;
  TimeScale kind = TimeScale::Events;
  double from = 0, to = 1;  ///< shares of the run

  /// Of an event: its share of the whole run.
  double share(std::uint64_t event) const;
  float at(double share) const { return left + static_cast<float>((share - from) / (to - from)) * width; }
  float x(std::uint64_t event) const { return at(share(event)); }
  std::uint64_t event_at(float place) const;
  /// Where something that the nth event did begins: a step before its moment.
  float begin(std::uint64_t event) const;
  /// The room of one event where all have the same: on the scale of events.
  float unit() const;
};

struct SpanInk {
  std::size_t span = 0;  ///< in the lane
  float from = 0, to = 0;
};
struct MarkInk {
  std::size_t mark = 0;  ///< in the lane
  float x = 0;
};
/// What of a lane can be seen, from left to right.
struct LaneInk {
  std::vector<SpanInk> spans;
  std::vector<MarkInk> marks;
};

class LaneInks {
 public:
  /// Of the lane that stands at that place of the timeline.
  const LaneInk& of(std::size_t place, const picture::TimelineLane& lane, const LaneScale& scale);
  void clear() { kept_.clear(); }

 private:
  /// What the places depend on.
  struct Key {
    float left = 0, width = 0, gap = 0;
    TimeScale kind = TimeScale::Events;
    double from = 0, to = 1;
    std::uint64_t events = 0;
    std::size_t spans = 0, marks = 0;
    RecordNumber first = 0;       ///< the record of its first span: another lane may come to stand here
    std::uint64_t last_to = 0;    ///< where its last span ends
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct Kept {
    Key key;
    LaneInk ink;
  };
  std::map<std::size_t, Kept> kept_;
};

}  // namespace sockarium::gui
