#include "sim/observe/sockets.h"

#include "sim/kernel/diag_rows.h"
#include "sim/kernel/protocol.h"

namespace sockarium::observe {

namespace {

std::string text(const SocketLine& line, const Endpoint& end) {
  if (line.ipv6 && !line.ipv6_only && end.ip == Address{})
    return end.port == 0 ? "*:*" : "*:" + std::to_string(end.port);
  return to_string(end, line.ipv6);
}

}  // namespace

std::string local_text(const SocketLine& line) {
  return text(line, line.local);
}

std::string peer_text(const SocketLine& line) {
  return text(line, line.peer);
}

bool listed(const World& world, SocketId id) {
  const bool local = world.inet.sockets.read(id).kind == inet::EntryKind::Unix;  // see local_lines
  return !local && kernel::has_row(world, id);
}

namespace {

SocketLine line_of(const World& world, SocketId id) {
  const inet::SocketBase& base = world.inet.sockets.read(id);
  SocketLine line;
  line.net = base.net;
  line.socket = id;
  line.state = kernel::protocol::state_of(world, id);
  line.local = base.local;
  line.peer = base.peer;
  line.receive_queue = kernel::protocol::receive_queue(world, id);
  line.send_queue = kernel::protocol::send_queue(world, id);
  line.file = base.file;
  line.protocol = base.protocol;
  line.ipv6 = base.ipv6;
  line.ipv6_only = base.ipv6_only;
  return line;
}

SocketLine line_of(const World& world, RequestId id, const tcp::Request& request) {
  // As its listener, or, where that is gone, as its addresses.
  const inet::SocketBase* listener = world.inet.sockets.find(request.listener);
  SocketLine line;
  line.net = request.net;
  line.state = TcpState::SynReceived;
  line.local = request.local;
  line.peer = request.peer;
  line.ipv6 = listener != nullptr ? listener->ipv6 : !request.local.ip.is_v4();
  line.request = id;
  return line;
}

}  // namespace

std::vector<SocketLine> socket_lines(const World& world) {
  std::vector<SocketLine> lines;
  for (const SocketId id : ids(world.inet.sockets))
    if (listed(world, id)) lines.push_back(line_of(world, id));
  for (const RequestId id : ids(world.tcp.requests))
    lines.push_back(line_of(world, id, world.tcp.requests.read(id)));
  return lines;
}

std::vector<SocketLine> socket_lines_of(const World& world, NetId net, std::size_t most) {
  std::vector<SocketLine> lines;
  for (const SocketId id : ids(world.inet.sockets)) {
    if (lines.size() >= most) return lines;
    if (world.inet.sockets.read(id).net == net && listed(world, id)) lines.push_back(line_of(world, id));
  }
  for (const RequestId id : ids(world.tcp.requests)) {
    if (lines.size() >= most) return lines;
    const tcp::Request& request = world.tcp.requests.read(id);
    if (request.net == net) lines.push_back(line_of(world, id, request));
  }
  return lines;
}

}  // namespace sockarium::observe
