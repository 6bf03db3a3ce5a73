// What the panels about tens of thousands have in common: whose ports and sockets are meant, the chips of a
// legend with exact numbers, and a stacked area of states over the run.
#pragma once

#include <imgui.h>

#include "gui/panels.h"

namespace sockarium::gui {

/// The host that a person has chosen; else the one with most sockets, rather one that connects than one that
/// listens.
HostId crowded_host(const Frame& frame, const ViewState& view);
/// A combo box of hosts; nothing where there is only one. True when it drew something.
bool host_choice(const Frame& frame, std::string_view label, HostId shown, std::optional<HostId>& chosen,
                 float width);

/// «T  TIME-WAIT  26,102  92.4 %»: a row of a legend; `share` below 0 is left out. Its height is
/// legend_row().
void legend_line(ImDrawList& list, ImVec2 place, float width, Hue hue, std::string_view name,
                 std::int64_t count, double share, bool faint);
float legend_row();

struct AreaLimit {
  std::int64_t value = 0;  ///< 0: none
  std::string label;       ///< «28,232 ports»
};
/// How many sockets of a host were in which state, event by event, as far as the shown moment (grey after
/// it). A click or drag goes there.
void draw_state_area(const Frame& frame, HostId host, const Rect& area, const AreaLimit& limit,
                     Intents& intents);
/// The same of one number: the length of a queue.
void draw_length_area(const Frame& frame, const picture::QueueSeries& queue, const Rect& area,
                      Intents& intents);

}  // namespace sockarium::gui
