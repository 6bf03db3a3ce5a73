#include "lab/cli/cli.h"
#include "build_info.h"

#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>

#include "lab/cli/commands.h"
#include "lab/cli/exit_code.h"
#include "lab/cli/opened.h"

namespace sockarium::cli {

namespace {

/// A reader that has seen enough (`| head`) is no error.
extern "C" void reader_has_left(int) {
  _exit(ok);
}
extern "C" void person_has_interrupted(int) {
  _exit(interrupted);
}

int choose(int argc, char** argv, const Renderer& renderer) {
  CLI::App program(
      "An aquarium for sockets: a kernel's TCP, ports and queues, run from scenario files, stepped forward "
      "and back.",
      "sockarium");
  program.set_version_flag("--version", version_line());
  program.require_subcommand(0, 1);
  const std::vector<Command> commands{add_gui(program, renderer),
                                      add_list(program),
                                      add_show(program),
                                      add_run(program),
                                      add_narrate(program),
                                      add_check(program),
                                      add_compare(program),
                                      add_real_run(program),
                                      add_view(program),
                                      add_why(program),
                                      add_sweep(program),
                                      add_export(program, renderer),
                                      add_doctor(program, renderer)};
  set_examples(program, {"sockarium                       opens the window on the course",
                         "sockarium run handshake.lua     tells what happens, event by event"});
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {
      program.exit(error);  // --help, --version
      return ok;
    }
    fmt::print(
        stderr,
        "sockarium: {}\n  sockarium --help lists the commands, sockarium COMMAND --help their options\n",
        error.what());
    return bad_usage;
  }
  for (const Command& command : commands)
    if (command.app->parsed()) return command.run();
  return show_window(renderer, WindowRequest{});
}

}  // namespace

std::string version_line() {
  std::string names;
  for (const ProfileInfo& info : profiles()) names += (names.empty() ? "" : ", ") + std::string(info.name);
  return fmt::format("sockarium {} (profiles: {})", SOCKARIUM_VERSION, names);
}

void set_examples(CLI::App& command, const std::vector<std::string>& examples) {
  std::string text = "Examples:";
  for (const std::string& example : examples) text += "\n  " + example;
  command.footer(text);
}

int run(int argc, char** argv, const Renderer& renderer) {
  std::signal(SIGPIPE, reader_has_left);
  std::signal(SIGINT, person_has_interrupted);
  try {
    const int code = choose(argc, argv, renderer);
    std::fflush(stdout);
    return code;
  } catch (const std::exception& fault) {
    fmt::print(stderr,
               "sockarium: internal fault: {}\nThis is a bug of Sockarium's. Please report it with the "
               "scenario file and: {}\n",
               fault.what(), version_line());
    return internal;
  }
}

}  // namespace sockarium::cli
