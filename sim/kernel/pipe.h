// A pipe: bytes from one open file to another on the same host, through 16 pages of the kernel. pipe(7);
// Linux fs/pipe.c.
//
// A write begins a new page, unless what does not fill a page fits behind the last byte written: so a write
// of at most PIPE_BUF bytes is never torn, and a pipe may be full with less than 65,536 bytes in it. Readers
// and writers wait one behind the other; a writer is woken when a page of a full pipe falls free.
//
// Left out: packet mode (O_DIRECT), other sizes (F_SETPIPE_SZ), named pipes, splice().
#pragma once

#include <array>
#include <cstdint>

#include "sim/core/attempt.h"
#include "sim/core/bytes.h"

namespace sockarium {
class Step;
}  // namespace sockarium

namespace sockarium::kernel {

struct FileUse;
struct OpenFile;

inline constexpr std::uint32_t page_size = 4096;    // also PIPE_BUF
inline constexpr std::size_t pipe_pages_most = 16;  // Linux PIPE_DEF_BUFFERS

/// Linux: struct pipe_buffer.
struct PipePage {
  Bytes bytes;               ///< unread
  std::uint32_t offset = 0;  ///< of the first of them in the page
  std::uint32_t reserved = 0;
};

struct Pipe {
  std::array<PipePage, pipe_pages_most> pages{};  ///< a ring
  std::uint32_t first = 0;                        ///< the page to read next
  std::uint32_t used = 0;                         ///< pages with unread bytes
  std::uint32_t readers = 0, writers = 0;         ///< open files of either end
  std::uint64_t polled = 0;                       ///< 1: from now on every write wakes, not only the first
  std::uint64_t filled_by = 0, emptied_by = 0;    ///< records of the last write and the last read
  std::uint64_t closed_by = 0;                    ///< the record of the end of one end

  bool full() const { return used == pipe_pages_most; }
};

/// Bytes to be read.
std::int64_t bytes_in(const Pipe& pipe);

/// read() from a pipe: what there is, up to `size` bytes; nothing when no writer is left; else waits. EAGAIN.
Attempt read_pipe(Step& step, const FileUse& use, std::int64_t size);
/// write() to a pipe: waits until all is taken. EPIPE (and SIGPIPE) without a reader, EAGAIN.
Attempt write_pipe(Step& step, const FileUse& use, const Bytes& data);
/// The last descriptor of one end is gone.
void release_pipe(Step& step, const OpenFile& end);

}  // namespace sockarium::kernel
