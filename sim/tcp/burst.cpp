// Bursts: Linux hands segments to the network card several at a time, about a millisecond's worth, and marks
// the last of each such burst with PSH. The card (here: nobody) cuts it into segments. Linux
// tcp_tso_autosize, tcp_mss_split_point, __tcp_transmit_skb («tcp_skb_pcount(skb) > 1»).
//
// Left out: bursts put off in hope of more (tcp_tso_should_defer); the least round trip is the smoothed one
// here.
#include <algorithm>

#include "sim/step.h"
#include "sim/tcp/segment.h"

namespace sockarium::tcp {

namespace {

/// The most segments of a burst.
std::uint32_t most_segments(const Connection& connection) {
  constexpr std::uint64_t least = 2, greatest_burst = 65'536;  // Linux tcp_min_tso_segs, sk_gso_max_size
  const std::uint64_t srtt = connection.rtt.srtt;              // 1/8 µs
  if (srtt == 0) return static_cast<std::uint32_t>(greatest_burst / connection.mss);
  // Twice what the congestion window carries in a round trip while it grows fast, else a fifth more.
  const std::uint64_t percent = connection.cwnd < connection.ssthresh / 2 ? 200 : 120;
  const std::uint64_t bytes_a_second =
      std::uint64_t{connection.mss} * connection.cwnd * 8 * 1'000'000 / 100 * percent / srtt;
  std::uint64_t bytes = bytes_a_second / 1024;  // Linux sk_pacing_shift
  const std::uint64_t near = (srtt / 8) >> 9;   // Linux tcp_tso_rtt_log: more between near neighbours
  if (near < 32) bytes += greatest_burst >> near;
  return static_cast<std::uint32_t>(std::max(std::min(bytes, greatest_burst) / connection.mss, least));
}

}  // namespace

std::uint32_t burst_length(const Connection& connection, std::uint32_t unsent, std::uint32_t window_left,
                           std::uint32_t in_flight) {
  const std::uint32_t quota = std::min(std::max<std::uint32_t>(connection.cwnd / 2, 1),
                                       connection.cwnd - std::min(connection.cwnd, in_flight));
  const std::uint32_t most = std::max<std::uint32_t>(1, std::min(most_segments(connection), quota));
  const std::uint32_t bytes = std::min(unsent, window_left);
  return std::clamp<std::uint32_t>((bytes + connection.mss - 1) / connection.mss, 1, most);
}

}  // namespace sockarium::tcp
