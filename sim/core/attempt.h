// How a call answers: done, or blocked. A blocked call is a value (what it waits for, until when, how far it
// got) that is tried again after a wake-up; the wake-up promises nothing. Blocking, non-blocking, time limits
// and later poll and epoll all take this one path.
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "sim/core/id.h"
#include "sim/core/syscall.h"
#include "sim/core/time.h"

namespace sockarium {

/// What a blocked call hopes for. Bits, as one call may wait for several.
enum class Readiness : std::uint32_t {
  None = 0,
  Readable = 1,           ///< data, end of stream, a connection to accept, an error
  Writable = 2,           ///< room in the send buffer, connect decided, an error
  TaskEnded = 4,          ///< a thread or child has ended; `who` is the waiting process
  Captured = 8,           ///< a packet has reached a raw peer; `who` is its namespace
  PipeReadable = 16,      ///< bytes are in a pipe, or its last writer is gone; `who` is the pipe
  PipeWritable = 32,      ///< a pipe has room, or its last reader is gone
  EventReadable = 64,     ///< an eventfd counts more than 0; `who` is it
  EventWritable = 128,    ///< an eventfd has room for a greater count
  TimerExpired = 256,     ///< a timerfd has run out; `who` is it
  NotifyReadable = 512,   ///< an inotify has something to tell; `who` is it
  SignalReadable = 1024,  ///< a blocked signal waits; `who` is its process
  Changed = 2048,         ///< its state or a pending error: whatever one waits for, one looks again
  EpollEvents = 4096,     ///< epoll_wait() may find something; `who` is the epoll
  EpollReadable = 8192,   ///< the same, for who watches the epoll itself
  PeerRoom = 16384,       ///< a Unix socket's queue of messages or connections has room; `who` is its owner
};

constexpr Readiness operator|(Readiness a, Readiness b) {
  return static_cast<Readiness>(static_cast<std::uint32_t>(a) | static_cast<std::uint32_t>(b));
}
constexpr Readiness operator&(Readiness a, Readiness b) {
  return static_cast<Readiness>(static_cast<std::uint32_t>(a) & static_cast<std::uint32_t>(b));
}

/// A wait names its key, and whether one waiter is enough (exclusive: only the first in the queue is woken).
struct WaitFor {
  std::uint64_t who = 0;  ///< raw SocketId; what else, `what` says
  Readiness what = Readiness::None;
  std::uint8_t exclusive = 0;
  std::uint8_t at_head = 0;  ///< 1: before those who wait already (Linux add_wait_queue); 0: behind them
  std::uint8_t stays = 0;  ///< 1: a wake-up leaves it in the queue until the call is over (Linux poll_table)
  std::uint8_t reserved = 0;
  OpenFileId file;  ///< of poll and select: the file that is kept open meanwhile
};

struct Done {
  SysResult result;
};

struct Block {
  WaitFor wait;
  std::vector<WaitFor> also;            ///< poll and select wait for many at once
  Time deadline = 0;                    ///< absolute; 0: no limit
  Errno at_deadline = Errno::AGAIN;     ///< what the call gives when the time is over (OK: success)
  Errno if_nonblocking = Errno::AGAIN;  ///< what a non-blocking descriptor gives instead of blocking
  std::uint64_t progress = 0;           ///< bytes taken so far
  Bytes gathered;                       ///< the bytes themselves, where a call must receive all (MSG_WAITALL)
};

using Attempt = std::variant<Done, Block>;

inline Attempt done(std::int64_t value) {
  return Done{SysResult::of(value)};
}
inline Attempt fail(Errno error) {
  return Done{SysResult::fail(error)};
}

}  // namespace sockarium
