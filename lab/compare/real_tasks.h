// The tasks of a run on the real kernel, and what its parts share: how far each program has come, what was
// seen of it, the numbers by which it knows processes, and the clock of the script.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "lab/compare/mailbox.h"
#include "lab/compare/network.h"
#include "lab/compare/observation.h"
#include "lab/session/programs.h"

namespace sockarium::compare {

inline constexpr Duration look_again =
    200 * microsecond;                            ///< at a call that has neither returned nor gone to sleep
inline constexpr Duration patience = 5 * second;  ///< with an agent that does not answer at all

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

struct RealRun {
  RealRun(const Setup& setup_of_it, ByteStore& its_bytes, Mailroom& its_mailroom,
          const RealNetwork& its_network)
      : setup(setup_of_it), bytes(its_bytes), mailroom(its_mailroom), network(its_network) {}

  const Setup& setup;
  ByteStore& bytes;
  Mailroom& mailroom;
  const RealNetwork& network;

  Seen seen;
  std::deque<RealTask> tasks;
  std::size_t boxes = 0, processes = 0;
  std::uint64_t orders = 0;
  std::int64_t start = 0;                                    ///< script time 0 by CLOCK_MONOTONIC
  std::vector<Sysctls> settings;                             ///< of each host
  std::set<std::size_t> handling;                            ///< processes with a handler of signals
  std::set<std::size_t> tapping;                             ///< processes that have had a packet socket
  std::map<std::size_t, std::int64_t> killed;                ///< by another: process → signal
  std::set<std::pair<std::size_t, std::int64_t>> signalled;  ///< by another: process, signal

  Time now() const { return monotonic_now() - start; }
  Mailbox& box(const RealTask& task) { return mailroom.boxes[task.box]; }
  SeenCall& call_of(const RealTask& task) { return seen.calls[task.call]; }
  const std::string& name_of(const RealTask& task) const { return setup.processes[task.path.front()].name; }

  /// A process of the scenario begins; `real_pid` 0: a raw peer's, which has none.
  RealTask& begin(std::size_t process, std::int64_t real_pid);
  /// Its call has returned: its next turn is at script time `at`.
  void finish(RealTask& task, const SysResult& result, Time at);
  CallsMade made_so_far() const;
};

/// Programs see the numbers that the model gives: 101 for the first process, and so on.
std::int64_t pid_of(std::size_t process);
/// The kernel's number of the process that a program knows by that one; the same where it is none of ours.
std::int64_t real_pid(const RealRun& run, std::int64_t pid);
/// What programs call the process that the kernel knows by that number; `other`: it is none of ours.
std::int64_t told_pid(const RealRun& run, std::int64_t real, std::int64_t other);

}  // namespace sockarium::compare
