// For builds with the address sanitizer only: what graphics drivers leak is theirs, not ours.
#if defined(__SANITIZE_ADDRESS__)
#define SOCKARIUM_ADDRESS_SANITIZER
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SOCKARIUM_ADDRESS_SANITIZER
#endif
#endif

#ifdef SOCKARIUM_ADDRESS_SANITIZER
#include <cstdlib>

namespace {
// The leak check at the end of a process trips over threads of the software driver: have it draw without any.
const bool drawing_alone = [] {
  setenv("LP_NUM_THREADS", "0", 1);
  setenv("MESA_SHADER_CACHE_DISABLE", "true", 1);
  return true;
}();
}  // namespace

// A driver that was unloaded can't be named below.
extern "C" int dlclose(void* /*handle*/) {
  return drawing_alone ? 0 : 1;
}

extern "C" const char*
__lsan_default_suppressions() {  // NOLINT(bugprone-reserved-identifier): the sanitizer's name
  return "leak:libEGL\nleak:libGLX\nleak:libgallium\nleak:swrast_dri\nleak:libX11\nleak:libLLVM\n";
}
#endif
