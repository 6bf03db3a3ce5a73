// The subcommands. Each adds itself to the program; `run` is called when it was chosen and gives the exit
// code.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "lab/cli/renderer.h"

namespace sockarium::cli {

struct Command {
  CLI::App* app = nullptr;
  std::function<int()> run;
};

Command add_run(CLI::App& program);
Command add_narrate(CLI::App& program);
Command add_check(CLI::App& program);
Command add_compare(CLI::App& program);
Command add_real_run(CLI::App& program);
Command add_view(CLI::App& program);
Command add_why(CLI::App& program);
Command add_export(CLI::App& program, const Renderer& renderer);
Command add_sweep(CLI::App& program);
Command add_list(CLI::App& program);
Command add_show(CLI::App& program);
Command add_doctor(CLI::App& program, const Renderer& renderer);
Command add_gui(CLI::App& program, const Renderer& renderer);

/// «sockarium 0.1.0 (profiles: linux-6.18, …)»
std::string version_line();
/// Examples below a command's help.
void set_examples(CLI::App& command, const std::vector<std::string>& examples);

}  // namespace sockarium::cli
