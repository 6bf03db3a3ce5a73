// Why did this happen? The chain of causes behind what is selected (or behind the shown event), each step
// with its rule and source; and what one could do differently here. Doing so starts a branch.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "gui/commands.h"
#include "gui/doings.h"
#include "gui/draw_ink.h"
#include "gui/reading.h"
#include "gui/why_view.h"
#include "gui/widgets.h"

namespace sockarium::gui {

namespace {

constexpr const char* what_if = "What if? Starts a branch; Ctrl+Z returns.";

float width_of(std::string_view label) {
  return std::max(look().theme.target(), text_size(label).x + 2 * ImGui::GetStyle().FramePadding.x);
}

/// One thing to do, and where it stands among the rows of buttons.
struct Placed {
  std::string label, hint;
  std::optional<Doable> deed;  ///< none: it opens a box
  Dialog box = Dialog::None;
  std::size_t row = 0;
};

/// Buttons in rows of that width, as words in a paragraph.
std::vector<Placed> place_doings(const Frame& frame, const ViewState& view, float width) {
  std::vector<Placed> all;
  for (Doable& each : doables(frame, view)) {
    Placed placed;
    placed.label = each.label;
    placed.hint = each.hint;
    placed.deed = std::move(each);
    all.push_back(std::move(placed));
  }
  all.push_back({"Forge…", tooltip("Forge a segment…"), std::nullopt, Dialog::Forge, 0});
  all.push_back({"Limit…", tooltip("Limit of descriptors…"), std::nullopt, Dialog::Limit, 0});
  float x = 0;
  std::size_t row = 0;
  for (Placed& each : all) {
    const float wide = width_of(each.label);
    if (x > 0 && x + wide > width) {
      ++row;
      x = 0;
    }
    each.row = row;
    x += wide + ImGui::GetStyle().ItemSpacing.x;
  }
  return all;
}

void act(const Placed& chosen, const Frame& frame, ViewState& view, Intents& intents) {
  if (chosen.deed)
    intents.push_back(intent::Intervene{chosen.deed->what, chosen.deed->told});
  else if (chosen.box == Dialog::Forge)
    open_forge(frame, view);
  else
    open_limit(frame, view);
}

/// What one could do, in at most so many rows of buttons; the rest behind «More».
void draw_doings(const Frame& frame, const std::vector<Placed>& all, std::size_t rows, ViewState& view,
                 Intents& intents) {
  const float width = ImGui::GetContentRegionAvail().x;
  const std::string more = "More…";
  std::size_t shown = 0;
  float x = 0;
  for (const Placed& each : all) {
    if (each.row >= rows) break;
    // Where some are left out, the last row ends with the way to them.
    const bool last_row = each.row + 1 == rows && all.back().row >= rows;
    const float reach = (shown > 0 && each.row != all[shown - 1].row ? 0 : x) + width_of(each.label);
    if (last_row && shown > 0 && reach + ImGui::GetStyle().ItemSpacing.x + width_of(more) > width) break;
    if (shown > 0 && each.row == all[shown - 1].row)
      ImGui::SameLine();
    else
      x = 0;
    ButtonOptions options;
    options.tooltip = each.hint;
    if (button(each.label, options)) act(each, frame, view, intents);
    x += width_of(each.label) + ImGui::GetStyle().ItemSpacing.x;
    ++shown;
  }
  if (shown == all.size()) return;
  if (shown > 0) ImGui::SameLine();
  ButtonOptions options;
  options.tooltip = "What else can be done here; the menu «What if» has it, too";
  if (button(more, options)) ImGui::OpenPopup("more doings");
  if (ImGui::BeginPopup("more doings")) {
    continue_text_log();
    for (std::size_t i = shown; i < all.size(); ++i)
      if (selectable(all[i].label, false)) act(all[i], frame, view, intents);
    ImGui::EndPopup();
  }
}

/// One sysctl of the host on which it happened.
void draw_setting(const Frame& frame, HostId host, ViewState& view, Intents& intents) {
  const Look& current = look();
  const Theme& theme = current.theme;
  const kernel::Host* where = frame.world().kernel.hosts.find(host);
  if (where == nullptr) return;
  const float width = ImGui::GetContentRegionAvail().x;
  const float spacing = ImGui::GetStyle().ItemSpacing.x;
  std::string on = "on " + host_name(frame, host);
  const float set_width = width_of("Set");
  const float least = theme.px(150);
  if (least + text_size(on).x + set_width + 3 * spacing > width)
    on = fitted(on, ImGui::GetFont(), std::max(0.0F, width - least - set_width - 3 * spacing));
  const float fields = std::max(theme.px(100), width - text_size(on).x - set_width - 3 * spacing);
  ImGui::SetNextItemWidth(fields * 0.70F);
  // The last part of its name is what people call it.
  const std::string short_name = view.sysctl_name.substr(view.sysctl_name.rfind('.') + 1);
  if (ImGui::BeginCombo("##sysctl", short_name.c_str(), ImGuiComboFlags_HeightLarge)) {
    continue_text_log();
    for (const SysctlRow& row : sysctl_table)
      if (selectable(row.name, row.name == view.sysctl_name)) {
        view.sysctl_name = row.name;
        view.sysctl_value.clear();
      }
    ImGui::EndCombo();
  }
  note_item("##sysctl");
  const auto id = sysctl_named(view.sysctl_name);
  if (!id) return;
  const std::int64_t value = frame.world().inet.nets.read(where->net).sysctls[*id];
  ImGui::SameLine();
  ImGui::SetNextItemWidth(fields * 0.30F);
  const bool entered = text_field("##value", view.sysctl_value, std::to_string(value), true);
  ImGui::SameLine();
  ImGui::AlignTextToFramePadding();
  muted_text(on);
  ImGui::SameLine();
  const SysctlRow& row = row_of(*id);
  char* end = nullptr;
  const long long wanted = std::strtoll(view.sysctl_value.c_str(), &end, 10);
  const bool good = !view.sysctl_value.empty() && *end == '\0' && wanted >= row.low && wanted <= row.high;
  ButtonOptions set;
  set.enabled = good;
  const std::string tip = fmt::format("{} From {} to {}; now {}.", row.what, row.low, row.high, value);
  set.tooltip = tip;
  if (button("Set", set) || (entered && good)) {
    const std::string_view last = row.name.substr(row.name.rfind('.') + 1);
    intents.push_back(intent::Intervene{SetSysctl{where->net, *id, wanted},
                                        fmt::format("{} = {} on {}", last, wanted, host_name(frame, host))});
    view.sysctl_value.clear();
  }
}

}  // namespace

void draw_why(const Frame& frame, ViewState& view, Intents& intents) {
  const Look& current = look();
  const RecordNumber shown = shown_record(frame, view);
  std::string note;
  if (frame.compact)  // its place is taken by the way to other panels
    note.clear();
  else if (view.selected != 0)
    note = fmt::format("selected · event {} · Esc lets go", frame.session->record(view.selected).event);
  else if (shown != 0)
    note = fmt::format("event {}", frame.session->record(shown).event);
  Panel::Options options;
  options.accent = view.selected != 0;
  const Panel panel("Why?", frame.area.min, frame.area.size(), note, options);
  if (!panel) return;
  if (shown == 0) {
    muted_text(
        "Nothing has happened yet. Press → to step: here stands why it happened. Click a packet or a state "
        "to ask "
        "about it.",
        nullptr, true);
    return;
  }
  const std::vector<observe::WhyStep> steps =
      observe::why(shown <= frame.now() ? frame.world() : *frame.latest, frame.session->bytes(),
                   frame.session->records(), shown, 6);
  // What one could do stays in sight at the foot; the chain scrolls above it, and has half of the room.
  const bool doable = shown <= frame.now();
  const Theme& theme = current.theme;
  const float row = ImGui::GetFrameHeightWithSpacing();
  const float room = ImGui::GetContentRegionAvail().y;
  const float fixed = current.fonts.small->FontSize + theme.px(26) + row;  // the words, and the setting
  std::vector<Placed> doings;
  std::size_t rows = 0;
  if (doable) {
    doings = place_doings(frame, view, ImGui::GetContentRegionAvail().x);
    const auto fit = static_cast<std::size_t>(std::max(1.0F, (room / 2 - fixed) / row));
    rows = std::min(doings.back().row + 1, fit);
  }
  const float foot = doable ? fixed + static_cast<float>(rows) * row : 0;
  ImGui::BeginChild("chain", {0, std::max(theme.px(48), room - foot)});
  if (const RecordNumber cause = draw_why_chain(steps, frame.session->records())) {
    view.selected = cause;
    intents.push_back(intent::SeekTo{frame.session->record(cause).event});
  }
  if (steps.empty()) muted_text("Nothing more is known about this.", current.fonts.body, true);
  ImGui::EndChild();
  if (!doable) return;
  const ImVec2 line = ImGui::GetCursorScreenPos();
  ImGui::GetWindowDrawList()->AddLine(line, {line.x + ImGui::GetContentRegionAvail().x, line.y}, theme.grid(),
                                      theme.line());
  ImGui::Dummy({0, theme.px(2)});
  muted_text(fitted(what_if, current.fonts.small, ImGui::GetContentRegionAvail().x), current.fonts.small);
  draw_doings(frame, doings, rows, view, intents);
  draw_setting(frame, frame.session->record(shown).host, view, intents);
}

}  // namespace sockarium::gui
