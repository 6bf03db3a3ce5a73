// The life of processes and tasks: start, fork, threads, end. Linux kernel/fork.c, kernel/exit.c.
#pragma once

#include "sim/core/reason.h"
#include "sim/kernel/kernel.h"

namespace sockarium {
class Step;
struct World;
}  // namespace sockarium

namespace sockarium::kernel {

/// The machine whose kernel runs the processes of a host: itself, or where the container lies.
HostId machine_of(const World& world, HostId host);
/// A process with a terminal as 0, 1 and 2, without tasks. `nofile`: RLIMIT_NOFILE, soft and hard.
ProcessId make_process(World& world, HostId host, const Bytes& name, std::uint32_t user, std::uint32_t nofile,
                       std::uint32_t nofile_hard);
/// A task of `process`: the nth child of `parent`, or the nth process of the setup.
TaskId make_task(World& world, ProcessId process, TaskId parent, std::uint32_t nth);
/// Files the event of the task's next turn.
void queue_turn(World& world, TaskId task, Time when, std::uint64_t cause);

/// fork(): a child process that shares the open files, with one task, which has no turn in the queue yet.
TaskId fork_process(Step& step, TaskId parent);
/// A further task of the same process, likewise.
TaskId start_thread(Step& step, TaskId parent);

/// execve(): the task goes on as another program: the process's other tasks end, and numbers with FD_CLOEXEC
/// are closed.
void exec_process(Step& step, TaskId task);

/// The task has come to its end; with the last one the process ends.
void end_task(Step& step, TaskId task, std::int64_t status, Reason reason);
/// All tasks end at once: by a signal (`signal` ≠ 0) or by exit.
void end_process(Step& step, ProcessId process, std::int64_t status, std::uint32_t signal, Reason reason);

}  // namespace sockarium::kernel
