// The userdata of scenarios: hosts, links, payload patterns, and the read-only tables (libraries, params, w).
#include <fmt/format.h>

#include <lua.hpp>

#include "lab/script/binding.h"
#include "lab/script/loader.h"
#include "lab/script/suggest.h"

namespace sockarium::script {

namespace {

/// The names of the table behind a read-only one.
std::vector<std::string> names_behind(lua_State* L, int index) {
  std::vector<std::string> names;
  lua_getiuservalue(L, index, 1);
  const Value table = read_value(L, -1, 1);
  lua_pop(L, 1);
  for (const Entry& entry : table.entries)
    if (entry.key.kind == Value::Kind::Text) names.push_back(entry.key.text);
  return names;
}

Answer missing_member(Arguments& arguments) {
  const Handle handle = *handle_at(arguments.lua(), 1);
  const Value key = arguments.value(2, 0);
  const std::string word = show(key);
  switch (handle.kind) {
    case HandleKind::Params: {
      const auto names = names_behind(arguments.lua(), 1);
      if (names.empty())
        throw Fault("no params are declared yet", "write params { " + word + " = 1 } above", word);
      throw Fault(fmt::format("unknown param '{}'", word),
                  did_you_mean(word, names, "there are " + listed(names, "and")), word);
    }
    case HandleKind::Library: {
      lua_getiuservalue(arguments.lua(), 1, 2);
      const std::string library = read_value(arguments.lua(), -1, 0).text;
      throw Fault(fmt::format("unknown function '{}.{}'", library, word),
                  did_you_mean(word, names_behind(arguments.lua(), 1)), word);
    }
    case HandleKind::World:
      throw Fault(
          fmt::format("w has no '{}'", word),
          did_you_mean(word, names_behind(arguments.lua(), 1), "w:sockets{…}, w:calls{…}, w:packets{…}, …"),
          word);
    case HandleKind::Host: {
      const HostSetup& host = arguments.machine().setup->hosts[handle.number];
      if (word == "name") return answer(Value::of(std::string_view(host.name)));
      if (word == "ip") return answer(Value::of(std::string_view(to_string(host.addresses.front()))));
      throw Fault(fmt::format("a host has no '{}'", word), "it has .name and .ip", word);
    }
    case HandleKind::Process: {
      if (word == "name")
        return answer(Value::of(std::string_view(arguments.machine().setup->processes[handle.number].name)));
      throw Fault(fmt::format("a process has no '{}'", word), "it has .name", word);
    }
    case HandleKind::Peer:
      throw Fault(fmt::format("a peer has no '{}'", word), "it has p:send{…} and p:expect{…}", word);
    default:
      throw Fault(fmt::format("{} has no '{}'", describe(arguments.value(1)), word), "", word);
  }
}

int get_member(lua_State* L) {
  const Handle* handle = handle_at(L, 1);
  if (handle->kind == HandleKind::World && lua_type(L, 2) == LUA_TSTRING) {
    lua_getiuservalue(L, 1, 2);  // what is worked out anew each time, such as w.time
    lua_pushvalue(L, 2);
    if (lua_rawget(L, -2) == LUA_TFUNCTION) {
      lua_call(L, 0, 1);
      return 1;
    }
    lua_settop(L, 2);
  }
  if (lua_getiuservalue(L, 1, 1) == LUA_TTABLE) {
    lua_pushvalue(L, 2);
    if (lua_rawget(L, -2) != LUA_TNIL) return 1;
  }
  lua_settop(L, 2);
  return binding<&missing_member>(L);
}

Answer change_member(Arguments& arguments) {
  const Value key = arguments.value(2, 0);
  const HandleKind kind = handle_at(arguments.lua(), 1)->kind;
  throw Fault(fmt::format("{} cannot be changed", kind == HandleKind::Params
                                                      ? "params are read-only: '" + show(key) + "'"
                                                      : describe(arguments.value(1))),
              kind == HandleKind::Params ? "turn it with --set, or keep the value in a local variable" : "",
              show(key));
}

Answer call_body(Arguments& arguments) {
  if (handle_at(arguments.lua(), 1)->kind == HandleKind::Params) return declare_params(arguments);
  throw Fault(fmt::format("{} is not a function", describe(arguments.value(1))));
}

/// params{…}: the table of values goes behind the handle.
int call_handle(lua_State* L) {
  const bool good = run_first_half(L, &call_body, "params");
  if (!good) return run_second_half(L, good);
  push_value(L, Machine::of(L).answer.values.front());
  lua_setiuservalue(L, 1, 1);
  return 0;
}

Answer length_of_handle(Arguments& arguments) {
  const Handle handle = *handle_at(arguments.lua(), 1);
  if (handle.kind != HandleKind::Pattern)
    throw Fault(fmt::format("{} has no length", describe(arguments.value(1))));
  return answer(Value::of(static_cast<std::int64_t>(handle.number)));
}

Answer handle_as_text(Arguments& arguments) {
  const Handle handle = *handle_at(arguments.lua(), 1);
  const Setup& setup = *arguments.machine().setup;
  switch (handle.kind) {
    case HandleKind::Host:
      return answer(Value::of(std::string_view(setup.hosts[handle.number].name)));
    case HandleKind::Process:
      return answer(Value::of(std::string_view(setup.processes[handle.number].name)));
    case HandleKind::Pattern:
      return answer(Value::of(std::string_view(fmt::format("pattern({})", handle.number))));
    default:
      return answer(Value::of(std::string_view(describe(arguments.value(1)))));
  }
}

/// Makes a read-only library of the table in registry._LOADED.
void offer_library(lua_State* L, const char* name) {
  push_handle(L, Handle{HandleKind::Library, 0, 0});
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  lua_getfield(L, -1, name);
  lua_setiuservalue(L, -3, 1);
  lua_pop(L, 1);
  lua_pushstring(L, name);
  lua_setiuservalue(L, -2, 2);
  offer(L, name);
}

template <BindingBody body>
void set_method(lua_State* L, const char* field, const char* name) {
  lua_pushstring(L, name);
  lua_pushcclosure(L, &binding<body>, 1);
  lua_setfield(L, -2, field);
}

}  // namespace

void open_handles(lua_State* L) {
  lua_newtable(L);
  lua_pushliteral(L, "");
  lua_pushcclosure(L, &get_member, 1);
  lua_setfield(L, -2, "__index");
  set_method<&change_member>(L, "__newindex", "");
  lua_pushcfunction(L, &call_handle);
  lua_setfield(L, -2, "__call");
  set_method<&length_of_handle>(L, "__len", "");
  set_method<&handle_as_text>(L, "__tostring", "");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_rawsetp(L, LUA_REGISTRYINDEX, &registry::handle_metatable);

  for (const char* name : {"string", "table", "math", "utf8"}) offer_library(L, name);

  push_handle(L, Handle{HandleKind::Params, 0, 0});
  lua_newtable(L);
  lua_setiuservalue(L, -2, 1);
  offer(L, "params");
}

}  // namespace sockarium::script
