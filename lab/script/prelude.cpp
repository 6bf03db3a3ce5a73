// The parts of the language that are written in Lua itself: what walks or calls back must not do so from
// inside C, where no limit reaches and no call can block. Orders are fixed: Lua's own differ from run to run.
#include <algorithm>
#include <cstring>
#include <lua.hpp>

#include "lab/script/binding.h"
#include "lab/script/clone.h"
#include "lab/script/machine.h"

namespace sockarium::script {

namespace {

constexpr const char* prelude = R"lua(
local sorted_keys, following_key, write = ...

-- Numbers in order, then texts in order, then false and true, then handles as they were declared.
function pairs(t)
  local keys, source = sorted_keys(t)
  local i = 0
  return function()
    while true do
      i = i + 1
      local key = keys[i]
      if key == nil then return nil end
      local value = rawget(source, key)
      if value ~= nil then return key, value end
    end
  end, t, nil
end

function next(t, key)
  local following, source = following_key(t, key)
  if following == nil then return nil end
  return following, rawget(source, following)
end

-- A merge sort: stable, and the comparison is called from Lua.
local function merge_sort(list, n, less)
  local from, to = list, {}
  local width = 1
  while width < n do
    for low = 1, n, 2 * width do
      local middle, high = low + width, low + 2 * width
      if middle > n + 1 then middle = n + 1 end
      if high > n + 1 then high = n + 1 end
      local a, b = low, middle
      for k = low, high - 1 do
        if a < middle and (b >= high or not less(from[b], from[a])) then
          to[k] = from[a]
          a = a + 1
        else
          to[k] = from[b]
          b = b + 1
        end
      end
    end
    from, to = to, from
    width = 2 * width
  end
  return from
end

function sort(list, less)
  if type(list) ~= "table" then error("table.sort: argument 1 must be a table, not " .. type(list), 2) end
  if less ~= nil and type(less) ~= "function" then
    error("table.sort: argument 2 must be a function that says whether a comes before b", 2)
  end
  local n = #list
  local copy = {}
  for i = 1, n do copy[i] = list[i] end
  copy = merge_sort(copy, n, less or function(a, b) return a < b end)
  for i = 1, n do list[i] = copy[i] end
end

-- The handler is called after the error has unwound: inside an error no limit would reach it.
local function finish(handler, ok, ...)
  if ok then return true, ... end
  return false, handler((...))
end
function xpcall(f, handler, ...) return finish(handler, pcall(f, ...)) end

function print(...)
  local words = { ... }
  for i = 1, select("#", ...) do words[i] = tostring(words[i]) end
  return write(1, table.concat(words, "\t") .. "\n")
end

-- Two functions share the name: Lua's picks among arguments, the kernel's waits for descriptors.
local pick, wait = select, select_sets
select_sets = nil
function select(first, ...)
  if first == "#" or type(first) == "number" then return pick(first, ...) end
  return wait(first, ...)
end

return { __tostring = function(e) return e.ip .. ":" .. e.port end,
         __concat = function(a, b) return tostring(a) .. tostring(b) end,
         __eq = function(a, b) return a.ip == b.ip and a.port == b.port end,
         __metatable = false }
)lua";

/// A key as it is sorted. Texts stay alive in the table that is walked.
struct Key {
  int rank = 0;
  double number = 0;
  lua_Integer integer = 0;
  const char* text = nullptr;
  std::size_t size = 0;
};

bool key_before(const Key& a, const Key& b) {
  if (a.rank != b.rank) return a.rank < b.rank;
  if (a.rank == 1) {
    const int order = std::memcmp(a.text, b.text, std::min(a.size, b.size));
    return order != 0 ? order < 0 : a.size < b.size;
  }
  if (a.rank == 0 && a.text == nullptr && b.text == nullptr && a.size == b.size && a.size == 1)
    return a.integer < b.integer;
  return a.number != b.number ? a.number < b.number : a.integer < b.integer;
}

/// The key at the top of the stack. Raises for keys that have no order of their own.
Key key_on_top(lua_State* L) {
  Key key;
  switch (lua_type(L, -1)) {
    case LUA_TNUMBER:
      key.number = lua_tonumber(L, -1);
      if (lua_isinteger(L, -1) != 0) {
        key.integer = lua_tointeger(L, -1);
        key.size = 1;  // an exact one
      }
      return key;
    case LUA_TSTRING:
      key.rank = 1;
      key.text = lua_tolstring(L, -1, &key.size);
      return key;
    case LUA_TBOOLEAN:
      key.rank = 2;
      key.integer = lua_toboolean(L, -1);
      return key;
    case LUA_TUSERDATA: {
      const Handle* handle = handle_at(L, -1);
      key.rank = 3 + static_cast<int>(handle->kind);
      key.integer = static_cast<lua_Integer>(handle->number);
      return key;
    }
    default:
      luaL_error(L,
                 "pairs: keys that are %ss have no order that is the same in every run; use numbers or texts",
                 lua_typename(L, lua_type(L, -1)));
      return key;
  }
}

void push_key(lua_State* L, const Key& key) {
  if (key.rank == 1)
    lua_pushlstring(L, key.text, key.size);
  else if (key.rank == 2)
    lua_pushboolean(L, static_cast<int>(key.integer));
  else if (key.size == 1)
    lua_pushinteger(L, key.integer);
  else
    lua_pushnumber(L, key.number);
}

/// Replaces a read-only table at index 1 by the one behind it, and checks that it is a table.
void open_table(lua_State* L) {
  if (lua_type(L, 1) == LUA_TUSERDATA && lua_getiuservalue(L, 1, 1) == LUA_TTABLE) lua_replace(L, 1);
  luaL_checktype(L, 1, LUA_TTABLE);
}

/// sorted_keys(t) → list of its keys, t
int sorted_keys(lua_State* L) {
  lua_settop(L, 1);
  open_table(L);
  lua_settop(L, 1);
  std::size_t count = 0;
  lua_pushnil(L);
  while (lua_next(L, 1) != 0) {
    ++count;
    lua_pop(L, 1);
  }
  Machine::of(L).charge(count * 16);
  auto* keys =
      static_cast<Key*>(lua_newuserdatauv(L, sizeof(Key) * (count + 1), 0));  // 2: freed with the stack
  lua_createtable(L, static_cast<int>(count), 0);                             // 3
  std::size_t n = 0;
  lua_Integer handles = 0;
  lua_newtable(L);  // 4: handles, which cannot be made again from their keys
  lua_pushnil(L);
  while (lua_next(L, 1) != 0) {
    lua_pop(L, 1);
    keys[n] = key_on_top(L);
    if (keys[n].rank >= 3) {
      lua_pushvalue(L, -1);
      lua_rawseti(L, 4, ++handles);
      keys[n].size = static_cast<std::size_t>(handles);
    }
    ++n;
  }
  std::sort(keys, keys + n, &key_before);
  for (std::size_t i = 0; i < n; ++i) {
    if (keys[i].rank >= 3)
      lua_rawgeti(L, 4, static_cast<lua_Integer>(keys[i].size));
    else
      push_key(L, keys[i]);
    lua_rawseti(L, 3, static_cast<lua_Integer>(i) + 1);
  }
  lua_settop(L, 3);
  lua_pushvalue(L, 1);
  return 2;
}

/// following_key(t, key) → the least key after it, t
int following_key(lua_State* L) {
  lua_settop(L, 2);
  open_table(L);
  lua_settop(L, 2);
  const bool from_start = lua_isnil(L, 2);
  Key after;
  if (!from_start) after = key_on_top(L);
  bool found = false;
  Key best;
  std::uint64_t count = 0;
  lua_pushnil(L);  // slot 3 keeps the best key itself
  lua_pushnil(L);
  while (lua_next(L, 1) != 0) {
    lua_pop(L, 1);
    ++count;
    const Key key = key_on_top(L);
    if ((!from_start && !key_before(after, key)) || (found && !key_before(key, best))) continue;
    found = true;
    best = key;
    lua_pushvalue(L, -1);
    lua_replace(L, 3);
  }
  Machine::of(L).charge(count);
  lua_settop(L, 3);
  lua_pushvalue(L, 1);
  return 2;
}

}  // namespace

