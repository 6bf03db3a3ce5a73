#include "lab/compare/real_run.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <unistd.h>

#include <algorithm>
#include <map>

#include "lab/compare/agent.h"
#include "lab/compare/file_space.h"
#include "lab/compare/proc_file.h"
#include "lab/compare/punctual.h"
#include "lab/compare/real_calls.h"
#include "lab/compare/real_deaths.h"
#include "lab/compare/real_peer.h"
#include "lab/compare/real_tasks.h"
#include "lab/compare/relay.h"
#include "lab/compare/sysctl_files.h"
#include "sim/core/chance.h"

namespace sockarium::compare {

namespace {

constexpr Duration lead = 30 * millisecond;  // between the agents' start and script time 0

/// The loop: whose turn it is, what is due, and what is waited for.
class Driver {
 public:
  Driver(RealRun& run, Programs& programs) : run_(run), programs_(programs) {}

  std::string start_agents() {
    if (std::string why = make_file_spaces(run_.setup.hosts.size()); !why.empty())
      run_.seen.notes.push_back(std::move(why));
    for (std::size_t i = 0; i < run_.setup.processes.size(); ++i) {
      const ProcessSetup& plan = run_.setup.processes[i];
      if (run_.setup.hosts[plan.host].raw) {
        add_peer(run_, i);
        continue;
      }
      if (!enter(run_.network.hosts[plan.host])) return "a host's namespace is lost";
      const pid_t child = fork();
      if (child < 0) return "no further process can be started";
      if (child == 0)
        live_as_agent(run_.mailroom, {i, run_.setup.hosts[plan.host].machine.value_or(plan.host), plan.nofile,
                                      plan.nofile_hard, plan.user});
      run_.begin(i, child);
    }
    const std::int64_t deadline = monotonic_now() + patience;
    for (const RealTask& task : run_.tasks)
      while (!task.raw && run_.box(task).alive == 0) {
        if (monotonic_now() > deadline) return "an agent did not start";
        usleep(200);
      }
    return {};
  }

  /// How the counters stand at the start. The first question to a kernel takes longest.
  void look_first() {
    for (const HostView& view : run_.network.views) {
      view.sockets();
      view.local_sockets();
      at_start_.push_back(view.counters());
    }
    for (const HostSetup& host : run_.setup.hosts) {
      run_.settings.push_back(Sysctls::defaults());
      for (const auto& [id, value] : host.sysctls) run_.settings.back()[id] = value;
    }
  }

  void drive(const std::vector<Moment>& moments, const std::vector<Deed>& deeds, Time until) {
    std::size_t moment = 0, deed = 0;
    for (;;) {
      const std::uint32_t bell = run_.mailroom.bell;
      collect();
      if (!run_.seen.trouble.empty()) return;
      RealTask* next = nullptr;
      for (RealTask& task : run_.tasks)
        if (task.state == RealTask::State::Ready &&
            (next == nullptr || std::pair(task.at, task.order) < std::pair(next->at, next->order)))
          next = &task;
      const Time now = run_.now();
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
        wait_for_change(run_.mailroom.bell, bell,
                        run_.start + std::min({until, next != nullptr ? next->at : until, again, do_at,
                                               now + 50 * millisecond}));
      }
    }
  }
  /// How late the latest call was released.
  Duration latest() const { return latest_; }

 private:
  /// Have the programs come as far as on the model? A late timer of the real kernel is waited for.
  bool settled(Time at, const CallsMade& calls, Time now) const {
    return run_.made_so_far() == calls || now > at + at * 7 / 100 + 20 * millisecond;
  }

  /// What a person did.
  void carry_out(const Deed& deed) {
    if (deed.kills) return kill_process(run_, deed);
    Sysctls& values = run_.settings[deed.host];
    values[deed.sysctl] = deed.value;
    if (!enter(run_.network.hosts[deed.host]) || !write_sysctl(values, deed.sysctl))
      run_.seen.trouble =
          fmt::format("{} can't be set to {} on the real kernel", row_of(deed.sysctl).name, deed.value);
  }

