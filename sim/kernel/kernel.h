// Hosts, processes, tasks, descriptors and open files: the kernel room's part of the world. A *task* calls
// and waits; a *process* owns descriptors; a descriptor is a number for an open file; several may name the
// same one.
#pragma once

#include <array>
#include <cstdint>

#include "sim/core/attempt.h"
#include "sim/core/bytes.h"
#include "sim/core/event.h"
#include "sim/core/file.h"
#include "sim/core/hash_index.h"
#include "sim/core/id.h"
#include "sim/core/slab.h"
#include "sim/core/syscall.h"
#include "sim/kernel/eventfd.h"
#include "sim/kernel/file_tree.h"
#include "sim/kernel/inotify.h"
#include "sim/kernel/pipe.h"
#include "sim/kernel/signals.h"
#include "sim/kernel/timerfd.h"

namespace sockarium::kernel {

/// A machine, or a container on one: a network namespace with a name. A container shares its machine's files
/// and their limit, so those stand with the machine only.
struct Host {
  Bytes name;
  NetId net;
  HostId machine;              ///< itself, unless it is a container
  std::uint64_t number = 0;    ///< place in Setup::hosts
  std::uint64_t files = 0;     ///< open file descriptions (Linux nr_files)
  std::uint64_t file_max = 0;  ///< fs.file-max: the most of them, but for root
  NodeId root;                 ///< of its files; none for a raw peer
};

struct Process {
  HostId host;
  ProcessId parent;
  Bytes name;
  std::int64_t pid = 0;
  std::int64_t status = 0;      ///< exit status, once ended
  std::uint32_t signal = 0;     ///< what ended it; 0: nothing did
  std::uint32_t user = 0;       ///< uid
  std::uint32_t nofile = 1024;  ///< RLIMIT_NOFILE, soft
  std::uint32_t nofile_hard = 1024;
  std::uint32_t blocks = 0;   ///< of its descriptor table: all numbers lie below 32 times that
  std::uint32_t next_fd = 0;  ///< all numbers below are taken (Linux files_struct::next_fd)
  std::uint32_t tasks = 0;    ///< that live
  std::uint32_t threads_made = 0;
  std::uint32_t ended = 0;       ///< 1: over, its parent has not waited for it
  std::uint32_t waited_for = 0;  ///< 1: its parent has
  std::uint32_t stopped = 0;     ///< 1: by SIGSTOP
  std::uint32_t reserved = 0;
  Signals signals;
  Timer alarm;  ///< alarm(2)
};

enum class TaskState : std::uint32_t {
  Ready,    ///< its turn is in the event queue
  Blocked,  ///< inside a call that waits
  Ended,
};

/// What a task has cost so far: the work that a way of waiting makes.
struct Costs {
  std::uint64_t calls = 0;      ///< made
  std::uint64_t looked_at = 0;  ///< descriptors whose events poll, select or epoll asked for, one by one
  std::uint64_t copied = 0;     ///< bytes that poll, select and epoll carried into the kernel and out
  std::uint64_t switches = 0;   ///< it gave up the processor to wait (/proc: voluntary_ctxt_switches)
  std::uint64_t wake_ups = 0;   ///< it was woken and looked again
};

/// One line of execution. `parent` and `nth` name it alike on every kernel.
struct Task {
  ProcessId process;
  TaskId parent;          ///< none: a main task of the setup
  std::uint32_t nth = 0;  ///< of its parent's children; for a main task its place in Setup::processes
  std::uint32_t children = 0;
  std::int64_t tid = 0;
  TaskState state = TaskState::Ready;
  std::uint32_t joined = 0;
  FlatCall call;                     ///< the last one
  std::int64_t line = 0;             ///< where the program stands
  SysResult result;                  ///< to be handed over at the next turn
  std::uint64_t result_because = 0;  ///< the record that stood in the call's way
  Time entered = 0;                  ///< when `call` was made
  std::uint64_t entered_record = 0;
  std::uint64_t returned = 1;  ///< 1: `result` was handed over
  // while blocked
  OpenFileId held;  ///< the open file that the call works on, whatever becomes of its number
  WaiterId waiter;  ///< its place in a wait queue; of poll and select the first of many
  Timer deadline;
  Errno at_deadline = Errno::AGAIN;
  std::uint32_t wake_queued = 0;
  std::uint64_t progress = 0;
  Bytes gathered;                 ///< received so far by a call with MSG_WAITALL
  std::int64_t reserved_fd = -1;  ///< the number that accept keeps while it waits
  std::uint64_t blocked_record = 0;
  std::uint64_t calls_in_a_row = 0;  ///< since it last blocked
  std::uint64_t random_count = 0;
  RightId rights;  ///< open files that the message of its call shall carry
  Costs costs;
};

/// An open file description: what several descriptors may share. Linux: struct file.
struct OpenFile {
  FileKind kind = FileKind::Terminal;
  std::int32_t flags = 0;        ///< as F_GETFL gives them: o_accmode, o_nonblock …
  std::uint64_t references = 0;  ///< descriptors, and calls in progress
  HostId host;
  SocketId socket;           ///< of a socket
  std::uint64_t object = 0;  ///< of other kinds: raw id of the kind's own entry
  std::int64_t offset = 0;   ///< of a file: where the next read or write begins

  bool nonblocking() const { return (flags & o_nonblock) != 0; }
  bool reads() const { return (flags & o_accmode) != o_wronly; }
  bool writes() const { return (flags & o_accmode) != o_rdonly; }
};

/// 32 numbers of a descriptor table.
struct DescriptorBlock {
  std::array<OpenFileId, 32> files{};
  std::uint32_t taken = 0;    ///< bit n: number n is in use, or reserved by a call
  std::uint32_t cloexec = 0;  ///< bit n: FD_CLOEXEC of number n
};
struct DescriptorKey {
  ProcessId process;
  std::uint64_t block = 0;  ///< number / 32
};

/// A blocked task in the queue of what it waits for; or an epoll's interest, which waits always.
struct Waiter {
  TaskId task;
  InterestId interest;
  WaitFor wait;
  WaiterId next, previous;
  WaiterId next_of_task;
};
struct WaitQueue {
  WaiterId first, last;
};
struct WaitKey {
  std::uint64_t who = 0;
};

struct Kernel {
  Slab<Host> hosts;
  Slab<Process> processes;
  Slab<Task> tasks;
  Slab<OpenFile> files;
  Slab<Pipe> pipes;
  Slab<Node> nodes;
  Slab<EventFd> eventfds;
  Slab<TimerFd> timerfds;
  Slab<Inotify> inotifies;
  Slab<InotifyWatch> inotify_watches;
  Slab<InotifyEvent> inotify_events;
  Slab<DescriptorBlock> descriptors;
  HashIndex<DescriptorKey, DescriptorBlockId> descriptor_blocks;
  Slab<Waiter> waiters;
  HashIndex<WaitKey, WaitQueue> wait_queues;
  std::int64_t last_pid = 100;

  friend bool operator==(const Kernel&, const Kernel&) = default;
};

}  // namespace sockarium::kernel
