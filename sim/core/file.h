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
  }
  return "file";
}

inline constexpr std::int32_t o_rdonly = 0, o_wronly = 1, o_rdwr = 2, o_accmode = 3;
inline constexpr std::int32_t o_append = 02000, o_nonblock = 04000, o_largefile = 0100000, o_direct = 040000,
                              o_cloexec = 02000000;

inline constexpr std::int32_t f_dupfd = 0, f_getfd = 1, f_setfd = 2, f_getfl = 3, f_setfl = 4,
                              f_dupfd_cloexec = 1030;
inline constexpr std::int32_t fd_cloexec = 1;

inline constexpr std::int32_t rlimit_nofile = 7;
inline constexpr std::int64_t nr_open = 1'048'576;  ///< fs.nr_open: no limit of descriptors may be above

}  // namespace sockarium
