// compare: runs scenarios on the real kernel too, and lists every difference. For CI; the last line counts.
#include <fmt/format.h>
#include <sys/utsname.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "lab/cli/commands.h"
#include "lab/cli/opened.h"
#include "lab/compare/referee.h"
#include "lab/script/units.h"

namespace sockarium::cli {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

struct CompareOptions {
  std::vector<std::string> files;
  ScenarioOptions scenario;
  std::string max_time = "10s";
  bool real_only = false;
};

struct Totals {
  std::size_t compared = 0, skipped = 0, observations = 0, same = 0, explained = 0, unexplained = 0,
              stale = 0;
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

void print_line(const char* whose, const json& difference, const std::string& file) {
  if (!difference.contains(whose)) {
    fmt::print("    {:<6} nothing\n", whose);
    return;
  }
  const json& line = difference[whose];
  const std::int64_t number = line["line"];
  fmt::print("    {:<6} {}  at {:.3f} ms{}\n", whose, line["text"].get<std::string>(),
             static_cast<double>(line["time_ns"].get<std::int64_t>()) / 1e6,
             number > 0 ? fmt::format(" ({}:{})", file, number) : "");
}

void print_differences(const json& differences, const std::string& file, const char* word) {
  for (const json& difference : differences) {
    fmt::print(
        "  {}  {}{}\n", word, difference["strand"].get<std::string>(),
        difference["what"].get<std::string>().empty() ? "" : ": " + difference["what"].get<std::string>());
    print_line("model", difference, file);
    print_line("real", difference, file);
    if (!difference["why"].get<std::string>().empty())
      fmt::print("    why    {} ({})\n", difference["why"].get<std::string>(),
                 difference["source"].get<std::string>());
  }
}

void print_strands(const json& strands) {
  for (const json& strand : strands) {
    fmt::print("  {}\n", strand["strand"].get<std::string>());
    for (const json& line : strand["lines"])
      fmt::print("    {:>12.6f} s  {}\n", static_cast<double>(line["time_ns"].get<std::int64_t>()) / 1e9,
                 line["text"].get<std::string>());
  }
}

void print_report(const std::string& file, const json& found) {
  if (found.contains("strands")) {
    fmt::print("{} on the real kernel\n", file);
    print_strands(found["strands"]);
    return;
  }
  fmt::print("{}: {} observations compared, {} same, {} explained, {} unexplained{}\n", file,
             found["observations"].get<std::size_t>(), found["same"].get<std::size_t>(),
             found["explained"].size(), found["unexplained"].size(),
             found["left_out"].get<std::size_t>() == 0
                 ? ""
                 : fmt::format("; {} after the end left out", found["left_out"].get<std::size_t>()));
  print_differences(found["unexplained"], file, "DIFFERS");
  print_differences(found["explained"], file, "known  ");
  for (const json& stale : found["stale"])
    fmt::print("  STALE  the ledger knows a difference that did not occur: {}\n", stale.get<std::string>());
}

std::string kernel() {
  utsname name{};
  uname(&name);
  return fmt::format("{} {}", name.sysname, name.release);
}

int finish(const CompareOptions& options, const Totals& totals, json results) {
  if (options.scenario.json) {
    json document{{"schema", 1},
                  {"kernel", kernel()},
                  {"compared", totals.compared},
                  {"skipped", totals.skipped},
                  {"unexplained", totals.unexplained},
                  {"results", std::move(results)}};
    fmt::print("{}\n", document.dump(2, ' ', false, json::error_handler_t::replace));
  } else if (!options.real_only) {
    fmt::print("{} compared with {}, {} skipped: {} observations, {} same, {} explained, {} unexplained\n",
               totals.compared, kernel(), totals.skipped, totals.observations, totals.same, totals.explained,
               totals.unexplained);
  }
  if (totals.unexplained > 0 || totals.stale > 0) return failed;
  return totals.compared == 0 ? impossible : ok;
}

int compare_all(const CompareOptions& options) {
  compare::Request request;
  request.real_only = options.real_only;
  const auto limit = script::parse_duration(options.max_time);
  if (!limit || *limit <= 0) {
    report(bad_usage, fmt::format("--max-time takes a duration, not '{}'", options.max_time),
           options.scenario.json, "for example: --max-time 10s");
    return bad_usage;
  }
  request.max_time = *limit;
  Totals totals;
  json results = json::array();
  for (const std::string& file : scenario_files(options.files)) {
    ScenarioOptions one = options.scenario;
    one.file = file;
    int code = ok;
    const std::optional<Opened> opened = open(one, code);
    if (!opened) return code;
    std::fflush(stdout);  // else a child process would hold a copy of what is not written yet
    const compare::Report found = compare::referee(opened->scenario, *opened->session, request);
    if (found.reached == compare::Reached::Impossible) {
      report(
          impossible, found.why, options.scenario.json,
          "run it as root, or allow unprivileged user namespaces (sockarium doctor tells what is missing)");
      return impossible;
    }
    const std::string& name = opened->scenario->file;
    if (found.reached == compare::Reached::Skipped) {
      ++totals.skipped;
      results.push_back({{"file", name}, {"skipped", found.why}});
      if (!options.scenario.json) fmt::print("{}: skipped: {}\n", name, found.why);
      continue;
    }
    ++totals.compared;
    if (!options.real_only) {
      totals.observations += found.found["observations"].get<std::size_t>();
      totals.same += found.found["same"].get<std::size_t>();
      totals.explained += found.found["explained"].size();
      totals.unexplained += found.found["unexplained"].size();
      totals.stale += found.found["stale"].size();
    }
    if (!options.scenario.json) print_report(name, found.found);
    json result = found.found;
    result["file"] = name;
    results.push_back(std::move(result));
  }
  return finish(options, totals, std::move(results));
}

}  // namespace

Command add_compare(CLI::App& program) {
  auto options = std::make_shared<CompareOptions>();
  CLI::App* app =
      program.add_subcommand("compare", "runs scenarios on the real kernel too, and lists every difference");
  app->add_option("files", options->files, "scenario files, folders of them, or ids of lessons")->required();
  app->add_option("--set", options->scenario.sets, "sets a knob: --set backlog=3")->type_name("NAME=VALUE");
  app->add_option("--seed", options->scenario.seed, "the seed of all chance");
  app->add_option("--max-time", options->max_time, "real time for each scenario; 10s if not given")
      ->type_name("TIME");
  app->add_flag("--real-only", options->real_only, "only shows what the real kernel does");
  app->add_flag("--json", options->scenario.json, "one JSON document instead of text");
  set_examples(*app, {"sockarium compare scenarios", "sockarium compare H1 --real-only"});
  return {app, [options] { return compare_all(*options); }};
}

}  // namespace sockarium::cli
