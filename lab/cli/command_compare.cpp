// compare: runs scenarios on the real kernel too, and lists every difference. For CI; the last line counts.
#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "lab/cli/commands.h"
#include "lab/cli/opened.h"
#include "lab/compare/playing.h"
#include "lab/picture/ladder.h"
#include "lab/picture/ladder_text.h"
#include "lab/script/units.h"

namespace sockarium::cli {

namespace {

namespace fs = std::filesystem;
using compare::Difference;
using compare::Playing;
using nlohmann::json;

struct CompareOptions {
  std::vector<std::string> files;
  ScenarioOptions scenario;
  std::string max_time = "10s";
  std::size_t jobs = 8;
  std::size_t width = 80;
  bool real_only = false, unicode = false;
  std::vector<std::string> doings;  ///< real-run: what a person did in the window
};

std::vector<std::string> scenario_files(const std::vector<std::string>& named) {
  std::vector<std::string> files;
  for (const std::string& name : named) {
    std::error_code error;
    if (!fs::is_directory(name, error)) {
      files.push_back(name);
      continue;
    }
    std::vector<std::string> inside;
    for (const auto& entry : fs::directory_iterator(name, error))
      if (entry.path().extension() == ".lua") inside.push_back(entry.path().lexically_normal().string());
    std::sort(inside.begin(), inside.end());
    files.insert(files.end(), inside.begin(), inside.end());
  }
  return files;
}

/// The scenario as it is compared: with the params that its `compare` names, but for those of --set.
std::shared_ptr<const script::Scenario> load_for_comparison(const ScenarioOptions& options, int& code) {
  std::shared_ptr<const script::Scenario> scenario = load(options, code);
  if (!scenario || scenario->comparing.params.empty()) return scenario;
  ScenarioOptions again = options;
  for (const auto& [name, value] : scenario->comparing.params)
    if (!scenario->asked.params.contains(name)) again.sets.push_back(name + "=" + value);
  return load(again, code);
}

// --- As text ----------------------------------------------------------------------------------------------

void print_line(const char* whose, const std::optional<compare::Line>& line, const std::string& file) {
  if (!line) {
    fmt::print("    {:<6} nothing\n", whose);
    return;
  }
  fmt::print("    {:<6} {}  at {:.3f} ms{}\n", whose, line->text, static_cast<double>(line->time) / 1e6,
             line->line > 0 ? fmt::format(" ({}:{})", file, line->line) : "");
}

void print_differences(const std::vector<Difference>& differences, const std::string& file,
                       const char* word) {
  for (const Difference& difference : differences) {
    fmt::print("  {}  {}{}\n", word, difference.strand,
               difference.what.empty() ? "" : ": " + difference.what);
    print_line("model", difference.model, file);
    print_line("real", difference.real, file);
    if (!difference.why.empty()) fmt::print("    why    {} ({})\n", difference.why, difference.source);
  }
}

void print_report(const std::string& file, const compare::Report& found) {
  const compare::Verdict& verdict = found.verdict;
  const std::size_t left_out = verdict.left_out + found.beyond;
  fmt::print("{}: {} observations compared, {} same, {} explained, {} unexplained{}\n", file,
             verdict.observations, verdict.same, verdict.explained.size(), verdict.unexplained.size(),
             left_out == 0 ? "" : fmt::format("; {} later than that left out", left_out));
  print_differences(verdict.unexplained, file, "DIFFERS");
  print_differences(verdict.explained, file, "known  ");
  for (const std::string& stale : verdict.stale)
    fmt::print("  STALE  the ledger knows a difference that did not occur: {}\n", stale);
  for (const std::string& note : found.notes) fmt::print("  note   {}\n", note);
}

void print_ladder(const CompareOptions& options, const std::string& file, compare::Match& match,
                  const compare::Report& found) {
  picture::LadderOptions ladder;
  ladder.cursor = ladder.last = found.records.size();
  ladder.most_rows = static_cast<std::size_t>(-1);
  ladder.states = false;  // nobody has asked the real kernel in between
  picture::LadderTextOptions text;
  text.width = options.width;
  text.unicode = options.unicode;
  fmt::print("{} on the real kernel\n", file);
  if (found.records.empty()) return;
  fmt::print("{}", picture::ladder_text(picture::make_ladder(match.session().world(), match.session().bytes(),
                                                             found.records, ladder),
                                        text));
}

// --- As JSON ----------------------------------------------------------------------------------------------

json as_json(const compare::Line& line) {
  return {{"text", line.text}, {"line", line.line}, {"time_ns", line.time}};
}

json as_json(const std::vector<Difference>& differences) {
  json all = json::array();
  for (const Difference& difference : differences) {
    json one{{"strand", difference.strand},
             {"what", difference.what},
             {"why", difference.why},
             {"source", difference.source}};
    if (difference.model) one["model"] = as_json(*difference.model);
    if (difference.real) one["real"] = as_json(*difference.real);
    all.push_back(std::move(one));
  }
  return all;
}

json as_json(const std::string& file, const compare::Report& found) {
  const compare::Verdict& verdict = found.verdict;
  return {{"file", file},
          {"observations", verdict.observations},
          {"same", verdict.same},
          {"left_out", verdict.left_out + found.beyond},
          {"explained", as_json(verdict.explained)},
          {"unexplained", as_json(verdict.unexplained)},
          {"stale", verdict.stale},
          {"notes", found.notes},
          {"counters_not_modelled", found.unknown}};
}

// --- All of them ------------------------------------------------------------------------------------------

struct Totals {
  std::size_t compared = 0, observations = 0, same = 0, explained = 0, unexplained = 0, stale = 0;
  std::map<std::string, std::size_t> skipped;  ///< reason → how many

