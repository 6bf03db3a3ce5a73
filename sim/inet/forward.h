// A router passes on what is not for itself: each packet loses a hop, and what has none left, leads nowhere
// or is too long for the next link ends here, with a message to its sender. RFC 1812 section 5; Linux
// ip_forward.
//
// Left out: redirects (RFC 792), cutting a fragment into smaller ones, IPv6.
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

/// Does this namespace pass such a packet on (net.ipv4.ip_forward)?
bool passes_on(const World& world, NetId net, const wire::Packet& packet);
void forward(Step& step, NetId net, const wire::Packet& packet);

}  // namespace sockarium::inet
