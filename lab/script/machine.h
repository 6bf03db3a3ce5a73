// One Lua state in its cage: bounded memory, bounded steps between two calls, and no way to jump over the C++
// around it. A scenario's lesson has one, and every set of running programs another.
//
// The C build of Lua raises errors by longjmp, so: what talks to Lua from outside runs inside protect() or
// resume(), and what Lua calls (binding.h) has no object with a destructor alive where an error can start.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <lua.hpp>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lab/script/value.h"
#include "sim/setup.h"

namespace sockarium::script {

class Loader;
class Runner;
class WorldView;

/// Addresses serve as keys in Lua's registry.
namespace registry {
extern const char builtins;             ///< name → what every environment offers
extern const char handle_metatable;     ///< of every userdata
extern const char endpoint_metatable;   ///< of {ip, port}
extern const char environment_methods;  ///< what an environment's metatable is made from
extern const char shared;               ///< set of objects that processes do not copy
extern const char world;                ///< `w`
}  // namespace registry

/// What a binding throws: a mistake in the scenario.
struct Fault : std::exception {
  std::string message;
  std::string hint;
  std::string word;  ///< found in the source line, it gets the caret
  Fault() = default;
  explicit Fault(std::string what_happened, std::string what_to_do = "", std::string where = "")
      : message(std::move(what_happened)), hint(std::move(what_to_do)), word(std::move(where)) {}
  const char* what() const noexcept override { return message.c_str(); }
};

/// A fault and the line of the scenario file where it happened (0: none).
struct Trouble {
  std::int64_t line = 0;
  Fault fault;
};

/// What the running script may do: declare, call the kernel, or look at a finished moment.
enum class Phase { Loading, Running, Judging };

/// A function or table of the call's arguments that must outlive it.
struct Keep {
  int argument = 0;
  const char* field = nullptr;                ///< nullptr: the argument itself
  int* into = nullptr;                        ///< gets a reference in Lua's registry
  bool copy = false;                          ///< a process's own copy, with its own upvalues and globals
  const std::map<int, int>* along = nullptr;  ///< further references that are copied in one go with it
  std::map<int, int>* along_into = nullptr;   ///< gets references to those copies
};

/// What a binding answers; kept in the Machine while it is pushed.
struct Answer {
  enum class Kind { Values, Call, Stop };
  Kind kind = Kind::Values;
  std::vector<Value> values;
  std::vector<Keep> keeps;
};

class Machine {
 public:
  struct Limits {
    std::size_t memory = 64u << 20;            ///< bytes that may be alive
    std::uint64_t steps = 20'000'000;          ///< instructions between two calls
    std::size_t churn = std::size_t{2} << 30;  ///< bytes that may be allocated between two calls
  };

  /// nullptr only where the machine has no memory at all. `file` is the name in messages.
  static std::unique_ptr<Machine> open(std::string_view file, std::string_view source);
  ~Machine();
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  static Machine& of(lua_State* L) { return **static_cast<Machine**>(lua_getextraspace(L)); }
  lua_State* lua() const { return lua_; }
  const std::string& file() const { return file_; }
  const std::string& source() const { return source_; }
  const std::vector<std::string>& lines() const { return lines_; }
  const std::string& chunk() const { return chunk_; }  ///< Lua's name of the scenario: «@backlog.lua»

  /// Runs `body` so that an error in it ends there. False: what went wrong is in `trouble`.
  bool protect(lua_CFunction body, void* argument, Trouble& trouble);

  enum class Outcome { Finished, Yielded, Broken };
  /// Runs or goes on with a coroutine, with a fresh allowance of steps. Broken: what went wrong is in
  /// `trouble`.
  Outcome resume(lua_State* coroutine, int arguments, int& results, Trouble& trouble);

  /// The line of the scenario file where the coroutine is now; 0: not in it.
  std::int64_t line_of(lua_State* coroutine) const;
  /// Says that a library function did as much as `steps` instructions do.
  void charge(std::uint64_t steps);

  Phase phase = Phase::Loading;
  Loader* loader = nullptr;         ///< while Loading
  Runner* runner = nullptr;         ///< while Running
  const Setup* setup = nullptr;     ///< the hosts, links and processes that the script sees
  const WorldView* view = nullptr;  ///< while Judging
  std::vector<std::string> asked;   ///< while Judging: what was asked of `w`, and what came

  // Between a binding's C++ part and its Lua part.
  Answer answer;
  Fault fault;
  std::string buffer;
  std::string words;  ///< text that is pushed next

 private:
  Machine() = default;
  static void* allocate(void* self, void* block, std::size_t old_size, std::size_t new_size);
  static void count_hook(lua_State* L, lua_Debug* activation);
  void stop_soon();
  Trouble explain(lua_State* coroutine, int status);

  lua_State* lua_ = nullptr;
  lua_State* running_ = nullptr;
  Limits limits_;
  std::size_t alive_ = 0;
  std::size_t churn_ = 0;
  std::uint64_t steps_ = 0;
  std::size_t refused_ = 0;  ///< size of the last block that was refused
  bool exhausted_ = false;
  std::int64_t stopped_line_ = 0;  ///< where the steps ran out
  std::string file_, source_, chunk_;
  std::vector<std::string> lines_;
};

/// The pieces of the state, each run once in protected mode when it is made.
void open_libraries(lua_State* L);
void open_handles(lua_State* L);
void open_environments(lua_State* L);
void open_prelude(lua_State* L);
void open_calls(lua_State* L);
void open_declarations(lua_State* L);
void open_world(lua_State* L);
/// The name of a field of `builtins`, on top of the stack, gets the value below it.
void offer(lua_State* L, const char* name);
/// «backlog.lua:14: » of the innermost scenario line, or "", is pushed.
void push_where(lua_State* L);

}  // namespace sockarium::script
