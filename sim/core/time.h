// Simulated time: whole nanoseconds since the start of a run. The model reads no clock; time is handed on
// from event to event, so that equal inputs give equal runs.
#pragma once

#include <cstdint>
#include <limits>

namespace sockarium {

using Time = std::int64_t;      ///< a moment, in nanoseconds since the start of the run
using Duration = std::int64_t;  ///< a length of time, in nanoseconds

inline constexpr Time never = std::numeric_limits<Time>::max();

inline constexpr Duration microsecond = 1'000;
inline constexpr Duration millisecond = 1'000'000;
inline constexpr Duration second = 1'000'000'000;
inline constexpr Duration minute = 60 * second;

namespace literals {
constexpr Duration operator""_ns(unsigned long long n) {
  return static_cast<Duration>(n);
}
constexpr Duration operator""_us(unsigned long long n) {
  return static_cast<Duration>(n) * microsecond;
}
constexpr Duration operator""_ms(unsigned long long n) {
  return static_cast<Duration>(n) * millisecond;
}
constexpr Duration operator""_s(unsigned long long n) {
  return static_cast<Duration>(n) * second;
}
}  // namespace literals

}  // namespace sockarium
