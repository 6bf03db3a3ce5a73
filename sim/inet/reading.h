// What a blocking recv() of a socket with a queue of whole messages waits for.
#pragma once

#include "sim/core/attempt.h"
#include "sim/core/id.h"

namespace sockarium {
struct World;
}

namespace sockarium::inet {

/// One of the waiters is woken for each message; SO_RCVTIMEO bounds the time (EAGAIN). Linux
/// __skb_wait_for_more_packets.
Block wait_for_message(const World& world, SocketId socket);

}  // namespace sockarium::inet
