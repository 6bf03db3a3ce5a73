#include "sim/kernel/calls.h"

#include <algorithm>

#include "sim/core/chance.h"
#include "sim/inet/raw_peer.h"
#include "sim/kernel/descriptor_calls.h"
#include "sim/kernel/descriptors.h"
#include "sim/kernel/epoll.h"
#include "sim/kernel/file_operations.h"
#include "sim/kernel/local_sockets.h"
#include "sim/kernel/poll_calls.h"
#include "sim/kernel/process.h"
#include "sim/kernel/protocol.h"
#include "sim/kernel/socket_call.h"
#include "sim/kernel/wait_queue.h"
#include "sim/step.h"
#include "sim/tcp/tcp.h"
#include "sim/udp/udp.h"
#include "sim/unix/unix.h"
#include "sim/wire/header_bytes.h"

namespace sockarium::kernel {

namespace {

/// One call being tried: a handler for each alternative of Syscall.
struct Try {
  Step& step;
  TaskId task;
  bool again;        ///< it was blocked, and a wake-up came
  TaskId born = {};  ///< the task that fork or thread made

  World& world() const { return step.world; }
  const Task& self() const { return world().kernel.tasks.read(task); }
  ProcessId process() const { return self().process; }
  NetId net() const { return world().kernel.hosts.read(world().kernel.processes.read(process()).host).net; }

  /// The file that the call works on: at its first try by number, later the one that it holds.
  OpenFileId file(std::int64_t fd) const { return again ? self().held : file_of(world(), process(), fd); }

  /// Runs `use(socket)` for a descriptor that is a socket; EBADF, ENOTSOCK.
  template <class Use>
  Attempt with_socket(std::int64_t fd, Use use) const {
    const OpenFileId id = file(fd);
    if (!id) return fail(Errno::BADF);
    const OpenFile& opened = world().kernel.files.read(id);
    if (opened.kind != FileKind::Socket) return fail(Errno::NOTSOCK);
    return use(opened.socket);
  }

  Attempt operator()(const sys::Socket& c) {
    const std::uint32_t user = world().kernel.processes.read(process()).user;
    const SocketPlan plan =
        inet::is_raw(world(), net()) ? refused(Errno::AFNOSUPPORT) : plan_socket(world(), net(), user, c);
    if (plan.error != Errno::OK) return fail(plan.error);
    const std::int64_t fd = reserve_number(world(), process());
    if (fd < 0) return fail(Errno::MFILE);
    if (file_table_full(world(), process())) {
      unreserve_number(world(), process(), fd);
      return fail(Errno::NFILE);
    }
    install(step, process(), fd,
            make_file(world(), open_socket(step, net(), user, plan), (c.type & sock_nonblock) != 0),
            (c.type & sock_cloexec) != 0);
    return done(fd);
  }

  Attempt operator()(const sys::Bind& c) {
    return with_socket(c.fd, [&](SocketId socket) { return protocol::try_bind(step, process(), socket, c); });
  }
  Attempt operator()(const sys::Listen& c) {
    return with_socket(c.fd,
                       [&](SocketId socket) { return protocol::try_listen(step, process(), socket, c); });
  }
  Attempt operator()(const sys::Connect& c) {
    return with_socket(
        c.fd, [&](SocketId socket) { return protocol::try_connect(step, process(), socket, c, again); });
  }

