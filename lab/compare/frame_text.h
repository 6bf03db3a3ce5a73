// What packet sockets read, in words that both kernels have: sequence numbers, identifications, checksums and
// chosen ports are a kernel's own.
#pragma once

#include <string>

#include "lab/compare/spoken_names.h"
#include "sim/core/bytes.h"
#include "sim/core/syscall.h"

namespace sockarium::compare {

/// « eth0, type 4, protocol 0x800, hardware 1, 6 bytes 02:00:00:00:00:00»: a device's or a sender's name.
std::string device_text(const SysResult& result);
/// The result of a call that has read a frame. One that a filter or a short buffer has cut is told by its
/// first bytes.
std::string frame_text(const SysResult& result, const SpokenNames& names, const ByteStore& bytes);

}  // namespace sockarium::compare
