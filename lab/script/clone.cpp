#include "lab/script/clone.h"

#include <lua.hpp>

#include "lab/script/machine.h"

namespace sockarium::script {

namespace {

// Places on the stack while copying. Work waits in a list instead of in recursion, so long chains are no
// danger.
struct Places {
  int copies;  ///< original → its copy
  int todo;    ///< originals whose content is still to be copied
  int owners;  ///< identity of an upvalue → the copied function that holds it, and its number there
};

int write_buffer(lua_State*, const void* data, std::size_t size, void* buffer) {
  static_cast<std::string*>(buffer)->append(static_cast<const char*>(data), size);
  return 0;
}

/// A new function of the same code, with empty upvalues. The text of the code waits in the machine, so that
/// no error can jump over a string of ours.
void push_same_code(lua_State* L, int original) {
  Machine& machine = Machine::of(L);
  machine.buffer.clear();
  lua_pushvalue(L, original);
  lua_dump(L, &write_buffer, &machine.buffer,
           0);  // with its lines and names: errors must be able to say them
  lua_pop(L, 1);
  machine.charge(machine.buffer.size() / 16);
  if (luaL_loadbufferx(L, machine.buffer.data(), machine.buffer.size(), "=copy", "b") != LUA_OK) lua_error(L);
}

/// Replaces the value on top by its copy, which may still be empty.
void replace_by_copy(lua_State* L, const Places& places) {
  const int type = lua_type(L, -1);
  if ((type != LUA_TTABLE && type != LUA_TFUNCTION) || lua_iscfunction(L, -1) != 0) return;
  lua_pushvalue(L, -1);
  if (lua_rawget(L, places.copies) != LUA_TNIL) {
    lua_remove(L, -2);
    return;
  }
  lua_pop(L, 1);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &registry::shared);
  lua_pushvalue(L, -2);
  const bool is_shared = lua_rawget(L, -2) != LUA_TNIL;
  lua_pop(L, 2);
  if (is_shared) return;
  const int original = lua_gettop(L);
  if (type == LUA_TTABLE)
    lua_createtable(L, static_cast<int>(lua_rawlen(L, original)), 0);
  else
    push_same_code(L, original);
  lua_pushvalue(L, original);
  lua_pushvalue(L, -2);
  lua_rawset(L, places.copies);
  lua_pushvalue(L, original);
  lua_rawseti(L, places.todo, static_cast<lua_Integer>(lua_rawlen(L, places.todo)) + 1);
  lua_remove(L, original);
}

/// The list part first and in order: how long a list with holes seems must not depend on the run.
void fill_table(lua_State* L, const Places& places, int original, int copy) {
  const auto length = static_cast<lua_Integer>(lua_rawlen(L, original));
  for (lua_Integer i = 1; i <= length; ++i) {
    lua_rawgeti(L, original, i);
    replace_by_copy(L, places);
    lua_rawseti(L, copy, i);
  }
  std::uint64_t entries = static_cast<std::uint64_t>(length);
  lua_pushnil(L);
  while (lua_next(L, original) != 0) {
    ++entries;
    if (lua_isinteger(L, -2) != 0 && lua_tointeger(L, -2) >= 1 && lua_tointeger(L, -2) <= length) {
      lua_pop(L, 1);
      continue;
    }
    lua_pushvalue(L, -2);
    replace_by_copy(L, places);
    lua_insert(L, -2);
    replace_by_copy(L, places);
    lua_rawset(L, copy);
  }
  if (lua_getmetatable(L, original) != 0) {
    replace_by_copy(L, places);
    lua_setmetatable(L, copy);
  }
  Machine::of(L).charge(entries * 8);
}

void fill_function(lua_State* L, const Places& places, int original, int copy) {
  for (int n = 1; lua_getupvalue(L, original, n) != nullptr; ++n) {
    void* identity = lua_upvalueid(L, original, n);
    if (lua_rawgetp(L, places.owners, identity) == LUA_TTABLE) {
      lua_rawgeti(L, -1, 1);
      lua_rawgeti(L, -2, 2);
      lua_upvaluejoin(L, copy, n, lua_absindex(L, -2), static_cast<int>(lua_tointeger(L, -1)));
      lua_pop(L, 4);
      continue;
    }
    lua_pop(L, 1);
    lua_createtable(L, 2, 0);
    lua_pushvalue(L, copy);
    lua_rawseti(L, -2, 1);
    lua_pushinteger(L, n);
    lua_rawseti(L, -2, 2);
    lua_rawsetp(L, places.owners, identity);
    replace_by_copy(L, places);
    lua_setupvalue(L, copy, n);
  }
}

}  // namespace

void push_copy_for_process(lua_State* L) {
  luaL_checkstack(L, 20, nullptr);
  const int top = lua_gettop(L);
  lua_newtable(L);
  lua_newtable(L);
  lua_newtable(L);
  const Places places{top + 1, top + 2, top + 3};
  lua_pushvalue(L, top);
  replace_by_copy(L, places);  // the copy stays at top + 4
  for (lua_Integer next = 1; lua_rawgeti(L, places.todo, next) != LUA_TNIL; ++next) {
    const int original = lua_gettop(L);
    lua_pushvalue(L, original);
    lua_rawget(L, places.copies);
    if (lua_istable(L, original))
      fill_table(L, places, original, original + 1);
    else
      fill_function(L, places, original, original + 1);
    lua_settop(L, original - 1);
  }
  lua_settop(L, top + 4);
  lua_replace(L, top);
  lua_settop(L, top);
}

void share(lua_State* L) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &registry::shared);
  lua_insert(L, -2);
  lua_pushboolean(L, 1);
  lua_rawset(L, -3);
  lua_pop(L, 1);
}

}  // namespace sockarium::script
