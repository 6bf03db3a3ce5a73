// Filters of packet sockets: which programs may be attached, and what they say of a frame.
#include "sim/wire/bpf.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "lab/script/bpf_compiler.h"
#include "sim/core/chance.h"
#include "sim/wire/ethernet.h"
#include "sim/wire/header_bytes.h"

namespace sockarium::wire {
namespace {

using Program = std::vector<BpfInstruction>;

constexpr BpfInstruction all{0x06, 0, 0, 0x40000}, nothing{0x06, 0, 0, 0};

TEST(Bpf, OnlyWholeProgramsMayBeAttached) {
  const struct {
    const char* what;
    Program program;
    bool valid;
  } rows[] = {
      {"returns", {all}, true},
      {"empty", {}, false},
      {"does not return", {{0x00, 0, 0, 1}}, false},
      {"jumps to its end", {{0x15, 0, 1, 5}, nothing, all}, true},
      {"jumps beyond its end", {{0x15, 0, 2, 5}, nothing, all}, false},
      {"goes beyond its end", {{0x05, 0, 0, 2}, nothing, all}, false},
      {"unknown code", {{0x46, 0, 0, 0}, all}, false},
      {"code of two bytes", {{0x106, 0, 0, 0}, all}, false},
      {"divides by a constant 0", {{0x34, 0, 0, 0}, all}, false},
      {"divides by X", {{0x3c, 0, 0, 0}, all}, true},
      {"shifts by 32", {{0x64, 0, 0, 32}, all}, false},
      {"reads memory that it has written", {{0x02, 0, 0, 3}, {0x60, 0, 0, 3}, all}, true},
      {"reads other memory", {{0x02, 0, 0, 3}, {0x60, 0, 0, 4}, all}, false},
      {"reads memory that one branch has written",
       {{0x15, 0, 1, 5}, {0x02, 0, 0, 3}, {0x60, 0, 0, 3}, all},
       false},
      {"memory beyond the sixteenth word", {{0x02, 0, 0, 16}, all}, false},
      {"as long as it may be", Program(4096, all), true},
      {"longer", Program(4097, all), false},
  };
  for (const auto& row : rows) EXPECT_EQ(bpf_is_valid(row.program), row.valid) << row.what;
}

TEST(Bpf, ComputesAsTheManualSays) {
  const std::vector<std::uint8_t> frame{0x45, 2, 3, 4, 5, 6, 7, 8};
  const struct {
    const char* what;
    Program program;
    std::uint32_t answer;
  } rows[] = {
      {"a word", {{0x20, 0, 0, 1}, {0x16, 0, 0, 0}}, 0x02030405},
      {"half a word behind X", {{0x01, 0, 0, 2}, {0x48, 0, 0, 1}, {0x16, 0, 0, 0}}, 0x0405},
      {"a byte", {{0x30, 0, 0, 7}, {0x16, 0, 0, 0}}, 8},
      {"beyond the end", {{0x30, 0, 0, 8}, all}, 0},
      {"the frame's length", {{0x80, 0, 0, 0}, {0x16, 0, 0, 0}}, 8},
      {"four times the low half of a byte", {{0xb1, 0, 0, 0}, {0x87, 0, 0, 0}, {0x16, 0, 0, 0}}, 20},
      {"a division by 0", {{0x00, 0, 0, 9}, {0x01, 0, 0, 0}, {0x3c, 0, 0, 0}, all}, 0},
      {"a remainder", {{0x00, 0, 0, 9}, {0x94, 0, 0, 5}, {0x16, 0, 0, 0}}, 4},
      {"a negation", {{0x00, 0, 0, 1}, {0x84, 0, 0, 0}, {0x16, 0, 0, 0}}, 0xffffffff},
      {"memory", {{0x00, 0, 0, 7}, {0x02, 0, 0, 15}, {0x61, 0, 0, 15}, {0x87, 0, 0, 0}, {0x16, 0, 0, 0}}, 7},
      {"a jump that is taken", {{0x00, 0, 0, 5}, {0x25, 1, 0, 4}, nothing, all}, 0x40000},
      {"a jump that is not", {{0x00, 0, 0, 5}, {0x25, 1, 0, 5}, nothing, all}, 0},
      {"bits that are set", {{0x00, 0, 0, 5}, {0x45, 1, 0, 4}, nothing, all}, 0x40000},
  };
  for (const auto& row : rows) {
    ASSERT_TRUE(bpf_is_valid(row.program)) << row.what;
    EXPECT_EQ(bpf_run(row.program, frame), row.answer) << row.what;
  }
}

std::vector<std::uint8_t> syn_to_port_80(bool ethernet) {
  Packet packet;
  packet.from = {Address::v4(10, 0, 0, 5), 41000, 0};
  packet.to = {Address::v4(192, 168, 1, 10), 80, 0};
  packet.flags = SYN;
  std::vector<std::uint8_t> frame = to_wire(packet, ByteStore());
  const auto header = ethernet_header_of(mac_of(0, 1), mac_of(0, 0), ethertype_of(true));
  if (ethernet) frame.insert(frame.begin(), header.begin(), header.end());
  return frame;
}

TEST(Bpf, TheWordsOfTcpdumpMeanWhatTheySay) {
  const std::pair<const char*, bool> rows[] = {
      {"tcp port 80", true},
      {"tcp dst port 80", true},
      {"tcp src port 80", false},
      {"udp", false},
      {"host srv", true},
      {"src host srv", false},
      {"tcp[tcpflags] & tcp-syn != 0", true},
      {"tcp[tcpflags] & tcp-ack != 0", false},
      {"net 192.168.0.0/16 and not icmp", true},
      {"ip6", false},
  };
  for (const bool ethernet : {false, true})
    for (const auto& [words, fits] : rows) {
      const script::CompiledFilter filter =
          script::compile_filter(words, ethernet, {{"srv", Address::v4(192, 168, 1, 10)}});
      ASSERT_EQ(filter.trouble, "") << words;
      const Program program = bpf_program(filter.program);
      ASSERT_TRUE(bpf_is_valid(program)) << words;
      EXPECT_EQ(bpf_run(program, syn_to_port_80(ethernet)) != 0, fits) << words;
    }
}

TEST(Bpf, NamesAreLookedUpInTheScenarioAlone) {
  EXPECT_EQ(script::compile_filter("host example.org", false, {}).trouble,
            "'example.org' is no word of the filter language and no host of this file");
  // libpcap would ask files or a name server for each of these.
  for (const char* words :
       {"port http", "host 1zz.example.com", "host example:80", "port 1foo", "net 10.example", "src a-b",
        "ether host aa:bb:cc:dd:ee:fg", "host 0xcafe.example"})
    EXPECT_NE(script::compile_filter(words, true, {}).trouble.find("is no word of the filter language"),
              std::string::npos)
        << words;
  for (const char* words : {"tcp prot 80", "tcp port", "tcp port 80 and", "(udp"})
    EXPECT_NE(script::compile_filter(words, false, {}).trouble, "") << words;
  EXPECT_NE(script::compile_filter("outbound", true, {}).trouble.find("not modelled"), std::string::npos);
}

TEST(Bpf, AHostMayBeCalledLikeAWordOfTheLanguage) {
  const std::vector<std::pair<std::string, Address>> hosts{{"udp", Address::v4(192, 168, 1, 10)}};
  const script::CompiledFilter plain = script::compile_filter("udp port 80", false, hosts);
  EXPECT_EQ(plain.trouble, "");
  EXPECT_EQ(plain.program, script::compile_filter("udp port 80", false, {}).program);
  EXPECT_EQ(script::compile_filter("host udp", false, hosts).program,
            script::compile_filter("host 192.168.1.10", false, {}).program);
  for (const char* words :
       {"tcp portrange 1-1023", "ether host 02:00:00:00:00:01", "net 10.0.0.0/8", "ip[0] & 0xf != 5"})
    EXPECT_EQ(script::compile_filter(words, true, {}).trouble, "") << words;
}

TEST(Bpf, WhateverMayBeAttachedEnds) {
  const std::vector<std::uint8_t> frame = syn_to_port_80(true);
  std::size_t valid = 0;
  for (std::uint64_t seed = 0; seed < 200'000; ++seed) {
    const auto draw = [&](std::uint64_t what, std::uint64_t below) {
      return static_cast<std::uint32_t>(chance(seed, Place::TaskRandom, what, 0) % below);
    };
    Program program(1 + draw(0, 5), all);
    for (std::size_t i = 0; i + 1 < program.size(); ++i)
      program[i] = {static_cast<std::uint16_t>(draw(i * 4 + 1, 256)),
                    static_cast<std::uint8_t>(draw(i * 4 + 2, 4)),
                    static_cast<std::uint8_t>(draw(i * 4 + 3, 4)), draw(i * 4 + 4, 20)};
    if (!bpf_is_valid(program)) continue;
    ++valid;
    bpf_run(program, frame);
  }
  EXPECT_GT(valid, 10'000u);
}

}  // namespace
}  // namespace sockarium::wire
