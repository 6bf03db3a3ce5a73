// A hash index from a flat key to a flat value, in copy-on-write pages. It can be asked, never walked: the
// order of a hash table is nobody's business, and must not leak into what happens.
#pragma once

#include <cstdint>
#include <cstring>

#include "sim/core/paged.h"

namespace sockarium {

template <Flat Key, Flat Value>
class HashIndex {
 public:
  /// The value of `key`, or nullptr. Valid until the next write to this index.
  const Value* find(const Key& key) const {
    if (places_.empty()) return nullptr;
    for (std::size_t i = home(key);; i = next(i)) {
      const Place& place = places_[i];
      if (place.used == 0) return nullptr;
      if (same(place.key, key)) return &place.value;
    }
  }

  /// Sets the value of `key`, new or not.
  void set(const Key& key, const Value& value) {
    if ((count_ + 1) * 2 > places_.size()) grow();
    put(key, value);
  }

  /// Forgets `key`, which must be there.
  void erase(const Key& key) {
    std::size_t hole = home(key);
    while (!same(places_[hole].key, key) || places_[hole].used == 0) {
      SOCKARIUM_ASSERT(places_[hole].used != 0);
      hole = next(hole);
    }
    // Close the gap: move back every later entry of the run whose home lies at or before the hole.
    for (std::size_t i = next(hole); places_[i].used != 0; i = next(i)) {
      const std::size_t wanted = home(places_[i].key);
      if (((i - wanted) & mask()) >= ((i - hole) & mask())) {
        const Place moved = places_[i];
        places_.write(hole) = moved;
        hole = i;
      }
    }
    places_.write(hole) = Place{};
    --count_;
  }

  std::size_t count() const { return count_; }
  std::uint64_t hash() const { return places_.hash(); }
  std::size_t count_bytes(std::set<const void*>& counted) const { return places_.count_bytes(counted); }
  friend bool operator==(const HashIndex&, const HashIndex&) = default;

 private:
  struct Place {
    std::uint64_t used = 0;
    Key key{};
    Value value{};
    friend bool operator==(const Place& a, const Place& b) { return std::memcmp(&a, &b, sizeof a) == 0; }
  };
  static_assert(Flat<Place>, "choose key and value so that no padding arises");

  static bool same(const Key& a, const Key& b) { return std::memcmp(&a, &b, sizeof a) == 0; }
  std::size_t mask() const { return places_.size() - 1; }
  std::size_t home(const Key& key) const { return hash_of(key) & mask(); }
  std::size_t next(std::size_t i) const { return (i + 1) & mask(); }

  void put(const Key& key, const Value& value) {
    std::size_t i = home(key);
    while (places_[i].used != 0 && !same(places_[i].key, key)) i = next(i);
    Place& place = places_.write(i);
    count_ += place.used == 0 ? 1 : 0;
    place.used = 1;
    place.key = key;
    place.value = value;
  }

  void grow() {
    const PagedArray<Place> old = places_;
    const std::size_t size = old.empty() ? 16 : old.size() * 2;
    places_.clear();
    for (std::size_t i = 0; i < size; ++i) places_.push_back(Place{});
    count_ = 0;
    for (std::size_t i = 0; i < old.size(); ++i)
      if (old[i].used != 0) put(old[i].key, old[i].value);
  }

  PagedArray<Place> places_;
  std::uint64_t count_ = 0;
};

}  // namespace sockarium
