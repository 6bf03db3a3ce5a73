// The calls that work on descriptors themselves, whatever is behind them: dup, fcntl, pipe, and the limit of
// a table's size. dup(2), fcntl(2), pipe(2), getrlimit(2); Linux fs/file.c, fs/fcntl.c, kernel/sys.c.
#pragma once

#include "sim/core/attempt.h"
#include "sim/kernel/kernel.h"

namespace sockarium {
class Step;
}  // namespace sockarium

namespace sockarium::kernel {

Attempt try_dup(Step& step, ProcessId process, const sys::Dup& call);
Attempt try_dup2(Step& step, ProcessId process, const sys::Dup2& call);
Attempt try_dup3(Step& step, ProcessId process, const sys::Dup3& call);
Attempt try_fcntl(Step& step, ProcessId process, const sys::Fcntl& call);
Attempt try_pipe(Step& step, ProcessId process, const sys::Pipe& call);
Attempt try_getrlimit(Step& step, ProcessId process, const sys::Getrlimit& call);
Attempt try_setrlimit(Step& step, ProcessId process, const sys::Setrlimit& call);

}  // namespace sockarium::kernel
