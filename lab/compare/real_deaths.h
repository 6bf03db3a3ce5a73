// How processes end before their programs do, on the real kernel: by a signal that a program, an alarm or a
// broken pipe sends, or by a person's kill. /proc tells; of what nobody may have sent, the run is in trouble.
#pragma once

#include <cstdint>

#include "lab/compare/doings.h"
#include "lab/compare/real_tasks.h"

namespace sockarium::compare {

/// A task as /proc shows it.
struct Life {
  char state = 'X';         ///< «S»: it sleeps in the kernel; «Z» or «X»: it has ended
  std::int64_t signal = 0;  ///< of a zombie: what ended it

  bool over() const { return state == 'Z' || state == 'X'; }
};
Life life_of(RealRun& run, const RealTask& task);

/// A signal was sent. Whom it has ended in a pause, or between two calls, nobody else would notice.
void note_kill(RealRun& run, const sys::Kill& wish);
/// The process of `task` is gone in the middle of a call.
void note_death(RealRun& run, RealTask& task, const Life& life);
/// A person kills a process.
void kill_process(RealRun& run, const Deed& deed);

}  // namespace sockarium::compare
