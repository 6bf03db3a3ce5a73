#include "sim/observe/sockets.h"

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

std::vector<SocketLine> socket_lines(const World& world) {
  std::vector<SocketLine> lines;
  for (const SocketId id : ids(world.inet.sockets)) {
    const inet::SocketBase& base = world.inet.sockets.read(id);
    if (base.kind == inet::EntryKind::Unix) continue;  // see local_lines
    if (base.kind == inet::EntryKind::Icmp) continue;  // ss shows them only with -w
    const TcpState state = kernel::protocol::state_of(world, id);
    if (base.protocol == wire::UDP ? !base.bucket : state == TcpState::Closed) continue;
    lines.push_back({base.net,
                     id,
                     state,
                     base.local,
                     base.peer,
                     kernel::protocol::receive_queue(world, id),
                     kernel::protocol::send_queue(world, id),
                     base.file,
                     base.protocol,
                     base.ipv6,
                     base.ipv6_only,
                     {}});
  }
  for (const RequestId id : ids(world.tcp.requests)) {
    const tcp::Request& request = world.tcp.requests.read(id);
    // As its listener, or, where that is gone, as its addresses.
    const inet::SocketBase* listener = world.inet.sockets.find(request.listener);
    const bool ipv6 = listener != nullptr ? listener->ipv6 : !request.local.ip.is_v4();
    lines.push_back({request.net,
                     {},
                     TcpState::SynReceived,
                     request.local,
                     request.peer,
                     0,
                     0,
                     {},
                     wire::TCP,
                     ipv6,
                     false,
                     id});
  }
  return lines;
}

}  // namespace sockarium::observe
