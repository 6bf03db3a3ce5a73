// The dispatcher of packets: one has arrived: whose is it? It asks inet's tables, hands the segment to the
// room that must judge it, and lets nobody call back. Linux tcp_v4_rcv, __inet_lookup.
#pragma once

#include "sim/core/id.h"

namespace sockarium {
class Step;
}

namespace sockarium::kernel {

void receive(Step& step, PacketId packet);

}  // namespace sockarium::kernel
