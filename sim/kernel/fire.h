// The dispatcher of timers: one has run out: what was it for? Also tells stale entries of the event queue
// from those that count.
#pragma once

#include "sim/core/event.h"

namespace sockarium {
class Step;
struct World;
}  // namespace sockarium

namespace sockarium::kernel {

void fire(Step& step, const Event& event);

/// Removes what will not happen from the top of the event queue (packets taken from the wire, timers switched
/// off, tasks that have ended) and files early timers again, so that the next event is a real one.
void settle_queue(World& world);

}  // namespace sockarium::kernel
