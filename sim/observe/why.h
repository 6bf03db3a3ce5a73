// «Why did this happen?»: the chain of causes behind a record. Each step is a record, what it says, and the
// rule that made the kernel do so with its source.
//
// Where a rule's condition was made true by another record («the queue is full»), that comes first, as a side
// step. Where the answer is an absence («nobody accepted», «no answer came»), there is no record to follow:
// then we ask who could have done it, and what they do instead.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sim/observe/names.h"

namespace sockarium::observe {

struct WhyStep {
  RecordNumber record = 0;  ///< to jump to; 0: an absence, which left no record
  std::string sentence;     ///< «srv drops the SYN from cli:41006»
  std::string reason;       ///< the rule in one sentence; may be empty
  std::string source;       ///< «Linux tcp_conn_request; listen(2)»; may be empty
  bool aside = false;       ///< explains the step before it, rather than leading back in time
  std::int64_t line = 0;    ///< of the scenario file, where a program is what is behind it; 0: none
};

/// The steps behind `record`, which is the first of them. `world` at or after the record (it gives names, and
/// tables where the records don't say enough); `records` up to `record` at least.
std::vector<WhyStep> why(const World& world, const ByteStore& bytes, const Records& records,
                         RecordNumber record, std::size_t most_steps = 6);

/// What a task does at the moment of `record`: «slowd sleeps in line 16, 958 ms left», «web waits in
/// accept(3), line 12». Empty when the records don't say.
std::string activity(const Names& names, const Records& records, TaskId task, RecordNumber record);

}  // namespace sockarium::observe
