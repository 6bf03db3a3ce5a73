// The full connection that a completed handshake makes of a half-open request, or of a cookie. It inherits
// the listener's options and joins the accept queue. Linux tcp_create_openreq_child, tcp_v4_syn_recv_sock.
#include "sim/inet/port_table.h"
#include "sim/inet/route.h"
#include "sim/step.h"
#include "sim/tcp/segment.h"
#include "sim/tcp/state.h"

namespace sockarium::tcp {

Agreed agreed(const World& world, const Request& request) {
  const Sysctls& sysctls = world.inet.nets.read(request.net).sysctls;
  Agreed both;
  both.timestamps = request.peer_options.has_timestamps && sysctls[Sysctl::TcpTimestamps] != 0;
  both.sack = request.peer_options.sack_permitted && sysctls[Sysctl::TcpSack] != 0;
  both.scale = request.peer_options.has_window_scale && sysctls[Sysctl::TcpWindowScaling] != 0;
  both.receive_scale = static_cast<std::uint8_t>(request.receive_scale);
  return both;
}

namespace {

ConnectionId make_child(Step& step, SocketId listener, const Request& request, Duration round_trip,
                        const wire::Packet& packet, Reason reason) {
  World& world = step.world;
  const inet::SocketBase& parent_base = world.inet.sockets.read(listener);
  const Connection& parent = world.tcp.connections.read(ConnectionId::from_raw(parent_base.entry));
  const Sysctls& sysctls = world.inet.nets.read(request.net).sysctls;
  const Agreed both = agreed(world, request);
  const auto path = inet::route(world, request.net, request.peer.ip);
  const std::uint64_t room = path ? path->room() : usual_room;

  inet::SocketBase base = parent_base;
  base.file = {};
  base.local = request.local;
  base.peer = request.peer;
  base.listening = false;
  base.port_by_program = false;  // the listener's bind() is not the child's (Linux sk_clone_lock)
  base.error = base.soft_error = Errno::OK;
  base.inode = 0;  // a number is given when accept() makes a file of it
  base.bucket = {};
  base.bucket_next = {};
  base.bucket_previous = {};
  base.group_next = {};

  Connection child;
  child.receive_buffer = parent.receive_buffer;
  child.send_buffer = parent.send_buffer;
  child.fixed_receive_buffer = parent.fixed_receive_buffer;
  child.fixed_send_buffer = parent.fixed_send_buffer;
  child.no_delay = parent.no_delay;
  child.user_mss = parent.user_mss;
  child.user_timeout = parent.user_timeout;
  child.syn_count = parent.syn_count;
  child.linger2 = parent.linger2;
  child.keep_idle = parent.keep_idle;
  child.keep_interval = parent.keep_interval;
  child.keep_count = parent.keep_count;
  child.state = TcpState::SynReceived;
  child.iss = request.iss;
  child.snd_una = child.snd_up = child.snd_nxt = child.write_end = child.small_end = request.iss + 1;
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
  grow_send_buffer(child, sysctls);
  if (round_trip >= 0) measure_round_trip(child.rtt, round_trip, sysctls, child.snd_una, child.snd_nxt);
  child.state_record = request.state_record;

  const SocketId socket = world.inet.sockets.add(base);
  child.socket = socket;
  const ConnectionId id = world.tcp.connections.add(child);
  world.inet.sockets.write(socket).entry = id.raw();
  inet::share_port(step, socket, listener);
  world.inet.connections.set(inet::TupleKey{request.net, base.local, base.peer},
                             inet::Owner{inet::OwnerKind::Connection, id.raw(), socket});
  step.record(rec::SocketCreated{socket}, reason);
  return id;
}

}  // namespace

void open_child(Step& step, ListenerId listener, const Request& request, Duration round_trip,
                const wire::Packet& packet, Reason reason) {
  const SocketId socket = step.world.tcp.listeners.read(listener).socket;
  const ConnectionId child = make_child(step, socket, request, round_trip, packet, reason);
  set_state(step, child, TcpState::Established, reason);
  start_keepalive(step, child);
  step.count(request.net, Counter::TcpPassiveOpens);
  join_accept_queue(step, listener, child, reason);
  if (packet.payload.length > 0 || packet.has(wire::FIN)) input(step, child, packet);
}

}  // namespace sockarium::tcp
