// The command line: one program, one file for each subcommand. Results go to stdout, everything else to
// stderr. Exit codes are stable: see exit_code.h.
#pragma once

#include "lab/cli/renderer.h"

namespace sockarium::cli {

/// Runs the program. `renderer`: the window, for the commands that want one.
int run(int argc, char** argv, const Renderer& renderer);

}  // namespace sockarium::cli
