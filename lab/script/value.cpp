#include "lab/script/value.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <lua.hpp>
#include <utility>

#include "lab/script/machine.h"

namespace sockarium::script {

Value Value::of(bool value) {
  Value result;
  result.kind = Kind::Boolean;
  result.boolean = value;
  return result;
}
Value Value::of(std::int64_t value) {
  Value result;
  result.kind = Kind::Integer;
  result.integer = value;
  result.number = static_cast<double>(value);
  return result;
}
Value Value::of(double value) {
  Value result;
  result.kind = Kind::Number;
  result.number = value;
  return result;
}
Value Value::of(std::string_view value) {
  Value result;
  result.kind = Kind::Text;
  result.text = std::string(value);
  return result;
}
Value Value::of(const Endpoint& value, bool ipv6) {
  Value result = table();
  result.is_endpoint = true;
  result.set("ip", of(std::string_view(to_string(value.ip, ipv6))));
  result.set("port", of(std::int64_t{value.port}));
  return result;
}
Value Value::of(Handle value) {
  Value result;
  result.kind = Kind::Handle;
  result.handle = value;
  return result;
}
Value Value::table() {
  Value result;
  result.kind = Kind::Table;
  return result;
}

const Value* Value::field(std::string_view name) const {
  for (const Entry& entry : entries)
    if (entry.key.kind == Kind::Text && entry.key.text == name) return &entry.value;
  return nullptr;
}
void Value::set(std::string_view name, Value value) {
  Entry entry;
  entry.key = of(name);
  entry.value = std::move(value);
  entries.push_back(std::move(entry));
}
void Value::append(Value value) {
  Entry entry;
  entry.key = of(static_cast<std::int64_t>(length()) + 1);
  entry.value = std::move(value);
  entries.insert(entries.begin() + static_cast<std::ptrdiff_t>(length()), std::move(entry));
}
std::size_t Value::length() const {
  std::size_t n = 0;
  while (n < entries.size() && entries[n].key.kind == Kind::Integer &&
         entries[n].key.integer == static_cast<std::int64_t>(n) + 1)
    ++n;
  return n;
}
const Value& Value::item(std::size_t i) const {
  return entries[i].value;
}

const Handle* handle_at(lua_State* L, int index) {
  return lua_type(L, index) == LUA_TUSERDATA ? static_cast<const Handle*>(lua_touserdata(L, index)) : nullptr;
}

namespace {

/// Lists first, then numbers, names and the rest: the order of a Lua table depends on the run, ours does not.
bool key_before(const Value& a, const Value& b) {
  const auto rank = [](const Value& v) {
    return v.kind == Value::Kind::Integer  ? 0
           : v.kind == Value::Kind::Number ? 1
           : v.kind == Value::Kind::Text   ? 2
                                           : 3;
  };
  if (rank(a) != rank(b)) return rank(a) < rank(b);
  if (rank(a) == 0) return a.integer < b.integer;
  if (rank(a) == 1) return a.number < b.number;
  return a.text < b.text;
}

}  // namespace

Value read_value(lua_State* L, int index, int depth) {
  index = lua_absindex(L, index);
  Value value;
  switch (lua_type(L, index)) {
    case LUA_TNIL:
    case LUA_TNONE:
      return value;
    case LUA_TBOOLEAN:
      return Value::of(lua_toboolean(L, index) != 0);
    case LUA_TNUMBER:
      if (lua_isinteger(L, index) != 0) return Value::of(std::int64_t{lua_tointeger(L, index)});
      return Value::of(static_cast<double>(lua_tonumber(L, index)));
    case LUA_TSTRING: {
      std::size_t size = 0;
      const char* text = lua_tolstring(L, index, &size);  // a string already: makes nothing, raises nothing
      return Value::of(std::string_view(text, size));
    }
    case LUA_TUSERDATA:
      return Value::of(*handle_at(L, index));
    case LUA_TFUNCTION:
      value.kind = Value::Kind::Function;
      return value;
    case LUA_TTABLE:
      break;
    default:
      value.kind = Value::Kind::Other;
      return value;
  }
  value.kind = Value::Kind::Table;
  if (depth == 0 || lua_checkstack(L, 4) == 0) return value;
  lua_pushnil(L);
  while (lua_next(L, index) != 0) {
    Entry entry;
    entry.key = read_value(L, -2, 0);
    entry.value = read_value(L, -1, depth - 1);
    value.entries.push_back(std::move(entry));
    lua_pop(L, 1);
  }
  std::sort(value.entries.begin(), value.entries.end(),
            [](const Entry& a, const Entry& b) { return key_before(a.key, b.key); });
  return value;
}

void push_handle(lua_State* L, Handle handle) {
  void* place = lua_newuserdatauv(L, sizeof(Handle), 2);
  *static_cast<Handle*>(place) = handle;
  lua_rawgetp(L, LUA_REGISTRYINDEX, &registry::handle_metatable);
  lua_setmetatable(L, -2);
}

void push_value(lua_State* L, const Value& value) {
  luaL_checkstack(L, 4, nullptr);
  switch (value.kind) {
    case Value::Kind::Boolean:
      lua_pushboolean(L, value.boolean ? 1 : 0);
      return;
    case Value::Kind::Integer:
      lua_pushinteger(L, value.integer);
      return;
    case Value::Kind::Number:
      lua_pushnumber(L, value.number);
      return;
    case Value::Kind::Text:
      lua_pushlstring(L, value.text.data(), value.text.size());
      return;
    case Value::Kind::Handle:
      push_handle(L, value.handle);
      return;
    case Value::Kind::Table:
      break;
    default:
      lua_pushnil(L);
      return;
  }
  lua_createtable(L, 0, 0);
  for (const Entry& entry : value.entries) {
    push_value(L, entry.key);
    push_value(L, entry.value);
    lua_rawset(L, -3);
  }
  if (value.is_endpoint) {
    lua_rawgetp(L, LUA_REGISTRYINDEX, &registry::endpoint_metatable);
    lua_setmetatable(L, -2);
  }
}

std::string describe(const Value& value) {
  switch (value.kind) {
    case Value::Kind::Nil:
      return "nil";
    case Value::Kind::Boolean:
      return value.boolean ? "true" : "false";
    case Value::Kind::Integer:
    case Value::Kind::Number:
      return show(value);
    case Value::Kind::Text:
      return value.text.size() > 40 ? "a long string" : fmt::format("\"{}\"", value.text);
    case Value::Kind::Table:
      return "a table";
    case Value::Kind::Function:
      return "a function";
    case Value::Kind::Other:
      return "something else";
    case Value::Kind::Handle:
      break;
  }
  switch (value.handle.kind) {
    case HandleKind::Library:
      return "a library";
    case HandleKind::Params:
      return "the params";
    case HandleKind::World:
      return "the world";
    case HandleKind::Host:
      return "a host";
    case HandleKind::Link:
      return "a link";
    case HandleKind::Process:
      return "a process";
    case HandleKind::Pattern:
      return "a pattern";
    case HandleKind::When:
      return "a moment";
    case HandleKind::Peer:
      return "a peer";
  }
  return "something else";
}

std::string show_number(double number) {
  if (std::isnan(number)) return "nan";  // its sign differs between machines
  if (std::isfinite(number) && number == std::floor(number) && std::fabs(number) < 1e15)
    return fmt::format("{:.0f}", number);
  return fmt::format("{:.9g}", number);
}

std::string show(const Value& value) {
  switch (value.kind) {
    case Value::Kind::Integer:
      return std::to_string(value.integer);
    case Value::Kind::Number:
      return show_number(value.number);
    case Value::Kind::Text:
      return value.text;
    case Value::Kind::Table:
      break;
    default:
      return describe(value);
  }
  if (value.is_endpoint || (value.field("ip") != nullptr && value.field("port") != nullptr))
    return show(*value.field("ip")) + ":" + show(*value.field("port"));
  std::string text;
  for (const Entry& entry : value.entries) {
    if (!text.empty()) text += ", ";
    if (entry.key.kind == Value::Kind::Text) text += entry.key.text + " = ";
    text += show(entry.value);
  }
  return text;
}

}  // namespace sockarium::script
