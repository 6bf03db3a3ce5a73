// The arguments of setsockopt and getsockopt.
#pragma once

#include "lab/script/binding.h"
#include "sim/core/syscall.h"

namespace sockarium::script {

/// Arguments 2 and 3: the level and the name of an option.
Option option_argument(const Arguments& arguments);
/// All four arguments; the value has the type that the option asks for.
sys::Setsockopt setsockopt_call(const Arguments& arguments);

}  // namespace sockarium::script
