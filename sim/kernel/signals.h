// Signals: what one process says to another, a timer to its own, and the kernel to whoever writes into the
// void. A signal ends the process, is ignored, waits because it is blocked, or is for a handler: then a call
// that blocks is interrupted, and the program runs its handler before it sees the call's result. signal(7);
// Linux kernel/signal.c.
//
// Left out: stopping and continuing, signals for single threads, real-time signals, who sent it (siginfo).
#pragma once

#include <cstdint>

#include "sim/core/attempt.h"
#include "sim/core/reason.h"
#include "sim/core/signal.h"

namespace sockarium {
class Step;
struct World;
}  // namespace sockarium

namespace sockarium::kernel {

struct FileUse;

/// What a process has said of signals; sets of signals, see signal_bit(). Shared by its threads.
struct Signals {
  std::uint32_t ignored = 0;
  std::uint32_t handled = 0;
  std::uint32_t restarts = 0;  ///< of the handled ones: SA_RESTART
  std::uint32_t blocked = 0;
  std::uint32_t pending = 0;
  std::uint32_t reserved = 0;
};

/// A signal for a process. `reason`: why it is sent.
void send_signal(Step& step, ProcessId process, std::uint32_t signal, Reason reason);
/// Signals for handlers that have not run yet; they leave the set.
std::uint32_t take_handled(World& world, ProcessId process);
/// Does a signal for a handler wait?
bool handler_is_due(const World& world, ProcessId process);

/// kill(2): 0 as signal only asks. ESRCH (nobody on this machine), EPERM (another user's), EINVAL.
Attempt try_kill(Step& step, ProcessId process, const sys::Kill& call);
/// What the process wants of a signal → what it wanted before. EINVAL: SIGKILL, SIGSTOP, unknown ones.
Attempt try_sigaction(Step& step, ProcessId process, const sys::Sigaction& call);
/// Which signals wait → the set that did before. EINVAL.
Attempt try_sigprocmask(Step& step, ProcessId process, const sys::Sigprocmask& call);
/// SIGALRM after a while; 0 takes it back → what was left of the one before.
Attempt try_alarm(Step& step, ProcessId process, const sys::Alarm& call);
void on_alarm(Step& step, ProcessId process);

/// A descriptor that gives the blocked signals of `mask` to be read; `fd` ≠ −1: changes the one that is
/// there. EBADF, EINVAL, EMFILE, ENFILE.
Attempt try_signalfd(Step& step, ProcessId process, const sys::Signalfd& call);
/// 128 bytes for each signal that waits (Linux struct signalfd_siginfo; here only its number is filled in).
Attempt read_signalfd(Step& step, const FileUse& use, std::int64_t size);
void release_signalfd(Step& step, const struct OpenFile& file);

}  // namespace sockarium::kernel
