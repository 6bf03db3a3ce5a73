// See layout.h.
#include "gui/layout.h"

#include <algorithm>
#include <cctype>
#include <cmath>

namespace sockarium::gui {

namespace {

Rect rect(float x, float y, float width, float height) {
  Rect result;
  result.min = {std::floor(x), std::floor(y)};
  result.max = {std::floor(x + width), std::floor(y + height)};
  return result;
}

/// What a person has dragged, or what the plan says; they add up to 1.
std::vector<float> shares_of(const ViewState& view, const std::string& key, std::vector<float> planned) {
  if (const auto dragged = view.shares.find(key);
      dragged != view.shares.end() && dragged->second.size() == planned.size())
    planned = dragged->second;
  float sum = 0;
  for (const float share : planned) sum += share;
  for (float& share : planned) share = sum > 0 ? share / sum : 1.0F / static_cast<float>(planned.size());
  return planned;
}

std::string base_key(const ViewState& view, Room room) {
  return std::string(name(view.arrangement)) + "/" + std::string(name(room));
}

PanelId front_of(const ViewState& view, const std::string& place, const PlannedPlace& planned) {
  const auto found = view.front.find(place);
  if (found == view.front.end() ||
      std::find(planned.panels.begin(), planned.panels.end(), found->second) == planned.panels.end())
    return planned.panels.front();
  return found->second;
}

/// Columns of places, as the plan says.
void arrange(Layout& layout, const ViewState& view, const LayoutWish& wish, const Rect& area, float gap) {
  const Plan& plan = plan_of(view.arrangement, layout.room);
  const std::string base = base_key(view, layout.room);
  std::vector<float> planned;
  for (const PlannedColumn& column : plan) planned.push_back(column.share);
  const std::vector<float> widths = shares_of(view, base, planned);
  const float columns = area.width() - gap * static_cast<float>(plan.size() - 1);
  float x = area.min.x;
  for (std::size_t c = 0; c < plan.size(); ++c) {
    const bool last_column = c + 1 == plan.size();
    const float width = last_column ? area.max.x - x : std::floor(columns * widths[c]);
    const std::string column_key = base + "/" + std::to_string(c);
    struct Placed {
      const PlannedPlace* planned;
      std::string key;
      PanelId front;
    };
    std::vector<Placed> placed;
    for (std::size_t g = 0; g < plan[c].places.size(); ++g) {
      const PlannedPlace& place = plan[c].places[g];
      const std::string key = column_key + "/" + std::to_string(g);
      PanelId front = front_of(view, key, place);
      const auto holds = [&](PanelId panel) {
        return std::find(place.panels.begin(), place.panels.end(), panel) != place.panels.end();
      };
      if (wish.asks && holds(PanelId::Lesson)) front = PanelId::Lesson;
      if (place.yields && !placed.empty() && placed.back().front != placed.back().planned->panels.front())
        continue;
      if (view.enlarged && holds(*view.enlarged)) {
        placed.clear();
        placed.push_back({&place, key, *view.enlarged});
        break;
      }
      placed.push_back({&place, key, front});
    }
    std::vector<float> heights;
    for (const Placed& each : placed) heights.push_back(each.planned->share);
    const bool whole = placed.size() == plan[c].places.size();
    heights = shares_of(view, whole ? column_key : std::string{}, heights);
    const float rows = area.height() - gap * static_cast<float>(placed.size() - 1);
    float y = area.min.y;
    for (std::size_t g = 0; g < placed.size(); ++g) {
      const bool last = g + 1 == placed.size();
      const float height = last ? area.max.y - y : std::floor(rows * heights[g]);
      Slot slot;
      slot.panel = placed[g].front;
      slot.area = rect(x, y, width, std::max(0.0F, height));
      slot.place = placed[g].key;
      if (placed[g].planned->panels.size() > 1) slot.others = placed[g].planned->panels;
      layout.panels.push_back(std::move(slot));
      if (!last && whole) {
        Split split;
        split.area = rect(x, y + height, width, gap);
        split.key = column_key;
        split.after = g;
        split.now = heights;
        split.length = rows;
        layout.splits.push_back(std::move(split));
      }
      y += height + gap;
    }
    if (!last_column) {
      Split split;
      split.area = rect(x + width, area.min.y, gap, area.height());
      split.columns = true;
      split.key = base;
      split.after = c;
      split.now = widths;
      split.length = columns;
      layout.splits.push_back(std::move(split));
    }
    x += width + gap;
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
        {PanelId::RealLadder, rect(area.max.x - half, area.min.y, half, above)});  // exactly as wide
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
    case PanelId::Tools:
      return "Tools";
    case PanelId::Ports:
      return "Ports";
    case PanelId::Sockets:
      return "Sockets";
    case PanelId::Timers:
      return "Timers";
    case PanelId::Inspector:
      return "Inspector";
    case PanelId::Settings:
      return "Settings";
    case PanelId::Plots:
      return "Plots";
    case PanelId::Source:
      return "Source";
    case PanelId::Waiting:
      return "Waiting";
    case PanelId::ModelLadder:
      return "Model";
    case PanelId::RealLadder:
      return "Real kernel";
    case PanelId::Differences:
      return "Comparison";
  }
  return "";
}

std::string_view name(Arrangement arrangement) {
  switch (arrangement) {
    case Arrangement::Lesson:
      return "Lesson";
    case Arrangement::Projector:
      return "Projector";
    case Arrangement::Debug:
      return "Debug";
    case Arrangement::Ports:
      return "Ports";
    case Arrangement::Compare:
      return "Compare";
  }
  return "";
}

std::optional<Arrangement> arrangement_named(std::string_view wanted) {
  const auto same = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
  };
  for (std::size_t i = 0; i < arrangement_count; ++i) {
    const std::string_view each = name(static_cast<Arrangement>(i));
    if (std::equal(each.begin(), each.end(), wanted.begin(), wanted.end(), same))
      return static_cast<Arrangement>(i);
  }
  return std::nullopt;
}

