// Small questions to the list of records, which captions, causes and pictures share.
#pragma once

#include "sim/observe/names.h"

namespace sockarium::observe {

inline const Record& at(const Records& records, RecordNumber number) {
  return records[number - 1];
}

/// The alternative of `What` that record `number` holds, or nullptr; also for number 0.
template <class Kind>
const Kind* get(const Records& records, RecordNumber number) {
  if (number == 0 || number > records.size()) return nullptr;
  return std::get_if<Kind>(&records[number - 1].what);
}

/// The packet that a record speaks of (sent, doubled, delivered or dropped), or nullptr.
const wire::Packet* packet_of(const Records& records, RecordNumber number);
/// The number of the record of its sending; 0: the record speaks of no packet.
RecordNumber sending_of(const Records& records, RecordNumber number);
/// The last call that `task` had entered when record `number` was left; 0: none.
RecordNumber last_call(const Records& records, TaskId task, RecordNumber number);
/// How long a timer ran that fired at `fired`; 0: unknown.
Duration waited(const Records& records, RecordNumber fired);
/// What became of the packet sent at `sent`, as far as `until`: the record of its delivery, or of its loss; a
/// delivery that the host's rules refused counts as dropped, and a copy that the link made does not count. 0:
/// still under way.
RecordNumber outcome_of(const Records& records, RecordNumber sent, RecordNumber until);

}  // namespace sockarium::observe
