// What one event consists of: its records sorted by what a sentence about it needs. Between records and
// captions.
#pragma once

#include <vector>

#include "sim/observe/names.h"

namespace sockarium::observe {

/// Numbers of records; 0 where the event has none of the kind. Of several the first, unless said otherwise.
struct EventSummary {
  RecordNumber first = 0, last = 0;
  RecordNumber delivered = 0, fired = 0, woken = 0;  // what began it
  RecordNumber started = 0, returned = 0, entered = 0, blocked = 0, ended = 0;
  RecordNumber dropped = 0;  ///< by a rule of a host
  RecordNumber lost = 0;     ///< on the wire
  RecordNumber doubled = 0;  ///< by the link
  RecordNumber delayed = 0;  ///< by a person
  std::vector<RecordNumber> sent, states;
  RecordNumber entered_queue = 0, left_queue = 0;  ///< the last: SYN queue, or accept queue
  RecordNumber received = 0, acknowledged = 0;     ///< the last change of the receive buffer, the send buffer
  RecordNumber file = 0;                           ///< the last change inside a pipe or another such file
  RecordNumber interest = 0, ready = 0;            ///< the last change of an epoll's lists
  RecordNumber local = 0;                          ///< the last that happened to a Unix socket
  RecordNumber descriptor = 0;  ///< the first descriptor in flight that was sent or received
  RecordNumber opened = 0, closed = 0, freed = 0, bound = 0, failed = 0, printed = 0, setting = 0, signal = 0;
};

EventSummary summarise(const Records& records, RecordNumber first, RecordNumber last);

}  // namespace sockarium::observe
