// Two runs in one language: ports that a kernel chose, initial sequence numbers and timestamps are called by
// the order in which they appear, and what is left are lines of text that may be compared.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "lab/compare/observation.h"
#include "sim/setup.h"

namespace sockarium::compare {

/// What a timer's length may be measured from.
enum class Since : std::uint8_t {
  Nothing,      ///< no timer: only the order counts
  CallEntered,  ///< a call that its time limit ended
  SameBytes,    ///< the last sending of the same bytes
  LastArrival,  ///< the last packet of the connection that reached the sender
  LastSent,     ///< the last packet of this direction
};
inline constexpr std::size_t since_count = 5;

/// One observation: what it says, and where it stands.
struct Line {
  std::string text;
  std::int64_t line = 0;         ///< of the scenario file; 0: none
  Time time = 0;                 ///< in this run, for people
  bool open = false;             ///< a call that has not returned yet: what it will say is not decided
  RecordNumber record = 0;       ///< that it speaks of; 0: of a moment of rest
  Since timed = Since::Nothing;  ///< model: what its timer was set from
  std::array<Duration, since_count> after{-1, -1, -1, -1, -1};  ///< how long after each; −1: there was none
};

/// A sequence of observations that has an order of its own: one task's calls, one direction of a connection,
/// or how things stood at a moment.
struct Strand {
  std::string name;  ///< «web», «10.0.0.5:port1 > 192.168.1.10:8080», «rest 2»
  std::vector<Line> lines;
};

/// In the order of names' first appearance.
std::vector<Strand> in_script_space(const Seen& seen, const Setup& setup, const ByteStore& bytes);

/// Counters that moved on the real kernel and that the model has not: «srv TcpExtTCPPureAcks +2».
std::vector<std::string> unknown_counters(const Seen& seen, const Setup& setup);

}  // namespace sockarium::compare
