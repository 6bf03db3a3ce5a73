// Taps: who wants a copy of the packets that leave and come, before the packet filter and IP have looked at
// what comes, after they have looked at what leaves. Behind each is a packet socket (sim/packet). packet(7);
// Linux dev_queue_xmit_nit, __netif_receive_skb_core, packet_rcv.
//
// Loopback carries every packet past twice: as it leaves, and as it comes. A tap for one protocol gets only
// what comes; one for all (ETH_P_ALL) gets both.
//
// Left out: ARP and IGMP have no packets here.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/core/bytes.h"
#include "sim/core/id.h"
#include "sim/wire/ethernet.h"
#include "sim/wire/packet.h"

namespace sockarium {
class Step;
struct World;
}  // namespace sockarium

namespace sockarium::inet {

/// Linux's numbers (linux/if_packet.h): to whom a frame was sent. Outgoing: from this host.
enum class FrameType : std::uint32_t { Host = 0, Broadcast = 1, Multicast = 2, OtherHost = 3, Outgoing = 4 };
inline constexpr std::uint32_t protocol_all = 3;  ///< ETH_P_ALL

/// A copy that waits to be read.
struct Frame {
  wire::Packet packet;
  FrameId next;
  LinkId link;  ///< none: loopback
  std::uint64_t memory = 0;
  FrameType type = FrameType::Host;
  std::uint32_t taken = 0;  ///< bytes of it that the filter leaves
};

struct Tap {
  SocketId socket;
  FrameId first, last;
  std::uint64_t waiting = 0;              ///< frames
  std::uint64_t filled = 0;               ///< the record of the last frame that came into the queue
  std::uint64_t received = 0, drops = 0;  ///< since PACKET_STATISTICS was asked: frames, those without room
  std::uint64_t lost = 0;                 ///< that found no room, ever
  Bytes filter;                           ///< SO_ATTACH_FILTER: see bpf.h; empty: none
  std::uint32_t memory = 0;               ///< bytes of the receive buffer in use
  std::uint32_t receive_buffer = 0, send_buffer = 0;
  std::uint32_t protocol = 0;          ///< ETH_P_…: `protocol_all`; 0: it hears nothing
  std::uint32_t device = 0;            ///< index; 0: every device
  std::uint32_t cooked = 0;            ///< 1: SOCK_DGRAM, frames come without their Ethernet header
  std::uint32_t ignores_outgoing = 0;  ///< PACKET_IGNORE_OUTGOING
  std::uint32_t reserved = 0;
};

/// A packet leaves this namespace, or comes in, on `packet.link`: every tap that fits gets a copy.
void tap(Step& step, NetId net, const wire::Packet& packet, bool outgoing);
/// The bytes of a frame as its reader gets them: with the Ethernet header, or (`cooked`) from the IP header
/// on.
std::vector<std::uint8_t> frame_bytes(const World& world, const ByteStore& bytes, NetId net,
                                      const Frame& frame, bool cooked);
/// Who is said to have sent it (sll_addr).
wire::Mac frame_sender(const World& world, NetId net, const Frame& frame);
/// Takes the frame that has waited longest out of the queue.
void remove_first_frame(World& world, Tap& tap);

}  // namespace sockarium::inet
