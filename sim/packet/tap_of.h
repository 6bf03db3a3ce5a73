// A packet socket's own part, and the kinds of hardware that its devices have: what the files of this room
// share.
#pragma once

#include "sim/world.h"

namespace sockarium::packet {

inline constexpr std::uint16_t arphrd_ether = 1, arphrd_loopback = 772;  // linux/if_arp.h

inline inet::Tap& write_tap(World& world, SocketId socket) {
  return world.inet.taps.write(TapId::from_raw(world.inet.sockets.read(socket).entry));
}
inline const inet::Tap& read_tap(const World& world, SocketId socket) {
  return world.inet.taps.read(TapId::from_raw(world.inet.sockets.read(socket).entry));
}

}  // namespace sockarium::packet
