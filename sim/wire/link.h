// A link between two hosts: what it does to a packet is a value's answer to `offer`. The model's world and
// the relay between real hosts use the same code, so that both deliver, delay, damage and lose alike. What it
// can do, and how it does it, is what tc-netem(8) does on a real machine.
//
// In the order of happening: a packet waits for the line (rate), or finds the queue full; it may be lost,
// after having used the line; a bit may be flipped; it travels for `delay`, and up to `jitter` longer, so
// jitter alone may let a later packet overtake; or it is reordered: it travels no time at all, and overtakes
// what is on its way. Last, it may be doubled: the copy uses no line, and has a jitter of its own.
//
// Left out: chances that depend on the packet before, other distributions than the uniform one.
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

/// Chances are in parts per million.
struct Link {
  std::array<NetId, 2> ends{};
  std::uint64_t number = 0;         ///< place in Setup::links, which tells chance where it is
  Duration delay = 0;               ///< one way
  Duration jitter = 0;              ///< at most so much more, uniformly
  std::uint64_t rate = 0;           ///< bits per second; 0: unlimited
  std::uint64_t queue = 0;          ///< full-size packets that may wait to be sent
  std::uint64_t loss_ppm = 0;       ///< that it never arrives
  std::uint64_t duplicate_ppm = 0;  ///< that it arrives twice
  std::uint64_t reorder_ppm = 0;    ///< that it travels no time, and overtakes
  std::uint64_t corrupt_ppm = 0;    ///< that a bit of it is flipped
  std::uint64_t mtu = 1500;         ///< bytes, IP header included
  std::uint64_t cut = 0;            ///< 1: nothing that is sent arrives
  std::array<Direction, 2> directions{};
};

/// Everything that becomes of a packet.
struct Offer {
  std::size_t copies = 1;             ///< that arrive; 0: it is lost
  std::array<Time, 2> due{};          ///< when each of them reaches the other end
  bool corrupted = false;             ///< a bit is wrong, in every copy
  Reason reason = Reason::Delivered;  ///< why it is lost, or arrives when it does
  Reason copied = Reason::None;       ///< why there are two

  bool lost() const { return copies == 0; }
  void lose(Reason why) {
    copies = 0;
    reason = why;
  }
};

/// What becomes of `bytes` bytes handed to `direction` (0 or 1) of `link` at `now`.
Offer offer(Link& link, std::size_t direction, std::uint64_t seed, Time now, std::uint32_t bytes);

enum class FaultAction : std::uint32_t { Drop, Delay, Duplicate };

/// «the n-th packet like this»: exactly that one.
struct Fault {
  LinkId link;
  std::uint64_t direction = 0;
  std::uint64_t flags = 0, without = 0;  ///< bits that must be set, bits that must not
  std::uint64_t nth = 1, seen = 0;
  FaultAction action = FaultAction::Drop;
  std::uint32_t reserved = 0;
  Duration by = 0;  ///< Delay: how much later it comes; Duplicate: how much later the copy comes
};

/// Counts a packet against a fault; where it is the one that is meant (and the link has not lost it), the
/// fault changes what becomes of it.
void strike(Fault& fault, const Packet& packet, Offer& offer);

}  // namespace sockarium::wire
