// connect() with AF_UNSPEC: dissolves what a socket has to do with a peer, so that it may connect anew. The
// peer of an open connection gets RST. Linux tcp_disconnect.
#include "sim/inet/port_table.h"
#include "sim/step.h"
#include "sim/tcp/segment.h"
#include "sim/tcp/state.h"

namespace sockarium::tcp {

namespace {

/// Linux tcp_need_reset.
bool needs_reset(TcpState state) {
  switch (state) {
    case TcpState::SynReceived:
    case TcpState::Established:
    case TcpState::FinWait1:
    case TcpState::FinWait2:
    case TcpState::CloseWait:
      return true;
    default:
      return false;
  }
}

/// As a fresh socket is, but for what setsockopt() has said.
void forget(World& world, ConnectionId id) {
  Connection& connection = world.tcp.connections.write(id);
  clear(world, connection.send_queue);
  clear(world, connection.receive_queue);
  clear(world, connection.out_of_order);
  Connection fresh;
  fresh.socket = connection.socket;
  fresh.state_record = connection.state_record;
  fresh.receive_buffer = connection.receive_buffer;
  fresh.send_buffer = connection.send_buffer;
  fresh.fixed_receive_buffer = connection.fixed_receive_buffer;
  fresh.fixed_send_buffer = connection.fixed_send_buffer;
  fresh.no_delay = connection.no_delay;
  fresh.user_mss = connection.user_mss;
  fresh.user_timeout = connection.user_timeout;
  fresh.syn_count = connection.syn_count;
  fresh.defer_accept = connection.defer_accept;
  fresh.linger2 = connection.linger2;
  fresh.keep_idle = connection.keep_idle;
  fresh.keep_interval = connection.keep_interval;
  fresh.keep_count = connection.keep_count;
  fresh.retransmit = connection.retransmit;  // their entries in the event queue are still to be passed by
  fresh.delayed_ack = connection.delayed_ack;
  fresh.keepalive = connection.keepalive;
  connection = fresh;
}

}  // namespace

Attempt disconnect(Step& step, SocketId socket) {
  World& world = step.world;
  inet::SocketBase& base = world.inet.sockets.write(socket);
  const ConnectionId id = ConnectionId::from_raw(base.entry);
  const TcpState state = world.tcp.connections.read(id).state;
  if (state == TcpState::Listen) {
    stop_listening(step, id);
  } else if (state != TcpState::Closed) {
    const bool told = needs_reset(state);
    if (told) send_reset(step, id, Reason::Disconnected);
    const bool fails = told || state == TcpState::SynSent;
    finish(step, id, fails ? Errno::CONNRESET : Errno::OK, Reason::Disconnected);
  }
  forget(world, id);
  base.peer = Endpoint{base.wildcard(), 0, 0};
  if (!base.address_by_program) base.local.ip = base.wildcard();
  if (!base.port_by_program && base.local.port != 0) {
    inet::release_port(step, socket);
    base.former_port = std::exchange(base.local.port, std::uint16_t{0});
  }
  return done(0);
}

}  // namespace sockarium::tcp
