// Packet sockets as the kernel room sees them: what tcpdump and its like listen with. A socket hears the
// packets of one network device or of all, as they leave and come, each a copy that waits to be read.
// packet(7); Linux net/packet/af_packet.c.
//
// Left out: sending (EOPNOTSUPP), rings in shared memory (PACKET_RX_RING), fan-out groups, time stamps.
#pragma once

#include "sim/core/attempt.h"
#include "sim/core/id.h"

namespace sockarium {
class Step;
struct World;
}  // namespace sockarium

namespace sockarium::packet {

/// socket(AF_PACKET, …). `cooked`: SOCK_DGRAM, frames come without their Ethernet header. `protocol`:
/// ETH_P_…; 0: it hears nothing before bind() says what. Who may, the caller has looked at. [socket.cpp]
SocketId open(Step& step, NetId net, std::uint32_t user, bool cooked, std::uint32_t protocol);
/// bind(): to a device (0: every one) and a protocol (0: as before). It may be done again. EINVAL, ENODEV.
/// [socket.cpp]
Attempt try_bind(Step& step, SocketId socket, const sys::Bind& call);
/// getsockname() [socket.cpp]
Attempt try_getsockname(const World& world, SocketId socket);
/// The last descriptor is gone, and what waits unread with it. [socket.cpp]
void close(Step& step, SocketId socket);

/// send(): ENXIO (it has no device), EOPNOTSUPP. [socket.cpp]
Attempt try_send(const World& world, SocketId socket);
/// recv(), recvfrom(): one frame; what does not fit into `size` bytes is lost. EINVAL: a flag that has no
/// meaning here. [receive.cpp]
Attempt try_receive(Step& step, SocketId socket, std::int64_t size, std::int32_t flags);
/// Memory of the frames that wait, bytes. [receive.cpp]
std::int64_t receive_queue(const World& world, SocketId socket);
/// FIONREAD: bytes of the frame that the next recv() takes. [receive.cpp]
std::int64_t next_length(const World& world, SocketId socket);
/// What poll() says: it can always be written to. [receive.cpp]
std::uint32_t poll_events(const World& world, SocketId socket);

/// [options.cpp]
Attempt try_setsockopt(Step& step, SocketId socket, const sys::Setsockopt& call);
Attempt try_getsockopt(Step& step, SocketId socket, const sys::Getsockopt& call);

}  // namespace sockarium::packet
