// A raw peer on the real kernel: its program sends and gets frames where its link ends; no agent calls for
// it.
#pragma once

#include "lab/compare/real_tasks.h"

namespace sockarium::compare {

void add_peer(RealRun& run, std::size_t process);
/// Does what its program asks for.
void turn_of_peer(RealRun& run, RealTask& task, const Syscall& call, Time after);
/// The next packet that has reached the peer, if there is one; or the end of its patience.
void capture(RealRun& run, RealTask& task);

}  // namespace sockarium::compare
