#include "lab/script/machine.h"

#include <fmt/format.h>

#include <cstdlib>
#include <cstring>
#include <utility>

#include "lab/script/load_error.h"

namespace sockarium::script {

namespace registry {
const char builtins = 0, handle_metatable = 0, endpoint_metatable = 0, environment_methods = 0, shared = 0,
           world = 0;
}

namespace {

constexpr int hook_interval = 100'000;  // cheaper than can be measured; every 1,000 would double a tight loop

/// Lua cuts chunk names at 60 characters, so a long path is named by its end.
std::string chunk_name(std::string_view file) {
  constexpr std::size_t longest = 48;
  std::string_view name =
      file.substr(file.find_last_of('/') == std::string_view::npos ? 0 : file.find_last_of('/') + 1);
  if (name.size() > longest) name = name.substr(name.size() - longest);
  return "@" + std::string(name);
}

struct Body {
  lua_CFunction function;
  void* argument;
};

int run_body(lua_State* L) {
  const Body body = *static_cast<Body*>(lua_touserdata(L, 1));
  lua_settop(L, 0);
  lua_pushlightuserdata(L, body.argument);
  return body.function(L);
}

int set_up(lua_State* L) {
  open_libraries(L);
  open_handles(L);
  open_environments(L);
  open_calls(L);
  open_prelude(L);
  open_declarations(L);
  open_world(L);
  return 0;
}

/// «backlog.lua:14: rest» → 14 and the rest; a position in code that is not the scenario's is cut off too.
bool split_position(std::string& message, const std::string& chunk, std::int64_t& line) {
  for (const std::string& name : {chunk.substr(1), std::string("sockarium")}) {
    if (message.compare(0, name.size() + 1, name + ":") != 0) continue;
    std::size_t at = name.size() + 1;
    std::int64_t number = 0;
    while (at < message.size() && message[at] >= '0' && message[at] <= '9')
      number = number * 10 + (message[at++] - '0');
    if (message.compare(at, 2, ": ") != 0) continue;
    if (name != "sockarium") line = number;
    message.erase(0, at + 2);
    return true;
  }
  return false;
}

}  // namespace

std::unique_ptr<Machine> Machine::open(std::string_view file, std::string_view source) {
  std::unique_ptr<Machine> machine(new Machine);
  machine->file_ = std::string(file);
  machine->source_ = std::string(source);
  machine->lines_ = lines_of(source);
  machine->chunk_ = chunk_name(file);
  machine->lua_ = lua_newstate(&Machine::allocate, machine.get());
  if (machine->lua_ == nullptr) return nullptr;
  *static_cast<Machine**>(lua_getextraspace(machine->lua_)) = machine.get();
  Trouble trouble;
  const bool ready = machine->protect([](lua_State* L) { return set_up(L); }, nullptr, trouble);
  if (!ready) return nullptr;
  lua_sethook(machine->lua_, &Machine::count_hook, LUA_MASKCOUNT, hook_interval);
  return machine;
}

Machine::~Machine() {
  if (lua_ != nullptr) lua_close(lua_);
}

void* Machine::allocate(void* self, void* block, std::size_t old_size, std::size_t new_size) {
  Machine& machine = *static_cast<Machine*>(self);
  const std::size_t old = block == nullptr ? 0 : old_size;  // of a new block, old_size says its type
  if (new_size == 0) {
    std::free(block);
    machine.alive_ -= old;
    return nullptr;
  }
  if (new_size > old) {
    if (new_size - old > machine.limits_.memory - machine.alive_) {
      machine.refused_ = new_size;
      return nullptr;
    }
    machine.churn_ += new_size - old;
    if (machine.churn_ > machine.limits_.churn) machine.stop_soon();
  }
  void* fresh = std::realloc(block, new_size);
  if (fresh != nullptr) machine.alive_ += new_size - old;
  return fresh;
}

void Machine::stop_soon() {
  if (running_ != nullptr) lua_sethook(running_, &Machine::count_hook, LUA_MASKCOUNT, 1);
}

void Machine::charge(std::uint64_t steps) {
  steps_ += steps;
  if (steps_ > limits_.steps) stop_soon();
}

// An error could be caught by the script's own pcall, in a loop for ever; a yield cannot. Where a C function
// stands between (a metamethod that the library called), a yield is impossible: there every single
// instruction raises, so that the C function is left soon.
void Machine::count_hook(lua_State* L, lua_Debug*) {
  Machine& machine = of(L);
  machine.steps_ += static_cast<std::uint64_t>(lua_gethookcount(L));
  if (machine.steps_ <= machine.limits_.steps && machine.churn_ <= machine.limits_.churn) return;
  if (!machine.exhausted_)
    machine.stopped_line_ = machine.line_of(L);  // a yield from here would be one step behind
  machine.exhausted_ = true;
  lua_sethook(L, &Machine::count_hook, LUA_MASKCOUNT, 1);
  if (lua_isyieldable(L) != 0) {
    lua_yield(L, 0);
    return;
  }
  luaL_error(L, "endless loop");
}

std::int64_t Machine::line_of(lua_State* coroutine) const {
  lua_Debug frame;
  for (int level = 0; lua_getstack(coroutine, level, &frame) != 0; ++level) {
    lua_getinfo(coroutine, "Sl", &frame);
    if (chunk_ == frame.source) return frame.currentline;
  }
  return 0;
}

void push_where(lua_State* L) {
  const Machine& machine = Machine::of(L);
  const std::int64_t line = machine.line_of(L);
  if (line > 0)
    lua_pushfstring(L, "%s:%I: ", machine.chunk().c_str() + 1, static_cast<LUAI_UACINT>(line));
  else
    lua_pushliteral(L, "");
}

void offer(lua_State* L, const char* name) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &registry::builtins);
  lua_pushvalue(L, -2);
  lua_setfield(L, -2, name);
  lua_pop(L, 2);
}

