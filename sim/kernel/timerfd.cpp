#include "sim/kernel/timerfd.h"

#include "sim/kernel/descriptors.h"
#include "sim/kernel/file_operations.h"
#include "sim/step.h"

namespace sockarium::kernel {

namespace {

/// The timerfd of a number, or an error.
Errno find(const World& world, ProcessId process, std::int64_t fd, TimerFdId& found) {
  const OpenFileId file = file_of(world, process, fd);
  if (!file) return Errno::BADF;
  const OpenFile& opened = world.kernel.files.read(file);
  if (opened.kind != FileKind::TimerFd) return Errno::INVAL;
  found = TimerFdId::from_raw(opened.object);
  return Errno::OK;
}

/// How often a repeating timer has run out beyond its first time, up to now; it moves on.
std::uint64_t catch_up(TimerFd& timerfd, Time now) {
  if (timerfd.interval == 0 || timerfd.due == 0 || timerfd.due > now) return 0;
  const auto times = static_cast<std::uint64_t>((now - timerfd.due) / timerfd.interval) + 1;
  timerfd.due += static_cast<Duration>(times) * timerfd.interval;
  return times;
}

SysResult left(const TimerFd& timerfd, Time now) {
  TimerFd copy = timerfd;
  catch_up(copy, now);
  SysResult result = SysResult::of(copy.due > now ? copy.due - now : 0);
  result.second = timerfd.interval;
  return result;
}

void start(Step& step, TimerFdId id, Time due) {
  TimerFd& timerfd = step.world.kernel.timerfds.write(id);
  timerfd.due = due;
  step.arm(timerfd.timer, TimerKind::TimerFd, id.raw(), due, Reason::TimerSet);
}

}  // namespace

Attempt try_timerfd_create(Step& step, ProcessId process, const sys::TimerfdCreate& call) {
  World& world = step.world;
  if (call.clock != clock_monotonic || (call.flags & ~(o_nonblock | o_cloexec)) != 0)
    return fail(Errno::INVAL);
  const std::int64_t fd = reserve_number(world, process);
  if (fd < 0) return fail(Errno::MFILE);
  if (file_table_full(world, process)) {
    unreserve_number(world, process, fd);
    return fail(Errno::NFILE);
  }
  TimerFd timerfd;
  timerfd.host = world.kernel.processes.read(process).host;
  const std::uint64_t object = world.kernel.timerfds.add(timerfd).raw();
  const std::int32_t flags = o_rdwr | (call.flags & o_nonblock);
  install(step, process, fd, make_file(world, timerfd.host, FileKind::TimerFd, object, flags),
          (call.flags & o_cloexec) != 0);
  return done(fd);
}

Attempt try_timerfd_settime(Step& step, ProcessId process, const sys::TimerfdSettime& call) {
  if (call.value < 0 || call.interval < 0) return fail(Errno::INVAL);
  TimerFdId id;
  if (const Errno error = find(step.world, process, call.fd, id); error != Errno::OK) return fail(error);
  TimerFd& timerfd = step.world.kernel.timerfds.write(id);
  const SysResult was = left(timerfd, step.now());
  Step::disarm(timerfd.timer);
  timerfd.due = 0;
  timerfd.expired = 0;
  timerfd.interval = call.interval;
  if (call.value > 0) start(step, id, step.now() + call.value);
  return Done{was};
}

Attempt try_timerfd_gettime(Step& step, ProcessId process, const sys::TimerfdGettime& call) {
  TimerFdId id;
  if (const Errno error = find(step.world, process, call.fd, id); error != Errno::OK) return fail(error);
  return Done{left(step.world.kernel.timerfds.read(id), step.now())};
}

Attempt read_timerfd(Step& step, const FileUse& use, std::int64_t size) {
  if (size < 8) return fail(Errno::INVAL);
  const TimerFdId id = TimerFdId::from_raw(step.world.kernel.files.read(use.file).object);
  TimerFd& timerfd = step.world.kernel.timerfds.write(id);
  if (timerfd.expired == 0) {
    Block block;
    block.wait.who = id.raw();
    block.wait.what = Readiness::TimerExpired;
    return block;
  }
  // What passed unread is counted now, and only now the timer is set again (Linux timerfd_read_iter).
  timerfd.expired = 0;
  const std::uint64_t times = timerfd.interval > 0 ? catch_up(timerfd, step.now()) : 1;
  if (timerfd.interval > 0) start(step, id, timerfd.due);
  return number_read(step, times);
}

void release_timerfd(Step& step, const OpenFile& file) {
  step.world.kernel.timerfds.remove(TimerFdId::from_raw(file.object));
}

void on_timerfd(Step& step, TimerFdId id) {
  step.world.kernel.timerfds.write(id).expired = 1;
  const RecordNumber record =
      step.record(rec::FileChanged{FileKind::TimerFd, 0, id.raw(), 1}, Reason::TimerRanOut);
  step.wake_ups.push_back(WakeUp{id.raw(), Readiness::TimerExpired, record});
}

}  // namespace sockarium::kernel
