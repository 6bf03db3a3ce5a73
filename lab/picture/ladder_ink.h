// The ladder diagram, level two: ink. Hosts as columns with bars that say their state, slanted arrows between
// them, calls and states outside, time downwards, a line at «now», the future faint.
//
// Every stroke's tag is the number of the record that it shows (0: none), so a click finds it.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "lab/picture/ink.h"
#include "lab/picture/ladder.h"

namespace sockarium::picture {

struct LadderInkOptions {
  float width = 900;  ///< of the picture; 480 is the least
  Measure measure = estimated_width;
  std::uint64_t selected = 0;  ///< the tag that is drawn in the accent
  bool now_line = true;
  bool packet_marks = true;  ///< packets in flight at the cursor; false: the window animates its own
  std::string title;         ///< of the picture; empty: «Ladder: cli, srv»
};

/// A packet in flight at the cursor: for a window that moves it between two moments.
struct Flight {
  float x1 = 0, y1 = 0, x2 = 0, y2 = 0;  ///< its arrow
  Time sent_at = 0, arrives_at = 0;
  std::string label;
  std::uint64_t tag = 0;  ///< the record of its sending
};

struct LadderInk {
  Picture picture;
  std::vector<Flight> flights;
  float now_y = 0;   ///< of the line at the cursor: keep it in view
  float last_y = 0;  ///< above it, where that begins which happened last: a packet's way, a row's words
  float header_height = 0;  ///< names of the hosts, which may stay while the rest scrolls
};

LadderInk ladder_ink(const Ladder& ladder, const LadderInkOptions& options);

/// Of two ladders that stand level (ladder_level.h): each row of one is as high as that of the other.
std::pair<LadderInk, LadderInk> level_inks(const Ladder& left, const Ladder& right,
                                           const LadderInkOptions& options);

}  // namespace sockarium::picture
