// The rows of `ss -tuan`: every TCP socket that has a state, half-open requests and TIME-WAIT entries
// included, and every UDP socket that has a port.
#pragma once

#include <string>
#include <vector>

#include "sim/core/tcp_state.h"
#include "sim/world.h"

namespace sockarium::observe {

struct SocketLine {
  NetId net;
  SocketId socket;  ///< none: a half-open request
  TcpState state = TcpState::Closed;
  Endpoint local, peer;
  std::int64_t receive_queue = 0, send_queue = 0;  ///< Recv-Q, Send-Q
  OpenFileId file;                                 ///< none: no process owns it
  std::uint8_t protocol = wire::TCP;
  bool ipv6 = false, ipv6_only = false;
  RequestId request;  ///< of a half-open request
};

/// The ends as ss writes them: «0.0.0.0:80»; «*:80» for a socket of AF_INET6 that takes IPv4, too,
/// «[::]:80» for one that does not; «[::ffff:10.0.0.5]:80».
std::string local_text(const SocketLine& line);
std::string peer_text(const SocketLine& line);

/// In the order of their making; requests last. A socket without a state (never bound to a conversation) is
/// not among them, as ss does not show it.
std::vector<SocketLine> socket_lines(const World& world);

/// The first `most` of them that belong to one host.
std::vector<SocketLine> socket_lines_of(const World& world, NetId net, std::size_t most);
/// Does ss show this socket in one of these rows?
bool listed(const World& world, SocketId socket);

}  // namespace sockarium::observe
