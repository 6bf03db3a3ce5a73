// view, why: a moment of a run as a tool or a diagram shows it, and the chain of causes behind it.
#include <fmt/format.h>

#include "lab/cli/commands.h"
#include "lab/cli/opened.h"
#include "lab/picture/ladder.h"
#include "lab/picture/ladder_text.h"
#include "sim/observe/caption.h"
#include "sim/observe/why.h"

namespace sockarium::cli {

namespace {

struct ViewOptions {
  ScenarioOptions scenario;
  std::string as = "ladder";
  std::size_t width = 80;
  bool unicode = false, absolute = false, no_calls = false;
};

int view(const ViewOptions& options) {
  int code = ok;
  std::optional<Opened> opened = open(options.scenario, code);
  if (!opened) return code;
  const auto event = opened->moment(options.scenario.at);
  if (!event) return bad_usage;
  Session& session = *opened->session;
  session.seek(*event);
  picture::LadderOptions ladder;
  ladder.cursor = session.records_at(*event);
  ladder.last = ladder.cursor;
  ladder.most_rows = static_cast<std::size_t>(-1);
  ladder.absolute_numbers = options.absolute;
  ladder.calls = !options.no_calls;
  picture::LadderTextOptions text;
  text.width = options.width;
  text.unicode = options.unicode;
  if (ladder.last == 0) {
    fmt::print("Nothing has happened yet.\n");
    return ok;
  }
  fmt::print("{}",
             picture::ladder_text(
                 picture::make_ladder(session.world(), session.bytes(), session.records(), ladder), text));
  return ok;
}

int why(const ScenarioOptions& options) {
  int code = ok;
  std::optional<Opened> opened = open(options, code);
  if (!opened) return code;
  const auto event = opened->moment(options.at);
  if (!event) return bad_usage;
  if (*event == 0) {
    fmt::print("Nothing has happened yet.\n");
    return ok;
  }
  Session& session = *opened->session;
  session.seek(*event);
  const observe::Narrator tells(session.world(), session.bytes(), session.records());
  const RecordNumber record = tells.principal(session.line(*event).first, session.line(*event).last);
  for (const observe::WhyStep& step :
       observe::why(session.world(), session.bytes(), session.records(), record)) {
    fmt::print("{}{}\n", step.aside ? "  " : "", step.sentence);
    if (!step.reason.empty()) fmt::print("{}    {}\n", step.aside ? "  " : "", step.reason);
    if (!step.source.empty()) fmt::print("{}    [{}]\n", step.aside ? "  " : "", step.source);
  }
  return ok;
}

}  // namespace

Command add_view(CLI::App& program) {
  auto options = std::make_shared<ViewOptions>();
  CLI::App* app = program.add_subcommand("view", "shows a moment of a run as a diagram");
  options->scenario.add_to(*app, true);
  app->add_option("--as", options->as, "what to show")
      ->check(CLI::IsMember({"ladder"}))
      ->capture_default_str();
  app->add_option("--width", options->width, "columns")->check(CLI::Range(60, 400))->capture_default_str();
  app->add_flag("--unicode", options->unicode, "lines and arrows instead of ASCII");
  app->add_flag("--absolute", options->absolute, "sequence numbers as in the header, not counted from 0");
  app->add_flag("--no-calls", options->no_calls, "packets and states only");
  set_examples(*app, {"sockarium view H1 --as ladder",
                      "sockarium view Q1 --as ladder --at first-drop --unicode --width 100"});
  return {app, [options] { return view(*options); }};
}

Command add_why(CLI::App& program) {
  auto options = std::make_shared<ScenarioOptions>();
  CLI::App* app = program.add_subcommand("why", "the chain of causes behind the event at a moment");
  options->add_to(*app, true);
  set_examples(*app, {"sockarium why Q1 --at first-drop", "sockarium why H1 --at 25ms"});
  return {app, [options] { return why(*options); }};
}

}  // namespace sockarium::cli
