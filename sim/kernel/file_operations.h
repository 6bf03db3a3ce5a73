// What can be done with an open file depends on its kind: one small table for each. Linux: struct
// file_operations.
#pragma once

#include <cstdint>

#include "sim/core/attempt.h"
#include "sim/kernel/kernel.h"

namespace sockarium {
class Step;
}  // namespace sockarium

namespace sockarium::kernel {

/// A call that works on an open file.
struct FileUse {
  TaskId task;
  OpenFileId file;
  std::int64_t fd = -1;
  bool again = false;  ///< the call was blocked and is tried a second time
};

/// nullptr: there is no such operation (EINVAL).
struct FileOperations {
  Attempt (*read)(Step& step, const FileUse& use, std::int64_t size) = nullptr;
  Attempt (*write)(Step& step, const FileUse& use, const Bytes& data) = nullptr;
  /// Nothing names the open file any more; its entry is gone already.
  void (*release)(Step& step, const OpenFile& file) = nullptr;
};
const FileOperations& operations_of(FileKind kind);

/// The 8 bytes in which eventfd and timerfd speak: a number in the machine's order, lowest byte first.
Attempt number_read(Step& step, std::uint64_t number);
std::uint64_t number_in(const Step& step, const Bytes& data);

}  // namespace sockarium::kernel
