// A next hop whose hardware address is not known: packets wait while ARP asks (RFC 826), three times, a
// second apart; nobody answers, so after three seconds they are given up, and the sender learns that the host
// is unreachable. Linux neigh_resolve_output, neigh_timer_handler, arp_error_report.
//
// Only the lines of a routing table that say «on this link» lead here; hosts on a link know each other from
// the start. The ARP requests themselves are not modelled.
#pragma once

#include "sim/core/id.h"
#include "sim/wire/packet.h"

namespace sockarium {
class Step;
struct World;
}  // namespace sockarium

namespace sockarium::inet {

/// The packet waits for its next hop.
void await_neighbour(Step& step, NetId net, const wire::Packet& packet);
/// Does something wait for this next hop?
bool waits_for_neighbour(const World& world, NetId net, const Address& address);
/// Nobody has answered: for each packet that waited its sender gets an ICMP error, this host itself or, from a
/// router, another one.
void give_up_neighbour(Step& step, NeighbourId neighbour);

}  // namespace sockarium::inet
