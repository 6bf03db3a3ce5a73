// Wait queues: who sleeps on what. A wake-up queues an event of its own for each task that it reaches, so who
// woke whom, and in which order, can be stepped through. A queue also holds the interests of epolls, which
// are told and stay. Linux wait_queue_entry, __wake_up_common.
#pragma once

#include "sim/kernel/kernel.h"

namespace sockarium {
class Step;
struct WakeUp;
struct World;
}  // namespace sockarium

namespace sockarium::kernel {

/// Puts a blocked task into the queue of what it waits for; poll and select are in many at once.
void join_wait_queue(World& world, TaskId task, const WaitFor& wait);
/// Takes it out of all that it is in, and closes files that nothing else keeps open.
void leave_wait_queues(Step& step, TaskId task);
/// An interest waits as long as it is there.
WaiterId keep_in_wait_queue(World& world, InterestId interest, const WaitFor& wait);
void leave_wait_queue(World& world, WaiterId waiter);

/// Turns the wake-ups that rooms below left in the step into events: all plain waiters, and the first
/// exclusive one.
void deliver_wake_ups(Step& step);
/// The waiters of a key, first to last.
WaiterId first_waiter(const World& world, std::uint64_t who);
/// Does anybody in the queue of `who` wait for `what`?
bool somebody_waits(const World& world, std::uint64_t who, Readiness what);

}  // namespace sockarium::kernel
