// A slab: entries of one kind, named by typed ids, in copy-on-write pages. Everything that the world stores
// lives in one. Walked in index order only, so that a walk is the same on every machine.
#pragma once

#include <cstdint>

#include "sim/core/id.h"
#include "sim/core/paged.h"

namespace sockarium {

template <Flat T>
class Slab {
 public:
  Slab() { slots_.push_back(Slot{}); }  // place 0 is «none»

  /// Takes the place that was freed last, or a new one.
  Id<T> add(const T& value) {
    std::uint32_t index = first_free_;
    if (index == 0) {
      index = static_cast<std::uint32_t>(slots_.size());
      slots_.push_back(Slot{});
    } else {
      first_free_ = slots_[index].next_free;
    }
    Slot& slot = slots_.write(index);
    slot.value = value;
    slot.next_free = 0;
    ++slot.generation;  // odd: lives
    ++count_;
    Id<T> id;
    id.index = index;
    id.generation = slot.generation;
    return id;
  }

  void remove(Id<T> id) {
    SOCKARIUM_ASSERT(alive(id));
    Slot& slot = slots_.write(id.index);
    slot.value = T{};
    ++slot.generation;  // even: free
    slot.next_free = first_free_;
    first_free_ = id.index;
    --count_;
  }

  bool alive(Id<T> id) const {
    return id && id.index < slots_.size() && slots_[id.index].generation == id.generation;
  }

  /// Valid until the next write to this slab.
  const T& read(Id<T> id) const {
    SOCKARIUM_ASSERT(alive(id));
    return slots_[id.index].value;
  }
  /// The entry, or nullptr when it is gone. Valid until the next write to this slab.
  const T* find(Id<T> id) const { return alive(id) ? &slots_[id.index].value : nullptr; }

  /// Stable until the step ends: entries never move, and snapshots are taken between steps.
  T& write(Id<T> id) {
    SOCKARIUM_ASSERT(alive(id));
    return slots_.write(id.index).value;
  }

  std::size_t count() const { return count_; }

  /// The first living entry after `id` (after «none»: the first of all) in index order, or «none».
  Id<T> next(Id<T> id) const {
    for (std::size_t i = id.index + std::size_t{1}; i < slots_.size(); ++i)
      if (slots_[i].generation % 2 == 1) {
        Id<T> found;
        found.index = static_cast<std::uint32_t>(i);
        found.generation = slots_[i].generation;
        return found;
      }
    return {};
  }
  Id<T> first() const { return next({}); }

  /// Who lives at that place (Id::index), or «none».
  Id<T> at(std::uint32_t index) const {
    Id<T> found;
    if (index == 0 || index >= slots_.size() || slots_[index].generation % 2 == 0) return found;
    found.index = index;
    found.generation = slots_[index].generation;
    return found;
  }
  /// visit(index) for every place at which another moment's slab holds something else; places beyond the end
  /// of either may be visited, too. Costs what differs, as pages that both share are not looked at.
  template <class Visit>
  void differing(const Slab& other, const Visit& visit) const {
    slots_.differing(other.slots_, [&](std::size_t i) { visit(static_cast<std::uint32_t>(i)); });
  }

  std::uint64_t hash() const {
    Hasher hasher;
    hasher.add(slots_.hash());
    hasher.add(first_free_);
    return hasher.value();
  }
  std::size_t count_bytes(std::set<const void*>& counted) const { return slots_.count_bytes(counted); }
  friend bool operator==(const Slab&, const Slab&) = default;

 private:
  struct Slot {
    T value{};
    std::uint32_t generation = 0;
    std::uint32_t next_free = 0;
    friend bool operator==(const Slot& a, const Slot& b) { return std::memcmp(&a, &b, sizeof a) == 0; }
  };
  static_assert(Flat<Slot>);

  PagedArray<Slot> slots_;
  std::uint32_t first_free_ = 0;
  std::uint32_t count_ = 0;
};

/// for (auto id : ids(slab)): every living entry, in index order.
template <class T>
class Ids {
 public:
  explicit Ids(const Slab<T>& slab) : slab_(&slab) {}
  struct Iterator {
    const Slab<T>* slab;
    Id<T> id;
    Id<T> operator*() const { return id; }
    Iterator& operator++() {
      id = slab->next(id);
      return *this;
    }
    bool operator!=(const Iterator& other) const { return !(id == other.id); }
  };
  Iterator begin() const { return Iterator{slab_, slab_->first()}; }
  Iterator end() const { return Iterator{slab_, Id<T>{}}; }

 private:
  const Slab<T>* slab_;
};
template <class T>
Ids<T> ids(const Slab<T>& slab) {
  return Ids<T>(slab);
}

}  // namespace sockarium
