// Everything that a key or a menu can do, in one table: keys, menus, tooltips and the page of help are
// readings of it, so that they cannot disagree.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gui/panels.h"

namespace sockarium::gui {

/// A key by its GLFW number, with what is held.
struct Key {
  int key = 0;
  bool ctrl = false, shift = false;
  friend bool operator==(const Key&, const Key&) = default;
};

enum class Menu : std::uint8_t { None, File, Move, WhatIf, View, Panels, Help };
std::string_view name(Menu menu);

struct Command {
  std::string_view name;      ///< «Step back»
  std::string_view sentence;  ///< what it does, for tooltips and help
  Menu menu = Menu::None;
  std::vector<Key> keys;  ///< the first is the one that is shown
  bool repeats = false;   ///< while the key is held
  void (*run)(const Frame&, ViewState&, Intents&) = nullptr;
  bool (*possible)(const Frame&, const ViewState&) = nullptr;  ///< null: always
};

std::span<const Command> commands();
/// As they are before a settings file gives them other keys.
std::span<const Command> original_commands();
/// Gives a command these keys instead of its own; another that has one of them loses it. False: no such
/// command.
bool remap(std::string_view name, const std::vector<Key>& keys);
void restore_keys();
/// By name; there is one.
const Command& command(std::string_view name);
bool possible(const Command& command, const Frame& frame, const ViewState& view);
/// «Ctrl+O»; all keys with ` or `.
std::string key_text(const Key& key);
std::string keys_text(const Command& command);
/// «Ctrl+Shift+F5», «Space», «m»; nothing when that is no key.
std::optional<Key> parse_key(std::string_view text);
/// «Goes one step back (←)»
std::string tooltip(const Command& command);
/// «Step back (←)»
std::string tooltip(std::string_view command_name);

/// The key that brings this panel to the front; empty: none does.
std::string_view panel_key(PanelId panel);

/// The timeline shows a part of the run that is `factor` as long, with `around` (a share of the run) where it
/// was; or the part beside it.
void zoom(ViewState& view, double around, double factor);
void pan(ViewState& view, double share);

/// Reads the keyboard of this frame. Single letters rest while a text field has the keyboard, arrows and
/// Space while the focus ring shows.
void read_keys(const Frame& frame, ViewState& view, Intents& intents);
/// After the panels: which keys ImGui's own navigation may take in the next frame.
void share_keys();

}  // namespace sockarium::gui
