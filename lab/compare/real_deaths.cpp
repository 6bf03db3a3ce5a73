#include "lab/compare/real_deaths.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>

namespace sockarium::compare {

Life life_of(RealRun& run, const RealTask& task) {
  const int fd = open(fmt::format("/proc/{}/stat", run.box(task).task.data()).c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return {};
  std::array<char, 1024> text{};
  const ssize_t size = read(fd, text.data(), text.size() - 1);
  close(fd);
  const char* name_end = size > 0 ? std::strrchr(text.data(), ')') : nullptr;
  if (name_end == nullptr || name_end[1] == '\0') return {};
  Life life{name_end[2], 0};
  const char* exit_code = std::strrchr(text.data(), ' ');  // the last field (proc(5), number 52)
  if (life.state == 'Z' && exit_code != nullptr) life.signal = std::strtol(exit_code, nullptr, 10) & 0x7f;
  return life;
}

void note_kill(RealRun& run, const sys::Kill& wish) {
  for (RealTask& task : run.tasks) {
    if (pid_of(task.process) != wish.pid || task.state == RealTask::State::Ended) continue;
    run.signalled.emplace(task.process, wish.signal);
    const std::int64_t deadline = monotonic_now() + 2 * millisecond;  // a death takes its time
    while (!life_of(run, task).over() && monotonic_now() < deadline) usleep(100);
    if (!life_of(run, task).over()) continue;
    run.killed[task.process] = wish.signal;
    if (task.state == RealTask::State::InCall) continue;
    task.state = RealTask::State::Ended;
    if (task.calls == 0) continue;
    SeenCall& call = run.call_of(task);
    call.returned = false;
    call.signal = wish.signal;
    call.left = run.now();
  }
}

void note_death(RealRun& run, RealTask& task, const Life& life) {
  SeenCall& open = run.call_of(task);
  const Syscall& call = open.call;
  const bool sent = std::holds_alternative<sys::Send>(call) || std::holds_alternative<sys::Sendto>(call) ||
                    std::holds_alternative<sys::Write>(call) || std::holds_alternative<sys::Sendmsg>(call);
  const auto killed = run.killed.find(task.process);
  // What may end a program here: what it wrote, its own alarm, and what programs send.
  const bool expected = life.signal == SIGPIPE || life.signal == SIGALRM || killed != run.killed.end() ||
                        run.signalled.contains({task.process, life.signal}) ||
                        (life.signal != 0 && std::holds_alternative<sys::Kill>(call));
  // Where a parent has waited for it already, nobody tells.
  if (killed != run.killed.end() && life.signal == 0)
    open.signal = killed->second;
  else if (life.signal == 0 && life.state == 'X' && sent)
    open.signal = SIGPIPE;
  else if (expected)
    open.signal = life.signal;
  else
    run.seen.trouble = fmt::format("the agent of {} was ended from outside{}", run.name_of(task),
                                   life.signal != 0 ? fmt::format(" by signal {}", life.signal) : "");
  for (RealTask& other : run.tasks)
    if (other.process == task.process) other.state = RealTask::State::Ended;
}

void kill_process(RealRun& run, const Deed& deed) {
  for (RealTask& task : run.tasks) {
    if (task.process != deed.process || task.state == RealTask::State::Ended) continue;
    if (task.real_pid > 0) kill(static_cast<pid_t>(task.real_pid), SIGKILL);
    task.state = RealTask::State::Ended;
    if (task.calls == 0) continue;
    SeenCall& call = run.call_of(task);  // it ends in the middle of a call, or of a pause
    if (call.returned && call.left <= deed.at) continue;
    call.returned = false;
    call.signal = SIGKILL;
    call.left = deed.at;
  }
}

}  // namespace sockarium::compare
