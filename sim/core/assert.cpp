#include "sim/core/assert.h"

#include <cstdio>
#include <cstdlib>

namespace sockarium {

void assertion_failed(const char* file, int line, const char* promise) {
  std::fprintf(stderr,
               "sockarium: internal fault: %s:%d: this must hold and does not: %s\n"
               "This is a bug of Sockarium's. Please report it with the scenario file and this line.\n",
               file, line, promise);
  std::fflush(nullptr);
  std::_Exit(70);  // EX_SOFTWARE: the exit code of internal faults
}

}  // namespace sockarium
