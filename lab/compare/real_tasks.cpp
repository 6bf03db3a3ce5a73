#include "lab/compare/real_tasks.h"

#include <algorithm>

namespace sockarium::compare {

RealTask& RealRun::begin(std::size_t process, std::int64_t real_pid) {
  RealTask task;
  task.path = {static_cast<std::uint32_t>(process)};
  task.box = task.process = process;
  task.at = setup.processes[process].start;
  task.order = ++orders;
  task.real_pid = real_pid;
  ++boxes;
  ++processes;
  return tasks.emplace_back(std::move(task));
}

void RealRun::finish(RealTask& task, const SysResult& result, Time at) {
  SeenCall& call = call_of(task);
  call.returned = true;
  call.result = result;
  call.left = at;
  task.result = result;
  task.at = at;
  task.order = ++orders;
  task.state = RealTask::State::Ready;
}

CallsMade RealRun::made_so_far() const {
  CallsMade made;
  for (const RealTask& task : tasks)
    if (task.calls > 0) made.emplace_back(task.path, task.calls);
  std::sort(made.begin(), made.end());
  return made;
}

std::int64_t pid_of(std::size_t process) {
  return static_cast<std::int64_t>(process) + 101;
}

std::int64_t real_pid(const RealRun& run, std::int64_t pid) {
  for (const RealTask& task : run.tasks)
    if (pid_of(task.process) == pid && task.real_pid > 0) return task.real_pid;
  return pid;
}

std::int64_t told_pid(const RealRun& run, std::int64_t real, std::int64_t other) {
  for (const RealTask& task : run.tasks)
    if (task.real_pid == real) return pid_of(task.process);
  return other;
}

}  // namespace sockarium::compare
