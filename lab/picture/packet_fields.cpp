// See packet_fields.h. RFC 791, RFC 8200, RFC 9293 section 3.1, RFC 768, RFC 792.
#include "lab/picture/packet_fields.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/wire/header_bytes.h"

namespace sockarium::picture {

namespace {

class Dissector {
 public:
  Dissector(const wire::Packet& packet, std::vector<std::uint8_t> bytes) : packet_(packet) {
    result_.bytes = std::move(bytes);
  }

  TakenApart run() {
    if (result_.bytes.size() < 20) return std::move(result_);
    if (byte(0) >> 4 == 4)
      ipv4();
    else
      ipv6();
    layer_ = PacketLayer::Transport;
    if (packet_.fragment_offset != 0)  // its datagram's header came with the first
      result_.payload = result_.transport;
    else if (packet_.is_icmp())
      icmp();
    else if (packet_.protocol == wire::UDP)
      udp();
    else
      tcp();
    layer_ = PacketLayer::Payload;
    if (result_.payload < result_.bytes.size())
      add("payload", fmt::format("{} bytes", result_.bytes.size() - result_.payload), result_.payload,
          result_.bytes.size() - result_.payload);
    return std::move(result_);
  }

 private:
  std::uint32_t byte(std::size_t at) const { return at < result_.bytes.size() ? result_.bytes[at] : 0; }
  std::uint32_t word(std::size_t at) const { return byte(at) << 8 | byte(at + 1); }
  std::uint32_t quad(std::size_t at) const { return word(at) << 16 | word(at + 2); }
  void add(std::string name, std::string value, std::size_t from, std::size_t length) {
    PacketField field;
    field.layer = layer_;
    field.name = std::move(name);
    field.value = std::move(value);
    field.from = from;
    field.length = length;
    result_.fields.push_back(std::move(field));
  }

  void ipv4() {
    const std::size_t header = (byte(0) & 15) * 4;
    add("version, header length", fmt::format("4, {} bytes", header), 0, 1);
    add("DSCP, ECN", fmt::format("{}, {}", byte(1) >> 2, byte(1) & 3), 1, 1);
    add("total length", fmt::format("{} bytes", word(2)), 2, 2);
    add("identification", fmt::format("0x{:04x}", word(4)), 4, 2);
    add("flags, fragment offset",
        fmt::format("{}{}", (word(6) & 0x4000) != 0 ? "DF, " : "", word(6) & 0x1fff), 6, 2);
    add("time to live", std::to_string(byte(8)), 8, 1);
    add("protocol", fmt::format("{} ({})", byte(9), wire::protocol_name(static_cast<std::uint8_t>(byte(9)))),
        9, 1);
    add("header checksum", fmt::format("0x{:04x}", word(10)), 10, 2);
    add("source", to_string(packet_.from.ip), 12, 4);
    add("destination", to_string(packet_.to.ip), 16, 4);
    result_.transport = header;
  }
  void ipv6() {
    add("version, class, flow label", "6", 0, 4);
    add("payload length", fmt::format("{} bytes", word(4)), 4, 2);
    add("next header", std::to_string(byte(6)), 6, 1);
    add("hop limit", std::to_string(byte(7)), 7, 1);
    add("source", to_string(packet_.from.ip), 8, 16);
    add("destination", to_string(packet_.to.ip), 24, 16);
    result_.transport = 40;
    constexpr std::uint32_t fragment_header = 44;  // RFC 8200 4.5
    if (byte(6) != fragment_header) return;
    add("fragment: next header", std::to_string(byte(40)), 40, 2);
    add("fragment: offset", fmt::format("{}{}", word(42) >> 3, (word(42) & 1) != 0 ? ", more follow" : ""),
        42, 2);
    add("fragment: identification", fmt::format("0x{:08x}", quad(44)), 44, 4);
    result_.transport = 48;
  }
  void ports(std::size_t at) {
    add("source port", std::to_string(word(at)), at, 2);
    add("destination port", std::to_string(word(at + 2)), at + 2, 2);
  }
  void udp() {
    const std::size_t at = result_.transport;
    ports(at);
    add("length", fmt::format("{} bytes", word(at + 4)), at + 4, 2);
    add("checksum", fmt::format("0x{:04x}", word(at + 6)), at + 6, 2);
    result_.payload = at + 8;
  }
  void icmp() {
    const std::size_t at = result_.transport;
    add("type, code", fmt::format("{}, {}: {}", byte(at), byte(at + 1), wire::icmp_name(packet_)), at, 2);
    add("checksum", fmt::format("0x{:04x}", word(at + 2)), at + 2, 2);
    result_.payload = at + 8;
  }
  void tcp() {
    const std::size_t at = result_.transport;
    const std::size_t header = (byte(at + 12) >> 4) * 4;
    ports(at);
    add("sequence number", std::to_string(quad(at + 4)), at + 4, 4);
    add("acknowledgement number", packet_.has(wire::ACK) ? std::to_string(quad(at + 8)) : "0 (no ACK)",
        at + 8, 4);
    add("header length", fmt::format("{} bytes", header), at + 12, 1);
    add("flags", wire::flag_names(static_cast<std::uint8_t>(byte(at + 13))), at + 13, 1);
    add("window", fmt::format("{} (unscaled)", word(at + 14)), at + 14, 2);
    add("checksum", fmt::format("0x{:04x}", word(at + 16)), at + 16, 2);
    add("urgent pointer", std::to_string(word(at + 18)), at + 18, 2);
    for (std::size_t option = at + 20; option < at + header;) {
      const std::uint32_t kind = byte(option);
      if (kind <= 1) {
        add(kind == 0 ? "option: end" : "option: no operation", "", option, 1);
        ++option;
        continue;
      }
      const std::size_t length = std::max<std::size_t>(2, byte(option + 1));
      switch (kind) {
        case 2:
          add("option: maximum segment size", fmt::format("{} bytes", word(option + 2)), option, length);
          break;
        case 3:
          add("option: window scale",
              fmt::format("{} (times {})", byte(option + 2), 1U << (byte(option + 2) & 15)), option, length);
          break;
        case 4:
          add("option: SACK permitted", "", option, length);
          break;
        case 8:
          add("option: timestamps", fmt::format("TSval {}, TSecr {}", quad(option + 2), quad(option + 6)),
              option, length);
          break;
        default:
          add(fmt::format("option {}", kind), fmt::format("{} bytes", length), option, length);
          break;
      }
      option += length;
    }
    result_.payload = at + header;
  }

  const wire::Packet& packet_;
  TakenApart result_;
  PacketLayer layer_ = PacketLayer::Ip;
};

}  // namespace

TakenApart take_apart(const wire::Packet& packet, const ByteStore& bytes, std::size_t most_payload) {
  TakenApart result = Dissector(packet, wire::to_wire(packet, bytes)).run();
  const std::size_t most = result.payload + most_payload;
  if (result.bytes.size() > most) result.bytes.resize(most);
  return result;
}

}  // namespace sockarium::picture
