// A packet taken apart as a protocol analyser shows it: its bytes on the wire, and every header field with
// its value, its meaning, and which bytes hold it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/core/bytes.h"
#include "sim/wire/packet.h"

namespace sockarium::picture {

enum class PacketLayer : std::uint8_t { Ip, Transport, Payload };

struct PacketField {
  PacketLayer layer = PacketLayer::Ip;
  std::string name;                  ///< «sequence number»
  std::string value;                 ///< «0x3f2a (relative 0)»
  std::size_t from = 0, length = 0;  ///< bytes that hold it, wholly or in part
};

struct TakenApart {
  std::vector<std::uint8_t> bytes;
  std::vector<PacketField> fields;
  std::size_t transport = 0, payload = 0;  ///< where these layers begin
  PacketLayer layer_of(std::size_t byte) const {
    return byte < transport ? PacketLayer::Ip
           : byte < payload ? PacketLayer::Transport
                            : PacketLayer::Payload;
  }
};

/// `most_payload`: bytes of the payload that are kept.
TakenApart take_apart(const wire::Packet& packet, const ByteStore& bytes, std::size_t most_payload = 256);

}  // namespace sockarium::picture
