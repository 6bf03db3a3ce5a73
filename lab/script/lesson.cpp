#include "lab/script/lesson.h"

#include <fmt/format.h>

#include <algorithm>

#include "lab/script/environment.h"
#include "lab/script/machine.h"
#include "lab/script/text.h"
#include "lab/script/units.h"
#include "sim/core/hash.h"

namespace sockarium::script {

namespace {

/// What is to be called with `w`: a kept function, an item of a kept list, or an expression.
struct Question {
  LessonFunction function = no_function;
  std::int64_t item = 0;  ///< of the list; 0: the function itself
  const std::string* chunk = nullptr;
  lua_State* coroutine = nullptr;
  int coroutine_reference = LUA_NOREF;
  bool is_plain = false;  ///< the item is a value, and lies on the coroutine's stack
};

/// Makes a coroutine with the function and `w` on top. Runs in protected mode.
int prepare(lua_State* L) {
  Question& question = *static_cast<Question*>(lua_touserdata(L, 1));
  question.coroutine = lua_newthread(L);
  question.coroutine_reference = luaL_ref(L, LUA_REGISTRYINDEX);
  if (question.chunk != nullptr) {
    if (luaL_loadbufferx(L, question.chunk->data(), question.chunk->size(), "=text", "t") != LUA_OK)
      return lua_error(L);
    push_environment(L);
    lua_setupvalue(L, -2, 1);
  } else {
    lua_rawgeti(L, LUA_REGISTRYINDEX, question.function);
    if (question.item > 0) lua_rawgeti(L, -1, question.item);
  }
  question.is_plain = lua_type(L, -1) != LUA_TFUNCTION;
  lua_xmove(L, question.coroutine, 1);
  if (question.is_plain) return 0;
  lua_rawgetp(L, LUA_REGISTRYINDEX, &registry::world);
  lua_xmove(L, question.coroutine, 1);
  return 0;
}

LoadError error_at(const Scenario& scenario, std::int64_t line, const Fault& fault) {
  LoadError error;
  error.file = scenario.file;
  error.line = static_cast<int>(line);
  error.message = fault.message;
  error.hint = fault.hint;
  locate(error, scenario.lines, fault.word);
  return error;
}

struct Reply {
  bool good = false;
  std::vector<Value> values;
  std::optional<LoadError> error;
};

Reply ask(const Scenario& scenario, Question question, std::int64_t line, const WorldView& view) {
  Machine& machine = *scenario.lesson;
  Reply reply;
  Trouble trouble;
  machine.view = &view;
  machine.asked.clear();
  const auto broken = [&] {
    reply.error = error_at(scenario, trouble.line > 0 ? trouble.line : line, trouble.fault);
    return reply;
  };
  bool good = machine.protect(&prepare, &question, trouble);
  int results = 1;
  if (good && !question.is_plain)
    good = machine.resume(question.coroutine, 1, results, trouble) == Machine::Outcome::Finished;
  if (good)
    for (int i = -results; i < 0; ++i) reply.values.push_back(read_value(question.coroutine, i, 4));
  luaL_unref(machine.lua(), LUA_REGISTRYINDEX, question.coroutine_reference);
  machine.view = nullptr;
  if (!good) return broken();
  reply.good = true;
  if (reply.values.empty()) reply.values.emplace_back();
  return reply;
}

Question kept(LessonFunction function) {
  Question question;
  question.function = function;
  return question;
}

std::string show_answer(const Value& value, Prediction::Type type) {
  if (value.kind == Value::Kind::Boolean) return value.boolean ? "yes" : "no";
  if (type == Prediction::Type::Duration && value.is_number())
    return show_duration(static_cast<Duration>(value.number * 1e9 + 0.5));
  if (value.kind != Value::Kind::Table || value.is_endpoint) return show(value);
  std::string text;
  for (std::size_t i = 0; i < value.length(); ++i)
    text += (i == 0 ? "" : type == Prediction::Type::Order ? " → " : "; ") + show(value.item(i));
  return value.length() == 0 ? show(value) : text;
}

/// Does the answer have the shape that the question asks for? Empty, or what is wrong.
std::string shape_complaint(const Value& value, Prediction::Type type) {
  using Type = Prediction::Type;
  if (value.kind == Value::Kind::Nil) return "the answer function gave nil: the question has no answer";
  switch (type) {
    case Type::Number:
      if (!value.is_number()) return "the answer must be a number, not " + describe(value);
      break;
    case Type::Duration:
      if (!value.is_number() || value.number < 0)
        return "the answer must be a number of seconds, not " + describe(value);
      break;
    case Type::YesNo:
      if (value.kind != Value::Kind::Boolean)
        return "the answer must be true or false, not " + describe(value);
      break;
    case Type::Order:
    case Type::Grid:
    case Type::Rows:
      if (value.kind != Value::Kind::Table) return "the answer must be a list, not " + describe(value);
      break;
    case Type::Choice:
    case Type::Click:
      break;
  }
  return "";
}

bool add_option(std::vector<std::string>& options, const std::string& option) {
  if (std::find(options.begin(), options.end(), option) != options.end()) return false;
  options.push_back(option);
  return true;
}

/// The answer stands among the options; one that the lesson left out gets a place that says nothing.
void place_answer(EvaluatedPrediction& result) {
  const auto found = std::find(result.options.begin(), result.options.end(), result.answer);
  result.correct = static_cast<std::size_t>(found - result.options.begin());
  if (found != result.options.end()) return;
  const std::uint64_t hash = hash_bytes(result.ask.data(), result.ask.size());
  result.correct = static_cast<std::size_t>(hash % (result.options.size() + 1));
  result.options.insert(result.options.begin() + static_cast<std::ptrdiff_t>(result.correct), result.answer);
}

/// Works out the options; false: `result.error` says why not.
bool collect_options(const Scenario& scenario, const Prediction& prediction, const WorldView& view,
                     EvaluatedPrediction& result) {
  if (prediction.type == Prediction::Type::YesNo) result.options = {"yes", "no"};
  if (prediction.options == no_function) return true;
  Question list = kept(prediction.options);
  for (std::int64_t item = 1;; ++item) {
    list.item = item;
    const Reply reply = ask(scenario, list, prediction.line, view);
    if (!reply.good) {
      result.error = reply.error;
      return false;
    }
    if (reply.values.front().kind == Value::Kind::Nil) return true;
    add_option(result.options, show_answer(reply.values.front(), prediction.type));
  }
}

}  // namespace

EvaluatedText render(const Scenario& scenario, std::string_view text, std::int64_t line,
                     const WorldView& view) {
  EvaluatedText result;
  for (const TextPiece& piece : split_text(text)) {
    if (!piece.is_expression) {
      result.text += piece.text;
      continue;
    }
    const std::string chunk = chunk_of(piece.text);
    Question question;
    question.chunk = &chunk;
    Reply reply = ask(scenario, question, line, view);
    if (reply.good && reply.values.front().kind == Value::Kind::Nil) {
      reply.good = false;
      reply.error = error_at(
          scenario, line, Fault(fmt::format("the expression {{{}}} gave nil", piece.text), "", piece.text));
    }
    result.text +=
        reply.good ? show_answer(reply.values.front(), Prediction::Type::Choice) : "{" + piece.text + "}";
    if (!reply.good && !result.error) result.error = std::move(reply.error);
  }
  return result;
}

Judgement evaluate(const Scenario& scenario, const Expectation& expectation, const WorldView& view) {
  Judgement judgement;
  const Reply reply = ask(scenario, kept(expectation.holds), expectation.line, view);
  const std::vector<std::string> asked = scenario.lesson->asked;
  if (!reply.good) {
    judgement.error = reply.error;
    return judgement;
  }
  const Value& value = reply.values.front();
  if (value.kind != Value::Kind::Boolean) {
    judgement.error =
        error_at(scenario, expectation.line,
                 Fault(fmt::format("an expectation must say true or false, not {}", describe(value)),
                       "write return … == …", "expect"));
    return judgement;
  }
  judgement.verdict = value.boolean ? Verdict::Holds : Verdict::Fails;
  if (value.boolean) return judgement;
  if (reply.values.size() > 1) {
    judgement.got = show(reply.values[1]);
    return judgement;
  }
  constexpr std::size_t shown = 5;
  for (std::size_t i = 0; i < asked.size() && i < shown; ++i)
    judgement.got += (i == 0 ? "" : "; ") + asked[i];
  if (asked.size() > shown) judgement.got += fmt::format("; and {} more questions", asked.size() - shown);
  return judgement;
}

EvaluatedMeasure evaluate(const Scenario& scenario, const Measure& measure, const WorldView& view) {
  EvaluatedMeasure result;
  const Reply reply = ask(scenario, kept(measure.value), measure.line, view);
  result.error = reply.error;
  if (!reply.good) return result;
  const Value& value = reply.values.front();
  if (value.is_number())
    result.number = value.number;
  else
    result.error = error_at(scenario, measure.line,
                            Fault(fmt::format("a measure must be a number, not {}", describe(value)),
                                  "write return w:costs(…).looked_at", "measure"));
  return result;
}

EvaluatedPrediction evaluate(const Scenario& scenario, const Prediction& prediction, const WorldView& view) {
  EvaluatedPrediction result;
  EvaluatedText text = render(scenario, prediction.ask, prediction.line, view);
  result.ask = std::move(text.text);
  result.error = std::move(text.error);
  if (result.error) return result;
  const Reply reply = ask(scenario, kept(prediction.answer), prediction.line, view);
  if (!reply.good) {
    result.error = reply.error;
    return result;
  }
  const Value& value = reply.values.front();
  if (const std::string complaint = shape_complaint(value, prediction.type); !complaint.empty()) {
    result.error = error_at(scenario, prediction.line, Fault(complaint, "write return …", "predict"));
    return result;
  }
  result.answer = show_answer(value, prediction.type);
  if (value.is_number()) result.number = value.number;
  for (std::size_t i = 0; i < value.length(); ++i) result.items.push_back(show(value.item(i)));
  if (!collect_options(scenario, prediction, view, result)) return result;
  if (prediction.type == Prediction::Type::Order) {
    for (const std::string& item : result.items) add_option(result.options, item);
    if (prediction.options == no_function) std::sort(result.options.begin(), result.options.end());
  } else if (!result.options.empty()) {
    place_answer(result);
  }
  return result;
}

}  // namespace sockarium::script
