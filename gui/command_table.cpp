// The table of commands as one, from its pieces by subject; and the keys that a person gives them.
// See commands.h.
#include <algorithm>
#include <array>
#include <utility>

#include "gui/command_groups.h"

namespace sockarium::gui {

bool has_session(const Frame& frame, const ViewState&) {
  return frame.session != nullptr;
}
bool shows_moment(const Frame& frame, const ViewState& view) {
  return frame.session != nullptr && view.arrangement != Arrangement::Compare;
}

namespace {

std::vector<Command> original_table() {
  std::vector<Command> all;
  for (const auto& group :
       {file_commands, move_commands, what_if_commands, panel_commands, view_commands, help_commands})
    for (Command& each : group()) all.push_back(std::move(each));
  return all;
}

std::vector<Command>& table() {
  static std::vector<Command> all = original_table();
  return all;
}

}  // namespace

std::span<const Command> commands() {
  return table();
}

std::span<const Command> original_commands() {
  static const std::vector<Command> all = original_table();
  return all;
}

bool remap(std::string_view name, const std::vector<Key>& keys) {
  std::vector<Command>& all = table();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Command& c) { return c.name == name; });
  if (found == all.end()) return false;
  // Whoever had one of these keys gives it up.
  for (Command& other : all)
    if (&other != &*found)
      other.keys.erase(std::remove_if(other.keys.begin(), other.keys.end(),
                                      [&](const Key& key) {
                                        return std::find(keys.begin(), keys.end(), key) != keys.end();
                                      }),
                       other.keys.end());
  found->keys = keys;
  return true;
}

void restore_keys() {
  table() = original_table();
}

std::string_view panel_key(PanelId panel) {
  static std::array<std::string, lesson_panels> texts;
  const auto place = static_cast<std::size_t>(panel);
  if (place >= texts.size()) return {};
  const std::string_view wanted = panel == PanelId::States ? "TCP states" : name(panel);
  for (const Command& each : commands())
    if (each.menu == Menu::Panels && each.name == wanted)
      texts[place] = each.keys.empty() ? std::string{} : key_text(each.keys.front());
  return texts[place];
}

}  // namespace sockarium::gui
