// Captions: one sentence for one event, in the present tense: who does what to what, and why. They are made
// from the records alone (and the names of a world), so they are true whatever was changed; a lesson never
// writes them.
//
//   «srv drops the SYN: the accept queue is full (3, limit 2).»
//
// An event leaves several records; the caption speaks of the one that matters most and of what followed from
// it.
#pragma once

#include <cstddef>
#include <string>

#include "sim/observe/names.h"

namespace sockarium::observe {

/// No caption is longer (characters).
inline constexpr std::size_t longest_caption = 110;

class Narrator {
 public:
  /// `world` gives the names, at any moment of the branch; `records` may go on after it.
  Narrator(const World& world, const ByteStore& bytes, const Records& records)
      : names_(world, bytes), records_(records) {}

  /// The event that left records `first` to `last`. Empty when it left none.
  std::string caption(RecordNumber first, RecordNumber last) const;
  /// Where a real machine would show this event: «nstat TcpExtListenOverflows», «ss -tan». May be empty.
  std::string in_real_life(RecordNumber first, RecordNumber last) const;
  /// The record that the caption is about; 0 when there is none.
  RecordNumber principal(RecordNumber first, RecordNumber last) const;
  /// One line about one record of any kind, without a full stop: for logs, the inspector and chains of
  /// causes.
  std::string describe(RecordNumber number) const;
  /// «the accept queue is full (3, limit 2)»: the record's reason in a few words, with the numbers that
  /// decided. Empty when the record has none.
  std::string short_reason(RecordNumber number) const;

  const Names& names() const { return names_; }
  const Records& records() const { return records_; }
  const Record& record(RecordNumber number) const { return records_[number - 1]; }

 private:
  Names names_;
  const Records& records_;
};

/// For a single question; else make a Narrator.
std::string caption(const World& world, const ByteStore& bytes, const Records& records, RecordNumber first,
                    RecordNumber last);
std::string in_real_life(const World& world, const ByteStore& bytes, const Records& records,
                         RecordNumber first, RecordNumber last);
std::string describe(const World& world, const ByteStore& bytes, const Records& records, RecordNumber number);

}  // namespace sockarium::observe
