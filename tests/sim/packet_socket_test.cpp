// Packet sockets: where on its way a packet is heard, and what the copies take. What the real kernel can show
// as well stands in tests/facts/packet_sockets.lua.
#include <gtest/gtest.h>

#include "sim/inet/device.h"
#include "sim/inet/memory.h"
#include "tests/support/lab.h"

namespace sockarium::test {
namespace {

constexpr std::int32_t raw_type = 3, all = 0x0300;  // htons(ETH_P_ALL)

std::vector<Syscall> listening(std::uint32_t device, std::vector<Syscall> then) {
  std::vector<Syscall> calls{sys::Socket{af_packet, raw_type, all},
                             sys::Bind{3, af_packet, {}, 0, {}, device, 0}};
  calls.insert(calls.end(), then.begin(), then.end());
  return calls;
}
Syscall frame() {
  return sys::Recvfrom{3, msg_dontwait, 2000};
}
Syscall datagram(std::uint32_t bytes, std::uint16_t port) {
  return sys::Sendto{4, 0, pattern(bytes), endpoint(server_address, port), af_inet, {}};
}
Syscall udp() {
  return sys::Socket{af_inet, 2, 0};
}

// fact 8.7-07
TEST(PacketSocket, HearsBehindTheFilterWhatLeavesAndBeforeItWhatComes) {
  Lab lab(10_ms);
  for (const bool outgoing : {true, false}) {
    FilterSetup rule;
    rule.host = outgoing ? 0 : 1;
    rule.rule.outgoing = outgoing ? 1 : 0;
    rule.rule.port = outgoing ? 81 : 82;
    lab.setup.filters.push_back(rule);
  }
  lab.program("srv", "tcpdump", listening(2, {sleep(100_ms), frame(), frame()}));
  lab.program("cli", "dig",
              listening(2, {udp(), datagram(10, 81), datagram(20, 82), sleep(50_ms), frame(), frame()}))
      .starting(1_ms);
  lab.run();
  EXPECT_EQ(lab.result("dig", "recvfrom").value, 14 + 28 + 20) << "the first was stopped in OUTPUT";
  EXPECT_EQ(lab.result("dig", "recvfrom", 2).error, Errno::AGAIN);
  EXPECT_EQ(lab.result("tcpdump", "recvfrom").value, 14 + 28 + 20) << "INPUT stops it behind the tap";
  EXPECT_EQ(lab.result("tcpdump", "recvfrom", 2).error, Errno::AGAIN);
}

TEST(PacketSocket, TheSenderHearsWhatTheLinkLoses) {
  Lab lab(10_ms);
  lab.setup.links[0].loss_ppm = 1'000'000;
  lab.program("srv", "tcpdump", listening(2, {sleep(100_ms), frame()}));
  lab.program("cli", "dig", listening(2, {udp(), datagram(10, 81), sleep(50_ms), frame()})).starting(1_ms);
  lab.run();
  EXPECT_EQ(lab.result("dig", "recvfrom").value, 14 + 28 + 10);
  EXPECT_EQ(lab.result("tcpdump", "recvfrom").error, Errno::AGAIN);
}

// fact 8.7-22
TEST(PacketSocket, AFrameTakesMoreMemoryThanItHasBytes) {
  wire::Packet datagram, segment;
  datagram.protocol = wire::UDP;
  datagram.to.ip = segment.to.ip = Address::v4(10, 0, 0, 5);
  const auto memory = [](wire::Packet packet, std::uint32_t bytes, std::uint8_t flags) {
    packet.payload = pattern(bytes);
    packet.flags = flags;
    return inet::memory_of(packet);
  };
  EXPECT_EQ(memory(datagram, 197, 0), 832u);
  EXPECT_EQ(memory(datagram, 198, 0), 1280u);
  EXPECT_EQ(memory(datagram, 1000, 0), 2304u);
  EXPECT_EQ(memory(segment, 0, wire::SYN), 832u);
  EXPECT_EQ(memory(segment, 0, wire::FIN | wire::ACK), 832u);
  EXPECT_EQ(memory(segment, 0, wire::ACK), 2u);
  EXPECT_EQ(memory(segment, 1000, wire::ACK | wire::PSH), 1832u);
}

TEST(PacketSocket, WhatItMissesIsCountedAndHasItsReason) {
  Lab lab(0);
  std::vector<Syscall> calls{set(3, Option::ReceiveBuffer, 1152), udp()};
  for (int i = 0; i < 6; ++i) calls.push_back(datagram(10, 9));
  calls.push_back(get(3, Option::PacketStatistics));
  lab.program("srv", "silent", {udp(), bind(3, 9), sleep(1_s)});
  lab.program("cli", "dig", listening(2, calls)).starting(1_ms);
  Session& session = lab.run();
  const SysResult count = lab.result("dig", "getsockopt");
  EXPECT_EQ(count.value, 6);
  EXPECT_EQ(count.second, 3) << "2304 bytes, of which each takes 832";
  std::size_t missed = 0;
  for (std::size_t i = 0; i < session.records().size(); ++i)
    if (session.records()[i].reason == Reason::CopyWithoutRoom) {
      ++missed;
      EXPECT_NE(session.records()[i].because, 0u) << "the copy that filled the buffer";
    }
  EXPECT_EQ(missed, 3u);
}

TEST(Devices, HaveNamesAndNumbersInTheOrderOfTheLinks) {
  EXPECT_EQ(inet::device_name(0), "any");
  EXPECT_EQ(inet::device_name(1), "lo");
  EXPECT_EQ(inet::device_name(12), "eth10");
  EXPECT_EQ(inet::device_index("lo"), 1u);
  EXPECT_EQ(inet::device_index("eth10"), 12u);
  for (const char* other : {"", "eth", "eth01", "eth-1", "wlan0", "eth123456", "Eth0"})
    EXPECT_EQ(inet::device_index(other), 0u) << other;
}

}  // namespace
}  // namespace sockarium::test
