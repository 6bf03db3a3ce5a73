// All timers that run at a moment, the next to fire first: what Linux's `ss -o` shows of sockets, and the
// deadlines of sleeping and waiting programs.
#pragma once

#include <compare>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "sim/observe/names.h"

namespace sockarium::picture {

struct RunningTimer {
  TimerKind kind = TimerKind::None;
  HostId host;
  Time deadline = 0;
  Time since = 0;           ///< when it was set last; at the moment itself where nothing tells
  RecordNumber record = 0;  ///< that set it, or what it belongs to; 0: unknown
  std::string what;         ///< «retransmission», «sleep», «TIME-WAIT»
  std::string whose;        ///< «cli:41000 to srv:80», «slowd»
};

struct TimerList {
  std::vector<RunningTimer> timers;  ///< at most as many as were asked for
  std::size_t all = 0;
};

/// Follows the moment: from one that was shown before, only what differs is looked at.
class TimerTable {
 public:
  void clear();
  void show(const World& world);
  /// The `most` that fire first. `records` may go on after the moment.
  TimerList list(const ByteStore& bytes, const observe::Records& records, std::size_t most) const;

 private:
  struct Entry {
    Time deadline = 0;
    std::uint64_t subject = 0;  ///< raw id, of the type that `kind` says
    TimerKind kind = TimerKind::None;
    friend auto operator<=>(const Entry&, const Entry&) = default;
  };
  template <class Change>
  void follow(const World& from, const World& to, const Change& change);

  World shown_;
  std::set<Entry> entries_;
};

}  // namespace sockarium::picture
