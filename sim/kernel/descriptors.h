// Descriptor tables: a process's numbers for open files. The lowest free number is always given (POSIX
// open(2); Linux alloc_fd). Several numbers, in one process or many, may name the same open file.
#pragma once

#include <cstdint>

#include "sim/core/reason.h"
#include "sim/kernel/kernel.h"

namespace sockarium {
class Step;
struct World;
}  // namespace sockarium

namespace sockarium::kernel {

/// The open file of number `fd`, or none (EBADF).
OpenFileId file_of(const World& world, ProcessId process, std::int64_t fd);
/// Takes the lowest free number without giving it a file yet; −1 at RLIMIT_NOFILE (EMFILE).
std::int64_t reserve_number(World& world, ProcessId process);
/// Gives back a reserved number.
void unreserve_number(World& world, ProcessId process, std::int64_t fd);
/// Gives a reserved number its file, which gains a reference.
void install(Step& step, ProcessId process, std::int64_t fd, OpenFileId file);
/// Closes a number. False: it was not open.
bool close_number(Step& step, ProcessId process, std::int64_t fd, Reason reason);
/// Closes all, from 0 upwards: the end of a process.
void close_all(Step& step, ProcessId process, Reason reason);
/// fork(): the child's numbers name the same open files.
void copy_all(Step& step, ProcessId from, ProcessId to);

/// A new open file without references.
OpenFileId make_file(World& world, FileKind kind, SocketId socket, bool nonblocking);
/// One reference fewer; the last closes what is behind it.
void release_file(Step& step, OpenFileId file);

/// The lowest open number at or after `from` with its file; −1 when there is none.
struct OpenNumber {
  std::int64_t fd = -1;
  OpenFileId file;
};
OpenNumber next_open(const World& world, ProcessId process, std::int64_t from);

}  // namespace sockarium::kernel
