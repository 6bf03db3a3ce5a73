// The buttons that move through time, what one step is, and what the letters of the states mean.
#include <array>
#include <cmath>

#include "gui/commands.h"
#include "gui/draw_ink.h"
#include "gui/reading.h"
#include "gui/widgets.h"

namespace sockarium::gui {

namespace {

enum class Icon : std::uint8_t { Start, Back, Play, Pause, Forward, End };

void paint_icon(ImDrawList& list, Icon icon, ImVec2 centre, float size, ImU32 colour) {
  const float h = size / 2;
  const float bar = std::max(2.0F, size * 0.2F);
  const auto triangle = [&](float from, float to) {
    list.AddTriangleFilled({centre.x + from, centre.y - h}, {centre.x + from, centre.y + h},
                           {centre.x + to, centre.y}, colour);
  };
  const auto upright = [&](float x) {
    list.AddRectFilled({centre.x + x, centre.y - h}, {centre.x + x + bar, centre.y + h}, colour);
  };
  switch (icon) {
    case Icon::Start:
      upright(-h);
      triangle(h, -h + bar);
      return;
    case Icon::Back:
      triangle(h * 0.7F, -h * 0.8F);
      return;
    case Icon::Play:
    case Icon::Forward:
      triangle(-h * 0.7F, h * 0.8F);
      return;
    case Icon::Pause:
      upright(-h * 0.7F);
      upright(h * 0.7F - bar);
      return;
    case Icon::End:
      triangle(-h, h - bar);
      upright(h - bar);
      return;
  }
}

}  // namespace

void draw_transport(const Frame& frame, ViewState& view, Intents& intents) {
  const Look& current = look();
  const Theme& theme = current.theme;
  const Rect& area = frame.area;
  const ItemScope scope("Transport");
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.AddRectFilled(area.min, area.max, theme.panel(), theme.px(4));
  list.AddRect(area.min, area.max, theme.grid(), theme.px(4), 0, theme.line());
  look().items.record("panel", area.min, area.max);

  const bool flat = area.width() > area.height() * 5;  // beside each other in a small window
  const float pad = theme.px(10);
  const float gap = theme.px(6);
  const float inner = flat ? std::min(area.width() * 0.45F, theme.px(330)) : area.width() - 2 * pad;
  const float units_height = std::max(theme.target(), current.fonts.small->FontSize + theme.px(8));
  const float legend_line = current.fonts.small->FontSize + theme.px(6);
  const bool explains = !flat && area.height() >= theme.px(132);
  const float legend = explains ? 2 * legend_line + gap : 0;
  const float high = flat ? area.height() - 2 * pad
                          : std::min(theme.px(44), area.height() - 2 * pad - units_height - legend - gap);
  float y = area.min.y + pad;
  if (!flat) y = std::round(area.min.y + (area.height() - high - units_height - legend - gap) / 2);

  struct One {
    std::string_view command;
    Icon icon;
    float weight;
  };
  const std::array<One, 5> buttons{{{"Start", Icon::Start, 1},
                                    {"Step back", Icon::Back, 1},
                                    {"Play or pause", view.playing ? Icon::Pause : Icon::Play, 1.35F},
                                    {"Step", Icon::Forward, 1},
                                    {"End", Icon::End, 1}}};
  float x = area.min.x + pad;
  const float unit_width = (inner - 4 * gap) / 5.35F;
  for (const One& one : buttons) {
    const Command& each = command(one.command);
    ButtonOptions options;
    const bool play = one.weight > 1;
    options.style = play ? ButtonStyle::primary : ButtonStyle::plain;
    options.enabled = possible(each, frame, view);
    options.size = {std::floor(unit_width * one.weight), std::floor(high)};
    const std::string tip = tooltip(each);
    options.tooltip = tip;
    ImGui::SetCursorScreenPos({std::floor(x), y});
    if (button("##" + std::string(one.command), options)) each.run(frame, view, intents);
    const ImVec2 min = ImGui::GetItemRectMin();
    const ImVec2 max = ImGui::GetItemRectMax();
    const ImU32 colour = play ? theme.ink_on_focus() : options.enabled ? theme.text() : theme.grid();
    paint_icon(list, one.icon, {(min.x + max.x) / 2, (min.y + max.y) / 2},
               std::min(theme.px(17), high * 0.5F), colour);
    x += unit_width * one.weight + gap;
  }

  constexpr std::array<std::string_view, 4> names{"1 Event", "2 Call", "3 Packet", "4 Interest."};
  constexpr std::array<std::string_view, 4> tips{"Unit: event", "Unit: call", "Unit: packet",
                                                 "Unit: interesting"};
  float units_x = area.min.x + pad;
  float units_y = y + high + gap;
  float units_width = inner;
  if (flat) {
    units_x = x + gap;
    units_y = std::round((area.min.y + area.max.y - units_height) / 2);
    units_width = area.max.x - pad - units_x;
  }
  ImGui::PushFont(current.fonts.small);
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, ImVec2(theme.px(4), theme.px(2)));
  float total = 0;
  for (const std::string_view each : names) total += text_size(each).x;
  const float spare = (units_width - total - 3 * theme.px(4)) / 4;
  x = units_x;
  for (std::size_t i = 0; i < names.size(); ++i) {
    ButtonOptions options;
    options.style = static_cast<std::size_t>(view.unit) == i ? ButtonStyle::selected : ButtonStyle::plain;
    options.size = {std::floor(text_size(names[i]).x + spare), units_height};
    const std::string tip = tooltip(tips[i]);
    options.tooltip = tip;
    ImGui::SetCursorScreenPos({std::floor(x), units_y});
    if (button(names[i], options)) view.unit = static_cast<Unit>(i);
    x += options.size.x + theme.px(4);
  }
  ImGui::PopStyleVar();
  ImGui::PopFont();

  if (!explains) return;
  struct Letter {
    Hue hue;
    std::string_view means;
  };
  constexpr std::array<Letter, 7> letters{{{Hue::listen, "listen"},
                                           {Hue::opening, "opening"},
                                           {Hue::established, "established"},
                                           {Hue::close_wait, "close-wait"},
                                           {Hue::closing, "closing"},
                                           {Hue::time_wait, "time-wait"},
                                           {Hue::error, "drop"}}};
  const float side = current.fonts.small->FontSize;
  x = area.min.x + pad;
  y = units_y + units_height + gap;
  for (const Letter& each : letters) {
    const float width = side + theme.px(3) + text_size(each.means, current.fonts.small).x;
    if (x + width > area.max.x - pad + 1) {
      x = area.min.x + pad;
      y += legend_line;
    }
    paint_chip(list, {std::floor(x), y}, {std::floor(x) + side, y + side}, each.hue);
    paint_text(list, {std::floor(x) + side + theme.px(3), y}, theme.muted(), each.means, current.fonts.small);
    x += width + theme.px(8);
  }
}

}  // namespace sockarium::gui
