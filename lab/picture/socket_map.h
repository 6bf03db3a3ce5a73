// All sockets of a host in the order of their making, one cell each, and how many are in which state: what is
// seen of fifty thousand at once. A socket that is gone leaves its cell empty, for the next that takes its
// place in the kernel's table, so that no other moves.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/observe/names.h"

namespace sockarium::picture {

struct SocketCell {
  std::uint32_t place = 0;            ///< in the table of sockets
  SocketId socket;                    ///< none: gone
  TcpState state = TcpState::Closed;  ///< Closed: gone, or without a state yet
};

/// Sockets with one state and one peer (of a listener's children: with one local port).
struct SocketGroup {
  TcpState state = TcpState::Closed;
  std::uint8_t protocol = wire::TCP;
  Endpoint end;         ///< the server's: where connections lead, or where they came in
  bool to_peer = true;  ///< `end` is the peer
  std::int64_t count = 0;
  SocketId one;  ///< of them
};

class SocketMap {
 public:
  void clear();
  /// Shows the sockets of `net` in `world`; cells that were seen before stay where they are.
  void show(const World& world, NetId net);
  const std::vector<SocketCell>& cells() const { return cells_; }
  /// The largest first.
  const std::vector<SocketGroup>& groups() const { return groups_; }
  std::int64_t count(TcpState state) const { return counts_[static_cast<std::size_t>(state)]; }
  std::int64_t alive() const { return alive_; }

 private:
  NetId net_;
  std::vector<SocketCell> cells_;
  std::vector<SocketGroup> groups_;
  std::array<std::int64_t, tcp_state_count> counts_{};
  std::int64_t alive_ = 0;
};

/// The record that tells most of a socket: its last change of state, or of getting its port; 0: none.
RecordNumber record_of(const World& world, SocketId socket);

}  // namespace sockarium::picture
