// What poll() says of a TCP socket (kernel-measured; Linux tcp_poll, inet_csk_listen_poll). HUP means that
// both directions are shut or that there never was a connection, RDHUP that the receive side is shut.
//
// An urgent byte alone is nothing to read, where it is not in line.
//
// Left out: SO_RCVLOWAT.
#include "sim/core/poll_events.h"
#include "sim/step.h"
#include "sim/tcp/segment.h"
#include "sim/tcp/tcp.h"

namespace sockarium::tcp {

std::uint32_t poll_events(const World& world, SocketId socket) {
  const inet::SocketBase& base = world.inet.sockets.read(socket);
  const Connection& connection = world.tcp.connections.read(ConnectionId::from_raw(base.entry));
  if (connection.state == TcpState::Listen) {
    const bool queued = world.tcp.listeners.read(connection.listener).accept_length > 0;
    return queued ? poll_in | poll_rdnorm : 0;
  }
  const bool read_shut = connection.read_shut || connection.fin_received;
  std::uint32_t events = 0;
  if (connection.state == TcpState::Closed || (read_shut && connection.write_shut)) events |= poll_hup;
  if (read_shut) events |= poll_in | poll_rdnorm | poll_rdhup;
  if (connection.state != TcpState::SynSent && connection.state != TcpState::SynReceived) {
    const bool at_urgent = connection.urgent != UrgentByte::None && !base.oob_inline &&
                           connection.urgent_seq == next_unread(connection);
    if (connection.receive_queue.bytes > (at_urgent ? 1 : 0)) events |= poll_in | poll_rdnorm;
    if (connection.urgent == UrgentByte::Here) events |= poll_pri;
    if (connection.write_shut || has_room(connection)) events |= poll_out | poll_wrnorm;
  }
  if (base.error != Errno::OK) events |= poll_err;
  return events;
}

}  // namespace sockarium::tcp
