// The top level's words for lessons: scenario, at, on, bookmark, checkpoint, predict, expect.
#include <fmt/format.h>

#include <algorithm>

#include "lab/script/loader.h"
#include "lab/script/suggest.h"
#include "lab/script/text.h"
#include "lab/script/units.h"
#include "sim/record.h"

namespace sockarium::script {

namespace {

Loader& loader_of(const Arguments& arguments) {
  require_phase(arguments, Phase::Loading);
  return *arguments.machine().loader;
}

Fields fields_of(Arguments& a, const std::string& example) {
  Value table = a.value(1);
  if (table.kind != Value::Kind::Table)
    throw Fault(fmt::format("{} needs a table, not {}", a.call(), describe(table)), "write " + example,
                std::string(a.call()));
  return Fields(std::move(table), std::string(a.call()));
}

Answer declare_scenario(Arguments& a) {
  Loader& loader = loader_of(a);
  Scenario& scenario = loader.scenario();
  if (loader.has_scenario)
    throw Fault("scenario is declared twice", "write one scenario { … } at the top", "scenario");
  loader.has_scenario = true;
  Fields fields = fields_of(a, "scenario { title = \"Backlog overflow\" }");
  const std::int64_t version = fields.integer("version", 1, 0, INT32_MAX);
  if (version != 1)
    throw Fault(fmt::format("this file is of version {}, and this program reads version 1", version), "",
                "version");
  scenario.id = fields.text("id", "");
  scenario.title = fields.text("title", "");
  scenario.summary = fields.text("summary", "");
  scenario.goal = fields.text("goal", "");
  scenario.limits = fields.text("limits", "");
  scenario.notes = fields.text("notes", "");
  scenario.profile = profile_field(fields).value_or(scenario.profile);
  Setup& setup = scenario.setup;
  setup.seed = static_cast<std::uint64_t>(fields.integer("seed", 1, 0, INT64_MAX));
  setup.max_events = static_cast<std::uint64_t>(fields.integer("max_events", 1'000'000, 1, 1'000'000'000));
  setup.stop_at = fields.duration("stop_at").value_or(never);
  setup.syscall_time = fields.duration("syscall_time").value_or(1 * microsecond);
  fields.finish();
  return answer();
}

std::vector<std::string> reason_names() {
  std::vector<std::string> names;
  for (const ReasonRow& row : reason_table)
    if (row.id != Reason::None) names.emplace_back(row.name);
  return names;
}

/// One of `names`, or a message with the nearest.
void require_known(const std::string& word, const std::vector<std::string>& names, const std::string& what) {
  if (word.empty() || std::find(names.begin(), names.end(), word) != names.end()) return;
  throw Fault(fmt::format("unknown {} '{}'", what, word), did_you_mean(word, names), word);
}

/// on{kind, host, process, reason, nth}
Answer make_moment(Arguments& a) {
  Loader& loader = loader_of(a);
  Fields fields = fields_of(a, "on { kind = \"PacketDropped\", host = \"srv\" }");
  When when;
  when.kind = When::Kind::On;
  when.on.kind = fields.needed_text("kind", "PacketDropped");
  require_known(when.on.kind, {kind_names().begin(), kind_names().end()}, "kind of record");
  if (const Value* host = fields.find("host"))
    when.on.host = loader.setup().hosts[host_from(loader.setup(), *host, "'host' of on")].name;
  if (const Value* process = fields.find("process")) {
    if (process->kind == Value::Kind::Handle && process->handle.kind == HandleKind::Process)
      when.on.process = loader.setup().processes[process->handle.number].name;
    else if (process->kind == Value::Kind::Text)
      when.on.process = process->text;
    else
      fields.wrong("process", "a process, or its name in quotes");
  }
  when.on.reason = fields.text("reason", "");
  require_known(when.on.reason, reason_names(), "reason");
  when.on.state = state_field(fields);
  if (when.on.state && when.on.kind != "StateChanged")
    fields.wrong("state", "left out", "only a StateChanged has a state");
  when.on.nth = fields.integer("nth", 1, 1, INT64_MAX);
  fields.finish();
  loader.moments.push_back(when);
  return answer(Value::of(Handle{HandleKind::When, 0, loader.moments.size() - 1}));
}

Answer declare_narration(Arguments& a) {
  Loader& loader = loader_of(a);
  Narration narration;
  narration.line = a.line();
  if (a.missing(1)) a.wrong(1, "when", "a time, a bookmark's name, or on { … }", "write at(\"25ms\", \"…\")");
  narration.when = moment_from(loader, a.value(1), "at: argument 1");
  narration.text = a.text(2, "text");
  check_text(a, narration.text);
  loader.scenario().narrations.push_back(std::move(narration));
  return answer();
}

Bookmark bookmark_from(Arguments& a, Loader& loader) {
  Bookmark bookmark;
  bookmark.line = a.line();
  bookmark.name = a.text(1, "name");
  if (bookmark.name.empty() || bookmark.name == "end" || parse_duration(bookmark.name))
    throw Fault(fmt::format("a {} cannot be called \"{}\"", a.call(), bookmark.name),
                "choose a word, like \"full\"", bookmark.name);
  for (const auto* list : {&loader.scenario().bookmarks, &loader.scenario().checkpoints})
    for (const Bookmark& other : *list)
      if (other.name == bookmark.name)
        throw Fault(fmt::format("'{}' is taken", bookmark.name),
                    fmt::format("line {} has it already", other.line), bookmark.name);
  if (a.missing(2))
    a.wrong(2, "when", "a time, or on { … }", "write bookmark(\"full\", on { kind = \"PacketDropped\" })");
  bookmark.when = moment_from(loader, a.value(2), fmt::format("{}: argument 2", a.call()));
  return bookmark;
}

Answer declare_bookmark(Arguments& a) {
  Loader& loader = loader_of(a);
  loader.scenario().bookmarks.push_back(bookmark_from(a, loader));
  return answer();
}

Answer declare_checkpoint(Arguments& a) {
  Loader& loader = loader_of(a);
  loader.scenario().checkpoints.push_back(bookmark_from(a, loader));
  return answer();
}

Prediction::Type prediction_type(const std::string& word) {
  using Type = Prediction::Type;
  static const std::vector<std::pair<std::string, Type>> types{
      {"number", Type::Number}, {"duration", Type::Duration}, {"choice", Type::Choice},
      {"yesno", Type::YesNo},   {"order", Type::Order},       {"grid", Type::Grid},
      {"rows", Type::Rows},     {"click", Type::Click}};
  std::vector<std::string> names;
  for (const auto& [name, type] : types) {
    if (name == word) return type;
    names.push_back(name);
  }
  throw Fault(fmt::format("unknown type of prediction '{}'", word),
              did_you_mean(word, names, "there are " + listed(names, "and")), word);
}

Answer declare_prediction(Arguments& a) {
  Loader& loader = loader_of(a);
  const std::string example = "answer = function(w) return … end";
  Fields fields = fields_of(a, "predict { at = \"25ms\", ask = \"…?\", type = \"choice\", " + example + " }");
  Prediction prediction;
  prediction.line = a.line();
  const Value* at = fields.find("at");
  if (at != nullptr) prediction.at = moment_from(loader, *at, "'at' of predict");
  prediction.ask = fields.needed_text("ask", "Which state …?");
  check_text(a, prediction.ask);
  prediction.type = prediction_type(fields.needed_text("type", "choice"));
  const Value* answer_function = fields.find("answer");
  const Value* options = fields.find("options");
  if (const Value* tolerance = fields.find("tolerance")) {
    if (prediction.type == Prediction::Type::Duration)
      prediction.tolerance =
          static_cast<double>(duration_from(*tolerance, "'tolerance' of predict", "tolerance")) / 1e9;
    else if (tolerance->is_number() && tolerance->number >= 0)
      prediction.tolerance = tolerance->number;
    else
      fields.wrong("tolerance", "a number, 0 or more");
  }
  fields.finish();
  if (answer_function == nullptr || answer_function->kind != Value::Kind::Function)
    fields.wrong("answer", "a function that works the answer out", "write " + example);
  if (options != nullptr && (options->kind != Value::Kind::Table || options->length() == 0))
    fields.wrong("options", "a list", "write options = { \"ESTAB\", \"SYN-SENT\" }");
  if (options == nullptr && prediction.type == Prediction::Type::Choice)
    throw Fault("a prediction of type \"choice\" needs options",
                "write options = { \"ESTAB\", \"SYN-SENT\" }", "predict");
  loader.scenario().predictions.push_back(std::move(prediction));
  Prediction& kept = loader.scenario().predictions.back();
  Answer answer;
  answer.keeps.push_back(Keep{1, "answer", &kept.answer, false});
  if (options != nullptr) answer.keeps.push_back(Keep{1, "options", &kept.options, false});
  return answer;
}

/// expect(text, [when,] fn)
Answer declare_expectation(Arguments& a) {
  Loader& loader = loader_of(a);
  Expectation expectation;
  expectation.line = a.line();
  expectation.text = a.text(1, "text");
  check_text(a, expectation.text);
  const int function = lua_type(a.lua(), 2) == LUA_TFUNCTION ? 2 : 3;
  if (function == 3 && lua_type(a.lua(), 3) == LUA_TFUNCTION)
    expectation.when = moment_from(loader, a.value(2), "expect: argument 2");
  if (lua_type(a.lua(), function) != LUA_TFUNCTION)
    a.wrong(function == 3 && a.missing(3) ? 2 : function, "fn", "a function that says true or false",
            "write function(w) return … end");
  loader.scenario().expectations.push_back(std::move(expectation));
  Answer answer;
  answer.keeps.push_back(Keep{function, nullptr, &loader.scenario().expectations.back().holds, false});
  return answer;
}

/// measure(name, fn): what the command sweep plots
Answer declare_measure(Arguments& a) {
  Loader& loader = loader_of(a);
  Measure measure;
  measure.line = a.line();
  measure.name = a.text(1, "name");
  if (lua_type(a.lua(), 2) != LUA_TFUNCTION)
    a.wrong(2, "fn", "a function that gives a number", "write function(w) return … end");
  loader.scenario().measures.push_back(std::move(measure));
  Answer answer;
  answer.keeps.push_back(Keep{2, nullptr, &loader.scenario().measures.back().value, false});
  return answer;
}

}  // namespace

std::optional<TcpState> state_field(Fields& fields) {
  const std::string word = fields.text("state", "");
  if (word.empty()) return std::nullopt;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < tcp_state_count; ++i) {
    const auto state = static_cast<TcpState>(i);
    if (word == ss_name(state) || word == rfc_name(state)) return state;
    names.emplace_back(ss_name(state));
  }
  throw Fault(fmt::format("unknown state '{}'", word),
              did_you_mean(word, names, "there are " + listed(names, "and")), word);
}

When moment_from(const Loader& loader, const Value& value, const std::string& what) {
  When when;
  switch (value.kind) {
    case Value::Kind::Nil:
      return when;
    case Value::Kind::Handle:
      if (value.handle.kind == HandleKind::When) return loader.moments[value.handle.number];
      break;
    case Value::Kind::Integer:
    case Value::Kind::Number:
      when.kind = When::Kind::Time;
      when.time = duration_from(value, what, "");
      return when;
    case Value::Kind::Text:
      if (value.text == "end") return when;
      if (const auto time = parse_duration(value.text)) {
        when.kind = When::Kind::Time;
        when.time = *time;
      } else if (!value.text.empty() && value.text.front() >= '0' && value.text.front() <= '9') {
        when.time = duration_from(value, what, value.text);
      } else {
        when.kind = When::Kind::Bookmark;
        when.bookmark = value.text;
      }
      return when;
    default:
      break;
  }
  throw Fault(fmt::format("{} must be a moment, not {}", what, describe(value)),
              "write \"25ms\", a bookmark's name, or on { kind = \"PacketDropped\" }");
}

void check_text(Arguments& arguments, const std::string& text) {
  lua_State* L = arguments.lua();
  for (const TextPiece& piece : split_text(text)) {
    if (!piece.is_expression) continue;
    const std::string chunk = chunk_of(piece.text);
    const int status = luaL_loadbufferx(L, chunk.data(), chunk.size(), "=text", "t");
    std::string message = status == LUA_OK ? "" : read_value(L, -1, 0).text;
    lua_pop(L, 1);
    if (status == LUA_OK) continue;
    if (message.compare(0, 8, "text:1: ") == 0) message.erase(0, 8);
    throw Fault(fmt::format("the expression {{{}}} is not Lua: {}", piece.text, message), "", piece.text);
  }
}

std::string to_string(const When& when) {
  switch (when.kind) {
    case When::Kind::End:
      return "at the end";
    case When::Kind::Time:
      return "at " + show_duration(when.time);
    case When::Kind::Bookmark:
      return "at the bookmark " + when.bookmark;
    case When::Kind::On:
      break;
  }
  const char* const ending = when.on.nth == 2 ? "nd" : when.on.nth == 3 ? "rd" : "th";
  std::string text = when.on.nth == 1 ? fmt::format("at the first {}", when.on.kind)
                                      : fmt::format("at the {}{} {}", when.on.nth, ending, when.on.kind);
  if (when.on.state) text += fmt::format(" to {}", ss_name(*when.on.state));
  if (!when.on.reason.empty()) text += " (" + when.on.reason + ")";
  if (!when.on.process.empty()) text += " of " + when.on.process;
  if (!when.on.host.empty()) text += " on " + when.on.host;
  return text;
}

void check_whole(Loader& loader, std::int64_t& line) {
  const Scenario& scenario = loader.scenario();
  line = 0;
  if (scenario.setup.hosts.empty())
    throw Fault("the scenario has no host",
                "write local srv = host { name = \"srv\", ip = \"192.168.1.10\" }");
  if (scenario.setup.processes.empty())
    throw Fault("the scenario has no process", "write process(srv, \"web\", function() … end)");
  std::vector<std::string> bookmarks, processes;
  for (const auto* list : {&scenario.bookmarks, &scenario.checkpoints})
    for (const Bookmark& bookmark : *list) bookmarks.push_back(bookmark.name);
  for (const ProcessSetup& process : scenario.setup.processes) processes.push_back(process.name);
  const auto check = [&](const When& when, std::int64_t at) {
    line = at;
    if (when.kind == When::Kind::Bookmark &&
        std::find(bookmarks.begin(), bookmarks.end(), when.bookmark) == bookmarks.end())
      throw Fault(fmt::format("unknown bookmark '{}'", when.bookmark),
                  did_you_mean(when.bookmark, bookmarks, "write a time like \"25ms\", or bookmark(\"…\", …)"),
                  when.bookmark);
    if (when.kind == When::Kind::On) require_known(when.on.process, processes, "process");
  };
  for (const Narration& narration : scenario.narrations) check(narration.when, narration.line);
  for (const Prediction& prediction : scenario.predictions) check(prediction.at, prediction.line);
  for (const Expectation& expectation : scenario.expectations) check(expectation.when, expectation.line);
  for (const Deed& deed : scenario.deeds)
    if (!deed.event) check(deed.when, deed.line);
  for (const auto* list : {&scenario.bookmarks, &scenario.checkpoints})
    for (const Bookmark& bookmark : *list) {
      check(bookmark.when, bookmark.line);
      if (bookmark.when.kind == When::Kind::Bookmark)
        throw Fault(fmt::format("bookmark '{}' needs a moment of its own", bookmark.name),
                    "write a time like \"25ms\", or on { … }", bookmark.when.bookmark);
    }
  std::vector<std::string> names;
  for (const Param& param : scenario.params) names.push_back(param.name);
  for (const auto& [name, value] : scenario.recorded.params) {
    line = scenario.recorded.line;
    if (std::find(names.begin(), names.end(), name) == names.end())
      throw Fault(
          fmt::format("unknown param '{}' in recorded", name),
          did_you_mean(name, names,
                       names.empty() ? "the scenario has no params" : "there are " + listed(names, "and")),
          name);
  }
  for (const auto& [name, value] : loader.options().params) {
    if (loader.used_overrides.count(name) != 0) continue;
    line = -1;
    throw Fault(
        fmt::format("--set {}={}: unknown param '{}'", name, value, name),
        did_you_mean(name, names,
                     names.empty() ? "the scenario has no params" : "there are " + listed(names, "and")));
  }
}

void open_lesson_declarations(lua_State* L) {
  offer_binding<&declare_scenario>(L, "scenario");
  offer_binding<&make_moment>(L, "on");
  offer_binding<&declare_narration>(L, "at");
  offer_binding<&declare_bookmark>(L, "bookmark");
  offer_binding<&declare_checkpoint>(L, "checkpoint");
  offer_binding<&declare_prediction>(L, "predict");
  offer_binding<&declare_expectation>(L, "expect");
  offer_binding<&declare_measure>(L, "measure");
}

}  // namespace sockarium::script