  void look(const Moment& moment) {
    Rest rest;
    rest.moment = {moment.name, 0, moment.until, run_.made_so_far()};
    for (std::size_t host = 0; host < run_.network.views.size(); ++host) {
      const HostView& view = run_.network.views[host];
      for (const netlink::SocketRow& row : view.sockets())
        rest.sockets.push_back({host, row.state, row.local, row.peer, row.receive_queue, row.send_queue,
                                row.protocol == IPPROTO_UDP, row.ipv6});
      for (const netlink::LocalRow& row : view.local_sockets())
        rest.locals.push_back({host, row.state, static_cast<SocketType>(row.type), row.receive_queue,
                               row.send_queue, row.name});
      for (const auto& [name, value] : view.counters())
        rest.counters.push_back({host, name, value - at_start_[host][name]});
    }
    rest.moment.at = run_.now();  // the look itself takes time
    run_.seen.rests.push_back(std::move(rest));
  }

  /// Calls that had slept and have returned; processes that have died.
  void collect() {
    for (RealTask& task : run_.tasks) {
      if (task.state == RealTask::State::Joins && joined(task))
        run_.finish(task, SysResult::of(0), run_.now());
      if (task.state == RealTask::State::Captures) capture(run_, task);
      if (task.state == RealTask::State::InCall) look_at_call(run_, task);
    }
  }

  bool joined(const RealTask& task) {
    const auto& wish = std::get<sys::Join>(run_.call_of(task).call);
    return std::none_of(run_.tasks.begin(), run_.tasks.end(), [&](const RealTask& other) {
      return other.process == task.process && other.number == wish.tid &&
             other.state != RealTask::State::Ended;
    });
  }

  bool captures() const {
    return std::any_of(run_.tasks.begin(), run_.tasks.end(),
                       [](const RealTask& task) { return task.state == RealTask::State::Captures; });
  }

  void turn(RealTask& task) {
    const ProgramStep step = programs_.resume(task.path, task.result, run_.bytes);
    SeenCall call;
    call.task = task.path;
    call.call = step.call;
    call.line = step.line;
    call.entered = call.left = task.at;
    task.call = run_.seen.calls.size();
    ++task.calls;
    run_.seen.calls.push_back(call);
    if (const auto* sleep = std::get_if<sys::Sleep>(&step.call);
        sleep != nullptr && !run_.handling.contains(task.process))
      return pause(task, sleep->duration);
    if (const auto* compute = std::get_if<sys::Compute>(&step.call)) return pause(task, compute->duration);
    const Time after = task.at + run_.setup.syscall_time;
    if (std::holds_alternative<sys::Now>(step.call)) return run_.finish(task, SysResult::of(task.at), after);
    if (const auto* random = std::get_if<sys::Random>(&step.call))
      return run_.finish(task, draw(task, *random), after);
    if (task.raw) return turn_of_peer(run_, task, step.call, after);
    if (std::holds_alternative<sys::Join>(step.call)) {
      task.state = RealTask::State::Joins;
      return;
    }
    make_call(run_, task, step.call, after);
  }

  void pause(RealTask& task, Duration duration) {
    run_.finish(task, SysResult::of(0),
                duration <= 0 ? task.at + run_.setup.syscall_time : task.at + duration);
  }

  /// As the model draws, for tasks that the scenario names.
  SysResult draw(RealTask& task, const sys::Random& wish) const {
    if (wish.high < wish.low) return SysResult::fail(Errno::INVAL);
    const auto span = static_cast<std::uint64_t>(wish.high - wish.low) + 1;
    const std::uint64_t number = chance(run_.setup.seed, Place::TaskRandom,
                                        std::uint64_t{task.path.back()} << 32, ++task.random_count);
    return SysResult::of(wish.low + static_cast<std::int64_t>(span == 0 ? number : number % span));
  }

  RealRun& run_;
  Programs& programs_;
  std::vector<std::map<std::string, std::int64_t>> at_start_;  ///< counters of each host
  Duration latest_ = 0;
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
  RealRun run(setup, bytes, *mailroom, network);
  Driver driver(run, programs);
  if (run.seen.trouble = driver.start_agents(); !run.seen.trouble.empty()) return std::move(run.seen);
  Relay relay(setup, network);
  driver.look_first();
  run.start = monotonic_now() + lead;
  relay.begin(run.start);
  be_punctual();
  driver.drive(moments, deeds, until);
  relay.stop();
  let_go(network);
  run.seen.late = std::max(driver.latest(), relay.latest());
  for (SeenCall& call : run.seen.calls)  // a pause is filed with its end
    if (call.returned && call.left > until) {
      call.returned = false;
      call.left = call.entered;
    }
  run.seen.packets = relay.packets(bytes);
  return std::move(run.seen);
}

}  // namespace sockarium::compare
