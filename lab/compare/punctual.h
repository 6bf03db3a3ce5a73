// Threads that keep appointments: what a busy machine owes to the relay, to the loop that drives
// programs, and to the agents that call for them.
#pragma once

namespace sockarium::compare {

/// The calling thread and what it starts wake at the very moment that they ask for, and before others where
/// they may (real-time priority takes CAP_SYS_NICE).
void be_punctual();

}  // namespace sockarium::compare
