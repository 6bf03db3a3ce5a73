// Where everything stands: a calm grid that depends only on the size of the window, the scale, the
// arrangement, and what the person has put in front or dragged. Pure arithmetic, so that tests can ask
// whether anything overlaps.
//
// An arrangement is columns of places; a place holds one panel or several, of which one is in front. Every
// panel has exactly one place in each arrangement, so that each can be reached in all of them. The plans are
// a table in layout_plans.cpp.
#pragma once

#include <string>
#include <vector>

#include "gui/panels.h"

namespace sockarium::gui {

std::string_view name(Room room);

struct PlannedPlace {
  float share = 1;  ///< of its column's height
  std::vector<PanelId> panels;
  bool yields = false;  ///< is there only while the place above shows its first panel
};
struct PlannedColumn {
  float share = 1;  ///< of the width
  std::vector<PlannedPlace> places;
};
using Plan = std::vector<PlannedColumn>;
/// For Lesson, Projector, Debug and Ports.
const Plan& plan_of(Arrangement arrangement, Room room);

struct Slot {
  PanelId panel = PanelId::Ladder;
  Rect area;
  std::string place = {};            ///< its name in ViewState::front
  std::vector<PanelId> others = {};  ///< which share its place, itself included; empty: none do
};

/// A gap between panels that can be dragged.
struct Split {
  Rect area;
  bool columns = false;    ///< it parts columns, not the panels of one
  std::string key;         ///< in ViewState::shares
  std::size_t after = 0;   ///< which of them lies before it
  std::vector<float> now;  ///< all their shares
  float length = 0;        ///< pixels that the shares divide
};

struct Layout {
  Room room = Room::Wide;
  Rect header, caption, timeline, transport;
  std::vector<Slot> panels;
  std::vector<Split> splits;
};

struct LayoutWish {
  ImVec2 window{1280, 720};     ///< pixels
  float timeline_height = 150;  ///< pixels that the lanes want
  bool asks = false;            ///< a prediction waits for an answer: the lesson comes to the front
};

Layout make_layout(const Theme& theme, const ViewState& view, const LayoutWish& wish);

/// Puts a panel where it can be seen; a second time it takes its whole column, a third time puts it back.
void bring_to_front(ViewState& view, PanelId panel, Room room);
/// Is it in front of those that share its place?
bool is_in_front(const ViewState& view, PanelId panel, Room room);
/// Forgets what was dragged and put in front, in every arrangement.
void reset_layout(ViewState& view);

}  // namespace sockarium::gui
