// The ladder diagram as text: to read in a terminal, to paste into a mail, to listen to. Plain ASCII unless
// asked otherwise.
#pragma once

#include <cstddef>
#include <string>

#include "lab/picture/ladder.h"

namespace sockarium::picture {

struct LadderTextOptions {
  std::size_t width = 80;  ///< columns; 80, 100 and 120 are usual, 60 the least
  bool unicode = false;    ///< box drawing and arrows instead of |, - and >
  bool now = false;        ///< a line at the cursor
};

/// Lines end with «\n» and have no blanks at their ends.
std::string ladder_text(const Ladder& ladder, const LadderTextOptions& options);

}  // namespace sockarium::picture
