// Which of Lua's own functions a scenario gets. Left out: what reaches the machine (os, io, load, require),
// what differs from run to run (addresses, the order of pairs, math.random), and what can run for ever inside
// C, where no limit reaches (patterns, sort, coroutines of its own). What remains pays for the work that it
// does in one step.
#include <cstring>
#include <lua.hpp>

#include "lab/script/binding.h"
#include "lab/script/clone.h"
#include "lab/script/machine.h"

namespace sockarium::script {

namespace {

/// A library function that costs as many steps as its first arguments are long.
int charged(lua_State* L) {
  std::uint64_t work = 0;
  for (int i = 1; i <= 2 && i <= lua_gettop(L); ++i)
    if (lua_type(L, i) == LUA_TSTRING || lua_type(L, i) == LUA_TTABLE) work += lua_rawlen(L, i);
  Machine::of(L).charge(work / 8 + 1);
  return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

/// pcall, but not in great depth: each error there costs as much as the stack is deep, and no limit would
/// count it.
int shallow_pcall(lua_State* L) {
  constexpr int deepest = 200;  // as Lua's LUAI_MAXCCALLS
  constexpr std::uint64_t cost_of_an_error = 30;
  Machine::of(L).charge(cost_of_an_error);
  lua_Debug frame;
  if (lua_getstack(L, deepest, &frame) != 0)
    return luaL_error(L, "stack overflow: pcall inside %d calls", deepest);
  return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

/// tostring without addresses: «table», not «table: 0x55…».
int plain_tostring(lua_State* L) {
  luaL_checkany(L, 1);
  const int type = lua_type(L, 1);
  if ((type == LUA_TTABLE && luaL_getmetafield(L, 1, "__tostring") == LUA_TNIL) || type == LUA_TFUNCTION ||
      type == LUA_TTHREAD)
    lua_pushstring(L, lua_typename(L, type));
  else
    luaL_tolstring(L, 1, nullptr);
  return 1;
}

/// string.format: its arguments lose their addresses first, and %p is refused.
int plain_format(lua_State* L) {
  std::size_t size = 0;
  const char* format = luaL_checklstring(L, 1, &size);
  for (std::size_t i = 0; i + 1 < size; ++i) {
    if (format[i] != '%') continue;
    for (++i; i < size && std::strchr("-+ #0123456789.", format[i]) != nullptr; ++i) {
    }
    if (i < size && format[i] == 'p')
      return luaL_error(L, "string.format: %%p shows an address, which differs from run to run");
  }
  for (int i = 2; i <= lua_gettop(L); ++i) {
    const int type = lua_type(L, i);
    if (type != LUA_TTABLE && type != LUA_TFUNCTION && type != LUA_TTHREAD) continue;
    lua_pushcfunction(L, &plain_tostring);
    lua_pushvalue(L, i);
    lua_call(L, 1, 1);
    lua_replace(L, i);
  }
  return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

/// string.find for plain text. Patterns can search for years in one step, so they wait for a bounded version.
int plain_find(lua_State* L) {
  std::size_t size = 0;
  luaL_checkstring(L, 1);
  const char* wanted = luaL_checklstring(L, 2, &size);
  bool magic = false;
  for (std::size_t i = 0; i < size; ++i) magic = magic || std::strchr("^$*+?.([%-", wanted[i]) != nullptr;
  if (magic && lua_toboolean(L, 4) == 0)
    return luaL_error(
        L, "string.find with a pattern is not there yet: string.find(s, text, 1, true) finds plain text");
  lua_settop(L, 3);
  if (lua_isnil(L, 3)) {
    lua_pushinteger(L, 1);
    lua_replace(L, 3);
  }
  lua_pushboolean(L, 1);
  return charged(L);
}

int no_patterns(lua_State* L) {
  return luaL_error(
      L, "string.%s is not there yet: string.find(s, text, 1, true) and string.sub take text apart",
      lua_tostring(L, lua_upvalueindex(1)));
}

int no_chance(lua_State* L) {
  return luaL_error(L, "math.%s is not there: random(low, high) draws from the task's own chance",
                    lua_tostring(L, lua_upvalueindex(1)));
}

/// setmetatable without finalisers and weak tables, which run and vanish when memory happens to be collected.
int plain_setmetatable(lua_State* L) {
  if (lua_type(L, 2) == LUA_TTABLE) {
    for (const char* field : {"__gc", "__mode"}) {
      lua_pushstring(L, field);
      if (lua_rawget(L, 2) != LUA_TNIL)
        return luaL_error(L, "setmetatable: %s is not there: when it acts depends on the machine", field);
      lua_pop(L, 1);
    }
  }
  return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

void wrap(lua_State* L, const char* name,
          lua_CFunction wrapper) {  // a field of the table on top of the stack
  lua_getfield(L, -1, name);
  lua_pushcclosure(L, wrapper, 1);
  lua_setfield(L, -2, name);
}

void refuse(lua_State* L, const char* name, lua_CFunction message) {
  lua_pushstring(L, name);
  lua_pushcclosure(L, message, 1);
  lua_setfield(L, -2, name);
}

void open_library(lua_State* L, const char* name, lua_CFunction open) {  // its table stays on the stack
  luaL_requiref(L, name, open, 0);
}

}  // namespace

void open_libraries(lua_State* L) {
  lua_newtable(L);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &registry::builtins);
  lua_newtable(L);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &registry::shared);

  open_library(L, "_G", luaopen_base);
  wrap(L, "setmetatable", &plain_setmetatable);
  wrap(L, "pcall", &shallow_pcall);
  for (const char* name : {"assert", "error", "getmetatable", "ipairs", "pcall", "rawequal", "rawget",
                           "rawlen", "rawset", "select", "setmetatable", "tonumber", "type"}) {
    lua_getfield(L, -1, name);
    offer(L, name);
  }
  lua_pushcfunction(L, &plain_tostring);
  offer(L, "tostring");
  lua_pop(L, 1);

  open_library(L, "string", luaopen_string);
  for (const char* name : {"byte", "char", "len", "lower", "upper", "rep", "reverse", "sub", "pack",
                           "packsize", "unpack", "find"})
    wrap(L, name, &charged);
  lua_getfield(L, -1, "find");  // charged(find) is called by ours with its closure's upvalue
  lua_getupvalue(L, -1, 1);
  lua_pushcclosure(L, &plain_find, 1);
  lua_setfield(L, -3, "find");
  lua_pop(L, 1);
  wrap(L, "format", &plain_format);
  for (const char* name : {"match", "gmatch", "gsub"}) refuse(L, name, &no_patterns);
  lua_pushnil(L);
  lua_setfield(L, -2, "dump");
  lua_pushliteral(L, "");
  if (lua_getmetatable(L, -1) != 0) {  // shared by all programs of a state: out of their reach
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 1);
  }
  lua_pop(L, 2);

  open_library(L, "table", luaopen_table);
  for (const char* name : {"concat", "insert", "move", "pack", "remove", "unpack"}) wrap(L, name, &charged);
  lua_pop(L, 1);

  open_library(L, "math", luaopen_math);
  for (const char* name : {"random", "randomseed"}) refuse(L, name, &no_chance);
  lua_pop(L, 1);

  open_library(L, "utf8", luaopen_utf8);
  for (const char* name : {"char", "codepoint", "len", "offset", "codes"}) wrap(L, name, &charged);
  lua_pop(L, 1);
}

}  // namespace sockarium::script
