// Unix sockets' calls: where names of the file tree, processes and open files meet the room of Unix sockets,
// which knows none of them. Linux unix_bind_bsd, unix_find_other, scm_send, scm_recv.
#pragma once

#include "sim/core/attempt.h"
#include "sim/kernel/kernel.h"

namespace sockarium {
class Step;
}  // namespace sockarium

namespace sockarium::kernel::local {

/// Is there such a type of Unix socket?
bool is_local_type(std::int32_t type);
/// EOPNOTSUPP (only AF_UNIX makes pairs), EINVAL, ESOCKTNOSUPPORT, EPROTONOSUPPORT, EMFILE, ENFILE.
Attempt try_socketpair(Step& step, ProcessId process, const sys::Socketpair& call);
/// EINVAL (it has a name, the address is too long or of another family), EADDRINUSE, ENOENT, ENOTDIR, EACCES.
Attempt try_bind(Step& step, ProcessId process, SocketId socket, const sys::Bind& call);
Attempt try_listen(Step& step, ProcessId process, SocketId socket, const sys::Listen& call);
/// EINVAL, ENOENT, EACCES, ECONNREFUSED, EPROTOTYPE (a socket of another type is bound there), EAGAIN,
/// EISCONN, EPERM.
Attempt try_connect(Step& step, ProcessId process, SocketId socket, const sys::Connect& call);

/// To whom a call sends: an address, or the peer.
struct Target {
  bool addressed = false;
  std::int32_t domain = af_unix;
  Bytes path;
};
/// send() and its like. `task` is who sends; the open files that it wants to send lie in Task::rights.
Attempt try_send(Step& step, TaskId task, SocketId socket, const Bytes& data, const Target& target);
/// recv() and its like, where descriptors that come with a message are lost.
Attempt try_receive(Step& step, TaskId task, SocketId socket, std::int64_t size, std::int32_t flags,
                    bool waits);
/// sendmsg() with descriptors: EBADF, EINVAL (more than 253). Sockets of other families take no notice of
/// them.
Attempt try_sendmsg(Step& step, TaskId task, SocketId socket, const sys::Sendmsg& call, bool again);
/// recvmsg(): descriptors get numbers here, as many as the control buffer and the table have room for; the
/// rest is closed, and MSG_CTRUNC says so.
Attempt try_recvmsg(Step& step, TaskId task, SocketId socket, const sys::Recvmsg& call, bool waits);

/// The last descriptor of a Unix socket is gone.
void close(Step& step, SocketId socket);
/// Lets go of the open files that rooms below have left, and of what is behind them, and so on; then looks
/// for garbage among descriptors in flight.
void release_left(Step& step);

}  // namespace sockarium::kernel::local
