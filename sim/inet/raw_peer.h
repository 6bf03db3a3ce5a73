// A raw peer: a machine without a kernel at the other end of a host's link. Its program sends packets that it
// made by hand, from any address, and takes those that come: SYN floods, odd flags, handshakes step by step.
// What packet(7) and libpcap give on a real machine.
//
// It answers nothing by itself: no RST to what it did not expect, no ARP. What comes waits to be taken, and
// beyond `captured_most` packets it is dropped.
#pragma once

#include <cstdint>
#include <optional>

#include "sim/core/id.h"
#include "sim/wire/packet.h"

namespace sockarium {
class Step;
struct World;
}  // namespace sockarium

namespace sockarium::inet {

/// As many packets as may wait at a link of tc-netem(8).
inline constexpr std::uint64_t captured_most = 1000;

/// Is this namespace a raw peer's?
bool is_raw(const World& world, NetId net);
/// Sends a packet down the peer's link, whatever its addresses say.
void inject(Step& step, NetId net, const wire::Packet& packet);
/// The largest packet that its link takes; 0: it has none.
std::uint64_t injected_most(const World& world, NetId net);
/// A packet has come: it waits for the program.
void keep(Step& step, NetId net, const wire::Packet& packet);
/// Takes the packet that has waited longest; nothing: none waits.
std::optional<wire::Packet> take(World& world, NetId net);

}  // namespace sockarium::inet
