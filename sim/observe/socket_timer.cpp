#include "sim/observe/socket_timer.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/kernel/socket_timer.h"

namespace sockarium::observe {

namespace {

std::string_view word(kernel::RunningKind kind) {
  switch (kind) {
    case kernel::RunningKind::KeepAlive:
      return "keepalive";
    case kernel::RunningKind::TimeWait:
      return "timewait";
    case kernel::RunningKind::Persist:
      return "persist";
    default:
      return "on";
  }
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
  const kernel::RunningTimer timer = line.request
                                         ? kernel::running_timer(world.tcp.requests.read(line.request))
                                         : kernel::running_timer(world, line.socket);
  if (!timer) return "";
  return fmt::format("timer:({},{},{})", word(timer.kind), ss_time(timer.deadline - world.now), timer.times);
}

}  // namespace sockarium::observe
