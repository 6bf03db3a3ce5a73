// A session: one run that can be read at any moment, forward and back, and continued differently from any of
// them.
//
// Three things, easily mixed. The *journal* holds what entered the world from outside (calls of programs, a
// person's doing): small, and the truth. The *world* is a value, derivable from the journal. The *records*
// tell what happened and why; derivable too, kept because wanted. A moment is (branch, event number). Any
// moment is reached from the nearest keyframe by replaying the journal; replay checks itself against the kept
// records. Stepping back never runs a program again.
//
// Doing something different at a past moment starts a branch: fresh programs are fed the recorded results up
// to there, then run live. The old future stays.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lab/session/programs.h"
#include "sim/core/paged.h"
#include "sim/world.h"

namespace sockarium {

/// What one step is. The keys 1 to 4 of the window.
enum class Unit { Event, Call, Packet, Interesting };

/// Why a run has no further event.
enum class Ending {
  NotYet,       ///< more can happen
  NothingLeft,  ///< every program has ended or waits for ever
  StopAt,       ///< the scenario's stop_at is reached
  EventLimit,   ///< max_events is reached
};
std::string_view sentence(Ending ending);

/// One event of a branch: when, and which records it left.
struct EventLine {
  Time time = 0;
  RecordNumber first = 0;  ///< number of its first record
  RecordNumber last = 0;   ///< number of its last; first − 1 when it left none
};

/// What entered the world at one event.
struct JournalEntry {
  std::uint64_t event = 0;
  TaskPath task;    ///< whose call; empty for an intervention
  SysResult given;  ///< what the program was given before it asked
  ProgramCall call;
  std::optional<Intervention> intervention;
  std::string fault;  ///< the program broke here: what it said
};

using RecordList = PagedArray<Record>;  ///< record n is at place n − 1

class Session {
 public:
  Session(Setup setup, ProgramsFactory programs);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // --- reading ---
  const Setup& setup() const { return setup_; }
  const World& world() const { return view_; }  ///< at the cursor
  const World& latest() const;                  ///< at the head of the branch
  const RecordList& records() const;            ///< of the whole branch, also after the cursor
  const Record& record(RecordNumber number) const { return records()[number - 1]; }
  ByteStore& bytes() { return bytes_; }
  const ByteStore& bytes() const { return bytes_; }
  std::uint64_t cursor() const { return view_.events; }  ///< events that have happened at the shown moment
  std::uint64_t head() const;                            ///< events simulated so far
  Ending ending() const;                                 ///< of the branch, at its head
  const EventLine& line(std::uint64_t event) const;      ///< of event 1 … head()
  RecordNumber records_at(std::uint64_t event) const;    ///< the last record left by events 1 … event
  Time time_at(std::uint64_t event) const;               ///< of event 0 … head()
  const PagedArray<JournalEntry>& journal() const;

  // --- letting time run ---
  /// Simulates up to `events` further events at the head. False: the run has ended.
  bool run_ahead(std::uint64_t events);
  void run_to_end();
  /// Simulates for about `milliseconds` of real time. False: the run has ended.
  bool run_ahead_for(double milliseconds);

  // --- moving the cursor ---
  /// Shows the moment after `event` events (at most the head's; runs ahead to reach it).
  void seek(std::uint64_t event);
  /// The last event not later than `time`; runs ahead as far as needed.
  std::uint64_t event_at(Time time);
  /// One step of `unit` forward or back. For Unit::Call only calls of `process` count (none: of all). Where
  /// no such moment is left the cursor goes to the end or the start. False: it was there already.
  bool step(Unit unit, bool forward, ProcessId process = {});
  /// To the next (or previous) event with a record for which `wanted` is true.
  bool step_until(const std::function<bool(const Record&)>& wanted, bool forward);
  /// Moments that count as interesting besides what the records say (predictions, bookmarks).
  void set_marks(std::vector<std::uint64_t> events) { marks_ = std::move(events); }

  // --- doing something different ---
  struct Branch;
  struct BranchInfo {
    std::size_t parent = 0;
    std::uint64_t fork = 0;  ///< the event after which it differs
    std::uint64_t head = 0;
    std::string label;  ///< «drop SYN 10.0.0.5:41000»
  };
  /// Starts a branch at the cursor with this intervention as its first event, and shows it. The reason when
  /// it can't be done.
  std::string intervene(const Intervention& intervention, std::string label);
  std::size_t branch() const { return current_; }
  std::size_t branch_count() const { return branches_.size(); }
  BranchInfo branch_info(std::size_t branch) const;
  /// Shows another branch, at the same event number as far as it goes.
  void switch_branch(std::size_t branch);

  // --- for measuring ---
  std::size_t keyframe_count() const;
  /// Hash of the world after `event` events, reached by seeking there on a copy.
  std::uint64_t hash_at(std::uint64_t event);

 private:
  Branch& now() { return *branches_[current_]; }
  const Branch& now() const { return *branches_[current_]; }
  bool step_head();
  World world_at(std::uint64_t event);
  void replay(World& world, std::uint64_t event, bool leave_snapshots);
  bool event_matches(std::uint64_t event, Unit unit, ProcessId process) const;
  bool step_to_match(const std::function<bool(std::uint64_t)>& matches, bool forward);

  Setup setup_;
  ProgramsFactory factory_;
  ByteStore bytes_;
  std::vector<std::unique_ptr<Branch>> branches_;
  std::size_t current_ = 0;
  World view_;
  std::map<std::uint64_t, World> near_;  ///< snapshots close to the cursor, of the current branch
  std::vector<std::uint64_t> marks_;
};

/// The path of child numbers that names a task alike on every kernel.
TaskPath path_of(const World& world, TaskId task);

/// Is this a record that a lecture stops at? A change of state, an error, a drop, a retransmission, a queue
/// full or empty, a descriptor made or closed for good, a program's end.
bool interesting(const Record& record);

}  // namespace sockarium
