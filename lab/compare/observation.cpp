#include "lab/compare/observation.h"

#include <algorithm>
#include <map>

#include "lab/script/lesson_run.h"
#include "lab/script/scenario.h"
#include "sim/observe/local_sockets.h"
#include "sim/observe/lookup.h"
#include "sim/observe/sockets.h"

namespace sockarium::compare {

namespace {

/// A checkpoint needs so much peace around it to be found on a real machine.
constexpr Duration checkpoint_peace = 10 * millisecond;
/// After the last event of a gap, what a real timer may still be late by (Linux's timer wheel: 7 %).
constexpr Duration grace(Time at) {
  return std::max<Duration>(250 * millisecond, at * 7 / 100 + 50 * millisecond);
}

SentBy sender(TimerKind kind) {
  switch (kind) {
    case TimerKind::Retransmit:
    case TimerKind::SynAck:
    case TimerKind::KeepAlive:
      return SentBy::RetransmitTimer;
    case TimerKind::DelayedAck:
      return SentBy::DelayedAckTimer;
    case TimerKind::TaskDeadline:
    case TimerKind::TimeWait:
    case TimerKind::Neighbour:
    case TimerKind::TimerFd:
    case TimerKind::Reassembly:
    case TimerKind::Alarm:
    case TimerKind::None:
      return SentBy::Nobody;
  }
  return SentBy::Nobody;
}

/// Reads records one after the other.
class Reader {
 public:
  Reader(const World& world, const Session& session, Seen& seen)
      : world_(world), records_(session.records()), seen_(seen) {}

  void take(RecordNumber number) {
    const Record& record = records_[number - 1];
    if (record.event != event_) {
      event_ = record.event;
      timer_ = TimerKind::None;
    }
    number_ = number;
    time_ = record.time;
    std::visit(*this, record.what);
  }

  void operator()(const rec::TimerFired& r) { timer_ = r.kind; }
  void operator()(const rec::SyscallEntered& r) {
    SeenCall call;
    call.task = path_of(world_, r.task);
    call.call = unflatten(r.call);
    call.line = r.line;
    call.entered = call.left = time_;
    call.record = number_;
    open_[r.task.raw()] = seen_.calls.size();
    seen_.calls.push_back(call);
  }
  void operator()(const rec::TaskBlocked& r) {
    if (SeenCall* call = open(r.task)) call->blocked = true;
  }
  void operator()(const rec::TaskWoken& r) {
    // Its time limit, or a connection that was given up: a timer fired in the event that woke it.
    const auto* fired = observe::get<rec::TimerFired>(records_, cause_of_wake());
    // A timerfd runs from when it was set, not from the call that waits for it.
    woken_by_timer_[r.task.raw()] =
        fired != nullptr && fired->kind != TimerKind::None && fired->kind != TimerKind::TimerFd;
  }
  void operator()(const rec::SyscallReturned& r) {
    SeenCall* call = open(r.task);
    if (call == nullptr) return;
    call->result = r.result;
    call->returned = true;
    call->left = time_;
    call->by_timer = call->blocked && (timer_ != TimerKind::None || woken_by_timer_[r.task.raw()]) &&
                     !std::holds_alternative<sys::Sleep>(call->call) &&
                     !std::holds_alternative<sys::Compute>(call->call);
    woken_by_timer_.erase(r.task.raw());
    open_.erase(r.task.raw());
  }
  void operator()(const rec::TaskEnded& r) {
    SeenCall* call = open(r.task);
    if (call == nullptr) return;
    call->signal = r.signal;
    call->left = time_;
    open_.erase(r.task.raw());
  }
  void operator()(const rec::PacketSent& r) {
    SeenPacket packet;
    packet.sent = time_;
    packet.packet = r.packet;
    packet.lost = !r.id && r.packet.link != 0;
    packet.by = sender(timer_);
    packet.record = number_;
    if (r.packet.link != 0)
      packet.link = static_cast<std::int64_t>(world_.wire.links.read(LinkId::from_raw(r.packet.link)).number);
    sent_[number_] = seen_.packets.size();
    seen_.packets.push_back(packet);
  }
  void operator()(const rec::PacketDropped& r) {  // by a person, when it was on its way already
    const auto place = sent_.find(r.sent);
    if (r.on_wire == 1 && place != sent_.end()) seen_.packets[place->second].lost = true;
  }
  void operator()(const rec::PacketDuplicated& r) {
    if (const auto place = sent_.find(r.sent); place != sent_.end()) sent_[number_] = place->second;
  }
  void operator()(const rec::PacketDelivered& r) {
    if (const auto place = sent_.find(r.sent); place != sent_.end())
      seen_.packets[place->second].arrivals.push_back(time_);
  }
  template <class Kind>
  void operator()(const Kind&) {}

