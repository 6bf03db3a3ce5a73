// What the program's exit code means. Documented, and never changed.
#pragma once

namespace sockarium::cli {

enum ExitCode : int {
  ok = 0,
  failed = 1,      ///< it ran, but an expectation or a comparison failed
  bad_usage = 2,   ///< wrong options, or a scenario that can't be read as one
  impossible = 3,  ///< can't be done on this machine: no display, no permission
  no_file = 4,     ///< a file could not be read or written
  internal = 70,   ///< a fault of ours
  interrupted = 130,
};

}  // namespace sockarium::cli
