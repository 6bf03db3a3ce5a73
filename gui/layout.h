// Where everything stands: a fixed, calm grid that depends only on the size of the window, the scale, and
// which panels the person has put in front. Pure arithmetic, so that tests can ask whether anything overlaps.
#pragma once

#include <vector>

#include "gui/panels.h"

namespace sockarium::gui {

enum class Room : std::uint8_t {
  Wide,     ///< all panels at once: 1920x1080
  Compact,  ///< three columns, one panel in each (the right one has two): 1280x720
  Narrow,   ///< one panel: small windows and great scales
};

struct Slot {
  PanelId panel = PanelId::Ladder;
  Rect area;
};

struct Layout {
  Room room = Room::Wide;
  Rect header, caption, timeline, transport;
  std::vector<Slot> panels;
};

struct LayoutWish {
  ImVec2 window{1280, 720};     ///< pixels
  float timeline_height = 150;  ///< pixels that the lanes want
  bool asks = false;            ///< a prediction waits for an answer: the lesson comes to the front
};

Layout make_layout(const Theme& theme, const ViewState& view, const LayoutWish& wish);

/// Puts a panel where it can be seen; a second time puts it back.
void bring_to_front(ViewState& view, PanelId panel, Room room);

}  // namespace sockarium::gui
