// See layout.h.
#include "gui/layout.h"

#include <algorithm>
#include <cmath>

namespace sockarium::gui {

namespace {

Rect rect(float x, float y, float width, float height) {
  Rect result;
  result.min = {std::floor(x), std::floor(y)};
  result.max = {std::floor(x + width), std::floor(y + height)};
  return result;
}

std::size_t column_of(PanelId panel) {
  switch (panel) {
    case PanelId::Lesson:
    case PanelId::Programs:
      return 0;
    case PanelId::Ladder:
    case PanelId::Kernels:
      return 1;
    case PanelId::Queues:
    case PanelId::States:
    case PanelId::Why:
      return 2;
    case PanelId::ModelLadder:
    case PanelId::RealLadder:
    case PanelId::Differences:
      break;
  }
  return 1;
}

/// Stacks panels in a column; each asks for a height, the rest is shared out by weight.
struct Share {
  PanelId panel = PanelId::Ladder;
  float least = 0, weight = 1;
};
void stack(std::vector<Slot>& slots, const Rect& column, float gap, const std::vector<Share>& shares) {
  float fixed = gap * static_cast<float>(shares.size() - 1);
  float weights = 0;
  for (const Share& share : shares) {
    fixed += share.least;
    weights += share.weight;
  }
  const float spare = column.height() - fixed;
  float y = column.min.y;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    const Share& share = shares[i];
    float height = share.least;
    if (spare >= 0)
      height += weights > 0 ? spare * share.weight / weights : spare / static_cast<float>(shares.size());
    else
      height += spare * share.least / std::max(1.0F, fixed);  // too little for all: each gives way alike
    if (i + 1 == shares.size()) height = column.max.y - y;
    slots.push_back({share.panel, rect(column.min.x, y, column.width(), height)});
    y += std::floor(height) + gap;
  }
}

/// Both ladders side by side, and what was found at their right, or below where they need the width; in a
/// small window one of the three.
void arrange_comparison(Layout& layout, const ViewState& view, const Rect& area, float gap) {
  if (layout.room == Room::Narrow) {
    layout.panels.push_back({view.compared_front, area});
    return;
  }
  if (layout.room == Room::Compact) {
    const float half = std::floor((area.width() - gap) / 2);
    const float above = std::floor((area.height() - gap) * 0.62F);
    layout.panels.push_back({PanelId::ModelLadder, rect(area.min.x, area.min.y, half, above)});
    layout.panels.push_back(
        {PanelId::RealLadder, rect(area.min.x + half + gap, area.min.y, area.width() - half - gap, above)});
    layout.panels.push_back({PanelId::Differences, rect(area.min.x, area.min.y + above + gap, area.width(),
                                                        area.height() - above - gap)});
    return;
  }
  const float columns = area.width() - 2 * gap;
  const float ladder = std::floor(columns * 0.36F);
  layout.panels.push_back({PanelId::ModelLadder, rect(area.min.x, area.min.y, ladder, area.height())});
  layout.panels.push_back(
      {PanelId::RealLadder, rect(area.min.x + ladder + gap, area.min.y, ladder, area.height())});
  const float rest = area.min.x + 2 * (ladder + gap);
  layout.panels.push_back({PanelId::Differences, rect(rest, area.min.y, area.max.x - rest, area.height())});
}

}  // namespace

std::string_view name(PanelId panel) {
  switch (panel) {
    case PanelId::Lesson:
      return "Lesson";
    case PanelId::Programs:
      return "Programs";
    case PanelId::Ladder:
      return "Ladder";
    case PanelId::Kernels:
      return "Kernels";
    case PanelId::Queues:
      return "Queues";
    case PanelId::States:
      return "TCP states";
    case PanelId::Why:
      return "Why?";
    case PanelId::ModelLadder:
      return "Model";
    case PanelId::RealLadder:
      return "Real kernel";
    case PanelId::Differences:
      return "Comparison";
  }
  return "";
}

void bring_to_front(ViewState& view, PanelId panel, Room room) {
  if (room == Room::Wide) {
    if (view.enlarged == panel)
      view.enlarged.reset();
    else
      view.enlarged = panel;
    return;
  }
  view.single = panel;
  view.front[column_of(panel)] = panel;
}

