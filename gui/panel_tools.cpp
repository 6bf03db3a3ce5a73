// What the tools of a real machine would print on a host at this moment: one tab for each. What has changed
// since the last step is bold and marked; a row lights up with what it tells of, and a click pins it.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gui/crowd.h"
#include "gui/draw_ink.h"
#include "gui/reading.h"
#include "gui/widgets.h"

namespace sockarium::gui {

namespace {

HostId tool_host(const Frame& frame, const ViewState& view) {
  if (view.tool_host && frame.world().kernel.hosts.alive(*view.tool_host)) return *view.tool_host;
  const std::vector<HostId> all = hosts(frame);
  if (view.selected != 0 && view.selected <= frame.session->records().size())
    if (const HostId host = frame.session->record(view.selected).host; host) return host;
  for (RecordNumber n = frame.now(), tries = 0; n > 0 && tries < 50; --n, ++tries)
    if (const HostId host = frame.session->record(n).host; host) return host;
  return all.empty() ? HostId{} : all.front();
}

/// The columns of a table: as wide as what stands in them, with what room allows between them.
struct Columns {
  std::vector<float> lefts;  ///< from the row's beginning
  std::vector<float> widths;
  float end = 0;  ///< of the last

  Columns(const ShownTable& shown, float room) {
    const float letter = look().fonts.small_mono->GetCharAdvance('0');
    float content = 0;
    for (const std::size_t letters : shown.widths) content += static_cast<float>(letters) * letter;
    const auto gaps = static_cast<float>(shown.widths.empty() ? 0 : shown.widths.size() - 1);
    const float gap = content + 2 * letter * gaps <= room ? 2 * letter : letter;
    for (const std::size_t letters : shown.widths) {
      lefts.push_back(end);
      widths.push_back(static_cast<float>(letters) * letter);
      end += widths.back() + gap;
    }
    end -= widths.empty() ? 0 : gap;
  }
};

void draw_cells(const ShownTable& shown, const Columns& columns, const std::vector<std::string>& cells,
                const std::vector<bool>* changed, ImVec2 place) {
  const Look& current = look();
  const Theme& theme = current.theme;
  for (std::size_t i = 0; i < cells.size() && i < columns.widths.size(); ++i) {
    const bool bold = changed != nullptr && (*changed)[i];
    ImFont* font = bold ? current.fonts.small_mono_bold : current.fonts.small_mono;
    float x = place.x + columns.lefts[i];
    if (shown.table.right[i]) x += std::max(0.0F, columns.widths[i] - text_size(cells[i], font).x);
    paint_text(*ImGui::GetWindowDrawList(), {x, place.y + theme.px(1)},
               changed == nullptr ? theme.muted() : theme.text(), cells[i], font);
  }
}

/// What of the row is scrolled out of sight at the right is told beside the pointer.
void tell_hidden_cells(const Columns& columns, const std::vector<std::string>& cells, float left) {
  const float edge = ImGui::GetWindowPos().x + ImGui::GetWindowWidth();
  std::string hidden;
  for (std::size_t i = 0; i < cells.size() && i < columns.widths.size(); ++i)
    if (!cells[i].empty() && left + columns.lefts[i] + text_size(cells[i], look().fonts.small_mono).x > edge)
      hidden += (hidden.empty() ? "" : "  ") + cells[i];
  if (hidden.empty()) return;
  ImGui::BeginTooltip();
  continue_text_log();
  text(hidden, look().fonts.small_mono);
  ImGui::EndTooltip();
}

void draw_tool_row(const Frame& frame, ViewState& view, const ShownTable& shown, const Columns& columns,
                   std::size_t index, float y, float width) {
  const Theme& theme = look().theme;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const float left = ImGui::GetCursorScreenPos().x + theme.px(12);
  const picture::ToolRow& row = shown.table.rows[index];
  const float height = look().fonts.small_mono->FontSize + theme.px(3);
  Light light = frame.lights.on(row.record);
  if (row.ends.peer.port != 0 || row.ends.local.port != 0) light = brighter(light, frame.lights.on(row.ends));
  const ImVec2 min = {left - theme.px(4), y};
  const ImVec2 max = {left + width - theme.px(14), y + height};
  if (light == Light::Pinned) list.AddRectFilled(min, max, theme.marked());
  if (row.record != 0) {
    const bool pressed = hit("row " + row.key, min, max);
    if (ImGui::IsItemHovered()) view.hovered = row.record;
    if (pressed) view.selected = view.selected == row.record ? 0 : row.record;
  }
  outline(list, min, max, light);
  const auto& changed = shown.changed[index];
  if (std::any_of(changed.begin(), changed.end(), [](bool each) { return each; }))
    list.AddRectFilled({left - theme.px(10), y}, {left - theme.px(6), y + height}, theme.focus());
  draw_cells(shown, columns, row.cells, &changed, {left, y});
  if (ImGui::IsWindowHovered() && ImGui::IsMouseHoveringRect(min, max))
    tell_hidden_cells(columns, row.cells, left);
}

}  // namespace

void draw_tools(const Frame& frame, ViewState& view, Intents&) {
  const Look& current = look();
  const Theme& theme = current.theme;
  Panel::Options options;
  options.scrolling = false;
  const Panel panel("Tools", frame.area.min, frame.area.size(),
                    frame.compact ? "" : "bold: changed since the last step", options);
  if (!panel) return;
  const HostId host = tool_host(frame, view);
  if (!host) {
    muted_text("No host in this scenario.", nullptr, true);
    return;
  }
  ImGui::PushFont(current.fonts.small);
  for (std::size_t i = 0; i < picture::tool_count; ++i) {
    const auto tool = static_cast<Tool>(i);
    ButtonOptions tab;
    tab.style = view.tool == tool ? ButtonStyle::selected : ButtonStyle::quiet;
    if (i > 0) ImGui::SameLine(0, theme.px(2));
    const std::string label(name(tool));
    const float wide = text_size(label).x + 2 * ImGui::GetStyle().FramePadding.x;
    if (i > 0 && ImGui::GetContentRegionAvail().x < wide) ImGui::NewLine();
    if (button(label, tab)) view.tool = tool;
  }
  const std::vector<HostId> all = hosts(frame);
  if (all.size() > 1) {
    ImGui::SameLine(0, theme.px(10));
    if (ImGui::GetContentRegionAvail().x < theme.px(100)) ImGui::NewLine();
    host_choice(frame, "##host", host, view.tool_host, theme.px(118));
    if (view.tool_host) {
      ImGui::SameLine(0, theme.px(4));
      ButtonOptions follow;
      follow.style = ButtonStyle::quiet;
      follow.tooltip = "Shows the host on which something happens";
      if (ImGui::GetContentRegionAvail().x >= theme.px(60) && button("follow", follow))
        view.tool_host.reset();
    }
  }
  ImGui::PopFont();
  const ShownTable& shown = frame.derived->table(view.tool, host);
  const picture::ToolTable& table = shown.table;
  ImFont* font = current.fonts.small_mono;
  text(host_name(frame, host) + "$ " + table.command, font);
  const float line = font->FontSize + theme.px(3);
  const float room = ImGui::GetContentRegionAvail().x;
  const Columns columns(shown, room - theme.px(26));
  const float width = std::max(room, columns.end + theme.px(26));
  ImGui::PushStyleColor(ImGuiCol_ChildBg, IM_COL32(0, 0, 0, 0));
  ImGui::BeginChild("rows", {0, 0}, false, ImGuiWindowFlags_HorizontalScrollbar);
  ImGui::PopStyleColor();
  const ImVec2 origin = ImGui::GetCursorScreenPos();
  if (table.rows.empty()) {
    muted_text(table.empty_words, nullptr, true);
    ImGui::EndChild();
    return;
  }
  const float heads = table.heads.empty() ? 0 : line;
  // The heads scroll sideways with the rows, and stay above them.
  const float clip_top = ImGui::GetWindowPos().y;
  const float clip_bottom = clip_top + ImGui::GetWindowHeight();
  draw_cells(shown, columns, table.heads, nullptr, {origin.x + theme.px(12), clip_top});
  ImGui::PushClipRect({ImGui::GetWindowPos().x, clip_top + heads},
                      {ImGui::GetWindowPos().x + ImGui::GetWindowWidth(), clip_bottom}, true);
  const float above = table.log && table.more > 0 ? line : 0;
  if (above > 0)
    paint_text(*ImGui::GetWindowDrawList(), {origin.x + theme.px(12), origin.y + heads}, theme.muted(),
               "… earlier lines", font);
  const float top = origin.y + heads + above;
  const auto count = static_cast<int>(table.rows.size());
  // Only rows in sight are drawn.
  const int first = std::clamp(static_cast<int>((clip_top + heads - top) / line), 0, count);
  const int last = std::clamp(static_cast<int>((clip_bottom - top) / line) + 1, 0, count);
  for (int i = first; i < last; ++i)
    draw_tool_row(frame, view, shown, columns, static_cast<std::size_t>(i),
                  top + static_cast<float>(i) * line, width);
  float bottom = top + static_cast<float>(count) * line;
  if (!table.log && table.more > 0) {
    paint_text(*ImGui::GetWindowDrawList(), {origin.x + theme.px(12), bottom}, theme.muted(),
               fmt::format("… {} more", number_text(static_cast<std::int64_t>(table.more))), font);
    bottom += line;
  }
  ImGui::PopClipRect();
  ImGui::SetCursorScreenPos(origin);
  ImGui::Dummy({width, bottom - origin.y});
  // A log follows what happens, as a terminal does.
  if (table.log) {
    ImGuiStorage* storage = ImGui::GetStateStorage();
    const ImGuiID seen = ImGui::GetID("seen");
    const int now = static_cast<int>(frame.session->cursor()) + 1 + (static_cast<int>(view.tool) << 26);
    if (storage->GetInt(seen) != now) {
      storage->SetInt(seen, now);
      ImGui::SetScrollY(std::max(0.0F, bottom - origin.y - ImGui::GetWindowHeight() + line));
    }
  }
  ImGui::EndChild();
}

}  // namespace sockarium::gui
