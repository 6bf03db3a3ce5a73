// What open files have in common, whatever they are: their kinds, and the flags of open(2) and fcntl(2) with
// Linux's numbers (asm-generic/fcntl.h).
#pragma once

#include <cstdint>
#include <string_view>

namespace sockarium {

enum class FileKind : std::uint32_t {
  Terminal,
  Socket,
  Pipe,
  Regular,
  Directory,
  Null,  ///< /dev/null
  Zero,  ///< /dev/zero
  EventFd,
  TimerFd,
  Inotify,
  SignalFd,
  Epoll,
};

/// «pipe»
constexpr std::string_view name(FileKind kind) {
  switch (kind) {
    case FileKind::Terminal:
      return "terminal";
    case FileKind::Socket:
      return "socket";
    case FileKind::Pipe:
      return "pipe";
    case FileKind::Regular:
      return "file";
    case FileKind::Directory:
      return "directory";
    case FileKind::Null:
      return "/dev/null";
    case FileKind::Zero:
      return "/dev/zero";
    case FileKind::EventFd:
      return "eventfd";
    case FileKind::TimerFd:
      return "timerfd";
    case FileKind::Inotify:
      return "inotify";
    case FileKind::SignalFd:
      return "signalfd";
    case FileKind::Epoll:
      return "epoll";
  }
  return "file";
}

inline constexpr std::int32_t o_rdonly = 0, o_wronly = 1, o_rdwr = 2, o_accmode = 3;
inline constexpr std::int32_t o_creat = 0100, o_excl = 0200, o_trunc = 01000, o_directory = 0200000;
inline constexpr std::int32_t o_append = 02000, o_nonblock = 04000, o_largefile = 0100000, o_direct = 040000,
                              o_cloexec = 02000000;

inline constexpr std::int32_t f_dupfd = 0, f_getfd = 1, f_setfd = 2, f_getfl = 3, f_setfl = 4,
                              f_dupfd_cloexec = 1030;
inline constexpr std::int32_t fd_cloexec = 1;

inline constexpr std::int32_t seek_set = 0, seek_cur = 1, seek_end = 2;
inline constexpr std::int32_t efd_semaphore = 1;
inline constexpr std::int32_t clock_monotonic = 1;

// What inotify(7) tells of.
inline constexpr std::uint32_t in_access = 1, in_modify = 2, in_attrib = 4, in_close_write = 8,
                               in_close_nowrite = 0x10, in_open = 0x20, in_create = 0x100, in_delete = 0x200,
                               in_delete_self = 0x400, in_all_events = 0xfff;
inline constexpr std::uint32_t in_ignored = 0x8000, in_isdir = 0x40000000;

inline constexpr std::int32_t rlimit_nofile = 7;
inline constexpr std::int64_t nr_open = 1'048'576;  ///< fs.nr_open: no limit of descriptors may be above

}  // namespace sockarium
