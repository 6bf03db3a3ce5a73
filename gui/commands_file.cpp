// Commands for files and the clipboard. See command_groups.h.
#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

#include <fmt/format.h>

#include <filesystem>
#include <string>

#include "gui/command_groups.h"

namespace sockarium::gui {

namespace {

/// «q1-what-i-did.lua» beside where the program runs, or the next that is free.
std::string name_for_deeds(const std::string& path) {
  const std::string stem = std::filesystem::path(path).stem().string();
  std::error_code failed;
  for (int n = 1;; ++n) {
    std::string name = fmt::format("{}-what-i-did{}.lua", stem, n == 1 ? "" : "-" + std::to_string(n));
    if (!std::filesystem::exists(name, failed)) return name;
  }
}

}  // namespace

std::vector<Command> file_commands() {
  return {
      {"Open…",
       "Opens a scenario file.",
       Menu::File,
       {{GLFW_KEY_O, true}},
       false,
       ask<Dialog::Open>,
       nullptr},
      {"Reload",
       "Reads the scenario file again; the moment is kept.",
       Menu::File,
       {{GLFW_KEY_R, true}},
       false,
       [](const Frame&, ViewState&, Intents& i) { i.push_back(intent::Reload{}); },
       has_session},
      {"Save",
       "Writes the edited source and runs it; or, without edits, the bookmarks beside the scenario file.",
       Menu::File,
       {{GLFW_KEY_S, true}},
       false,
       [](const Frame&, ViewState&, Intents& i) { i.push_back(intent::Save{}); },
       has_session},
      {"Throw the edits away",
       "Shows the source as it is in the file.",
       Menu::File,
       {},
       false,
       [](const Frame&, ViewState&, Intents& i) { i.push_back(intent::Revert{}); },
       [](const Frame&, const ViewState& v) { return v.source.edited(); }},
      {"Export…",
       "Writes the window as PNG, the ladder as SVG, or what was done as a scenario file.",
       Menu::File,
       {{GLFW_KEY_E, true}},
       false,
       ask<Dialog::Export>,
       has_session},
      {"Export what I did…",
       "Writes params, seed, profile and every intervention of this branch as a scenario file.",
       Menu::File,
       {{GLFW_KEY_E, true, true}},
       false,
       [](const Frame& frame, ViewState& view, Intents&) {
         open_dialog(view, Dialog::Export);
         if (view.dialog == Dialog::Export) view.path_field = name_for_deeds(frame.path);
       },
       [](const Frame& frame, const ViewState& view) {
         return shows_moment(frame, view) && frame.scenario != nullptr;
       }},
      {"Copy as text",
       "Copies what the window shows, as text.",
       Menu::File,
       {{GLFW_KEY_C, true}},
       false,
       [](const Frame&, ViewState&, Intents& i) { i.push_back(intent::CopyText{}); },
       has_session},
      {"Copy link",
       "Copies the command line that shows this moment again.",
       Menu::File,
       {{GLFW_KEY_L, true}},
       false,
       [](const Frame&, ViewState&, Intents& i) { i.push_back(intent::CopyLink{}); },
       [](const Frame& frame, const ViewState&) {
         return frame.session != nullptr && frame.scenario != nullptr;
       }},
      {"Quit",
       "Closes the window.",
       Menu::File,
       {{GLFW_KEY_Q, true}},
       false,
       [](const Frame&, ViewState&, Intents& i) { i.push_back(intent::Quit{}); },
       nullptr},
  };
}

}  // namespace sockarium::gui
