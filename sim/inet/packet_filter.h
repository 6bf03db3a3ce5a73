// The packet filter at a host's door: which of its rules stops a packet, and what is said to its sender. The
// rules themselves are in sim/wire/filter.h. Linux netfilter: NF_INET_LOCAL_IN and NF_INET_LOCAL_OUT;
// ipt_REJECT.
#pragma once

#include "sim/core/id.h"
#include "sim/wire/filter.h"

namespace sockarium {
class Step;
struct World;
}  // namespace sockarium

namespace sockarium::inet {

/// The first rule of `net` that this packet fits, or nullptr. `outgoing`: it leaves the host.
const wire::Filter* filter_for(const World& world, NetId net, const wire::Packet& packet, bool outgoing);
/// Does the filter stop this packet, which has come in? Then it has also been answered, if the rule says so.
bool filter_stops(Step& step, NetId net, const wire::Packet& packet);
/// Answers a packet that a rule rejects: to where it came from, which for an outgoing one is the host itself.
void answer_rejected(Step& step, NetId net, const wire::Filter& filter, const wire::Packet& packet);
/// Why such a packet is gone.
Reason reason_of(const wire::Filter& filter);

}  // namespace sockarium::inet
