// An agent is one simulated process on the real kernel: a process of its own that does, call by call, what
// its mailbox asks. Descriptors 0 to 2 are /dev/null; every other number is the program's.
#pragma once

#include <cstddef>
#include <cstdint>

#include "lab/compare/mailbox.h"

namespace sockarium::compare {

struct AgentPlan {
  std::size_t box = 0;
  std::size_t host = 0;              ///< whose files it sees
  std::uint64_t nofile = 1024;       ///< RLIMIT_NOFILE, soft
  std::uint64_t nofile_hard = 1024;  ///< and hard
  std::uint32_t user = 0;            ///< not 0: it has none of root's capabilities
};

/// Lives as that process; never returns.
[[noreturn]] void live_as_agent(Mailroom& mailroom, const AgentPlan& plan);

}  // namespace sockarium::compare
