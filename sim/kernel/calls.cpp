#include "sim/kernel/calls.h"

#include <algorithm>
#include <utility>

#include "sim/kernel/descriptors.h"
#include "sim/kernel/process.h"
#include "sim/kernel/protocol.h"
#include "sim/kernel/signals.h"
#include "sim/kernel/try_call.h"
#include "sim/kernel/wait_queue.h"
#include "sim/step.h"
#include "sim/unix/unix.h"

namespace sockarium::kernel {

namespace {

/// The flags of a call that sends or receives.
std::int32_t flags_of(const Syscall& call) {
  return std::visit(
      [](const auto& c) -> std::int32_t {
        using Call = std::decay_t<decltype(c)>;
        if constexpr (std::is_same_v<Call, sys::Send> || std::is_same_v<Call, sys::Sendto> ||
                      std::is_same_v<Call, sys::Recv> || std::is_same_v<Call, sys::Recvfrom> ||
                      std::is_same_v<Call, sys::Sendmsg> || std::is_same_v<Call, sys::Recvmsg>)
          return c.flags;
        else
          return 0;
      },
      call);
}

/// Does EPIPE of this call come with SIGPIPE? Of streams only.
bool brings_signal(const World& world, const Task& task, const Syscall& call) {
  const bool sends = std::holds_alternative<sys::Send>(call) || std::holds_alternative<sys::Sendto>(call) ||
                     std::holds_alternative<sys::Write>(call) || std::holds_alternative<sys::Sendmsg>(call);
  if (!sends || (flags_of(call) & msg_nosignal) != 0) return false;
  const OpenFileId file = task.held ? task.held : file_of(world, task.process, fd_of(call));
  if (!file) return true;
  const SocketId socket = world.kernel.files.read(file).socket;
  return !socket || protocol::breaks_with_signal(world, socket, task.state == TaskState::Blocked);
}

bool does_not_wait(const World& world, const Task& task, const Syscall& call) {
  if (task.state == TaskState::Blocked)
    return false;  // what counts is how the descriptor was when the call began
  if ((flags_of(call) & msg_dontwait) != 0) return true;
  const std::int32_t fd = fd_of(call);
  // epoll_wait() goes by its time limit alone (Linux ep_poll).
  if (fd < 0 || std::holds_alternative<sys::EpollWait>(call)) return false;
  const OpenFileId file = file_of(world, task.process, fd);
  return file && world.kernel.files.read(file).nonblocking();
}

/// The call is over: what it held is let go, and the program's next turn is filed.
void complete(Step& step, TaskId id, const SysResult& result) {
  World& world = step.world;
  Task& task = world.kernel.tasks.write(id);
  leave_wait_queues(step, id);
  Step::disarm(task.deadline);
  task.state = TaskState::Ready;
  task.wake_queued = 0;
  task.result = result;
  task.result.signals = take_handled(world, task.process);
  task.result_because = step.obstacle;
  task.returned = 0;
  task.progress = 0;
  task.gathered = {};
  if (task.reserved_fd >= 0) unreserve_number(world, task.process, std::exchange(task.reserved_fd, -1));
  if (const OpenFileId held = std::exchange(task.held, OpenFileId{})) release_file(step, held);
  unix::drop_rights(step, std::exchange(task.rights, RightId{}));
  queue_turn(world, id, std::max(world.now, task.entered + world.syscall_time), step.cause);
}

void park(Step& step, TaskId id, const Syscall& call, const Block& block) {
  World& world = step.world;
  Task& task = world.kernel.tasks.write(id);
  task.progress = block.progress;
  task.gathered = block.gathered;
  if (task.state != TaskState::Blocked) {
    task.state = TaskState::Blocked;
    task.calls_in_a_row = 0;
    ++task.costs.switches;
    const OpenFileId file = fd_of(call) >= 0 ? file_of(world, task.process, fd_of(call)) : OpenFileId{};
    if (file) {
      task.held = file;
      ++world.kernel.files.write(file).references;
    }
    const bool pauses = block.wait.what == Readiness::None;
    task.blocked_record =
        step.record(rec::TaskBlocked{id, block.wait.who, block.wait.what, 0, block.deadline},
                    pauses ? Reason::SleepsUntil : Reason::CallBlocks);
    task.at_deadline = block.at_deadline;
    if (block.deadline != 0)
      step.arm(task.deadline, TimerKind::TaskDeadline, id.raw(), block.deadline,
               pauses ? Reason::SleepsUntil : Reason::CallBlocks);
  }
  if (block.wait.what == Readiness::None || task.waiter)
    return;  // it waits for time alone, or in its places still
  join_wait_queue(world, id, block.wait);
  for (const WaitFor& wait : block.also) join_wait_queue(world, id, wait);
}

/// What a call gives that could not wait any longer: what it has so far, or an error.
SysResult so_far(const Block& block, Errno otherwise) {
  if (block.progress == 0 && otherwise != Errno::OK) return SysResult::fail(otherwise);
  SysResult result = SysResult::of(static_cast<std::int64_t>(block.progress));
  result.data = block.gathered;
  return result;
}

/// A handler waits to run: what a call gives that blocks. Linux restarts what SA_RESTART allows, but never a
/// pause, a wait with a time limit, or poll, select and epoll_wait (signal(7)).
SysResult interrupted(const World& world, const Task& task, const Block& block) {
  SysResult result = so_far(block, Errno::INTR);
  const Signals& signals = world.kernel.processes.read(task.process).signals;
  const std::uint32_t due = signals.pending & signals.handled & ~signals.blocked;
  const Syscall call = unflatten(task.call);
  const bool waits_for_many = std::holds_alternative<sys::Poll>(call) ||
                              std::holds_alternative<sys::Select>(call) ||
                              std::holds_alternative<sys::EpollWait>(call);
  const bool limited = block.wait.what == Readiness::None || block.deadline != 0 || waits_for_many;
  if (!result.ok() && !limited && (due & ~signals.restarts) == 0) result.restarts = 1;
  return result;
}

/// Tries the call, now or again, and does what follows from the answer. `last`: its time limit is over, so it
/// won't wait any longer.
void attempt(Step& step, TaskId id, const Syscall& call, bool again, bool last = false) {
  World& world = step.world;
  TaskId born;
  Attempt answer = try_call(step, id, call, again, born);
  if (const Block* block = std::get_if<Block>(&answer)) {
    const bool pauses = block->wait.what == Readiness::None;
    const Task& task = world.kernel.tasks.read(id);
    const bool never = std::holds_alternative<sys::Join>(call);  // Linux's futex waits on by itself
    if (!last && !never && handler_is_due(world, task.process) &&
        (pauses || !does_not_wait(world, task, call))) {
      answer = Done{interrupted(world, task, *block)};
    } else if (last) {
      answer = Done{so_far(*block, world.kernel.tasks.read(id).at_deadline)};
    } else if (pauses || !does_not_wait(world, world.kernel.tasks.read(id), call)) {
      park(step, id, call, *block);
      return;
    } else {
      answer = Done{so_far(*block, block->if_nonblocking)};
    }
  }
  const SysResult& result = std::get<Done>(answer).result;
  if (result.error == Errno::PIPE && brings_signal(world, world.kernel.tasks.read(id), call)) {
    const Task& task = world.kernel.tasks.read(id);
    const OpenFileId file = again ? task.held : file_of(world, task.process, fd_of(call));
    const bool to_socket = world.kernel.files.read(file).kind == FileKind::Socket;
    send_signal(step, task.process, sigpipe, to_socket ? Reason::KilledByPipe : Reason::KilledByBrokenPipe);
    if (world.kernel.tasks.read(id).state == TaskState::Ended) return;
  }
  if (world.kernel.tasks.read(id).state == TaskState::Ended) return;  // it has killed itself
  complete(step, id, result);
  if (born)
    queue_turn(world, born, world.now + world.syscall_time, world.kernel.tasks.read(id).entered_record);
}

}  // namespace

void turn(Step& step, TaskId id, const ProgramCall& program) {
  World& world = step.world;
  Task& task = world.kernel.tasks.write(id);
  if (task.returned == 0) {
    task.returned = 1;
    step.cause = step.record(rec::SyscallReturned{id, task.entered_record, task.call, task.result},
                             Reason::CallReturns, task.result_because);
  } else if (!task.parent) {
    step.cause = step.record(rec::TaskStarted{id, {}, task.process}, Reason::ScenarioStarts);
  }
  task.line = program.line;
  if (++task.calls_in_a_row > calls_in_a_row_limit) {
    end_process(step, task.process, 1, 0, Reason::EndlessCalls);
    return;
  }
  task.call = flatten(program.call);
  ++task.costs.calls;
  task.entered = world.now;
  task.entered_record = step.record(rec::SyscallEntered{id, task.call, program.line}, Reason::ProgramCalls);
  step.cause = task.entered_record;
  if (const auto* exit = std::get_if<sys::Exit>(&program.call)) {
    end_task(step, id, exit->status, Reason::ProgramEnds);
    return;
  }
  attempt(step, id, program.call, false);
}

void wake(Step& step, TaskId id) {
  Task& task = step.world.kernel.tasks.write(id);
  task.wake_queued = 0;
  ++task.costs.wake_ups;
  const bool signalled = handler_is_due(step.world, task.process);
  step.cause = step.record(rec::TaskWoken{id}, signalled ? Reason::SignalArrived : Reason::EventArrived);
  attempt(step, id, unflatten(task.call), true);
}

void deadline_over(Step& step, TaskId id) {
  const Syscall call = unflatten(step.world.kernel.tasks.read(id).call);
  const bool paused = std::holds_alternative<sys::Sleep>(call) || std::holds_alternative<sys::Compute>(call);
  step.cause = step.record(rec::TaskWoken{id}, paused ? Reason::SleepsUntil : Reason::DeadlineOver);
  if (paused) {
    complete(step, id, SysResult::of(0));
    return;
  }
  leave_wait_queues(step, id);
  attempt(step, id, call, true, true);  // what came at the last moment counts
}

}  // namespace sockarium::kernel
