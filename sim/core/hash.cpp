#include "sim/core/hash.h"

#include <bit>

namespace sockarium {

static_assert(std::endian::native == std::endian::little,
              "hashes are defined on little-endian bytes; a big-endian port must swap here");

std::uint64_t hash_bytes(const void* data, std::size_t size, std::uint64_t seed) {
  const auto* at = static_cast<const unsigned char*>(data);
  std::uint64_t state = seed ^ (size * 0x9e3779b97f4a7c15u);
  std::uint64_t other = 0x2545f4914f6cdd1du;
  for (; size >= 16; at += 16, size -= 16) {  // two lanes, so that multiplications overlap
    std::uint64_t a = 0;
    std::uint64_t b = 0;
    std::memcpy(&a, at, 8);
    std::memcpy(&b, at + 8, 8);
    state = (state ^ a) * 0xbf58476d1ce4e5b9u;
    state ^= state >> 29;
    other = (other ^ b) * 0x94d049bb133111ebu;
    other ^= other >> 31;
  }
  for (; size > 0; at += size < 8 ? size : 8, size -= size < 8 ? size : 8) {
    std::uint64_t a = 0;
    std::memcpy(&a, at, size < 8 ? size : 8);
    state = (state ^ a) * 0xbf58476d1ce4e5b9u;
    state ^= state >> 29;
  }
  return mix(state ^ (other * 3));
}

}  // namespace sockarium
