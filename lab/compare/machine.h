// What this machine gives to a comparison, and what it does otherwise than a plain Linux: part of every
// report, and of what `doctor` tells.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lab/compare/enclosure.h"
#include "sim/setup.h"

namespace sockarium::compare {

struct Machine {
  std::string kernel;              ///< «Linux 6.18.44»: uname -r
  Rights rights = Rights::None;    ///< to have namespaces
  std::string congestion_control;  ///< the default; agents set cubic on each socket, as the model assumes
  std::uint64_t open_files = 0;    ///< the hard limit of RLIMIT_NOFILE
  std::string
      missing;  ///< not empty: what keeps this machine from comparing, in one sentence with what to do
};

/// Looks by trying; takes some milliseconds.
Machine this_machine();

/// What is otherwise here, a sentence each.
std::vector<std::string> notes_on(const Machine& machine);

/// Empty, or why this scenario can't be played here.
std::string refusal(const Machine& machine, const Setup& setup);

}  // namespace sockarium::compare