  Attempt operator()(const sys::Accept& c) {
    if (!file(c.fd)) return fail(Errno::BADF);
    if ((c.flags & ~(sock_nonblock | sock_cloexec)) != 0) return fail(Errno::INVAL);
    // The number is reserved before anything else is looked at, and kept while the call waits
    // (kernel-measured).
    Task& me = world().kernel.tasks.write(task);
    if (me.reserved_fd < 0) me.reserved_fd = reserve_number(world(), me.process);
    if (me.reserved_fd < 0) return fail(Errno::MFILE);
    Attempt attempt = with_socket(c.fd, [&](SocketId socket) {
      // The new open file is made before the queue is looked at (Linux do_accept).
      return !again && file_table_full(world(), me.process) ? fail(Errno::NFILE)
                                                            : protocol::try_accept(step, socket, waits(c.fd));
    });
    if (std::holds_alternative<Block>(attempt)) return attempt;
    SysResult& result = std::get<Done>(attempt).result;
    if (!result.ok()) return attempt;  // the number is given back when the call completes
    const SocketId accepted = SocketId::from_raw(static_cast<std::uint64_t>(result.value));
    if (result.domain == 0) result.domain = world().inet.sockets.read(accepted).ipv6 ? af_inet6 : af_inet;
    result.value = std::exchange(me.reserved_fd, -1);
    install(step, me.process, result.value, make_file(world(), accepted, (c.flags & sock_nonblock) != 0),
            (c.flags & sock_cloexec) != 0);
    return attempt;
  }

  /// May the call block? What counts is how the descriptor was when the call began.
  bool waits(std::int64_t fd, std::int32_t flags = 0) const {
    return again || ((flags & msg_dontwait) == 0 && !world().kernel.files.read(file(fd)).nonblocking());
  }
  Attempt send_with(std::int32_t fd, const Bytes& data, std::int32_t flags, const sys::Sendto* to) const {
    return with_socket(
        fd, [&](SocketId socket) { return protocol::try_send(step, task, socket, data, flags, to); });
  }
  Attempt receive_with(std::int32_t fd, std::int64_t size, std::int32_t flags) const {
    return with_socket(fd, [&](SocketId socket) {
      if (size < 0) return fail(Errno::INVAL);
      return protocol::try_receive(step, task, socket, size, flags, waits(fd, flags));
    });
  }
  Attempt operator()(const sys::Send& c) { return send_with(c.fd, c.data, c.flags, nullptr); }
  Attempt operator()(const sys::Sendto& c) { return send_with(c.fd, c.data, c.flags, &c); }
  Attempt operator()(const sys::Recv& c) {
    Attempt attempt = receive_with(c.fd, c.size, c.flags);
    if (Done* done = std::get_if<Done>(&attempt)) done->result.flags = 0;  // only recvfrom and recvmsg tell
    return attempt;
  }
  Attempt operator()(const sys::Recvfrom& c) { return receive_with(c.fd, c.size, c.flags); }
  Attempt operator()(const sys::Sendmsg& c) {
    return with_socket(c.fd,
                       [&](SocketId socket) { return local::try_sendmsg(step, task, socket, c, again); });
  }
  Attempt operator()(const sys::Recvmsg& c) {
    return with_socket(c.fd, [&](SocketId socket) {
      return local::try_recvmsg(step, task, socket, c, waits(c.fd, c.flags));
    });
  }
  Attempt operator()(const sys::Socketpair& c) {
    return inet::is_raw(world(), net()) ? fail(Errno::AFNOSUPPORT)
                                        : local::try_socketpair(step, process(), c);
  }
  // What read and write do is the file's business; whether it may be read at all is looked at first
  // (Linux vfs_read, vfs_write).
  Attempt operator()(const sys::Write& c) {
    const FileUse use{task, file(c.fd), c.fd, again};
    if (!use.file || !world().kernel.files.read(use.file).writes()) return fail(Errno::BADF);
    const auto write = operations_of(world().kernel.files.read(use.file).kind).write;
    return write != nullptr ? told(use.file, in_modify, write(step, use, c.data)) : fail(Errno::INVAL);
  }
  Attempt operator()(const sys::Read& c) {
    const FileUse use{task, file(c.fd), c.fd, again};
    if (!use.file || !world().kernel.files.read(use.file).reads()) return fail(Errno::BADF);
    const auto read = operations_of(world().kernel.files.read(use.file).kind).read;
    if (read == nullptr || c.size < 0) return fail(Errno::INVAL);
    return told(use.file, in_access, read(step, use, c.size));
  }
  Attempt told(OpenFileId id, std::uint32_t what, const Attempt& attempt) const {
    const auto* finished = std::get_if<Done>(&attempt);
    if (finished != nullptr && finished->result.value > 0) note_use(step, id, what);
    return attempt;
  }

