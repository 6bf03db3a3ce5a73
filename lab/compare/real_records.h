// The real run as records, so that what reads records (the ladder, first of all) shows it as it shows the
// model's. Only what was seen becomes a record: calls, packets, ends of programs; the inside of the real
// kernel stays dark.
#pragma once

#include "lab/compare/observation.h"
#include "sim/observe/names.h"

namespace sockarium::compare {

/// Notes in each call and packet of `seen` the number of its record. `world`: the model's, at its end, which
/// lends hosts, processes and tasks; a task that the model has not is shown as its parent.
observe::Records records_of(Seen& seen, const World& world);

}  // namespace sockarium::compare
