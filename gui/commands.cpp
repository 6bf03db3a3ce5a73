// See commands.h.
#include "gui/commands.h"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>
#include <fmt/format.h>
#include <imgui_internal.h>

#include <algorithm>
#include <utility>

#include "sim/core/assert.h"

namespace sockarium::gui {

namespace {

constexpr int plus = GLFW_KEY_EQUAL;  // the key with + on it

std::string key_name(int key) {
  switch (key) {
    case GLFW_KEY_SPACE:
      return "Space";
    case GLFW_KEY_RIGHT:
      return "→";
    case GLFW_KEY_LEFT:
      return "←";
    case GLFW_KEY_PERIOD:
      return ".";
    case GLFW_KEY_COMMA:
      return ",";
    case GLFW_KEY_PAGE_DOWN:
      return "PgDn";
    case GLFW_KEY_PAGE_UP:
      return "PgUp";
    case GLFW_KEY_HOME:
      return "Home";
    case GLFW_KEY_END:
      return "End";
    case GLFW_KEY_ESCAPE:
      return "Esc";
    case GLFW_KEY_MINUS:
      return "-";
    case GLFW_KEY_EQUAL:
      return "=";
    case GLFW_KEY_KP_ADD:
      return "keypad +";
    case GLFW_KEY_KP_SUBTRACT:
      return "keypad -";
    case GLFW_KEY_KP_0:
      return "keypad 0";
    default:
      break;
  }
  if (key >= GLFW_KEY_F1 && key <= GLFW_KEY_F12) return fmt::format("F{}", key - GLFW_KEY_F1 + 1);
  return std::string(1, static_cast<char>(key));
}

/// A key that writes: it rests while a text field has the keyboard.
bool writes(const Key& key) {
  return !key.ctrl && (key.key < 256 || key.key == GLFW_KEY_KP_ADD || key.key == GLFW_KEY_KP_SUBTRACT);
}
/// A key that moves in a field or a list.
bool moves(const Key& key) {
  return key.key == GLFW_KEY_LEFT || key.key == GLFW_KEY_RIGHT || key.key == GLFW_KEY_HOME ||
         key.key == GLFW_KEY_END || key.key == GLFW_KEY_PAGE_UP || key.key == GLFW_KEY_PAGE_DOWN;
}

/// A key with Ctrl that a text field listens to: undo, copy, cut, paste, all of it.
bool is_editing(const Key& key) {
  switch (key.key) {
    case GLFW_KEY_Z:
    case GLFW_KEY_Y:
    case GLFW_KEY_C:
    case GLFW_KEY_X:
    case GLFW_KEY_V:
    case GLFW_KEY_A:
      return key.ctrl;
    default:
      return false;
  }
}

bool any_popup() {
  return ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopupId | ImGuiPopupFlags_AnyPopupLevel);
}

/// This ImGui's own Tab knows text fields only: the first Tab shows the ring at what can be pressed. Before
/// the panels are drawn, as drawing them is how ImGui finds the first item.
void show_focus_ring_by_tab() {
  const ImGuiIO& io = ImGui::GetIO();
  ImGuiContext& context = *ImGui::GetCurrentContext();
  if (!io.WantTextInput && !io.NavVisible && !any_popup() && ImGui::IsKeyPressed(GLFW_KEY_TAB, false)) {
    ImGuiWindow* window =
        context.NavWindow != nullptr ? context.NavWindow : ImGui::FindWindowByName("##root");
    if (window != nullptr) {
      ImGui::FocusWindow(window);
      ImGui::NavInitWindow(window, true);
      context.NavDisableHighlight = false;
    }
  }
}

}  // namespace

std::string_view name(Menu menu) {
  switch (menu) {
    case Menu::None:
      return "";
    case Menu::File:
      return "File";
    case Menu::Move:
      return "Move";
    case Menu::WhatIf:
      return "What if";
    case Menu::View:
      return "View";
    case Menu::Panels:
      return "Panels";
    case Menu::Help:
      return "Help";
  }
  return "";
}

const Command& command(std::string_view name) {
  const std::span<const Command> all = commands();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Command& c) { return c.name == name; });
  SOCKARIUM_ASSERT(found != all.end());
  return *found;
}

bool possible(const Command& command, const Frame& frame, const ViewState& view) {
  return command.possible == nullptr || command.possible(frame, view);
}

std::string key_text(const Key& key) {
  if (key.key == plus && (key.shift || key.ctrl)) return key.ctrl ? "Ctrl +" : "+";
  if (key.key == GLFW_KEY_SLASH && key.shift) return "?";
  std::string text;
  if (key.ctrl) text += "Ctrl+";
  if (key.shift) text += "Shift+";
  return text + key_name(key.key);
}

std::string keys_text(const Command& command) {
  if (command.name == "Full screen") return "F11";
  std::string text;
  for (const Key& key : command.keys) {
    const std::string one = key_text(key);
    if (text == one || (text.size() > one.size() && text.ends_with(" " + one))) continue;
    text += text.empty() ? one : " or " + one;
  }
  return text;
}