  Attempt operator()(const sys::Shutdown& c) {
    return with_socket(c.fd, [&](SocketId socket) { return protocol::try_shutdown(step, socket, c.how); });
  }
  /// The socket of which `fd` is the last descriptor and whose close() must wait; none: it need not.
  OpenFileId lingering_file(std::int64_t fd) const {
    const OpenFileId id = file(fd);
    if (!id) return {};
    const OpenFile& opened = world().kernel.files.read(id);
    return opened.kind == FileKind::Socket && opened.references == 1 &&
                   protocol::lingers(world(), opened.socket)
               ? id
               : OpenFileId{};
  }
  Attempt operator()(const sys::Close& c) {
    if (again) return tcp::try_linger(step, world().kernel.files.read(self().held).socket);
    if (const OpenFileId last = lingering_file(c.fd)) {
      // The number is free at once; the open file lives until the wait is over.
      world().kernel.tasks.write(task).held = last;
      ++world().kernel.files.write(last).references;
      close_number(step, process(), c.fd, Reason::AskedByCall);
      forget_file(step, last);  // no epoll watches it any more (Linux __fput)
      const SocketId socket = world().kernel.files.read(last).socket;
      tcp::begin_lingering(step, socket);
      return tcp::try_linger(step, socket);
    }
    return close_number(step, process(), c.fd, Reason::AskedByCall) ? done(0) : fail(Errno::BADF);
  }
  Attempt operator()(const sys::Getsockname& c) {
    return with_socket(c.fd, [&](SocketId socket) { return protocol::try_getsockname(world(), socket); });
  }
  Attempt operator()(const sys::Getpeername& c) {
    return with_socket(c.fd, [&](SocketId socket) { return protocol::try_getpeername(world(), socket); });
  }
  Attempt operator()(const sys::Setsockopt& c) {
    return with_socket(c.fd, [&](SocketId socket) { return protocol::try_setsockopt(step, socket, c); });
  }
  Attempt operator()(const sys::Getsockopt& c) {
    return with_socket(c.fd, [&](SocketId socket) { return protocol::try_getsockopt(step, socket, c); });
  }
  Attempt operator()(const sys::Ioctl& c) {
    const OpenFileId id = file(c.fd);
    if (!id) return fail(Errno::BADF);
    const OpenFile& opened = world().kernel.files.read(id);
    if (opened.kind == FileKind::Socket) return protocol::try_ioctl(world(), opened.socket, c.request);
    if (opened.kind == FileKind::Pipe && c.request == fionread)
      return done(static_cast<std::int64_t>(world().kernel.pipes.read(PipeId::from_raw(opened.object)).used));
    return fail(Errno::NOTTY);
  }
  Attempt operator()(const sys::Dup& c) { return try_dup(step, process(), c); }
  Attempt operator()(const sys::Dup2& c) { return try_dup2(step, process(), c); }
  Attempt operator()(const sys::Dup3& c) { return try_dup3(step, process(), c); }
  Attempt operator()(const sys::Fcntl& c) { return try_fcntl(step, process(), c); }
  Attempt operator()(const sys::Pipe& c) { return try_pipe(step, process(), c); }
  Attempt operator()(const sys::Open& c) { return try_open(step, process(), c); }
  Attempt operator()(const sys::Lseek& c) { return try_lseek(step, process(), c); }
  Attempt operator()(const sys::Unlink& c) { return try_unlink(step, process(), c); }
  Attempt operator()(const sys::Rename& c) { return try_rename(step, process(), c); }
  Attempt operator()(const sys::Eventfd& c) { return try_eventfd(step, process(), c); }
  Attempt operator()(const sys::TimerfdCreate& c) { return try_timerfd_create(step, process(), c); }
  Attempt operator()(const sys::TimerfdSettime& c) { return try_timerfd_settime(step, process(), c); }
  Attempt operator()(const sys::TimerfdGettime& c) { return try_timerfd_gettime(step, process(), c); }
  Attempt operator()(const sys::InotifyInit& c) { return try_inotify_init(step, process(), c); }
  Attempt operator()(const sys::InotifyAddWatch& c) { return try_inotify_add_watch(step, process(), c); }
  Attempt operator()(const sys::InotifyRmWatch& c) { return try_inotify_rm_watch(step, process(), c); }
  Attempt operator()(const sys::Getrlimit& c) { return try_getrlimit(step, process(), c); }
  Attempt operator()(const sys::Setrlimit& c) { return try_setrlimit(step, process(), c); }

