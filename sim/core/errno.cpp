#include "sim/core/errno.h"

namespace sockarium {

std::string_view name(Errno error) {
  switch (error) {
    case Errno::OK:
      return "OK";
#define SOCKARIUM_ERRNO(name, number, words) \
  case Errno::name:                          \
    return "E" #name;
#include "sim/core/errno.def"
#undef SOCKARIUM_ERRNO
  }
  return "E?";
}

std::string_view words(Errno error) {
  switch (error) {
    case Errno::OK:
      return "Success";
#define SOCKARIUM_ERRNO(name, number, words) \
  case Errno::name:                          \
    return words;
#include "sim/core/errno.def"
#undef SOCKARIUM_ERRNO
  }
  return "Unknown error";
}

std::optional<Errno> errno_named(std::string_view wanted) {
#define SOCKARIUM_ERRNO(name, number, words) \
  if (wanted == "E" #name) return Errno::name;
#include "sim/core/errno.def"
#undef SOCKARIUM_ERRNO
  return std::nullopt;
}

}  // namespace sockarium
