// A segment arrives for a full connection: «SEGMENT ARRIVES» of RFC 9293 section 3.10.7, in its numbered
// order, one function a step. A step says whether to go on. Linux tcp_rcv_state_process, tcp_rcv_established,
// tcp_validate_incoming.
//
// Left out: PAWS (RFC 7323 5), SACK, fast retransmit on duplicate ACKs, limits on challenge
// ACKs.
#include <algorithm>

#include "sim/inet/route.h"
#include "sim/step.h"
#include "sim/tcp/segment.h"
#include "sim/tcp/state.h"

namespace sockarium::tcp {

namespace {

enum class Then { GoOn, Stop };

Then drop(Step& step, const wire::Packet& packet, Reason reason, RecordNumber because = 0) {
  step.record(rec::PacketDropped{packet.sent, 0, packet.copy}, reason, because);
  return Then::Stop;
}

NetId net_of(const World& world, ConnectionId id) {
  return world.inet.sockets.read(world.tcp.connections.read(id).socket).net;
}

/// The peer reset the connection. Linux tcp_reset: which error the program gets depends on the state.
void reset_received(Step& step, ConnectionId id) {
  Connection& connection = step.world.tcp.connections.write(id);
  Errno error = Errno::CONNRESET;
  Reason reason = Reason::ResetReceived;
  if (connection.state == TcpState::SynSent) {
    error = Errno::CONNREFUSED;
    reason = Reason::Refused;
  } else if (connection.state == TcpState::CloseWait) {
    error = Errno::PIPE;
  }
  finish(step, id, error, reason);
}

void challenge(Step& step, ConnectionId id, const wire::Packet& packet) {
  const RecordNumber dropped =
      step.record(rec::PacketDropped{packet.sent, 0, packet.copy}, Reason::ChallengeAck);
  // Linux counts a SYN on an open connection as an error (tcp_validate_incoming, syn_inerr).
  if (packet.has(wire::SYN) && step.world.tcp.connections.read(id).state == TcpState::Established)
    step.count(net_of(step.world, id), Counter::TcpInErrs);
  step.count(net_of(step.world, id), Counter::TcpExtTCPChallengeACK);
  send_ack(step, id, Reason::ChallengeAck, dropped);
}

// --- 3.10.7.3: SYN-SENT
// ------------------------------------------------------------------------------------------

void input_syn_sent(Step& step, ConnectionId id, const wire::Packet& packet) {
  World& world = step.world;
  Connection& connection = world.tcp.connections.write(id);
  const NetId net = net_of(world, id);
  // First, check the ACK bit.
  if (packet.has(wire::ACK) && packet.ack != connection.snd_nxt) {
    refuse(step, net, packet, Reason::BadHandshakeAck);
    if (connection.retransmits == 0)  // the SYN goes again at once (Linux TCP_TIMEOUT_MIN, two ticks)
      step.arm(connection.retransmit, TimerKind::Retransmit, id.raw(), step.now() + 8 * millisecond,
               Reason::BadHandshakeAck);
    return;
  }
  // Second, check the RST bit.
  if (packet.has(wire::RST)) {
    if (packet.has(wire::ACK))
      reset_received(step, id);
    else
      drop(step, packet, Reason::ResetIgnored);
    return;
  }
  // Fourth, check the SYN bit.
  if (!packet.has(wire::SYN)) {
    drop(step, packet, Reason::IgnoredInState);
    return;
  }
  const auto path = inet::route(world, net, packet.from.ip);
  learn_options(connection, packet.options, path ? path->room() : usual_room);
  connection.irs = packet.seq;
  connection.rcv_nxt = connection.rcv_wup = packet.seq + 1;
  connection.snd_wl1 = packet.seq;
  connection.snd_wl2 = packet.ack;
  connection.snd_wnd = packet.window;  // never scaled in a SYN (RFC 7323 2.2)
  if (!packet.has(wire::ACK)) {
    set_state(step, id, TcpState::SynReceived, Reason::SimultaneousOpen);
    send_syn(step, id, Reason::SimultaneousOpen, 0);
    return;
  }
  connection.snd_una = packet.ack;
  if (connection.rtt.measuring != 0) {
    measure_round_trip(connection.rtt, world.now - connection.rtt.timed_at, world.inet.nets.read(net).sysctls,
                       connection.snd_una, connection.snd_nxt);
    connection.rtt.measuring = 0;
  }
  connection.retransmits = 0;
  connection.retransmit_since = 0;
  grow_send_buffer(connection, world.inet.nets.read(net).sysctls);
  Step::disarm(connection.retransmit);
  const RecordNumber opened = set_state(step, id, TcpState::Established, Reason::SynAckReceived);
  send_ack(step, id, Reason::HandshakeAck, opened);
  start_keepalive(step, id);
}

// --- 3.10.7.4: all other states
// ----------------------------------------------------------------------------------

/// First, check the sequence number.
Then check_sequence(Step& step, ConnectionId id, const wire::Packet& packet) {
  Connection& connection = step.world.tcp.connections.write(id);
  const auto window = static_cast<std::uint32_t>(std::max<std::int64_t>(
      0, static_cast<std::int64_t>(connection.rcv_wnd) - (connection.rcv_nxt - connection.rcv_wup)));
  const bool acceptable = packet.end() >= connection.rcv_wup && packet.seq <= connection.rcv_nxt + window;
  if (acceptable) return Then::GoOn;
  if (packet.has(wire::RST)) return drop(step, packet, Reason::OutsideWindow);
  if (packet.has(wire::SYN)) {
    challenge(step, id, packet);
    return Then::Stop;
  }
  const RecordNumber dropped =
      step.record(rec::PacketDropped{packet.sent, 0, packet.copy}, Reason::OutsideWindow);
  send_ack(step, id, Reason::OutsideWindow, dropped);
  return Then::Stop;
}

/// Second, check the RST bit; RFC 5961 section 3: only the exact number resets.
Then check_rst(Step& step, ConnectionId id, const wire::Packet& packet) {
  if (!packet.has(wire::RST)) return Then::GoOn;
  if (packet.seq == step.world.tcp.connections.read(id).rcv_nxt)
    reset_received(step, id);
  else
    challenge(step, id, packet);
  return Then::Stop;
}

/// Fourth, check the SYN bit; RFC 5961 section 4: a SYN is answered with a challenge ACK.
Then check_syn(Step& step, ConnectionId id, const wire::Packet& packet) {
  if (!packet.has(wire::SYN)) return Then::GoOn;
  if (step.world.tcp.connections.read(id).state == TcpState::SynReceived && packet.has(wire::ACK))
    return Then::GoOn;  // the SYN-ACK of a simultaneous open
  challenge(step, id, packet);
  return Then::Stop;
}

/// New data was acknowledged: the congestion window grows. RFC 5681 section 3.1.
void grow_window(Connection& connection, std::uint32_t acked_segments) {
  if (connection.cwnd < connection.ssthresh) {
    connection.cwnd += acked_segments;  // slow start
    return;
  }
  connection.cwnd_count += acked_segments;  // congestion avoidance: one segment a round trip
  if (connection.cwnd_count >= connection.cwnd) {
    connection.cwnd_count -= connection.cwnd;
    ++connection.cwnd;
  }
}

void take_acknowledgement(Step& step, ConnectionId id, const wire::Packet& packet) {
  World& world = step.world;
  Connection& connection = world.tcp.connections.write(id);
  const bool includes_fin = connection.fin_queued && packet.ack > connection.write_end;
  const auto acked = static_cast<std::uint32_t>(packet.ack - connection.snd_una);
  const bool includes_syn = connection.snd_una == connection.iss;  // closed before our SYN was acknowledged
  const std::uint32_t data = acked - (includes_fin ? 1 : 0) - (includes_syn ? 1 : 0);
  const bool had_room = has_room(connection);
  const bool window_limited = static_cast<std::uint32_t>(connection.snd_nxt - connection.snd_una) >=
                              connection.cwnd * connection.mss / 2;
  drop_front(world, connection.send_queue, data);
  connection.snd_una = packet.ack;
  if (connection.snd_up < connection.snd_una) connection.snd_up = connection.snd_una;
  if (connection.rtt.measuring != 0 && connection.snd_una >= connection.rtt.timed) {
    measure_round_trip(connection.rtt, world.now - connection.rtt.timed_at,
                       world.inet.nets.read(net_of(world, id)).sysctls, connection.snd_una,
                       connection.snd_nxt);
    connection.rtt.measuring = 0;
  }
  if (connection.in_loss || window_limited)
    grow_window(connection, std::max<std::uint32_t>(1, (data + connection.mss - 1) / connection.mss));
  if (connection.in_loss && connection.snd_una >= connection.loss_end) connection.in_loss = false;
  connection.retransmits = 0;
  connection.retransmit_since = 0;
  connection.tail_probe_waits = false;
  if (connection.snd_una >= connection.tail_probe_end) connection.tail_probed = false;
  Step::disarm(connection.retransmit);  // RFC 6298 5.3: starts anew if anything is left
  if (data > 0)
    step.record(rec::BufferChanged{connection.socket, BufferKind::Send, 0,
                                   static_cast<std::int64_t>(connection.send_queue.bytes)},
                Reason::DataAcked);
  if (!had_room && has_room(connection)) step.wake(connection.socket, Readiness::Writable, world.records);
}

/// Fifth, check the ACK field.
Then check_ack(Step& step, ConnectionId id, const wire::Packet& packet) {
  World& world = step.world;
  Connection& connection = world.tcp.connections.write(id);
  if (!packet.has(wire::ACK)) return drop(step, packet, Reason::NoAckFlag);
  if (connection.state == TcpState::SynReceived) {
    if (packet.ack != connection.snd_nxt) {
      refuse(step, net_of(world, id), packet, Reason::BadHandshakeAck);
      return Then::Stop;
    }
    connection.snd_una = packet.ack;
    connection.rtt.measuring = 0;
    connection.retransmits = 0;
    connection.retransmit_since = 0;
    Step::disarm(connection.retransmit);
    grow_send_buffer(connection, world.inet.nets.read(net_of(world, id)).sysctls);
    set_state(step, id, TcpState::Established, Reason::HandshakeCompleted);
    start_keepalive(step, id);
    if (packet.has(wire::SYN))
      send_ack(step, id, Reason::SimultaneousOpen);  // kernel-measured: each end does
  }
  if (packet.ack > connection.snd_nxt) {
    const RecordNumber dropped =
        step.record(rec::PacketDropped{packet.sent, 0, packet.copy}, Reason::AckOfUnsent);
    send_ack(step, id, Reason::AckOfUnsent, dropped);
    return Then::Stop;
  }
  if (packet.ack < connection.snd_una - 65535u - connection.snd_wnd) {  // RFC 5961 5.2
    challenge(step, id, packet);
    return Then::Stop;
  }
  if (packet.options.has_timestamps && packet.seq <= connection.rcv_wup)
    connection.ts_recent = packet.options.timestamp;
  if (packet.ack > connection.snd_una) take_acknowledgement(step, id, packet);
  connection.probes = 0;
  connection.last_ack = step.now();
  // The window: only a segment newer than the last one that told it (RFC 9293: SND.WL1, SND.WL2).
  if (packet.ack >= connection.snd_una &&
      (packet.seq > connection.snd_wl1 ||
       (packet.seq == connection.snd_wl1 && packet.ack >= connection.snd_wl2))) {
    connection.snd_wnd = static_cast<std::uint32_t>(packet.window) << connection.send_scale;
    connection.snd_wl1 = packet.seq;
    connection.snd_wl2 = packet.ack;
  }
  if (connection.snd_wnd > 0) connection.probe_backoff = 0;
  const bool fin_acked = connection.fin_queued && connection.snd_una > connection.write_end;
  if (!fin_acked) return Then::GoOn;
  switch (connection.state) {
    case TcpState::FinWait1:
      // With the peer's FIN in the same segment the way leads straight to TIME-WAIT, see take_fin.
      if (packet.has(wire::FIN) && packet.seq <= connection.rcv_nxt && packet.end() > connection.rcv_nxt)
        return Then::GoOn;
      set_state(step, id, TcpState::FinWait2, Reason::FinAcked);
      rearm_retransmit(step, id);
      if (!world.inet.sockets.read(connection.socket).file && connection.linger2 < 0) {
        step.count(net_of(world, id), Counter::TcpExtTCPAbortOnData);
        refuse(step, net_of(world, id), packet, Reason::NoFinWait2);
        finish(step, id, Errno::OK, Reason::NoFinWait2);
        return Then::Stop;
      }
      if (!world.inet.sockets.read(connection.socket).file &&
          (packet.payload.empty() || packet.end() <= connection.rcv_nxt)) {
        enter_time_wait(step, id, true, Reason::OrphanFinWait);
        return Then::Stop;
      }
      return Then::GoOn;
    case TcpState::Closing:
      enter_time_wait(step, id, false, Reason::FinAcked);
      return Then::Stop;
    case TcpState::LastAck:
      finish(step, id, Errno::OK, Reason::LastAckReceived);
      return Then::Stop;
    default:
      return Then::GoOn;
  }
}

/// The peer's FIN is next in order: it has sent all it had.
void take_fin(Step& step, ConnectionId id) {
  World& world = step.world;
  Connection& connection = world.tcp.connections.write(id);
  connection.rcv_nxt = connection.rcv_nxt + 1;
  connection.fin_received = true;
  connection.fin_counted = true;
  connection.read_shut = true;
  connection.pingpong = true;
  switch (connection.state) {
    case TcpState::Established:
      set_state(step, id, TcpState::CloseWait, Reason::FinReceived);
      break;
    case TcpState::FinWait1:
      send_ack(step, id, Reason::FinReceived);
      if (connection.snd_una > connection.write_end)
        enter_time_wait(step, id, false, Reason::FinReceived);
      else
        set_state(step, id, TcpState::Closing, Reason::FinReceived);
      break;
    case TcpState::FinWait2:
      send_ack(step, id, Reason::FinReceived);
      enter_time_wait(step, id, false, Reason::FinReceived);
      break;
    default:
      break;
  }
}

/// Puts a segment that lies behind a gap into the sorted queue; what overlaps is cut when it is taken out.
void keep_out_of_order(Step& step, Connection& connection, const wire::Packet& packet) {
  World& world = step.world;
  Piece piece;
  piece.bytes = packet.payload;
  piece.seq = packet.seq;
  piece.fin = packet.has(wire::FIN) ? 1 : 0;
  PieceId before;
  PieceId after = connection.out_of_order.first;
  while (after && world.tcp.pieces.read(after).seq < packet.seq) {
    before = after;
    after = world.tcp.pieces.read(after).next;
  }
  if (after && world.tcp.pieces.read(after).seq == packet.seq &&
      world.tcp.pieces.read(after).bytes.length >= packet.payload.length) {  // already there
    if (packet.has(wire::FIN) && world.tcp.pieces.read(after).bytes.length == packet.payload.length)
      world.tcp.pieces.write(after).fin = 1;
    return;
  }
  piece.next = after;
  const PieceId id = world.tcp.pieces.add(piece);
  if (before)
    world.tcp.pieces.write(before).next = id;
  else
    connection.out_of_order.first = id;
  if (!after) connection.out_of_order.last = id;
  connection.out_of_order.bytes += packet.payload.length;
}

/// Takes bytes that are next in order; cuts off what was received before.
bool take_in_order(Step& step, Connection& connection, Seq seq, const Bytes& payload) {
  const std::int32_t old = connection.rcv_nxt - seq;
  if (old >= static_cast<std::int32_t>(payload.length)) return payload.length == 0;
  const auto skip = static_cast<std::uint32_t>(std::max(0, old));
  append(step.world, connection.receive_queue, payload.slice(skip, payload.length - skip));
  connection.rcv_nxt = connection.rcv_nxt + (payload.length - skip);
  return true;
}

/// The gap may be filled now: takes out what has become in order. True: a FIN came with it.
bool take_from_out_of_order(Step& step, Connection& connection) {
  World& world = step.world;
  bool fin = false;
  while (connection.out_of_order.first) {
    const PieceId id = connection.out_of_order.first;
    const Piece piece = world.tcp.pieces.read(id);
    if (piece.seq > connection.rcv_nxt) break;
    take_in_order(step, connection, piece.seq, piece.bytes);
    if (piece.fin != 0 && piece.seq + piece.bytes.length == connection.rcv_nxt) fin = true;
    connection.out_of_order.first = piece.next;
    if (!piece.next) connection.out_of_order.last = {};
    connection.out_of_order.bytes -= piece.bytes.length;
    world.tcp.pieces.remove(id);
  }
  return fin;
}

/// Seventh, process the segment text; eighth, check the FIN bit.
void process_text_and_fin(Step& step, ConnectionId id, const wire::Packet& packet) {
  World& world = step.world;
  Connection& connection = world.tcp.connections.write(id);
  if (packet.payload.empty() && !packet.has(wire::FIN)) return;
  const SocketId socket = connection.socket;
  const bool receives = connection.state == TcpState::Established || connection.state == TcpState::FinWait1 ||
                        connection.state == TcpState::FinWait2;
  if (!receives) {
    const RecordNumber dropped =
        step.record(rec::PacketDropped{packet.sent, 0, packet.copy}, Reason::DataDuplicate);
    send_ack(step, id, Reason::DataDuplicate, dropped);
    return;
  }
  // Both directions were shut by us: nobody will ever read this (Linux tcp_rcv_state_process,
  // TCPAbortOnData).
  if (connection.read_shut && connection.state != TcpState::Established && !packet.payload.empty() &&
      packet.seq + packet.payload.length > connection.rcv_nxt) {
    const NetId net = net_of(world, id);
    step.count(net, Counter::TcpExtTCPAbortOnData);
    refuse(step, net, packet, Reason::DataAfterClose);
    finish(step, id, Errno::CONNRESET, Reason::DataAfterClose);
    return;
  }
  if (packet.end() <= connection.rcv_nxt) {
    const RecordNumber dropped =
        step.record(rec::PacketDropped{packet.sent, 0, packet.copy}, Reason::DataDuplicate);
    send_ack(step, id, Reason::DataDuplicate, dropped);
    return;
  }
  if (packet.seq > connection.rcv_nxt) {
    keep_out_of_order(step, connection, packet);
    send_ack(step, id, Reason::DataOutOfOrder);
    return;
  }
  const std::int64_t free = static_cast<std::int64_t>(connection.receive_buffer) -
                            static_cast<std::int64_t>(connection.receive_queue.bytes);
  if (!packet.payload.empty() && static_cast<std::int64_t>(packet.payload.length) > free) {
    const RecordNumber dropped =
        step.record(rec::PacketDropped{packet.sent, 0, packet.copy}, Reason::OutsideWindow);
    send_ack(step, id, Reason::OutsideWindow, dropped);
    return;
  }
  if (!packet.payload.empty()) note_data_received(step, connection, packet.payload.length);
  bool fin = packet.has(wire::FIN);
  take_in_order(step, connection, packet.seq, packet.payload);
  fin = take_from_out_of_order(step, connection) || fin;
  if (!packet.payload.empty()) {
    const RecordNumber queued =
        step.record(rec::BufferChanged{socket, BufferKind::Receive, 0, receive_queue(world, socket)},
                    Reason::DataReceived);
    step.wake(socket, Readiness::Readable, queued);
  }
  if (fin) take_fin(step, id);
  if (world.tcp.connections.alive(id) && connection.state != TcpState::Closed) acknowledge(step, id);
}

}  // namespace

void input(Step& step, ConnectionId id, const wire::Packet& packet) {
  World& world = step.world;
  const TcpState state = world.tcp.connections.read(id).state;
  if (state == TcpState::SynSent) return input_syn_sent(step, id, packet);
  if (check_sequence(step, id, packet) == Then::Stop) return;
  if (check_rst(step, id, packet) == Then::Stop) return;
  if (check_syn(step, id, packet) == Then::Stop) return;
  if (check_ack(step, id, packet) == Then::Stop) return;
  check_urgent(step, id, packet);  // sixth
  process_text_and_fin(step, id, packet);
  if (!world.tcp.connections.alive(id)) return;
  if (world.tcp.connections.read(id).state != TcpState::Closed) output(step, id, Reason::DataSent);
}

}  // namespace sockarium::tcp