  Attempt operator()(const sys::Poll& c) { return try_poll(step, task, c); }
  Attempt operator()(const sys::Select& c) { return try_select(step, task, c); }
  Attempt operator()(const sys::EpollCreate& c) { return try_epoll_create(step, process(), c); }
  Attempt operator()(const sys::EpollCtl& c) { return try_epoll_ctl(step, task, c); }
  Attempt operator()(const sys::EpollWait& c) { return try_epoll_wait(step, task, file(c.fd), c); }

  Attempt pause(Duration duration) {
    if (duration <= 0) return done(0);
    Block block;
    block.deadline = step.now() + duration;
    block.at_deadline = Errno::OK;
    return block;
  }
  Attempt operator()(const sys::Sleep& c) { return pause(c.duration); }
  Attempt operator()(const sys::Compute& c) { return pause(c.duration); }
  Attempt operator()(const sys::Now&) { return done(step.now()); }
  Attempt operator()(const sys::Random& c) {
    if (c.high < c.low) return fail(Errno::INVAL);
    // Named by what the task is on any kernel (its path of child numbers), not by its place in a slab.
    std::uint64_t who = 0;
    for (TaskId t = task; t; t = world().kernel.tasks.read(t).parent)
      who = mix(who ^ (world().kernel.tasks.read(t).nth + 1));
    Task& me = world().kernel.tasks.write(task);
    const auto span = static_cast<std::uint64_t>(c.high - c.low) + 1;
    const std::uint64_t draw = chance(world().seed, Place::TaskRandom, who, ++me.random_count);
    return done(c.low + static_cast<std::int64_t>(span == 0 ? draw : draw % span));
  }
  Attempt operator()(const sys::Getpid&) { return done(world().kernel.processes.read(process()).pid); }

  Attempt operator()(const sys::Getppid&) {
    const ProcessId parent = world().kernel.processes.read(process()).parent;
    const bool lives = parent && world().kernel.processes.read(parent).ended == 0;
    return done(lives ? world().kernel.processes.read(parent).pid : 1);
  }
  Attempt operator()(const sys::Getuid&) { return done(world().kernel.processes.read(process()).user); }
  Attempt operator()(const sys::Setuid& c) {
    Process& me = world().kernel.processes.write(process());
    if (c.user < 0 || c.user > UINT32_MAX - 1) return fail(Errno::INVAL);
    if (me.user != 0 && me.user != c.user) return fail(Errno::PERM);
    me.user = static_cast<std::uint32_t>(c.user);
    return done(0);
  }
  Attempt operator()(const sys::Kill& c) { return try_kill(step, process(), c); }
  Attempt operator()(const sys::Sigaction& c) { return try_sigaction(step, process(), c); }
  Attempt operator()(const sys::Sigprocmask& c) { return try_sigprocmask(step, process(), c); }
  Attempt operator()(const sys::Signalfd& c) { return try_signalfd(step, process(), c); }
  Attempt operator()(const sys::Alarm& c) { return try_alarm(step, process(), c); }

  Attempt operator()(const sys::Fork&) {
    born = fork_process(step, task);
    return done(world().kernel.processes.read(world().kernel.tasks.read(born).process).pid);
  }
  Attempt operator()(const sys::Thread&) {
    born = start_thread(step, task);
    return done(world().kernel.tasks.read(born).tid);
  }

