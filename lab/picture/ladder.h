// The ladder diagram, level one: hosts as lanes, moments as rows, on a grid. No widths and no pixels: text
// (ladder_text.h) and ink (ladder_ink.h) are made from it.
//
// Rows stand in the order of happening, one for each moment worth a look; their distance says nothing about
// time, so times stand beside them and long waits become rows of their own. A packet leaves in one row and
// arrives in a later one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/core/tcp_state.h"
#include "sim/observe/names.h"

namespace sockarium::picture {

struct LadderOptions {
  RecordNumber cursor = 0;        ///< the last record that has happened; later ones are the future
  RecordNumber first = 1;         ///< range of records to draw …
  RecordNumber last = 0;          ///< … 0: up to the last that there is
  std::size_t most_rows = 120;    ///< of a longer range, the rows around the cursor
  std::size_t most_lanes = 4;     ///< of more hosts, those that talk most in the range
  bool absolute_numbers = false;  ///< sequence numbers as in the header, not from 0
  bool calls = true;              ///< shows the calls of programs
  bool states = true;             ///< bars of states; without, only what the records say of packets and calls
  bool over = false;  ///< looked at as a whole: what comes after the cursor is neither hidden nor faint
  std::optional<Ends> only;  ///< only this connection, named by the ends of either side
};

struct LadderLane {
  HostId host;
  std::string name;     ///< «srv»
  std::string address;  ///< «192.168.1.10»
};

/// A stretch in which one connection (or listening socket) of a host has one state.
struct LadderSpan {
  std::size_t lane = 0;
  std::size_t strand = 0;        ///< which of the lane's parallel bars: 0 the innermost
  std::size_t from = 0, to = 0;  ///< rows; `to` is past the last
  bool begins = false;           ///< false: it had this state before the first row
  bool ends = false;             ///< false: it keeps this state after the last row
  TcpState state = TcpState::Closed;
  Ends ends_of;
  std::string label;        ///< «SYN-SENT», «SYN-SENT :41006»: as its note
  RecordNumber record = 0;  ///< of the change into this state; 0: before the range
};

enum class Fate { Arrives, Lost, DroppedByHost, InFlight };

/// A packet on its way.
struct LadderArrow {
  std::size_t from_lane = 0, to_lane = 0;             ///< equal: over loopback
  std::optional<std::size_t> from_row;                ///< none: left before the first row
  std::optional<std::size_t> from_strand, to_strand;  ///< its connection's bars; none: it has no bar there
  std::optional<std::size_t> to_row;  ///< none: arrives after the last row, or nothing says that it arrives
  Fate fate = Fate::Arrives;
  std::vector<std::string> labels;  ///< from the fullest to the shortest
  std::string drop_reason;  ///< «dropped: the accept queue is full (3, limit 2)», «refused: …», «lost: …»
  std::int64_t again = 0;              ///< n-th retransmission
  bool reset = false;                  ///< RST
  RecordNumber sent = 0, decided = 0;  ///< its records; 0: not yet
  Time sent_at = 0, arrives_at = 0;    ///< 0: never arrives
};

enum class NoteKind { State, Call, Return, Failure, Queue, Program };

/// Words beside a lane.
struct LadderNote {
  std::size_t lane = 0, row = 0;
  NoteKind kind = NoteKind::Call;
  std::string text;
  TcpState state = TcpState::Closed;  ///< for State
  RecordNumber record = 0;
};

/// From a call that blocks to its return.
struct LadderWait {
  std::size_t lane = 0;
  std::size_t from = 0, to = 0;  ///< rows; `to` is past the last when it still waits
  bool ends = false;
  RecordNumber record = 0;  ///< of the call
};

struct LadderRow {
  Time time = 0;
  RecordNumber first = 0, last = 0;  ///< the records that it stands for; 0: a gap beside another ladder's row
  Duration gap = 0;                  ///< not 0: the row is a fold, and so much time passes in it
  std::string gap_text;              ///< «slowd sleeps»: what is waited for

  bool empty() const { return first == 0; }
};

struct Ladder {
  std::vector<LadderLane> lanes;
  std::vector<LadderRow> rows;
  std::vector<LadderSpan> spans;
  std::vector<LadderArrow> arrows;
  std::vector<LadderNote> notes;
  std::vector<LadderWait> waits;
  std::size_t now_row = 0;  ///< the first row of the future; rows.size(): there is none
  RecordNumber cursor = 0;
  Time now = 0;
  bool over = false;                    ///< nothing in it is the future; see LadderOptions
  bool earlier = false, later = false;  ///< there is more before the first, after the last row
  std::vector<std::size_t> strands;     ///< bars of each lane
  std::size_t hidden_connections = 0;   ///< that have no bar, as there are too many
};

/// Waits longer than this become a row of their own.
inline constexpr Duration fold_over = 500 * millisecond;

/// `world` at the cursor, or later; `records` of the branch.
Ladder make_ladder(const World& world, const ByteStore& bytes, const observe::Records& records,
                   const LadderOptions& options);

/// «+10.001 ms», «+1.032 s»: the time of a row since the start of the run.
std::string row_time(Time time);

}  // namespace sockarium::picture
