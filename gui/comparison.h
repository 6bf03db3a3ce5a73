// The shown run on the real kernel: played by a process of its own, looked after once a frame, and then what
// the panels of the comparison draw from.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "lab/compare/playing.h"
#include "lab/picture/ladder_level.h"
#include "lab/script/scenario.h"

namespace sockarium::gui {

/// A run and all that is marked in its ladder.
struct ComparedSide {
  const World* world = nullptr;  ///< at the end; it gives the names
  const ByteStore* bytes = nullptr;
  const observe::Records* records = nullptr;
  std::set<RecordNumber> marked;  ///< that a difference speaks of
};

class Comparison {
 public:
  /// `program`: sockarium itself, which plays the real side. `session`: what is shown, with all that a person
  /// did in it.
  Comparison(const std::shared_ptr<const script::Scenario>& scenario, const Session& session,
             const std::string& program);

  /// Looks whether it is over, without waiting. True: something is new.
  bool advance();
  bool running() const { return playing_ != nullptr && !over_; }
  /// Not empty: it could not be done, and why.
  const std::string& impossible() const { return impossible_; }
  /// Real seconds that the real run may still take at most.
  double seconds_left() const;

  const compare::Machine& machine() const { return machine_; }
  /// Once it is over and was possible:
  const compare::Report& report() const { return playing_->report(); }
  const ComparedSide& model() const { return model_; }
  const ComparedSide& real() const { return real_; }

  /// The record that stands for what `number` tells of: a call by its entry, a packet by its sending.
  static RecordNumber subject(const ComparedSide& side, RecordNumber number);
  /// The first line that differs, of either side; null: none does.
  const compare::Difference* first_difference() const;
  /// What stands for the same thing on both sides, whether alike or not: model's, real's.
  const picture::SameRecords& same() const { return same_; }
  /// The same thing on the other side; 0: it is not there.
  RecordNumber in_real(RecordNumber model) const;
  RecordNumber in_model(RecordNumber real) const;
  /// The last record of the model's run at the moment that `shown` shows.
  RecordNumber reached(const Session& shown) const;

 private:
  void conclude();

  compare::Machine machine_;
  std::unique_ptr<compare::Playing> playing_;
  bool over_ = false;
  std::string impossible_;
  ComparedSide model_, real_;
  picture::SameRecords same_;
};

}  // namespace sockarium::gui
