// A raw peer in the world: packets made by hand go in, and what comes back waits to be taken.
#include "sim/inet/raw_peer.h"

#include <gtest/gtest.h>

#include "sim/core/chance.h"
#include "tests/support/invariants.h"
#include "tests/support/peer_lab.h"

namespace sockarium::test {
namespace {

TEST(RawPeer, ASynMadeByHandIsAnswered) {
  PeerLab lab;
  lab.peer({segment(SYN, 80)}, 1);
  lab.run(2_s);
  ASSERT_EQ(lab.came.size(), 1u);
  EXPECT_EQ(lab.came[0].flags, SYN | ACK);
  EXPECT_EQ(lab.came[0].ack, Seq{101});
  EXPECT_EQ(lab.came[0].options.mss, 1460);
  EXPECT_FALSE(lab.came[0].options.has_timestamps) << "they were not offered";
  EXPECT_EQ(lab.results[0].value, 40) << "the bytes of an IP and a TCP header";
  EXPECT_EQ(lab.results[1].value, 1_s - 20_ms + 1_us) << "what is left of the second";
}

TEST(RawPeer, WaitsNoLongerThanItWants) {
  PeerLab lab;
  lab.program(1, {sys::Capture{0}, sys::Capture{30_ms}, sys::Sleep{1_s}});
  lab.run(500_ms);
  std::vector<Errno> errors;
  std::vector<Time> times;
  for (std::size_t i = 0; i < lab.session->records().size(); ++i)
    if (const auto* back = std::get_if<rec::SyscallReturned>(&lab.session->records()[i].what))
      if (std::holds_alternative<sys::Capture>(unflatten(back->call))) {
        errors.push_back(back->result.error);
        times.push_back(lab.session->records()[i].time);
      }
  EXPECT_EQ(errors, (std::vector<Errno>{Errno::TIMEDOUT, Errno::TIMEDOUT}));
  EXPECT_EQ(times, (std::vector<Time>{1_ms + 1_us, 31_ms + 1_us}));
}

TEST(RawPeer, IsNoMachineWithAKernel) {
  PeerLab lab;
  lab.program(1, {socket(), sys::Inject{}});
  lab.program(0, {sys::Inject{}, sys::Capture{0}});
  lab.run(1_s);
  std::vector<Errno> errors;
  for (std::size_t i = 0; i < lab.session->records().size(); ++i)
    if (const auto* back = std::get_if<rec::SyscallReturned>(&lab.session->records()[i].what))
      if (!back->result.ok()) errors.push_back(back->result.error);
  EXPECT_EQ(errors, (std::vector<Errno>{Errno::PERM, Errno::PERM, Errno::AFNOSUPPORT, Errno::INVAL}));
}

TEST(RawPeer, APacketLargerThanItsLinkIsRefused) {
  PeerLab lab;
  lab.peer({segment(ACK, 80, 1, 1, 1461)}, 0);
  lab.run(1_s);
  EXPECT_EQ(lab.results[0].error, Errno::MSGSIZE);
}

TEST(RawPeer, AWrongChecksumIsTheHostsToFind) {
  PeerLab lab;
  lab.program(1, [](const SysResult&, std::size_t made, ByteStore& bytes) -> Syscall {
    if (made > 0) return sys::Exit{};
    std::vector<std::uint8_t> frame = wire::to_wire(segment(SYN, 80), bytes);
    wire::corrupt(frame);
    return sys::Inject{bytes.intern({reinterpret_cast<const char*>(frame.data()), frame.size()})};
  });
  lab.run(1_s);
  EXPECT_EQ(lab.net("srv").counters[Counter::TcpInCsumErrors], 1u);
}

TEST(RawPeer, AnswersToSpoofedAddressesComeBackToThePeer) {
  PeerLab lab;
  wire::Packet syn = segment(SYN, 80);
  syn.from.ip = Address::v4(203, 0, 113, 7);
  lab.peer({syn}, 1);
  lab.run(2_s);
  ASSERT_EQ(lab.came.size(), 1u);
  EXPECT_EQ(lab.came[0].to.ip, Address::v4(203, 0, 113, 7));
}

TEST(RawPeer, WhatIsForAnotherHostIsDropped) {
  PeerLab lab;
  wire::Packet packet = segment(SYN, 80);
  packet.to.ip = *parse_v4("192.168.1.99");
  lab.peer({packet}, 1);
  lab.run(500_ms);
  EXPECT_TRUE(lab.came.empty());
  std::size_t dropped = 0;
  for (std::size_t i = 0; i < lab.session->records().size(); ++i)
    dropped += lab.session->records()[i].reason == Reason::NotForUs;
  EXPECT_EQ(dropped, 1u);
}

TEST(RawPeer, HopsAreTheListenersOrTheHosts) {
  PeerLab lab;
  lab.setup.hosts[0].sysctls.emplace_back(Sysctl::DefaultTtl, 50);
  lab.serve({socket(), set(3, Option::Ttl, 7), bind(3, 80), listen(3, 5), sleep(10_s)});
  lab.peer({segment(SYN, 80), segment(SYN, 81)}, 2);
  lab.run(900_ms);
  ASSERT_EQ(lab.came.size(), 2u);
  EXPECT_EQ(lab.came[0].flags, SYN | ACK);
  EXPECT_EQ(lab.came[0].ttl, 7) << "IP_TTL of the listener";
  EXPECT_EQ(lab.came[1].flags, RST | ACK);
  EXPECT_EQ(lab.came[1].ttl, 50) << "no socket: net.ipv4.ip_default_ttl";
}

TEST(RawPeer, ASegmentForManyIsDroppedWithoutAWord) {
  PeerLab lab;
  std::vector<wire::Packet> for_many{segment(SYN, 80), segment(SYN, 81), segment(SYN, 80)};
  for_many[0].to.ip = for_many[1].to.ip = Address::v4(255, 255, 255, 255);
  for_many[2].to.ip = Address::v4(224, 0, 0, 1);
  lab.peer(for_many, 1);
  lab.run(500_ms);
  EXPECT_TRUE(lab.came.empty()) << "no SYN-ACK from the listener, no RST from the port that nobody has";
  EXPECT_EQ(lab.net("srv").counters[Counter::TcpInSegs], 0u);
  std::size_t dropped = 0;
  for (std::size_t i = 0; i < lab.session->records().size(); ++i)
    dropped += lab.session->records()[i].reason == Reason::NotForUs;
  EXPECT_EQ(dropped, 3u);
}

TEST(RawPeer, AHostDoesNotTakeItsOwnAddressFromOutside) {
  PeerLab lab;
  wire::Packet land = segment(SYN, 80);
  land.from = land.to;
  lab.peer({land}, 1);
  lab.run(2_s);
  EXPECT_TRUE(lab.came.empty());
  const auto& records = lab.session->records();
  std::size_t martians = 0;
  for (std::size_t i = 0; i < records.size(); ++i) martians += records[i].reason == Reason::MartianSource;
  EXPECT_EQ(martians, 1u);
}

TEST(RawPeer, KeepsAThousandPacketsAndDropsTheRest) {
  PeerLab lab;
  std::vector<wire::Packet> closed;
  for (std::uint16_t i = 0; i < 1100; ++i)
    closed.push_back(segment(SYN, static_cast<std::uint16_t>(1000 + i)));
  lab.peer(closed, 0);
  lab.run(2_s);
  EXPECT_EQ(lab.net("peer").captured, inet::captured_most);
  std::size_t dropped = 0;
  for (std::size_t i = 0; i < lab.session->records().size(); ++i)
    dropped += lab.session->records()[i].reason == Reason::CaptureQueueFull;
  EXPECT_EQ(dropped, 100u);
}

struct Row {
  const char* name;
  std::uint8_t flags;
  std::uint32_t data;
  // the answer, as [flags, seq, ack]; no flags: none comes
  std::uint8_t answer;
  std::uint32_t seq, ack;
};

void expect_answers(std::uint16_t port, const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    PeerLab lab;
    lab.peer({segment(row.flags, port, 100, 555, row.data)}, 1);
    lab.run(900_ms);
    if (row.answer == no_flags) {
      EXPECT_TRUE(lab.came.empty()) << row.name;
      continue;
    }
    ASSERT_EQ(lab.came.size(), 1u) << row.name;
    EXPECT_EQ(wire::flag_names(lab.came[0].flags), wire::flag_names(row.answer)) << row.name;
    if (!lab.came[0].has(SYN)) {
      EXPECT_EQ(lab.came[0].seq, Seq{row.seq}) << row.name;
    }
    if (lab.came[0].has(ACK)) {
      EXPECT_EQ(lab.came[0].ack, Seq{row.ack}) << row.name;
    }
  }
}

// facts 4.4-01, 4.4-02, 4.4-03, 4.4-04, 4.4-05, 4.4-06 (measured on Linux 6.18)
TEST(RawPeer, OddFlagsAtAListener) {
  expect_answers(80, {{"SYN", SYN, 0, SYN | ACK, 0, 101},
                      {"SYN with data", SYN, 4, SYN | ACK, 0, 101},
                      {"ACK", ACK, 0, RST, 555, 0},
                      {"FIN-ACK", FIN | ACK, 0, RST, 555, 0},
                      {"SYN-ACK", SYN | ACK, 0, RST, 555, 0},
                      {"RST", RST, 0, no_flags, 0, 0},
                      {"RST-ACK", RST | ACK, 0, no_flags, 0, 0},
                      {"SYN+RST", SYN | RST, 0, no_flags, 0, 0},
                      {"FIN", FIN, 0, no_flags, 0, 0},
                      {"PSH with data", PSH, 4, no_flags, 0, 0},
                      {"no flags, data", no_flags, 4, no_flags, 0, 0},
                      {"SYN+FIN", SYN | FIN, 0, no_flags, 0, 0}});
}

TEST(RawPeer, OddFlagsAtAClosedPort) {
  expect_answers(81, {{"SYN", SYN, 0, RST | ACK, 0, 101},
                      {"SYN with data", SYN, 4, RST | ACK, 0, 105},
                      {"ACK", ACK, 0, RST, 555, 0},
                      {"FIN-ACK", FIN | ACK, 0, RST, 555, 0},
                      {"SYN-ACK", SYN | ACK, 0, RST, 555, 0},
                      {"RST", RST, 0, no_flags, 0, 0},
                      {"RST-ACK", RST | ACK, 0, no_flags, 0, 0},
                      {"SYN+RST", SYN | RST, 0, no_flags, 0, 0},
                      {"FIN", FIN, 0, RST | ACK, 0, 101},
                      {"PSH with data", PSH, 4, RST | ACK, 0, 104},
                      {"no flags, data", no_flags, 4, RST | ACK, 0, 104},
                      {"SYN+FIN", SYN | FIN, 0, RST | ACK, 0, 102}});
}

// Segments that make no sense at all, from addresses of every kind, with every checker after every event.
TEST(RawPeer, NonsenseNeverBreaksTheWorld) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    PeerLab lab;
    lab.setup.seed = seed;
    lab.setup.links[0].duplicate_ppm = seed % 2 == 0 ? 100'000 : 0;
    lab.setup.links[0].jitter = seed % 3 == 0 ? 5_ms : 0;
    lab.setup.max_events = 2'000;
    lab.program(0, {socket(), bind(3, 81), listen(3, 1), accept(3), send(4, 5000, msg_nosignal), recv(4, 100),
                    accept(3), close(3), close(4), sleep(100_ms), close(5)});
    lab.program(1,
                [seed, last = wire::Packet{}](const SysResult& result, std::size_t made,
                                              ByteStore& bytes) mutable -> Syscall {
                  const auto draw = [&](std::uint64_t what, std::uint64_t below) {
                    return chance(seed, Place::TaskRandom, what, made) % below;
                  };
                  if (made > 200) return sys::Exit{};
                  if (!result.data.empty())
                    if (const auto came = wire::from_wire(result.data, static_cast<const ByteStore&>(bytes)))
                      last = *came;
                  if (draw(0, 3) == 0) return sys::Capture{static_cast<Duration>(draw(1, 30)) * millisecond};
                  wire::Packet packet = segment(static_cast<std::uint8_t>(draw(2, 64)),
                                                static_cast<std::uint16_t>(80 + draw(3, 2)));
                  if (draw(4, 3) != 0) {  // mostly an answer to what came last, or nearly one
                    if (draw(5, 4) != 0) packet.flags = ACK;
                    if (draw(6, 4) == 0) packet.flags |= draw(7, 2) == 0 ? PSH : FIN;
                    packet.to.port = last.from.port != 0 ? last.from.port : std::uint16_t{80};
                    packet.seq = last.ack + static_cast<std::uint32_t>(draw(8, 3));
                    packet.ack = last.end() + static_cast<std::uint32_t>(draw(9, 2));
                  }
                  if (draw(10, 20) == 0)
                    packet.from.ip = Address::v4(203, 0, 113, static_cast<std::uint8_t>(draw(11, 250)));
                  packet.payload = pattern(static_cast<std::uint32_t>(draw(12, 4) == 0 ? draw(13, 1400) : 0));
                  packet.window = static_cast<std::uint16_t>(draw(14, 3) == 0 ? 0 : 65535);
                  packet.options.mss = static_cast<std::uint16_t>(draw(15, 1461));
                  packet.options.has_timestamps = draw(16, 2) == 0;
                  return sys::Inject{bytes_of(packet, bytes)};
                });
    lab.run(0);
    Session& session = *lab.session;
    while (session.run_ahead(1)) {
      session.seek(session.head());
      ASSERT_EQ(broken_invariant(session.world()), "") << "seed " << seed << ", event " << session.cursor();
    }
  }
}

}  // namespace
}  // namespace sockarium::test
