#include "lab/script/binding.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <exception>

#include "lab/script/clone.h"
#include "lab/script/runner.h"
#include "lab/script/suggest.h"
#include "lab/script/units.h"

namespace sockarium::script {

void Arguments::wrong(int n, std::string_view name, std::string_view expected, std::string hint) const {
  const Value got = value(n, 1);
  if (got.kind == Value::Kind::Nil && hint.empty() && n <= count())
    hint = "did an earlier call fail? check(…) around it would say so";
  throw Fault(fmt::format("{}: argument {} '{}' must be {}, not {}", call_, n, name, expected,
                          n > count() ? "left out" : describe(got)),
              std::move(hint), std::string(call_));
}

void Arguments::not_modelled(std::string_view what, std::string hint) const {
  throw Fault(fmt::format("{} is not modelled yet", what), std::move(hint), std::string(what));
}

std::int64_t Arguments::integer(int n, std::string_view name, std::int64_t low, std::int64_t high) const {
  const Value got = value(n, 0);
  std::int64_t number = 0;
  if (got.kind == Value::Kind::Integer)
    number = got.integer;
  else if (got.kind == Value::Kind::Number && got.number == std::floor(got.number) &&
           std::fabs(got.number) < 9e15)
    number = static_cast<std::int64_t>(got.number);
  else
    wrong(n, name, "a whole number");
  if (number < low || number > high) wrong(n, name, fmt::format("a number from {} to {}", low, high));
  return number;
}

std::int32_t Arguments::int32(int n, std::string_view name) const {
  return static_cast<std::int32_t>(integer(n, name, INT32_MIN, INT32_MAX));
}

std::string Arguments::text(int n, std::string_view name) const {
  Value got = value(n, 1);
  if (got.kind != Value::Kind::Text) wrong(n, name, "a text in quotes");
  return std::move(got.text);
}

Duration Arguments::duration(int n, std::string_view name) const {
  const Value got = value(n, 1);
  if (got.kind == Value::Kind::Text || got.is_number())
    return duration_from(got, fmt::format("{}: argument {} '{}'", call_, n, name), std::string(call_));
  wrong(n, name, "a duration like \"10ms\", or a number of seconds");
}

void Arguments::function(int n, std::string_view name) const {
  if (lua_type(lua_, n) != LUA_TFUNCTION) wrong(n, name, "a function", "write function() … end");
  if (lua_iscfunction(lua_, n) != 0)
    wrong(n, name, "a function of the scenario", "write function() … end around the call");
}

Duration duration_from(const Value& value, std::string_view what, std::string_view word) {
  const std::string usage = "write \"250us\", \"10ms\", \"1s\" or \"2min\", or a number of seconds";
  if (value.kind == Value::Kind::Text) {
    if (const auto duration = parse_duration(value.text)) return *duration;
    throw Fault(fmt::format("{}: \"{}\" is not a duration", what, value.text), usage, value.text);
  }
  if (!value.is_number())
    throw Fault(fmt::format("{}: {} is not a duration", what, describe(value)), usage, std::string(word));
  if (const auto duration = duration_of_seconds(value.number)) return *duration;
  throw Fault(fmt::format("{}: {} s is not a duration{}", what, show(value),
                          value.number < 0 ? ": it lies in the past" : ""),
              usage, std::string(word));
}

const Value* Fields::find(std::string_view key) {
  known_.emplace_back(key);
  return table_.field(key);
}

void Fields::later(std::string_view key, std::string_view what) {
  if (table_.field(key) != nullptr)
    throw Fault(fmt::format("'{}' of {} is not modelled yet", what.empty() ? key : what, call_),
                "leave it out", std::string(key));
}

void Fields::wrong(std::string_view key, std::string_view expected, std::string hint) const {
  const Value* got = table_.field(key);
  if (got == nullptr)
    throw Fault(fmt::format("{} needs '{}': {}", call_, key, expected), std::move(hint), call_);
  throw Fault(fmt::format("'{}' of {} must be {}, not {}", key, call_, expected, describe(*got)),
              std::move(hint), std::string(key));
}

std::string Fields::text(std::string_view key, std::string otherwise) {
  const Value* got = find(key);
  if (got == nullptr) return otherwise;
  if (got->kind != Value::Kind::Text) wrong(key, "a text in quotes");
  return got->text;
}

std::string Fields::needed_text(std::string_view key, std::string_view example) {
  const Value* got = find(key);
  if (got == nullptr || got->kind != Value::Kind::Text || got->text.empty())
    wrong(key, "a text in quotes", fmt::format("write {} = \"{}\"", key, example));
  return got->text;
}

std::int64_t Fields::integer(std::string_view key, std::int64_t otherwise, std::int64_t low,
                             std::int64_t high) {
  const Value* got = find(key);
  if (got == nullptr) return otherwise;
  std::int64_t number = 0;
  if (got->kind == Value::Kind::Integer) {
    number = got->integer;
  } else if (got->kind == Value::Kind::Text && parse_size(got->text)) {
    number = *parse_size(got->text);
  } else {
    wrong(key, "a whole number");
  }
  if (number < low || number > high) wrong(key, fmt::format("a number from {} to {}", low, high));
  return number;
}

std::optional<Duration> Fields::duration(std::string_view key) {
  const Value* got = find(key);
  if (got == nullptr) return std::nullopt;
  return duration_from(*got, fmt::format("'{}' of {}", key, call_), key);
}

void Fields::finish(std::size_t list) {
  for (const Entry& entry : table_.entries) {
    if (entry.key.kind == Value::Kind::Text) {
      if (std::find(known_.begin(), known_.end(), entry.key.text) != known_.end()) continue;
      throw Fault(fmt::format("unknown key '{}' in {}", entry.key.text, call_),
                  did_you_mean(entry.key.text, known_, "it knows " + listed(known_, "and")), entry.key.text);
    }
    if (entry.key.kind == Value::Kind::Integer && entry.key.integer >= 1 &&
        entry.key.integer <= static_cast<std::int64_t>(list))
      continue;
    throw Fault(fmt::format("{} does not know what {} without a name means", call_, describe(entry.value)),
                "it knows " + listed(known_, "and"), call_);
  }
}

void require_phase(const Arguments& arguments, Phase phase) {
  const Phase now = arguments.machine().phase;
  if (now == phase) return;
  const std::string name(arguments.call());
  switch (phase) {
    case Phase::Loading:
      throw Fault(fmt::format("'{}' belongs to the top level of the file, not into a function", name),
                  "everything is declared before the run starts", name);
    case Phase::Running:
      if (now == Phase::Loading)
        throw Fault(fmt::format("'{}' is a call that programs make", name),
                    "write it inside process(host, \"name\", function() … end)", name);
      throw Fault(
          fmt::format("'{}' is a call that programs make, and this function only looks at the world", name),
          "ask w", name);
    case Phase::Judging:
      throw Fault(fmt::format("'{}' is there only where the world is looked at", name), "", name);
  }
}

bool run_first_half(lua_State* L, BindingBody body, const char* name) noexcept {
  Machine& machine = Machine::of(L);
  try {
    Arguments arguments(L, name);
    machine.answer = body(arguments);
    return true;
  } catch (Fault& fault) {
    machine.fault = std::move(fault);
  } catch (const std::exception& error) {
    machine.fault.message = error.what();
    machine.fault.hint.clear();
    machine.fault.word.clear();
  }
  return false;
}

namespace {

int after_call(lua_State* L, int status, lua_KContext context);

/// The handlers of signals that have come, one after the other; they may call the kernel themselves. Then the
/// call gives its `values`, or is made again, as its odd number says.
int after_handler(lua_State* L, int, lua_KContext values) {
  Machine& machine = Machine::of(L);
  while (const int signal = machine.runner->next_signal()) {
    luaL_checkstack(L, 3, nullptr);
    lua_rawgeti(L, LUA_REGISTRYINDEX, machine.runner->handler(signal));
    lua_pushinteger(L, signal);
    lua_callk(L, 1, 0, values, &after_handler);
  }
  if ((values & 1) == 0) return static_cast<int>(values / 2);
  lua_pop(L, static_cast<int>(values / 2));
  machine.runner->make_again();
  return lua_yieldk(L, 0, 0, &after_call);
}

/// What a call brings back, once its result is there.
int after_call(lua_State* L, int status, lua_KContext) {
  Machine& machine = Machine::of(L);
  const bool again = machine.runner->give_result(machine.answer);
  const auto count = static_cast<lua_KContext>(machine.answer.values.size());
  luaL_checkstack(L, static_cast<int>(count), nullptr);
  for (const Value& value : machine.answer.values) push_value(L, value);
  return after_handler(L, status, 2 * count + (again ? 1 : 0));
}

/// Replaces the value on top by its copy. What goes along is copied with it, so that they share variables.
void push_copies(lua_State* L, const Keep& keep) {
  if (keep.along == nullptr || keep.along->empty()) return push_copy_for_process(L);
  luaL_checkstack(L, 3, nullptr);
  lua_createtable(L, static_cast<int>(keep.along->size()) + 1, 0);
  lua_insert(L, -2);
  lua_rawseti(L, -2, 1);
  lua_Integer place = 1;
  for (const auto& [key, reference] : *keep.along) {
    lua_rawgeti(L, LUA_REGISTRYINDEX, reference);
    lua_rawseti(L, -2, ++place);
  }
  push_copy_for_process(L);
  place = 1;
  for (const auto& [key, reference] : *keep.along) {
    lua_rawgeti(L, -1, ++place);
    (*keep.along_into)[key] = luaL_ref(L, LUA_REGISTRYINDEX);
  }
  lua_rawgeti(L, -1, 1);
  lua_remove(L, -2);
}

}  // namespace

int run_second_half(lua_State* L, bool good) {
  Machine& machine = Machine::of(L);
  if (!good) {
    push_where(L);
    lua_pushlstring(L, machine.fault.message.data(), machine.fault.message.size());
    lua_concat(L, 2);
    return lua_error(L);
  }
  for (const Keep& keep : machine.answer.keeps) {
    if (keep.field != nullptr)
      lua_getfield(L, keep.argument, keep.field);
    else
      lua_pushvalue(L, keep.argument);
    if (keep.copy) push_copies(L, keep);
    *keep.into = luaL_ref(L, LUA_REGISTRYINDEX);
  }
  switch (machine.answer.kind) {
    case Answer::Kind::Call:
      return lua_yieldk(L, 0, 0, &after_call);
    case Answer::Kind::Stop:
      return lua_yield(L, 0);
    case Answer::Kind::Values:
      break;
  }
  const int count = static_cast<int>(machine.answer.values.size());
  luaL_checkstack(L, count, nullptr);
  for (int i = 0; i < count; ++i) push_value(L, machine.answer.values[static_cast<std::size_t>(i)]);
  return count;
}

}  // namespace sockarium::script
