// The ladders of the comparison, model and real kernel, with the same things in the same rows and the shown
// moment marked in both. Made anew only when the moment or the width of the panels changes.
#pragma once

#include <cstdint>
#include <utility>

#include "lab/picture/ladder_ink.h"
#include "lab/session/session.h"

namespace sockarium::gui {

class Comparison;

class ComparedLadders {
 public:
  void clear() { of_ = nullptr; }
  /// `comparison`: over and possible. `width`: of a picture, pixels at scale 1.
  const picture::LadderInk& ink(const Comparison& comparison, const Session& shown, float width, bool real);

 private:
  struct Question {
    RecordNumber reached = 0;
    float width = 0, letter = 0;  ///< of a panel; of a letter in its font
    friend bool operator==(const Question&, const Question&) = default;
  };
  const Comparison* of_ = nullptr;
  Question asked_;
  std::pair<picture::LadderInk, picture::LadderInk> inks_;
};

}  // namespace sockarium::gui
