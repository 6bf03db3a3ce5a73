// The wire between real hosts, and the packet filters at their doors, are the model's: packets that come out
// of one veth end are offered to the same `wire::offer`, struck by the same faults and handed to the other
// end when they are due. Each is captured at the moment when the sender's kernel sent it.
#pragma once

#include <atomic>
#include <thread>
#include <vector>

#include "lab/compare/network.h"
#include "lab/compare/observation.h"
#include "sim/core/bytes.h"

namespace sockarium::compare {

class Relay {
 public:
  Relay(const Setup& setup, const RealNetwork& network) : setup_(setup), network_(network) {}
  ~Relay() { stop(); }
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  /// Carries packets from now on, in a thread of its own. `start`: CLOCK_MONOTONIC at script time 0.
  void begin(std::int64_t start);
  void stop();
  /// What was sent, with payloads in `bytes`; after `stop`.
  std::vector<SeenPacket> packets(ByteStore& bytes) const;
  /// How late the latest packet was handed over; after `stop`.
  Duration latest() const { return latest_; }

 private:
  void carry();

  const Setup& setup_;
  const RealNetwork& network_;
  std::int64_t start_ = 0;
  std::atomic<bool> stopped_{false};
  std::vector<SeenPacket> packets_;
  Duration latest_ = 0;
  ByteStore bytes_;
  std::thread thread_;
};

}  // namespace sockarium::compare