  std::size_t all_skipped() const {
    std::size_t all = 0;
    for (const auto& [reason, count] : skipped) all += count;
    return all;
  }
  void add(const compare::Verdict& verdict) {
    ++compared;
    observations += verdict.observations;
    same += verdict.same;
    explained += verdict.explained.size();
    unexplained += verdict.unexplained.size();
    stale += verdict.stale.size();
  }
};

class Comparison {
 public:
  explicit Comparison(const CompareOptions& options) : options_(options), machine_(compare::this_machine()) {}

  int run() {
    if (!machine_.missing.empty()) {
      report(impossible, machine_.missing, options_.scenario.json);
      return impossible;
    }
    const auto limit = script::parse_duration(options_.max_time);
    if (!limit || *limit <= 0) {
      report(bad_usage, fmt::format("--max-time takes a duration, not '{}'", options_.max_time),
             options_.scenario.json, "for example: --max-time 10s");
      return bad_usage;
    }
    request_.max_time = *limit;
    const std::vector<std::string> files = scenario_files(options_.files);
    if (files.empty()) {
      report(no_file, "there is no scenario (.lua) in that folder", options_.scenario.json);
      return no_file;
    }
    if (!options_.scenario.json && !options_.real_only) introduce();
    for (const std::string& file : files) {
      const int code = start(file);
      if (code != ok) return code;
      while (playing_.size() >= std::max<std::size_t>(options_.jobs, 1)) finish_first();
    }
    while (!playing_.empty()) finish_first();
    return conclude();
  }

 private:
  void introduce() const {
    fmt::print("Compared with {}. A timer may be 1 % early, and 7 % + 20 ms late.\n", machine_.kernel);
    for (const std::string& note : compare::notes_on(machine_)) fmt::print("  {}\n", note);
  }

  int start(const std::string& file) {
    ScenarioOptions one = options_.scenario;
    one.file = file;
    int code = ok;
    std::shared_ptr<const script::Scenario> scenario = load(one, code);
    compare::Request request = request_;
    if (scenario && !scenario->deeds.empty()) {
      std::optional<Opened> opened = open(one, code);
      if (!opened) return code;
      request.doings = compare::doings_of(*opened->session);
    } else if (scenario) {
      scenario = load_for_comparison(one, code);
    }
    if (!scenario) return code;
    playing_.emplace_back(std::make_unique<compare::Match>(scenario, request, machine_),
                          compare::Playing::by_fork);
    return ok;
  }

  /// Keeps all going until the first has ended.
  void finish_first() {
    Playing& first = playing_.front();
    while (!first.over()) {
      std::vector<pollfd> ready;
      Duration soonest = second;
      for (const Playing& playing : playing_) {
        if (playing.descriptor() < 0) continue;
        ready.push_back({playing.descriptor(), POLLIN, 0});
        soonest = std::min(soonest, playing.left());
      }
      ::poll(ready.data(), ready.size(), static_cast<int>(soonest / millisecond) + 1);
      for (Playing& playing : playing_) playing.over();
    }
    show(first);
    playing_.pop_front();
  }

  void show(Playing& playing) {
    const std::string& file = playing.match().scenario().file;
    const compare::Report& found = playing.report();
    if (!found.skipped.empty()) {
      ++totals_.skipped[found.skipped];
      results_.push_back({{"file", file}, {"skipped", found.skipped}});
      if (!options_.scenario.json) fmt::print("{}: skipped: {}\n", file, found.skipped);
      return;
    }
    totals_.add(found.verdict);
    if (options_.scenario.json)
      results_.push_back(as_json(file, found));
    else if (options_.real_only)
      print_ladder(options_, file, playing.match(), found);
    else
      print_report(file, found);
    std::fflush(stdout);
  }

