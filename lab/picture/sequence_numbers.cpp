// See sequence_numbers.h.
#include "lab/picture/sequence_numbers.h"

#include <iterator>
#include <set>

namespace sockarium::picture {

SequenceNumbers::SequenceNumbers(const observe::Records& records, RecordNumber first, RecordNumber last,
                                 bool absolute)
    : absolute_(absolute) {
  if (absolute) return;
  std::set<Direction> unknown;
  for (RecordNumber n = first; n <= last && n <= records.size(); ++n) {
    const auto* sent = std::get_if<rec::PacketSent>(&records[n - 1].what);
    if (sent == nullptr) continue;
    learn(n, sent->packet);
    const Direction there{sent->packet.from, sent->packet.to};
    const Direction back{sent->packet.to, sent->packet.from};
    if (starts_.count(there) == 0) unknown.insert(there);
    if (sent->packet.has(wire::ACK) && starts_.count(back) == 0) unknown.insert(back);
  }
  for (RecordNumber n = first; n > 1 && !unknown.empty(); --n)
    if (const auto* sent = std::get_if<rec::PacketSent>(&records[n - 2].what);
        sent != nullptr && sent->packet.has(wire::SYN)) {
      const Direction side = Direction{sent->packet.from, sent->packet.to};
      if (unknown.count(side) == 0) continue;
      learn(n - 1, sent->packet);
      unknown.erase(side);
    }
}

void SequenceNumbers::learn(RecordNumber number, const wire::Packet& packet) {
  if (packet.has(wire::SYN)) starts_[Direction{packet.from, packet.to}].emplace(number, packet.seq);
}

Seq SequenceNumbers::start(RecordNumber sent, const Endpoint& from, const Endpoint& to) const {
  const auto found = starts_.find(Direction{from, to});
  if (found == starts_.end() || found->second.empty()) return Seq{};
  const auto after = found->second.upper_bound(sent);
  return after == found->second.begin() ? after->second : std::prev(after)->second;
}

std::uint32_t SequenceNumbers::seq(RecordNumber sent, const wire::Packet& packet) const {
  return packet.seq.value - (absolute_ ? 0 : start(sent, packet.from, packet.to).value);
}

std::uint32_t SequenceNumbers::ack(RecordNumber sent, const wire::Packet& packet) const {
  return packet.ack.value - (absolute_ ? 0 : start(sent, packet.to, packet.from).value);
}

}  // namespace sockarium::picture
