// What poll() says of a Unix socket. A stream may be written to while a quarter of its send buffer or less is
// in use; a datagram socket only if its peer's queue has room, too. Linux unix_poll, unix_dgram_poll.
#include "sim/core/poll_events.h"
#include "sim/step.h"
#include "sim/unix/unix.h"

namespace sockarium::unix {

std::uint32_t poll_events(const World& world, SocketId socket) {
  const Socket& entry = read_entry(world, socket);
  std::uint32_t events = 0;
  if (world.inet.sockets.read(socket).error != Errno::OK) events |= poll_err;
  if (entry.read_shut) events |= poll_in | poll_rdnorm | poll_rdhup;
  if (entry.read_shut && entry.write_shut) events |= poll_hup;
  if (entry.waiting > 0) events |= poll_in | poll_rdnorm;
  if (entry.connection_based() && entry.state == TcpState::Closed) events |= poll_hup;
  const bool has_peer = entry.has_peer && world.inet.sockets.alive(entry.peer);
  const Socket* peer =
      has_peer && entry.type != SocketType::Stream ? &read_entry(world, entry.peer) : nullptr;
  const bool full = peer != nullptr && peer->peer != socket && peer->full();
  if (is_writable(world, socket) && !full) events |= poll_out | poll_wrnorm | poll_wrband;
  return events;
}

}  // namespace sockarium::unix
