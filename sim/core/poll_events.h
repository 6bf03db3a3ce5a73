// What may be asked of a descriptor, and what is true of it: the event bits of poll(2) and epoll(7) with
// Linux's numbers, and sets of descriptors with such bits as plain bytes (as `struct pollfd`).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/core/bytes.h"

namespace sockarium {

inline constexpr std::uint32_t poll_in = 0x1, poll_pri = 0x2, poll_out = 0x4, poll_err = 0x8, poll_hup = 0x10,
                               poll_nval = 0x20, poll_rdnorm = 0x40, poll_rdband = 0x80, poll_wrnorm = 0x100,
                               poll_wrband = 0x200, poll_rdhup = 0x2000;
/// Reported without being asked for.
inline constexpr std::uint32_t poll_always = poll_err | poll_hup;
/// What a file says that knows no waiting, such as a regular one. Linux DEFAULT_POLLMASK.
inline constexpr std::uint32_t poll_default = poll_in | poll_out | poll_rdnorm | poll_wrnorm;

// epoll's own flags beside the events. Linux EP_PRIVATE_BITS.
inline constexpr std::uint32_t epoll_exclusive = 1u << 28, epoll_wakeup = 1u << 29, epoll_oneshot = 1u << 30,
                               epoll_et = 1u << 31;
inline constexpr std::uint32_t epoll_flags = epoll_exclusive | epoll_wakeup | epoll_oneshot | epoll_et;
inline constexpr std::int32_t epoll_ctl_add = 1, epoll_ctl_del = 2, epoll_ctl_mod = 3;

/// Which of poll's events make a descriptor a member of select's three sets. Linux POLLIN_SET, POLLOUT_SET,
/// POLLEX_SET.
inline constexpr std::uint32_t select_read = poll_rdnorm | poll_rdband | poll_in | poll_hup | poll_err,
                               select_write = poll_wrband | poll_wrnorm | poll_out | poll_err,
                               select_except = poll_pri;

/// One descriptor of a set.
struct PollEntry {
  std::int32_t fd = -1;
  std::uint16_t events = 0;   ///< asked for
  std::uint16_t revents = 0;  ///< true of it
  friend bool operator==(const PollEntry&, const PollEntry&) = default;
};
std::vector<PollEntry> poll_entries(const Bytes& set, const ByteStore& bytes);
Bytes intern(const std::vector<PollEntry>& set, ByteStore& bytes);

/// What epoll_wait() reports: the number under which a file was registered, and its events.
struct EpollReport {
  std::int32_t fd = -1;
  std::uint32_t events = 0;
  friend bool operator==(const EpollReport&, const EpollReport&) = default;
};
std::vector<EpollReport> epoll_reports(const Bytes& list, const ByteStore& bytes);
Bytes intern(const std::vector<EpollReport>& list, ByteStore& bytes);

/// «POLLIN|POLLOUT», «0»; with prefix «EPOLL» also its flags: «EPOLLIN|EPOLLET».
std::string event_names(std::uint32_t events, const char* prefix);

}  // namespace sockarium
