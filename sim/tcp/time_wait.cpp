// TIME-WAIT: who closes first waits 60 s, so that a late segment meets no new connection and a lost last ACK
// can be repeated. What waits is a small entry, not the connection. An orphan in FIN-WAIT-2 is kept in the
// same kind of entry for tcp_fin_timeout. RFC 9293 section 3.6; Linux tcp_time_wait,
// tcp_timewait_state_process.
#include <algorithm>

#include "sim/inet/options.h"
#include "sim/inet/port_table.h"
#include "sim/inet/route.h"
#include "sim/step.h"
#include "sim/tcp/segment.h"
#include "sim/tcp/state.h"

namespace sockarium::tcp {

namespace {

/// Linux TCP_TIMEWAIT_LEN.
Duration time_wait_length(const World& world, NetId net) {
  return world.inet.nets.read(net).traits[Trait::TimeWaitSeconds] * second;
}

/// How long an orphan waits for the peer's FIN: at least three and a half timeouts, so that its own FIN may
/// be repeated. Linux tcp_fin_time.
Duration fin_wait_length(const Connection& connection, const Sysctls& sysctls) {
  const Duration asked =
      (connection.linger2 > 0 ? connection.linger2 : sysctls[Sysctl::TcpFinTimeout]) * second;
  return std::max(asked, connection.rtt.rto * 4 - connection.rtt.rto / 2);
}

void answer(Step& step, const TimeWait& waiting, Reason reason) {
  const inet::SocketBase& base = step.world.inet.sockets.read(waiting.socket);
  wire::Packet packet;
  packet.ttl = inet::default_hops(step.world, base.net, base.peer.ip);  // IP_TTL is forgotten
  packet.from = base.local;
  packet.to = base.peer;
  packet.seq = waiting.snd_nxt;
  packet.ack = waiting.rcv_nxt;
  packet.flags = wire::ACK;
  packet.window = static_cast<std::uint16_t>(std::min<std::uint32_t>(waiting.window, 65535));
  if (waiting.has_timestamps != 0) {
    packet.options.has_timestamps = true;
    packet.options.timestamp = timestamp(step.world, waiting.timestamp_offset);
    packet.options.echo = waiting.ts_recent;
  }
  const NetId net = base.net;
  step.count(net, Counter::TcpOutSegs);
  inet::send(step, net, packet, reason);
}

/// A full connection's port and place in the tables go over to the entry, which has a common part of its own;
/// the socket that the program may still hold is CLOSED from now on.
SocketId take_over(Step& step, ConnectionId id, TimeWaitId entry, bool recyclable) {
  World& world = step.world;
  const SocketId old = world.tcp.connections.read(id).socket;
  inet::SocketBase base = world.inet.sockets.read(old);
  base.file = {};
  base.kind = inet::EntryKind::TcpTimeWait;
  base.entry = entry.raw();
  base.inode = 0;
  base.bucket = {};
  base.bucket_next = {};
  base.bucket_previous = {};
  base.recyclable_since = recyclable ? world.now : never;
  const SocketId socket = world.inet.sockets.add(base);
  inet::share_port(step, socket, old);
  inet::note_taken(world, old, false);
  world.inet.connections.set(inet::TupleKey{base.net, base.local, base.peer},
                             inet::Owner{inet::OwnerKind::TimeWait, entry.raw(), socket});
  return socket;
}

void drop(Step& step, const wire::Packet& packet, Reason reason) {
  step.record(rec::PacketDropped{packet.sent, 0, packet.copy}, reason);
}

/// RFC 9293 3.6: may this SYN start a new connection between the same ends? Newer timestamps or a higher
/// number.
bool newer(const TimeWait& waiting, const wire::Packet& packet) {
  if (waiting.has_timestamps != 0 && packet.options.has_timestamps &&
      packet.options.timestamp != waiting.ts_recent)
    return static_cast<std::int32_t>(packet.options.timestamp - waiting.ts_recent) > 0;
  return packet.seq > waiting.rcv_nxt;
}

}  // namespace

void enter_time_wait(Step& step, ConnectionId id, bool orphan_fin_wait, Reason reason) {
  World& world = step.world;
  Connection& connection = world.tcp.connections.write(id);
  const NetId net = world.inet.sockets.read(connection.socket).net;
  const Sysctls& sysctls = world.inet.nets.read(net).sysctls;
  if (world.inet.nets.read(net).time_waits >= sysctls[Sysctl::TcpMaxTwBuckets]) {
    step.count(net, Counter::TcpExtTCPTimeWaitOverflow);
    if (!orphan_fin_wait) set_state(step, id, TcpState::TimeWait, reason);
    finish(step, id, Errno::OK, Reason::TimeWaitFull);
    return;
  }
  TimeWait waiting;
  waiting.orphan_fin_wait = orphan_fin_wait ? 1 : 0;
  waiting.snd_nxt = connection.snd_nxt;
  waiting.rcv_nxt = connection.rcv_nxt;
  waiting.window = connection.rcv_wnd >> connection.receive_scale;
  waiting.ts_recent = connection.ts_recent;
  waiting.timestamp_offset = connection.timestamp_offset;
  waiting.has_timestamps = connection.has_timestamps ? 1 : 0;
  const TimeWaitId entry = world.tcp.time_waits.add(waiting);
  ++world.inet.nets.write(net).time_waits;
  const SocketId socket = take_over(step, id, entry, connection.has_timestamps && !orphan_fin_wait);
  TimeWait& kept = world.tcp.time_waits.write(entry);
  kept.socket = socket;
  kept.state_record = connection.state_record;
  if (!orphan_fin_wait)
    kept.state_record =
        record_state(step, socket, ends_of(world, socket), connection.state, TcpState::TimeWait, reason);
  const Duration length =
      orphan_fin_wait ? fin_wait_length(connection, sysctls) : time_wait_length(world, net);
  step.arm(kept.timer, TimerKind::TimeWait, entry.raw(), world.now + length,
           orphan_fin_wait ? Reason::OrphanFinWait : Reason::TimeWaitStarts);
  // Linux counts when the timer is set, an orphan's FIN-WAIT-2 too, and short waits apart.
  step.count(net, length <= 4 * second ? Counter::TcpExtTWKilled : Counter::TcpExtTW);

  // The full connection has no name any more; a program that still holds it finds it closed.
  Step::disarm(connection.retransmit);
  Step::disarm(connection.delayed_ack);
  Step::disarm(connection.keepalive);
  inet::SocketBase& base = world.inet.sockets.write(connection.socket);
  // A port that bind() named stays the socket's until it is closed (Linux tcp_set_state, SOCK_BINDPORT_LOCK).
  if (!base.port_by_program) inet::release_port(step, connection.socket);
  connection.state = TcpState::Closed;
  connection.read_shut = connection.write_shut = true;
  connection.fin_queued = false;
  step.wake_all(connection.socket, kept.state_record);
  if (!base.file) free_socket(step, id, reason);
}

void remove_time_wait(Step& step, TimeWaitId id, Reason reason, RecordNumber because) {
  World& world = step.world;
  const TimeWait waiting = world.tcp.time_waits.read(id);
  const inet::SocketBase& base = world.inet.sockets.read(waiting.socket);
  const Ends ends = ends_of(world, waiting.socket);
  world.inet.connections.erase(inet::TupleKey{base.net, base.local, base.peer});
  record_state(step, waiting.socket, ends,
               waiting.orphan_fin_wait != 0 ? TcpState::FinWait2 : TcpState::TimeWait, TcpState::Closed,
               reason, because);
  inet::release_port(step, waiting.socket);
  --world.inet.nets.write(base.net).time_waits;
  step.record(rec::SocketFreed{waiting.socket, ends}, reason);
  world.inet.sockets.remove(waiting.socket);
  world.tcp.time_waits.remove(id);
}

bool input(Step& step, TimeWaitId id, const wire::Packet& packet) {
  World& world = step.world;
  TimeWait& waiting = world.tcp.time_waits.write(id);
  const NetId net = world.inet.sockets.read(waiting.socket).net;
  const Sysctls& sysctls = world.inet.nets.read(net).sysctls;
  if (waiting.orphan_fin_wait != 0) {
    if (packet.has(wire::RST)) {
      if (packet.seq < waiting.rcv_nxt || packet.seq > waiting.rcv_nxt + 65535u)
        drop(step, packet, Reason::OutsideWindow);
      else
        remove_time_wait(step, id, Reason::ResetReceived);
      return false;
    }
    if (packet.end() <= waiting.rcv_nxt) {
      drop(step, packet, packet.length() > 0 ? Reason::DataDuplicate : Reason::IgnoredInState);
      if (packet.has(wire::SYN)) answer(step, waiting, Reason::ChallengeAck);
      return false;
    }
    // Anything but the FIN that comes next is data that nobody can read any more.
    if (!packet.has(wire::FIN) || packet.end() != waiting.rcv_nxt + 1) {
      remove_time_wait(step, id, Reason::DataAfterClose);
      refuse(step, net, packet, Reason::DataAfterClose);
      return false;
    }
    waiting.orphan_fin_wait = 0;
    waiting.rcv_nxt = packet.end();
    if (packet.options.has_timestamps) waiting.ts_recent = packet.options.timestamp;
    if (waiting.has_timestamps != 0) world.inet.sockets.write(waiting.socket).recyclable_since = world.now;
    waiting.state_record = record_state(step, waiting.socket, ends_of(world, waiting.socket),
                                        TcpState::FinWait2, TcpState::TimeWait, Reason::FinReceived);
    answer(step, waiting, Reason::FinReceived);
    step.arm(waiting.timer, TimerKind::TimeWait, id.raw(), world.now + time_wait_length(world, net),
             Reason::TimeWaitStarts);
    return false;
  }
  if (packet.has(wire::RST)) {
    if (packet.seq != waiting.rcv_nxt || sysctls[Sysctl::TcpRfc1337] != 0) {
      drop(step, packet, Reason::ResetIgnored);
    } else {
      remove_time_wait(step, id, Reason::ResetReceived);
    }
    return false;
  }
  if (packet.has(wire::SYN) && !packet.has(wire::ACK)) {
    if (newer(waiting, packet)) {
      remove_time_wait(step, id, Reason::TimeWaitReplaced);
      return true;
    }
    drop(step, packet, Reason::OutsideWindow);
    answer(step, waiting, Reason::TimeWaitAnswers);
    return false;
  }
  if (packet.length() == 0 && packet.seq == waiting.rcv_nxt) {
    drop(step, packet, Reason::IgnoredInState);
    return false;
  }
  drop(step, packet, Reason::DataDuplicate);
  answer(step, waiting, Reason::TimeWaitAnswers);
  if (packet.has(wire::FIN))
    step.arm(waiting.timer, TimerKind::TimeWait, id.raw(), world.now + time_wait_length(world, net),
             Reason::TimeWaitStarts);
  return false;
}

void on_time_wait_timer(Step& step, TimeWaitId id) {
  const TimeWait& waiting = step.world.tcp.time_waits.read(id);
  const bool orphan = waiting.orphan_fin_wait != 0;
  remove_time_wait(step, id, orphan ? Reason::OrphanFinWaitOver : Reason::TimeWaitOver);
}

}  // namespace sockarium::tcp
