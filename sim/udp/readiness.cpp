// What poll() says of a UDP socket (kernel-measured; Linux datagram_poll). It can always be written to: a
// datagram that is sent is forgotten at once.
#include "sim/core/poll_events.h"
#include "sim/step.h"
#include "sim/udp/udp.h"

namespace sockarium::udp {

std::uint32_t poll_events(const World& world, SocketId socket) {
  const inet::SocketBase& base = world.inet.sockets.read(socket);
  const Socket& entry = world.udp.sockets.read(UdpSocketId::from_raw(base.entry));
  std::uint32_t events = poll_out | poll_wrnorm | poll_wrband;
  if (base.error != Errno::OK || entry.first_error) events |= poll_err;
  if (entry.read_shut) events |= poll_in | poll_rdnorm | poll_rdhup;
  if (entry.read_shut && entry.write_shut) events |= poll_hup;
  if (entry.first) events |= poll_in | poll_rdnorm;
  return events;
}

}  // namespace sockarium::udp
