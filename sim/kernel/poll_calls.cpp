#include "sim/kernel/poll_calls.h"

#include <algorithm>

#include "sim/kernel/descriptors.h"
#include "sim/kernel/readiness.h"
#include "sim/step.h"

namespace sockarium::kernel {

namespace {

/// One look at a set of descriptors.
struct Look {
  Step& step;
  TaskId task;
  std::vector<PollEntry>& set;
  Block block = {};  ///< where to wait if nothing is found

  const Task& self() const { return step.world.kernel.tasks.read(task); }
  OpenFileId file(std::int32_t fd) const { return file_of(step.world, self().process, fd); }

  /// The events of an open number; `interest` is what would end the wait.
  std::uint32_t at(OpenFileId id, std::uint32_t interest) {
    const OpenFile& opened = step.world.kernel.files.read(id);
    ++step.world.kernel.tasks.write(task).costs.looked_at;
    note_polled(step.world, opened);
    WaitFor wait = wait_for_events(opened, self().process, interest);
    if (wait.what != Readiness::None) {
      wait.stays = 1;
      wait.file = id;
      if (block.wait.what == Readiness::None)
        block.wait = wait;
      else
        block.also.push_back(wait);
    }
    return events_of(step.world, opened, self().process);
  }

  /// The answer: now, or (when the time is over) that there is none.
  Attempt answer(std::int64_t found, Duration timeout) {
    SysResult result = SysResult::of(found);
    result.data = intern(set, step.bytes);
    if (found > 0 || timeout == 0) return Done{result};
    block.gathered = result.data;
    block.at_deadline = Errno::OK;
    if (timeout > 0) block.deadline = self().entered + timeout;
    return block;
  }
};

void count_copied(Step& step, TaskId task, std::uint64_t bytes) {
  step.world.kernel.tasks.write(task).costs.copied += bytes;
}

/// How many numbers the table has room for: FDSize in /proc/self/status (measured; Linux alloc_fdtable).
std::int64_t table_size(const Process& process) {
  const std::int64_t numbers = std::int64_t{process.blocks} * 32;
  std::int64_t size = 64;
  while (size < numbers) size *= 2;
  return size;
}

}  // namespace

Attempt try_poll(Step& step, TaskId task, const sys::Poll& call) {
  std::vector<PollEntry> set = poll_entries(call.set, step.bytes);
  Look look{step, task, set};
  const Process& process = step.world.kernel.processes.read(look.self().process);
  if (set.size() > process.nofile) return fail(Errno::INVAL);
  std::int64_t found = 0;
  for (PollEntry& entry : set) {
    entry.revents = 0;
    if (entry.fd < 0) continue;  // it is passed over
    const std::uint32_t asked = entry.events | poll_always;
    const OpenFileId file = look.file(entry.fd);
    entry.revents = static_cast<std::uint16_t>(file ? look.at(file, asked) & asked : poll_nval);
    if (entry.revents != 0) ++found;
  }
  const Attempt answer = look.answer(found, call.timeout);
  // The whole set goes in, and the events come out one by one (Linux do_sys_poll).
  if (look.self().state != TaskState::Blocked) count_copied(step, task, set.size() * sizeof(PollEntry));
  if (std::holds_alternative<Done>(answer)) count_copied(step, task, set.size() * sizeof(std::uint16_t));
  return answer;
}

Attempt try_select(Step& step, TaskId task, const sys::Select& call) {
  std::vector<PollEntry> set = poll_entries(call.set, step.bytes);
  Look look{step, task, set};
  const std::int64_t size = table_size(step.world.kernel.processes.read(look.self().process));
  const bool first_look = look.self().state != TaskState::Blocked;
  if (first_look)
    for (const PollEntry& entry : set)
      if (entry.fd < size && !look.file(entry.fd)) return fail(Errno::BADF);
  std::int64_t found = 0;
  for (PollEntry& entry : set) {
    if (entry.fd >= size) {
      entry.revents = entry.events;
      continue;
    }
    entry.revents = 0;
    constexpr std::uint32_t sets[] = {poll_in, poll_out, poll_pri};
    constexpr std::uint32_t members[] = {select_read, select_write, select_except};
    std::uint32_t interest = poll_always;
    for (std::size_t i = 0; i < std::size(sets); ++i)
      if ((entry.events & sets[i]) != 0) interest |= members[i];
    const OpenFileId file = look.file(entry.fd);
    const std::uint32_t events = file ? look.at(file, interest) : poll_nval;
    for (std::size_t i = 0; i < std::size(sets); ++i) {
      if ((entry.events & sets[i]) == 0 || (events & (members[i] | poll_nval)) == 0) continue;
      entry.revents = static_cast<std::uint16_t>(entry.revents | sets[i]);
      ++found;
    }
  }
  // When nothing is found all bits are cleared, but those beyond the table.
  const Attempt answer = look.answer(found, call.timeout);
  const std::int64_t highest = set.empty() ? 0 : std::min<std::int64_t>(set.back().fd + 1, size);
  const auto bitmaps = static_cast<std::uint64_t>(3 * 8 * ((highest + 63) / 64));  // Linux FDS_BYTES
  if (first_look) count_copied(step, task, bitmaps);
  if (std::holds_alternative<Done>(answer)) count_copied(step, task, bitmaps);
  return answer;
}

}  // namespace sockarium::kernel
