// Why something did *not* happen. An absence leaves no record, so we ask: who could have done it, and what do
// they do instead? «Nobody accepted: slowd sleeps in line 16.» «No answer came: srv dropped the SYN.»
#pragma once

#include <vector>

#include "sim/observe/caption.h"
#include "sim/observe/why.h"

namespace sockarium::observe {

/// What is missing behind record `number`, said in one to three side steps; none where nothing is missing.
std::vector<WhyStep> absences(const Narrator& tells, RecordNumber number);

/// What made a rule's condition true, as a side step: «the accept queue is full: 3 entries, backlog 2».
WhyStep condition(const Narrator& tells, RecordNumber because);

/// The processes that held a descriptor of `socket` when record `number` was left, in the order of opening.
std::vector<ProcessId> holders(const Records& records, SocketId socket, RecordNumber number);

}  // namespace sockarium::observe
