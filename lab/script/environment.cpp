#include "lab/script/environment.h"

#include <fmt/format.h>

#include <algorithm>
#include <lua.hpp>

#include "lab/script/binding.h"
#include "lab/script/suggest.h"

namespace sockarium::script {

namespace {

struct Absent {
  const char* name;
  const char* instead;
};
/// Names that people know from Lua, C and Python, and what there is instead.
constexpr Absent absent_names[] = {
    {"os", "programs reach only the simulated machines"},
    {"io", "print(…) writes; programs reach only the simulated machines"},
    {"require", "a scenario is one file"},
    {"dofile", "a scenario is one file"},
    {"loadfile", "a scenario is one file"},
    {"load", "a scenario is one file"},
    {"coroutine", "thread(fn) and fork(fn) run beside the program"},
    {"debug", "step through the run instead"},
    {"collectgarbage", "leave it out"},
    {"errno", "a failing call gives nil and the name: local ok, err = connect(…)"},
    {"perror", "check(…) stops the program with that message"},
    {"printf", "print(string.format(…))"},
    {"null", "Lua's word is nil"},
    {"NULL", "Lua's word is nil"},
    {"None", "Lua's word is nil"},
    {"True", "Lua's word is true"},
    {"False", "Lua's word is false"},
    {"_G", "the globals of a program have no name; use a table of your own"},
};

/// Is the word called in this line? Then it was meant to be a function.
bool is_called(std::string_view line, std::string_view word) {
  const std::size_t at = line.find(word);
  if (at == std::string_view::npos) return false;
  std::size_t next = at + word.size();
  while (next < line.size() && line[next] == ' ') ++next;
  return next < line.size() &&
         (line[next] == '(' || line[next] == '{' || line[next] == '"' || line[next] == '\'');
}

Answer unknown_name(Arguments& arguments) {
  const std::string word = show(arguments.value(2, 0));
  Machine& machine = arguments.machine();
  const auto line = static_cast<std::size_t>(arguments.line());
  const bool called =
      line >= 1 && line <= machine.lines().size() && is_called(machine.lines()[line - 1], word);
  const std::string message = fmt::format("unknown {} '{}'", called ? "call" : "name", word);
  for (const Absent& absent : absent_names)
    if (word == absent.name) throw Fault(message, absent.instead, word);
  std::vector<std::string> names = builtin_names(arguments.lua());
  const Value own = arguments.value(1, 1);
  for (const Entry& entry : own.entries)
    if (entry.key.kind == Value::Kind::Text) names.push_back(entry.key.text);
  throw Fault(message,
              did_you_mean(word, names, called ? "" : "assign it first; a text stands in \"quotes\""), word);
}

/// env[name], where the environment itself has no such field. A name that was assigned once may be nil; item
/// 1 of the environment's metatable holds these names.
int get_global(lua_State* L) {
  lua_settop(L, 2);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &registry::builtins);
  lua_pushvalue(L, 2);
  if (lua_rawget(L, -2) != LUA_TNIL) return 1;
  lua_settop(L, 2);
  if (lua_getmetatable(L, 1) != 0) {
    lua_rawgeti(L, -1, 1);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, -2) != LUA_TNIL) {
      lua_pushnil(L);
      return 1;
    }
  }
  lua_settop(L, 2);
  return binding<&unknown_name>(L);
}

Answer builtin_changed(Arguments& arguments) {
  const std::string word = show(arguments.value(2, 0));
  throw Fault(fmt::format("'{}' is a word of the language and cannot be given another value", word),
              "choose another name, or write local in front", word);
}

int set_global(lua_State* L) {
  lua_settop(L, 3);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &registry::builtins);
  lua_pushvalue(L, 2);
  if (lua_rawget(L, -2) != LUA_TNIL) {
    lua_settop(L, 3);
    return binding<&builtin_changed>(L);
  }
  lua_settop(L, 3);
  if (lua_getmetatable(L, 1) != 0) {  // assigned: from now on it may also be nil
    lua_rawgeti(L, -1, 1);
    lua_pushvalue(L, 2);
    lua_pushboolean(L, 1);
    lua_rawset(L, -3);
  }
  lua_settop(L, 3);
  lua_rawset(L, 1);
  return 0;
}

}  // namespace

void push_environment(lua_State* L) {
  lua_newtable(L);
  lua_createtable(L, 1, 3);
  lua_newtable(L);  // the names that were assigned
  lua_rawseti(L, -2, 1);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &registry::environment_methods);
  for (const char* method : {"__index", "__newindex"}) {
    lua_getfield(L, -1, method);
    lua_setfield(L, -3, method);
  }
  lua_pop(L, 1);
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_setmetatable(L, -2);
}

std::vector<std::string> builtin_names(lua_State* L) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &registry::builtins);
  const Value table = read_value(L, -1, 1);
  lua_pop(L, 1);
  std::vector<std::string> names;
  for (const Entry& entry : table.entries) names.push_back(entry.key.text);
  return names;
}

void open_environments(lua_State* L) {
  lua_newtable(L);
  lua_pushliteral(L, "");
  lua_pushcclosure(L, &get_global, 1);
  lua_setfield(L, -2, "__index");
  lua_pushliteral(L, "");
  lua_pushcclosure(L, &set_global, 1);
  lua_setfield(L, -2, "__newindex");
  lua_rawsetp(L, LUA_REGISTRYINDEX, &registry::environment_methods);
}

}  // namespace sockarium::script
