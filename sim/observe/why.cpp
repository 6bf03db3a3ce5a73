// See why.h.
#include "sim/observe/why.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "sim/observe/absence.h"
#include "sim/observe/caption.h"
#include "sim/observe/lookup.h"

namespace sockarium::observe {

namespace {

/// Records that only hand the cause on: they would say nothing that their neighbours don't.
bool hands_on(const Records& records, RecordNumber number) {
  const Record& record = at(records, number);
  if (std::holds_alternative<rec::PacketDelivered>(record.what) ||
      std::holds_alternative<rec::TimerArmed>(record.what) ||
      std::holds_alternative<rec::CounterBumped>(record.what))
    return true;
  // A call that returned has led to the next one only by being over.
  return std::holds_alternative<rec::TaskWoken>(record.what) && record.reason == Reason::EventArrived;
}

class Chain {
 public:
  Chain(const World& world, const ByteStore& bytes, const Records& records, std::size_t most)
      : tells_(world, bytes, records), records_(records), most_(most) {}

  std::vector<WhyStep> of(RecordNumber number) {
    for (bool first = true; number != 0 && steps_.size() < most_; first = false) {
      if (first || !hands_on(records_, number)) {
        add(number);
        std::vector<WhyStep> missing = absences(tells_, number);
        const RecordNumber because = at(records_, number).because;
        const bool told = std::any_of(missing.begin(), missing.end(),
                                      [&](const WhyStep& step) { return step.record == because; });
        if (because != 0 && !told) add(condition(tells_, because));
        for (WhyStep& step : missing) add(std::move(step));
      }
      number = next(number);
    }
    return std::move(steps_);
  }

 private:
  /// Where the story goes on, backwards. A program's own decision ends it.
  RecordNumber next(RecordNumber number) const {
    const Record& record = at(records_, number);
    if (std::holds_alternative<rec::SyscallEntered>(record.what)) return 0;
    if (std::holds_alternative<rec::TaskStarted>(record.what) && record.reason == Reason::ScenarioStarts)
      return 0;
    return record.cause;
  }

  void add(RecordNumber number) {
    const Record& record = at(records_, number);
    WhyStep step;
    step.record = number;
    step.sentence = tells_.describe(number);
    if (record.reason != Reason::None && record.reason != Reason::CallReturns) {
      step.reason = row_of(record.reason).sentence;
      step.source = row_of(record.reason).source;
    }
    if (const auto* entered = get<rec::SyscallEntered>(records_, number)) {
      step.line = entered->line;
      step.reason = entered->line != 0 ? fmt::format("the program says so in line {}", entered->line) : "";
    }
    add(std::move(step));
  }

  void add(WhyStep step) {
    if (steps_.size() >= most_) return;
    for (const WhyStep& said : steps_)
      if (said.sentence == step.sentence || (step.record != 0 && said.record == step.record)) return;
    steps_.push_back(std::move(step));
  }

  Narrator tells_;
  const Records& records_;
  std::size_t most_;
  std::vector<WhyStep> steps_;
};

}  // namespace

std::vector<WhyStep> why(const World& world, const ByteStore& bytes, const Records& records,
                         RecordNumber record, std::size_t most_steps) {
  if (record == 0 || record > records.size()) return {};
  return Chain(world, bytes, records, most_steps).of(record);
}

}  // namespace sockarium::observe
