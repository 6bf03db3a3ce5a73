// Packets as bytes: what goes in comes out, with checksums that the real kernel accepts.
#include <gtest/gtest.h>

#include <algorithm>

#include "sim/wire/header_bytes.h"

namespace sockarium::wire {
namespace {

Packet syn() {
  Packet packet;
  packet.from = {Address::v4(10, 0, 0, 5), 41000, 0};
  packet.to = {Address::v4(192, 168, 1, 10), 8080, 0};
  packet.seq = Seq{0xfffffff0};
  packet.flags = SYN;
  packet.window = 64240;
  packet.options.mss = 1460;
  packet.options.sack_permitted = true;
  packet.options.has_timestamps = true;
  packet.options.timestamp = 12345;
  packet.options.has_window_scale = true;
  packet.options.window_scale = 10;
  return packet;
}

void expect_same(const Packet& a, const Packet& b) {
  EXPECT_EQ(a.from, b.from);
  EXPECT_EQ(a.to, b.to);
  EXPECT_EQ(a.seq, b.seq);
  EXPECT_EQ(a.ack, b.ack);
  EXPECT_EQ(a.window, b.window);
  EXPECT_EQ(a.flags, b.flags);
  EXPECT_EQ(a.options, b.options);
  EXPECT_EQ(a.payload.length, b.payload.length);
}

TEST(WireBytes, ASynComesBackAsItWas) {
  ByteStore bytes;
  const auto frame = to_wire(syn(), bytes);
  EXPECT_EQ(frame.size(), wire_size(syn()));
  const auto back = from_wire(frame, bytes);
  ASSERT_TRUE(back);
  expect_same(*back, syn());
}

TEST(WireBytes, PayloadOfOddLengthComesBackToo) {
  ByteStore bytes;
  Packet data = syn();
  data.flags = ACK | PSH;
  data.ack = Seq{77};
  data.options = {};
  data.options.has_timestamps = true;
  data.payload = bytes.intern("GET /index");
  data.payload = data.payload.slice(0, 9);
  auto frame = to_wire(data, bytes);
  EXPECT_EQ(frame.size(), wire_size(data));
  frame.insert(frame.end(), 7, 0);  // Ethernet pads short frames
  const auto back = from_wire(frame, bytes);
  ASSERT_TRUE(back);
  expect_same(*back, data);
  EXPECT_EQ(bytes.text(back->payload), "GET /inde");
}

TEST(WireBytes, EverySetOfOptionsHasTheLengthThatTheModelSays) {
  ByteStore bytes;
  for (int bits = 0; bits < 16; ++bits) {
    Packet packet = syn();
    if ((bits & 1) == 0) packet.options.mss = 0;
    if ((bits & 2) == 0) packet.options.sack_permitted = false;
    if ((bits & 4) == 0) packet.options.has_timestamps = false, packet.options.timestamp = 0;
    if ((bits & 8) == 0) packet.options.has_window_scale = false, packet.options.window_scale = 0;
    const auto frame = to_wire(packet, bytes);
    EXPECT_EQ(frame.size(), wire_size(packet)) << bits;
    const auto back = from_wire(frame, bytes);
    ASSERT_TRUE(back) << bits;
    expect_same(*back, packet);
  }
}

TEST(WireBytes, ABrokenPacketIsNone) {
  ByteStore bytes;
  const auto whole = to_wire(syn(), bytes);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    auto broken = whole;
    broken[at] ^= 0x10;
    EXPECT_FALSE(from_wire(broken, bytes)) << "byte " << at;
  }
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(from_wire(std::span(whole).first(size), bytes)) << size << " bytes";
}

TEST(WireBytes, AnUrgentPointerComesBack) {
  ByteStore bytes;
  Packet data = syn();
  data.flags = ACK | PSH | URG;
  data.urgent = 3;
  data.options = {};
  data.payload = bytes.intern("ab!");
  const auto back = from_wire(to_wire(data, bytes), bytes);
  ASSERT_TRUE(back);
  EXPECT_TRUE(back->has(URG));
  EXPECT_EQ(back->urgent, 3);
}

Packet echo(const Address& from, const Address& to, ByteStore& bytes) {
  Packet packet;
  packet.protocol = ICMP;
  packet.from.ip = from;
  packet.to.ip = to;
  packet.ttl = 7;
  packet.icmp.type = from.is_v4() ? icmp_echo : icmp6_echo;
  packet.icmp.protocol = 0;
  packet.icmp.id = 321;
  packet.icmp.number = 5;
  packet.payload = bytes.intern("are you there");
  return packet;
}

TEST(WireBytes, AnEchoComesBackOfBothFamilies) {
  ByteStore bytes;
  for (const bool v4 : {true, false}) {
    Packet packet = v4 ? echo(syn().from.ip, syn().to.ip, bytes)
                       : echo(*parse_v6("2001:db8::5"), *parse_v6("2001:db8::10"), bytes);
    for (const std::uint8_t type : {v4 ? icmp_echo : icmp6_echo, v4 ? icmp_echo_reply : icmp6_echo_reply}) {
      packet.icmp.type = type;
      auto frame = to_wire(packet, bytes);
      EXPECT_EQ(frame.size(), wire_size(packet));
      const auto back = from_wire(frame, bytes);
      ASSERT_TRUE(back);
      EXPECT_EQ(back->icmp, packet.icmp);
      EXPECT_EQ(back->ttl, 7);
      EXPECT_EQ(bytes.text(back->payload), "are you there");
      EXPECT_FALSE(back->is_icmp_error());
      frame.back() ^= 1;
      EXPECT_FALSE(from_wire(frame, bytes));
    }
  }
}

/// The parts of a datagram, laid side by side behind their IP headers, are the datagram's own bytes. IPv6 has
/// a header for fragments besides.
void expect_cut_to_pieces(const Address& from_ip, const Address& to_ip, std::ptrdiff_t header,
                          std::ptrdiff_t header_of_part) {
  ByteStore bytes;
  Packet whole;
  whole.protocol = UDP;
  whole.from = {from_ip, 40000, 0};
  whole.to = {to_ip, 53, 0};
  whole.payload = bytes.intern("0123456789abcdefghijklmnopqrstuvwxyz");
  const auto datagram = to_wire(whole, bytes);
  std::vector<std::uint8_t> joined;
  for (std::uint16_t at = 0; at < 44; at = static_cast<std::uint16_t>(at + 16)) {
    Packet part = whole;
    part.fragment_id = 77;
    part.fragment_offset = at;
    part.fragment_bits = static_cast<std::uint8_t>(may_fragment | (at + 16 < 44 ? more_fragments : 0));
    part.whole = whole.payload.length;
    const std::uint32_t from = at == 0 ? 0u : at - 8u;
    part.payload = whole.payload.slice(from, std::min<std::uint32_t>(at == 0 ? 8 : 16, 36 - from));
    const auto frame = to_wire(part, bytes);
    EXPECT_EQ(frame.size(), wire_size(part));
    joined.insert(joined.end(), frame.begin() + header_of_part, frame.end());
    const auto back = from_wire(frame, bytes);
    ASSERT_TRUE(back) << at;
    EXPECT_TRUE(back->is_fragment());
    EXPECT_EQ(back->fragment_offset, at);
    EXPECT_EQ(back->fragment_id, 77u);
    EXPECT_EQ(bytes.text(back->payload), bytes.text(part.payload));
    EXPECT_EQ(to_wire(*back, bytes).size(), frame.size());
  }
  EXPECT_TRUE(std::equal(joined.begin(), joined.end(), datagram.begin() + header, datagram.end()));
}

TEST(WireBytes, FragmentsAreTheDatagramCutToPieces) {
  expect_cut_to_pieces(syn().from.ip, syn().to.ip, 20, 20);
}

TEST(WireBytes, FragmentsOfIpv6HaveAHeaderOfTheirOwn) {
  expect_cut_to_pieces(*parse_v6("2001:db8::5"), *parse_v6("2001:db8:1::10"), 40, 48);
}

/// RFC 1071 section 3's example.
TEST(WireBytes, TheChecksumIsThatOfTheRfc) {
  const std::uint8_t data[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
  EXPECT_EQ(checksum(data), static_cast<std::uint16_t>(~0xddf2));
}

}  // namespace
}  // namespace sockarium::wire
