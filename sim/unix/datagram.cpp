// Messages that stay whole: datagrams, which need no connection, and sequenced packets, which do. Nothing is
// lost on the way; a receiver that does not read makes its senders wait. Linux unix_dgram_sendmsg,
// __unix_dgram_recvmsg, unix_seqpacket_sendmsg.
#include <algorithm>
#include <utility>

#include "sim/step.h"
#include "sim/unix/unix.h"

namespace sockarium::unix {

Errno peer_of(const World& world, SocketId socket, SocketId& peer) {
  const Socket& entry = read_entry(world, socket);
  if (!entry.has_peer) return Errno::NOTCONN;
  peer = entry.peer;
  return Errno::OK;
}

Attempt try_reserve(Step& step, SocketId socket, std::int64_t size) {
  World& world = step.world;
  inet::SocketBase& base = world.inet.sockets.write(socket);
  const Socket& entry = read_entry(world, socket);
  step.obstacle = entry.ended;
  if (entry.type == SocketType::SeqPacket) {
    if (base.error != Errno::OK) return fail(std::exchange(base.error, Errno::OK));
    if (entry.state != TcpState::Established) return fail(Errno::NOTCONN);
  }
  if (size > std::int64_t{entry.send_buffer} - 32) return fail(Errno::MSGSIZE);
  if (base.error != Errno::OK) return fail(std::exchange(base.error, Errno::OK));
  if (entry.write_shut) return fail(Errno::PIPE);
  step.obstacle = 0;
  if (entry.memory < entry.send_buffer) return done(0);
  if (entry.has_peer && world.inet.sockets.alive(entry.peer))
    step.obstacle = read_entry(world, entry.peer).filled;
  Block block = wait_on(socket, Readiness::Writable, false);
  if (base.send_timeout != 0) block.deadline = world.now + base.send_timeout;
  return block;
}

namespace {

/// The receiver of a datagram socket's messages is gone: it has no peer any more. Linux
/// unix_dgram_disconnected.
void forget_dead_peer(Step& step, SocketId socket) {
  Socket& entry = entry_of(step.world, socket);
  entry.has_peer = false;
  entry.peer = {};
  entry.peer_name = {};
  entry.state = TcpState::Closed;
  if (entry.first) purge(step, socket);
}

}  // namespace

Attempt try_send_datagram(Step& step, SocketId socket, SocketId other, bool addressed, const Bytes& data,
                          RightId& rights) {
  World& world = step.world;
  const Socket& entry = read_entry(world, socket);
  if (!world.inet.sockets.alive(other)) {
    if (entry.type == SocketType::SeqPacket) return fail(Errno::PIPE);
    if (addressed) return fail(Errno::CONNRESET);
    forget_dead_peer(step, socket);
    return fail(Errno::CONNREFUSED);
  }
  const Socket& receiver = read_entry(world, other);
  const bool answers = receiver.has_peer && receiver.peer == socket;
  if (receiver.has_peer && !answers) return fail(Errno::PERM);
  if (receiver.read_shut) {
    step.obstacle = receiver.ended;
    return fail(Errno::PIPE);
  }
  if (other != socket && !answers && receiver.full()) {
    step.obstacle =
        step.record(rec::MessageMoved{socket, other, 0, 0, receiver.unread, entry.name, receiver.name},
                    Reason::MessageQueueFull, receiver.filled);
    Block block = wait_on(other, Readiness::PeerRoom, true);
    const Duration timeout = world.inet.sockets.read(socket).send_timeout;
    if (timeout != 0) block.deadline = world.now + timeout;
    return block;
  }
  enqueue(step, socket, other, data, memory_of_datagram(data.length), rights);
  return done(data.length);
}

Attempt receive_datagram(Step& step, SocketId socket, std::int64_t size, std::int32_t flags, bool waits,
                         Arrived& arrived) {
  World& world = step.world;
  inet::SocketBase& base = world.inet.sockets.write(socket);
  const Socket& entry = entry_of(world, socket);
  // An error comes before data here (Linux __skb_try_recv_datagram).
  if (base.error != Errno::OK) {
    step.obstacle = entry.ended;
    return fail(std::exchange(base.error, Errno::OK));
  }
  if (!entry.first) {
    if (entry.read_shut && (waits || entry.type == SocketType::SeqPacket)) {
      step.obstacle = entry.ended;
      return done(0);
    }
    Block block = wait_on(socket, Readiness::Readable, true);
    if (base.receive_timeout != 0) block.deadline = world.now + base.receive_timeout;
    return block;
  }
  Message& message = world.unix.messages.write(entry.first);
  const std::uint32_t length = message.data.length;
  const auto taken = static_cast<std::uint32_t>(std::min<std::int64_t>(length, size));
  SysResult result = SysResult::of((flags & msg_trunc) != 0 ? length : taken);
  result.data = message.data.slice(0, taken);
  result.flags = taken < length ? msg_trunc : 0;
  result.path =
      world.inet.sockets.alive(message.sender) ? read_entry(world, message.sender).name : message.from;
  if (!result.path.empty()) result.domain = af_unix;
  arrived.rights = message.rights;
  RecordNumber took = step.cause;
  if ((flags & msg_peek) == 0) {
    message.rights = {};
    took = take_bytes(step, socket, length, Reason::MessageTaken);
    remove_first(step, socket, took);
  }
  step.wake_ups.push_back(WakeUp{socket.raw(), Readiness::PeerRoom, took});
  // Who polls a socket that is connected to a full one learns of the room, too (Linux
  // unix_dgram_peer_wake_relay).
  if ((flags & msg_peek) == 0 && entry.waiting == entry.limit)
    for (const UnixSocketId id : ids(world.unix.sockets)) {
      const Socket& sender = world.unix.sockets.read(id);
      if (sender.has_peer && sender.peer == socket && sender.socket != entry.peer)
        step.wake(sender.socket, Readiness::Writable, took);
    }
  return Done{result};
}

}  // namespace sockarium::unix
