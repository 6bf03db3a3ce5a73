// What a packet takes of a receive buffer, which is more than its payload. Linux skb->truesize.
#pragma once

#include <cstdint>

#include "sim/wire/packet.h"

namespace sockarium::inet {

/// The memory that Linux keeps a datagram in, bytes: the header of the kernel's own (256 bytes) and a block
/// for headers, data and a trailer of 320 bytes, which comes in powers of two (measured on loopback; Linux
/// struct sk_buff, kmalloc_reserve).
constexpr std::uint64_t memory_of(std::uint32_t payload, bool by_v4) {
  constexpr std::uint64_t own = 256, trailer = 320, small_block = 576, largest_block = 16384;
  const std::uint64_t needed = payload + (by_v4 ? 59u : 72u) + trailer;
  if (needed <= small_block) return small_block + own;
  for (std::uint64_t block = 1024; block <= largest_block; block *= 2)
    if (needed <= block) return block + own;
  return payload + small_block + own;
}

/// The same of a packet that a packet socket gets a copy of (measured): of TCP, a segment's payload lies in
/// pages of its own, and an acknowledgment counts as next to nothing.
inline std::uint64_t memory_of(const wire::Packet& packet) {
  constexpr std::uint64_t header_alone = 832, acknowledgment = 2;
  const bool v4 = packet.to.ip.is_v4();
  const std::uint32_t quoted = packet.is_icmp_error() ? (v4 ? 28 : 48) : 0;  // IP header and eight bytes
  if (packet.protocol != wire::TCP) return memory_of(packet.payload.length + quoted, v4);
  const bool plain = packet.payload.empty() && (packet.flags & ~wire::PSH) == wire::ACK;
  return plain ? acknowledgment : header_alone + packet.payload.length;
}

}  // namespace sockarium::inet
