// Commands that explain the window, and Esc. See command_groups.h.
#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

#include "gui/command_groups.h"

namespace sockarium::gui {

namespace {

void escape(const Frame& frame, ViewState& view, Intents& intents) {
  if (view.dialog == Dialog::Unsaved || view.dialog == Dialog::FileChanged)
    intents.push_back(intent::AboutEdits{intent::Edits::Keep});
  else if (view.dialog != Dialog::None)
    view.dialog = Dialog::None;
  else if (view.source.focused)
    return;  // it lets go of the keyboard
  else if (!view.setting_edited.empty())
    view.setting_edited = {};
  else if (view.blank)
    view.blank = false;
  else if (!frame.load_error.empty())
    intents.push_back(intent::CloseError{});
  else if (view.playing)
    intents.push_back(intent::SetPlaying{false});
  else if (view.arrangement == Arrangement::Compare && (view.compared_model | view.compared_real) != 0)
    view.compared_model = view.compared_real = 0;
  else if (view.arrangement == Arrangement::Compare)
    intents.push_back(intent::Arrange{Arrangement::Lesson});
  else if (view.selected != 0 || view.pinned_port) {
    view.selected = 0;
    view.pinned_port.reset();
  } else if (view.enlarged)
    view.enlarged.reset();
  else
    view.notice.clear();
}

}  // namespace

std::vector<Command> help_commands() {
  return {
      {"Keys",
       "Shows all keys on one page.",
       Menu::Help,
       {{GLFW_KEY_F1}, {GLFW_KEY_SLASH, false, true}},
       false,
       ask<Dialog::Help>,
       nullptr},
      {"All commands…",
       "Finds a command, panel, lesson or bookmark by its name.",
       Menu::Help,
       {{GLFW_KEY_P, true}},
       false,
       ask<Dialog::Palette>,
       nullptr},
      {"Tour",
       "The window in three steps.",
       Menu::Help,
       {},
       false,
       [](const Frame&, ViewState& v, Intents&) {
         v.tour_step = 0;
         v.dialog = Dialog::Tour;
       },
       nullptr},
      {"What surprised you",
       "Your predictions beside what happened.",
       Menu::Help,
       {},
       false,
       ask<Dialog::Surprises>,
       has_session},
      {"About",
       "What this is, and what the model leaves out.",
       Menu::Help,
       {},
       false,
       ask<Dialog::About>,
       nullptr},
      {"Cancel",
       "Closes what is open, lets go of what is selected.",
       Menu::Help,
       {{GLFW_KEY_ESCAPE}},
       false,
       escape,
       nullptr},
  };
}

}  // namespace sockarium::gui
