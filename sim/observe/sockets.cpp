#include "sim/observe/sockets.h"

#include "sim/tcp/tcp.h"

namespace sockarium::observe {

std::vector<SocketLine> socket_lines(const World& world) {
  std::vector<SocketLine> lines;
  for (const SocketId id : ids(world.inet.sockets)) {
    const inet::SocketBase& base = world.inet.sockets.read(id);
    const TcpState state = tcp::state_of(world, id);
    if (state == TcpState::Closed) continue;
    lines.push_back({base.net, id, state, base.local, base.peer, tcp::receive_queue(world, id),
                     tcp::send_queue(world, id), base.file});
  }
  for (const RequestId id : ids(world.tcp.requests)) {
    const tcp::Request& request = world.tcp.requests.read(id);
    lines.push_back({request.net, {}, TcpState::SynReceived, request.local, request.peer, 0, 0, {}});
  }
  return lines;
}

}  // namespace sockarium::observe
