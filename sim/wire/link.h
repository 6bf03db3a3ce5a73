// A link between two hosts: what it does to a packet is a value's answer to `offer`. The model's world and
// the relay between real hosts use the same code, so that both deliver, delay and lose alike.
//
// Left out: jitter, duplication, reordering, corruption.
#pragma once

#include <array>
#include <cstdint>

#include "sim/core/id.h"
#include "sim/core/reason.h"
#include "sim/core/time.h"
#include "sim/wire/packet.h"

namespace sockarium::wire {

/// One of a link's two directions: from end 0 to end 1, or back.
struct Direction {
  Time busy_until = 0;        ///< when the packets before have left the sender
  std::uint64_t offered = 0;  ///< packets so far: chance counts by it
};

struct Link {
  std::array<NetId, 2> ends{};
  std::uint64_t number = 0;    ///< place in Setup::links, which tells chance where it is
  Duration delay = 0;          ///< one way
  std::uint64_t rate = 0;      ///< bits per second; 0: unlimited
  std::uint64_t queue = 0;     ///< full-size packets that may wait to be sent
  std::uint64_t loss_ppm = 0;  ///< chance of loss in parts per million
  std::uint64_t mtu = 1500;    ///< bytes, IP header included
  std::array<Direction, 2> directions{};
};

struct Offer {
  Time due = 0;  ///< when it reaches the other end
  bool lost = false;
  Reason reason = Reason::Delivered;
};

/// What becomes of `bytes` bytes handed to `direction` (0 or 1) of `link` at `now`.
Offer offer(Link& link, std::size_t direction, std::uint64_t seed, Time now, std::uint32_t bytes);

/// «the n-th packet like this»: exactly that one.
struct Fault {
  LinkId link;
  std::uint64_t direction = 0;
  std::uint64_t flags = 0, without = 0;  ///< bits that must be set, bits that must not
  std::uint64_t nth = 1, seen = 0;
  std::uint64_t delay = 0;  ///< 1: delays instead of dropping
  Duration by = 0;
};

/// Counts a packet against a fault; true when it is the one that is meant.
bool strikes(Fault& fault, const Packet& packet);

}  // namespace sockarium::wire