 private:
  SeenCall* open(TaskId task) {
    const auto found = open_.find(task.raw());
    return found == open_.end() ? nullptr : &seen_.calls[found->second];
  }
  /// The record of a timer in the chain of causes behind the record that is read; 0: no timer, or a packet or
  /// a program's call came between, which was woken by one.
  RecordNumber cause_of_wake() const {
    for (RecordNumber n = records_[number_ - 1].cause, steps = 0; n != 0 && steps < 8; ++steps) {
      if (observe::get<rec::TimerFired>(records_, n) != nullptr) return n;
      if (observe::packet_of(records_, n) != nullptr) return 0;
      if (observe::get<rec::SyscallEntered>(records_, n) != nullptr) return 0;
      n = records_[n - 1].cause;
    }
    return 0;
  }

  const World& world_;
  const RecordList& records_;
  Seen& seen_;
  std::uint64_t event_ = 0;
  TimerKind timer_ = TimerKind::None;  ///< that began the event
  RecordNumber number_ = 0;
  Time time_ = 0;
  std::map<std::uint64_t, std::size_t> open_;     ///< raw TaskId → its call that has not returned
  std::map<std::uint64_t, bool> woken_by_timer_;  ///< raw TaskId
  std::map<RecordNumber, std::size_t> sent_;      ///< record of the sending → place in Seen::packets
};

}  // namespace

CallsMade calls_made(const Session& session, std::uint64_t event) {
  std::map<TaskPath, std::uint64_t> made;
  const RecordNumber last = session.records_at(event);
  for (RecordNumber n = 1; n <= last; ++n)
    if (const auto* entered = observe::get<rec::SyscallEntered>(session.records(), n))
      ++made[path_of(session.world(), entered->task)];
  return {made.begin(), made.end()};
}

Seen observe_model(const Session& session, Time until) {
  Seen seen;
  Reader reader(session.world(), session, seen);
  for (RecordNumber n = 1; n <= session.records().size(); ++n) {
    if (session.record(n).time > until) break;
    reader.take(n);
  }
  return seen;
}

Moments moments_of(Session& session, const script::Scenario& scenario, Time until) {
  Moments found;
  session.seek(session.head());
  script::LessonRun lesson;
  lesson.update(session, session.world(), &scenario);
  session.seek(session.head());
  const auto next_after = [&](std::uint64_t event) {
    if (event < session.head()) return session.time_at(event + 1);
    return session.ending() == Ending::NothingLeft ? never : until;  // the real run goes on
  };
  std::size_t number = 0;
  for (std::uint64_t event = 1; event <= session.head(); ++event) {
    const Time at = session.time_at(event), next = next_after(event);
    if (at > until) break;
    if (next - at < quiet_for) continue;
    ++number;
    if (found.moments.size() == rests_most) {
      ++found.left_out;
      continue;
    }
    const Duration wait = std::min<Duration>(next == never ? grace(at) : (next - at) * 3 / 4, grace(at));
    found.moments.push_back({"rest " + std::to_string(number), at + wait, next, calls_made(session, event)});
  }
  for (const script::Bookmark& checkpoint : scenario.checkpoints) {
    const auto event = lesson.event_of(session, checkpoint.when);
    if (!event) continue;  // the run never comes there, on the model
    const Time at = session.time_at(*event);
    if (at > until) continue;
    const Duration peace = next_after(*event) - at;
    if (peace < checkpoint_peace) {
      found.too_close.push_back(checkpoint.name);
      continue;
    }
    found.moments.push_back(
        {checkpoint.name, at + std::min(peace / 2, grace(at)), at + peace, calls_made(session, *event)});
  }
  std::stable_sort(found.moments.begin(), found.moments.end(),
                   [](const Moment& a, const Moment& b) { return a.at < b.at; });
  return found;
}

void observe_rests(Session& session, const std::vector<Moment>& moments, Seen& seen) {
  for (const Moment& moment : moments) {
    session.seek(session.event_at(moment.at));
    const World& world = session.world();
    Rest rest;
    rest.moment = moment;
    std::map<std::uint64_t, std::size_t> hosts;  // raw NetId → place in Setup::hosts
    for (const HostId id : ids(world.kernel.hosts)) {
      const kernel::Host& host = world.kernel.hosts.read(id);
      hosts[host.net.raw()] = host.number;
      for (const CounterRow& row : counter_table)
        rest.counters.push_back({host.number, std::string(row.name),
                                 static_cast<std::int64_t>(world.inet.nets.read(host.net).counters[row.id])});
    }
    for (const observe::SocketLine& line : observe::socket_lines(world))
      rest.sockets.push_back({hosts[line.net.raw()], line.state, line.local, line.peer, line.receive_queue,
                              line.send_queue, line.protocol == wire::UDP, line.ipv6});
    for (const observe::LocalLine& line : observe::local_lines(world, session.bytes()))
      rest.locals.push_back(
          {hosts[line.net.raw()], line.state, line.type, line.receive_queue, line.send_queue, line.name});
    seen.rests.push_back(std::move(rest));
  }
  session.seek(session.head());
}

}  // namespace sockarium::compare
