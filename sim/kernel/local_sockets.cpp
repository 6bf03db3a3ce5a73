#include "sim/kernel/local_sockets.h"

#include <algorithm>
#include <utility>

#include "sim/kernel/descriptors.h"
#include "sim/kernel/file_tree.h"
#include "sim/kernel/garbage.h"
#include "sim/kernel/protocol.h"
#include "sim/kernel/socket_call.h"
#include "sim/step.h"
#include "sim/unix/unix.h"

namespace sockarium::kernel::local {

namespace {

unix::Credentials credentials_of(const World& world, ProcessId process) {
  const Process& who = world.kernel.processes.read(process);
  return {who.pid, who.user, who.user};
}

bool is_abstract(const Step& step, const Bytes& path) {
  return !path.empty() && step.bytes.text(path.slice(0, 1))[0] == '\0';
}

/// Names are equal where their bytes are: the store gives equal content one name, but for the pattern.
Bytes as_name(Step& step, const Bytes& path) {
  return step.bytes.intern(step.bytes.text(path));
}

/// Linux unix_validate_addr.
bool is_address(std::int32_t domain, const Bytes& path) {
  return domain == af_unix && !path.empty() && path.length <= unix::path_most;
}

/// Linux unix_find_other.
Errno find_other(Step& step, ProcessId process, SocketId socket, const Bytes& path, SocketId& other) {
  const World& world = step.world;
  const SocketType type = unix::read_entry(world, socket).type;
  if (is_abstract(step, path)) {
    other = unix::find_abstract(world, world.inet.sockets.read(socket).net, as_name(step, path), type);
    return other ? Errno::OK : Errno::CONNREFUSED;
  }
  if (const Errno error = find_socket(step, process, path, other); error != Errno::OK) return error;
  return unix::read_entry(world, other).type == type ? Errno::OK : Errno::PROTOTYPE;
}

}  // namespace

Attempt try_socketpair(Step& step, ProcessId process, const sys::Socketpair& call) {
  World& world = step.world;
  // Both numbers are reserved before the sockets are made (Linux __sys_socketpair).
  const std::int64_t first = reserve_number(world, process);
  const std::int64_t second = first < 0 ? -1 : reserve_number(world, process);
  const auto refuse = [&](Errno error) {
    if (second >= 0) unreserve_number(world, process, second);
    if (first >= 0) unreserve_number(world, process, first);
    return fail(error);
  };
  if (second < 0) return refuse(Errno::MFILE);
  const Process& owner = world.kernel.processes.read(process);
  const NetId net = world.kernel.hosts.read(owner.host).net;
  const SocketPlan plan =
      plan_socket(world, net, owner.user, sys::Socket{call.domain, call.type, call.protocol});
  if (plan.error != Errno::OK) return refuse(plan.error);
  if (plan.domain != Domain::Unix) return refuse(Errno::OPNOTSUPP);
  if (file_table_full(world, process, 2)) return refuse(Errno::NFILE);
  const SocketId a = unix::open(step, net, owner.user, plan.type);
  const SocketId b = unix::open(step, net, owner.user, plan.type);
  unix::pair(step, a, b, credentials_of(world, process));
  const bool nonblocking = (call.type & sock_nonblock) != 0, cloexec = (call.type & sock_cloexec) != 0;
  install(step, process, first, make_file(world, a, nonblocking), cloexec);
  install(step, process, second, make_file(world, b, nonblocking), cloexec);
  SysResult result = SysResult::of(first);
  result.second = second;
  return Done{result};
}

bool is_local_type(std::int32_t type) {
  return type == static_cast<std::int32_t>(SocketType::Stream) ||
         type == static_cast<std::int32_t>(SocketType::Datagram) ||
         type == static_cast<std::int32_t>(SocketType::SeqPacket);
}

Attempt try_bind(Step& step, ProcessId process, SocketId socket, const sys::Bind& call) {
  const auto answer = [](Errno error) { return error == Errno::OK ? done(0) : fail(error); };
  const bool chosen_by_kernel = call.domain == af_unix && call.path.empty();
  if (!chosen_by_kernel && !is_address(call.domain, call.path)) return fail(Errno::INVAL);
  const Bytes name = chosen_by_kernel ? Bytes{} : as_name(step, call.path);
  if (chosen_by_kernel || is_abstract(step, name)) return answer(unix::bind_abstract(step, socket, name));
  // The file is made before anybody asks whether the socket has a name already (Linux unix_bind_bsd).
  NodeId node;
  if (const Errno error = make_socket_file(step, process, name, node); error != Errno::OK) return fail(error);
  const Errno error = unix::bind_path(step, socket, name, node);
  if (error == Errno::OK)
    step.world.kernel.nodes.write(node).socket = socket;
  else
    remove_socket_file(step, node);
  return answer(error);
}

Attempt try_listen(Step& step, ProcessId process, SocketId socket, const sys::Listen& call) {
  return unix::try_listen(step, socket, call.backlog, credentials_of(step.world, process));
}

Attempt try_connect(Step& step, ProcessId process, SocketId socket, const sys::Connect& call) {
  if (call.domain == af_unspec) return unix::try_disconnect(step, socket);
  if (!is_address(call.domain, call.path)) return fail(Errno::INVAL);
  SocketId other;
  if (const Errno error = find_other(step, process, socket, call.path, other); error != Errno::OK)
    return fail(error);
  return unix::try_connect(step, socket, other, as_name(step, call.path),
                           credentials_of(step.world, process));
}

Attempt try_send(Step& step, TaskId task_id, SocketId socket, const Bytes& data, const Target& target) {
  World& world = step.world;
  Task& task = world.kernel.tasks.write(task_id);
  const SocketType type = unix::read_entry(world, socket).type;
  if (type == SocketType::Stream)
    return unix::try_send_stream(step, socket, data, target.addressed, task.rights, task.progress,
                                 task.state == TaskState::Blocked);
  const bool addressed = target.addressed && type == SocketType::Datagram;  // else it is passed over
  SocketId other;
  if (addressed && !is_address(target.domain, target.path)) return fail(Errno::INVAL);
  if (!addressed)
    if (const Errno error = unix::peer_of(world, socket, other); error != Errno::OK) return fail(error);
  const Attempt room = unix::try_reserve(step, socket, data.length);
  if (std::holds_alternative<Block>(room) || !std::get<Done>(room).result.ok()) return room;
  if (addressed)
    if (const Errno error = find_other(step, task.process, socket, target.path, other); error != Errno::OK)
      return fail(error);
  return unix::try_send_datagram(step, socket, other, addressed, data, task.rights);
}

Attempt try_receive(Step& step, TaskId task, SocketId socket, std::int64_t size, std::int32_t flags,
                    bool waits) {
  unix::Arrived arrived;
  const Bytes gathered = step.world.kernel.tasks.read(task).gathered;
  const Attempt attempt = unix::try_receive(step, socket, size, flags, waits, gathered, arrived);
  if (arrived.rights && (flags & msg_peek) == 0) {
    for (const OpenFileId file : unix::files_in(step.world, arrived.rights))
      step.record(rec::DescriptorMoved{file, socket, {}}, Reason::DescriptorDropped);
    unix::drop_rights(step, arrived.rights);
  }
  return attempt;
}

Attempt try_sendmsg(Step& step, TaskId task_id, SocketId socket, const sys::Sendmsg& call, bool again) {
  constexpr std::size_t most = 253;  // Linux SCM_MAX_FD
  World& world = step.world;
  Task& task = world.kernel.tasks.write(task_id);
  const bool netlink = world.inet.sockets.read(socket).kind == inet::EntryKind::Netlink;
  if (netlink && !(call.fds.empty() && call.path.empty())) return fail(Errno::INVAL);
  if (!unix::is_unix(world, socket))
    return protocol::try_send(step, task_id, socket, call.data, call.flags, nullptr);
  if (!again && !call.fds.empty()) {
    // What the numbers mean is settled when the call begins.
    const std::vector<std::int32_t> fds = numbers_in(call.fds, step.bytes);
    if (fds.size() > most) return fail(Errno::INVAL);
    std::vector<OpenFileId> files;
    for (const std::int32_t fd : fds) {
      files.push_back(file_of(world, task.process, fd));
      if (!files.back()) return fail(Errno::BADF);
    }
    for (const OpenFileId file : files) ++world.kernel.files.write(file).references;
    task.rights = unix::make_rights(step, files);
  }
  return try_send(step, task_id, socket, call.data, {!call.path.empty(), af_unix, call.path});
}

namespace {

/// How many numbers fit behind the header of a control message (Linux scm_max_fds; cmsg(3)).
std::size_t room_for_numbers(std::int64_t control) {
  constexpr std::int64_t header = 16;
  return control <= header ? 0 : static_cast<std::size_t>((control - header) / 4);
}

/// Gives numbers to what came, as far as there is room; the rest is released. Linux scm_detach_fds.
void receive_files(Step& step, ProcessId process, SocketId socket, const std::vector<OpenFileId>& files,
                   const sys::Recvmsg& call, SysResult& result) {
  World& world = step.world;
  const std::size_t room = std::min(room_for_numbers(call.control), files.size());
  std::vector<std::int32_t> given;
  for (const OpenFileId file : files) {
    const std::int64_t fd = given.size() < room ? reserve_number(world, process) : -1;
    if (fd < 0) break;
    step.record(rec::DescriptorMoved{file, socket, {}}, Reason::DescriptorReceived);
    install(step, process, fd, file, (call.flags & msg_cmsg_cloexec) != 0);
    given.push_back(static_cast<std::int32_t>(fd));
  }
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (i >= given.size()) step.record(rec::DescriptorMoved{files[i], socket, {}}, Reason::DescriptorDropped);
    step.released.push_back(files[i]);  // the message's reference
  }
  if (given.size() < files.size()) result.flags |= msg_ctrunc;
  if (!given.empty()) result.fds = numbers(given, step.bytes);
}

}  // namespace

