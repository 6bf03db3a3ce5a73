// Wait queues: who sleeps on what. A wake-up queues an event of its own for each task that it reaches, so who
// woke whom, and in which order, can be stepped through. Linux wait_queue_entry, __wake_up_common.
#pragma once

#include "sim/kernel/kernel.h"

namespace sockarium {
class Step;
struct WakeUp;
struct World;
}  // namespace sockarium

namespace sockarium::kernel {

/// Puts a blocked task at the tail of the queue of what it waits for.
void join_wait_queue(World& world, TaskId task, const WaitFor& wait);
/// Takes it out, if it is in one.
void leave_wait_queue(World& world, TaskId task);
/// Turns the wake-ups that rooms below left in the step into events: all plain waiters, and the first
/// exclusive one.
void deliver_wake_ups(Step& step);
/// The waiters of a key, first to last.
WaiterId first_waiter(const World& world, std::uint64_t who);

}  // namespace sockarium::kernel
