// The model's settings as the files of a real kernel, below /proc/sys: several of the model's rows may be the
// parts of one file («32768 60999»).
#pragma once

#include "sim/core/sysctl.h"

namespace sockarium::compare {

/// Writes the file of which `id` is a part, in the namespace of the calling thread. False: the kernel does
/// not take it.
bool write_sysctl(const Sysctls& values, Sysctl id);

}  // namespace sockarium::compare
