// Calls on the real kernel: the run writes one into the mailbox of the task's agent, waits until it has
// returned or is seen asleep, and takes the answer out. See mailbox.h.
#pragma once

#include "lab/compare/real_tasks.h"

namespace sockarium::compare {

/// Makes the call; what does not sleep has returned at script time `after`.
void make_call(RealRun& run, RealTask& task, const Syscall& call, Time after);
/// A task that slept in its call: has it returned, or has its process died?
void look_at_call(RealRun& run, RealTask& task);

}  // namespace sockarium::compare
