// How C++ functions are given to scripts. A binding has two halves. The first reads the arguments and
// decides: plain C++ that may own objects and throw Fault, and that uses only functions of Lua that cannot
// raise. The second pushes the answer, yields or raises: Lua may jump out of it, so nothing on its stack has
// a destructor.
#pragma once

#include <cstdint>
#include <lua.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lab/script/machine.h"
#include "lab/script/value.h"
#include "sim/core/time.h"

namespace sockarium::script {

/// The arguments of a call, with errors that name call, argument and what was expected.
class Arguments {
 public:
  Arguments(lua_State* L, std::string_view call) : lua_(L), call_(call) {}

  lua_State* lua() const { return lua_; }
  Machine& machine() const { return Machine::of(lua_); }
  std::string_view call() const { return call_; }
  int count() const { return lua_gettop(lua_); }
  bool missing(int n) const { return lua_isnoneornil(lua_, n); }
  Value value(int n, int depth = 4) const { return read_value(lua_, n, depth); }
  std::int64_t line() const { return machine().line_of(lua_); }

  std::int64_t integer(int n, std::string_view name, std::int64_t low, std::int64_t high) const;
  std::int32_t int32(int n, std::string_view name) const;
  std::string text(int n, std::string_view name) const;
  /// A number of seconds, or «10ms».
  Duration duration(int n, std::string_view name) const;
  void function(int n, std::string_view name) const;
  /// «listen: argument 2 'backlog' must be …, not …», thrown.
  [[noreturn]] void wrong(int n, std::string_view name, std::string_view expected,
                          std::string hint = "") const;
  [[noreturn]] void not_modelled(std::string_view what, std::string hint = "") const;

 private:
  lua_State* lua_;
  std::string_view call_;
};

/// The fields of a table argument, each asked for once; what nobody asked for is an unknown key.
class Fields {
 public:
  Fields(Value table, std::string call) : table_(std::move(table)), call_(std::move(call)) {}

  const Value* find(std::string_view key);
  /// Keys that are words of the language, but without a model behind them.
  void later(std::string_view key, std::string_view what = "");
  std::string text(std::string_view key, std::string otherwise);
  std::string needed_text(std::string_view key, std::string_view example);
  std::int64_t integer(std::string_view key, std::int64_t otherwise, std::int64_t low, std::int64_t high);
  std::optional<Duration> duration(std::string_view key);
  /// Throws for the first key that was not asked for, and for list items beyond `list`.
  void finish(std::size_t list = 0);
  const Value& table() const { return table_; }
  const std::string& call() const { return call_; }
  [[noreturn]] void wrong(std::string_view key, std::string_view expected, std::string hint = "") const;

 private:
  Value table_;
  std::string call_;
  std::vector<std::string> known_;
};

/// A duration from a value; throws with `what` in the message.
Duration duration_from(const Value& value, std::string_view what, std::string_view word);

using BindingBody = Answer (*)(Arguments&);

/// The two halves. `run_first_half` never throws and never raises.
bool run_first_half(lua_State* L, BindingBody body, const char* name) noexcept;
int run_second_half(lua_State* L, bool good);

template <BindingBody body>
int binding(lua_State* L) {
  const char* name = lua_tostring(L, lua_upvalueindex(1));
  return run_second_half(L, run_first_half(L, body, name == nullptr ? "" : name));
}

/// Offers a binding to all scripts under its name.
template <BindingBody body>
void offer_binding(lua_State* L, const char* name) {
  lua_pushstring(L, name);
  lua_pushcclosure(L, &binding<body>, 1);
  offer(L, name);
}

/// Throws unless the script is in this phase: «connect() is a call of programs: …».
void require_phase(const Arguments& arguments, Phase phase);

inline Answer answer() {
  return Answer{};
}
inline Answer answer(Value value) {
  Answer result;
  result.values.push_back(std::move(value));
  return result;
}

}  // namespace sockarium::script
