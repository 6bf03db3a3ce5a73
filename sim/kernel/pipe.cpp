#include "sim/kernel/pipe.h"

#include <algorithm>

#include "sim/kernel/file_operations.h"
#include "sim/step.h"

namespace sockarium::kernel {

namespace {

PipeId pipe_of(const Step& step, const FileUse& use) {
  return PipeId::from_raw(step.world.kernel.files.read(use.file).object);
}

PipePage& page(Pipe& pipe, std::uint32_t nth) {
  return pipe.pages[(pipe.first + nth) % pipe_pages_most];
}

/// Wakes the first of those who wait for `what`; the others follow when it leaves something for them.
void wake(Step& step, PipeId pipe, Readiness what, RecordNumber because, bool all = false) {
  step.wake_ups.push_back(WakeUp{pipe.raw(), what, because, all});
}

Block wait_for(PipeId pipe, Readiness what) {
  Block block;
  block.wait.who = pipe.raw();
  block.wait.what = what;
  block.wait.exclusive = 1;
  return block;
}

}  // namespace

std::int64_t bytes_in(const Pipe& pipe) {
  std::int64_t bytes = 0;
  for (const PipePage& page : pipe.pages) bytes += page.bytes.length;
  return bytes;
}

Attempt read_pipe(Step& step, const FileUse& use, std::int64_t size) {
  if (size == 0) return done(0);
  const PipeId id = pipe_of(step, use);
  Pipe& pipe = step.world.kernel.pipes.write(id);
  const bool was_full = pipe.full();
  Bytes taken;
  while (pipe.used > 0 && taken.length < size) {
    PipePage& front = page(pipe, 0);
    const auto part =
        static_cast<std::uint32_t>(std::min<std::int64_t>(front.bytes.length, size - taken.length));
    taken = step.bytes.concat(taken, front.bytes.slice(0, part));
    front.bytes = front.bytes.slice(part, front.bytes.length - part);
    front.offset += part;
    if (front.bytes.empty()) {
      front = PipePage{};
      pipe.first = (pipe.first + 1) % pipe_pages_most;
      --pipe.used;
    }
  }
  if (taken.empty()) {
    step.obstacle = pipe.writers == 0 ? pipe.closed_by : pipe.emptied_by;
    if (pipe.writers == 0) return done(0);
    return wait_for(id, Readiness::PipeReadable);
  }
  pipe.emptied_by =
      step.record(rec::FileChanged{FileKind::Pipe, 0, id.raw(), bytes_in(pipe)}, Reason::PipeRead);
  if (was_full && !pipe.full()) wake(step, id, Readiness::PipeWritable, pipe.emptied_by);
  // A reader that has waited passes on what it leaves (Linux pipe_read, wake_next_reader).
  if (use.again && pipe.used > 0) wake(step, id, Readiness::PipeReadable, pipe.emptied_by);
  SysResult result = SysResult::of(taken.length);
  result.data = taken;
  return Done{result};
}

Attempt write_pipe(Step& step, const FileUse& use, const Bytes& data) {
  if (data.empty()) return done(0);  // even without a reader (kernel-measured)
  const PipeId id = pipe_of(step, use);
  Pipe& pipe = step.world.kernel.pipes.write(id);
  std::uint64_t taken = step.world.kernel.tasks.read(use.task).progress;
  if (pipe.readers == 0) {
    step.obstacle = pipe.closed_by;
    return fail(Errno::PIPE);  // SIGPIPE comes with it, also where a part was taken before
  }
  const std::uint64_t before = taken;
  const bool was_empty = pipe.used == 0;
  const auto put = [&](std::uint32_t part) {
    taken += part;
    return data.slice(static_cast<std::uint32_t>(taken) - part, part);
  };
  // What does not fill a page may share the last one. Only when the call begins: a waiting one takes new
  // pages.
  const std::uint32_t rest = data.length % page_size;
  if (!use.again && rest > 0 && !was_empty) {
    PipePage& last = page(pipe, pipe.used - 1);
    if (last.offset + last.bytes.length + rest <= page_size)
      last.bytes = step.bytes.concat(last.bytes, put(rest));
  }
  while (taken < data.length && !pipe.full()) {
    PipePage fresh;
    fresh.bytes = put(static_cast<std::uint32_t>(std::min<std::uint64_t>(page_size, data.length - taken)));
    page(pipe, pipe.used++) = fresh;
  }
  if (taken > before) {
    pipe.filled_by =
        step.record(rec::FileChanged{FileKind::Pipe, 0, id.raw(), bytes_in(pipe)}, Reason::PipeWritten);
    if (was_empty || pipe.polled != 0) wake(step, id, Readiness::PipeReadable, pipe.filled_by);
  }
  if (use.again && !pipe.full()) wake(step, id, Readiness::PipeWritable, step.cause);
  if (taken == data.length) return done(static_cast<std::int64_t>(taken));
  step.obstacle = pipe.filled_by;
  Block block = wait_for(id, Readiness::PipeWritable);
  block.progress = taken;
  return block;
}

void release_pipe(Step& step, const OpenFile& end) {
  const PipeId id = PipeId::from_raw(end.object);
  Pipe& pipe = step.world.kernel.pipes.write(id);
  --(end.reads() ? pipe.readers : pipe.writers);
  if (pipe.readers == 0 && pipe.writers == 0) {
    step.world.kernel.pipes.remove(id);
    return;
  }
  pipe.closed_by =
      step.record(rec::FileChanged{FileKind::Pipe, 0, id.raw(), bytes_in(pipe)}, Reason::PipeEndClosed);
  wake(step, id, Readiness::PipeReadable | Readiness::PipeWritable | Readiness::Changed, pipe.closed_by,
       true);
}

}  // namespace sockarium::kernel
