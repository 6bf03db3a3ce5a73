// The threads of a program that has several, a row each: its name, the line in which it stands, what it does
// there. Below them the panel shows the source around one of them.
#pragma once

#include "gui/panels.h"

namespace sockarium::gui {

/// Of a process, those that have not ended; all when all have.
std::vector<TaskId> living_threads(const Frame& frame, ProcessId process);
/// The one whose line is shown: which was clicked, or else the one that moved last.
TaskId shown_thread(const Frame& frame, const ViewState& view, ProcessId process,
                    const std::vector<TaskId>& threads);
/// What so many take; one needs no row.
float threads_height(std::size_t threads);
/// Draws at the cursor's place within `width` and at most `height`; a click on a row keeps that thread's line
/// in sight, another lets it go. The height that was used.
float draw_threads(const Frame& frame, ViewState& view, ProcessId process, const std::vector<TaskId>& threads,
                   float width, float height);

}  // namespace sockarium::gui
