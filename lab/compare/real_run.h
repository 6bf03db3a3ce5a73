// The programs of a scenario on the real kernel. A loop of its own drives them: the task with the earliest
// script time goes next (equal times: in the order of asking, which begins as the file's), its call is done
// by its agent, and the next task waits until that call has returned or is seen asleep in the kernel.
//
// A task's script time is the deadline of its last sleep, or the real moment at which a call that slept
// returned; a call that did not sleep takes the model's syscall_time. So a busy machine can be late but
// cannot change an order.
#pragma once

#include "lab/compare/doings.h"
#include "lab/compare/mailbox.h"
#include "lab/compare/network.h"
#include "lab/compare/observation.h"
#include "lab/session/programs.h"

namespace sockarium::compare {

/// Runs until script time `until`, looks at sockets and counters at `moments`, and does what a person did at
/// its times. To be called in an enclosure.
Seen run_for_real(const Setup& setup, Programs& programs, ByteStore& bytes, const RealNetwork& network,
                  const std::vector<Moment>& moments, const std::vector<Deed>& deeds, Time until);

}  // namespace sockarium::compare
