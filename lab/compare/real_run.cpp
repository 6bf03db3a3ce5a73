#include "lab/compare/real_run.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <optional>
#include <set>

#include "lab/compare/agent.h"
#include "lab/compare/file_space.h"
#include "lab/compare/parcel.h"
#include "lab/compare/proc_file.h"
#include "lab/compare/punctual.h"
#include "lab/compare/relay.h"
#include "lab/compare/sysctl_files.h"
#include "sim/core/chance.h"
#include "sim/core/signal.h"

namespace sockarium::compare {

namespace {

constexpr Duration look_again = 200 * microsecond;  // at a call that has neither returned nor gone to sleep
constexpr Duration patience = 5 * second;           // with an agent that does not answer at all
constexpr Duration lead = 30 * millisecond;         // between the agents' start and script time 0

struct RealTask {
  enum class State { Ready, InCall, Joins, Captures, Ended };
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
  std::uint64_t calls = 0;    ///< made so far
  bool raw = false;           ///< the program of a raw peer: no agent calls for it
  std::size_t link = 0;       ///< its link
  Time deadline = 0;          ///< while it captures; `never`: none
  std::int64_t number = 1;    ///< thread number in its process
  std::int64_t real_pid = 0;  ///< in the process namespace of the run; 0: of a thread, or a raw peer
};

class Run {
 public:
  Run(const Setup& setup, Programs& programs, ByteStore& bytes, Mailroom& mailroom,
      const RealNetwork& network)
      : setup_(setup), programs_(programs), bytes_(bytes), mailroom_(mailroom), network_(network) {}

  Seen seen;

  std::string start_agents() {
    if (std::string why = make_file_spaces(setup_.hosts.size()); !why.empty())
      seen.notes.push_back(std::move(why));
    for (std::size_t i = 0; i < setup_.processes.size(); ++i) {
      const ProcessSetup& plan = setup_.processes[i];
      if (setup_.hosts[plan.host].raw) {
        add_peer(i);
        continue;
      }
      if (!enter(network_.hosts[plan.host])) return "a host's namespace is lost";
      const pid_t child = fork();
      if (child < 0) return "no further process can be started";
      if (child == 0)
        live_as_agent(mailroom_, {i, setup_.hosts[plan.host].machine.value_or(plan.host), plan.nofile,
                                  plan.nofile_hard, plan.user});
      RealTask task;
      task.path = {static_cast<std::uint32_t>(i)};
      task.box = task.process = i;
      task.at = plan.start;
      task.order = ++orders_;
      task.real_pid = child;
      tasks_.push_back(task);
      ++boxes_;
      ++processes_;
    }
    const std::int64_t deadline = monotonic_now() + patience;
    for (const RealTask& task : tasks_)
      while (!task.raw && mailroom_.boxes[task.box].alive == 0) {
        if (monotonic_now() > deadline) return "an agent did not start";
        usleep(200);
      }
    return {};
  }

  /// How the counters stand at the start. The first question to a kernel takes longest.
  void look_first() {
    for (const HostView& view : network_.views) {
      view.sockets();
      view.local_sockets();
      at_start_.push_back(view.counters());
    }
    for (const HostSetup& host : setup_.hosts) {
      settings_.push_back(Sysctls::defaults());
      for (const auto& [id, value] : host.sysctls) settings_.back()[id] = value;
    }
  }

  void drive(std::int64_t start, const std::vector<Moment>& moments, const std::vector<Deed>& deeds,
             Time until) {
    start_ = start;
    std::size_t moment = 0, deed = 0;
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
      // A busy machine may be late: calls that were due before are still made.
      const bool due = next != nullptr && next->at < until;
      if (now >= until + (due ? patience : 0)) return;
      const Time look_at = moment < moments.size() ? moments[moment].at : until;
      const Time do_at = deed < deeds.size() ? deeds[deed].at : never;
      if (do_at <= now && settled(deeds[deed].at, deeds[deed].calls, now)) {
        carry_out(deeds[deed++]);
      } else if (next != nullptr && next->at <= now) {
        latest_ = std::max(latest_, now - next->at);
        turn(*next);
      } else if (now >= look_at && settled(moments[moment].at, moments[moment].calls, now)) {
        look(moments[moment++]);
      } else {
        Time again = look_at > now ? look_at : now + 5 * millisecond;
        if (captures()) again = std::min(again, now + look_again);
        wait_for_change(mailroom_.bell, bell,
                        start_ + std::min({until, next != nullptr ? next->at : until, again, do_at,
                                           now + 50 * millisecond}));
      }
    }
  }
  /// How late the latest call was released.
  Duration latest() const { return latest_; }

