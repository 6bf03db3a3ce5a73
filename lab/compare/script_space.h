// Two runs in one language: ports that a kernel chose, initial sequence numbers and timestamps are called by
// the order in which they appear, and what is left are lines of text that may be compared.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "lab/compare/observation.h"
#include "sim/setup.h"

namespace sockarium::compare {

/// One observation: what it says, and where it stands.
struct Line {
  std::string text;
  std::int64_t line = 0;  ///< of the scenario file; 0: none
  Time time = 0;          ///< in this run, for people
  Duration gap = -1;      ///< packets that are sent again: how long after the time before; −1: the first
};

/// A sequence of observations that has an order of its own: one task's calls, or one direction of a
/// connection.
struct Strand {
  std::string name;  ///< «web», «10.0.0.5:port1 > 192.168.1.10:8080»
  std::vector<Line> lines;
};

/// In the order of names' first appearance.
std::vector<Strand> in_script_space(const Seen& seen, const Setup& setup, const ByteStore& bytes);

}  // namespace sockarium::compare
