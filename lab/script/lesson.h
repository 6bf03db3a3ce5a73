// A lesson's questions, put to a moment of a run: texts with {expressions}, expectations and predictions.
// Nothing here is remembered from one question to the next, so it may be asked again and in any order; one
// thread at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lab/script/scenario.h"
#include "lab/script/world_view.h"

namespace sockarium::script {

struct EvaluatedText {
  std::string text;                ///< an expression that failed stands in it as it was written
  std::optional<LoadError> error;  ///< the first one
};
/// `line`: where the text stands in the file, for messages.
EvaluatedText render(const Scenario& scenario, std::string_view text, std::int64_t line,
                     const WorldView& view);

enum class Verdict { Holds, Fails, Broken };
struct Judgement {
  Verdict verdict = Verdict::Broken;
  std::string got;                 ///< Fails: what the world said
  std::optional<LoadError> error;  ///< Broken: what is wrong with the lesson
};
Judgement evaluate(const Scenario& scenario, const Expectation& expectation, const WorldView& view);

struct EvaluatedMeasure {
  std::optional<LoadError> error;
  double number = 0;
};
EvaluatedMeasure evaluate(const Scenario& scenario, const Measure& measure, const WorldView& view);

struct EvaluatedPrediction {
  std::optional<LoadError> error;
  std::string ask;                   ///< with its expressions worked out
  std::string answer;                ///< as it is shown
  std::vector<std::string> items;    ///< of an answer that is a list (Order, Grid, Rows)
  std::optional<double> number;      ///< of a Number, or of a Duration in seconds
  std::vector<std::string> options;  ///< to choose from or to order; equal ones only once
  std::size_t correct = 0;           ///< place of the answer among them, where one is chosen
};
/// The moment must be the one that the question is about; the answer comes from that moment.
EvaluatedPrediction evaluate(const Scenario& scenario, const Prediction& prediction, const WorldView& view);

}  // namespace sockarium::script
