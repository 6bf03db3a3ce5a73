// The timeline's lanes as plain data: for every connection a bar of its states, for the wire its sends and
// drops, for every process what it does. The window draws them on one of three scales, so each span and mark
// knows both its event and its time.
//
// Follows the records as they grow: `follow` reads only what is new.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "lab/picture/ink.h"
#include "sim/observe/names.h"

namespace sockarium::picture {

enum class LaneKind { Connection, Wire, Process };
enum class MarkKind { Sent, Retransmission, Drop, Error, Printed };
enum class Activity { State, Running, Blocked, Asleep };

struct LaneSpan {
  std::uint64_t from_event = 0, to_event = 0;  ///< `to_event` is 0 while it lasts
  Time from = 0, to = 0;                       ///< `to` is `never` while it lasts
  Activity activity = Activity::State;
  TcpState state = TcpState::Closed;  ///< for State
  Tone tone = Tone::Closed;
  std::string label;        ///< «SYN-SENT», «retry 1», «sleep 1 s», «accept»
  RecordNumber record = 0;  ///< that began it
};

struct LaneMark {
  std::uint64_t event = 0;
  Time time = 0;
  MarkKind kind = MarkKind::Sent;
  std::string label;  ///< «SYN», «SYN dropped: the accept queue is full»
  RecordNumber record = 0;
};

struct TimelineLane {
  std::string label;  ///< «cli curl-1»
  LaneKind kind = LaneKind::Connection;
  HostId host;
  ProcessId process;     ///< its owner, as far as known
  Ends ends;             ///< of a connection
  bool passive = false;  ///< the side that was connected to
  std::vector<LaneSpan> spans;
  std::vector<LaneMark> marks;
};

class Timeline {
 public:
  /// More connections than this get no lane; `hidden` counts them.
  explicit Timeline(std::size_t most_connections = 200);

  /// Reads the records that came since the last call. `world`: at or after the last of them. After a change
  /// of branch, call `clear` first.
  void follow(const World& world, const ByteStore& bytes, const observe::Records& records);
  void clear();

  /// Connections in the order of their making (listening sockets have no lane), then the wire, then
  /// processes. A process's lane follows its first thread. Of very many packets on the wire, only what went
  /// wrong is marked.
  const std::vector<TimelineLane>& lanes() const { return lanes_; }
  std::size_t hidden() const { return hidden_; }

 private:
  struct Reader;
  struct Key {
    std::uint64_t host = 0;
    Ends ends;
    auto order() const {
      return std::tie(host, ends.local.ip.bytes, ends.local.port, ends.peer.ip.bytes, ends.peer.port);
    }
    friend bool operator<(const Key& a, const Key& b) { return a.order() < b.order(); }
  };

  std::size_t most_connections_;
  RecordNumber read_ = 0;
  std::size_t hidden_ = 0;
  std::size_t wire_place_ = 0;  ///< connections stand before it, processes after
  std::map<Key, std::size_t> connection_places_;
  std::map<std::uint64_t, std::size_t> process_places_;  ///< behind the wire
  std::map<std::uint64_t, ProcessId> opened_by_;         ///< raw SocketId → who opened it
  std::map<std::uint64_t, std::size_t> connections_of_;  ///< raw ProcessId → how many it has made
  std::vector<TimelineLane> lanes_;
};

}  // namespace sockarium::picture