Layout make_layout(const Theme& theme, const ViewState& view, const LayoutWish& wish) {
  Layout layout;
  const float width = wish.window.x;
  const float height = wish.window.y;
  const float wide = width / theme.scale;
  const float high = height / theme.scale;
  layout.room = wide >= 1500 && high >= 840  ? Room::Wide
                : wide >= 940 && high >= 560 ? Room::Compact
                                             : Room::Narrow;
  const bool compact = layout.room != Room::Wide;
  const float gap = theme.px(compact ? 8 : 12);

  const float header = theme.px(compact ? 44 : 52);
  layout.header = rect(0, 0, width, header);

  if (view.arrangement == Arrangement::Compare) {
    arrange_comparison(layout, view, rect(gap, header + gap, width - 2 * gap, height - header - 2 * gap),
                       gap);
    return layout;
  }

  // From below: timeline with the transport at its right (or under it), caption, and the panels get the rest.
  const float transport_width = theme.px(350);
  float bottom = height - gap;
  if (layout.room == Room::Narrow) {
    const float transport = theme.px(58);
    layout.transport = rect(gap, bottom - transport, width - 2 * gap, transport);
    bottom -= transport + gap;
    if (high >= 460) {
      const float timeline = std::min(wish.timeline_height, height * 0.16F);
      layout.timeline = rect(gap, bottom - timeline, width - 2 * gap, timeline);
      bottom -= timeline + gap;
    }
  } else {
    const float least = theme.px(144);
    const float most = compact ? theme.px(168) : theme.px(214);
    const float timeline = std::clamp(wish.timeline_height, least, std::max(least, most));
    layout.timeline = rect(gap, bottom - timeline, width - 3 * gap - transport_width, timeline);
    layout.transport = rect(width - gap - transport_width, bottom - timeline, transport_width, timeline);
    bottom -= timeline + gap;
  }
  if (view.caption != CaptionSize::Off) {
    const float line = std::ceil(theme.px(theme.type().caption) * line_height_in_ems) *
                       (view.caption == CaptionSize::Large ? 1.5F : 1.0F);
    // Beside the sentence stands how to see it in real life; in a smaller window it stands below.
    const float note = std::ceil(theme.px(theme.type().body) * line_height_in_ems);
    float caption = line + theme.px(26);
    if (layout.room == Room::Compact) caption = line + note + theme.px(12);
    if (layout.room == Room::Narrow) caption = 2 * line + theme.px(8);
    // What has no room at all is left out rather than written over something else.
    if (bottom - caption < header + gap) caption = 0;
    layout.caption = rect(gap, bottom - caption, width - 2 * gap, caption);
    bottom -= caption > 0 ? caption + gap : 0;
  }

  const float top = header + gap;
  const float content = std::max(0.0F, bottom - top);
  const auto front = [&](std::size_t column) { return view.front[column]; };
  if (layout.room == Room::Narrow) {
    layout.panels.push_back(
        {wish.asks ? PanelId::Lesson : view.single, rect(gap, top, width - 2 * gap, content)});
    return layout;
  }
  const float share_left = compact ? 0.25F : 0.2345F;
  const float share_right = compact ? 0.265F : 0.2605F;
  const float columns = width - 4 * gap;
  const float left_width = std::floor(columns * share_left);
  const float right_width = std::floor(columns * share_right);
  const float middle_width = columns - left_width - right_width;
  const Rect left = rect(gap, top, left_width, content);
  const Rect middle = rect(2 * gap + left_width, top, middle_width, content);
  const Rect right = rect(3 * gap + left_width + middle_width, top, right_width, content);

  if (compact) {
    layout.panels.push_back({wish.asks ? PanelId::Lesson : front(0), left});
    const bool kernels = front(1) == PanelId::Kernels;
    layout.panels.push_back({kernels ? PanelId::Kernels : PanelId::Ladder, middle});
    if (front(2) == PanelId::Queues && !kernels) {
      stack(layout.panels, right, gap, {{PanelId::Queues, 0, 0.48F}, {PanelId::Kernels, 0, 0.52F}});
    } else {
      layout.panels.push_back({front(2), right});
    }
    return layout;
  }

  const auto column = [&](std::size_t which, const Rect& place, const std::vector<Share>& shares) {
    if (view.enlarged && column_of(*view.enlarged) == which)
      layout.panels.push_back({*view.enlarged, place});
    else
      stack(layout.panels, place, gap, shares);
  };
  // Fixed shares, not what the content wants at this moment: the same box always in the same place.
  column(0, left, {{PanelId::Lesson, 0, 0.50F}, {PanelId::Programs, 0, 0.50F}});
  column(1, middle, {{PanelId::Ladder, 0, 0.60F}, {PanelId::Kernels, 0, 0.40F}});
  column(2, right, {{PanelId::Queues, 0, 0.30F}, {PanelId::States, 0, 0.33F}, {PanelId::Why, 0, 0.37F}});
  return layout;
}

}  // namespace sockarium::gui
