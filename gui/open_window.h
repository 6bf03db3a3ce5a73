// The two things that commands ask of a window (lab/cli/renderer.h): to be opened, and to be drawn into a PNG
// file where there is no display.
#pragma once

#include "lab/cli/renderer.h"

namespace sockarium::gui {

int open_window(const cli::WindowRequest& request);
/// Empty: written. Else what went wrong.
std::string write_window_pngs(const cli::WindowRequest& request, const std::vector<cli::Shot>& shots);
cli::Renderer renderer();

}  // namespace sockarium::gui
