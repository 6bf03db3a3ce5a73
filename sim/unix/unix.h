// Unix sockets as the kernel room sees them: no packet, no wire; one process's bytes go straight into
// another's queue. unix(7); Linux net/unix/af_unix.c.
//
// A name in the file tree is the kernel room's business: it finds the socket behind a path, or makes the
// file, and hands the socket or the file in. Open files that nobody holds any more are left in
// `step.released`.
//
// Left out: SO_PASSCRED and its like, MSG_OOB, SO_PEEK_OFF, SIOCINQ, filters, ETOOMANYREFS.
#pragma once

#include <vector>

#include "sim/core/attempt.h"
#include "sim/core/id.h"
#include "sim/core/syscall.h"
#include "sim/record.h"
#include "sim/unix/socket.h"

namespace sockarium {
class Step;
struct World;
}  // namespace sockarium

namespace sockarium::unix {

bool is_unix(const World& world, SocketId socket);
Socket& entry_of(World& world, SocketId socket);
const Socket& read_entry(const World& world, SocketId socket);

// --- a socket and its end [socket.cpp] ---

/// socket(): no name, no peer.
SocketId open(Step& step, NetId net, std::uint32_t user, SocketType type);
/// socketpair(): makes two fresh sockets each other's peer.
void pair(Step& step, SocketId a, SocketId b, const Credentials& who);
/// shutdown(): never fails, also without a peer.
Attempt try_shutdown(Step& step, SocketId socket, Shut how);
/// The last descriptor is gone: the peer learns it at once, and what waits unread is lost.
void close(Step& step, SocketId socket);
/// EOPNOTSUPP (a level other than SOL_SOCKET, SO_REUSEPORT), ENOPROTOOPT.
Attempt try_setsockopt(Step& step, SocketId socket, const sys::Setsockopt& call);
Attempt try_getsockopt(Step& step, SocketId socket, const sys::Getsockopt& call);

// --- names [name.cpp] ---

/// The longest sun_path, bytes.
inline constexpr std::uint32_t path_most = 108;
/// bind() to an abstract name, or, where it is empty, to one that the kernel chooses. EINVAL (it has a name),
/// EADDRINUSE.
Errno bind_abstract(Step& step, SocketId socket, const Bytes& name);
/// bind() to a path whose file was just made. EINVAL: it has a name.
Errno bind_path(Step& step, SocketId socket, const Bytes& name, NodeId node);
/// The socket of an abstract name, or none.
SocketId find_abstract(const World& world, NetId net, const Bytes& name, SocketType type);
Attempt try_getsockname(const World& world, SocketId socket);
/// ENOTCONN.
Attempt try_getpeername(const World& world, SocketId socket);

// --- connections [connect.cpp] ---

/// EOPNOTSUPP (datagrams), EINVAL (no name, or connected).
Attempt try_listen(Step& step, SocketId socket, std::int32_t backlog, const Credentials& who);
/// connect() to `other`, which its name has led to. ECONNREFUSED (it does not listen), EAGAIN (its queue is
/// full), EISCONN, EINVAL; of a datagram socket: EPERM (`other` is connected to somebody else).
Attempt try_connect(Step& step, SocketId socket, SocketId other, const Bytes& name, const Credentials& who);
/// connect() with AF_UNSPEC. EINVAL, but for datagrams.
Attempt try_disconnect(Step& step, SocketId socket);
/// accept(): the raw SocketId of the server end, and the client's name. `waits`: a blocking call. EOPNOTSUPP,
/// EINVAL, EAGAIN.
Attempt try_accept(Step& step, SocketId socket, bool waits);

// --- messages [stream.cpp, datagram.cpp] ---

/// send() on a stream. `rights` go with its first part, and become none when they have gone. `taken`: bytes
/// that earlier tries have taken; `waited`: there was one. ENOTCONN, EISCONN, EOPNOTSUPP (`addressed`),
/// EPIPE, EAGAIN, or an error that waits.
Attempt try_send_stream(Step& step, SocketId socket, const Bytes& data, bool addressed, RightId& rights,
                        std::uint64_t taken, bool waited);
/// May a message of `size` bytes go out at all, and has the sender room for it? Done with an error, or a
/// Block, or Done with 0. EMSGSIZE, EPIPE, EAGAIN, or an error that waits.
Attempt try_reserve(Step& step, SocketId socket, std::int64_t size);
/// The peer of send() without an address. ENOTCONN.
Errno peer_of(const World& world, SocketId socket, SocketId& peer);
/// Puts a message into the queue of `other`. `addressed`: it was named, not connected. EPERM (`other` is
/// connected to somebody else), ECONNREFUSED (it is closed), EPIPE, EAGAIN (its queue is full).
Attempt try_send_datagram(Step& step, SocketId socket, SocketId other, bool addressed, const Bytes& data,
                          RightId& rights);

/// What a call receives besides bytes.
struct Arrived {
  RightId rights;  ///< with MSG_PEEK they still belong to the message
};
/// recv() and its like. `waits`: a blocking call. EINVAL or ENOTCONN (no connection), EAGAIN, or an error
/// that waits.
Attempt try_receive(Step& step, SocketId socket, std::int64_t size, std::int32_t flags, bool waits,
                    const Bytes& gathered, Arrived& arrived);
Attempt receive_datagram(Step& step, SocketId socket, std::int64_t size, std::int32_t flags, bool waits,
                         Arrived& arrived);

// --- descriptors in flight [rights.cpp] ---

/// A list of open files; each must have gained a reference.
RightId make_rights(Step& step, const std::vector<OpenFileId>& files);
/// Nobody takes them: their files are released.
void drop_rights(Step& step, RightId first);
/// The list is over, its references go to whoever is handed the files.
std::vector<OpenFileId> take_rights(World& world, RightId first);
std::vector<OpenFileId> files_in(const World& world, RightId first);

// --- readings ---

TcpState state_of(const World& world, SocketId socket);
/// As ss shows them: unread bytes (of a datagram socket those of the first message), or connections that
/// wait.
std::int64_t receive_queue(const World& world, SocketId socket);
/// Memory of what it has sent and nobody has read, or the backlog.
std::int64_t send_queue(const World& world, SocketId socket);
/// Is a quarter of the send buffer or less in use? Linux unix_writable.
bool is_writable(const World& world, SocketId socket);
/// The events that poll() would find: poll_in … [readiness.cpp]
std::uint32_t poll_events(const World& world, SocketId socket);

// --- among the files of this room [queue.cpp] ---

/// What a message of so many bytes takes of its sender's buffer.
std::uint64_t memory_of_stream(std::uint64_t size);
std::uint64_t memory_of_datagram(std::uint64_t size);
/// Puts a message at the end of the queue of `to`, and wakes who waits there.
void enqueue(Step& step, SocketId from, SocketId to, const Bytes& data, std::uint64_t memory,
             RightId& rights);
/// Takes the next bytes out of the first message, and leaves a record.
RecordNumber take_bytes(Step& step, SocketId socket, std::uint32_t count, Reason reason);
/// Removes the first message, whose bytes and rights are taken: its sender's buffer has room again. `why`:
/// the record of taking them.
void remove_first(Step& step, SocketId socket, RecordNumber why);
/// Loses all messages, with the descriptors in them. `why`: what the latter are lost by.
void purge(Step& step, SocketId socket, Reason why = Reason::DescriptorDropped);
Block wait_on(SocketId who, Readiness what, bool exclusive);

}  // namespace sockarium::unix
