// check: reads scenarios, runs them, and tests what they expect and predict. For CI; the last line counts.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "lab/cli/commands.h"
#include "lab/cli/opened.h"
#include "lab/script/lesson.h"
#include "lab/script/session_view.h"
#include "sim/observe/caption.h"

namespace sockarium::cli {

namespace {

/// A lesson with other knobs, or in which somebody did something, may never come to some of its moments; with
/// its own it must.
bool may_never_come(const Opened& opened) {
  return !opened.scenario->in_force.params.empty() || !opened.scenario->deeds.empty();
}

struct CheckOptions {
  std::vector<std::string> files;
  ScenarioOptions scenario;
  bool quiet = false;
};

struct Tally {
  std::size_t passed = 0, failed = 0;
  nlohmann::json results = nlohmann::json::array();
  bool json = false, quiet = false;

  void pass(const std::string& file, std::int64_t line, const std::string& text) {
    ++passed;
    if (json)
      results.push_back({{"file", file}, {"line", line}, {"text", text}, {"passed", true}});
    else if (!quiet)
      fmt::print("  pass  {}\n", text);
  }
  void fail(const std::string& file, std::int64_t line, const std::string& text, const std::string& why) {
    ++failed;
    if (json)
      results.push_back({{"file", file}, {"line", line}, {"text", text}, {"passed", false}, {"got", why}});
    else
      fmt::print("  FAIL  {}:{}: {}\n        {}\n", file, line, text, why);
  }
};

/// The event that a look at the run was made at, told in one line.
std::string told(const Session& session, std::uint64_t event) {
  if (event == 0) return "at the start";
  const observe::Narrator tells(session.world(), session.bytes(), session.records());
  return fmt::format("at event {}, t = {:.6f} ms: {}", event,
                     static_cast<double>(session.time_at(event)) / 1e6,
                     tells.caption(session.line(event).first, session.line(event).last));
}

void check_expectations(Opened& opened, Tally& tally) {
  const std::string& file = opened.scenario->file;
  Session& session = *opened.session;
  for (const script::Expectation& expectation : opened.scenario->expectations) {
    const auto event = opened.lesson.event_of(session, expectation.when);
    if (!event && may_never_come(opened)) continue;
    if (!event) {
      tally.fail(file, expectation.line, expectation.text,
                 "its moment never comes: " + script::to_string(expectation.when));
      continue;
    }
    session.seek(*event);
    const script::SessionView view(session.world(), session.bytes(), session.records());
    const script::Judgement judged = script::evaluate(*opened.scenario, expectation, view);
    if (judged.verdict == script::Verdict::Holds)
      tally.pass(file, expectation.line, expectation.text);
    else if (judged.verdict == script::Verdict::Fails)
      tally.fail(file, expectation.line, expectation.text,
                 fmt::format("got: {}\n        {}; profile {}", judged.got.empty() ? "false" : judged.got,
                             told(session, *event), info_of(opened.scenario->profile).name));
    else
      tally.fail(file, expectation.line, expectation.text,
                 judged.error ? judged.error->format() : "the lesson is broken");
  }
}

void check_lesson(Opened& opened, Tally& tally) {
  const std::string& file = opened.scenario->file;
  Session& session = *opened.session;
  for (const script::Narration& narration : opened.scenario->narrations) {
    const auto event = opened.lesson.event_of(session, narration.when);
    if (!event && may_never_come(opened)) continue;
    if (!event) {
      tally.fail(file, narration.line, "narration",
                 "its moment never comes: " + script::to_string(narration.when));
      continue;
    }
    session.seek(*event);
    const script::SessionView view(session.world(), session.bytes(), session.records());
    const script::EvaluatedText text = script::render(*opened.scenario, narration.text, narration.line, view);
    if (text.error) tally.fail(file, narration.line, "narration", text.error->format());
  }
  for (std::size_t i = 0; i < opened.scenario->predictions.size(); ++i) {
    const script::Prediction& prediction = opened.scenario->predictions[i];
    const script::Question* asked = nullptr;
    for (const script::Question& question : opened.lesson.questions())
      if (question.prediction == i) asked = &question;
    if (asked == nullptr && may_never_come(opened)) continue;
    if (asked == nullptr)
      tally.fail(file, prediction.line, "prediction",
                 "its moment never comes: " + script::to_string(prediction.at));
    else if (!asked->error.empty())
      tally.fail(file, prediction.line, asked->ask, asked->error);
    else
      tally.pass(file, prediction.line, fmt::format("{} -> {}", asked->ask, asked->answer));
  }
}

int check(const CheckOptions& options) {
  Tally tally;
  tally.json = options.scenario.json;
  tally.quiet = options.quiet;
  int worst = ok;
  for (const std::string& file : options.files) {
    ScenarioOptions one = options.scenario;
    one.file = file;
    one.json = false;
    int code = ok;
    std::optional<Opened> opened = open(one, code);
    if (!opened) {
      worst = std::max(worst, code);
      ++tally.failed;
      if (tally.json)
        tally.results.push_back({{"file", file}, {"line", 0}, {"text", "can be read"}, {"passed", false}});
      continue;
    }
    if (!tally.json && !tally.quiet)
      fmt::print("{} ({} events)\n", opened->scenario->file, opened->session->head());
    const auto& journal = opened->session->journal();
    for (std::size_t i = 0; i < journal.size(); ++i)
      if (!journal[i].fault.empty())
        tally.fail(file, journal[i].call.line, "programs run without a fault", journal[i].fault);
    check_lesson(*opened, tally);
    check_expectations(*opened, tally);
  }
  if (tally.json) {
    nlohmann::json document;
    document["schema"] = 1;
    document["passed"] = tally.passed;
    document["failed"] = tally.failed;
    document["results"] = tally.results;
    fmt::print("{}\n", document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
  } else {
    fmt::print("{} passed, {} failed\n", tally.passed, tally.failed);
  }
  if (worst != ok) return worst;
  return tally.failed == 0 ? ok : failed;
}

}  // namespace

Command add_check(CLI::App& program) {
  auto options = std::make_shared<CheckOptions>();
  CLI::App* app =
      program.add_subcommand("check", "runs scenarios and tests their expectations and predictions");
  app->add_option("files", options->files, "scenario files, or ids of lessons")->required();
  app->add_option("--set", options->scenario.sets, "sets a knob: --set backlog=3")->type_name("NAME=VALUE");
  app->add_option("--seed", options->scenario.seed, "the seed of all chance");
  app->add_flag("--json", options->scenario.json, "one JSON document instead of text");
  app->add_flag("-q,--quiet", options->quiet, "only failures and the last line");
  set_examples(*app, {"sockarium check scenarios/*.lua", "sockarium check Q1 --set backlog=7 --json"});
  return {app, [options] { return check(*options); }};
}

}  // namespace sockarium::cli
