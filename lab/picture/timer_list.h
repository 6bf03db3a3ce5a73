// All timers that run at a moment, the next to fire first: what Linux's `ss -o` shows of sockets, and the
// deadlines of sleeping and waiting programs.
#pragma once

#include <cstdint>
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

/// The `most` that fire first. `records` may go on after the moment.
TimerList running_timers(const World& world, const ByteStore& bytes, const observe::Records& records,
                         std::size_t most);

}  // namespace sockarium::picture
