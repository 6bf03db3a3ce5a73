// A ladder inside a panel: its ink scrolled, the hosts' names kept in sight, and what is under the pointer.
#pragma once

#include <set>

#include "gui/panels.h"
#include "lab/picture/ladder_ink.h"

namespace sockarium::gui {

struct LadderView {
  RecordNumber selected = 0;                       ///< drawn in the accent colour
  const std::set<RecordNumber>* marked = nullptr;  ///< drawn as errors, with the sign ≠ beside their words
  const Lights* lights = nullptr;                  ///< what else is drawn in it; null: nothing
  const Session* session = nullptr;                ///< whose records the tags are; with `lights`
  bool follow_now = false;                         ///< keeps the line at the cursor in sight …
  RecordNumber scroll_to = 0;                      ///< … or scrolls to this record; 0: stays
};

/// Draws into the panel that is open, whose place is `area`. `scrolled_to` remembers where the view was last
/// brought, so that a person may scroll away from it. The record under the pointer, or 0.
RecordNumber draw_ladder_view(const picture::Ladder& ladder, const Rect& area, const LadderView& view,
                              float& scrolled_to);
/// The same of a ladder whose ink is there already, made for this width.
RecordNumber draw_ladder_view(const picture::LadderInk& ink, const Rect& area, const LadderView& view,
                              float& scrolled_to);
/// How wide the ink of a ladder should be in the panel that is open.
float ladder_width();

}  // namespace sockarium::gui
