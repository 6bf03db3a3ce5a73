// A checker beside the model: a simpler truth about any world, asked after every event of a test.
#pragma once

#include <string>

#include "sim/world.h"

namespace sockarium::test {

/// What is wrong with this world, or an empty text: reference counts, port table and sockets, queue lengths
/// and bounds, the connection table, descriptors, bytes in queues, timers of sleeping things.
std::string broken_invariant(const World& world);

}  // namespace sockarium::test
