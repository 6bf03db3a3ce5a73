// A stream between two processes of one machine: what is sent lies in the receiver's queue at once, in pieces
// that a reader does not see. Linux unix_stream_sendmsg, unix_stream_read_generic.
#include <algorithm>
#include <utility>

#include "sim/step.h"
#include "sim/unix/unix.h"

namespace sockarium::unix {

namespace {

/// The longest piece: two shall fit into the send buffer, and each into a few pages.
std::uint64_t longest_piece(const Socket& entry) {
  constexpr std::uint64_t most = 4096 - 320 + 32768;  // Linux SKB_MAX_HEAD + UNIX_SKB_FRAGS_SZ
  return std::min<std::uint64_t>(entry.send_buffer / 2 - 64, most);
}

const Bytes& name_of_sender(const World& world, const Message& message) {
  return world.inet.sockets.alive(message.sender) ? read_entry(world, message.sender).name : message.from;
}

}  // namespace

Attempt try_send_stream(Step& step, SocketId socket, const Bytes& data, bool addressed, RightId& rights,
                        std::uint64_t taken, bool waited) {
  World& world = step.world;
  inet::SocketBase& base = world.inet.sockets.write(socket);
  const Socket& entry = entry_of(world, socket);
  if (addressed) return fail(entry.state == TcpState::Established ? Errno::ISCONN : Errno::OPNOTSUPP);
  if (!entry.has_peer) return fail(Errno::NOTCONN);
  const auto stop = [&](Errno error) {
    step.obstacle = entry.ended;
    return taken > 0 ? done(static_cast<std::int64_t>(taken)) : fail(error);
  };
  // An error that waits is looked at only where memory is asked for, which a call does that has waited for it
  // (Linux sock_alloc_send_pskb).
  if (entry.write_shut && !waited) return stop(Errno::PIPE);
  while (taken < data.length) {
    if (base.error != Errno::OK) return stop(std::exchange(base.error, Errno::OK));
    if (entry.write_shut) return stop(Errno::PIPE);
    if (entry.memory >= entry.send_buffer) {
      const Socket* reader = world.inet.sockets.alive(entry.peer) ? &read_entry(world, entry.peer) : nullptr;
      step.obstacle = reader != nullptr ? reader->filled : 0;
      Block block = wait_on(socket, Readiness::Writable, false);
      block.progress = taken;
      if (base.send_timeout != 0) block.deadline = world.now + base.send_timeout;
      return block;
    }
    if (!world.inet.sockets.alive(entry.peer) || read_entry(world, entry.peer).read_shut)
      return stop(Errno::PIPE);
    const auto piece = static_cast<std::uint32_t>(std::min(data.length - taken, longest_piece(entry)));
    enqueue(step, socket, entry.peer, data.slice(static_cast<std::uint32_t>(taken), piece),
            memory_of_stream(piece), rights);
    taken += piece;
  }
  return done(static_cast<std::int64_t>(taken));
}

Attempt try_receive(Step& step, SocketId socket, std::int64_t size, std::int32_t flags, bool waits,
                    const Bytes& gathered, Arrived& arrived) {
  World& world = step.world;
  inet::SocketBase& base = world.inet.sockets.write(socket);
  const Socket& entry = entry_of(world, socket);
  if (entry.connection_based() && entry.state != TcpState::Established)
    return fail(entry.type == SocketType::Stream ? Errno::INVAL : Errno::NOTCONN);
  if (entry.type != SocketType::Stream) return receive_datagram(step, socket, size, flags, waits, arrived);
  const bool peeks = (flags & msg_peek) != 0;
  const std::int64_t target = (flags & msg_waitall) != 0 && !peeks ? std::max<std::int64_t>(size, 1) : 1;
  SysResult result;
  result.data = gathered;
  std::int64_t left = size - gathered.length;
  MessageId at = entry.first;
  do {
    if (!at) {
      if (result.data.length >= target || (peeks && !result.data.empty())) break;
      step.obstacle = entry.ended;
      if (base.error != Errno::OK) {
        const Errno error = std::exchange(base.error, Errno::OK);
        if (result.data.empty()) return fail(error);
        break;
      }
      if (entry.read_shut) break;
      Block block = wait_on(socket, Readiness::Readable, false);
      block.progress = result.data.length;
      block.gathered = result.data;
      if (base.receive_timeout != 0) block.deadline = world.now + base.receive_timeout;
      return block;
    }
    Message& message = world.unix.messages.write(at);
    const auto chunk = static_cast<std::uint32_t>(std::min<std::int64_t>(message.data.length, left));
    if (result.domain == 0) {
      result.path = name_of_sender(world, message);
      if (!result.path.empty()) result.domain = af_unix;
    }
    result.data = step.bytes.concat(result.data, message.data.slice(0, chunk));
    left -= chunk;
    arrived.rights = message.rights;
    if (peeks) {
      at = message.next;
      if (arrived.rights) break;
      continue;
    }
    message.rights = {};
    const RecordNumber took = take_bytes(step, socket, chunk, Reason::MessageTaken);
    if (!message.data.empty()) break;
    remove_first(step, socket, took);
    at = entry.first;
  } while (left > 0 && !arrived.rights);
  result.value = result.data.length;
  return Done{result};
}

}  // namespace sockarium::unix
