// The life of a call: it is tried, and its result goes back to the program. One that must wait is parked as a
// value and tried again after a wake-up; a parked call holds its open file, so that closing the number does
// not disturb it.
#pragma once

#include "sim/core/attempt.h"
#include "sim/kernel/kernel.h"

namespace sockarium {
class Step;
struct ProgramCall;
}  // namespace sockarium

namespace sockarium::kernel {

/// After so many calls in a row of which none blocked a program is stopped: it would never end.
inline constexpr std::uint64_t calls_in_a_row_limit = 200'000;

/// A program's turn: it gets the result of its last call and makes the next.
void turn(Step& step, TaskId task, const ProgramCall& call);
/// A wake-up reached a blocked task: its call is tried again.
void wake(Step& step, TaskId task);
/// The time of a sleep, or the limit of a blocked call, is over.
void deadline_over(Step& step, TaskId task);

}  // namespace sockarium::kernel
