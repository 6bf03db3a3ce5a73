// What the program of a raw peer writes and reads: p:send{…} makes a segment by hand, p:expect{…} names one,
// and what came is a table with the same fields. The kernels see bytes only (sys::Inject, sys::Capture).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "lab/script/value.h"
#include "sim/core/address.h"
#include "sim/core/bytes.h"
#include "sim/core/syscall.h"
#include "sim/wire/packet.h"

struct lua_State;

namespace sockarium::script {

/// What a program waits for; what is left out fits everything.
struct WantedSegment {
  std::optional<std::uint8_t> flags;  ///< exactly these
  std::optional<std::uint16_t> from, to;
  std::optional<std::uint32_t> seq, ack;
  std::optional<Address> source, destination;
  std::optional<std::string> data;

  bool fits(const wire::Packet& packet, const ByteStore& bytes) const;
};

/// May the program of a raw peer make this call? It has no kernel, so no descriptors but its terminal.
bool peer_may_call(const Syscall& call);

/// What came, as a table: flags, from, to, src, dst, seq, ack, win, data, and the options that it has: mss,
/// wscale, sack, ts = {val, ecr}.
Value segment_table(const wire::Packet& packet, const ByteStore& bytes);

/// Pushes the handle that a peer's program is given. `host`: its place in Setup::hosts. May raise.
void push_peer(lua_State* L, std::size_t host);

}  // namespace sockarium::script
