// Assertions about our own code. They stay on in every build: a wrong picture is worse than a stop.
#pragma once

namespace sockarium {

/// Prints file, line and the broken promise to stderr and ends the program with exit code 70.
[[noreturn]] void assertion_failed(const char* file, int line, const char* promise);

}  // namespace sockarium

#define SOCKARIUM_ASSERT(promise) \
  ((promise) ? static_cast<void>(0) : ::sockarium::assertion_failed(__FILE__, __LINE__, #promise))