std::string_view name(Room room) {
  switch (room) {
    case Room::Wide:
      return "wide";
    case Room::Compact:
      return "compact";
    case Room::Narrow:
      return "narrow";
  }
  return "";
}

void bring_to_front(ViewState& view, PanelId panel, Room room) {
  if (view.arrangement == Arrangement::Compare) return;
  const Plan& plan = plan_of(view.arrangement, room);
  const std::string base = base_key(view, room);
  for (std::size_t c = 0; c < plan.size(); ++c)
    for (std::size_t g = 0; g < plan[c].places.size(); ++g) {
      const PlannedPlace& place = plan[c].places[g];
      if (std::find(place.panels.begin(), place.panels.end(), panel) == place.panels.end()) continue;
      const std::string key = base + "/" + std::to_string(c) + "/" + std::to_string(g);
      const bool hidden = place.yields && g > 0 &&
                          front_of(view, base + "/" + std::to_string(c) + "/" + std::to_string(g - 1),
                                   plan[c].places[g - 1]) != plan[c].places[g - 1].panels.front();
      const bool shown = front_of(view, key, place) == panel && !hidden;
      if (!shown) {
        view.front[key] = panel;
        view.enlarged.reset();
        if (hidden) view.front.erase(base + "/" + std::to_string(c) + "/" + std::to_string(g - 1));
      } else if (plan[c].places.size() > 1) {
        view.enlarged = view.enlarged == panel ? std::nullopt : std::optional<PanelId>(panel);
      }
    }
}

bool is_in_front(const ViewState& view, PanelId panel, Room room) {
  if (view.arrangement == Arrangement::Compare) return false;
  const Plan& plan = plan_of(view.arrangement, room);
  const std::string base = base_key(view, room);
  for (std::size_t c = 0; c < plan.size(); ++c)
    for (std::size_t g = 0; g < plan[c].places.size(); ++g)
      if (front_of(view, base + "/" + std::to_string(c) + "/" + std::to_string(g), plan[c].places[g]) ==
          panel)
        return true;
  return false;
}

void reset_layout(ViewState& view) {
  view.front.clear();
  view.shares.clear();
  view.enlarged.reset();
  view.compared_front = PanelId::Differences;
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
  const bool projector = view.arrangement == Arrangement::Projector;
  // Large type has room for no more than three panels, however large the screen.
  if (projector && layout.room == Room::Wide) layout.room = Room::Compact;
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
  const bool slim = projector || (view.arrangement == Arrangement::Ports && compact);
  const float transport_width = theme.px(projector ? 430 : 350);
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
    const float least = theme.px(projector ? 124 : slim ? 108 : 144);
    const float most = theme.px(projector ? 128 : slim ? 112 : compact ? 176 : 230);
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
  arrange(layout, view, wish, rect(gap, top, width - 2 * gap, std::max(0.0F, bottom - top)), gap);
  return layout;
}

}  // namespace sockarium::gui