 private:
  CallsMade made_so_far() const {
    CallsMade made;
    for (const RealTask& task : tasks_)
      if (task.calls > 0) made.emplace_back(task.path, task.calls);
    std::sort(made.begin(), made.end());
    return made;
  }

  /// Have the programs come as far as on the model? A late timer of the real kernel is waited for.
  bool settled(Time at, const CallsMade& calls, Time now) const {
    return made_so_far() == calls || now > at + at * 7 / 100 + 20 * millisecond;
  }

  /// What a person did.
  void carry_out(const Deed& deed) {
    if (deed.kills) return kill_process(deed);
    Sysctls& values = settings_[deed.host];
    values[deed.sysctl] = deed.value;
    if (!enter(network_.hosts[deed.host]) || !write_sysctl(values, deed.sysctl))
      seen.trouble =
          fmt::format("{} can't be set to {} on the real kernel", row_of(deed.sysctl).name, deed.value);
  }

  void kill_process(const Deed& deed) {
    for (RealTask& task : tasks_) {
      if (task.process != deed.process || task.state == RealTask::State::Ended) continue;
      if (task.real_pid > 0) kill(static_cast<pid_t>(task.real_pid), SIGKILL);
      task.state = RealTask::State::Ended;
      if (task.calls == 0) continue;
      SeenCall& call = seen.calls[task.call];  // it ends in the middle of a call, or of a pause
      if (call.returned && call.left <= deed.at) continue;
      call.returned = false;
      call.signal = SIGKILL;
      call.left = deed.at;
    }
  }

  void look(const Moment& moment) {
    Rest rest;
    rest.moment = {moment.name, 0, moment.until, made_so_far()};
    for (std::size_t host = 0; host < network_.views.size(); ++host) {
      const HostView& view = network_.views[host];
      for (const netlink::SocketRow& row : view.sockets())
        rest.sockets.push_back({host, row.state, row.local, row.peer, row.receive_queue, row.send_queue,
                                row.protocol == IPPROTO_UDP, row.ipv6});
      for (const netlink::LocalRow& row : view.local_sockets())
        rest.locals.push_back({host, row.state, static_cast<SocketType>(row.type), row.receive_queue,
                               row.send_queue, row.name});
      for (const auto& [name, value] : view.counters())
        rest.counters.push_back({host, name, value - at_start_[host][name]});
    }
    rest.moment.at = monotonic_now() - start_;  // the look itself takes time
    seen.rests.push_back(std::move(rest));
  }

  Mailbox& box(const RealTask& task) { return mailroom_.boxes[task.box]; }

