// The port table of one host as a picture: 256 columns and 256 rows, port = 256 · row + column. What a cell
// shows is who holds that port *towards a destination*, since connect() may give one port to many.
//
// Follows the moment: from one that was shown before, only the sockets that differ are looked at.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <tuple>
#include <vector>

#include "assets/palette.h"
#include "sim/observe/names.h"

namespace sockarium::picture {

/// What holds a port; where several do, the one that stands first here after Free and Reserved.
enum class PortUse : std::uint8_t {
  Free,
  Reserved,  ///< net.ipv4.ip_local_reserved_ports: the kernel never chooses it
  Bound,     ///< a program named it, or listens: connect() passes by it
  CloseWait,
  Opening,
  Established,
  Closing,
  TimeWait,
};
inline constexpr std::size_t port_uses = 8;
palette::Hue hue_of(PortUse use);
/// «ESTABLISHED», «free»
std::string_view name(PortUse use);
PortUse use_of(TcpState state);

struct PortQuestion {
  NetId net;
  std::uint8_t protocol = wire::TCP;
  std::optional<Endpoint> destination;  ///< none: any
  friend bool operator==(const PortQuestion&, const PortQuestion&) = default;
};

/// Where the host's sockets lead, and how many to each.
struct Destination {
  Endpoint peer;
  std::int64_t sockets = 0;
};

class PortMap {
 public:
  static constexpr int columns = 256, rows = 256;
  static constexpr std::size_t most_destinations = 64;

  /// Shows this question's answer in `world`.
  void show(const World& world, const PortQuestion& question);

  const PortQuestion& question() const { return question_; }
  PortUse use(std::uint16_t port) const { return cells_[port]; }
  const std::vector<PortUse>& cells() const { return cells_; }
  std::uint16_t low() const { return low_; }    ///< of net.ipv4.ip_local_port_range
  std::uint16_t high() const { return high_; }  ///< belongs to it
  std::int64_t range() const { return high_ - low_ + 1; }
  /// Ports of the range, and of all, with this use.
  std::int64_t in_range(PortUse use) const { return in_range_[static_cast<std::size_t>(use)]; }
  std::int64_t in_all(PortUse use) const { return in_all_[static_cast<std::size_t>(use)]; }
  /// Ports of the range that connect() could not choose, in percent.
  double used_percent() const;
  /// The busiest first.
  const std::vector<Destination>& destinations() const { return destinations_; }
  /// Rows whose cells have changed since they were asked for the last time.
  std::vector<int> take_changed_rows();

 private:
  using PeerKey = std::tuple<std::array<std::uint8_t, 16>, std::uint16_t>;
  bool same_rules(const World& world) const;
  void begin(const World& world, const PortQuestion& question);
  void add(const World& world, SocketId socket, std::int32_t sign);
  void settle(std::uint16_t port);
  void list_destinations();

  World shown_;
  PortQuestion question_;
  std::vector<PortUse> cells_ = std::vector<PortUse>(65536, PortUse::Free);
  std::vector<bool> reserved_ = std::vector<bool>(65536, false);
  /// How many of each use hold each port.
  std::vector<std::array<std::int32_t, port_uses>> holders_;
  std::vector<std::uint16_t> unsettled_;  ///< ports whose holders have changed
  std::array<std::int64_t, port_uses> in_range_{}, in_all_{};
  std::array<bool, rows> changed_{};
  std::map<PeerKey, std::int64_t> peers_;  ///< of sockets whose port lies in the range
  bool peers_changed_ = false;
  std::vector<Destination> destinations_;
  std::uint16_t low_ = 0, high_ = 0;
};

/// The socket that best tells why the port is not free: none where it is.
SocketId holder_of(const World& world, const PortQuestion& question, std::uint16_t port);

}  // namespace sockarium::picture
