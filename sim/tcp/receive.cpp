// recv(): takes bytes from the receive queue. What it says when there are none, in Linux's order: the end of
// the stream, a pending error, never connected, wait. Linux tcp_recvmsg_locked, tcp_cleanup_rbuf.
#include <algorithm>

#include "sim/step.h"
#include "sim/tcp/segment.h"

namespace sockarium::tcp {

namespace {

/// The reader made room, or took the last byte: tell the sender where that helps. Linux __tcp_cleanup_rbuf.
void after_reading(Step& step, ConnectionId id) {
  Connection& connection = step.world.tcp.connections.write(id);
  if (connection.state == TcpState::Closed) return;
  if (connection.ack_pending && !connection.pingpong && connection.ever_received &&
      !connection.fin_received && connection.receive_queue.bytes == 0) {
    send_ack(step, id, Reason::AckAtOnce);
    return;
  }
  if (connection.fin_received) return;
  const auto offered = std::max<std::int64_t>(
      0, static_cast<std::int64_t>(connection.rcv_wnd) - (connection.rcv_nxt - connection.rcv_wup));
  if (2 * offered > connection.receive_buffer / 2) return;
  Connection probe = connection;
  const std::int64_t would_offer = std::int64_t{choose_window(probe)} << connection.receive_scale;
  if (would_offer > 0 && would_offer >= 2 * offered) send_ack(step, id, Reason::WindowUpdate);
}

}  // namespace

Attempt try_receive(Step& step, SocketId socket, std::int64_t size, std::int32_t flags,
                    const Bytes& gathered) {
  World& world = step.world;
  inet::SocketBase& base = world.inet.sockets.write(socket);
  const ConnectionId id = ConnectionId::from_raw(base.entry);
  Connection& connection = world.tcp.connections.write(id);
  if (connection.state == TcpState::Listen) return fail(Errno::NOTCONN);
  if ((flags & msg_oob) != 0) return try_receive_urgent(step, socket, size, flags);
  const bool peek = (flags & msg_peek) != 0;
  // The urgent byte is passed over, not read (Linux tcp_recvmsg_locked, urg_hole).
  const bool hole = gathered.empty() && size > 0 && is_passed_over(connection, base.oob_inline);
  const std::uint32_t from = hole && peek ? 1 : 0;
  if (hole && !peek) {
    drop_front(world, connection.receive_queue, 1);
    leave_urgent_behind(connection);
  }
  const bool wait_all = (flags & msg_waitall) != 0 && !peek;
  const std::uint64_t unread = connection.receive_queue.bytes - from;
  const bool at_end = connection.fin_received || base.error != Errno::OK || connection.read_shut ||
                      connection.state == TcpState::Closed;
  if (size == 0 && connection.state != TcpState::Closed) return done(0);
  Bytes taken = gathered;
  if (unread > 0) {
    const auto wanted = static_cast<std::uint32_t>(
        std::min<std::uint64_t>(unread, static_cast<std::uint64_t>(size) - gathered.length));
    const std::uint32_t count = hole ? wanted : up_to_urgent(connection, base.oob_inline, wanted);
    taken = step.bytes.concat(gathered, copy_out(step, connection.receive_queue, from, count));
    SysResult result = SysResult::of(taken.length);
    result.data = taken;
    if (peek) return Done{result};
    drop_front(world, connection.receive_queue, count);
    leave_urgent_behind(connection);
    const bool at_mark = count < wanted;
    if (connection.receive_queue.bytes == 0) connection.fin_counted = false;
    step.record(rec::BufferChanged{socket, BufferKind::Receive, 0, receive_queue(world, socket)},
                Reason::DataRead);
    after_reading(step, id);
    if (!wait_all || at_end || at_mark || taken.length >= static_cast<std::uint64_t>(size))
      return Done{result};
  } else if (!taken.empty() && at_end) {  // the end came before all: what there is (Linux tcp_recvmsg)
    SysResult result = SysResult::of(taken.length);
    result.data = taken;
    return Done{result};
  }
  if (connection.fin_received) {
    if (connection.fin_counted && !peek) {
      connection.fin_counted = false;
      step.record(rec::BufferChanged{socket, BufferKind::Receive, 0, 0}, Reason::DataRead);
    }
    return done(0);
  }
  if (base.error != Errno::OK) return fail(std::exchange(base.error, Errno::OK));
  if (connection.read_shut) return done(0);
  if (connection.state == TcpState::Closed) return fail(Errno::NOTCONN);
  Block block;
  block.wait.who = socket.raw();
  block.wait.what = Readiness::Readable;
  if (base.receive_timeout != 0) block.deadline = world.now + base.receive_timeout;
  block.progress = taken.length;
  block.gathered = taken;
  return block;
}

}  // namespace sockarium::tcp