std::optional<Key> parse_key(std::string_view text) {
  Key key;
  for (bool more = true; more;) {
    more = false;
    for (const auto& [prefix, flag] : {std::pair<std::string_view, bool*>{"Ctrl+", &key.ctrl},
                                       std::pair<std::string_view, bool*>{"Shift+", &key.shift}})
      if (text.size() > prefix.size() && text.starts_with(prefix)) {
        *flag = true;
        text.remove_prefix(prefix.size());
        more = true;
      }
  }
  if (text.size() == 1) {
    const char c = text.front();
    if (c >= 'a' && c <= 'z')
      key.key = c - 'a' + GLFW_KEY_A;
    else if (c > ' ' && c <= 'Z')
      key.key = c;
    else if (c == '[' || c == ']')
      key.key = c;
    if (key.key != 0) return key;
    return std::nullopt;
  }
  constexpr int named[] = {GLFW_KEY_SPACE,   GLFW_KEY_RIGHT,       GLFW_KEY_LEFT, GLFW_KEY_PAGE_DOWN,
                           GLFW_KEY_PAGE_UP, GLFW_KEY_HOME,        GLFW_KEY_END,  GLFW_KEY_ESCAPE,
                           GLFW_KEY_KP_ADD,  GLFW_KEY_KP_SUBTRACT, GLFW_KEY_KP_0};
  for (const int each : named)
    if (key_name(each) == text) {
      key.key = each;
      return key;
    }
  constexpr std::pair<std::string_view, int> words[] = {{"Right", GLFW_KEY_RIGHT},
                                                        {"Left", GLFW_KEY_LEFT},
                                                        {"PageDown", GLFW_KEY_PAGE_DOWN},
                                                        {"PageUp", GLFW_KEY_PAGE_UP},
                                                        {"Plus", plus}};
  for (const auto& [word, number] : words)
    if (word == text) {
      key.key = number;
      return key;
    }
  for (int f = 1; f <= 12; ++f)
    if (text == fmt::format("F{}", f)) {
      key.key = GLFW_KEY_F1 + f - 1;
      return key;
    }
  return std::nullopt;
}

std::string tooltip(const Command& command) {
  const std::string keys = keys_text(command);
  return keys.empty() ? fmt::format("{}: {}", command.name, command.sentence)
                      : fmt::format("{} ({}): {}", command.name, keys, command.sentence);
}

std::string tooltip(std::string_view command_name) {
  return tooltip(command(command_name));
}

void read_keys(const Frame& frame, ViewState& view, Intents& intents) {
  const ImGuiIO& io = ImGui::GetIO();
  show_focus_ring_by_tab();
  const bool typing = io.WantTextInput;
  const bool focus_ring = io.NavVisible;
  const bool boxed = view.dialog != Dialog::None || any_popup();
  for (const Command& each : commands()) {
    for (const Key& key : each.keys) {
      if (io.KeyCtrl != key.ctrl || io.KeyShift != key.shift) continue;
      if (typing && (writes(key) || moves(key) || is_editing(key))) continue;
      if (focus_ring && (key.key == GLFW_KEY_SPACE || moves(key))) continue;
      const bool looks = each.menu == Menu::View || each.menu == Menu::Panels || each.name == "Quit";
      if (boxed && each.name != "Cancel" && each.name != "Keys" && each.name != "All commands…" && !looks)
        continue;
      if (focus_ring && each.name == "Cancel" && view.dialog == Dialog::None)
        continue;  // first it lets go of the ring
      if (!ImGui::IsKeyPressed(key.key, each.repeats)) continue;
      if (!possible(each, frame, view)) continue;
      if (each.run != nullptr) each.run(frame, view, intents);
      return;
    }
  }
}

void share_keys() {
  // Arrows step through time until the focus ring shows (Tab brings it, Esc takes it away); then they move
  // the ring.
  ImGuiIO& io = ImGui::GetIO();
  ImGuiContext& context = *ImGui::GetCurrentContext();
  // Esc in a panel makes ImGui show the ring around the panel; ours comes by Tab alone.
  if (!io.NavVisible && ImGui::IsKeyPressed(GLFW_KEY_ESCAPE, false)) context.NavDisableHighlight = true;
  if (io.NavVisible && !io.WantTextInput && context.NavId != 0 && ImGui::IsKeyPressed(GLFW_KEY_ENTER, false))
    ImGui::ActivateItem(context.NavId);  // by itself it listens to Space only
  const bool theirs = io.NavVisible || io.WantTextInput || any_popup() || !context.NavDisableHighlight;
  constexpr std::pair<ImGuiKey, int> shared[] = {
      {ImGuiKey_LeftArrow, GLFW_KEY_LEFT}, {ImGuiKey_RightArrow, GLFW_KEY_RIGHT},
      {ImGuiKey_UpArrow, GLFW_KEY_UP},     {ImGuiKey_DownArrow, GLFW_KEY_DOWN},
      {ImGuiKey_Home, GLFW_KEY_HOME},      {ImGuiKey_End, GLFW_KEY_END},
      {ImGuiKey_PageUp, GLFW_KEY_PAGE_UP}, {ImGuiKey_PageDown, GLFW_KEY_PAGE_DOWN}};
  for (const auto& [key, number] : shared) io.KeyMap[key] = theirs ? number : -1;
}

}  // namespace sockarium::gui
