#include "lab/compare/real_run.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <deque>
#include <optional>

#include "lab/compare/agent.h"
#include "lab/compare/relay.h"
#include "sim/core/chance.h"

namespace sockarium::compare {

namespace {

constexpr Duration look_again = 200 * microsecond;  // at a call that has neither returned nor gone to sleep
constexpr Duration patience = 5 * second;           // with an agent that does not answer at all
constexpr Duration lead = 30 * millisecond;         // between the agents' start and script time 0

struct RealTask {
  enum class State { Ready, InCall, Joins, Ended };
  TaskPath path;
  std::size_t box = 0;
  std::size_t process = 0;  ///< its number; threads share one
  State state = State::Ready;
  Time at = 0;              ///< script time
  std::uint64_t order = 0;  ///< among equal times
  SysResult result;
  std::size_t call = 0;  ///< place of its open call in Seen::calls
  std::uint32_t children = 0;
  std::uint64_t random_count = 0;
  std::int64_t number = 1;    ///< thread number in its process
  std::int64_t real_pid = 0;  ///< of a forked child
};

class Run {
 public:
  Run(const Setup& setup, Programs& programs, ByteStore& bytes, Mailroom& mailroom)
      : setup_(setup), programs_(programs), bytes_(bytes), mailroom_(mailroom) {}

  Seen seen;

  std::string start_agents(const RealNetwork& network) {
    for (std::size_t i = 0; i < setup_.processes.size(); ++i) {
      const ProcessSetup& plan = setup_.processes[i];
      if (!enter(network.hosts[plan.host])) return "a host's namespace is lost";
      const pid_t child = fork();
      if (child < 0) return "no further process can be started";
      if (child == 0) live_as_agent(mailroom_, {i, plan.nofile, plan.user});
      RealTask task;
      task.path = {static_cast<std::uint32_t>(i)};
      task.box = task.process = i;
      task.at = plan.start;
      task.order = ++orders_;
      tasks_.push_back(task);
      ++boxes_;
      ++processes_;
    }
    const std::int64_t deadline = monotonic_now() + patience;
    for (const RealTask& task : tasks_)
      while (mailroom_.boxes[task.box].alive == 0) {
        if (monotonic_now() > deadline) return "an agent did not start";
        usleep(200);
      }
    return {};
  }

  void drive(std::int64_t start, Time until) {
    start_ = start;
    for (;;) {
      const std::uint32_t bell = mailroom_.bell;
      collect();
      if (!seen.trouble.empty()) return;
      RealTask* next = nullptr;
      for (RealTask& task : tasks_)
        if (task.state == RealTask::State::Ready &&
            (next == nullptr || std::pair(task.at, task.order) < std::pair(next->at, next->order)))
          next = &task;
      const Time now = monotonic_now() - start_;
      if (now >= until) return;
      if (next != nullptr && next->at <= now)
        turn(*next);
      else
        wait_for_change(
            mailroom_.bell, bell,
            start_ + std::min({until, next != nullptr ? next->at : until, now + 50 * millisecond}));
    }
  }

 private:
  Mailbox& box(const RealTask& task) { return mailroom_.boxes[task.box]; }

  /// «S»: it sleeps in the kernel; «Z» or nothing: it has ended.
  char state_of(const RealTask& task) {
    const std::string path = fmt::format("/proc/{}/stat", box(task).task.data());
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return 'X';
    std::array<char, 512> text{};
    const ssize_t size = read(fd, text.data(), text.size() - 1);
    close(fd);
    const char* end = size > 0 ? std::strrchr(text.data(), ')') : nullptr;
    return end != nullptr && end[1] != '\0' ? end[2] : 'X';
  }

  void finish(RealTask& task, const SysResult& result, Time at) {
    SeenCall& call = seen.calls[task.call];
    call.returned = true;
    call.result = result;
    call.left = at;
    task.result = result;
    task.at = at;
    task.order = ++orders_;
    task.state = RealTask::State::Ready;
  }

  /// The process of `task` is gone in the middle of a call.
  void died(RealTask& task) {
    int status = 0;
    while (waitpid(-1, &status, WNOHANG) > 0) {
    }
    seen.calls[task.call].signal = SIGPIPE;  // the only signal that reaches an agent
    for (RealTask& other : tasks_)
      if (other.process == task.process) other.state = RealTask::State::Ended;
  }

