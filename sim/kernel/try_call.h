// Each call of a program, tried once: which room of the kernel answers it, and what is looked at before. A
// handler for each alternative of Syscall.
#pragma once

#include "sim/core/attempt.h"
#include "sim/core/id.h"

namespace sockarium {
class Step;
}

namespace sockarium::kernel {

/// Tries a call of `task`, now or, after a wake-up, again. `born`: the task that fork or thread has made.
Attempt try_call(Step& step, TaskId task, const Syscall& call, bool again, TaskId& born);

}  // namespace sockarium::kernel
