// What happens next. Events are ordered by (time, rank, number): at one instant packets and timers come
// before wake-ups, and wake-ups before programs; the number settles the rest in the order in which events
// were made.
#pragma once

#include <cstdint>

#include "sim/core/id.h"
#include "sim/core/paged.h"
#include "sim/core/time.h"

namespace sockarium {

enum class EventKind : std::uint32_t {
  Arrival,  ///< a packet reaches a host: subject is a PacketId
  Timer,    ///< a timer runs out: subject and timer say which
  Wake,     ///< a blocked call is tried again: subject is a TaskId
  Turn,     ///< a program gets the result of its call and makes the next: subject is a TaskId
};

enum class TimerKind : std::uint32_t {
  None,
  TaskDeadline,  ///< a sleep, or the time limit of a blocked call; subject is a TaskId
  Retransmit,    ///< unacknowledged SYN, data or FIN; window probe; subject is a ConnectionId
  DelayedAck,    ///< subject is a ConnectionId
  SynAck,        ///< unanswered SYN-ACK; subject is a RequestId
  TimerFd,       ///< subject is a TimerFdId
  Neighbour,     ///< nobody has answered ARP requests; subject is a NeighbourId
  TimeWait,      ///< end of TIME-WAIT, or of an orphan's FIN-WAIT-2; subject is a TimeWaitId
  KeepAlive,     ///< nothing has come for long; subject is a ConnectionId
  Reassembly,    ///< fragments that did not come; subject is a ReassemblyId
  Alarm,         ///< alarm(2); subject is a ProcessId
};

constexpr std::uint32_t rank_of(EventKind kind) {
  switch (kind) {
    case EventKind::Arrival:
    case EventKind::Timer:
      return 0;
    case EventKind::Wake:
      return 1;
    case EventKind::Turn:
      return 2;
  }
  return 3;
}

struct Event {
  Time time = 0;
  std::uint64_t number = 0;
  std::uint64_t subject = 0;  ///< raw id, of the type that `kind` says
  std::uint64_t cause = 0;    ///< the record that made this event
  EventKind kind = EventKind::Arrival;
  TimerKind timer = TimerKind::None;
  friend bool operator==(const Event&, const Event&) = default;
};

/// The order of happening.
constexpr bool before(const Event& a, const Event& b) {
  if (a.time != b.time) return a.time < b.time;
  if (rank_of(a.kind) != rank_of(b.kind)) return rank_of(a.kind) < rank_of(b.kind);
  return a.number < b.number;
}

/// A timer keeps one entry in the event queue. Setting it later leaves the entry, which comes early and is
/// pushed again; setting it earlier pushes a second one, and the first is stale.
struct Timer {
  Time deadline = 0;           ///< 0: off
  std::uint64_t entry = 0;     ///< number of the event that counts; 0: none
  Time entry_time = 0;         ///< when that event comes
  std::uint64_t armed_by = 0;  ///< the record of its last setting
  bool armed() const { return deadline != 0; }
};

/// A binary heap in copy-on-write pages.
class EventQueue {
 public:
  bool empty() const { return heap_.empty(); }
  std::size_t size() const { return heap_.size(); }
  const Event& top() const { return heap_[0]; }
  /// Files an event; its number is given here and returned.
  std::uint64_t push(Event event);
  void pop();
  /// When an event of this kind and subject comes; never: there is none. Looks at all.
  Time time_of(EventKind kind, std::uint64_t subject) const;
  std::uint64_t hash() const { return mix(heap_.hash() ^ last_number_); }
  std::size_t count_bytes(std::set<const void*>& counted) const { return heap_.count_bytes(counted); }
  friend bool operator==(const EventQueue&, const EventQueue&) = default;

 private:
  PagedArray<Event> heap_;
  std::uint64_t last_number_ = 0;
};

}  // namespace sockarium
