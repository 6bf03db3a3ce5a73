// send(): copies into the send buffer as far as it has room, and sends what may go. Linux tcp_sendmsg_locked.
//
// Left out: MSG_MORE, zero copy. The buffer counts payload in whole segments.
#include <algorithm>

#include "sim/step.h"
#include "sim/tcp/segment.h"

namespace sockarium::tcp {

namespace {

Attempt wait_for_room(const World& world, SocketId socket, std::uint64_t taken) {
  const inet::SocketBase& base = world.inet.sockets.read(socket);
  Block block;
  block.wait.who = socket.raw();
  block.wait.what = Readiness::Writable;
  block.progress = taken;
  if (base.send_timeout != 0) block.deadline = world.now + base.send_timeout;
  return block;
}

}  // namespace

Attempt try_send(Step& step, SocketId socket, const Bytes& data, std::int32_t flags, std::uint64_t taken) {
  World& world = step.world;
  inet::SocketBase& base = world.inet.sockets.write(socket);
  const ConnectionId id = ConnectionId::from_raw(base.entry);
  Connection& connection = world.tcp.connections.write(id);
  if ((connection.state == TcpState::SynSent || connection.state == TcpState::SynReceived) &&
      !connection.write_shut)
    return wait_for_room(world, socket, taken);
  const bool open = connection.state == TcpState::Established || connection.state == TcpState::CloseWait;
  if (base.error != Errno::OK || connection.write_shut || !open) {
    if (taken > 0) return done(static_cast<std::int64_t>(taken));  // the error waits for the next call
    return fail(base.error != Errno::OK ? std::exchange(base.error, Errno::OK) : Errno::PIPE);
  }
  const std::uint64_t before = taken;
  while (taken < data.length && connection.send_queue.bytes < connection.send_buffer) {
    const auto part =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(data.length - taken, connection.mss));
    append(world, connection.send_queue, data.slice(static_cast<std::uint32_t>(taken), part));
    connection.write_end = connection.write_end + part;
    taken += part;
  }
  if (taken > before) {
    if ((flags & msg_oob) != 0) note_urgent_written(connection);
    step.record(rec::BufferChanged{socket, BufferKind::Send, 0,
                                   static_cast<std::int64_t>(connection.send_queue.bytes)},
                Reason::DataWritten);
    output(step, id, Reason::DataSent);
  }
  if (taken < data.length) return wait_for_room(world, socket, taken);
  return done(static_cast<std::int64_t>(taken));
}

}  // namespace sockarium::tcp
