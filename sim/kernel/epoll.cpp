#include "sim/kernel/epoll.h"

#include <algorithm>

#include "sim/kernel/descriptors.h"
#include "sim/kernel/readiness.h"
#include "sim/kernel/wait_queue.h"
#include "sim/step.h"

namespace sockarium::kernel {

namespace {

constexpr std::uint64_t event_size = 12;   // sizeof(struct epoll_event), packed on x86-64
constexpr int epolls_in_a_chain_most = 5;  // measured; Linux EP_MAX_NESTS
constexpr Duration calls_until_another_runs = 10;
constexpr std::int32_t most_events = INT32_MAX / static_cast<std::int32_t>(event_size);  // EP_MAX_EVENTS

EpollId epoll_of(const World& world, OpenFileId file) {
  return EpollId::from_raw(world.kernel.files.read(file).object);
}

RecordNumber record_interest(Step& step, const poll::Interest& interest, std::uint32_t events,
                             Reason reason) {
  const std::uint32_t length = step.world.poll.epolls.read(interest.epoll).interests;
  return step.record(rec::InterestChanged{interest.epoll.raw(), interest.file, interest.fd, events, length},
                     reason);
}

RecordNumber record_ready(Step& step, const poll::Interest& interest, bool entered, Reason reason) {
  const std::uint32_t length = step.world.poll.epolls.read(interest.epoll).ready;
  return step.record(
      rec::ReadyListChanged{interest.epoll.raw(), interest.file, interest.fd, entered ? 1u : 0u, length},
      reason);
}

/// What a look at the file finds of what is asked for. Linux ep_item_poll.
std::uint32_t news_of(const World& world, const poll::Interest& interest) {
  return events_of(world, world.kernel.files.read(interest.file), interest.process) & interest.events &
         ~epoll_flags;
}

void wake_waiters(Step& step, EpollId epoll, RecordNumber cause, bool watchers_too, Duration after = 0) {
  step.wake_ups.push_back(WakeUp{epoll.raw(), Readiness::EpollEvents, cause, false, after});
  if (watchers_too)
    step.wake_ups.push_back(WakeUp{epoll.raw(), Readiness::EpollReadable, cause, true, after});
}

/// After ADD and MOD: what is true already counts as news.
void look_at_once(Step& step, TaskId task, InterestId id) {
  ++step.world.kernel.tasks.write(task).costs.looked_at;
  const poll::Interest& interest = step.world.poll.interests.read(id);
  if (news_of(step.world, interest) == 0 || !poll::enter_ready_list(step.world, id)) return;
  wake_waiters(step, interest.epoll, record_ready(step, interest, true, Reason::ReadyAlready), true);
}

void drop_interest(Step& step, InterestId id, Reason reason) {
  World& world = step.world;
  const poll::Interest interest = world.poll.interests.read(id);
  leave_wait_queue(world, interest.waiter);
  if (poll::leave_ready_list(world, id)) record_ready(step, interest, false, reason);
  poll::remove_interest(world, id);
  record_interest(step, interest, 0, reason);
}

/// How many epolls the longest chain from `epoll` downwards has, itself counted. `forbidden` on the way: a
/// circle, which counts as too long.
int chain_below(const World& world, EpollId epoll, EpollId forbidden) {
  if (epoll == forbidden) return epolls_in_a_chain_most + 1;
  int longest = 0;
  for (InterestId id = world.poll.epolls.read(epoll).first; id; id = world.poll.interests.read(id).next) {
    const OpenFile& file = world.kernel.files.read(world.poll.interests.read(id).file);
    if (file.kind == FileKind::Epoll)
      longest = std::max(longest, chain_below(world, EpollId::from_raw(file.object), forbidden));
  }
  return longest + 1;
}

/// The same upwards: epolls that watch this epoll's file.
int chain_above(const World& world, OpenFileId file) {
  int longest = 0;
  for (InterestId id = poll::first_interest_in(world, file); id;) {
    const poll::Interest& interest = world.poll.interests.read(id);
    id = interest.next_of_file;
    longest = std::max(longest, chain_above(world, world.poll.epolls.read(interest.epoll).file));
  }
  return longest + 1;
}

/// Linux do_epoll_ctl's checks of EPOLLEXCLUSIVE.
bool exclusive_is_wrong(const sys::EpollCtl& call, bool nested, const poll::Interest* interest) {
  constexpr std::uint32_t fine =
      poll_in | poll_out | poll_err | poll_hup | epoll_wakeup | epoll_et | epoll_exclusive;
  if (call.operation == epoll_ctl_mod && interest != nullptr && (interest->events & epoll_exclusive) != 0)
    return true;
  if ((call.events & epoll_exclusive) == 0 || call.operation == epoll_ctl_del) return false;
  return call.operation == epoll_ctl_mod || nested || (call.events & ~fine) != 0;
}

Attempt add(Step& step, TaskId task, OpenFileId epoll_file, OpenFileId target, const sys::EpollCtl& call) {
  World& world = step.world;
  const EpollId epoll = epoll_of(world, epoll_file);
  const ProcessId process = world.kernel.tasks.read(task).process;
  const OpenFile& file = world.kernel.files.read(target);
  if (file.kind == FileKind::Epoll &&
      chain_above(world, epoll_file) + chain_below(world, EpollId::from_raw(file.object), epoll) >
          epolls_in_a_chain_most)
    return fail(Errno::LOOP);
  const InterestId id =
      poll::add_interest(world, epoll, target, process, call.target, call.events | poll_always);
  note_polled(world, file);
  WaitFor wait = wait_for_events(file, process, ~epoll_flags);
  if ((call.events & epoll_exclusive) != 0) {
    wait.exclusive = 1;
    wait.at_head = 0;
  }
  poll::Interest& interest = world.poll.interests.write(id);
  interest.waiter = keep_in_wait_queue(world, id, wait);
  record_interest(step, interest, interest.events, Reason::InterestAdded);
  look_at_once(step, task, id);
  return done(0);
}

}  // namespace

Attempt try_epoll_create(Step& step, ProcessId process, const sys::EpollCreate& call) {
  World& world = step.world;
  if ((call.flags & ~std::int64_t{o_cloexec}) != 0) return fail(Errno::INVAL);
  const std::int64_t fd = reserve_number(world, process);
  if (fd < 0) return fail(Errno::MFILE);
  if (file_table_full(world, process)) {
    unreserve_number(world, process, fd);
    return fail(Errno::NFILE);
  }
  const std::uint64_t object = world.poll.epolls.add(poll::Epoll{}).raw();
  const HostId host = world.kernel.processes.read(process).host;
  const OpenFileId file = make_file(world, host, FileKind::Epoll, object, o_rdwr);
  world.poll.epolls.write(EpollId::from_raw(object)).file = file;
  install(step, process, fd, file, call.flags != 0);
  return done(fd);
}

Attempt try_epoll_ctl(Step& step, TaskId task, const sys::EpollCtl& call) {
  World& world = step.world;
  const ProcessId process = world.kernel.tasks.read(task).process;
  const OpenFileId epoll_file = file_of(world, process, call.fd);
  const OpenFileId target = file_of(world, process, call.target);
  if (!epoll_file || !target) return fail(Errno::BADF);
  const FileKind kind = world.kernel.files.read(target).kind;
  if (!knows_waiting(kind)) return fail(Errno::PERM);
  if (epoll_file == target || world.kernel.files.read(epoll_file).kind != FileKind::Epoll)
    return fail(Errno::INVAL);
  const InterestId id = poll::find_interest(world, epoll_of(world, epoll_file), target, call.target);
  const poll::Interest* interest = id ? &world.poll.interests.read(id) : nullptr;
  if (exclusive_is_wrong(call, kind == FileKind::Epoll, interest)) return fail(Errno::INVAL);
  switch (call.operation) {
    case epoll_ctl_add:
      return id ? fail(Errno::EXIST) : add(step, task, epoll_file, target, call);
    case epoll_ctl_del:
      if (!id) return fail(Errno::NOENT);
      drop_interest(step, id, Reason::InterestRemoved);
      return done(0);
    case epoll_ctl_mod:
      if (!id) return fail(Errno::NOENT);
      world.poll.interests.write(id).events = call.events | poll_always;
      record_interest(step, *interest, interest->events, Reason::InterestModified);
      look_at_once(step, task, id);
      return done(0);
    default:
      return fail(Errno::INVAL);
  }
}

Attempt try_epoll_wait(Step& step, TaskId task, OpenFileId file, const sys::EpollWait& call) {
  World& world = step.world;
  if (call.most <= 0 || call.most > most_events) return fail(Errno::INVAL);
  if (!file) return fail(Errno::BADF);
  if (world.kernel.files.read(file).kind != FileKind::Epoll) return fail(Errno::INVAL);
  const EpollId epoll = epoll_of(world, file);
  std::vector<EpollReport> reports;
  std::vector<InterestId> stay;
  InterestId id = world.poll.epolls.read(epoll).first_ready;
  while (id && reports.size() < static_cast<std::size_t>(call.most)) {
    poll::Interest& interest = world.poll.interests.write(id);
    const InterestId next = interest.next_ready;
    ++world.kernel.tasks.write(task).costs.looked_at;
    const std::uint32_t news = news_of(world, interest);
    poll::leave_ready_list(world, id);
    if (news == 0) {
      record_ready(step, interest, false, Reason::ReadyNoMore);
    } else {
      reports.push_back(EpollReport{static_cast<std::int32_t>(interest.fd), news});
      if ((interest.events & (epoll_oneshot | epoll_et)) == 0)
        stay.push_back(id);
      else
        record_ready(step, interest, false, Reason::ReportedOnce);
      if ((interest.events & epoll_oneshot) != 0) {
        interest.events &= epoll_flags;
        record_interest(step, interest, interest.events, Reason::InterestSpent);
      }
    }
    id = next;
  }
  // What is level-triggered goes to the end of the list: each has its turn, and the next waiter is woken.
  for (const InterestId again : stay) poll::enter_ready_list(world, again);
  // That one comes to run on a processor of its own, which takes longer than the few calls in which a quick
  // task has dealt with its report and waits again (measured: of quick acceptors the last two alternate, of
  // slow ones all come).
  if (!reports.empty() && world.poll.epolls.read(epoll).ready > 0)
    wake_waiters(step, epoll, step.cause, false, calls_until_another_runs * world.syscall_time);
  if (!reports.empty() || call.timeout == 0) {
    SysResult result = SysResult::of(static_cast<std::int64_t>(reports.size()));
    result.data = intern(reports, step.bytes);
    world.kernel.tasks.write(task).costs.copied += reports.size() * event_size;
    return Done{result};
  }
  Block block;
  block.wait.who = epoll.raw();
  block.wait.what = Readiness::EpollEvents;
  block.wait.exclusive = 1;
  block.wait.at_head = 1;  // the last to come is the first to be woken (Linux __add_wait_queue_exclusive)
  if (call.timeout > 0) block.deadline = world.kernel.tasks.read(task).entered + call.timeout;
  block.at_deadline = Errno::OK;
  return block;
}

void release_epoll(Step& step, const OpenFile& file) {
  World& world = step.world;
  const EpollId epoll = EpollId::from_raw(file.object);
  while (const InterestId id = world.poll.epolls.read(epoll).first)
    drop_interest(step, id, Reason::InterestRemoved);
  world.poll.epolls.remove(epoll);
}

void forget_file(Step& step, OpenFileId file) {
  while (const InterestId id = poll::first_interest_in(step.world, file))
    drop_interest(step, id, Reason::InterestGone);
}

bool tell_epoll(Step& step, InterestId id, const WakeUp& wake) {
  World& world = step.world;
  const poll::Interest& interest = world.poll.interests.read(id);
  const bool exclusive = (interest.events & epoll_exclusive) != 0;
  // Not what is asked for, or spent by EPOLLONESHOT.
  const WaitFor asked =
      wait_for_events(world.kernel.files.read(interest.file), interest.process, interest.events);
  if ((asked.what & wake.what) == Readiness::None || (interest.events & ~epoll_flags) == 0) return !exclusive;
  const bool waited_for = somebody_waits(world, interest.epoll.raw(), Readiness::EpollEvents);
  RecordNumber cause = wake.cause;
  if (poll::enter_ready_list(world, id)) {
    const RecordNumber of_step = std::exchange(step.cause, wake.cause);
    cause = record_ready(step, interest, true, Reason::BecameReady);
    step.cause = of_step;
  }
  wake_waiters(step, interest.epoll, cause, true, wake.after);
  return !exclusive || waited_for;
}

bool has_news(const World& world, EpollId epoll) {
  for (InterestId id = world.poll.epolls.read(epoll).first_ready; id;
       id = world.poll.interests.read(id).next_ready)
    if (news_of(world, world.poll.interests.read(id)) != 0) return true;
  return false;
}

}  // namespace sockarium::kernel
