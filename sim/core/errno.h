// The errors that calls of the simulated kernel give, with Linux's names, numbers (asm-generic/errno.h) and
// the words of strerror(3).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace sockarium {

enum class Errno : std::int32_t {
  OK = 0,
#define SOCKARIUM_ERRNO(name, number, words) name = number,
#include "sim/core/errno.def"
#undef SOCKARIUM_ERRNO
};

/// «EADDRINUSE»
std::string_view name(Errno error);
/// «Address already in use»
std::string_view words(Errno error);
std::optional<Errno> errno_named(std::string_view name);

}  // namespace sockarium
