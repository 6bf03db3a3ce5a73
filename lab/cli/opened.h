// A scenario that a command works on: found by file or by id, read, and made a session. The options that all
// such commands share are here, too.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "lab/cli/exit_code.h"
#include "lab/cli/renderer.h"
#include "lab/script/lesson_run.h"
#include "lab/script/scenario.h"
#include "lab/session/session.h"

namespace sockarium::cli {

/// FILE|ID, --set, --seed, --at, --json.
struct ScenarioOptions {
  std::string file;
  std::vector<std::string> sets;  ///< «backlog=3»
  std::optional<std::uint64_t> seed;
  std::string at;                  ///< «25ms», «17», a bookmark's name; empty: the end
  std::optional<Profile> profile;  ///< instead of the scenario's
  bool json = false;

  void add_to(CLI::App& command, bool with_moment);
};

/// For options that take a profile's name: empty, or what is wrong with it.
std::string a_profile(const std::string& name);

struct Opened {
  std::shared_ptr<const script::Scenario> scenario;
  std::unique_ptr<Session> session;
  script::LessonRun lesson;

  /// The event that `--at` names; nothing (and a message was written) when there is no such moment.
  std::optional<std::uint64_t> moment(const std::string& at);
};

/// Reads the scenario. On failure (null) the message is written and `code` says how the program ends.
std::shared_ptr<const script::Scenario> load(const ScenarioOptions& options, int& code);
/// Reads the scenario, runs it to its end and leaves the cursor there. On failure the message is written and
/// `code` says how the program ends.
std::optional<Opened> open(const ScenarioOptions& options, int& code);

/// Where the course lies: where SOCKARIUM_SCENARIOS says, beside the source, or installed beside the program.
std::string course_folder();
/// The course's files in order.
std::vector<std::string> course_files();
/// The file that FILE|ID names: itself, or the lesson of the course with that id.
std::string resolve(const std::string& file_or_id);

/// Writes a failure to stderr, or with `json` as a document to stdout.
void report(const script::LoadError& error, bool json);
void report(int code, const std::string& message, bool json, const std::string& hint = {});

/// Shows the window; where there is none, says what works without. The exit code.
int show_window(const Renderer& renderer, const WindowRequest& request);

/// Writes `content` whole or not at all. False (and a message): it could not be written, or is there and not
/// `force`.
bool write_file(const std::string& path, const std::string& content, bool force);
/// May `path` be written? Writes the message if not.
bool may_write(const std::string& path, bool force);

}  // namespace sockarium::cli
