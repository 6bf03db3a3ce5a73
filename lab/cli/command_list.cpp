// list, show: the lessons of the course, and one of them in words.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "lab/cli/commands.h"
#include "lab/cli/opened.h"

namespace sockarium::cli {

namespace {

int list(bool json) {
  nlohmann::json lessons = nlohmann::json::array();
  for (const std::string& file : course_files()) {
    const script::LoadResult loaded = script::load_file(file);
    if (const auto* error = std::get_if<script::LoadError>(&loaded)) {
      report(*error, false);
      continue;
    }
    const script::Scenario& scenario = *std::get<std::shared_ptr<const script::Scenario>>(loaded);
    if (json)
      lessons.push_back(
          {{"id", scenario.id}, {"title", scenario.title}, {"summary", scenario.summary}, {"file", file}});
    else
      fmt::print("{:<4} {}\n     {}\n", scenario.id, scenario.title, scenario.summary);
  }
  if (json) {
    nlohmann::json document;
    document["schema"] = 1;
    document["lessons"] = lessons;
    fmt::print("{}\n", document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
  }
  return ok;
}

/// The kernels that a host can have, and in what each differs from Linux 6.18.
int list_profiles(bool json) {
  nlohmann::json all = nlohmann::json::array();
  for (const ProfileInfo& info : profiles()) {
    nlohmann::json rows = nlohmann::json::array();
    if (!json) fmt::print("{:<12} {}\n", info.name, info.title);
    for (const ProfileRow& row : info.rows) {
      const bool certain = row.certainty == Certainty::Documented;
      rows.push_back(
          {{"name", row.name()}, {"value", row.value}, {"certain", certain}, {"source", row.source}});
      if (!json)
        fmt::print("  {:<38} {:>8}  {}{}\n", row.name(), row.value, certain ? "" : "uncertain: ", row.source);
    }
    if (!json) fmt::print("  {}\n\n", info.not_modelled);
    all.push_back({{"name", info.name},
                   {"title", info.title},
                   {"differences", rows},
                   {"not_modelled", info.not_modelled}});
  }
  if (json) {
    const nlohmann::json document{{"schema", 1}, {"profiles", all}};
    fmt::print("{}\n", document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
  }
  return ok;
}

int show(const std::string& file) {
  const script::LoadResult loaded = script::load_file(resolve(file));
  if (const auto* error = std::get_if<script::LoadError>(&loaded)) {
    report(*error, false);
    return error->unreadable ? no_file : bad_usage;
  }
  const script::Scenario& scenario = *std::get<std::shared_ptr<const script::Scenario>>(loaded);
  fmt::print("{} {}\n{}\n", scenario.id, scenario.title, scenario.summary);
  if (!scenario.goal.empty()) fmt::print("\nGoal: {}\n", scenario.goal);
  if (!scenario.params.empty()) fmt::print("\nKnobs (--set NAME=VALUE):\n");
  for (const script::Param& param : scenario.params)
    fmt::print("  {:<16} {}{}{}\n", param.name, script::to_string(param.initial),
               param.help.empty() ? "" : "  ", param.help);
  if (!scenario.bookmarks.empty()) fmt::print("\nBookmarks (--at NAME):\n");
  for (const script::Bookmark& bookmark : scenario.bookmarks) fmt::print("  {}\n", bookmark.name);
  if (!scenario.limits.empty()) fmt::print("\nModel limits: {}\n", scenario.limits);
  return ok;
}

}  // namespace

Command add_list(CLI::App& program) {
  auto json = std::make_shared<bool>(false);
  CLI::App* app = program.add_subcommand("list", "the lessons of the course");
  auto kernels = std::make_shared<bool>(false);
  app->add_flag("--json", *json, "one JSON document instead of text");
  app->add_flag("--profiles", *kernels, "the kernels that a host can have, and in what they differ");
  set_examples(*app, {"sockarium list", "sockarium list --profiles"});
  return {app, [json, kernels] { return *kernels ? list_profiles(*json) : list(*json); }};
}

Command add_show(CLI::App& program) {
  auto file = std::make_shared<std::string>();
  CLI::App* app = program.add_subcommand("show", "goal, knobs and bookmarks of one lesson");
  app->add_option("file", *file, "a scenario file, or the id of a lesson")->required();
  set_examples(*app, {"sockarium show Q1", "sockarium show my-scenario.lua"});
  return {app, [file] { return show(*file); }};
}

}  // namespace sockarium::cli
