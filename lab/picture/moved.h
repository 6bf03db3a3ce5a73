// What is not alike at two moments of a run. The pages that both worlds share are not looked at, so going from one
// moment to the next costs what has changed in between, however much there is in all.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/world.h"

namespace sockarium::picture {

/// Places in the table of sockets (SocketId::index), rising, whose entry differs, or what its protocol keeps of it.
/// Between unrelated worlds (other branches, other runs) that may be all of them.
std::vector<std::uint32_t> moved_sockets(const World& from, const World& to);

/// visit(id) for each entry of `slab` that differs from `other`'s at the same place.
template <class T, class Visit>
void each_differing(const Slab<T>& slab, const Slab<T>& other, const Visit& visit) {
  slab.differing(other, [&](std::uint32_t place) {
    if (const Id<T> id = slab.at(place)) visit(id);
  });
}

}  // namespace sockarium::picture
