// The ladder: what is on the wire, hosts as columns, time downwards. The layout is lab/picture's; here it
// scrolls so that «now» stays in view, answers the pointer, and marks what is selected.
#include <cmath>

#include "gui/draw_ink.h"
#include "gui/reading.h"
#include "gui/widgets.h"
#include "lab/picture/ladder_ink.h"

namespace sockarium::gui {

void draw_ladder(const Frame& frame, ViewState& view, Intents&) {
  const Look& current = look();
  const Theme& theme = current.theme;
  Panel::Options options;
  options.padding = false;
  const Panel panel("Ladder", frame.area.min, frame.area.size(),
                    frame.compact ? "" : "relative sequence numbers · a click selects", options);
  if (!panel) return;
  const Session& session = *frame.session;
  picture::LadderOptions wish;
  wish.cursor = frame.now();
  wish.calls = !frame.compact;  // in a narrow column the packets need the room; the calls stand in Programs
  if (frame.question() != nullptr) wish.last = std::max<RecordNumber>(1, frame.now());
  const picture::Ladder ladder =
      picture::make_ladder(*frame.latest, session.bytes(), session.records(), wish);

  const float shown_height = ImGui::GetWindowHeight();
  const float room = ImGui::GetContentRegionAvail().x;
  picture::LadderInkOptions ink_options;
  ink_options.width = std::max(480.0F, room / theme.scale);
  ink_options.measure = ink_width;
  ink_options.selected = view.selected;
  const picture::LadderInk ink = picture::ladder_ink(ladder, ink_options);

  // Keep «now» in the lower third, with the latest past above it; only when it has moved, so that a person
  // may scroll.
  const float now_y = theme.px(ink.now_y);
  if (view.ladder_scroll_seen != now_y) {
    view.ladder_scroll_seen = now_y;
    ImGui::SetScrollY(std::max(0.0F, now_y - shown_height * 0.68F));
  }
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const ImVec2 origin = ImGui::GetCursorScreenPos();
  InkOptions draw;
  draw.clip.min = {frame.area.min.x, ImGui::GetWindowPos().y};
  draw.clip.max = {frame.area.max.x, ImGui::GetWindowPos().y + shown_height};
  draw.selected = view.selected;
  const std::uint64_t under = draw_ink(list, ink.picture, origin, draw);
  ImGui::Dummy({theme.px(ink.picture.width), theme.px(ink.picture.height)});

  // The names of the hosts stay while the rest scrolls.
  const float header = theme.px(ink.header_height);
  const float scrolled = ImGui::GetScrollY();
  if (scrolled > 1) {
    const ImVec2 top = {ImGui::GetWindowPos().x, ImGui::GetWindowPos().y};
    list.AddRectFilled(top,
                       {top.x + ImGui::GetWindowWidth() - ImGui::GetStyle().ScrollbarSize, top.y + header},
                       theme.panel());
    list.AddLine({top.x, top.y + header},
                 {top.x + ImGui::GetWindowWidth() - ImGui::GetStyle().ScrollbarSize, top.y + header},
                 theme.grid(), theme.line());
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
  if (under != 0) {
    view.hovered = under;
    ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
    if (ImGui::IsMouseClicked(0)) view.selected = view.selected == under ? 0 : under;
  }
  if (session.cursor() == 0 && ladder.rows.empty())
    paint_text(list, {origin.x + theme.px(16), origin.y + theme.px(60)}, theme.muted(),
               "No packet yet. Press → to step: the programs begin.", current.fonts.body);
}

}  // namespace sockarium::gui
