#include "sim/observe/socket_timer.h"

#include <fmt/format.h>

#include <algorithm>

namespace sockarium::observe {

namespace {

std::string text(std::string_view kind, const Timer& timer, Time now, std::uint32_t times) {
  if (!timer.armed()) return "";
  return fmt::format("timer:({},{},{})", kind, ss_time(timer.deadline - now), times);
}

}  // namespace

std::string ss_time(Duration left) {
  const std::int64_t all = std::max<Duration>(left, 0) / millisecond;
  const std::int64_t minutes = all / 60'000, seconds = all / 1'000 % 60;
  std::int64_t milliseconds = all % 1'000;
  std::string text;
  if (minutes > 0) {
    text += fmt::format("{}min", minutes);
    milliseconds = 0;
  }
  if (seconds > 0) {
    if (seconds > 9) milliseconds = 0;
    text += fmt::format("{}{}", seconds, milliseconds > 0 ? "." : "sec");
  }
  if (milliseconds > 0) text += fmt::format("{:03}ms", milliseconds);
  return text;
}

std::string timer_text(const World& world, const SocketLine& line) {
  if (line.protocol != wire::TCP) return "";
  if (line.request) {
    const tcp::Request& request = world.tcp.requests.read(line.request);
    return text("on", request.timer, world.now, request.timeouts);
  }
  const inet::SocketBase& base = world.inet.sockets.read(line.socket);
  if (base.kind == inet::EntryKind::TcpTimeWait) {
    const tcp::TimeWait& waiting = world.tcp.time_waits.read(TimeWaitId::from_raw(base.entry));
    return text("timewait", waiting.timer, world.now, 0);
  }
  const tcp::Connection& connection = world.tcp.connections.read(ConnectionId::from_raw(base.entry));
  const bool outstanding = connection.snd_nxt != connection.snd_una;
  if (connection.retransmit.armed())
    return outstanding ? text("on", connection.retransmit, world.now, connection.retransmits)
                       : text("persist", connection.retransmit, world.now, connection.probes);
  return text("keepalive", connection.keepalive, world.now, connection.probes);
}

}  // namespace sockarium::observe
