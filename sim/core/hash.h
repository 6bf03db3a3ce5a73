// One 64-bit hash for everything: world states, hash indexes, chance. Fixed for ever and on every platform,
// as saved journals and tests compare it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace sockarium {

/// A value that is its bytes: no padding, no pointers, so bytes may be copied, compared and hashed.
template <class T>
concept Flat = std::is_trivially_copyable_v<T> && std::has_unique_object_representations_v<T>;

/// Spreads the bits of `x` (the finaliser of SplitMix64: a bijection with good avalanche).
constexpr std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

/// Hash of `size` bytes. Little-endian order is assumed (checked when built).
std::uint64_t hash_bytes(const void* data, std::size_t size, std::uint64_t seed = 0);

/// Folds a sequence of values into one number; the order of the calls matters.
class Hasher {
 public:
  void add(std::uint64_t x) { state_ = mix(state_ ^ x); }
  template <Flat T>
  void add_flat(const T& value) {
    add(hash_bytes(&value, sizeof value));
  }
  std::uint64_t value() const { return state_; }

 private:
  std::uint64_t state_ = 0x736f636b61726975u;
};

template <Flat T>
std::uint64_t hash_of(const T& value) {
  return hash_bytes(&value, sizeof value);
}

}  // namespace sockarium
