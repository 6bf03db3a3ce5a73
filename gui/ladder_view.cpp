// See ladder_view.h.
#include "gui/ladder_view.h"

#include <algorithm>
#include <cmath>

#include "gui/draw_ink.h"
#include "gui/widgets.h"

namespace sockarium::gui {

namespace {

/// Where the first stroke of a record stands, or −1.
float place_of(const picture::Picture& picture, RecordNumber record) {
  struct Reader {
    RecordNumber wanted;
    float operator()(const picture::Line& line) const {
      return line.tag == wanted ? std::min(line.y1, line.y2) : -1;
    }
    float operator()(const picture::Box& box) const { return box.tag == wanted ? box.y : -1; }
    float operator()(const picture::Text& text) const { return text.tag == wanted ? text.y : -1; }
    float operator()(const picture::Cross& cross) const { return cross.tag == wanted ? cross.y : -1; }
  };
  for (const picture::Stroke& stroke : picture.strokes)
    if (const float y = std::visit(Reader{record}, stroke); y >= 0) return y;
  return -1;
}

}  // namespace

float ladder_width() {
  return std::max(480.0F, ImGui::GetContentRegionAvail().x / look().theme.scale);
}

RecordNumber draw_ladder_view(const picture::Ladder& ladder, const Rect& area, const LadderView& view,
                              float& scrolled_to) {
  picture::LadderInkOptions options;
  options.width = ladder_width();
  options.measure = ink_width;
  options.selected = view.selected;
  return draw_ladder_view(picture::ladder_ink(ladder, options), area, view, scrolled_to);
}

RecordNumber draw_ladder_view(const picture::LadderInk& ink, const Rect& area, const LadderView& view,
                              float& scrolled_to) {
  const Theme& theme = look().theme;
  const float shown_height = ImGui::GetWindowHeight();

  // Keep it in the lower third, with the latest past above it; only when it has moved, so that a person may
  // scroll. In a low panel what has just happened must not disappear under the names of the hosts.
  float wanted = -1, scroll = 0;
  if (view.follow_now) {
    wanted = theme.px(ink.now_y);
    scroll = std::min(wanted - shown_height * 0.68F, theme.px(ink.last_y - ink.header_height));
  } else if (view.scroll_to != 0) {
    wanted = theme.px(place_of(ink.picture, view.scroll_to));
    scroll = std::min(wanted - shown_height * 0.4F, wanted - theme.px(ink.header_height + 12));
  }
  if (wanted >= 0 && scrolled_to != wanted) {
    scrolled_to = wanted;
    ImGui::SetScrollY(std::max(0.0F, scroll));
  }
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const ImVec2 origin = ImGui::GetCursorScreenPos();
  InkOptions draw;
  draw.clip.min = {area.min.x, ImGui::GetWindowPos().y};
  draw.clip.max = {area.max.x, ImGui::GetWindowPos().y + shown_height};
  draw.selected = view.selected;
  draw.marked = view.marked;
  if (view.lights != nullptr && (view.lights->pinned.any() || view.lights->preview.any()))
    draw.light = [&view](std::uint64_t tag) { return light_of_record(*view.session, *view.lights, tag); };
  const std::uint64_t under = draw_ink(list, ink.picture, origin, draw);
  ImGui::Dummy({theme.px(ink.picture.width), theme.px(ink.picture.height)});

  // The names of the hosts stay while the rest scrolls.
  const float header = theme.px(ink.header_height);
  const float scrolled = ImGui::GetScrollY();
  if (scrolled > 1) {
    const ImVec2 top = {ImGui::GetWindowPos().x, ImGui::GetWindowPos().y};
    const float right = top.x + ImGui::GetWindowWidth() - ImGui::GetStyle().ScrollbarSize;
    list.AddRectFilled(top, {right, top.y + header}, theme.panel());
    list.AddLine({top.x, top.y + header}, {right, top.y + header}, theme.grid(), theme.line());
    InkOptions names;
    names.clip.min = top;
    names.clip.max = {draw.clip.max.x, top.y + header - theme.px(6)};
    names.pointable = false;
    picture::Picture heading;
    for (const picture::Stroke& stroke : ink.picture.strokes)
      if (const auto* words = std::get_if<picture::Text>(&stroke))
        if (words->y < ink.header_height) heading.strokes.push_back(*words);
    draw_ink(list, heading, {origin.x, origin.y + scrolled}, names);
  }
  if (under != 0) ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
  return under;
}

}  // namespace sockarium::gui