  // Programs see the numbers that the model gives: 101 for the first process, and so on.
  static std::int64_t pid_of(std::size_t process) { return static_cast<std::int64_t>(process) + 101; }
  std::int64_t real_pid(std::int64_t pid) const {
    for (const RealTask& task : tasks_)
      if (pid_of(task.process) == pid && task.real_pid > 0) return task.real_pid;
    return pid;
  }

  SysResult answer_of(const RealTask& task) {
    SysResult result = box(task).result;
    if (std::holds_alternative<sys::Wait>(seen.calls[task.call].call) && result.ok())
      for (const RealTask& other : tasks_)
        if (other.real_pid == result.value) result.value = pid_of(other.process);
    if (result.data.length > 0) result.data = bytes_.intern({box(task).payload.data(), result.data.length});
    return result;
  }

  bool answered(const RealTask& task) {
    return mailroom_.boxes[task.box].state == static_cast<std::uint32_t>(Letter::Answered);
  }

  /// Calls that had slept and have returned; processes that have died.
  void collect() {
    for (RealTask& task : tasks_) {
      if (task.state == RealTask::State::Joins && joined(task))
        finish(task, SysResult::of(0), monotonic_now() - start_);
      if (task.state != RealTask::State::InCall) continue;
      if (answered(task))
        finish(task, answer_of(task), std::max(task.at, box(task).returned - start_));
      else if (const char state = state_of(task); (state == 'Z' || state == 'X') && !answered(task))
        died(task);
    }
  }

  bool joined(const RealTask& task) {
    const auto& wish = std::get<sys::Join>(seen.calls[task.call].call);
    return std::none_of(tasks_.begin(), tasks_.end(), [&](const RealTask& other) {
      return other.process == task.process && other.number == wish.tid &&
             other.state != RealTask::State::Ended;
    });
  }

  void turn(RealTask& task) {
    const ProgramStep step = programs_.resume(task.path, task.result, bytes_);
    SeenCall call;
    call.task = task.path;
    call.call = step.call;
    call.line = step.line;
    call.entered = call.left = task.at;
    task.call = seen.calls.size();
    seen.calls.push_back(call);
    if (const auto* sleep = std::get_if<sys::Sleep>(&step.call)) return pause(task, sleep->duration);
    if (const auto* compute = std::get_if<sys::Compute>(&step.call)) return pause(task, compute->duration);
    const Time after = task.at + setup_.syscall_time;
    if (std::holds_alternative<sys::Now>(step.call)) return finish(task, SysResult::of(task.at), after);
    if (const auto* random = std::get_if<sys::Random>(&step.call))
      return finish(task, draw(task, *random), after);
    if (std::holds_alternative<sys::Inject>(step.call) || std::holds_alternative<sys::Capture>(step.call)) {
      seen.trouble = "a raw peer is not carried yet";
      return;
    }
    if (std::holds_alternative<sys::Join>(step.call)) {
      task.state = RealTask::State::Joins;
      return;
    }
    ask(task, step.call, after);
  }

  void pause(RealTask& task, Duration duration) {
    finish(task, SysResult::of(0), duration <= 0 ? task.at + setup_.syscall_time : task.at + duration);
  }

  /// As the model draws, for tasks that the scenario names.
  SysResult draw(RealTask& task, const sys::Random& wish) const {
    if (wish.high < wish.low) return SysResult::fail(Errno::INVAL);
    const auto span = static_cast<std::uint64_t>(wish.high - wish.low) + 1;
    const std::uint64_t number =
        chance(setup_.seed, Place::TaskRandom, std::uint64_t{task.path.back()} << 32, ++task.random_count);
    return SysResult::of(wish.low + static_cast<std::int64_t>(span == 0 ? number : number % span));
  }