  int conclude() {
    if (options_.scenario.json) {
      const json document{{"schema", 1},
                          {"kernel", machine_.kernel},
                          {"machine", compare::notes_on(machine_)},
                          {"compared", totals_.compared},
                          {"skipped", totals_.skipped},
                          {"unexplained", totals_.unexplained},
                          {"results", std::move(results_)}};
      fmt::print("{}\n", document.dump(2, ' ', false, json::error_handler_t::replace));
    } else if (!options_.real_only) {
      for (const auto& [reason, count] : totals_.skipped) fmt::print("skipped {}: {}\n", count, reason);
      fmt::print("{} compared with {}, {} skipped: {} observations, {} same, {} explained, {} unexplained\n",
                 totals_.compared, machine_.kernel, totals_.all_skipped(), totals_.observations, totals_.same,
                 totals_.explained, totals_.unexplained);
    }
    if (totals_.compared == 0) return impossible;
    if (options_.real_only) return ok;
    return totals_.unexplained > 0 || totals_.stale > 0 ? failed : ok;
  }

  const CompareOptions& options_;
  compare::Machine machine_;
  compare::Request request_;
  std::deque<Playing> playing_;
  Totals totals_;
  json results_ = json::array();
};

/// One scenario on the real kernel; the parcel of what was seen goes to standard output.
int play_only(const CompareOptions& options) {
  ScenarioOptions one = options.scenario;
  one.file = options.files.front();
  int code = ok;
  compare::Request request;
  for (const std::string& word : options.doings) {
    const auto doing = compare::parse_doing(word);
    if (!doing) {
      report(bad_usage, fmt::format("'{}' is not something that a person can do", word), false);
      return bad_usage;
    }
    request.doings.push_back(*doing);
  }
  const std::shared_ptr<const script::Scenario> scenario =
      request.doings.empty() ? load_for_comparison(one, code) : load(one, code);
  if (!scenario) return code;
  request.max_time = script::parse_duration(options.max_time).value_or(request.max_time);
  const compare::Match match(scenario, request, compare::this_machine());
  if (!match.skipped().empty()) {
    report(impossible, match.skipped(), false);
    return impossible;
  }
  const compare::Outcome outcome = compare::Enclosure([&] { return match.play(); }, match.limit()).finish();
  std::fwrite(outcome.text.data(), 1, outcome.text.size(), stdout);
  return !outcome.possible ? impossible : outcome.finished ? ok : failed;
}

}  // namespace

Command add_compare(CLI::App& program) {
  auto options = std::make_shared<CompareOptions>();
  CLI::App* app =
      program.add_subcommand("compare", "runs scenarios on the real kernel too, and lists every difference");
  app->add_option("files", options->files, "scenario files, folders of them, or ids of lessons")->required();
  app->add_option("--set", options->scenario.sets, "sets a knob: --set backlog=3")->type_name("NAME=VALUE");
  app->add_option("--seed", options->scenario.seed, "the seed of all chance");
  app->add_option("--max-time", options->max_time, "real time for each scenario")
      ->type_name("TIME")
      ->capture_default_str();
  app->add_option("--jobs", options->jobs, "how many scenarios at once")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  app->add_flag("--real-only", options->real_only, "only shows what the real kernel does, as a ladder");
  app->add_option("--width", options->width, "columns of that ladder")
      ->check(CLI::Range(60, 400))
      ->capture_default_str();
  app->add_flag("--unicode", options->unicode, "lines and arrows instead of ASCII");
  app->add_flag("--json", options->scenario.json, "one JSON document instead of text");
  set_examples(*app, {"sockarium compare scenarios", "sockarium compare H1 --real-only"});
  return {app, [options] { return Comparison(*options).run(); }};
}

Command add_real_run(CLI::App& program) {
  auto options = std::make_shared<CompareOptions>();
  CLI::App* app = program.add_subcommand("real-run", "what the window starts to see the real kernel's run");
  app->group("");  // not for people
  app->add_option("file", options->files)->required()->expected(1);
  app->add_option("--set", options->scenario.sets);
  app->add_option("--seed", options->scenario.seed);
  app->add_option("--max-time", options->max_time);
  app->add_option("--do", options->doings);
  return {app, [options] { return play_only(*options); }};
}

}  // namespace sockarium::cli