void open_prelude(lua_State* L) {
  if (luaL_loadbufferx(L, prelude, std::strlen(prelude), "=sockarium", "t") != LUA_OK) lua_error(L);
  const int chunk = lua_gettop(L);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &registry::builtins);
  lua_setupvalue(L, chunk, 1);
  lua_pushcfunction(L, &sorted_keys);
  lua_pushcfunction(L, &following_key);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &registry::builtins);
  lua_getfield(L, -1, "print");
  lua_remove(L, -2);
  lua_call(L, 3, 1);
  lua_pushvalue(L, -1);
  share(L);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &registry::endpoint_metatable);

  lua_rawgetp(L, LUA_REGISTRYINDEX, &registry::builtins);
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  lua_getfield(L, -1, "table");
  lua_getfield(L, -3, "sort");
  lua_setfield(L, -2, "sort");
  lua_pop(L, 2);
  lua_pushnil(L);
  lua_setfield(L, -2, "sort");  // it is table.sort
  for (const char* name : {"pairs", "next", "print", "xpcall", "select"}) {
    lua_getfield(L, -1, name);
    share(L);
  }
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  lua_getfield(L, -1, "table");
  lua_getfield(L, -1, "sort");
  share(L);
  lua_pop(L, 3);
}

}  // namespace sockarium::script
