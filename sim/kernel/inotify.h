// inotify: a descriptor from which a program reads what happens to files that it watches. inotify(7); Linux
// fs/notify.
//
// Left out: IN_ONESHOT, IN_MASK_ADD, IN_ONLYDIR and their like; moves; the limits of fs.inotify.
#pragma once

#include <cstdint>

#include "sim/core/attempt.h"
#include "sim/core/bytes.h"

namespace sockarium {
class Step;
}  // namespace sockarium

namespace sockarium::kernel {

struct FileUse;
struct OpenFile;

struct Inotify {
  InotifyWatchId first_watch;
  InotifyEventId first, last;  ///< not read yet
  std::int64_t waiting = 0;    ///< how many
  std::int64_t last_wd = 0;    ///< numbers of watches are not given again
};

/// One file or directory that an inotify watches.
struct InotifyWatch {
  InotifyId inotify;
  NodeId node;
  InotifyWatchId next_of_inotify, next_of_node;
  std::int32_t wd = 0;     ///< its number
  std::uint32_t mask = 0;  ///< what it asks for: in_open …
};

struct InotifyEvent {
  std::int32_t wd = 0;
  std::uint32_t mask = 0;
  Bytes name;  ///< of the file in the watched directory; empty: it is what is watched itself
  InotifyEventId next;
};

/// EINVAL (unknown flags), EMFILE, ENFILE.
Attempt try_inotify_init(Step& step, ProcessId process, const sys::InotifyInit& call);
/// → the watch's number; a second watch of the same file changes the first. EINVAL, EBADF, as open().
Attempt try_inotify_add_watch(Step& step, ProcessId process, const sys::InotifyAddWatch& call);
/// EBADF, EINVAL.
Attempt try_inotify_rm_watch(Step& step, ProcessId process, const sys::InotifyRmWatch& call);

/// As many events as fit, as `struct inotify_event`; waits while there is none. EINVAL (not even one fits),
/// EAGAIN.
Attempt read_inotify(Step& step, const FileUse& use, std::int64_t size);
void release_inotify(Step& step, const OpenFile& file);

/// `what` (one bit) has happened to a file: those who watch its directory are told, and those who watch it.
void notify(Step& step, NodeId node, std::uint32_t what);
/// `what` has happened to the entry `name` of a directory.
void notify_entry(Step& step, NodeId directory, std::uint32_t what, const Bytes& name);
/// The file itself has changed, which is not its directory's business.
void notify_self(Step& step, NodeId node, std::uint32_t what);
/// The file is about to go: its watches end.
void end_watches(Step& step, NodeId node);

}  // namespace sockarium::kernel
