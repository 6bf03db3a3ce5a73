// Where an event stands on the timeline, on three scales: equal spacing of events, with long waits folded
// into a gap of fixed width that tells its length; each wait by its logarithm; true time. Follows the run as
// it grows.
#pragma once

#include <cstdint>
#include <vector>

#include "gui/view_state.h"
#include "lab/session/session.h"

namespace sockarium::gui {

struct Gap {
  std::uint64_t event = 0;  ///< the first after the wait
  Duration length = 0;
};

class TimeAxis {
 public:
  void update(const Session& session);
  void clear();

  const std::vector<Gap>& gaps() const { return gaps_; }
  /// Pixels that each of the gaps takes on an axis of that width, on the scale of events.
  float gap_room(float width, float gap_width) const;
  std::uint64_t events() const { return events_; }
  /// Pixels from the left for the moment after `event` events, on an axis of that width.
  float position(std::uint64_t event, float width, float gap_width,
                 TimeScale scale = TimeScale::Events) const;
  /// The moment under a place.
  std::uint64_t event_at(float x, float width, float gap_width, TimeScale scale = TimeScale::Events) const;

 private:
  std::size_t branch_ = 0;
  std::uint64_t events_ = 0;
  std::vector<Gap> gaps_;
  std::vector<float> compressed_{0};  ///< of each event: the sum of the logarithms of all waits so far
  std::vector<Time> times_{0};
};

}  // namespace sockarium::gui
