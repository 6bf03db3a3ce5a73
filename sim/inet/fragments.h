// A datagram that is longer than a link's MTU travels in fragments, and is put together again by its
// receiver. RFC 791 section 3.2, RFC 1122 section 3.3.2, RFC 8200 section 4.5; Linux ip_do_fragment,
// ip_defrag, ip6_fragment, ipv6_frag_rcv. A router cuts packets of IPv4 only.
//
// Left out: a bound on the memory that fragments take (net.ipv4.ipfrag_high_thresh), parts that overlap only
// in part.
#pragma once

#include <optional>

#include "sim/core/id.h"
#include "sim/core/reason.h"
#include "sim/inet/route.h"
#include "sim/wire/packet.h"

namespace sockarium {
class Step;
}

namespace sockarium::inet {

/// Sends a datagram along a way, in fragments where it must be. Their sizes: as much as the MTU allows, in
/// units of eight bytes. The record of its (first) sending is returned.
std::uint64_t send_datagram(Step& step, NetId net, const std::optional<Path>& path,
                            const wire::Packet& packet, Reason reason);

/// A fragment has come. The whole datagram, where nothing is missing any more; nothing: it waits, or was
/// there before.
std::optional<wire::Packet> reassemble(Step& step, NetId net, const wire::Packet& fragment);

/// The rest did not come within net.ipv4.ipfrag_time or net.ipv6.ip6frag_time: the sender is told, if its
/// first fragment came.
void give_up_reassembly(Step& step, ReassemblyId id);

}  // namespace sockarium::inet
