#include "sim/kernel/signals.h"

#include <string>

#include "sim/kernel/descriptors.h"
#include "sim/kernel/file_operations.h"
#include "sim/kernel/process.h"
#include "sim/kernel/wait_queue.h"
#include "sim/step.h"

namespace sockarium::kernel {

namespace {

/// The task that a handler interrupts: the first that lives (Linux complete_signal prefers the main thread).
TaskId first_task(const World& world, ProcessId process) {
  for (const TaskId id : ids(world.kernel.tasks)) {
    const Task& task = world.kernel.tasks.read(id);
    if (task.process == process && task.state != TaskState::Ended) return id;
  }
  return {};
}

/// A call that blocks is tried again, and finds out that a handler is due.
void interrupt(Step& step, ProcessId process, RecordNumber cause) {
  const TaskId id = first_task(step.world, process);
  if (!id) return;
  Task& task = step.world.kernel.tasks.write(id);
  if (task.state != TaskState::Blocked || task.wake_queued != 0) return;
  leave_wait_queues(step, id);
  task.wake_queued = 1;
  Event event;
  event.time = step.now();
  event.kind = EventKind::Wake;
  event.subject = id.raw();
  event.cause = cause;
  step.world.queue.push(event);
}

Errno may_signal(const World& world, ProcessId from, ProcessId to) {
  const std::uint32_t user = world.kernel.processes.read(from).user;
  return user == 0 || user == world.kernel.processes.read(to).user ? Errno::OK : Errno::PERM;
}

ProcessId process_with(const World& world, HostId machine, std::int64_t pid) {
  for (const ProcessId id : ids(world.kernel.processes)) {
    const Process& process = world.kernel.processes.read(id);
    if (process.pid == pid && process.waited_for == 0 && machine_of(world, process.host) == machine)
      return id;
  }
  return {};
}

std::uint32_t mask_of(const OpenFile& file) {
  return static_cast<std::uint32_t>(file.object);
}

}  // namespace

void send_signal(Step& step, ProcessId id, std::uint32_t signal, Reason reason) {
  Process& process = step.world.kernel.processes.write(id);
  if (process.ended != 0) return;
  const std::uint32_t bit = signal_bit(signal);
  const SignalRow* row = signal_row(signal);
  const bool unstoppable = signal == sigkill;
  const bool waits = !unstoppable && (process.signals.blocked & bit) != 0;
  const bool handled = !unstoppable && (process.signals.handled & bit) != 0;
  const bool ignored =
      !unstoppable && ((process.signals.ignored & bit) != 0 ||
                       (!handled && row != nullptr && row->by_default == SignalAction::Ignored));
  const SignalFate fate = waits     ? SignalFate::Waits
                          : handled ? SignalFate::Handled
                          : ignored ? SignalFate::Ignored
                                    : SignalFate::Ends;
  const RecordNumber record = step.record(rec::SignalSent{id, signal, fate, 0}, reason);
  switch (fate) {
    case SignalFate::Waits:
      process.signals.pending |= bit;
      step.wake_ups.push_back(WakeUp{id.raw(), Readiness::SignalReadable, record, true});
      return;
    case SignalFate::Handled:
      process.signals.pending |= bit;
      interrupt(step, id, record);
      return;
    case SignalFate::Ignored:
      return;
    case SignalFate::Ends:
      step.cause = record;
      end_process(step, id, 0, signal, reason);
      return;
  }
}

std::uint32_t take_handled(World& world, ProcessId id) {
  Signals& signals = world.kernel.processes.write(id).signals;
  const std::uint32_t due = signals.pending & signals.handled & ~signals.blocked;
  signals.pending &= ~due;
  return due;
}

bool handler_is_due(const World& world, ProcessId id) {
  const Signals& signals = world.kernel.processes.read(id).signals;
  return (signals.pending & signals.handled & ~signals.blocked) != 0;
}

Attempt try_kill(Step& step, ProcessId from, const sys::Kill& call) {
  const World& world = step.world;
  if (call.signal != 0 && signal_row(call.signal) == nullptr) return fail(Errno::INVAL);
  const ProcessId to =
      process_with(world, machine_of(world, world.kernel.processes.read(from).host), call.pid);
  if (!to) return fail(Errno::SRCH);
  if (const Errno error = may_signal(world, from, to); error != Errno::OK) return fail(error);
  if (call.signal != 0) send_signal(step, to, static_cast<std::uint32_t>(call.signal), Reason::AskedByCall);
  return done(0);
}

Attempt try_sigaction(Step& step, ProcessId process, const sys::Sigaction& call) {
  if (signal_row(call.signal) == nullptr || call.signal == sigkill || call.signal == sigstop)
    return fail(Errno::INVAL);
  Signals& signals = step.world.kernel.processes.write(process).signals;
  const std::uint32_t bit = signal_bit(call.signal);
  const std::int32_t before = (signals.handled & bit) != 0   ? sig_handler
                              : (signals.ignored & bit) != 0 ? sig_ign
                                                             : sig_dfl;
  signals.handled &= ~bit;
  signals.ignored &= ~bit;
  signals.restarts &= ~bit;
  if (call.action == sig_handler) signals.handled |= bit;
  if (call.action == sig_ign) {
    signals.ignored |= bit;
    signals.pending &= ~bit;
  }
  if ((call.flags & sa_restart) != 0) signals.restarts |= bit;
  return done(before);
}

Attempt try_sigprocmask(Step& step, ProcessId process, const sys::Sigprocmask& call) {
  Signals& signals = step.world.kernel.processes.write(process).signals;
  const std::uint32_t before = signals.blocked;
  const std::uint32_t mask = call.mask & ~(signal_bit(sigkill) | signal_bit(sigstop));
  switch (call.how) {
    case sig_block:
      signals.blocked |= mask;
      break;
    case sig_unblock:
      signals.blocked &= ~mask;
      break;
    case sig_setmask:
      signals.blocked = mask;
      break;
    default:
      return fail(Errno::INVAL);
  }
  const std::uint32_t freed = signals.pending & before & ~signals.blocked;
  signals.pending &= ~freed;
  for (const SignalRow& row : signal_table)  // those with a handler come with this call's result
    if ((freed & signal_bit(row.number)) != 0)
      send_signal(step, process, row.number, Reason::SignalUnblocked);
  return done(before);
}

Attempt try_alarm(Step& step, ProcessId id, const sys::Alarm& call) {
  Process& process = step.world.kernel.processes.write(id);
  const Duration left = process.alarm.armed() ? process.alarm.deadline - step.now() : 0;
  Step::disarm(process.alarm);
  if (call.after > 0)
    step.arm(process.alarm, TimerKind::Alarm, id.raw(), step.now() + call.after, Reason::TimerSet);
  return done(left);
}

void on_alarm(Step& step, ProcessId process) {
  send_signal(step, process, sigalrm, Reason::TimerRanOut);
}

Attempt try_signalfd(Step& step, ProcessId process, const sys::Signalfd& call) {
  World& world = step.world;
  if ((call.flags & ~(o_nonblock | o_cloexec)) != 0) return fail(Errno::INVAL);
  const std::uint32_t mask = call.mask & ~(signal_bit(sigkill) | signal_bit(sigstop));
  if (call.fd != -1) {
    const OpenFileId file = file_of(world, process, call.fd);
    if (!file) return fail(Errno::BADF);
    OpenFile& opened = world.kernel.files.write(file);
    if (opened.kind != FileKind::SignalFd) return fail(Errno::INVAL);
    opened.object = mask;
    return done(call.fd);
  }
  const std::int64_t fd = reserve_number(world, process);
  if (fd < 0) return fail(Errno::MFILE);
  if (file_table_full(world, process)) {
    unreserve_number(world, process, fd);
    return fail(Errno::NFILE);
  }
  const HostId host = world.kernel.processes.read(process).host;
  install(step, process, fd,
          make_file(world, host, FileKind::SignalFd, mask, o_rdwr | (call.flags & o_nonblock)),
          (call.flags & o_cloexec) != 0);
  return done(fd);
}

Attempt read_signalfd(Step& step, const FileUse& use, std::int64_t size) {
  constexpr std::size_t entry = 128;  // Linux sizeof(struct signalfd_siginfo)
  if (size < static_cast<std::int64_t>(entry)) return fail(Errno::INVAL);
  const ProcessId process = step.world.kernel.tasks.read(use.task).process;
  Signals& signals = step.world.kernel.processes.write(process).signals;
  std::string text;
  for (const SignalRow& row : signal_table) {
    const std::uint32_t bit = signal_bit(row.number);
    if ((signals.pending & bit & mask_of(step.world.kernel.files.read(use.file))) == 0) continue;
    if (text.size() + entry > static_cast<std::size_t>(size)) break;
    signals.pending &= ~bit;
    std::string one(entry, '\0');
    one[0] = static_cast<char>(row.number);
    text += one;
  }
  if (text.empty()) {
    Block block;
    block.wait.who = process.raw();
    block.wait.what = Readiness::SignalReadable;
    return block;
  }
  SysResult result = SysResult::of(static_cast<std::int64_t>(text.size()));
  result.data = step.bytes.intern(text);
  return Done{result};
}

void release_signalfd(Step&, const OpenFile&) {}

}  // namespace sockarium::kernel
