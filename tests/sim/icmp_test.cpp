// ICMP errors: as bytes, and what a packet filter answers with.
#include <gtest/gtest.h>

#include "sim/inet/icmp.h"
#include "sim/wire/filter.h"
#include "sim/wire/header_bytes.h"
#include "tests/support/lab.h"

namespace sockarium::wire {
namespace {

const Address client = Address::v4(10, 0, 0, 5), server = Address::v4(192, 168, 1, 10);

Packet segment(std::uint8_t flags, std::uint16_t port = 80) {
  Packet packet;
  packet.from = {client, 41000, 0};
  packet.to = {server, port, 0};
  packet.flags = flags;
  packet.seq = Seq{100};
  packet.ack = Seq{555};
  return packet;
}

TEST(Icmp, AnErrorComesBackAsItWas) {
  Packet error;
  error.protocol = 1;
  error.from.ip = server;
  error.to.ip = client;
  error.icmp.type = icmp_unreachable;
  error.icmp.code = 4;
  error.icmp.mtu = 1400;
  error.icmp.from = {client, 41000, 0};
  error.icmp.to = {server, 80, 0};
  error.icmp.seq = Seq{0xfffffff0};
  ByteStore bytes;
  std::vector<std::uint8_t> frame = to_wire(error, bytes);
  EXPECT_EQ(frame.size(), wire_size(error));
  const auto back = from_wire(frame, bytes);
  ASSERT_TRUE(back);
  EXPECT_TRUE(back->is_icmp());
  EXPECT_EQ(back->icmp, error.icmp);
  frame.back() ^= 1;
  EXPECT_FALSE(from_wire(frame, bytes)) << "the checksum covers the quoted head";
  EXPECT_TRUE(from_wire(frame, bytes, Checksums::Ignored));
}

TEST(Icmp, OtherMessagesAreNoneOfTheModels) {
  ByteStore bytes;
  std::vector<std::uint8_t> frame = to_wire(segment(SYN), bytes);
  frame[9] = 17;
  EXPECT_FALSE(from_wire(frame, bytes, Checksums::Ignored));
}

TEST(Icmp, HasNames) {
  EXPECT_EQ(icmp_name(3, 1), "host unreachable");
  EXPECT_EQ(icmp_name(3, 13), "admin prohibited");
  EXPECT_EQ(icmp_name(11, 0), "time exceeded");
  EXPECT_EQ(icmp_name(42, 7), "type 42, code 7");
  EXPECT_EQ(icmp_name(1, 3, false), "address unreachable");
  EXPECT_EQ(icmp_name(2, 0, false), "packet too big");
  EXPECT_EQ(icmp_name(3, 0, false), "time exceeded");
  EXPECT_EQ(icmp_name(129, 0, false), "echo reply");
  EXPECT_EQ(icmp_name(1, 9, false), "type 1, code 9");
}

TEST(Icmp, OfIpv6MeansWhatLinuxMakesOfIt) {
  Packet error;
  error.protocol = ICMP;
  error.to.ip = *parse_v6("2001:db8::5");
  const auto meaning = [&](std::uint8_t type, std::uint8_t code) {
    error.icmp.type = type;
    error.icmp.code = code;
    const inet::Meaning found = inet::meaning_of(error);
    return std::pair(found.error, found.fatal);
  };
  EXPECT_EQ(meaning(1, 0), std::pair(Errno::NETUNREACH, false));
  for (const std::uint8_t code : {1, 5, 6}) EXPECT_EQ(meaning(1, code), std::pair(Errno::ACCES, true));
  for (const std::uint8_t code : {2, 3}) EXPECT_EQ(meaning(1, code), std::pair(Errno::HOSTUNREACH, false));
  EXPECT_EQ(meaning(1, 4), std::pair(Errno::CONNREFUSED, true));
  EXPECT_EQ(meaning(1, 7), std::pair(Errno::PROTO, true));
  EXPECT_EQ(meaning(2, 0), std::pair(Errno::MSGSIZE, false));
  EXPECT_EQ(meaning(3, 1), std::pair(Errno::HOSTUNREACH, false));
  EXPECT_EQ(meaning(4, 1), std::pair(Errno::PROTO, true));
  EXPECT_EQ(meaning(100, 3), std::pair(Errno::PROTO, false)) << "an error without a name";
  EXPECT_EQ(meaning(137, 0), std::pair(Errno::OK, false)) << "no error at all";
}

TEST(Filter, ARuleHoldsForWhatItNames) {
  Filter rule;
  rule.protocol = 6;
  rule.port = 80;
  rule.any_peer = 0;
  rule.peer = client;
  rule.on = second;
  rule.off = 2 * second;
  EXPECT_TRUE(fits(rule, segment(SYN), false, second));
  EXPECT_FALSE(fits(rule, segment(SYN), false, 0)) << "too early";
  EXPECT_FALSE(fits(rule, segment(SYN), false, 2 * second)) << "too late";
  EXPECT_FALSE(fits(rule, segment(SYN), true, second)) << "the other way";
  EXPECT_FALSE(fits(rule, segment(SYN, 81), false, second)) << "another port";
  rule.peer = server;
  EXPECT_FALSE(fits(rule, segment(SYN), false, second)) << "another peer";
}

TEST(Filter, RejectsAsAHostWould) {
  Filter rule;
  rule.with = with_reset;
  const auto reset = rejection(rule, segment(SYN));
  ASSERT_TRUE(reset);
  EXPECT_EQ(reset->flags, RST | ACK);
  EXPECT_EQ(reset->ack, Seq{101});
  EXPECT_EQ(rejection(rule, segment(ACK))->seq, Seq{555});
  EXPECT_FALSE(rejection(rule, segment(RST))) << "an RST is never answered";
  rule.with = 13;
  const auto icmp = rejection(rule, segment(SYN));
  ASSERT_TRUE(icmp && icmp->is_icmp());
  EXPECT_EQ(icmp->icmp.code, 13);
  EXPECT_EQ(icmp->icmp.from, (Endpoint{client, 41000, 0}));
  EXPECT_FALSE(rejection(rule, *icmp)) << "an ICMP error is never answered";
}

}  // namespace
}  // namespace sockarium::wire

namespace sockarium::test {
namespace {

// fact 5.1-19
TEST(Connect, AnIpv4SocketTakesNoIpv6Address) {
  Lab lab;
  sys::Connect call;
  call.fd = 3;
  call.domain = 10;
  call.to = endpoint(server_address, 80);
  lab.program("cli", "curl", {socket(), call});
  lab.run();
  EXPECT_EQ(lab.result("curl", "connect").error, Errno::AFNOSUPPORT);
}

}  // namespace
}  // namespace sockarium::test