  /// A task as /proc shows it.
  struct Life {
    char state = 'X';         ///< «S»: it sleeps in the kernel; «Z» or «X»: it has ended
    std::int64_t signal = 0;  ///< of a zombie: what ended it
  };
  Life look_at(const RealTask& task) {
    const int fd = open(fmt::format("/proc/{}/stat", box(task).task.data()).c_str(), O_RDONLY | O_CLOEXEC);
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
  static bool over(const Life& life) { return life.state == 'Z' || life.state == 'X'; }

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

  /// A signal was sent. Whom it has ended in a pause, or between two calls, nobody else would notice.
  void note_kill(const sys::Kill& wish) {
    for (RealTask& task : tasks_) {
      if (pid_of(task.process) != wish.pid || task.state == RealTask::State::Ended) continue;
      const std::int64_t deadline = monotonic_now() + 2 * millisecond;  // a death takes its time
      while (!over(look_at(task)) && monotonic_now() < deadline) usleep(100);
      if (!over(look_at(task))) continue;
      killed_[task.process] = wish.signal;
      if (task.state == RealTask::State::InCall) continue;
      task.state = RealTask::State::Ended;
      if (task.calls == 0) continue;
      SeenCall& call = seen.calls[task.call];
      call.returned = false;
      call.signal = wish.signal;
      call.left = monotonic_now() - start_;
    }
  }

  /// The process of `task` is gone in the middle of a call.
  void died(RealTask& task, const Life& life) {
    const std::string& name = setup_.processes[task.path.front()].name;
    const Syscall& call = seen.calls[task.call].call;
    const bool sent = std::holds_alternative<sys::Send>(call) || std::holds_alternative<sys::Sendto>(call) ||
                      std::holds_alternative<sys::Write>(call) || std::holds_alternative<sys::Sendmsg>(call);
    const auto killed = killed_.find(task.process);
    // What may end a program here: what it wrote, its own alarm, and what programs send.
    const bool expected = life.signal == SIGPIPE || life.signal == SIGALRM || killed != killed_.end() ||
                          (life.signal != 0 && std::holds_alternative<sys::Kill>(call));
    // Where a parent has waited for it already, nobody tells.
    if (killed != killed_.end() && life.signal == 0)
      seen.calls[task.call].signal = killed->second;
    else if (life.signal == 0 && life.state == 'X' && sent)
      seen.calls[task.call].signal = SIGPIPE;
    else if (expected)
      seen.calls[task.call].signal = life.signal;
    else
      seen.trouble = fmt::format("the agent of {} was ended from outside{}", name,
                                 life.signal != 0 ? fmt::format(" by signal {}", life.signal) : "");
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
    if (std::holds_alternative<sys::Getppid>(seen.calls[task.call].call)) {
      const std::int64_t real = result.value;
      result.value = 1;  // the run itself, which no program knows
      for (const RealTask& other : tasks_)
        if (other.real_pid == real) result.value = pid_of(other.process);
    }
    if (const auto* wish = std::get_if<sys::Kill>(&seen.calls[task.call].call);
        wish != nullptr && result.ok() && wish->signal != 0 && wish->pid != pid_of(task.process))
      note_kill(*wish);
    if (const auto* asks = std::get_if<sys::Getsockopt>(&seen.calls[task.call].call);
        asks != nullptr && asks->option == Option::PeerCred && result.value > 0)
      for (const RealTask& other : tasks_)
        if (other.real_pid == result.value) result.value = pid_of(other.process);
    const char* at = box(task).payload.data();
    for (Bytes* part : {&result.data, &result.path, &result.fds}) {
      if (part->length == 0) continue;
      const std::uint32_t length = part->length;
      *part = bytes_.intern({at, length});
      at += length;
    }
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
      if (task.state == RealTask::State::Captures) capture(task);
      if (task.state != RealTask::State::InCall) continue;
      if (answered(task)) {
        seen.calls[task.call].blocked = true;
        finish(task, answer_of(task), std::max(task.at, box(task).returned - start_));
      } else if (const Life life = look_at(task); over(life) && !answered(task)) {
        died(task, life);
      }
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
    ++task.calls;
    seen.calls.push_back(call);
    if (const auto* sleep = std::get_if<sys::Sleep>(&step.call);
        sleep != nullptr && !handling_.contains(task.process))
      return pause(task, sleep->duration);
    if (const auto* compute = std::get_if<sys::Compute>(&step.call)) return pause(task, compute->duration);
    const Time after = task.at + setup_.syscall_time;
    if (std::holds_alternative<sys::Now>(step.call)) return finish(task, SysResult::of(task.at), after);
    if (const auto* random = std::get_if<sys::Random>(&step.call))
      return finish(task, draw(task, *random), after);
    if (task.raw) return turn_of_peer(task, step.call, after);
    if (std::holds_alternative<sys::Join>(step.call)) {
      task.state = RealTask::State::Joins;
      return;
    }
    ask(task, step.call, after);
  }

  // --- a raw peer: its program sends and gets frames where its link ends ---

  void add_peer(std::size_t process) {
    const ProcessSetup& plan = setup_.processes[process];
    RealTask task;
    task.path = {static_cast<std::uint32_t>(process)};
    task.box = task.process = process;
    task.at = plan.start;
    task.order = ++orders_;
    task.raw = true;
    while (setup_.links[task.link].b != plan.host) ++task.link;
    tasks_.push_back(task);
    ++boxes_;
    ++processes_;
  }

  void turn_of_peer(RealTask& task, const Syscall& call, Time after) {
    if (const auto* inject = std::get_if<sys::Inject>(&call)) return put(task, inject->packet, after);
    if (const auto* wish = std::get_if<sys::Capture>(&call)) {
      task.deadline = wish->within < 0 ? never : task.at + wish->within;
      task.state = RealTask::State::Captures;
      return capture(task);
    }
    if (const auto* write = std::get_if<sys::Write>(&call))
      return finish(task, SysResult::of(write->data.length), after);
    if (std::holds_alternative<sys::Getpid>(call))
      return finish(task, SysResult::of(pid_of(task.process)), after);
    if (std::holds_alternative<sys::Exit>(call))
      task.state = RealTask::State::Ended;
    else
      finish(task, SysResult::fail(Errno::NOSYS), after);
  }

  void put(RealTask& task, const Bytes& packet, Time after) {
    const std::string content = bytes_.text(packet);
    const bool v4 = content.empty() || (static_cast<std::uint8_t>(content.front()) >> 4) == 4;
    const std::array<std::uint8_t, 14> header = frame_header(task.link, v4);
    std::string frame(header.begin(), header.end());
    frame += content;
    const bool taken = send(network_.peers[task.link], frame.data(), frame.size(), 0) >= 0;
    finish(task, taken ? SysResult::of(packet.length) : SysResult::fail(static_cast<Errno>(errno)), after);
  }

  /// The next packet that has reached the peer, if there is one.
  void capture(RealTask& task) {
    std::array<char, 70'000> frame{};
    const Time now = std::max(task.at, monotonic_now() - start_);
    const std::size_t skip = frame_header(task.link).size();
    const ssize_t size = recv(network_.peers[task.link], frame.data(), frame.size(), 0);
    if (size > static_cast<ssize_t>(skip)) {
      SysResult result =
          SysResult::of(task.deadline == never ? 0 : std::max<Duration>(0, task.deadline - now));
      result.data = bytes_.intern({frame.data() + skip, static_cast<std::size_t>(size) - skip});
      finish(task, result, now);
    } else if (now >= task.deadline) {
      finish(task, SysResult::fail(Errno::TIMEDOUT), task.deadline);
    }
  }

  bool captures() const {
    return std::any_of(tasks_.begin(), tasks_.end(),
                       [](const RealTask& task) { return task.state == RealTask::State::Captures; });
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
    Syscall asked = call;
    std::string text;
    for (const Bytes* payload : payloads_of(asked)) {
      if (payload->length > payload_most) break;
      text += bytes_.text(*payload) + '\0';
    }
    for (const Bytes* payload : payloads_of(asked))
      if (payload->length > payload_most || text.size() > letter.payload.size()) {
        seen.trouble =
            fmt::format("line {}: more than {} bytes in one call", seen.calls[task.call].line, payload_most);
        return;
      }
    std::memcpy(letter.payload.data(), text.data(), text.size());
    letter.call = flatten(call);
    if (const auto* wait = std::get_if<sys::Wait>(&call); wait != nullptr && wait->pid > 0)
      letter.call = flatten(sys::Wait{real_pid(wait->pid)});
    if (const auto* wish = std::get_if<sys::Kill>(&call))
      letter.call = flatten(sys::Kill{real_pid(wish->pid), wish->signal});
    if (const auto* wish = std::get_if<sys::Sigaction>(&call); wish != nullptr && wish->action == sig_handler)
      handling_.insert(task.process);
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
        const Life life = look_at(task);
        if (answered(task)) return true;
        if (over(life) && std::holds_alternative<sys::Exit>(seen.calls[task.call].call)) {
          task.state = RealTask::State::Ended;
          return false;
        }
        if (over(life)) {
          died(task, life);
          return false;
        }
        if (life.state == 'S') return false;
      }
      if (monotonic_now() > deadline) {
        seen.trouble =
            fmt::format("the agent of {} does not answer", setup_.processes[task.path.front()].name);
        return false;
      }
      wait_for_change(mailroom_.bell, bell, monotonic_now() + look_again);
    }
  }

