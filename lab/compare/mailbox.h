// How the run speaks with the processes that call the real kernel: one mailbox for each task, in memory that
// both share. So an agent holds no descriptor of ours, and its program's numbers start at 3 as everywhere.
//
// A letter goes round: the run writes `call` and sets Asked; the agent sets Calling, calls the kernel, writes
// `result` and sets Answered, and rings the one `bell` that the run sleeps on.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "sim/core/syscall.h"

namespace sockarium::compare {

enum class Letter : std::uint32_t { Empty, Asked, Calling, Answered };

/// The most bytes that one call carries. A program that sends more at once can't be compared.
inline constexpr std::size_t payload_most = std::size_t{1} << 20;
/// Tasks, forked children and threads included.
inline constexpr std::size_t mailboxes_most = 1024;

struct Mailbox {
  std::atomic<std::uint32_t> state{0};  ///< a Letter
  std::atomic<std::uint32_t> alive{0};  ///< 1: an agent looks after this box
  FlatCall call;
  std::uint64_t child = 0;  ///< fork, thread: the mailbox of the new task
  SysResult result;
  std::int64_t returned = 0;    ///< when, by CLOCK_MONOTONIC, in nanoseconds
  std::array<char, 64> task{};  ///< the agent's place below /proc: «1234/task/1235»
  /// Sent: see payloads_of. Received: the data, path and fds of `result`, one behind the other.
  std::array<char, payload_most + 4096> payload;
};

struct Mailroom {
  std::atomic<std::uint32_t> bell{0};  ///< counts answers
  std::array<Mailbox, mailboxes_most> boxes;
};

/// Sleeps until `word` differs from `seen`, or until `deadline` (CLOCK_MONOTONIC, ns; 0: for ever).
void wait_for_change(std::atomic<std::uint32_t>& word, std::uint32_t seen, std::int64_t deadline);
void wake_all(std::atomic<std::uint32_t>& word);
/// CLOCK_MONOTONIC in nanoseconds.
std::int64_t monotonic_now();

/// Fresh shared memory, untouched pages cost nothing. Null when there is none.
Mailroom* make_mailroom();

}  // namespace sockarium::compare
