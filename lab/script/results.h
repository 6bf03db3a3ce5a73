// What a call gives back to the script: its values, or nil and the name of the error.
#pragma once

#include <vector>

#include "lab/script/value.h"
#include "sim/core/bytes.h"
#include "sim/core/syscall.h"

namespace sockarium::script {

std::vector<Value> values_of(const Syscall& call, const SysResult& result, const ByteStore& bytes);

}  // namespace sockarium::script
