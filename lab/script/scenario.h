// A scenario file, read: everything that its top level says, and the functions that its lesson asks later.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lab/script/deed.h"
#include "lab/script/load_error.h"
#include "lab/script/moment.h"
#include "lab/session/programs.h"
#include "sim/core/time.h"
#include "sim/setup.h"

namespace sockarium::script {

class Machine;

/// A whole number, a number, true or false, or a text (durations are texts).
using ParamValue = std::variant<bool, std::int64_t, double, std::string>;
std::string to_string(const ParamValue& value);

/// A knob of the scenario: a slider in the window, --set on the command line.
struct Param {
  std::string name;
  ParamValue initial;  ///< what the file says
  ParamValue value;    ///< what this run has
  std::optional<ParamValue> min, max;
  std::vector<ParamValue> values;  ///< not empty: it is one of these
  std::string unit, help;
  bool is_duration = false;  ///< a text like «10ms» (or a number of seconds)
  std::int64_t line = 0;
};

struct Narration {
  std::int64_t line = 0;
  When when;
  std::string text;  ///< with {expressions}
};

struct Bookmark {
  std::int64_t line = 0;
  std::string name;
  When when;
};

/// A function of the lesson, kept in its Lua state.
using LessonFunction = int;
inline constexpr LessonFunction no_function = -2;  // LUA_NOREF

struct Prediction {
  /// What is asked for, and so how the answer is entered.
  enum class Type { Number, Duration, Choice, YesNo, Order, Grid, Rows, Click };
  std::int64_t line = 0;
  When at;
  std::string ask;
  Type type = Type::Choice;
  double tolerance = 0;  ///< of a number; of a duration in seconds
  LessonFunction answer = no_function;
  LessonFunction options = no_function;  ///< a list of values and functions; no_function: none
};

struct Expectation {
  std::int64_t line = 0;
  std::string text;
  When when;
  LessonFunction holds = no_function;
};

/// A number that a run ends with, to be plotted against a knob.
struct Measure {
  std::int64_t line = 0;
  std::string name;
  LessonFunction value = no_function;
};

/// What shortens long waits when the scenario is compared with the real kernel; on both sides, and only
/// there.
struct Comparing {
  std::map<std::string, std::string> params;             ///< name → value as written after --set
  std::vector<std::pair<Sysctl, std::int64_t>> sysctls;  ///< on every host
  Time stop_at = never;
};

struct LoadOptions {
  std::map<std::string, std::string> params;  ///< name → value as written after --set
  std::optional<std::uint64_t> seed;
  std::optional<Profile> profile;  ///< instead of the scenario's
};

struct Scenario {
  std::string file;  ///< as it was named
  std::string source;
  std::vector<std::string> lines;
  std::string id, title, summary, goal, limits, notes;
  Profile profile = Profile::Linux6_18;  ///< of every host that names none
  Setup setup;
  std::vector<Param> params;  ///< in the order of the file
  std::vector<Narration> narrations;
  std::vector<Bookmark> bookmarks;
  std::vector<Bookmark> checkpoints;  ///< also compared with the real kernel
  std::vector<Prediction> predictions;
  std::vector<Expectation> expectations;
  std::vector<Measure> measures;
  Comparing comparing;
  LoadOptions asked;     ///< what it was loaded with, to be read the same again
  LoadOptions in_force;  ///< the same, and under it what the file itself says with recorded { … }
  Recorded recorded;
  std::vector<Deed> deeds;  ///< what is done in the run, in the order of time
  /// Where the lesson's functions live. One thread at a time; see lesson.h.
  std::shared_ptr<Machine> lesson;
};

using LoadResult = std::variant<std::shared_ptr<const Scenario>, LoadError>;

/// Reads a scenario from its text; `name` stands in messages.
LoadResult load_text(const std::string& name, std::string_view text, const LoadOptions& options = {});
/// Reads a file. A file that cannot be read gives a LoadError with `unreadable` set.
LoadResult load_file(const std::string& path, const LoadOptions& options = {});

/// The programs of a scenario, each time from their first lines.
ProgramsFactory programs_of(std::shared_ptr<const Scenario> scenario);

}  // namespace sockarium::script
