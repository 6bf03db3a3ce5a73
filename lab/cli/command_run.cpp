// run, narrate: what happens, event by event, one caption a line.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "lab/cli/commands.h"
#include "lab/cli/opened.h"
#include "lab/formats/json.h"
#include "lab/script/lesson.h"
#include "lab/script/session_view.h"
#include "sim/observe/caption.h"

namespace sockarium::cli {

namespace {

struct RunOptions {
  ScenarioOptions scenario;
  std::string until;
  bool hash = false;
  bool quiet = false;
  bool interesting_only = false;
};

std::string clock(Time time) {
  return fmt::format("{:>14.6f} ms", static_cast<double>(time) / 1e6);
}

/// The first event after which the scenario's expression is true; none: never.
std::optional<std::uint64_t> first_true(Opened& opened, const std::string& expression) {
  for (std::uint64_t event = 0; event <= opened.session->head(); ++event) {
    opened.session->seek(event);
    const script::SessionView view(opened.session->world(), opened.session->bytes(),
                                   opened.session->records());
    const script::EvaluatedText value = script::render(*opened.scenario, "{" + expression + "}", 0, view);
    if (value.error) {
      report(bad_usage, "--until: " + value.error->message, false, value.error->hint);
      return std::nullopt;
    }
    if (value.text == "true") return event;
  }
  report(failed, fmt::format("--until: '{}' is never true in this run", expression), false);
  return std::nullopt;
}

bool is_interesting(const Session& session, std::uint64_t event) {
  for (RecordNumber n = session.line(event).first; n <= session.line(event).last; ++n)
    if (interesting(session.record(n))) return true;
  return false;
}

void print_events(Opened& opened, std::uint64_t last, const RunOptions& options, bool long_form) {
  Session& session = *opened.session;
  session.seek(session.head());
  const observe::Narrator tells(session.world(), session.bytes(), session.records());
  std::size_t told = 0;
  for (std::uint64_t event = 0; event <= last; ++event) {
    if (long_form)
      for (const std::vector<std::string> said = opened.lesson.narrations(event); told < said.size(); ++told)
        fmt::print("\n{}\n\n", said[told]);
    if (event == 0 || (options.interesting_only && !is_interesting(session, event))) continue;
    const EventLine& line = session.line(event);
    const std::string caption = tells.caption(line.first, line.last);
    if (caption.empty()) continue;
    fmt::print("{}  {:>5}  {}\n", clock(line.time), event, caption);
    const std::string hint = long_form ? tells.in_real_life(line.first, line.last) : "";
    if (!hint.empty()) fmt::print("{:>26}In real life: {}\n", "", hint);
  }
}

void print_faults(const Opened& opened) {
  const auto& journal = opened.session->journal();
  for (std::size_t i = 0; i < journal.size(); ++i)
    if (!journal[i].fault.empty()) fmt::print(stderr, "{}\n", journal[i].fault);
}

int go(const RunOptions& options, bool long_form) {
  int code = ok;
  std::optional<Opened> opened = open(options.scenario, code);
  if (!opened) return code;
  Session& session = *opened->session;
  if (options.hash) {
    fmt::print("{} events {} records {} hash {:016x}\n",
               opened->scenario->id.empty() ? "-" : opened->scenario->id, session.head(),
               session.records().size(), session.hash_at(session.head()));
    return ok;
  }
  const auto last =
      options.until.empty() ? opened->moment(options.scenario.at) : first_true(*opened, options.until);
  if (!last) return options.until.empty() ? bad_usage : failed;
  if (options.scenario.json) {
    formats::RunTitle about;
    about.title = opened->scenario->title;
    about.ending = std::string(sentence(session.ending()));
    session.seek(session.head());
    fmt::print("{}", formats::json_text(
                         formats::run_as_json(session.world(), session.bytes(), session.records(), about)));
    return ok;
  }
  if (!options.quiet) {
    if (!opened->scenario->title.empty())
      fmt::print("{}\n{}\n\n", opened->scenario->title, opened->scenario->summary);
    print_events(*opened, *last, options, long_form);
    fmt::print("\n");
  }
  fmt::print("{} of {} events, seed {}, profile {}: {}.\n", *last, session.head(),
             opened->scenario->setup.seed, info_of(opened->scenario->profile).name,
             *last == session.head() ? sentence(session.ending()) : "stopped here as asked");
  print_faults(*opened);
  return ok;
}

Command add(CLI::App& program, const std::string& name, const std::string& what, bool long_form) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* app = program.add_subcommand(name, what);
  options->scenario.add_to(*app, true);
  app->add_option("--until", options->until,
                  "stops at the first event after which this is true: \"w.time > 0.5\"")
      ->type_name("EXPR");
  app->add_flag("--interesting", options->interesting_only,
                "only changes of state, errors, drops, retransmissions …");
  app->add_flag("--hash", options->hash, "only the number of events and the hash of the final state");
  app->add_flag("-q,--quiet", options->quiet, "only the last line");
  set_examples(*app, {fmt::format("sockarium {} H1 --at 25ms", name),
                      fmt::format("sockarium {} Q1 --set backlog=5 --interesting", name)});
  return {app, [options, long_form] { return go(*options, long_form); }};
}

}  // namespace

Command add_run(CLI::App& program) {
  return add(program, "run", "simulates and prints one caption for each event", false);
}
Command add_narrate(CLI::App& program) {
  return add(program, "narrate", "as run, with the lesson's words and where to see each event in real life",
             true);
}

}  // namespace sockarium::cli
