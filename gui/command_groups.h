// The table of commands in pieces, by subject: each piece is a file of its own. commands.h has them as one.
#pragma once

#include <vector>

#include "gui/commands.h"

namespace sockarium::gui {

std::vector<Command> file_commands();     ///< files, export, clipboard
std::vector<Command> move_commands();     ///< through the run
std::vector<Command> what_if_commands();  ///< interventions
std::vector<Command> panel_commands();    ///< one for each panel
std::vector<Command> view_commands();     ///< layouts, timeline, type, theme
std::vector<Command> help_commands();     ///< and «Cancel»

// What several of them ask before they run.

bool has_session(const Frame& frame, const ViewState& view);
/// Are there panels that show the moment, and is there something to be done at it? The comparison only marks
/// it in two whole runs.
bool shows_moment(const Frame& frame, const ViewState& view);

template <Dialog dialog>
void ask(const Frame&, ViewState& view, Intents&) {
  open_dialog(view, dialog);
}

inline constexpr int plus_key = 61;  ///< GLFW's number of the key with + on it (=)

}  // namespace sockarium::gui
