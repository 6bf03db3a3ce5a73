// Descriptor tables: a process's numbers for open files. The lowest free number is always given (POSIX
// open(2); Linux alloc_fd). Several numbers, in one process or many, may name the same open file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/core/reason.h"
#include "sim/kernel/kernel.h"

namespace sockarium {
class Step;
struct World;
}  // namespace sockarium

namespace sockarium::kernel {

/// The open file of number `fd`, or none (EBADF).
OpenFileId file_of(const World& world, ProcessId process, std::int64_t fd);
/// Takes the lowest free number, at or above `from`, without giving it a file yet; −1 at RLIMIT_NOFILE
/// (EMFILE).
std::int64_t reserve_number(World& world, ProcessId process, std::int64_t from = 0);
/// Takes a free number that is wanted by name.
void take_number(World& world, ProcessId process, std::int64_t fd);
/// Is the number taken by a call that has not given it a file yet?
bool is_reserved(const World& world, ProcessId process, std::int64_t fd);
/// Gives back a reserved number.
void unreserve_number(World& world, ProcessId process, std::int64_t fd);
/// Gives a reserved number its file, which gains a reference. `cloexec`: with FD_CLOEXEC.
void install(Step& step, ProcessId process, std::int64_t fd, OpenFileId file, bool cloexec = false);
/// FD_CLOEXEC: the flag of a number, not of what it names.
bool closes_on_exec(const World& world, ProcessId process, std::int64_t fd);
void set_close_on_exec(World& world, ProcessId process, std::int64_t fd, bool on);
/// Closes a number. False: it was not open.
bool close_number(Step& step, ProcessId process, std::int64_t fd, Reason reason);
/// Closes all, from 0 upwards: the end of a process.
void close_all(Step& step, ProcessId process, Reason reason);
/// Closes those with FD_CLOEXEC, from 0 upwards.
void close_on_exec(Step& step, ProcessId process);
/// fork(): the child's numbers name the same open files.
void copy_all(Step& step, ProcessId from, ProcessId to);

/// Would `wanted` more open files be too many for the process's host (ENFILE)? root is exempt. Linux
/// alloc_empty_file; fs.file-max.
bool file_table_full(const World& world, ProcessId process, std::uint64_t wanted = 1);
/// A new open file without references. `object`: raw id of the kind's own entry; `flags`: as F_GETFL gives
/// them.
OpenFileId make_file(World& world, HostId host, FileKind kind, std::uint64_t object, std::int32_t flags);
/// The same for a socket.
OpenFileId make_file(World& world, SocketId socket, bool nonblocking);
/// One reference fewer; the last closes what is behind it.
void release_file(Step& step, OpenFileId file);

/// The lowest open number at or after `from` with its file; −1 when there is none.
struct OpenNumber {
  std::int64_t fd = -1;
  OpenFileId file;
};
OpenNumber next_open(const World& world, ProcessId process, std::int64_t from);
/// How many numbers are open.
std::size_t open_count(const World& world, ProcessId process);
/// The highest `most` open numbers, rising.
std::vector<OpenNumber> last_open(const World& world, ProcessId process, std::size_t most);

}  // namespace sockarium::kernel