Attempt try_recvmsg(Step& step, TaskId task_id, SocketId socket, const sys::Recvmsg& call, bool waits) {
  World& world = step.world;
  const Task& task = world.kernel.tasks.read(task_id);
  if (call.size < 0) return fail(Errno::INVAL);
  unix::Arrived arrived;
  Attempt attempt =
      unix::is_unix(world, socket)
          ? unix::try_receive(step, socket, call.size, call.flags, waits, task.gathered, arrived)
          : protocol::try_receive(step, task_id, socket, call.size, call.flags, waits);
  auto* done = std::get_if<Done>(&attempt);
  if (done == nullptr || !done->result.ok()) return attempt;
  done->result.flags |= call.flags & msg_cmsg_cloexec;
  if (!arrived.rights) return attempt;
  std::vector<OpenFileId> files;
  if ((call.flags & msg_peek) != 0) {
    files = unix::files_in(world, arrived.rights);
    for (const OpenFileId file : files) ++world.kernel.files.write(file).references;
  } else {
    files = unix::take_rights(world, arrived.rights);
  }
  receive_files(step, task.process, socket, files, call, done->result);
  return attempt;
}

void close(Step& step, SocketId socket) {
  World& world = step.world;
  const NodeId node = unix::read_entry(world, socket).node;
  if (world.kernel.nodes.alive(node)) world.kernel.nodes.write(node).socket = {};
  unix::close(step, socket);
  step.local_socket_closed = true;
}

void release_left(Step& step) {
  for (;;) {
    for (std::size_t i = 0; i < step.released.size(); ++i) {  // it grows as sockets are closed
      const OpenFileId file = step.released[i];
      release_file(step, file);
    }
    step.released.clear();
    if (!std::exchange(step.local_socket_closed, false)) return;
    collect_garbage(step);
  }
}

}  // namespace sockarium::kernel::local
