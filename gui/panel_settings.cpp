// The sysctls of a host, as a person would turn them with `sysctl -w`: what differs from Linux's default is
// bold. A change starts a branch; Ctrl+Z returns. The scenario's own knobs are set on the command line.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "gui/crowd.h"
#include "gui/draw_ink.h"
#include "gui/reading.h"
#include "gui/widgets.h"

namespace sockarium::gui {

void draw_settings(const Frame& frame, ViewState& view, Intents& intents) {
  const Look& current = look();
  const Theme& theme = current.theme;
  const Panel panel("Settings", frame.area.min, frame.area.size(),
                    frame.compact ? "" : "sysctl · a change starts a branch");
  if (!panel) return;
  const std::vector<HostId> all = hosts(frame);
  if (all.empty()) {
    muted_text("No host in this scenario.", nullptr, true);
    return;
  }
  HostId host = all.front();
  if (view.settings_host && frame.world().kernel.hosts.alive(*view.settings_host)) host = *view.settings_host;
  const kernel::Host& owner = frame.world().kernel.hosts.read(host);
  const bool chosen = host_choice(frame, "##host", host, view.settings_host, theme.px(130));
  if (chosen) ImGui::SameLine(0, theme.px(6));
  ImGui::SetNextItemWidth(-1);
  text_field("##filter", view.settings_filter, "search: somaxconn, tw_reuse …");
  const inet::Net& net = frame.world().inet.nets.read(owner.net);
  const float value_width = text_size("000000000", current.fonts.mono).x + theme.px(16);
  for (const SysctlRow& row : sysctl_table) {
    if (!view.settings_filter.empty() && row.name.find(view.settings_filter) == std::string_view::npos)
      continue;
    const std::int64_t value = net.sysctls[row.id];
    const bool other = value != row.initial;
    const ItemScope scope(row.name);
    const ImVec2 start = ImGui::GetCursorScreenPos();
    const float width = ImGui::GetContentRegionAvail().x;
    if (!ImGui::IsRectVisible(start, {start.x + width, start.y + ImGui::GetFrameHeight()})) {
      ImGui::Dummy({1, ImGui::GetFrameHeight()});
      continue;
    }
    const bool editing = view.setting_edited == row.name;
    const std::string_view last =
        row.name.substr(row.name.rfind('.') == std::string_view::npos ? 0 : row.name.rfind('.') + 1);
    const std::string_view shown = row.name.find("port_range") != std::string_view::npos
                                       ? row.name.substr(row.name.find("ip_local"))
                                       : last;
    ImFont* font = other ? current.fonts.small_mono_bold : current.fonts.small_mono;
    ImGui::AlignTextToFramePadding();
    text(fitted(shown, font, width - value_width - theme.px(10)), font);
    if (ImGui::IsItemHovered()) {
      ImGui::BeginTooltip();
      continue_text_log();
      text(row.name, current.fonts.mono);
      muted_text(
          fmt::format("{}\nFrom {} to {}; Linux's default: {}", row.what, row.low, row.high, row.initial));
      ImGui::EndTooltip();
    }
    ImGui::SameLine();
    ImGui::SetCursorScreenPos({start.x + width - value_width, start.y});
    if (!editing) {
      ButtonOptions options;
      options.style = other ? ButtonStyle::selected : ButtonStyle::plain;
      options.size = {value_width, 0};
      options.tooltip = "Change it from this moment on";
      if (button(std::to_string(value) + "###value", options)) {
        view.setting_edited = row.name;
        view.setting_value = std::to_string(value);
        view.setting_fresh = true;
      }
      continue;
    }
    ImGui::SetNextItemWidth(value_width);
    if (std::exchange(view.setting_fresh, false)) ImGui::SetKeyboardFocusHere();
    const bool entered = text_field("##new value", view.setting_value, "", true);
    char* end = nullptr;
    const long long wanted = std::strtoll(view.setting_value.c_str(), &end, 10);
    const bool good = !view.setting_value.empty() && *end == '\0' && wanted >= row.low && wanted <= row.high;
    if (entered && good && wanted != value) {
      intent::Intervene change;
      change.what = SetSysctl{owner.net, row.id, wanted};
      change.label = fmt::format("{} = {} on {}", last, wanted, host_name(frame, host));
      intents.push_back(change);
    }
    if (entered && good) view.setting_edited = {};
    if (!good)
      muted_text(fmt::format("✗ a number from {} to {}; now {}", row.low, row.high, value),
                 current.fonts.small, true);
    else if (!entered)
      muted_text("Enter sets it here and now, Esc leaves it.", current.fonts.small, true);
  }
}

}  // namespace sockarium::gui
