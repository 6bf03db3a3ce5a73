// What goes out. «What may I send now?» is a list of rules asked in order (RFC 9293 section 3.8.6.2.1,
// sender's side; Linux tcp_write_xmit): the congestion window, the peer's window, Nagle's algorithm.
//
// Left out: pacing, the exact count of segments in flight (bytes / MSS
// here).
#include <algorithm>

#include "sim/core/chance.h"
#include "sim/inet/options.h"
#include "sim/inet/route.h"
#include "sim/step.h"
#include "sim/tcp/segment.h"

namespace sockarium::tcp {

namespace {

wire::Packet make_segment(Step& step, Connection& connection, Seq seq, std::uint8_t flags) {
  const inet::SocketBase& base = step.world.inet.sockets.read(connection.socket);
  wire::Packet packet;
  packet.ttl = inet::hops_of(step.world, base, base.peer.ip);
  packet.from = base.local;
  packet.to = base.peer;
  packet.seq = seq;
  packet.flags = flags;
  if ((flags & wire::ACK) != 0) packet.ack = connection.rcv_nxt;
  if (connection.has_timestamps) {
    packet.options.has_timestamps = true;
    packet.options.timestamp = timestamp(step.world, connection.timestamp_offset);
    packet.options.echo = (flags & wire::ACK) != 0 ? connection.ts_recent : 0;
  }
  return packet;
}

/// An acknowledgement travels with this packet: nothing is left to be acknowledged.
void note_ack_sent(Connection& connection) {
  connection.ack_pending = false;
  Step::disarm(connection.delayed_ack);
  if (connection.quick_acks > 0) --connection.quick_acks;
}

RecordNumber transmit(Step& step, ConnectionId id, wire::Packet packet, Reason reason, std::int64_t again,
                      RecordNumber because = 0) {
  Connection& connection = step.world.tcp.connections.write(id);
  if (packet.has(wire::ACK)) {
    packet.window = choose_window(connection);
    note_ack_sent(connection);
  }
  const NetId net = step.world.inet.sockets.read(connection.socket).net;
  step.count(net, again > 0 ? Counter::TcpRetransSegs : Counter::TcpOutSegs);
  if (again == 0 && packet.length() > 0 &&
      connection.rtt.measuring == 0) {  // Karn: never time a repeated segment
    connection.rtt.measuring = 1;
    connection.rtt.timed = packet.end();
    connection.rtt.timed_at = step.now();
  }
  if (again > 0) connection.rtt.measuring = 0;
  return inet::send(step, net, packet, reason, again, because);
}

/// Nagle's algorithm as Minshall changed it: one small segment unacknowledged at a time. Linux
/// tcp_nagle_test.
bool nagle_holds(const Connection& connection, std::uint32_t length, bool with_fin) {
  if (length >= connection.mss || connection.no_delay || with_fin) return false;
  return connection.small_end > connection.snd_una && connection.small_end <= connection.snd_nxt;
}

std::uint32_t segments_in_flight(const Connection& connection) {
  const auto bytes = static_cast<std::uint32_t>(connection.snd_nxt - connection.snd_una);
  return (bytes + connection.mss - 1) / connection.mss;
}

/// Sends the segment at `seq` with up to `limit` bytes, and the FIN when it is reached.
/// `ends_burst`: PSH is set though more of the writer's data follows.
void send_data(Step& step, ConnectionId id, Seq seq, std::uint32_t limit, Reason reason, std::int64_t again,
               bool ends_burst = false) {
  Connection& connection = step.world.tcp.connections.write(id);
  const auto offset = static_cast<std::uint64_t>(seq - connection.data_start());
  const auto unsent = static_cast<std::uint32_t>(connection.write_end - seq);
  const std::uint32_t length = std::min({limit, connection.mss, unsent});
  const bool fin = connection.fin_queued && length == unsent;
  std::uint8_t flags = wire::ACK;
  if (length > 0 && (length == unsent || ends_burst))
    flags |= wire::PSH;  // the writer's data ends here (Linux tcp_mark_push)
  if (fin) flags = static_cast<std::uint8_t>((flags | wire::FIN) & ~wire::PSH);
  wire::Packet packet = make_segment(step, connection, seq, flags);
  packet.payload = copy_out(step, connection.send_queue, offset, length);
  mark_urgent(connection, packet);
  if (packet.end() > connection.snd_nxt) {
    connection.snd_nxt = packet.end();
    connection.last_start = seq;
  }
  if (length > 0 && length < connection.mss) connection.small_end = seq + length;
  // Linux tcp_event_data_sent: an answer soon after data came makes the connection interactive.
  if (length > 0 && connection.ever_received && step.now() - connection.last_received < 40 * millisecond)
    connection.pingpong = true;
  transmit(step, id, packet, reason, again);
}

}  // namespace

std::uint32_t timestamp(const World& world, std::uint32_t offset) {
  return static_cast<std::uint32_t>(world.now / millisecond) + offset;
}

Seq initial_sequence(const World& world, NetId net, const Ends& ends) {
  // RFC 9293 3.4.1: a clock of 4 µs (Linux: 64 ns) plus a hash that is secret.
  const std::uint64_t secret = chance(world.seed, Place::InitialSequence, net.raw(), hash_of(ends));
  return Seq{static_cast<std::uint32_t>(secret) + static_cast<std::uint32_t>(world.now / 64)};
}

std::uint32_t initial_timestamp_offset(const World& world, NetId net, const Ends& ends) {
  return static_cast<std::uint32_t>(chance(world.seed, Place::TimestampOffset, net.raw(), hash_of(ends)));
}

InitialWindow initial_receive_window(const Connection& owner, const Sysctls& sysctls, std::uint32_t mss,
                                     bool scaling) {
  InitialWindow initial;
  initial.window =
      owner.receive_buffer / 2;  // the other half pays for packet headers (Linux tcp_win_from_space)
  if (initial.window > mss) initial.window -= initial.window % mss;
  if (scaling) {
    std::int64_t space = owner.fixed_receive_buffer ? owner.receive_buffer / 2 : sysctls[Sysctl::TcpRmemMax];
    while (space > 65535 && initial.scale < 14) {
      space /= 2;
      ++initial.scale;
    }
  }
  return initial;
}

std::uint32_t greatest_mss(std::uint64_t room) {
  constexpr std::uint32_t tcp_header = 20;
  return static_cast<std::uint32_t>(room) - tcp_header;
}

std::uint32_t effective_mss(std::uint32_t peer_mss, std::uint64_t room, bool timestamps) {
  const std::uint32_t own = greatest_mss(room);
  return std::min(peer_mss, own) - (timestamps ? timestamps_size : 0);
}

void learn_options(Connection& connection, const wire::Options& options, std::uint64_t room) {
  constexpr std::uint32_t least_mss = 48;  // tcp_min_snd_mss
  connection.peer_mss = options.mss == 0 ? default_mss : std::max<std::uint32_t>(options.mss, least_mss);
  if (connection.user_mss != 0) connection.peer_mss = std::min(connection.peer_mss, connection.user_mss);
  connection.has_timestamps = connection.has_timestamps && options.has_timestamps;
  connection.sack_permitted = connection.sack_permitted && options.sack_permitted;
  connection.has_scale = connection.has_scale && options.has_window_scale;
  if (connection.has_scale)
    connection.send_scale = std::min<std::uint8_t>(options.window_scale, 14);
  else
    connection.receive_scale = connection.send_scale = 0;
  connection.mss = effective_mss(connection.peer_mss, room, connection.has_timestamps);
  if (options.has_timestamps) connection.ts_recent = options.timestamp;
}

void grow_send_buffer(Connection& connection, const Sysctls& sysctls) {
  if (connection.fixed_send_buffer) return;
  std::uint32_t one = connection.peer_mss + 512;  // headers and the kernel's own bookkeeping
  std::uint32_t rounded = 1;
  while (rounded < one) rounded *= 2;
  one = rounded + 256;
  const auto greatest = static_cast<std::uint32_t>(sysctls[Sysctl::TcpWmemMax]);
  connection.send_buffer = std::max(connection.send_buffer, std::min(2 * initial_window * one, greatest));
}

bool has_room(const Connection& connection) {
  return connection.send_queue.bytes < connection.send_buffer &&
         connection.send_buffer - connection.send_queue.bytes >= connection.send_queue.bytes / 2;
}

std::uint16_t choose_window(Connection& connection) {
  const auto still_offered = std::max<std::int64_t>(
      0, static_cast<std::int64_t>(connection.rcv_wnd) - (connection.rcv_nxt - connection.rcv_wup));
  const std::int64_t space = connection.receive_buffer / 2;
  std::int64_t free = space - static_cast<std::int64_t>(connection.receive_queue.bytes) -
                      static_cast<std::int64_t>(connection.out_of_order.bytes);
  // Silly windows are not offered (RFC 9293 3.8.6.2.2): room for less than a segment is no room.
  if (free < space / 16 || free < static_cast<std::int64_t>(connection.rcv_mss)) free = 0;
  free = std::min<std::int64_t>(free, connection.rcv_ssthresh);
  std::int64_t window = std::max(free, still_offered);
  const std::int64_t unit = std::int64_t{1} << connection.receive_scale;
  window = std::min((window + unit - 1) / unit, std::int64_t{65535}) * unit;
  connection.rcv_wnd = static_cast<std::uint32_t>(window);
  connection.rcv_wup = connection.rcv_nxt;
  return static_cast<std::uint16_t>(window / unit);
}

namespace {

/// The SYN-ACK of a simultaneous open offers what our SYN has offered, whatever the peer's SYN had (Linux
/// tcp_send_synack sends the same SYN with ACK).
void offer_again(Step& step, const Connection& connection, wire::Options& options) {
  const Sysctls& sysctls =
      step.world.inet.nets.read(step.world.inet.sockets.read(connection.socket).net).sysctls;
  options.sack_permitted = sysctls[Sysctl::TcpSack] != 0;
  options.has_window_scale = sysctls[Sysctl::TcpWindowScaling] != 0;
  options.window_scale =
      initial_receive_window(connection, sysctls, connection.advertised_mss, options.has_window_scale).scale;
  if (options.has_timestamps || sysctls[Sysctl::TcpTimestamps] == 0) return;
  options.has_timestamps = true;
  options.timestamp = timestamp(step.world, connection.timestamp_offset);
  options.echo = connection.ts_recent;
}

}  // namespace

void send_syn(Step& step, ConnectionId id, Reason reason, std::int64_t again) {
  Connection& connection = step.world.tcp.connections.write(id);
  const bool answers = connection.state != TcpState::SynSent;
  wire::Packet packet = make_segment(step, connection, connection.iss,
                                     static_cast<std::uint8_t>(wire::SYN | (answers ? wire::ACK : 0)));
  packet.options.mss = static_cast<std::uint16_t>(std::min<std::uint32_t>(connection.advertised_mss, 65535));
  packet.options.has_window_scale = connection.has_scale;
  packet.options.window_scale = connection.receive_scale;
  packet.options.sack_permitted = connection.sack_permitted;
  if (answers) offer_again(step, connection, packet.options);
  packet.window = static_cast<std::uint16_t>(std::min<std::uint32_t>(connection.rcv_wnd, 65535));
  if (connection.snd_nxt < connection.iss + 1) connection.snd_nxt = connection.iss + 1;
  const NetId net = step.world.inet.sockets.read(connection.socket).net;
  if (again > 0)
    step.count(net, Counter::TcpRetransSegs);
  else if (!answers)  // the SYN-ACK of a simultaneous open has the number of a SYN that was counted
    step.count(net, Counter::TcpOutSegs);
  if (again > 0) {
    step.count(net, Counter::TcpExtTCPSynRetrans);
    connection.rtt.measuring = 0;
  } else {
    connection.rtt.measuring = 1;
    connection.rtt.timed = connection.snd_nxt;
    connection.rtt.timed_at = step.now();
  }
  inet::send(step, net, packet, reason, again);
}

void send_ack(Step& step, ConnectionId id, Reason reason, RecordNumber because) {
  Connection& connection = step.world.tcp.connections.write(id);
  transmit(step, id, make_segment(step, connection, connection.snd_nxt, wire::ACK), reason, 0, because);
}

void send_reset(Step& step, ConnectionId id, Reason reason, RecordNumber because) {
  Connection& connection = step.world.tcp.connections.write(id);
  const NetId net = step.world.inet.sockets.read(connection.socket).net;
  step.count(net, Counter::TcpOutRsts);
  transmit(step, id, make_segment(step, connection, connection.snd_nxt, wire::RST | wire::ACK), reason, 0,
           because);
}

void send_probe(Step& step, ConnectionId id, Reason reason) {
  Connection& connection = step.world.tcp.connections.write(id);
  transmit(step, id, make_segment(step, connection, connection.snd_una - 1, wire::ACK), reason, 0);
}

void send_part(Step& step, ConnectionId id, std::uint32_t bytes) {
  send_data(step, id, step.world.tcp.connections.read(id).snd_nxt, bytes, Reason::WindowProbe, 0);
}

void send_oldest_again(Step& step, ConnectionId id, Reason reason) {
  Connection& connection = step.world.tcp.connections.write(id);
  const auto sent = static_cast<std::uint32_t>(connection.snd_nxt - connection.snd_una);
  send_data(step, id, connection.snd_una, sent, reason, connection.retransmits);
  connection.loss_next = connection.snd_una + std::min(connection.mss, sent);
}

bool send_one_new(Step& step, ConnectionId id, Reason reason) {
  const Connection& connection = step.world.tcp.connections.read(id);
  const auto unsent = static_cast<std::uint32_t>(std::max(0, connection.write_end - connection.snd_nxt));
  const std::uint32_t length = std::min(unsent, connection.mss);
  const auto in_flight = static_cast<std::uint32_t>(connection.snd_nxt - connection.snd_una);
  if (length == 0 || in_flight + length > connection.snd_wnd) return false;
  send_data(step, id, connection.snd_nxt, length, reason, 0);
  return true;
}

void send_last_again(Step& step, ConnectionId id, Reason reason) {
  const Connection& connection = step.world.tcp.connections.read(id);
  const Seq start = std::max(connection.last_start, connection.snd_una);
  send_data(step, id, start, static_cast<std::uint32_t>(connection.snd_nxt - start), reason, 1);
}

void output(Step& step, ConnectionId id, Reason reason) {
  bool sent = false;
  std::uint32_t burst = 0, left_of_burst = 0;  // segments
  for (;;) {
    Connection& connection = step.world.tcp.connections.write(id);
    const std::uint32_t window_left =
        connection.snd_wnd -
        std::min(connection.snd_wnd, static_cast<std::uint32_t>(connection.snd_nxt - connection.snd_una));
    // After a timeout the segments behind the first are sent again as acknowledgements come in.
    if (connection.in_loss && connection.loss_next < connection.loss_end) {
      if (connection.loss_next < connection.snd_una) connection.loss_next = connection.snd_una;
      const auto repeated = static_cast<std::uint32_t>(connection.loss_next - connection.snd_una);
      if (repeated >= connection.cwnd * connection.mss) break;
      const Seq seq = connection.loss_next;
      const auto left = static_cast<std::uint32_t>(connection.loss_end - seq);
      send_data(step, id, seq, left, Reason::RetransmissionTimeout, 1);
      step.world.tcp.connections.write(id).loss_next = seq + std::min(connection.mss, left);
      continue;
    }
    const bool fin_sent = connection.fin_queued && connection.snd_nxt > connection.write_end;
    const auto unsent = static_cast<std::uint32_t>(std::max(0, connection.write_end - connection.snd_nxt));
    if (fin_sent || (unsent == 0 && !connection.fin_queued)) break;
    const std::uint32_t length = std::min(unsent, connection.mss);
    const bool with_fin = connection.fin_queued && length == unsent;
    if (segments_in_flight(connection) >= connection.cwnd) break;
    if (length > window_left)
      break;  // RFC 9293 3.8.6.2.1: no silly segments; the persist timer sees to the rest
    if (nagle_holds(connection, length, with_fin) && !has_urgent_unacknowledged(connection)) break;
    if (left_of_burst == 0)
      burst = left_of_burst = burst_length(connection, unsent, window_left, segments_in_flight(connection));
    --left_of_burst;
    send_data(step, id, connection.snd_nxt, length, with_fin ? Reason::ClosedByProgram : reason, 0,
              burst > 1 && left_of_burst == 0);
    sent = true;
  }
  rearm_retransmit(step, id, sent);
}

}  // namespace sockarium::tcp
