// An eventfd: a counter of 64 bits behind a descriptor. write() adds to it, read() takes it: threads wake
// each other with it. eventfd(2); Linux fs/eventfd.c.
#pragma once

#include <cstdint>

#include "sim/core/attempt.h"

namespace sockarium {
class Step;
}  // namespace sockarium

namespace sockarium::kernel {

struct FileUse;
struct OpenFile;

struct EventFd {
  std::uint64_t count = 0;
  std::uint64_t semaphore = 0;  ///< 1: EFD_SEMAPHORE, a read takes 1
};

/// EINVAL (unknown flags), EMFILE, ENFILE.
Attempt try_eventfd(Step& step, ProcessId process, const sys::Eventfd& call);
/// 8 bytes, the count; waits while it is 0. EINVAL (fewer than 8 bytes), EAGAIN.
Attempt read_eventfd(Step& step, const FileUse& use, std::int64_t size);
/// Adds 8 bytes' number; waits while the sum would reach 2^64 − 1. EINVAL (not 8 bytes, or that number),
/// EAGAIN.
Attempt write_eventfd(Step& step, const FileUse& use, const Bytes& data);
void release_eventfd(Step& step, const OpenFile& file);

}  // namespace sockarium::kernel
