// See why_view.h.
#include "gui/why_view.h"

#include <fmt/format.h>

#include <string>
#include <variant>

#include "gui/draw_ink.h"
#include "gui/widgets.h"

namespace sockarium::gui {

namespace {

/// True: it was clicked.
bool draw_step(const observe::WhyStep& step, const observe::Records& records, bool first) {
  const Look& current = look();
  const Theme& theme = current.theme;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const ImVec2 start = ImGui::GetCursorScreenPos();
  const float indent = step.aside ? theme.px(26) : theme.px(14);
  const float width = ImGui::GetContentRegionAvail().x - indent;
  const std::string sentence = (first || step.aside ? "" : "because ") + step.sentence;
  float y = start.y;
  const float head = paint_wrapped(list, {start.x + indent, y}, width, theme.text(), sentence,
                                   first ? current.fonts.bold : current.fonts.body);
  y += head;
  std::string small = step.reason;
  if (!step.source.empty()) small += (small.empty() ? "" : " · ") + step.source;
  if (!small.empty())
    y += paint_wrapped(list, {start.x + indent, y}, width, theme.muted(), small, current.fonts.small);
  const bool drop =
      step.record != 0 && std::holds_alternative<rec::PacketDropped>(records[step.record - 1].what);
  list.AddRectFilled({start.x + indent - theme.px(10), start.y + theme.px(2)},
                     {start.x + indent - theme.px(7), y},
                     drop         ? theme.hue(Hue::error)
                     : step.aside ? theme.focus()
                                  : theme.grid());
  bool clicked = false;
  if (step.record != 0 && !first) {
    const std::uint64_t event = records[step.record - 1].event;
    clicked = hit(fmt::format("cause {}", step.record), start, {start.x + indent + width, y});
    if (ImGui::IsItemHovered()) {
      ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
      ImGui::SetTooltip("Goes to event %llu", static_cast<unsigned long long>(event));
    }
  }
  ImGui::SetCursorScreenPos({start.x, y + theme.px(5)});
  return clicked;
}

}  // namespace

RecordNumber draw_why_chain(const std::vector<observe::WhyStep>& steps, const observe::Records& records) {
  RecordNumber clicked = 0;
  for (std::size_t i = 0; i < steps.size(); ++i)
    if (draw_step(steps[i], records, i == 0)) clicked = steps[i].record;
  return clicked;
}

}  // namespace sockarium::gui
