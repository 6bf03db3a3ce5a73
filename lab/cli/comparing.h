// What `sockarium compare` needs of a machine, and what a scenario may ask for, as findings of `sockarium
// doctor`.
#pragma once

#include <string>
#include <vector>

namespace sockarium::cli {

struct Finding {
  std::string what;
  bool fine = false;
  std::string found;
  std::string advice;  ///< when it is not fine
};

/// The last one is «compare»: fine when two hosts could be built and joined, as the comparison does it.
std::vector<Finding> what_comparing_needs();

}  // namespace sockarium::cli
