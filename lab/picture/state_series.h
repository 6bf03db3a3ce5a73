// How many sockets were in which state, and how long the queues were, over a whole run: for plots. Follows
// the records as they grow; only changes are kept.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "assets/palette.h"
#include "sim/observe/names.h"

namespace sockarium::picture {

palette::Hue hue_of(TcpState state);

/// After an event: TCP entries of a host by the hue of their state (closed and error are never used).
struct StatePoint {
  std::uint64_t event = 0;
  std::array<std::int32_t, palette::hue_count> count{};
  std::int32_t total() const;
};

/// After an event: the length of one queue.
struct LengthPoint {
  std::uint64_t event = 0;
  std::int64_t length = 0;
};
struct QueueSeries {
  HostId host;
  SocketId listener;
  QueueKind kind = QueueKind::Accept;
  std::string label;       ///< «accept queue of srv:8080»
  std::int64_t limit = 0;  ///< the backlog, as last seen
  std::vector<LengthPoint> points;
};

class StateSeries {
 public:
  void clear();
  void follow(const World& world, const ByteStore& bytes, const observe::Records& records);

  /// In the order of events; empty for a host that never had a socket with a state.
  const std::vector<StatePoint>& of(HostId host) const;
  const std::vector<QueueSeries>& queues() const { return queues_; }
  /// The last point not later than `event`; null: before the first.
  static const StatePoint* at(const std::vector<StatePoint>& points, std::uint64_t event);
  static std::int64_t at(const std::vector<LengthPoint>& points, std::uint64_t event);
  std::int32_t most(HostId host) const;

 private:
  RecordNumber read_ = 0;
  struct OfHost {
    std::vector<StatePoint> points;
    std::int32_t most = 0;
  };
  std::map<std::uint64_t, OfHost> hosts_;
  std::vector<QueueSeries> queues_;
};

}  // namespace sockarium::picture
