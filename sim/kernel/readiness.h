// Readiness: what poll would say of any open file, whatever it is, and in which wait queue one learns of a
// change. poll, select and epoll all ask here. Linux vfs_poll, struct file_operations::poll.
#pragma once

#include <cstdint>

#include "sim/core/poll_events.h"
#include "sim/kernel/kernel.h"

namespace sockarium {
struct World;
}  // namespace sockarium

namespace sockarium::kernel {

/// Does the kind know waiting? Files, directories, /dev/null and their like are always ready, and epoll takes
/// them not (EPERM). Linux file_can_poll.
bool knows_waiting(FileKind kind);

/// The events that are true of the file now: poll_in … `process`: who asks; a signalfd tells each of its own
/// signals.
std::uint32_t events_of(const World& world, const OpenFile& file, ProcessId process);

/// A pipe remembers that it was ever polled. Linux pipe_inode_info::poll_usage.
void note_polled(World& world, const OpenFile& file);

/// Where to wait for one of `events` (ERR and HUP always count): before those who wait already, as poll and
/// epoll do. `what` is None where nothing ever changes.
WaitFor wait_for_events(const OpenFile& file, ProcessId process, std::uint32_t events);

}  // namespace sockarium::kernel
