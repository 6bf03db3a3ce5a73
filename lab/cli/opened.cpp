#include "lab/cli/opened.h"
#include "build_info.h"
#include "lab/script/bookmark_file.h"
#include "lab/script/deeds.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "lab/script/text_file.h"
#include "lab/script/units.h"

namespace sockarium::cli {

namespace fs = std::filesystem;

namespace {

std::string lowered(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

}  // namespace

std::string a_profile(const std::string& name) {
  return profile_named(name) ? std::string()
                             : "there is no profile '" + name + "'; sockarium list --profiles tells them";
}

std::string course_folder() {
  if (const char* named = std::getenv("SOCKARIUM_SCENARIOS")) return named;
  if (fs::is_directory(SOCKARIUM_SOURCE_DIR "/scenarios")) return SOCKARIUM_SOURCE_DIR "/scenarios";
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  return (self.parent_path() / SOCKARIUM_INSTALLED_SCENARIO_DIR).lexically_normal().string();
}

void ScenarioOptions::add_to(CLI::App& command, bool with_moment) {
  command.add_option("file", file, "a scenario file, or the id of a lesson (see list)")->required();
  command.add_option("--set", sets, "sets a knob of the scenario: --set backlog=3")->type_name("NAME=VALUE");
  command.add_option("--seed", seed, "the seed of all chance");
  command
      .add_option_function<std::string>(
          "--profile", [this](const std::string& name) { profile = profile_named(name); },
          "the kernel of every host that names none: linux-6.18, linux-6.1, linux-4.19, macos, windows")
      ->check(a_profile)
      ->type_name("NAME");
  command.add_flag("--json", json, "one JSON document instead of text");
  if (with_moment)
    command
        .add_option("--at", at,
                    "the moment: a time (25ms), an event number (17) or a bookmark; the end if not given")
        ->type_name("MOMENT");
}

std::vector<std::string> course_files() {
  std::vector<std::string> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(course_folder(), error))
    if (entry.path().extension() == ".lua") files.push_back(entry.path().lexically_normal().string());
  std::sort(files.begin(), files.end());
  return files;
}

std::string resolve(const std::string& file_or_id) {
  std::error_code error;
  if (fs::exists(file_or_id, error) || file_or_id.find('/') != std::string::npos) return file_or_id;
  for (const std::string& file : course_files()) {
    const std::string stem = fs::path(file).stem().string();
    if (stem == file_or_id || fs::path(file).filename() == file_or_id) return file;
    const script::LoadResult loaded = script::load_file(file);
    if (const auto* scenario = std::get_if<std::shared_ptr<const script::Scenario>>(&loaded))
      if (lowered((*scenario)->id) == lowered(file_or_id)) return file;
  }
  return file_or_id;
}

void report(int code, const std::string& message, bool json, const std::string& hint) {
  if (json) {
    nlohmann::json document;
    document["schema"] = 1;
    document["error"] = {{"code", code}, {"message", message}, {"hint", hint}};
    fmt::print("{}\n", document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
    return;
  }
  fmt::print(stderr, "sockarium: {}\n", message);
  if (!hint.empty()) fmt::print(stderr, "  {}\n", hint);
}

void report(const script::LoadError& error, bool json) {
  if (!json) {
    fmt::print(stderr, "{}", error.format());
    return;
  }
  nlohmann::json document;
  document["schema"] = 1;
  document["error"] = {{"code", error.unreadable ? no_file : bad_usage},
                       {"message", error.message},
                       {"file", error.file},
                       {"line", error.line},
                       {"col", error.column},
                       {"hint", error.hint}};
  fmt::print("{}\n", document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
}

std::shared_ptr<const script::Scenario> load(const ScenarioOptions& options, int& code) {
  script::LoadOptions asked;
  asked.seed = options.seed;
  asked.profile = options.profile;
  for (const std::string& set : options.sets) {
    const std::size_t equals = set.find('=');
    if (equals == std::string::npos || equals == 0) {
      code = bad_usage;
      report(code, fmt::format("--set takes NAME=VALUE, not '{}'", set), options.json,
             "for example: --set backlog=3");
      return nullptr;
    }
    asked.params[set.substr(0, equals)] = set.substr(equals + 1);
  }
  script::LoadResult loaded = script::load_file(resolve(options.file), asked);
  if (const auto* error = std::get_if<script::LoadError>(&loaded)) {
    code = error->unreadable ? no_file : bad_usage;
    report(*error, options.json);
    return nullptr;
  }
  code = ok;
  return std::get<std::shared_ptr<const script::Scenario>>(loaded);
}

std::optional<Opened> open(const ScenarioOptions& options, int& code) {
  Opened opened;
  opened.scenario = load(options, code);
  if (!opened.scenario) return std::nullopt;
  auto begun = script::start(opened.scenario);
  if (const auto* error = std::get_if<script::LoadError>(&begun)) {
    code = bad_usage;
    report(*error, options.json);
    return std::nullopt;
  }
  opened.session = std::move(std::get<std::unique_ptr<Session>>(begun));
  opened.session->run_to_end();
  opened.session->seek(opened.session->head());
  opened.lesson.update(*opened.session, opened.session->world(), opened.scenario.get());
  code = ok;
  return opened;
}

std::optional<std::uint64_t> Opened::moment(const std::string& at) {
  if (at.empty()) return session->head();
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(at.data(), at.data() + at.size(), number);
  if (error == std::errc{} && end == at.data() + at.size()) {
    if (number <= session->head()) return number;
    report(bad_usage, fmt::format("there is no event {}: the run has {}", number, session->head()), false);
    return std::nullopt;
  }
  if (const auto event = lesson.bookmark(at)) return event;
  const std::vector<script::NamedMoment> own = script::read_bookmarks(scenario->file);
  for (const script::NamedMoment& each : own)
    if (each.name == at && each.event <= session->head()) return each.event;
  if (const auto time = script::parse_duration(at)) return session->event_at(*time);
  std::string names;
  for (const script::Mark& mark : lesson.bookmarks()) names += (names.empty() ? "" : ", ") + mark.name;
  for (const script::NamedMoment& each : own) names += (names.empty() ? "" : ", ") + each.name;
  report(bad_usage, fmt::format("no moment is called '{}'", at), false,
         "give a time like 25ms, an event number, or a bookmark" + (names.empty() ? "" : ": " + names));
  return std::nullopt;
}

int show_window(const Renderer& renderer, const WindowRequest& request) {
  int code = impossible;
  if (renderer.open_window)
    code = renderer.open_window(request);
  else
    fmt::print(stderr, "sockarium: this build has no window\n");
  if (code == impossible)
    fmt::print(stderr,
               "  Without a display: sockarium run FILE tells what happens, sockarium export FILE --png "
               "PICTURE draws the window.\n");
  return code;
}

bool may_write(const std::string& path, bool force) {
  std::error_code error;
  if (force || !fs::exists(path, error)) return true;
  report(no_file, fmt::format("{} is there already", path), false, "--force overwrites it");
  return false;
}

bool write_file(const std::string& path, const std::string& content, bool force) {
  if (path == "-") {
    fmt::print("{}", content);
    return true;
  }
  if (!may_write(path, force)) return false;
  const std::string failed = script::write_text_file(path, content);
  if (!failed.empty()) report(no_file, failed, false);
  return failed.empty();
}

}  // namespace sockarium::cli
