// The rows of `ss -tan`: every socket that has a state, half-open requests and TIME-WAIT entries included.
#pragma once

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
};

/// In the order of their making; requests last. A socket without a state (never bound to a conversation) is
/// not among them, as ss does not show it.
std::vector<SocketLine> socket_lines(const World& world);

}  // namespace sockarium::observe
