#include "lab/compare/mailbox.h"

#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <climits>
#include <ctime>

namespace sockarium::compare {

static_assert(
    std::atomic<std::uint32_t>::is_always_lock_free);  // else it could not be shared between processes

void wait_for_change(std::atomic<std::uint32_t>& word, std::uint32_t seen, std::int64_t deadline) {
  timespec until{};
  until.tv_sec = deadline / second;
  until.tv_nsec = deadline % second;
  // FUTEX_WAIT_BITSET takes an absolute time.
  syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word), FUTEX_WAIT_BITSET, seen,
          deadline == 0 ? nullptr : &until, nullptr, FUTEX_BITSET_MATCH_ANY);
}

void wake_all(std::atomic<std::uint32_t>& word) {
  syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word), FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
}

std::int64_t monotonic_now() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * second + now.tv_nsec;
}

Mailroom* make_mailroom() {
  void* memory = mmap(nullptr, sizeof(Mailroom), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  // All zeros is an empty mailroom: no constructor runs, which would touch a gigabyte.
  return memory == MAP_FAILED ? nullptr : static_cast<Mailroom*>(memory);
}

}  // namespace sockarium::compare
