// A match on its way: started, looked after without waiting, and played again where other work disturbed it.
#pragma once

#include <functional>
#include <memory>

#include "lab/compare/enclosure.h"
#include "lab/compare/referee.h"

namespace sockarium::compare {

class Playing {
 public:
  /// Starts the real side of a match.
  using Start = std::function<std::unique_ptr<Enclosure>(const Match& match)>;
  /// In a copy of this process, which must have no other threads.
  static std::unique_ptr<Enclosure> by_fork(const Match& match);

  Playing(std::unique_ptr<Match> match, Start start);

  /// Goes on without waiting. True: it is over, and the report is there.
  bool over();
  /// To poll(2) for; −1: there is nothing to wait for.
  int descriptor() const { return enclosure_ ? enclosure_->descriptor() : -1; }
  /// Real time until its limit, ns.
  Duration left() const { return enclosure_ ? enclosure_->left() : 0; }

  /// The model's run and what is compared with it.
  Match& match() const { return *match_; }
  const Report& report() const { return report_; }

 private:
  void begin();

  std::unique_ptr<Match> match_;
  Start start_;
  std::unique_ptr<Enclosure> enclosure_;  ///< none: over, or skipped
  Report report_;
  int tries_ = 0;
};

}  // namespace sockarium::compare