  Block until_something_ends() const {
    Block block;
    block.wait.who = process().raw();
    block.wait.what = Readiness::TaskEnded;
    return block;
  }
  Attempt operator()(const sys::Join& c) {
    for (const TaskId id : ids(world().kernel.tasks)) {
      const Task& other = world().kernel.tasks.read(id);
      if (other.process != process() || other.tid != c.tid || id == task || other.joined != 0) continue;
      if (other.state != TaskState::Ended) return until_something_ends();
      world().kernel.tasks.write(id).joined = 1;
      return done(0);
    }
    return fail(Errno::SRCH);
  }
  Attempt operator()(const sys::Wait& c) {
    bool has_child = false;
    for (const ProcessId id : ids(world().kernel.processes)) {
      const Process& child = world().kernel.processes.read(id);
      if (child.parent != process() || child.waited_for != 0 || (c.pid > 0 && child.pid != c.pid)) continue;
      has_child = true;
      if (child.ended == 0) continue;
      world().kernel.processes.write(id).waited_for = 1;
      return done(child.pid);
    }
    if (!has_child) return fail(Errno::CHILD);
    return until_something_ends();
  }
  Attempt operator()(const sys::Exec&) {
    exec_process(step, task);
    return done(0);
  }
  Attempt operator()(const sys::Exit&) { return done(0); }  // dealt with by turn()

