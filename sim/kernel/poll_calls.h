// poll() and select(): the program brings the whole set with every call, and the kernel looks at every
// descriptor in it, one by one; when none has news, the task waits in the queues of all of them. poll(2),
// select(2); Linux do_sys_poll, do_select.
#pragma once

#include "sim/core/attempt.h"
#include "sim/kernel/kernel.h"

namespace sockarium {
class Step;
}  // namespace sockarium

namespace sockarium::kernel {

/// → how many descriptors have events, the set with `revents` as data. A closed number has POLLNVAL. EINVAL:
/// more than RLIMIT_NOFILE.
Attempt try_poll(Step& step, TaskId task, const sys::Poll& call);
/// → how many bits are set, the sets as data. EBADF: a number below the table's size that is not open; higher
/// ones are passed over, and their bits stay.
Attempt try_select(Step& step, TaskId task, const sys::Select& call);

}  // namespace sockarium::kernel