  void ask(RealTask& task, const Syscall& call, Time after) {
    Mailbox& letter = box(task);
    Bytes payload;
    if (const auto* send = std::get_if<sys::Send>(&call)) payload = send->data;
    if (const auto* write = std::get_if<sys::Write>(&call)) payload = write->data;
    if (payload.length > payload_most) {
      seen.trouble =
          fmt::format("line {}: more than {} bytes in one call", seen.calls[task.call].line, payload_most);
      return;
    }
    const std::string text = bytes_.text(payload);
    std::memcpy(letter.payload.data(), text.data(), text.size());
    letter.call = flatten(call);
    if (const auto* wait = std::get_if<sys::Wait>(&call); wait != nullptr && wait->pid > 0)
      letter.call = flatten(sys::Wait{real_pid(wait->pid)});
    const bool makes = std::holds_alternative<sys::Fork>(call) || std::holds_alternative<sys::Thread>(call);
    if (makes && boxes_ == mailboxes_most) {
      seen.trouble = fmt::format("more than {} tasks", mailboxes_most);
      return;
    }
    if (makes) letter.child = boxes_;
    task.state = RealTask::State::InCall;
    letter.state = static_cast<std::uint32_t>(Letter::Asked);
    wake_all(letter.state);
    if (!settle(task)) return;
    const bool ends = std::holds_alternative<sys::Exit>(call);
    SysResult result = answer_of(task);
    if (std::holds_alternative<sys::Getpid>(call)) result.value = pid_of(task.process);
    if (makes && result.ok()) add_child(task, std::holds_alternative<sys::Thread>(call), result, after);
    finish(task, result, after);
    if (ends) {
      seen.calls[task.call].returned = false;
      task.state = RealTask::State::Ended;
    }
  }

  void add_child(RealTask& parent, bool thread, SysResult& result, Time after) {
    RealTask child;
    child.path = parent.path;
    child.path.push_back(parent.children++);
    child.box = boxes_++;
    child.process = thread ? parent.process : processes_++;
    if (!thread) {
      child.real_pid = result.value;
      result.value = pid_of(child.process);
    }
    child.at = after;
    child.order = ++orders_ + 1;
    if (thread) {
      child.number = 1 + std::count_if(tasks_.begin(), tasks_.end(), [&](const RealTask& other) {
                       return other.process == parent.process;
                     });
      result.value = child.number;
    }
    const std::int64_t deadline = monotonic_now() + patience;
    while (mailroom_.boxes[child.box].alive == 0 && monotonic_now() < deadline) usleep(100);
    tasks_.push_back(child);
  }

  /// Waits until the call has returned (true) or is seen asleep in the kernel, or its process ended.
  bool settle(RealTask& task) {
    Mailbox& letter = box(task);
    const std::int64_t deadline = monotonic_now() + patience;
    for (;;) {
      const std::uint32_t bell = mailroom_.bell;
      if (answered(task)) return true;
      if (letter.state == static_cast<std::uint32_t>(Letter::Calling)) {
        const char state = state_of(task);
        if (answered(task)) return true;
        if (state == 'Z' || state == 'X') {
          if (std::holds_alternative<sys::Exit>(seen.calls[task.call].call)) {
            task.state = RealTask::State::Ended;
            int status = 0;
            while (waitpid(-1, &status, WNOHANG) > 0) {
            }
          } else {
            died(task);
          }
          return false;
        }
        if (state == 'S') return false;
      }
      if (monotonic_now() > deadline) {
        seen.trouble = "an agent does not answer";
        return false;
      }
      wait_for_change(mailroom_.bell, bell, monotonic_now() + look_again);
    }
  }

  const Setup& setup_;
  Programs& programs_;
  ByteStore& bytes_;
  Mailroom& mailroom_;
  std::deque<RealTask> tasks_;
  std::size_t boxes_ = 0, processes_ = 0;
  std::uint64_t orders_ = 0;
  std::int64_t start_ = 0;
};

}  // namespace

Seen run_for_real(const Setup& setup, Programs& programs, ByteStore& bytes, const RealNetwork& network,
                  Time until) {
  Seen nothing;
  if (setup.processes.size() > mailboxes_most) {
    nothing.trouble = fmt::format("more than {} processes", mailboxes_most);
    return nothing;
  }
  Mailroom* mailroom = make_mailroom();
  if (mailroom == nullptr) {
    nothing.trouble = "no shared memory";
    return nothing;
  }
  prctl(PR_SET_TIMERSLACK, 1UL);
  Run run(setup, programs, bytes, *mailroom);
  if (run.seen.trouble = run.start_agents(network); !run.seen.trouble.empty()) return std::move(run.seen);
  Relay relay(setup, network);
  const std::int64_t start = monotonic_now() + lead;
  relay.begin(start);
  run.drive(start, until);
  relay.stop();
  for (SeenCall& call : run.seen.calls)  // a pause is filed with its end
    if (call.returned && call.left > until) {
      call.returned = false;
      call.left = call.entered;
    }
  run.seen.packets = std::move(relay.packets());
  return std::move(run.seen);
}

}  // namespace sockarium::compare
