#include "lab/script/scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "lab/script/environment.h"
#include "lab/script/loader.h"
#include "lab/script/runner.h"
#include "sim/core/assert.h"

namespace sockarium::script {

namespace {

constexpr std::size_t longest_file = 1u << 20;

LoadError error_at(const Machine& machine, std::int64_t line, const Fault& fault) {
  LoadError error;
  error.file = machine.file();
  error.line = static_cast<int>(std::max<std::int64_t>(line, 0));
  error.message = fault.message;
  error.hint = fault.hint;
  locate(error, machine.lines(), fault.word);
  return error;
}

LoadError plain_error(const std::string& file, std::string message, std::string hint = "") {
  LoadError error;
  error.file = file;
  error.message = std::move(message);
  error.hint = std::move(hint);
  return error;
}

struct Idiom {
  const char* token;
  const char* instead;
};
/// What people write who come from C and Python, by the word at which Lua stumbles.
constexpr Idiom idioms[] = {
    {"!", "'not equal' is ~=, and 'not' is not"},
    {"&", "'and' is and"},
    {"|", "'or' is or"},
    {"//", "a comment begins with --"},
    {"#", "a comment begins with --"},
    {"+", "there is no += and no ++: write x = x + 1"},
    {"{", "a block begins with then or do, and ends with end"},
    {":", "a block begins with then or do, and ends with end"},
    {"elif", "that word is elseif here"},
};

/// Lua says «… near 'x'»: x gets the caret, and where it is a habit from another language, a hint.
void explain_syntax(Fault& fault) {
  const std::size_t at = fault.message.rfind(" near '");
  if (at == std::string::npos) return;
  std::string token = fault.message.substr(at + 7);
  if (!token.empty() && token.back() == '\'') token.pop_back();
  fault.word = token;
  for (const Idiom& idiom : idioms)
    if (token == idiom.token) fault.hint = idiom.instead;
}

struct LoadOrder {
  Machine* machine;
  lua_State* coroutine;
};

/// Makes a coroutine with the file's function on top.
int make_main_chunk(lua_State* L) {
  auto& order = *static_cast<LoadOrder*>(lua_touserdata(L, 1));
  const std::string& source = order.machine->source();
  order.coroutine = lua_newthread(L);
  luaL_ref(L, LUA_REGISTRYINDEX);  // lives as long as the state
  if (luaL_loadbufferx(L, source.data(), source.size(), order.machine->chunk().c_str(), "t") != LUA_OK)
    return lua_error(L);
  push_environment(L);
  lua_setupvalue(L, -2, 1);
  lua_xmove(L, order.coroutine, 1);
  return 0;
}

/// What the file says about itself as text; empty: nothing is wrong.
std::string complaint(std::string_view text, std::string& hint, int& line) {
  if (text.size() > longest_file) return "the file is larger than 1 MB: no scenario is that long";
  if (text.find('\0') != std::string_view::npos || text.substr(0, 4) == "\x1bLua")
    return "this is not a text file";
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    hint = "a scenario has hosts and processes: host { … }, process(…)";
    return "the file is empty";
  }
  line = 1;
  int following = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool continues = (byte & 0xc0) == 0x80;
    if (continues != (following > 0) || byte >= 0xf8) {
      hint = "save it as UTF-8";
      return "this is not UTF-8 text";
    }
    if (continues)
      --following;
    else
      following = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : byte >= 0xc0 ? 1 : 0;
    if (c == '\n') ++line;
  }
  line = 0;
  return "";
}

/// Evaluates the file in a fresh machine. What it declares goes into `scenario`; false: `error` says why.
bool evaluate(Scenario& scenario, Machine& machine, Loader& loader, LoadError& error) {
  Trouble trouble;
  LoadOrder order{&machine, nullptr};
  if (!machine.protect(&make_main_chunk, &order, trouble)) {
    explain_syntax(trouble.fault);
    error = error_at(machine, trouble.line, trouble.fault);
    return false;
  }
  machine.phase = Phase::Loading;
  machine.loader = &loader;
  machine.setup = &scenario.setup;
  int results = 0;
  const Machine::Outcome outcome = machine.resume(order.coroutine, 0, results, trouble);
  if (outcome == Machine::Outcome::Broken) {
    error = error_at(machine, trouble.line, trouble.fault);
    return false;
  }
  SOCKARIUM_ASSERT(outcome == Machine::Outcome::Finished);  // only programs call, so only they yield
  std::int64_t line = 0;
  try {
    check_whole(loader, line);
  } catch (const Fault& fault) {
    error = error_at(machine, line, fault);
    return false;
  }
  if (loader.options().seed) scenario.setup.seed = *loader.options().seed;
  if (loader.options().profile) scenario.profile = *loader.options().profile;
  for (HostSetup& host : scenario.setup.hosts)
    if (!host.own_profile) host.profile = scenario.profile;
  for (HostSetup& host : scenario.setup.hosts)  // a container has its machine's kernel
    if (host.machine) host.profile = scenario.setup.hosts[*host.machine].profile;
  machine.loader = nullptr;
  return true;
}

