// What is on the wire: the room's part of the world.
#pragma once

#include "sim/core/slab.h"
#include "sim/wire/filter.h"
#include "sim/wire/link.h"
#include "sim/wire/packet.h"

namespace sockarium::wire {

struct Wire {
  Slab<Link> links;
  Slab<Fault> faults;
  Slab<Filter> filters;
  Slab<Packet> in_flight;

  friend bool operator==(const Wire&, const Wire&) = default;
};

}  // namespace sockarium::wire