bool Machine::protect(lua_CFunction body, void* argument, Trouble& trouble) {
  Body call{body, argument};
  refused_ = 0;
  lua_pushcfunction(lua_, &run_body);
  lua_pushlightuserdata(lua_, &call);
  const int status = lua_pcall(lua_, 1, 0, 0);
  if (status == LUA_OK) return true;
  trouble = explain(lua_, status);
  lua_settop(lua_, 0);
  return false;
}

Machine::Outcome Machine::resume(lua_State* coroutine, int arguments, int& results, Trouble& trouble) {
  steps_ = 0;
  churn_ = 0;
  refused_ = 0;
  exhausted_ = false;
  running_ = coroutine;
  const int status = lua_resume(coroutine, lua_, arguments, &results);
  running_ = nullptr;
  if (exhausted_) {
    trouble.line = stopped_line_;
    trouble.fault =
        Fault(churn_ > limits_.churn
                  ? fmt::format("endless work: {} MB of text and tables made without a call in between",
                                limits_.churn >> 20)
                  : fmt::format("endless loop: {} million steps without a call in between",
                                limits_.steps / 1'000'000),
              "a loop must do something that ends it, or call sleep(…)");
    return Outcome::Broken;
  }
  if (status == LUA_OK) return Outcome::Finished;
  if (status == LUA_YIELD) return Outcome::Yielded;
  trouble = explain(coroutine, status);
  return Outcome::Broken;
}

Trouble Machine::explain(lua_State* coroutine, int status) {
  Trouble trouble;
  trouble.line = line_of(coroutine);
  const Fault overflow("stack overflow: functions call each other without an end",
                       "look for a function that calls itself and has no case where it stops");
  constexpr int deep = 10'000;
  lua_Debug frame;
  if (status == LUA_ERRMEM && lua_getstack(coroutine, deep, &frame) != 0) {  // the stack is what grew
    trouble.fault = overflow;
    return trouble;
  }
  if (status == LUA_ERRMEM) {
    std::string what;
    if (refused_ > (1u << 20)) what = fmt::format(": a text or table of {} MB was asked for", refused_ >> 20);
    trouble.fault =
        Fault(fmt::format("out of memory: a scenario may hold {} MB{}", limits_.memory >> 20, what),
              "a payload that costs nothing to hold is pattern(n)");
    return trouble;
  }
  const Value value = read_value(coroutine, -1, 2);
  std::string message = value.kind == Value::Kind::Text ? value.text : "error: " + show(value);
  while (split_position(message, chunk_, trouble.line)) {
  }
  if (status == LUA_ERRERR) message = "an error happened while an error was handled";
  if (message.compare(0, 14, "stack overflow") == 0 || message.compare(0, 16, "C stack overflow") == 0)
    trouble.fault = overflow;
  else if (!fault.message.empty() && fault.message == message)
    trouble.fault = std::exchange(fault, Fault());
  else
    trouble.fault = Fault(message);
  return trouble;
}

}  // namespace sockarium::script