/// What is asked, and under it what the file says itself.
LoadOptions under(const LoadOptions& asked, const Recorded& recorded) {
  LoadOptions both = asked;
  both.params.insert(recorded.params.begin(), recorded.params.end());
  if (!both.seed) both.seed = recorded.seed;
  if (!both.profile) both.profile = recorded.profile;
  return both;
}

bool same(const LoadOptions& a, const LoadOptions& b) {
  return a.params == b.params && a.seed == b.seed && a.profile == b.profile;
}

}  // namespace

LoadResult load_text(const std::string& name, std::string_view text, const LoadOptions& options) {
  constexpr std::string_view mark = "\xef\xbb\xbf";  // some editors begin a file with it
  if (text.substr(0, mark.size()) == mark) text.remove_prefix(mark.size());
  std::string hint;
  int line = 0;
  if (const std::string what = complaint(text, hint, line); !what.empty()) {
    LoadError error = plain_error(name, what, hint);
    error.line = line;
    return error;
  }
  const auto scenario = std::make_shared<Scenario>();
  scenario->file = name;
  scenario->source = std::string(text);
  scenario->lines = lines_of(text);
  scenario->asked = scenario->in_force = options;
  scenario->lesson = Machine::open(name, text);
  if (!scenario->lesson) return plain_error(name, "there is not enough memory to read a scenario");
  Loader loader(*scenario, options);
  LoadError error;
  if (!evaluate(*scenario, *scenario->lesson, loader, error)) return error;
  // A recording says only at its end with what it was loaded: it is read again with that.
  if (const LoadOptions in_force = under(options, scenario->recorded); !same(in_force, options)) {
    LoadResult again = load_text(name, text, in_force);
    if (const auto* loaded = std::get_if<std::shared_ptr<const Scenario>>(&again))
      std::const_pointer_cast<Scenario>(*loaded)->asked = options;
    return again;
  }
  for (const int function : loader.process_functions)
    luaL_unref(scenario->lesson->lua(), LUA_REGISTRYINDEX, function);
  scenario->lesson->phase = Phase::Judging;
  return std::shared_ptr<const Scenario>(scenario);
}

LoadResult load_file(const std::string& path, const LoadOptions& options) {
  const auto unreadable = [&](std::string message, std::string hint = "") {
    LoadError error = plain_error(path, std::move(message), std::move(hint));
    error.unreadable = true;
    return error;
  };
  std::error_code code;
  if (std::filesystem::is_directory(path, code)) return unreadable("this is a folder, not a scenario file");
  std::ifstream file(path, std::ios::binary);
  if (!file)
    return unreadable(std::filesystem::exists(path, code) ? "the file cannot be read"
                                                          : "there is no such file");
  std::string text(longest_file + 1,
                   '\0');  // one byte more shows that it is too long, without reading all of it
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return unreadable("the file cannot be read");
  text.resize(static_cast<std::size_t>(file.gcount()));
  return load_text(path, text, options);
}

ProgramsFactory programs_of(std::shared_ptr<const Scenario> scenario) {
  return [scenario]() -> std::unique_ptr<Programs> {
    // The file is read again, as it was the first time: this state is the programs' alone.
    LoadOptions options;
    options.params = scenario->in_force.params;
    Scenario again;
    std::unique_ptr<Machine> machine = Machine::open(scenario->file, scenario->source);
    SOCKARIUM_ASSERT(machine != nullptr);
    Loader loader(again, options);
    LoadError error;
    const bool as_before = evaluate(again, *machine, loader, error);
    SOCKARIUM_ASSERT(as_before);
    return std::make_unique<Runner>(scenario, std::move(machine), std::move(loader.process_functions));
  };
}

}  // namespace sockarium::script
