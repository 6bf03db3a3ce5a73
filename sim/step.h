// One step in progress: what every room is handed. It carries the world, the records that the step leaves,
// the cause that they share, and the wake-ups that must rise: rooms below never call upwards, they leave word
// here.
#pragma once

#include <utility>
#include <vector>

#include "sim/record.h"
#include "sim/world.h"

namespace sockarium {

/// Word from a room below that something may now succeed.
struct WakeUp {
  std::uint64_t who = 0;  ///< as in WaitFor
  Readiness what = Readiness::None;
  RecordNumber cause = 0;
  bool all = false;    ///< also exclusive waiters behind the first
  Duration after = 0;  ///< who is woken comes to run so much later
};

class Step {
 public:
  Step(World& w, ByteStore& b, std::vector<Record>& records, RecordNumber event_cause)
      : world(w), bytes(b), cause(event_cause), records_(records) {}
  Step(const Step&) = delete;
  Step& operator=(const Step&) = delete;

  World& world;
  ByteStore& bytes;
  HostId host;                ///< where the step happens
  RecordNumber cause;         ///< of the records that follow
  RecordNumber obstacle = 0;  ///< left by a call that fails: the record that stands in its way
  std::vector<WakeUp> wake_ups;
  std::vector<OpenFileId> released;  ///< each lost a reference in a room below: the kernel room lets go of it
  bool local_socket_closed = false;  ///< garbage among descriptors in flight is looked for then

  Time now() const { return world.now; }

  /// Appends a record and gives its number.
  RecordNumber record(What what, Reason reason, RecordNumber because = 0) {
    Record r;
    r.time = world.now;
    r.event = world.events;
    r.host = host;
    r.cause = cause;
    r.because = because;
    r.reason = reason;
    r.what = std::move(what);
    records_.push_back(std::move(r));
    return ++world.records;
  }

  /// Leaves word that calls waiting for `what` on a socket may try again.
  void wake(SocketId socket, Readiness what, RecordNumber because) {
    wake_ups.push_back(WakeUp{socket.raw(), what, because});
  }
  /// The socket is not what it was: every call that waits on it looks again.
  void wake_all(SocketId socket, RecordNumber because) {
    constexpr Readiness any = Readiness::Readable | Readiness::Writable | Readiness::Changed;
    wake_ups.push_back(WakeUp{socket.raw(), any, because, true});
  }

  void count(NetId net, Counter counter, std::int64_t by = 1) {
    auto& value = world.inet.nets.write(net).counters[counter];
    value += static_cast<std::uint64_t>(by);
    record(rec::CounterBumped{counter, 0, value}, Reason::None);
  }

  /// Sets a timer to `deadline`; it keeps one entry in the event queue.
  void arm(Timer& timer, TimerKind kind, std::uint64_t subject, Time deadline, Reason reason) {
    timer.armed_by = record(rec::TimerArmed{subject, deadline, kind, 0}, reason);
    timer.deadline = deadline;
    if (timer.entry != 0 && timer.entry_time <= deadline) return;  // comes early, and will be pushed again
    push_entry(world.queue, timer, kind, subject);
  }
  /// Files the event that makes `timer` run out.
  static void push_entry(EventQueue& queue, Timer& timer, TimerKind kind, std::uint64_t subject) {
    Event event;
    event.time = timer.deadline;
    event.subject = subject;
    event.cause = timer.armed_by;
    event.kind = EventKind::Timer;
    event.timer = kind;
    timer.entry = queue.push(event);
    timer.entry_time = timer.deadline;
  }
  static void disarm(Timer& timer) { timer.deadline = 0; }

 private:
  std::vector<Record>& records_;
};

}  // namespace sockarium
