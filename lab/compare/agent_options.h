// setsockopt() and getsockopt() for real.
#pragma once

#include "sim/core/syscall.h"

namespace sockarium::compare {

/// `payload`: the bytes of `call.data`. −1: see errno.
std::int64_t set_option(const sys::Setsockopt& call, const char* payload);
/// What the option brings besides its value goes into `result`.
std::int64_t get_option(const sys::Getsockopt& call, SysResult& result);

}  // namespace sockarium::compare
