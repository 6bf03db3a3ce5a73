// A router passes on what is not for itself: each packet loses a hop, and what has none left, leads nowhere
// or is too long for the next link ends here, with a message to its sender. RFC 1812 section 5, RFC 8200;
// Linux ip_forward, ip6_forward.
//
// Left out: redirects (RFC 792, RFC 4861), cutting a fragment into smaller ones, messages of IPv6 about a
// datagram's further fragments.
#pragma once

#include "sim/core/id.h"

namespace sockarium {
class Step;
struct World;
}  // namespace sockarium
namespace sockarium::wire {
struct Packet;
}

namespace sockarium::inet {

/// Does this namespace pass such a packet on (net.ipv4.ip_forward, net.ipv6.conf.all.forwarding)?
bool passes_on(const World& world, NetId net, const wire::Packet& packet);
void forward(Step& step, NetId net, const wire::Packet& packet);

}  // namespace sockarium::inet
