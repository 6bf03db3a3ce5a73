#include "sim/kernel/descriptor_calls.h"

#include "sim/kernel/descriptors.h"
#include "sim/step.h"

namespace sockarium::kernel {

namespace {

/// A second number for an open file: the lowest free one at or above `from`.
Attempt duplicate(Step& step, ProcessId process, OpenFileId file, std::int64_t from, bool cloexec) {
  const std::int64_t fd = reserve_number(step.world, process, from);
  if (fd < 0) return fail(Errno::MFILE);
  install(step, process, fd, file, cloexec);
  return done(fd);
}

/// Linux ksys_dup3, do_dup2. The table's own errors come before a look at `fd`, but for EBADF.
Attempt replace(Step& step, ProcessId process, std::int64_t fd, std::int64_t to, bool cloexec) {
  World& world = step.world;
  if (to < 0 || to >= world.kernel.processes.read(process).nofile) return fail(Errno::BADF);
  const OpenFileId file = file_of(world, process, fd);
  if (!file) return fail(Errno::BADF);
  if (is_reserved(world, process, to)) return fail(Errno::BUSY);  // an accept() waits with it
  ++world.kernel.files.write(file).references;  // the number may be the last one of this very file
  close_number(step, process, to, Reason::ReplacedByDup);
  take_number(world, process, to);
  install(step, process, to, file, cloexec);
  --world.kernel.files.write(file).references;
  return done(to);
}

}  // namespace

Attempt try_dup(Step& step, ProcessId process, const sys::Dup& call) {
  const OpenFileId file = file_of(step.world, process, call.fd);
  return file ? duplicate(step, process, file, 0, false) : fail(Errno::BADF);
}

Attempt try_dup2(Step& step, ProcessId process, const sys::Dup2& call) {
  if (call.fd == call.to) return file_of(step.world, process, call.fd) ? done(call.to) : fail(Errno::BADF);
  return replace(step, process, call.fd, call.to, false);
}

Attempt try_dup3(Step& step, ProcessId process, const sys::Dup3& call) {
  if ((call.flags & ~o_cloexec) != 0 || call.fd == call.to) return fail(Errno::INVAL);
  return replace(step, process, call.fd, call.to, call.flags != 0);
}

Attempt try_fcntl(Step& step, ProcessId process, const sys::Fcntl& call) {
  World& world = step.world;
  const OpenFileId file = file_of(world, process, call.fd);
  if (!file) return fail(Errno::BADF);
  switch (call.command) {
    case f_dupfd:
    case f_dupfd_cloexec:
      if (call.argument < 0 || call.argument >= world.kernel.processes.read(process).nofile)
        return fail(Errno::INVAL);
      return duplicate(step, process, file, call.argument, call.command == f_dupfd_cloexec);
    case f_getfd:
      return done(closes_on_exec(world, process, call.fd) ? fd_cloexec : 0);
    case f_setfd:
      set_close_on_exec(world, process, call.fd, (call.argument & fd_cloexec) != 0);
      return done(0);
    case f_getfl:
      return done(world.kernel.files.read(file).flags);
    case f_setfl: {
      constexpr std::int32_t settable =
          o_append | o_nonblock;  // other bits are passed over (Linux SETFL_MASK)
      std::int32_t& flags = world.kernel.files.write(file).flags;
      flags = (flags & ~settable) | (static_cast<std::int32_t>(call.argument) & settable);
      return done(0);
    }
    default:
      return fail(Errno::INVAL);
  }
}

Attempt try_pipe(Step& step, ProcessId process, const sys::Pipe& call) {
  World& world = step.world;
  if ((call.flags & ~std::int64_t{o_nonblock | o_cloexec}) != 0) return fail(Errno::INVAL);
  // Both files are made before any number is asked for (Linux __do_pipe_flags).
  if (file_table_full(world, process, 2)) return fail(Errno::NFILE);
  const std::int64_t from = reserve_number(world, process);
  const std::int64_t to = from < 0 ? -1 : reserve_number(world, process);
  if (to < 0) {
    if (from >= 0) unreserve_number(world, process, from);
    return fail(Errno::MFILE);
  }
  Pipe pipe;
  pipe.readers = pipe.writers = 1;
  const std::uint64_t object = world.kernel.pipes.add(pipe).raw();
  const std::int32_t flags = static_cast<std::int32_t>(call.flags) & o_nonblock;
  const HostId host = world.kernel.processes.read(process).host;
  const bool cloexec = (call.flags & o_cloexec) != 0;
  install(step, process, from, make_file(world, host, FileKind::Pipe, object, o_rdonly | flags), cloexec);
  install(step, process, to, make_file(world, host, FileKind::Pipe, object, o_wronly | flags), cloexec);
  SysResult result = SysResult::of(from);
  result.second = to;
  return Done{result};
}

Attempt try_getrlimit(Step& step, ProcessId process, const sys::Getrlimit& call) {
  if (call.resource != rlimit_nofile) return fail(Errno::INVAL);  // the model has no other
  const Process& owner = step.world.kernel.processes.read(process);
  SysResult result = SysResult::of(owner.nofile);
  result.second = owner.nofile_hard;
  return Done{result};
}

Attempt try_setrlimit(Step& step, ProcessId process, const sys::Setrlimit& call) {
  if (call.resource != rlimit_nofile) return fail(Errno::INVAL);
  Process& owner = step.world.kernel.processes.write(process);
  // A negative number is C's RLIM_INFINITY: greater than all. Linux do_prlimit.
  const auto soft = static_cast<std::uint64_t>(call.soft);
  const auto hard = static_cast<std::uint64_t>(call.hard);
  if (soft > hard) return fail(Errno::INVAL);
  if (hard > static_cast<std::uint64_t>(nr_open)) return fail(Errno::PERM);
  if (hard > owner.nofile_hard && owner.user != 0) return fail(Errno::PERM);
  owner.nofile = static_cast<std::uint32_t>(soft);
  owner.nofile_hard = static_cast<std::uint32_t>(hard);
  return done(0);
}

}  // namespace sockarium::kernel
