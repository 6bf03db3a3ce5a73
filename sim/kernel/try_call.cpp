#include "sim/kernel/try_call.h"

#include <utility>

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
#include "sim/step.h"
#include "sim/tcp/tcp.h"
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

}  // namespace

Attempt try_call(Step& step, TaskId task, const Syscall& call, bool again, TaskId& born) {
  Try handler{step, task, again, {}};
  Attempt answer = std::visit(handler, call);
  born = handler.born;
  return answer;
}

}  // namespace sockarium::kernel
