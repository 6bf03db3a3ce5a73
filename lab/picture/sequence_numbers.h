// Sequence numbers as people read them: counted from the start of each direction, so that a SYN has 0.
// (Wireshark and tcpdump do the same.)
#pragma once

#include <cstdint>
#include <map>
#include <tuple>

#include "sim/observe/names.h"

namespace sockarium::picture {

class SequenceNumbers {
 public:
  /// Learns where the connections of records `first` to `last` begin; looks further back where it must.
  SequenceNumbers(const observe::Records& records, RecordNumber first, RecordNumber last, bool absolute);

  /// SEG.SEQ and SEG.ACK of the packet that was sent at record `sent`.
  std::uint32_t seq(RecordNumber sent, const wire::Packet& packet) const;
  std::uint32_t ack(RecordNumber sent, const wire::Packet& packet) const;

 private:
  struct Direction {
    Endpoint from, to;
    friend bool operator<(const Direction& a, const Direction& b) {
      return std::tie(a.from.ip.bytes, a.from.port, a.to.ip.bytes, a.to.port) <
             std::tie(b.from.ip.bytes, b.from.port, b.to.ip.bytes, b.to.port);
    }
  };
  Seq start(RecordNumber sent, const Endpoint& from, const Endpoint& to) const;
  void learn(RecordNumber number, const wire::Packet& packet);

  bool absolute_;
  /// The initial number of a direction, by the record from which on it holds: a reused pair of ends starts
  /// anew.
  std::map<Direction, std::map<RecordNumber, Seq>> starts_;
};

}  // namespace sockarium::picture
