// params{…}: the knobs of a scenario. A knob keeps the type of its first value; what --set gives is read as
// that type.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "lab/script/loader.h"
#include "lab/script/suggest.h"
#include "lab/script/units.h"

namespace sockarium::script {

namespace {

std::optional<ParamValue> param_value(const Value& value) {
  switch (value.kind) {
    case Value::Kind::Boolean:
      return ParamValue(value.boolean);
    case Value::Kind::Integer:
      return ParamValue(value.integer);
    case Value::Kind::Number:
      return ParamValue(value.number);
    case Value::Kind::Text:
      return ParamValue(value.text);
    default:
      return std::nullopt;
  }
}

Value lua_value(const ParamValue& value) {
  return std::visit(
      [](const auto& v) {
        if constexpr (std::is_same_v<std::decay_t<decltype(v)>, std::string>)
          return Value::of(std::string_view(v));
        else
          return Value::of(v);
      },
      value);
}

/// What knobs are compared by: numbers, and durations in seconds.
std::optional<double> magnitude(const ParamValue& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  if (const auto* number = std::get_if<double>(&value)) return *number;
  if (const auto* text = std::get_if<std::string>(&value))
    if (const auto duration = parse_duration(*text)) return static_cast<double>(*duration) / 1e9;
  return std::nullopt;
}

bool equal(const ParamValue& a, const ParamValue& b) {
  const auto x = magnitude(a), y = magnitude(b);
  return x && y ? *x == *y : a == b;
}

/// The text after --set, as the type of the knob.
std::optional<ParamValue> parse_override(const Param& param, const std::string& text) {
  if (std::holds_alternative<bool>(param.initial)) {
    if (text == "true" || text == "1" || text == "on") return ParamValue(true);
    if (text == "false" || text == "0" || text == "off") return ParamValue(false);
    return std::nullopt;
  }
  if (std::holds_alternative<std::string>(param.initial) && !param.is_duration) return ParamValue(text);
  if (param.is_duration && parse_duration(text)) return ParamValue(text);
  char* end = nullptr;
  const long long integer = std::strtoll(text.c_str(), &end, 10);
  if (!text.empty() && *end == '\0') return ParamValue(static_cast<std::int64_t>(integer));
  const double number = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0' || !std::isfinite(number)) return std::nullopt;
  return ParamValue(number);
}

std::string expected_type(const Param& param) {
  if (std::holds_alternative<bool>(param.initial)) return "true or false";
  if (param.is_duration) return "a duration like \"10ms\"";
  return "a number";
}

/// Throws unless the value lies in the knob's bounds.
void check_bounds(const Param& param, const ParamValue& value, const std::string& word) {
  const std::string what = fmt::format("param '{}' = {}", param.name, to_string(value));
  if (!param.values.empty()) {
    for (const ParamValue& one : param.values)
      if (equal(one, value)) return;
    std::vector<std::string> names;
    for (const ParamValue& one : param.values) names.push_back(to_string(one));
    throw Fault(fmt::format("{} is none of its values", what), "there are " + listed(names, "and"), word);
  }
  const auto size = magnitude(value);
  if (param.min && size && *size < *magnitude(*param.min))
    throw Fault(fmt::format("{} is less than its min, {}", what, to_string(*param.min)), "", word);
  if (param.max && size && *size > *magnitude(*param.max))
    throw Fault(fmt::format("{} is greater than its max, {}", what, to_string(*param.max)), "", word);
}

void read_details(Param& param, const Value& value) {
  Fields fields(value, fmt::format("param '{}'", param.name));
  const Value* initial = fields.find("default");
  if (initial == nullptr && value.length() > 0) initial = &value.item(0);
  if (initial == nullptr || !param_value(*initial))
    throw Fault(fmt::format("param '{}' needs a default", param.name),
                fmt::format("write {} = {{ default = 2, min = 1, max = 8 }}", param.name), param.name);
  param.initial = *param_value(*initial);
  for (const char* key : {"min", "max"}) {
    const Value* bound = fields.find(key);
    if (bound == nullptr) continue;
    const auto read = param_value(*bound);
    if (!read || !magnitude(*read)) fields.wrong(key, "a number or a duration");
    (key[1] == 'i' ? param.min : param.max) = *read;
  }
  if (const Value* values = fields.find("values")) {
    if (values->kind != Value::Kind::Table || values->length() == 0) fields.wrong("values", "a list");
    for (std::size_t i = 0; i < values->length(); ++i) {
      const auto one = param_value(values->item(i));
      if (!one) fields.wrong("values", "a list of numbers or texts");
      param.values.push_back(*one);
    }
  }
  param.unit = fields.text("unit", "");
  param.help = fields.text("help", "");
  fields.finish(1);
}

/// Where the knob's name stands in the file: a Lua table has forgotten the order of its fields.
std::size_t place_in_source(const Machine& machine, std::int64_t line, const std::string& name) {
  const auto& lines = machine.lines();
  for (auto i = static_cast<std::size_t>(std::max<std::int64_t>(line, 1)) - 1; i < lines.size(); ++i)
    if (const int column = column_of(lines[i], name)) return i * 10'000 + static_cast<std::size_t>(column);
  return SIZE_MAX;
}

}  // namespace

std::string to_string(const ParamValue& value) {
  return show(lua_value(value));
}

Answer declare_params(Arguments& a) {
  require_phase(a, Phase::Loading);
  Loader& loader = *a.machine().loader;
  const Value table = a.value(2);
  if (table.kind != Value::Kind::Table)
    throw Fault("params needs a table", "write params { backlog = 2, clients = 6 }", "params");
  if (loader.has_params)
    throw Fault("params are declared twice", "write all of them into one params { … }", "params");
  loader.has_params = true;
  std::vector<Param>& params = loader.scenario().params;
  for (const Entry& entry : table.entries) {
    Param param;
    param.line = a.line();
    param.name = show(entry.key);
    if (entry.key.kind != Value::Kind::Text)
      throw Fault("a param needs a name", "write params { backlog = 2 }", "params");
    if (entry.value.kind == Value::Kind::Table) {
      read_details(param, entry.value);
    } else {
      const auto initial = param_value(entry.value);
      if (!initial)
        throw Fault(fmt::format("param '{}' must be a number, a text, true or false, not {}", param.name,
                                describe(entry.value)),
                    "", param.name);
      param.initial = *initial;
    }
    if (const auto* text = std::get_if<std::string>(&param.initial))
      param.is_duration = parse_duration(*text).has_value();
    check_bounds(param, param.initial, param.name);
    param.value = param.initial;
    const auto given = loader.options().params.find(param.name);
    if (given != loader.options().params.end()) {
      loader.used_overrides.insert(param.name);
      const auto value = parse_override(param, given->second);
      if (!value)
        throw Fault(fmt::format("--set {}={}: '{}' is not {}", param.name, given->second, given->second,
                                expected_type(param)),
                    fmt::format("the file says {} = {}", param.name, to_string(param.initial)), param.name);
      param.value = *value;
      check_bounds(param, param.value, param.name);
    }
    params.push_back(std::move(param));
  }
  std::stable_sort(params.begin(), params.end(), [&](const Param& x, const Param& y) {
    return place_in_source(a.machine(), x.line, x.name) < place_in_source(a.machine(), y.line, y.name);
  });
  Answer result;
  Value values = Value::table();
  for (const Param& param : params) values.set(param.name, lua_value(param.value));
  result.values.push_back(std::move(values));
  return result;
}

}  // namespace sockarium::script
