// A packet between meaning and bytes: the headers of IPv4 (RFC 791) or IPv6 (RFC 8200), and of TCP (RFC 9293
// section 3.1, with the options that the model knows), UDP (RFC 768) or ICMP (RFC 792, RFC 4443), with true
// checksums. What the real kernel puts on the wire becomes the model's `Packet`, and back.
//
// Left out: IP options, extension headers but that of fragments, fragments of TCP, the blocks of SACK (an
// option of the real kernel that is skipped).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "sim/core/bytes.h"
#include "sim/wire/packet.h"

namespace sockarium::wire {

/// RFC 1071: the ones' complement sum over `bytes`, starting from `sum`, folded and inverted.
std::uint16_t checksum(std::span<const std::uint8_t> bytes, std::uint32_t sum = 0);

/// The packet from its IP header on.
std::vector<std::uint8_t> to_wire(const Packet& packet, const ByteStore& bytes);

/// Reads a packet from its IP header on; bytes behind the IP length (Ethernet's padding) are ignored. Nothing
/// when it is no whole packet of a kind that the model has, or a checksum is wrong (on loopback Linux leaves
/// them unfinished).
enum class Checksums { Checked, Ignored };
std::optional<Packet> from_wire(std::span<const std::uint8_t> frame, ByteStore& bytes,
                                Checksums checksums = Checksums::Checked);
/// The same for a packet that is stored: its payload is a part of it.
std::optional<Packet> from_wire(const Bytes& frame, const ByteStore& bytes,
                                Checksums checksums = Checksums::Checked);

/// Flips a bit of what TCP's or UDP's checksum covers, and leaves the checksum as it is: what a link with
/// `corrupt` does to the bytes of a packet.
void corrupt(std::span<std::uint8_t> frame);

}  // namespace sockarium::wire
