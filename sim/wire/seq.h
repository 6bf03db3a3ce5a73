// Sequence numbers: 32 bits that wrap around (RFC 9293 section 3.4). A type of their own, as comparing them
// with the plain «<» of integers is the classic mistake.
#pragma once

#include <cstdint>

namespace sockarium {

struct Seq {
  std::uint32_t value = 0;
  friend constexpr bool operator==(Seq, Seq) = default;
  /// How far `b` lies before `a`; negative when it lies behind. Right within half the circle.
  friend constexpr std::int32_t operator-(Seq a, Seq b) {
    return static_cast<std::int32_t>(a.value - b.value);
  }
  friend constexpr Seq operator+(Seq a, std::uint32_t n) { return Seq{a.value + n}; }
  friend constexpr Seq operator-(Seq a, std::uint32_t n) { return Seq{a.value - n}; }
  friend constexpr bool operator<(Seq a, Seq b) { return a - b < 0; }
  friend constexpr bool operator>(Seq a, Seq b) { return a - b > 0; }
  friend constexpr bool operator<=(Seq a, Seq b) { return a - b <= 0; }
  friend constexpr bool operator>=(Seq a, Seq b) { return a - b >= 0; }
};

}  // namespace sockarium
