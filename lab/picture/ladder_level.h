// Two ladders of the same run, of two kernels, side by side: what both show stands in one row, and what only
// one shows leaves a gap in the other. A packet's leaving and its arrival count for more than the words
// beside them: arrows are what the eye compares.
#pragma once

#include <utility>
#include <vector>

#include "lab/picture/ladder.h"

namespace sockarium::picture {

/// Records that tell of the same thing, in `left` and in `right`: a call by its entry, a packet by its
/// sending.
using SameRecords = std::vector<std::pair<RecordNumber, RecordNumber>>;

/// Gives both the same rows: as many as possible stand for the same thing. No host's order is changed; what
/// happens at once in `left`, but at several hosts, takes its order in `right`, too. The moment of `left` is
/// marked in both.
void level(Ladder& left, Ladder& right, const SameRecords& same);

}  // namespace sockarium::picture
