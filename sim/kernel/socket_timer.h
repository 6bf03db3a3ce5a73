// Which timer of a socket runs: what `ss -o` shows, and sock_diag(7) tells. Linux inet_csk_diag_fill.
#pragma once

#include "sim/world.h"

namespace sockarium::kernel {

enum class RunningKind { None, Retransmit, KeepAlive, TimeWait, Persist };

struct RunningTimer {
  RunningKind kind = RunningKind::None;
  Time deadline = 0;
  std::uint32_t times = 0;  ///< that it has run out in a row

  explicit operator bool() const { return kind != RunningKind::None; }
};

/// Of a TCP socket in any state; of another none runs.
RunningTimer running_timer(const World& world, SocketId socket);
/// Of a half-open request.
RunningTimer running_timer(const tcp::Request& request);

}  // namespace sockarium::kernel
