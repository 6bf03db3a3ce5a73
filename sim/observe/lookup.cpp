// See lookup.h.
#include "sim/observe/lookup.h"

#include <algorithm>

namespace sockarium::observe {

RecordNumber sending_of(const Records& records, RecordNumber number) {
  if (get<rec::PacketSent>(records, number) != nullptr) return number;
  if (const auto* doubled = get<rec::PacketDuplicated>(records, number)) return doubled->sent;
  if (const auto* delayed = get<rec::PacketDelayed>(records, number)) return delayed->sent;
  if (const auto* delivered = get<rec::PacketDelivered>(records, number)) return delivered->sent;
  if (const auto* dropped = get<rec::PacketDropped>(records, number)) return dropped->sent;
  return 0;
}

const wire::Packet* packet_of(const Records& records, RecordNumber number) {
  const auto* sent = get<rec::PacketSent>(records, sending_of(records, number));
  return sent != nullptr ? &sent->packet : nullptr;
}

RecordNumber last_call(const Records& records, TaskId task, RecordNumber number) {
  for (RecordNumber n = std::min<RecordNumber>(number, records.size()); n > 0; --n)
    if (const auto* entered = get<rec::SyscallEntered>(records, n);
        entered != nullptr && entered->task == task)
      return n;
  return 0;
}

Duration waited(const Records& records, RecordNumber fired) {
  if (get<rec::TimerFired>(records, fired) == nullptr) return 0;
  const RecordNumber armed = at(records, fired).cause;
  if (get<rec::TimerArmed>(records, armed) == nullptr) return 0;
  return at(records, fired).time - at(records, armed).time;
}

RecordNumber outcome_of(const Records& records, RecordNumber sent, RecordNumber until) {
  const auto* packet = get<rec::PacketSent>(records, sent);
  if (packet == nullptr) return 0;
  const RecordNumber end = std::min<RecordNumber>(until, records.size());
  RecordNumber delivered = 0;
  std::uint64_t event = 0;
  for (RecordNumber n = sent + 1; n <= end; ++n) {
    const Record& record = at(records, n);
    if (delivered != 0 && record.event != event) return delivered;
    if (const auto* dropped = std::get_if<rec::PacketDropped>(&record.what);
        dropped != nullptr && dropped->sent == sent && dropped->copy == 0)
      return n;
    if (const auto* came = std::get_if<rec::PacketDelivered>(&record.what);
        came != nullptr && came->sent == sent && came->copy == 0) {
      delivered = n;
      event = record.event;
    }
  }
  return delivered;
}

}  // namespace sockarium::observe
