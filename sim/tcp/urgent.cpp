// Urgent data: one byte that the peer wants to be looked at before the rest. In the stream it is a byte like
// the others; the header tells where it is as soon as it is written, even before it may be sent. The program
// is told (POLLPRI), and takes the byte with MSG_OOB, or, with SO_OOBINLINE, in its place in the stream. RFC
// 9293 section 3.8.5, RFC 6093; Linux tcp_mark_urg, tcp_check_urg, tcp_urg, tcp_recv_urg.
//
// Linux takes the pointer as RFC 1122 forbids: it points behind the byte (net.ipv4.tcp_stdurg is 0). Only the
// newest urgent byte counts. Left out: SIGURG, and tcp_stdurg.
#include "sim/step.h"
#include "sim/tcp/segment.h"

namespace sockarium::tcp {

void note_urgent_written(Connection& connection) {
  connection.snd_up = connection.write_end;
}

bool has_urgent_unacknowledged(const Connection& connection) {
  return connection.snd_up > connection.snd_una;
}

void mark_urgent(const Connection& connection, wire::Packet& packet) {
  constexpr std::int32_t farthest = 0xffff;
  if (!has_urgent_unacknowledged(connection) || packet.seq >= connection.snd_up) return;
  const std::int32_t distance = connection.snd_up - packet.seq;
  packet.flags |= wire::URG;
  packet.urgent = static_cast<std::uint16_t>(distance > farthest ? farthest : distance);
}

Seq next_unread(const Connection& connection) {
  return connection.rcv_nxt - static_cast<std::uint32_t>(connection.receive_queue.bytes) -
         (connection.fin_received ? 1u : 0u);
}

namespace {

/// The segment announces an urgent byte that is new. An older one that is the next to be read is passed over
/// now: it is no longer marked, and would be read as a byte like others. Linux tcp_check_urg.
void announce(World& world, Connection& connection, const wire::Packet& packet) {
  const Seq byte = packet.seq + packet.urgent - (packet.urgent != 0 ? 1u : 0u);
  if (next_unread(connection) > byte || byte < connection.rcv_nxt) return;  // it was read, or seen
  if (connection.urgent != UrgentByte::None && byte <= connection.urgent_seq) return;
  if (is_passed_over(connection, world.inet.sockets.read(connection.socket).oob_inline))
    drop_front(world, connection.receive_queue, 1);
  connection.urgent = UrgentByte::Announced;
  connection.urgent_seq = byte;
}

}  // namespace

void check_urgent(Step& step, ConnectionId id, const wire::Packet& packet) {
  Connection& connection = step.world.tcp.connections.write(id);
  if (packet.has(wire::URG)) announce(step.world, connection, packet);
  if (connection.urgent != UrgentByte::Announced) return;
  const std::int32_t place = connection.urgent_seq - packet.seq;
  if (place < 0 || static_cast<std::uint32_t>(place) >= packet.payload.length) return;
  const std::string byte = step.bytes.text(packet.payload.slice(static_cast<std::uint32_t>(place), 1));
  connection.urgent = UrgentByte::Here;
  connection.urgent_byte = static_cast<std::uint8_t>(byte[0]);
  const RecordNumber told = step.record(rec::BufferChanged{connection.socket, BufferKind::Receive, 0,
                                                           receive_queue(step.world, connection.socket)},
                                        Reason::UrgentAnnounced);
  step.wake(connection.socket, Readiness::Readable, told);
}

std::uint32_t up_to_urgent(const Connection& connection, bool in_line, std::uint32_t count) {
  if (connection.urgent == UrgentByte::None) return count;
  const std::int32_t before = connection.urgent_seq - next_unread(connection);
  if (before < 0 || static_cast<std::uint32_t>(before) >= count) return count;
  if (before > 0) return static_cast<std::uint32_t>(before);
  return in_line ? count : 0;
}

bool is_passed_over(const Connection& connection, bool in_line) {
  return connection.urgent != UrgentByte::None && !in_line &&
         connection.urgent_seq == next_unread(connection) && connection.receive_queue.bytes > 0;
}

void leave_urgent_behind(Connection& connection) {
  if (connection.urgent != UrgentByte::None && next_unread(connection) > connection.urgent_seq)
    connection.urgent = UrgentByte::None;
}

Attempt try_receive_urgent(Step& step, SocketId socket, std::int64_t size, std::int32_t flags) {
  const inet::SocketBase& base = step.world.inet.sockets.read(socket);
  Connection& connection = step.world.tcp.connections.write(ConnectionId::from_raw(base.entry));
  if (base.oob_inline || connection.urgent == UrgentByte::None || connection.urgent == UrgentByte::Taken)
    return fail(Errno::INVAL);
  if (connection.state == TcpState::Closed && !connection.fin_received) return fail(Errno::NOTCONN);
  if (connection.urgent == UrgentByte::Announced) {
    const bool over = connection.state == TcpState::Closed || connection.read_shut;
    return over ? done(0) : fail(Errno::AGAIN);  // it never waits
  }
  if ((flags & msg_peek) == 0) connection.urgent = UrgentByte::Taken;
  if (size == 0) return done(0);
  const char byte = static_cast<char>(connection.urgent_byte);
  SysResult result = SysResult::of(1);
  result.data = step.bytes.intern({&byte, 1});
  return Done{result};
}

Attempt try_at_mark(const World& world, SocketId socket) {
  const Connection& connection =
      world.tcp.connections.read(ConnectionId::from_raw(world.inet.sockets.read(socket).entry));
  const bool at = connection.urgent != UrgentByte::None && connection.urgent_seq == next_unread(connection);
  return done(at ? 1 : 0);
}

Attempt try_readable_bytes(const World& world, SocketId socket) {
  const inet::SocketBase& base = world.inet.sockets.read(socket);
  const Connection& connection = world.tcp.connections.read(ConnectionId::from_raw(base.entry));
  if (connection.state == TcpState::Listen) return fail(Errno::INVAL);
  const auto unread = static_cast<std::uint32_t>(connection.receive_queue.bytes);
  if (base.oob_inline || connection.urgent == UrgentByte::None) return done(unread);
  const std::int32_t before = connection.urgent_seq - next_unread(connection);
  if (before < 0 || static_cast<std::uint32_t>(before) >= unread) return done(unread);
  return done(before);
}

}  // namespace sockarium::tcp
