// Inside the ladder: reads records one event after the other and puts them into rows. See ladder.h.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "lab/picture/ladder.h"
#include "lab/picture/sequence_numbers.h"
#include "sim/observe/caption.h"

namespace sockarium::picture {

/// Is this a call that a ladder shows? Not those that only ask for a number, or print.
bool shown_call(const Syscall& call);
/// Does the record concern the connection between these ends, seen from either side?
bool concerns(const observe::Records& records, RecordNumber number, const Ends& only);
/// The port by which people tell this connection from its neighbours: the client's, on both sides.
std::uint16_t client_port(const Endpoint& one, const Endpoint& other);

class LadderWalk {
 public:
  LadderWalk(const observe::Narrator& tells, const LadderOptions& options, RecordNumber first,
             RecordNumber last, Ladder& into);
  /// Fills rows, arrows, notes, waits and states; spans follow from the states.
  void walk();

  /// A change of state, in the order of happening.
  struct Change {
    std::size_t lane = 0, row = 0;
    Ends ends;
    TcpState from = TcpState::Closed, to = TcpState::Closed;
    RecordNumber record = 0;
  };
  const std::vector<Change>& changes() const { return changes_; }

 private:
  /// A call of the range, and how it went on.
  struct Call {
    RecordNumber entered = 0, blocked = 0, returned = 0;
    std::size_t wait = 0;
    bool has_wait = false;
  };
  struct Event {
    RecordNumber first = 0, last = 0;
    bool moves_packets = false, has_notes = false;
    HostId host;
    Time time = 0;
  };

  std::optional<std::size_t> lane_of(HostId host) const;
  void learn_calls();
  Event look_at(RecordNumber first) const;
  bool makes_note(RecordNumber number) const;
  void take(const Event& event);
  void open_row(const Event& event);
  void fold(const Event& event);
  void take_sent(RecordNumber number, bool first_of_event, const Event& event);
  void take_doubled(RecordNumber number, const Event& event);
  void take_delivered(RecordNumber number);
  void take_dropped(RecordNumber number);
  void take_call(RecordNumber number);
  void take_return(RecordNumber number);
  void take_state(RecordNumber number);
  void take_queue(RecordNumber number);
  void note(RecordNumber number, NoteKind kind, std::string text);
  std::string spoken(TaskId task, const std::string& text) const;
  std::string result_text(const Syscall& call, const SysResult& result) const;
  LadderArrow arrow_of(RecordNumber sent, std::uint64_t copy) const;
  std::vector<std::string> labels(RecordNumber sent) const;
  std::string state_text(const Ends& ends, TcpState state) const;
  std::size_t row() const { return into_.rows.size() - 1; }

  const observe::Narrator& tells_;
  const observe::Records& records_;
  const LadderOptions& options_;
  RecordNumber first_, last_;
  Ladder& into_;
  SequenceNumbers numbers_;
  std::map<RecordNumber, Call> calls_;                                          ///< by entry
  std::map<std::pair<RecordNumber, std::uint64_t>, std::size_t> arrow_places_;  ///< by sending and copy
  std::map<std::uint64_t, std::set<std::uint64_t>> callers_;  ///< of each host: tasks that call
  std::map<std::uint64_t, std::set<std::pair<std::uint16_t, std::uint16_t>>> connections_;  ///< of each host
  std::vector<Change> changes_;
  RecordNumber last_timer_ = 0;
};

/// Bars from changes of state: fills spans and strands.
void make_spans(const observe::Narrator& tells, const std::vector<LadderWalk::Change>& changes, Ladder& into);

}  // namespace sockarium::picture
