#include "sim/kernel/eventfd.h"

#include <string>

#include "sim/kernel/descriptors.h"
#include "sim/kernel/file_operations.h"
#include "sim/step.h"

namespace sockarium::kernel {

namespace {

constexpr std::uint64_t most = ~std::uint64_t{0} - 1;  // ULLONG_MAX itself is never reached

EventFdId eventfd_of(const Step& step, const FileUse& use) {
  return EventFdId::from_raw(step.world.kernel.files.read(use.file).object);
}

/// All who wait look again: they do not queue (Linux wake_up_locked_poll without exclusive waiters).
void changed(Step& step, EventFdId id, Readiness what, Reason reason) {
  const auto count = static_cast<std::int64_t>(step.world.kernel.eventfds.read(id).count);
  const RecordNumber record = step.record(rec::FileChanged{FileKind::EventFd, 0, id.raw(), count}, reason);
  step.wake_ups.push_back(WakeUp{id.raw(), what, record});
}

Block wait_for(EventFdId id, Readiness what) {
  Block block;
  block.wait.who = id.raw();
  block.wait.what = what;
  return block;
}

}  // namespace

Attempt try_eventfd(Step& step, ProcessId process, const sys::Eventfd& call) {
  World& world = step.world;
  if ((call.flags & ~(efd_semaphore | o_nonblock | o_cloexec)) != 0) return fail(Errno::INVAL);
  const std::int64_t fd = reserve_number(world, process);
  if (fd < 0) return fail(Errno::MFILE);
  if (file_table_full(world, process)) {
    unreserve_number(world, process, fd);
    return fail(Errno::NFILE);
  }
  EventFd eventfd;
  eventfd.count = call.initial;
  eventfd.semaphore = (call.flags & efd_semaphore) != 0 ? 1 : 0;
  const std::uint64_t object = world.kernel.eventfds.add(eventfd).raw();
  const HostId host = world.kernel.processes.read(process).host;
  const std::int32_t flags = o_rdwr | (call.flags & o_nonblock);
  install(step, process, fd, make_file(world, host, FileKind::EventFd, object, flags),
          (call.flags & o_cloexec) != 0);
  return done(fd);
}

Attempt read_eventfd(Step& step, const FileUse& use, std::int64_t size) {
  if (size < 8) return fail(Errno::INVAL);
  const EventFdId id = eventfd_of(step, use);
  EventFd& eventfd = step.world.kernel.eventfds.write(id);
  if (eventfd.count == 0) return wait_for(id, Readiness::EventReadable);
  const std::uint64_t taken = eventfd.semaphore != 0 ? 1 : eventfd.count;
  eventfd.count -= taken;
  changed(step, id, Readiness::EventWritable, Reason::EventTaken);
  return number_read(step, taken);
}

Attempt write_eventfd(Step& step, const FileUse& use, const Bytes& data) {
  if (data.length != 8) return fail(Errno::INVAL);
  const std::uint64_t add = number_in(step, data);
  if (add > most) return fail(Errno::INVAL);
  const EventFdId id = eventfd_of(step, use);
  EventFd& eventfd = step.world.kernel.eventfds.write(id);
  if (eventfd.count > most - add) return wait_for(id, Readiness::EventWritable);
  eventfd.count += add;
  changed(step, id, Readiness::EventReadable, Reason::EventAdded);
  return done(8);
}

void release_eventfd(Step& step, const OpenFile& file) {
  step.world.kernel.eventfds.remove(EventFdId::from_raw(file.object));
}

}  // namespace sockarium::kernel
