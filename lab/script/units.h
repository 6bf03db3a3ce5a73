// The units of the language: durations, rates, sizes, chances, and the flags of a packet.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sim/core/time.h"

namespace sockarium::script {

/// «250us», «10ms», «1s», «2min», «1h», also «1.5s»; nothing without a unit. Never negative.
std::optional<Duration> parse_duration(std::string_view text);
/// A number of seconds; nothing where it is negative, not a number, or beyond 292 years.
std::optional<Duration> duration_of_seconds(double seconds);
/// «10mbit», «56kbit», «1gbit»: bits per second.
std::optional<std::uint64_t> parse_rate(std::string_view text);
/// «64k», «1m», «1500»: bytes, by 1,024.
std::optional<std::int64_t> parse_size(std::string_view text);
/// «1%», «0.05%»: parts per million.
std::optional<std::uint64_t> parse_chance(std::string_view text);

/// «20 ms», «1.5 s», «250 µs», «131 s»: as few digits as say it all.
std::string show_duration(Duration duration);

/// Which control bits a packet must and must not have. «SYN» means the first packet of a handshake, so
/// without ACK; «ACK» one that says nothing else.
struct FlagMatch {
  std::uint8_t with = 0;
  std::uint8_t without = 0;
  bool fits(std::uint8_t flags) const { return (flags & with) == with && (flags & without) == 0; }
};
/// «SYN», «SYN,ACK», «FIN», in any of the ways people join them (, + | - and space).
std::optional<FlagMatch> parse_flags(std::string_view text);

}  // namespace sockarium::script
