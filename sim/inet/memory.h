// What a packet takes of a receive buffer, which is more than its payload. Linux skb->truesize.
#pragma once

#include <cstdint>

#include "sim/wire/packet.h"

namespace sockarium::inet {

/// What the kernel writes behind the bytes that it keeps (Linux struct skb_shared_info).
inline constexpr std::uint64_t memory_trailer = 320;
/// The memory that so many bytes take in one piece: the header of the kernel's own (256 bytes), and a block
/// for them and the trailer, which comes in powers of two (measured; Linux struct sk_buff, kmalloc_reserve).
constexpr std::uint64_t memory_in_one_piece(std::uint64_t bytes) {
  constexpr std::uint64_t own = 256, small_block = 576;
  std::uint64_t block = small_block;
  for (std::uint64_t next = 1024; block < bytes + memory_trailer; next *= 2) block = next;
  return block + own;
}

/// The memory that Linux keeps a datagram in, bytes: headers and data in one piece, or, where that is too
/// long, the data in pages of its own (measured on loopback).
constexpr std::uint64_t memory_of(std::uint32_t payload, bool by_v4) {
  constexpr std::uint64_t largest_block = 16384;
  const std::uint64_t bytes = payload + (by_v4 ? 59u : 72u);
  return bytes + memory_trailer <= largest_block ? memory_in_one_piece(bytes)
                                                 : payload + memory_in_one_piece(0);
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
