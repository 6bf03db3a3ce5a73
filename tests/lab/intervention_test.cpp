// What a person may do in the middle of a run, besides dropping, killing and setting (session_test): each is
// the first event of a branch, and what follows is what a kernel would do.
#include <gtest/gtest.h>

#include "sim/observe/caption.h"
#include "tests/support/lab.h"

namespace sockarium::test {
namespace {

/// srv answers whatever cli sends.
void conversation(Lab& lab) {
  lab.program("srv", "web",
              {socket(), bind(3, 80), listen(3, 5), accept(3), recv(4, 10), send(4, 3), sleep(2_s)});
  lab.program("cli", "curl", {socket(), connect(3, 80), send(3, 5), recv(3, 10), sleep(2_s)}).starting(1_ms);
}

/// Does it, and goes to the end. What is told of it, is given back.
std::string intervene(Lab& lab, const Intervention& what) {
  Session& session = lab.session();
  const std::string refused = session.intervene(what, "test");
  if (!refused.empty()) return refused;
  const std::uint64_t event = session.cursor();
  session.run_to_end();
  session.seek(session.head());
  const observe::Narrator tells(session.world(), session.bytes(), session.records());
  return tells.caption(session.line(event).first, session.line(event).last);
}

/// Every moment of the branch has the hash that it had when it was first reached.
void expect_replay(Session& session) {
  std::vector<std::uint64_t> hashes;
  for (std::uint64_t event = 0; event <= session.head(); ++event) hashes.push_back(session.hash_at(event));
  for (std::uint64_t event = session.head() + 1; event-- > 0;) {
    session.seek(event);
    ASSERT_EQ(session.world().hash(), hashes[event]) << "event " << event;
  }
  session.seek(session.head());
}

PacketId in_flight(const Lab& lab) {
  return const_cast<Lab&>(lab).session().world().wire.in_flight.first();
}

TEST(Interventions, ADelayedPacketComesLater) {
  Lab lab(10_ms);
  conversation(lab);
  lab.run(5_ms);
  EXPECT_EQ(intervene(lab, DelayPacket{in_flight(lab), 100_ms}),
            "A person delays the SYN from cli:41652 to srv:80: it arrives 110 ms from now.");
  EXPECT_EQ(lab.call("curl", "connect").returned / millisecond, 121);
  expect_replay(lab.session());
}

TEST(Interventions, ADoubledPacketComesTwiceAndTheSecondIsNoNews) {
  Lab lab(10_ms);
  conversation(lab);
  lab.run(35_ms);  // the data is under way
  intervene(lab, DuplicatePacket{in_flight(lab)});
  std::size_t delivered = 0;
  for (std::size_t n = 0; n < lab.session().records().size(); ++n)
    if (const auto* came = std::get_if<rec::PacketDelivered>(&lab.session().records()[n].what))
      delivered += came->copy != 0 ? 1 : 0;
  EXPECT_EQ(delivered, 1u);
  EXPECT_EQ(lab.result("web", "recv").value, 5);
  EXPECT_EQ(lab.result("curl", "recv").value, 3);
  EXPECT_NE(lab.session().intervene(DuplicatePacket{PacketId{}}, ""), "");
  expect_replay(lab.session());
}

TEST(Interventions, AForgedResetEndsAConnectionWhereItsNumberIsRight) {
  Lab lab(10_ms);
  conversation(lab);
  lab.run(100_ms);
  ForgePacket forged;
  forged.packet = lab.packets("cli").back();
  forged.packet.flags = wire::RST;
  forged.packet.seq = forged.packet.end();
  forged.packet.payload = {};
  intervene(lab, forged);
  EXPECT_EQ(lab.counter("srv", Counter::TcpEstabResets), 1);
  EXPECT_EQ(lab.sent("cli", wire::RST).size(), 1u);
  expect_replay(lab.session());
}

TEST(Interventions, AForgedSynMeetsTheListener) {
  Lab lab(10_ms);
  conversation(lab);
  lab.run(100_ms);
  ForgePacket forged;
  forged.packet.from = endpoint(client_address, 5555);
  forged.packet.to = endpoint(server_address, 80);
  forged.packet.flags = wire::SYN;
  forged.packet.seq = Seq{1000};
  forged.packet.window = 65535;
  intervene(lab, forged);
  // cli knows nothing of it, and says so with RST.
  EXPECT_EQ(lab.sent("cli", wire::RST).size(), 1u);
  forged.packet.from.ip = *parse_v4("99.9.9.9");
  EXPECT_EQ(lab.session().intervene(forged, ""), "no host has the address that it pretends to come from");
}

TEST(Interventions, ACutLinkLosesWhatIsSentUntilItIsMended) {
  Lab lab(10_ms);
  conversation(lab);
  lab.run(500_us);
  Session& session = lab.session();
  const LinkId link = session.world().wire.links.first();
  ASSERT_EQ(session.intervene(CutLink{link, true}, "cut"), "");
  EXPECT_NE(session.intervene(CutLink{link, true}, "again"), "");
  session.run_to_end();
  session.seek(session.event_at(1500_ms));
  EXPECT_EQ(intervene(lab, CutLink{link, false}), "A person did it: the link cli – srv is mended.");
  EXPECT_EQ(lab.sent("cli", wire::SYN).size(), 3u);  // at 0, 1 and 2 s
  EXPECT_EQ(lab.result("curl", "recv").value, 3);
  expect_replay(lab.session());
}

TEST(Interventions, APausedProcessDoesNothingUntilItGoesOn) {
  Lab lab(10_ms);
  lab.program("cli", "naps", {sleep(10_ms), sleep(10_ms), sleep(10_ms), socket()});
  lab.program("cli", "clock", {sleep(1_s), sleep(1_s)});
  lab.run(5_ms);
  Session& session = lab.session();
  ASSERT_EQ(session.intervene(PauseProcess{lab.process("naps"), true}, "pause"), "");
  EXPECT_NE(session.intervene(PauseProcess{lab.process("naps"), true}, "again"), "");
  session.run_to_end();
  session.seek(session.event_at(1_s));
  EXPECT_EQ(lab.calls("naps", "sleep").size(), 1u) << "it still lies in its first sleep";
  intervene(lab, PauseProcess{lab.process("naps"), false});
  EXPECT_EQ(lab.call("naps", "sleep", 1).returned / millisecond, 1000);
  EXPECT_EQ(lab.call("naps", "sleep", 3).returned / millisecond, 1020);
  EXPECT_EQ(lab.result("naps", "socket").value, 3);
  expect_replay(lab.session());
}

TEST(Interventions, WhatComesWhileAProcessIsPausedWaitsInTheKernel) {
  Lab lab(10_ms);
  conversation(lab);
  lab.run(15_ms);
  Session& session = lab.session();
  ASSERT_EQ(session.intervene(PauseProcess{lab.process("web"), true}, "pause"), "");
  session.run_to_end();
  session.seek(session.event_at(1_s));
  EXPECT_EQ(lab.states("srv"), (std::vector<std::string>{"ESTAB", "LISTEN"}));
  EXPECT_TRUE(lab.calls("web", "recv").empty());
  intervene(lab, PauseProcess{lab.process("web"), false});
  EXPECT_EQ(lab.result("web", "recv").value, 5);
  expect_replay(lab.session());
}

TEST(Interventions, ALowerLimitMakesTheNextSocketFail) {
  Lab lab(10_ms);
  lab.program("cli", "opens", {socket(), sleep(1_s), socket()});
  lab.run(500_ms);
  EXPECT_EQ(intervene(lab, SetLimit{lab.process("opens"), 4}),
            "A person did it: opens may have 4 descriptors now, before 1024.");
  EXPECT_EQ(lab.result("opens", "socket", 2).error, Errno::MFILE);
  EXPECT_NE(lab.session().intervene(SetLimit{lab.process("opens"), -1}, ""), "");
}

}  // namespace
}  // namespace sockarium::test
