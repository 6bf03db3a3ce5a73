// All sockets of a host in the order of their making, one cell each, and how many are in which state: what is
// seen of fifty thousand at once. A socket that is gone leaves its cell empty, for the next that takes its
// place in the kernel's table, so that no other moves.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <tuple>
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
  bool to_peer = true;  ///< `end` is the peer
  Endpoint end;         ///< the server's: where connections lead, or where they came in
  std::int64_t count = 0;
};

class SocketMap {
 public:
  void clear();
  /// Shows the sockets of `net` in `world`; cells that were seen before stay where they are. From a moment
  /// that was shown before only what differs is looked at.
  void show(const World& world, NetId net);
  const std::vector<SocketCell>& cells() const { return cells_; }
  /// The largest first.
  const std::vector<SocketGroup>& groups() const { return groups_; }
  std::int64_t count(TcpState state) const { return counts_[static_cast<std::size_t>(state)]; }
  std::int64_t alive() const { return alive_; }
  /// How many rows ss has for this host: half-open requests are among them, Unix sockets not.
  std::size_t listed() const { return static_cast<std::size_t>(listed_) + requests_; }
  /// Places in the table of sockets that no descriptor reaches: in an accept queue, orphans, TIME-WAIT.
  const std::set<std::uint32_t>& ownerless() const { return ownerless_; }
  /// Cells, by their number in cells(), that have changed since this was asked for the last time; nothing:
  /// all may have.
  std::optional<std::vector<std::size_t>> take_changed();

 private:
  using GroupKey = std::tuple<TcpState, std::uint8_t, bool, std::array<std::uint8_t, 16>, std::uint16_t>;
  void look(std::uint32_t place);
  void add(const SocketCell& cell, std::int64_t sign, const World& world);
  std::size_t cell_at(std::uint32_t place);

  World shown_;
  NetId net_;
  std::vector<SocketCell> cells_;       ///< by place
  std::vector<std::uint32_t> cell_of_;  ///< by place: 1 + its number in cells_; 0: none
  std::map<GroupKey, std::int64_t> in_groups_;
  std::vector<SocketGroup> groups_;
  std::array<std::int64_t, tcp_state_count> counts_{};
  std::int64_t alive_ = 0, listed_ = 0;
  std::size_t requests_ = 0;
  std::set<std::uint32_t> ownerless_;
  std::vector<std::size_t> changed_;
  bool all_changed_ = true;
};

/// The record that tells most of a socket: its last change of state, or of getting its port; 0: none.
RecordNumber record_of(const World& world, SocketId socket);

}  // namespace sockarium::picture