  Attempt operator()(const sys::Inject& c) {
    if (!inet::is_raw(world(), net())) return fail(Errno::PERM);
    std::optional<wire::Packet> packet = wire::from_wire(c.packet, step.bytes, wire::Checksums::Ignored);
    if (!packet) return fail(Errno::INVAL);
    if (!wire::from_wire(c.packet, step.bytes, wire::Checksums::Checked)) packet->corrupted = 1;
    if (c.packet.length > inet::injected_most(world(), net())) return fail(Errno::MSGSIZE);
    inet::inject(step, net(), *packet);
    return done(c.packet.length);
  }
  Attempt operator()(const sys::Capture& c) {
    if (!inet::is_raw(world(), net())) return fail(Errno::PERM);
    const Time deadline = self().entered + c.within;
    if (const auto packet = inet::take(world(), net())) {
      const std::vector<std::uint8_t> frame = wire::to_wire(*packet, step.bytes);
      SysResult result = SysResult::of(c.within < 0 ? 0 : deadline - step.now());
      result.data = step.bytes.intern({reinterpret_cast<const char*>(frame.data()), frame.size()});
      return Done{result};
    }
    if (c.within == 0) return fail(Errno::TIMEDOUT);
    Block block;
    block.wait.who = net().raw();
    block.wait.what = Readiness::Captured;
    if (c.within > 0) block.deadline = deadline;
    block.at_deadline = Errno::TIMEDOUT;
    return block;
  }
};

/// The flags of a call that sends or receives.
std::int32_t flags_of(const Syscall& call) {
  return std::visit(
      [](const auto& c) -> std::int32_t {
        using Call = std::decay_t<decltype(c)>;
        if constexpr (std::is_same_v<Call, sys::Send> || std::is_same_v<Call, sys::Sendto> ||
                      std::is_same_v<Call, sys::Recv> || std::is_same_v<Call, sys::Recvfrom> ||
                      std::is_same_v<Call, sys::Sendmsg> || std::is_same_v<Call, sys::Recvmsg>)
          return c.flags;
        else
          return 0;
      },
      call);
}

/// Does EPIPE of this call come with SIGPIPE? Of streams only.
bool brings_signal(const World& world, const Task& task, const Syscall& call) {
  const bool sends = std::holds_alternative<sys::Send>(call) || std::holds_alternative<sys::Sendto>(call) ||
                     std::holds_alternative<sys::Write>(call) || std::holds_alternative<sys::Sendmsg>(call);
  if (!sends || (flags_of(call) & msg_nosignal) != 0) return false;
  const OpenFileId file = task.held ? task.held : file_of(world, task.process, fd_of(call));
  if (!file) return true;
  const SocketId socket = world.kernel.files.read(file).socket;
  return !socket || protocol::breaks_with_signal(world, socket, task.state == TaskState::Blocked);
}

bool does_not_wait(const World& world, const Task& task, const Syscall& call) {
  if (task.state == TaskState::Blocked)
    return false;  // what counts is how the descriptor was when the call began
  if ((flags_of(call) & msg_dontwait) != 0) return true;
  const std::int32_t fd = fd_of(call);
  // epoll_wait() goes by its time limit alone (Linux ep_poll).
  if (fd < 0 || std::holds_alternative<sys::EpollWait>(call)) return false;
  const OpenFileId file = file_of(world, task.process, fd);
  return file && world.kernel.files.read(file).nonblocking();
}

/// The call is over: what it held is let go, and the program's next turn is filed.
void complete(Step& step, TaskId id, const SysResult& result) {
  World& world = step.world;
  Task& task = world.kernel.tasks.write(id);
  leave_wait_queues(step, id);
  Step::disarm(task.deadline);
  task.state = TaskState::Ready;
  task.wake_queued = 0;
  task.result = result;
  task.result.signals = take_handled(world, task.process);
  task.result_because = step.obstacle;
  task.returned = 0;
  task.progress = 0;
  task.gathered = {};
  if (task.reserved_fd >= 0) unreserve_number(world, task.process, std::exchange(task.reserved_fd, -1));
  if (const OpenFileId held = std::exchange(task.held, OpenFileId{})) release_file(step, held);
  unix::drop_rights(step, std::exchange(task.rights, RightId{}));
  queue_turn(world, id, std::max(world.now, task.entered + world.syscall_time), step.cause);
}

void park(Step& step, TaskId id, const Syscall& call, const Block& block) {
  World& world = step.world;
  Task& task = world.kernel.tasks.write(id);
  task.progress = block.progress;
  task.gathered = block.gathered;
  if (task.state != TaskState::Blocked) {
    task.state = TaskState::Blocked;
    task.calls_in_a_row = 0;
    ++task.costs.switches;
    const OpenFileId file = fd_of(call) >= 0 ? file_of(world, task.process, fd_of(call)) : OpenFileId{};
    if (file) {
      task.held = file;
      ++world.kernel.files.write(file).references;
    }
    const bool pauses = block.wait.what == Readiness::None;
    task.blocked_record =
        step.record(rec::TaskBlocked{id, block.wait.who, block.wait.what, 0, block.deadline},
                    pauses ? Reason::SleepsUntil : Reason::CallBlocks);
    task.at_deadline = block.at_deadline;
    if (block.deadline != 0)
      step.arm(task.deadline, TimerKind::TaskDeadline, id.raw(), block.deadline,
               pauses ? Reason::SleepsUntil : Reason::CallBlocks);
  }
  if (block.wait.what == Readiness::None || task.waiter)
    return;  // it waits for time alone, or in its places still
  join_wait_queue(world, id, block.wait);
  for (const WaitFor& wait : block.also) join_wait_queue(world, id, wait);
}

/// What a call gives that could not wait any longer: what it has so far, or an error.
SysResult so_far(const Block& block, Errno otherwise) {
  if (block.progress == 0 && otherwise != Errno::OK) return SysResult::fail(otherwise);
  SysResult result = SysResult::of(static_cast<std::int64_t>(block.progress));
  result.data = block.gathered;
  return result;
}

/// A handler waits to run: what a call gives that blocks. Linux restarts what SA_RESTART allows, but never a
/// pause, a wait with a time limit, or poll, select and epoll_wait (signal(7)).
SysResult interrupted(const World& world, const Task& task, const Block& block) {
  SysResult result = so_far(block, Errno::INTR);
  const Signals& signals = world.kernel.processes.read(task.process).signals;
  const std::uint32_t due = signals.pending & signals.handled & ~signals.blocked;
  const Syscall call = unflatten(task.call);
  const bool waits_for_many = std::holds_alternative<sys::Poll>(call) ||
                              std::holds_alternative<sys::Select>(call) ||
                              std::holds_alternative<sys::EpollWait>(call);
  const bool limited = block.wait.what == Readiness::None || block.deadline != 0 || waits_for_many;
  if (!result.ok() && !limited && (due & ~signals.restarts) == 0) result.restarts = 1;
  return result;
}

/// Tries the call, now or again, and does what follows from the answer. `last`: its time limit is over, so it
/// won't wait any longer.
void attempt(Step& step, TaskId id, const Syscall& call, bool again, bool last = false) {
  World& world = step.world;
  Try handler{step, id, again, {}};
  Attempt answer = std::visit(handler, call);
  if (const Block* block = std::get_if<Block>(&answer)) {
    const bool pauses = block->wait.what == Readiness::None;
    const Task& task = world.kernel.tasks.read(id);
    const bool never = std::holds_alternative<sys::Join>(call);  // Linux's futex waits on by itself
    if (!last && !never && handler_is_due(world, task.process) &&
        (pauses || !does_not_wait(world, task, call))) {
      answer = Done{interrupted(world, task, *block)};
    } else if (last) {
      answer = Done{so_far(*block, world.kernel.tasks.read(id).at_deadline)};
    } else if (pauses || !does_not_wait(world, world.kernel.tasks.read(id), call)) {
      park(step, id, call, *block);
      return;
    } else {
      answer = Done{so_far(*block, block->if_nonblocking)};
    }
  }
  const SysResult& result = std::get<Done>(answer).result;
  if (result.error == Errno::PIPE && brings_signal(world, world.kernel.tasks.read(id), call)) {
    const Task& task = world.kernel.tasks.read(id);
    const OpenFileId file = again ? task.held : file_of(world, task.process, fd_of(call));
    const bool to_socket = world.kernel.files.read(file).kind == FileKind::Socket;
    send_signal(step, task.process, sigpipe, to_socket ? Reason::KilledByPipe : Reason::KilledByBrokenPipe);
    if (world.kernel.tasks.read(id).state == TaskState::Ended) return;
  }
  if (world.kernel.tasks.read(id).state == TaskState::Ended) return;  // it has killed itself
  complete(step, id, result);
  if (handler.born)
    queue_turn(world, handler.born, world.now + world.syscall_time,
               world.kernel.tasks.read(id).entered_record);
}

}  // namespace

void turn(Step& step, TaskId id, const ProgramCall& program) {
  World& world = step.world;
  Task& task = world.kernel.tasks.write(id);
  if (task.returned == 0) {
    task.returned = 1;
    step.cause = step.record(rec::SyscallReturned{id, task.entered_record, task.call, task.result},
                             Reason::CallReturns, task.result_because);
  } else if (!task.parent) {
    step.cause = step.record(rec::TaskStarted{id, {}, task.process}, Reason::ScenarioStarts);
  }
  task.line = program.line;
  if (++task.calls_in_a_row > calls_in_a_row_limit) {
    end_process(step, task.process, 1, 0, Reason::EndlessCalls);
    return;
  }
  task.call = flatten(program.call);
  ++task.costs.calls;
  task.entered = world.now;
  task.entered_record = step.record(rec::SyscallEntered{id, task.call, program.line}, Reason::ProgramCalls);
  step.cause = task.entered_record;
  if (const auto* exit = std::get_if<sys::Exit>(&program.call)) {
    end_task(step, id, exit->status, Reason::ProgramEnds);
    return;
  }
  attempt(step, id, program.call, false);
}

void wake(Step& step, TaskId id) {
  Task& task = step.world.kernel.tasks.write(id);
  task.wake_queued = 0;
  ++task.costs.wake_ups;
  const bool signalled = handler_is_due(step.world, task.process);
  step.cause = step.record(rec::TaskWoken{id}, signalled ? Reason::SignalArrived : Reason::EventArrived);
  attempt(step, id, unflatten(task.call), true);
}

void deadline_over(Step& step, TaskId id) {
  const Syscall call = unflatten(step.world.kernel.tasks.read(id).call);
  const bool paused = std::holds_alternative<sys::Sleep>(call) || std::holds_alternative<sys::Compute>(call);
  step.cause = step.record(rec::TaskWoken{id}, paused ? Reason::SleepsUntil : Reason::DeadlineOver);
  if (paused) {
    complete(step, id, SysResult::of(0));
    return;
  }
  leave_wait_queues(step, id);
  attempt(step, id, call, true, true);  // what came at the last moment counts
}

}  // namespace sockarium::kernel
