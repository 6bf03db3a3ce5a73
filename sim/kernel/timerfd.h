// A timerfd: a timer behind a descriptor. read() gives how often it ran out since the last read. A repeating
// one counts on while nobody reads. timerfd_create(2); Linux fs/timerfd.c.
//
// Left out: absolute times (TFD_TIMER_ABSTIME), other clocks than CLOCK_MONOTONIC.
#pragma once

#include <cstdint>

#include "sim/core/attempt.h"
#include "sim/core/event.h"

namespace sockarium {
class Step;
struct World;
}  // namespace sockarium

namespace sockarium::kernel {

struct FileUse;
struct OpenFile;

struct TimerFd {
  HostId host;
  Timer timer;
  Time due = 0;  ///< when it runs out next, or has; 0: it is not set
  Duration interval = 0;
  std::uint64_t expired = 0;  ///< 1: it ran out and nobody has read that. The rest is counted when they do
};

/// EINVAL (unknown flags), EMFILE, ENFILE.
Attempt try_timerfd_create(Step& step, ProcessId process, const sys::TimerfdCreate& call);
/// Sets it to run out after `value`, then every `interval`; 0 switches it off. → what was left, and as
/// `second` the interval. EBADF, EINVAL.
Attempt try_timerfd_settime(Step& step, ProcessId process, const sys::TimerfdSettime& call);
/// → what is left, and as `second` the interval. EBADF, EINVAL.
Attempt try_timerfd_gettime(Step& step, ProcessId process, const sys::TimerfdGettime& call);
/// 8 bytes, how often it ran out; waits while that is 0. EINVAL, EAGAIN.
Attempt read_timerfd(Step& step, const FileUse& use, std::int64_t size);
void release_timerfd(Step& step, const OpenFile& file);

void on_timerfd(Step& step, TimerFdId timerfd);

}  // namespace sockarium::kernel
