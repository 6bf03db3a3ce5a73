// A half-open request: from the SYN to the final ACK, which makes it a connection. Linux inet_request_sock,
// tcp_check_req, reqsk_timer_handler, tcp_v4_syn_recv_sock.
#include <algorithm>

#include "sim/inet/port_table.h"
#include "sim/inet/route.h"
#include "sim/step.h"
#include "sim/tcp/segment.h"
#include "sim/tcp/state.h"

namespace sockarium::tcp {

namespace {

struct Offered {  ///< options that both sides want
  bool timestamps = false, sack = false, scale = false;
  std::uint8_t receive_scale = 0;
};

Offered offered(const World& world, const Request& request) {
  const Sysctls& sysctls = world.inet.nets.read(request.net).sysctls;
  Offered both;
  both.timestamps = request.peer_options.has_timestamps && sysctls[Sysctl::TcpTimestamps] != 0;
  both.sack = request.peer_options.sack_permitted && sysctls[Sysctl::TcpSack] != 0;
  both.scale = request.peer_options.has_window_scale && sysctls[Sysctl::TcpWindowScaling] != 0;
  both.receive_scale = static_cast<std::uint8_t>(request.receive_scale);
  return both;
}

/// The full connection that a completed handshake makes. It inherits the listener's options.
ConnectionId make_child(Step& step, const Request& request, const wire::Packet& packet) {
  World& world = step.world;
  const inet::SocketBase& parent_base = world.inet.sockets.read(request.listener);
  const Connection& parent = world.tcp.connections.read(ConnectionId::from_raw(parent_base.entry));
  const Offered both = offered(world, request);
  const auto path = inet::route(world, request.net, request.peer.ip);
  const std::uint64_t room = path ? path->room() : usual_room;

  inet::SocketBase base = parent_base;
  base.file = {};
  base.local = request.local;
  base.peer = request.peer;
  base.listening = false;
  base.port_by_program = false;  // the listener's bind() is not the child's (Linux sk_clone_lock)
  base.error = Errno::OK;
  base.inode = 0;  // a number is given when accept() makes a file of it
  base.bucket = {};
  base.bucket_next = {};
  base.bucket_previous = {};

  Connection child;
  child.receive_buffer = parent.receive_buffer;
  child.send_buffer = parent.send_buffer;
  child.fixed_receive_buffer = parent.fixed_receive_buffer;
  child.fixed_send_buffer = parent.fixed_send_buffer;
  child.no_delay = parent.no_delay;
  child.user_mss = parent.user_mss;
  child.state = TcpState::SynReceived;
  child.iss = request.iss;
  child.snd_una = child.snd_nxt = child.write_end = child.small_end = request.iss + 1;
  child.irs = request.irs;
  child.rcv_nxt = child.rcv_wup = request.irs + 1;
  child.rcv_wnd = child.rcv_ssthresh = request.receive_window;
  child.has_timestamps = both.timestamps;
  child.sack_permitted = both.sack;
  child.has_scale = both.scale;
  child.receive_scale = both.receive_scale;
  child.timestamp_offset = request.timestamp_offset;
  child.advertised_mss = greatest_mss(room);
  learn_options(child, request.peer_options, room);
  if (packet.options.has_timestamps) child.ts_recent = packet.options.timestamp;
  child.snd_wnd = static_cast<std::uint32_t>(packet.window) << child.send_scale;
  child.snd_wl1 = packet.seq;
  child.snd_wl2 = packet.ack;
  grow_send_buffer(child, world.inet.nets.read(request.net).sysctls);
  if (request.retransmits == 0)
    measure_round_trip(child.rtt, world.now - request.created, world.inet.nets.read(request.net).sysctls,
                       child.snd_una, child.snd_nxt);
  child.state_record = request.state_record;

  const SocketId listener = request.listener;
  const NetId net = request.net;
  const SocketId socket = world.inet.sockets.add(base);
  child.socket = socket;
  const ConnectionId id = world.tcp.connections.add(child);
  world.inet.sockets.write(socket).entry = id.raw();
  inet::share_port(step, socket, listener);
  world.inet.connections.set(inet::TupleKey{net, base.local, base.peer},
                             inet::Owner{inet::OwnerKind::Connection, id.raw(), socket});
  step.record(rec::SocketCreated{socket}, Reason::HandshakeCompleted);
  return id;
}

void drop(Step& step, const wire::Packet& packet, Reason reason, RecordNumber because = 0) {
  step.record(rec::PacketDropped{packet.sent, 0, packet.copy}, reason, because);
}

void give_up(Step& step, RequestId id, Reason reason) {
  const Request& request = step.world.tcp.requests.read(id);
  record_state(step, {}, Ends{request.local, request.peer}, TcpState::SynReceived, TcpState::Closed, reason);
  free_request(step, id, reason);
}

}  // namespace

void send_syn_ack(Step& step, RequestId id, Reason reason, std::int64_t again) {
  World& world = step.world;
  Request& request = world.tcp.requests.write(id);
  const Offered both = offered(world, request);
  const auto path = inet::route(world, request.net, request.peer.ip);
  wire::Packet packet;
  packet.from = request.local;
  packet.to = request.peer;
  packet.seq = request.iss;
  packet.ack = request.irs + 1;
  packet.flags = wire::SYN | wire::ACK;
  packet.window = static_cast<std::uint16_t>(std::min<std::uint32_t>(request.receive_window, 65535));
  packet.options.mss = static_cast<std::uint16_t>(greatest_mss(path ? path->room() : usual_room));
  packet.options.has_timestamps = both.timestamps;
  if (both.timestamps) {
    packet.options.timestamp = timestamp(world, request.timestamp_offset);
    packet.options.echo = request.peer_options.timestamp;
  }
  packet.options.sack_permitted = both.sack;
  packet.options.has_window_scale = both.scale;
  packet.options.window_scale = both.receive_scale;
  const NetId net = request.net;
  step.count(net, Counter::TcpOutSegs);  // a repeated one, too (Linux tcp_make_synack)
  if (again > 0) {
    step.count(net, Counter::TcpRetransSegs);
    step.count(net, Counter::TcpExtTCPSynRetrans);
  }
  inet::send(step, net, packet, reason, again);
  step.arm(request.timer, TimerKind::SynAck, id.raw(), world.now + request.timeout, Reason::Unacknowledged);
}

void on_syn_ack_timer(Step& step, RequestId id) {
  World& world = step.world;
  Request& request = world.tcp.requests.write(id);
  const Sysctls& sysctls = world.inet.nets.read(request.net).sysctls;
  step.count(request.net, Counter::TcpExtTCPTimeouts);
  if (!request.listener) return give_up(step, id, Reason::ListenerGone);
  if (request.retransmits >= sysctls[Sysctl::TcpSynackRetries])
    return give_up(step, id, Reason::RequestGivenUp);
  ++request.retransmits;
  request.timeout = std::min<Duration>(request.timeout * 2, sysctls[Sysctl::TcpRtoMaxMs] * millisecond);
  send_syn_ack(step, id, Reason::RetransmissionTimeout, request.retransmits);
}

void input(Step& step, RequestId id, const wire::Packet& packet) {
  World& world = step.world;
  Request& request = world.tcp.requests.write(id);
  const NetId net = request.net;
  if (packet.has(wire::SYN) && !packet.has(wire::ACK) && packet.seq == request.irs) {
    send_syn_ack(step, id, Reason::SynRepeated, request.retransmits + 1);
    return;
  }
  const bool in_window =
      packet.seq >= request.irs + 1 && packet.seq < request.irs + 1 + request.receive_window;
  if (packet.has(wire::RST)) {
    if (packet.seq != request.irs + 1) return drop(step, packet, Reason::OutsideWindow);
    step.count(net, Counter::TcpAttemptFails);
    step.count(net, Counter::TcpExtEmbryonicRsts);
    return give_up(step, id, Reason::ResetReceived);
  }
  if (packet.has(wire::SYN) || !packet.has(wire::ACK)) return drop(step, packet, Reason::IgnoredInState);
  if (packet.ack != request.iss + 1) return refuse(step, net, packet, Reason::BadHandshakeAck);
  if (!in_window) {  // Linux tcp_check_req: an ACK tells the peer where we are
    drop(step, packet, Reason::OutsideWindow);
    send_syn_ack(step, id, Reason::SynRepeated, request.retransmits + 1);
    return;
  }
  if (!request.listener) {
    give_up(step, id, Reason::ListenerGone);
    return refuse(step, net, packet, Reason::ListenerGone);
  }
  const ConnectionId owner = ConnectionId::from_raw(world.inet.sockets.read(request.listener).entry);
  const ListenerId listener_id = world.tcp.connections.read(owner).listener;
  const Listener& listener = world.tcp.listeners.read(listener_id);
  if (accept_queue_full(listener)) {
    const RecordNumber because = listener.filled_accept;
    step.count(net, Counter::TcpExtListenOverflows);
    step.count(net, Counter::TcpExtListenDrops);
    if (world.inet.nets.read(net).sysctls[Sysctl::TcpAbortOnOverflow] != 0) {
      step.count(net, Counter::TcpExtEmbryonicRsts);
      give_up(step, id, Reason::AcceptQueueFullAbort);
      return refuse(step, net, packet, Reason::AcceptQueueFullAbort, because);
    }
    return drop(step, packet, Reason::AcceptQueueFullAck, because);
  }
  const Request completed = request;
  leave_syn_queue(step, id, Reason::HandshakeCompleted);
  const ConnectionId child = make_child(step, completed, packet);
  world.tcp.requests.remove(id);
  set_state(step, child, TcpState::Established, Reason::HandshakeCompleted);
  step.count(net, Counter::TcpPassiveOpens);
  join_accept_queue(step, listener_id, child, Reason::HandshakeCompleted);
  if (packet.payload.length > 0 || packet.has(wire::FIN)) input(step, child, packet);
}

}  // namespace sockarium::tcp
