#include "sim/kernel/process.h"

#include "sim/kernel/descriptors.h"
#include "sim/kernel/wait_queue.h"
#include "sim/step.h"
#include "sim/unix/unix.h"

namespace sockarium::kernel {

namespace {

/// Ends a task without looking at its process.
void stop_task(Step& step, TaskId id, std::int64_t status, std::uint32_t signal, Reason reason) {
  World& world = step.world;
  Task& task = world.kernel.tasks.write(id);
  leave_wait_queues(step, id);
  Step::disarm(task.deadline);
  task.state = TaskState::Ended;
  task.wake_queued = 0;
  if (task.reserved_fd >= 0) {
    unreserve_number(world, task.process, task.reserved_fd);
    task.reserved_fd = -1;
  }
  --world.kernel.processes.write(task.process).tasks;
  step.record(rec::TaskEnded{id, task.process, status, signal}, reason);
  if (const OpenFileId held = std::exchange(task.held, OpenFileId{})) release_file(step, held);
  unix::drop_rights(step, std::exchange(task.rights, RightId{}));
  step.wake_ups.push_back(WakeUp{task.process.raw(), Readiness::TaskEnded, world.records, false});
}

/// Has the process said anything of SIGCHLD? It does nothing by itself.
bool cares_for_children(const World& world, ProcessId id) {
  const Signals& signals = world.kernel.processes.read(id).signals;
  return ((signals.handled | signals.blocked) & signal_bit(sigchld)) != 0;
}

/// The last task is gone: descriptors are closed, the parent may wait for it.
void finish_process(Step& step, ProcessId id, std::int64_t status, std::uint32_t signal, Reason reason) {
  World& world = step.world;
  Process& process = world.kernel.processes.write(id);
  process.ended = 1;
  process.status = status;
  process.signal = signal;
  close_all(step, id, reason);
  Step::disarm(process.alarm);
  if (const ProcessId parent = process.parent) {
    step.wake_ups.push_back(WakeUp{parent.raw(), Readiness::TaskEnded, world.records, false});
    if (world.kernel.processes.read(parent).ended == 0 && cares_for_children(world, parent))
      send_signal(step, parent, sigchld, Reason::ChildEnded);
  }
}

}  // namespace

HostId machine_of(const World& world, HostId host) {
  return world.kernel.hosts.read(host).machine;
}

ProcessId make_process(World& world, HostId host, const Bytes& name, std::uint32_t user, std::uint32_t nofile,
                       std::uint32_t nofile_hard) {
  Process process;
  process.host = host;
  process.name = name;
  process.user = user;
  process.nofile = nofile;
  process.nofile_hard = nofile_hard;
  process.pid = ++world.kernel.last_pid;
  const ProcessId id = world.kernel.processes.add(process);
  if (nofile >= 3) {
    const OpenFileId terminal = make_file(world, host, FileKind::Terminal, 0, o_rdwr | o_largefile);
    DescriptorBlock block;
    for (std::size_t fd = 0; fd < 3; ++fd) block.files[fd] = terminal;
    block.taken = 0b111;
    world.kernel.files.write(terminal).references = 3;
    world.kernel.descriptor_blocks.set(DescriptorKey{id, 0}, world.kernel.descriptors.add(block));
    world.kernel.processes.write(id).next_fd = 3;
    world.kernel.processes.write(id).blocks = 1;
  }
  return id;
}

TaskId make_task(World& world, ProcessId process, TaskId parent, std::uint32_t nth) {
  Task task;
  task.process = process;
  task.parent = parent;
  task.nth = nth;
  Process& owner = world.kernel.processes.write(process);
  ++owner.tasks;
  task.tid = ++owner.threads_made;
  return world.kernel.tasks.add(task);
}

void queue_turn(World& world, TaskId task, Time when, std::uint64_t cause) {
  Event event;
  event.time = when;
  event.kind = EventKind::Turn;
  event.subject = task.raw();
  event.cause = cause;
  world.queue.push(event);
}

TaskId fork_process(Step& step, TaskId parent_id) {
  World& world = step.world;
  Task& parent = world.kernel.tasks.write(parent_id);
  Process child = world.kernel.processes.read(parent.process);
  child.parent = parent.process;
  child.pid = ++world.kernel.last_pid;
  child.tasks = 0;
  child.threads_made = 0;
  child.signals.pending = 0;
  child.alarm = {};
  const ProcessId process = world.kernel.processes.add(child);
  const TaskId task = make_task(world, process, parent_id, parent.children++);
  step.record(rec::TaskStarted{task, parent_id, process}, Reason::TaskForked);
  copy_all(step, parent.process, process);
  return task;
}

TaskId start_thread(Step& step, TaskId parent_id) {
  World& world = step.world;
  Task& parent = world.kernel.tasks.write(parent_id);
  const TaskId task = make_task(world, parent.process, parent_id, parent.children++);
  step.record(rec::TaskStarted{task, parent_id, parent.process}, Reason::ThreadStarted);
  return task;
}

void exec_process(Step& step, TaskId id) {
  const ProcessId process = step.world.kernel.tasks.read(id).process;
  for (const TaskId other : ids(step.world.kernel.tasks)) {
    const Task& task = step.world.kernel.tasks.read(other);
    if (other != id && task.process == process && task.state != TaskState::Ended)
      stop_task(step, other, 0, 0, Reason::ReplacedByExec);
  }
  close_on_exec(step, process);
  Signals& signals = step.world.kernel.processes.write(process).signals;
  signals.handled = signals.restarts = 0;  // the new program has no such functions
}

void end_task(Step& step, TaskId id, std::int64_t status, Reason reason) {
  const ProcessId process = step.world.kernel.tasks.read(id).process;
  stop_task(step, id, status, 0, reason);
  if (step.world.kernel.processes.read(process).tasks == 0) finish_process(step, process, status, 0, reason);
}

void end_process(Step& step, ProcessId process, std::int64_t status, std::uint32_t signal, Reason reason) {
  for (const TaskId id : ids(step.world.kernel.tasks)) {
    const Task& task = step.world.kernel.tasks.read(id);
    if (task.process == process && task.state != TaskState::Ended)
      stop_task(step, id, status, signal, reason);
  }
  finish_process(step, process, status, signal, reason);
}

}  // namespace sockarium::kernel
