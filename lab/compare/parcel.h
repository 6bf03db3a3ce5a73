// What was seen of the real run, as bytes: the process that watched it packs them, the one that judges
// unpacks them. Both are the same program, so flat values travel as they lie in memory; texts and payloads by
// length.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lab/compare/observation.h"

namespace sockarium::compare {

/// The bytes that a call hands to the kernel (what it sends, descriptors, a path), in the order in which they
/// lie in a mailbox: each behind the last, with a zero byte between.
std::vector<Bytes*> payloads_of(Syscall& call);

std::string pack(const Seen& seen, const ByteStore& bytes);
/// Payloads are put into `bytes`. Nothing when the parcel is torn.
std::optional<Seen> unpack(std::string_view parcel, ByteStore& bytes);

}  // namespace sockarium::compare
