// gui: the window, at a moment.
#include <fmt/format.h>

#include "lab/cli/commands.h"
#include "lab/cli/opened.h"

namespace sockarium::cli {

namespace {

struct GuiOptions {
  std::string file, at, theme, layout, config;
  std::vector<std::string> sets;
  std::optional<std::uint64_t> seed;
  std::optional<Profile> profile;
  float scale = 0;
};

int show(const GuiOptions& options, const Renderer& renderer) {
  WindowRequest request;
  request.theme = options.theme;
  request.scale = options.scale;
  request.event = 0;
  request.layout = options.layout;
  request.config = options.config;
  if (!options.file.empty()) {
    request.path = resolve(options.file);
    ScenarioOptions scenario;
    scenario.file = request.path;
    scenario.sets = options.sets;
    scenario.seed = options.seed;
    scenario.profile = options.profile;
    int code = ok;
    std::optional<Opened> opened = open(scenario, code);
    if (!opened) return code;
    if (!options.at.empty()) {
      const auto event = opened->moment(options.at);
      if (!event) return bad_usage;
      request.event = *event;
    }
    request.scenario = opened->scenario;
  }
  return show_window(renderer, request);
}

}  // namespace

Command add_gui(CLI::App& program, const Renderer& renderer) {
  auto options = std::make_shared<GuiOptions>();
  CLI::App* app = program.add_subcommand("gui", "opens the window, at a moment");
  app->add_option("file", options->file,
                  "a scenario file, or the id of a lesson; the first lesson if not given");
  app->add_option("--at", options->at,
                  "the moment: a time, an event number or a bookmark; the start if not given")
      ->type_name("MOMENT");
  app->add_option("--set", options->sets, "sets a knob: --set backlog=3")->type_name("NAME=VALUE");
  app->add_option("--seed", options->seed, "the seed of all chance");
  app->add_option_function<std::string>(
         "--profile", [options](const std::string& name) { options->profile = profile_named(name); },
         "the kernel of every host that names none")
      ->check(a_profile)
      ->type_name("NAME");
  app->add_option("--theme", options->theme, "dark, light, high contrast");
  app->add_option("--layout", options->layout,
                  "lesson, projector, debug, ports, or compare: with the real kernel beside it")
      ->check(CLI::IsMember({"lesson", "projector", "debug", "ports", "compare"}));
  app->add_option("--scale", options->scale, "of type and lines")->check(CLI::Range(0.75, 3.0));
  app->add_option("--config", options->config,
                  "the settings file instead of ~/.config/sockarium/settings.json; none: without settings")
      ->type_name("FILE");
  set_examples(*app, {"sockarium gui H1", "sockarium gui Q1 --at first-drop --layout projector --scale 1.5"});
  return {app, [options, &renderer] { return show(*options, renderer); }};
}

}  // namespace sockarium::cli
