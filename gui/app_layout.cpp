// What the App draws around its panels: the tabs of those that share a place, and the gaps that can be
// dragged.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gui/app.h"
#include "gui/commands.h"
#include "gui/title_room.h"
#include "gui/widgets.h"

namespace sockarium::gui {

namespace {

struct Tab {
  PanelId panel;
  std::string label;
  float width;
};

/// The panels that share a place are one click away, at the right end of its title: as many as have room, the
/// rest behind «▾».
struct TabRow {
  std::vector<Tab> tabs;
  std::size_t fit = 0;
  float more_width = 0;  ///< of «▾»
  float width = 0;       ///< of all that is drawn
};

TabRow tab_row(const Slot& slot, bool compact, bool news) {
  const Look& current = look();
  const Theme& theme = current.theme;
  TabRow row;
  if (slot.others.empty()) return row;
  ImFont* font = current.fonts.small;
  for (const PanelId panel : slot.others) {
    if (panel == slot.panel) continue;
    const std::string_view key = panel_key(panel);
    std::string label = (panel == PanelId::Lesson && news ? "● " : "") + std::string(name(panel));
    if (!key.empty() && !compact) label += " " + std::string(key);
    const float width = text_size(label, font).x + theme.px(12);
    row.tabs.push_back({panel, label, width});
  }
  row.more_width = text_size("▾", font).x + theme.px(14);
  const float room =
      std::min(slot.area.width() * 0.62F,
               slot.area.width() - theme.px(36) - text_size(name(slot.panel), current.fonts.title).x);
  while (row.fit < row.tabs.size()) {
    const bool last = row.fit + 1 == row.tabs.size();
    const float wanted = row.width + row.tabs[row.fit].width + theme.px(2) + (last ? 0 : row.more_width);
    if (wanted > room) break;
    row.width += row.tabs[row.fit].width + theme.px(2);
    ++row.fit;
  }
  if (row.fit < row.tabs.size()) row.width += row.more_width + theme.px(2);
  return row;
}

}  // namespace

void App::draw_slot(const Slot& slot, const Frame& frame, Intents& intents) {
  const Look& current = look();
  const Theme& theme = current.theme;
  const std::uint64_t cursor = session_->cursor();
  const std::size_t before = cursor == 0 ? 0 : lesson_.narrations(cursor - 1).size();
  const bool news = frame.scenario != nullptr && lesson_.narrations(cursor).size() > before;
  const TabRow row = tab_row(slot, frame.compact, news);
  {
    const TitleRoom taken(row.width);
    draw_panel(slot.panel, frame, intents);
  }
  if (row.tabs.empty()) return;
  const ItemScope scope("Tabs");
  ImGui::PushID(slot.place.c_str());
  ImGui::PushFont(current.fonts.small);
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, ImVec2(theme.px(6), theme.px(2)));
  const float height = std::min(panel_title_height() - theme.px(2),
                                std::max(theme.target(), current.fonts.small->FontSize + theme.px(4)));
  const float y = std::floor(slot.area.min.y + (panel_title_height() - height) / 2);
  float x = slot.area.max.x - theme.px(6);
  if (row.fit < row.tabs.size()) {
    x -= row.more_width;
    ButtonOptions options;
    options.style = ButtonStyle::quiet;
    options.size = {row.more_width, height};
    options.tooltip = "More panels that can stand here";
    ImGui::SetCursorScreenPos({std::floor(x), y});
    if (button("▾##more", options)) ImGui::OpenPopup("more");
    ImGui::SetNextWindowPos({x, y + height}, ImGuiCond_Appearing);
    if (ImGui::BeginPopup("more")) {
      for (std::size_t t = row.fit; t < row.tabs.size(); ++t)
        if (selectable(row.tabs[t].label + "###" + std::string(name(row.tabs[t].panel)), false))
          bring_to_front(view_, row.tabs[t].panel, layout_.room);
      ImGui::EndPopup();
    }
    x -= theme.px(2);
  }
  for (std::size_t t = row.fit; t-- > 0;) {
    const Tab& tab = row.tabs[t];
    x -= tab.width;
    ButtonOptions options;
    options.style = tab.label.starts_with("●") ? ButtonStyle::selected : ButtonStyle::quiet;
    options.size = {tab.width, height};
    ImGui::SetCursorScreenPos({std::floor(x), y});
    if (button(tab.label + "###" + std::string(name(tab.panel)), options))
      bring_to_front(view_, tab.panel, layout_.room);
    x -= theme.px(2);
  }
  ImGui::PopStyleVar();
  ImGui::PopFont();
  ImGui::PopID();
}

void App::draw_splits() {
  const Theme& theme = look().theme;
  const ItemScope scope("Splits");
  for (const Split& split : layout_.splits) {
    const std::string label = fmt::format("{} after {}", split.key, split.after + 1);
    ImGui::SetCursorScreenPos(split.area.min);
    ImGui::PushAllowKeyboardFocus(false);
    ImGui::InvisibleButton(label.c_str(), split.area.size());
    ImGui::PopAllowKeyboardFocus();
    look().items.record(label);
    const bool active = ImGui::IsItemActive();
    if (!active && !ImGui::IsItemHovered()) continue;
    ImGui::SetMouseCursor(split.columns ? ImGuiMouseCursor_ResizeEW : ImGuiMouseCursor_ResizeNS);
    const ImVec2 middle = {(split.area.min.x + split.area.max.x) / 2,
                           (split.area.min.y + split.area.max.y) / 2};
    const float half = std::max(1.0F, theme.px(1.5F));
    const ImVec2 min =
        split.columns ? ImVec2(middle.x - half, split.area.min.y) : ImVec2(split.area.min.x, middle.y - half);
    const ImVec2 max =
        split.columns ? ImVec2(middle.x + half, split.area.max.y) : ImVec2(split.area.max.x, middle.y + half);
    ImGui::GetWindowDrawList()->AddRectFilled(min, max, active ? theme.focus() : theme.muted());
    if (ImGui::IsItemHovered() && ImGui::IsMouseDoubleClicked(0)) {
      view_.shares.erase(split.key);
      continue;
    }
    if (!active) continue;
    const float moved = (split.columns ? ImGui::GetIO().MouseDelta.x : ImGui::GetIO().MouseDelta.y) /
                        std::max(1.0F, split.length);
    if (moved == 0) continue;
    std::vector<float> shares = split.now;
    constexpr float least = 0.1F;
    float& before = shares[split.after];
    float& after = shares[split.after + 1];
    const float change = std::clamp(moved, std::min(0.0F, least - before), std::max(0.0F, after - least));
    before += change;
    after -= change;
    view_.shares[split.key] = shares;
    changed_ = true;
  }
}

}  // namespace sockarium::gui