  const Setup& setup_;
  Programs& programs_;
  ByteStore& bytes_;
  Mailroom& mailroom_;
  const RealNetwork& network_;
  std::vector<std::map<std::string, std::int64_t>> at_start_;  ///< counters of each host
  std::vector<Sysctls> settings_;                              ///< of each host
  Duration latest_ = 0;
  std::deque<RealTask> tasks_;
  std::size_t boxes_ = 0, processes_ = 0;
  std::uint64_t orders_ = 0;
  std::set<std::size_t> handling_;              ///< processes with a handler of signals
  std::map<std::size_t, std::int64_t> killed_;  ///< by another: process → signal
  std::int64_t start_ = 0;
};

/// What the programs leave open sends its FINs into the void: the kernel shall not try for long, or it would
/// keep the namespaces alive.
void let_go(const RealNetwork& network) {
  for (const int host : network.hosts)
    if (host >= 0 && enter(host)) write_file("/proc/sys/net/ipv4/tcp_orphan_retries", "1");
}

}  // namespace

Seen run_for_real(const Setup& setup, Programs& programs, ByteStore& bytes, const RealNetwork& network,
                  const std::vector<Moment>& moments, const std::vector<Deed>& deeds, Time until) {
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
  Run run(setup, programs, bytes, *mailroom, network);
  if (run.seen.trouble = run.start_agents(); !run.seen.trouble.empty()) return std::move(run.seen);
  Relay relay(setup, network);
  run.look_first();
  const std::int64_t start = monotonic_now() + lead;
  relay.begin(start);
  be_punctual();
  run.drive(start, moments, deeds, until);
  relay.stop();
  let_go(network);
  run.seen.late = std::max(run.latest(), relay.latest());
  for (SeenCall& call : run.seen.calls)  // a pause is filed with its end
    if (call.returned && call.left > until) {
      call.returned = false;
      call.left = call.entered;
    }
  run.seen.packets = relay.packets(bytes);
  return std::move(run.seen);
}

}  // namespace sockarium::compare
