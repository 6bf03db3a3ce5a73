// Time travel: any moment can be shown again and is the same; doing something different starts a branch.
#include "lab/session/session.h"

#include <gtest/gtest.h>

#include "sim/core/chance.h"
#include "tests/support/lab.h"

namespace sockarium::test {
namespace {

using wire::ACK, wire::FIN, wire::SYN;

/// A short conversation: handshake, a request, a long answer, an orderly close.
void conversation(Lab& lab) {
  lab.program("srv", "web",
              {socket(), bind(3, 80), listen(3, 5), accept(3), recv(4, 100), send(4, 20'000), close(4)});
  lab.program("cli", "curl", Script([](const SysResult& result, std::size_t made) -> Syscall {
                const std::vector<Syscall> start{socket(), connect(3, 80), send(3, 100)};
                if (made < start.size()) return start[made];
                if (made > start.size() && result.value <= 0) return sys::Exit{};
                return recv(3, 5'000);
              }))
      .starting(1_ms);
}

std::vector<std::uint64_t> hashes_of_a_plain_run(Lab& lab) {
  ByteStore bytes;
  (void)lab.session();
  std::vector<std::uint64_t> hashes;
  Session& session = lab.session();
  hashes.push_back(session.world().hash());
  while (session.run_ahead(1)) {
    session.seek(session.head());
    hashes.push_back(session.world().hash());
  }
  return hashes;
}

TEST(Session, SteppingFromTheEndToTheStartAndForwardAgainShowsTheSameMoments) {
  Lab lab;
  conversation(lab);
  const std::vector<std::uint64_t> hashes = hashes_of_a_plain_run(lab);
  Session& session = lab.session();
  ASSERT_GT(session.head(), 40u);
  for (std::uint64_t event = session.head(); event > 0; --event) {
    ASSERT_EQ(session.cursor(), event);
    ASSERT_EQ(session.world().hash(), hashes[event]) << "backwards, event " << event;
    session.step(Unit::Event, false);
  }
  EXPECT_EQ(session.world().hash(), hashes[0]);
  while (session.cursor() < session.head()) {
    session.step(Unit::Event, true);
    ASSERT_EQ(session.world().hash(), hashes[session.cursor()]) << "forwards, event " << session.cursor();
  }
}

TEST(Session, AnySeekEqualsAFreshRunToThatMoment) {
  Lab seeking;
  conversation(seeking);
  Session& session = seeking.run();
  for (std::uint64_t probe = 0; probe < 60; ++probe) {
    const std::uint64_t event = chance(1, Place::TaskRandom, 0, probe) % (session.head() + 1);
    session.seek(event);
    Lab fresh;
    conversation(fresh);
    fresh.session().run_ahead(event);
    fresh.session().seek(event);
    ASSERT_EQ(session.world().hash(), fresh.session().world().hash()) << "event " << event;
    ASSERT_TRUE(session.world() == fresh.session().world());
  }
}

TEST(World, ACopyInTheMiddleAndTheOriginalAgreeAtEveryEvent) {
  Lab lab;
  conversation(lab);
  Session& session = lab.run();
  const std::uint64_t middle = session.head() / 2;
  session.seek(middle);
  World one = session.world();
  World other = one;
  std::size_t entry = 0;
  while (session.journal()[entry].event <= middle) ++entry;
  std::vector<Record> records;
  while (!one.at_end()) {
    Input input;
    if (one.next_is_turn()) input = session.journal()[entry++].call;
    step(one, session.bytes(), input, records);
    step(other, session.bytes(), input, records);
    ASSERT_EQ(one.hash(), other.hash());
    ASSERT_TRUE(one == other);
  }
  EXPECT_EQ(one.hash(), session.hash_at(session.head()));
}

TEST(World, WritingToACopyLeavesTheOriginalAsItWas) {
  Lab lab;
  conversation(lab);
  Session& session = lab.run(15_ms);
  const World snapshot = session.world();
  const std::uint64_t hash = snapshot.hash();
  session.run_to_end();
  session.seek(session.head());
  EXPECT_EQ(snapshot.hash(), hash);
  EXPECT_FALSE(snapshot == session.world());
}

TEST(Session, StepsByUnit) {
  Lab lab;
  conversation(lab);
  Session& session = lab.session();
  ASSERT_TRUE(session.step(Unit::Packet, true));  // the SYN
  const auto has = [&](auto wanted) {
    for (RecordNumber n = session.line(session.cursor()).first; n <= session.line(session.cursor()).last; ++n)
      if (wanted(session.record(n))) return true;
    return false;
  };
  EXPECT_TRUE(has([](const Record& r) {
    const auto* sent = std::get_if<rec::PacketSent>(&r.what);
    return sent != nullptr && sent->packet.flags == SYN;
  }));
  ASSERT_TRUE(session.step(Unit::Packet, true));  // it arrives
  EXPECT_EQ(session.world().now, 1_ms + 1_us + 10_ms);
  session.seek(session.head());
  const ProcessId curl = lab.process("curl");
  session.seek(0);
  std::size_t calls = 0;
  while (session.step(Unit::Call, true, curl) && calls < 1000) ++calls;
  EXPECT_GT(calls, 5u);
  EXPECT_EQ(session.cursor(), session.head());
  while (session.step(Unit::Interesting, false)) {
  }
  EXPECT_EQ(session.cursor(), 0u);
}

TEST(Session, EveryUnitForwardAndBackMeetsTheSameMoments) {
  for (const Unit unit : {Unit::Event, Unit::Call, Unit::Packet, Unit::Interesting}) {
    Lab lab;
    conversation(lab);
    Session& session = lab.session();
    session.run_to_end();
    std::vector<std::uint64_t> forward;
    while (session.step(unit, true) && session.cursor() < session.head()) forward.push_back(session.cursor());
    std::vector<std::uint64_t> backward;
    session.seek(session.head());
    while (session.step(unit, false) && session.cursor() > 0)
      backward.insert(backward.begin(), session.cursor());
    EXPECT_EQ(forward, backward) << "unit " << static_cast<int>(unit);
  }
}

TEST(Session, AMomentInTimeIsAfterTheLastEventNotLater) {
  Lab lab(10_ms);
  conversation(lab);
  Session& session = lab.session();
  session.seek(session.event_at(25_ms));
  EXPECT_LE(session.world().now, 25_ms);
  EXPECT_GT(session.time_at(session.cursor() + 1), 25_ms);
}

/// The SYN that is in flight at this moment.
PacketId packet_in_flight(const Session& session) {
  return session.world().wire.in_flight.first();
}

TEST(Intervention, DroppingAPacketStartsABranchAndTheOldFutureStays) {
  Lab lab(10_ms);
  conversation(lab);
  Session& session = lab.run();
  const std::uint64_t old_head = session.head();
  const std::uint64_t old_end = session.hash_at(old_head);
  session.seek(session.event_at(5_ms));
  const std::uint64_t fork = session.cursor();
  ASSERT_EQ(session.intervene(DropPacket{packet_in_flight(session)}, "drop the SYN"), "");
  EXPECT_EQ(session.cursor(), fork + 1);
  EXPECT_EQ(session.branch_count(), 2u);
  session.run_to_end();
  session.seek(session.head());
  EXPECT_EQ(lab.sent("cli", SYN).size(), 2u);  // it came again after a second
  EXPECT_GT(lab.call("curl", "connect").returned, 1_s);
  session.switch_branch(0);
  session.seek(session.head());
  EXPECT_EQ(session.head(), old_head);
  EXPECT_EQ(session.world().hash(), old_end);
  EXPECT_LT(lab.call("curl", "connect").returned, 100_ms);
}

TEST(Intervention, ABranchIsAsTrueAsTheTrunk) {
  Lab lab(10_ms);
  conversation(lab);
  Session& session = lab.run();
  session.seek(session.event_at(5_ms));
  ASSERT_EQ(session.intervene(DropPacket{packet_in_flight(session)}, "drop the SYN"), "");
  session.run_to_end();
  std::vector<std::uint64_t> hashes;
  for (std::uint64_t event = 0; event <= session.head(); ++event) hashes.push_back(session.hash_at(event));
  for (std::uint64_t event = session.head() + 1; event-- > 0;) {
    session.seek(event);
    ASSERT_EQ(session.world().hash(), hashes[event]) << "event " << event;
  }
}

TEST(Intervention, KillingAProcessClosesItsConnections) {
  Lab lab(10_ms);
  lab.program("srv", "web", {socket(), bind(3, 80), listen(3, 5), accept(3), sleep(100_s)});
  lab.program("cli", "curl", {socket(), connect(3, 80), recv(3, 10)}).starting(1_ms);
  Session& session = lab.run(1_s);
  ASSERT_EQ(session.intervene(KillProcess{lab.process("web")}, "kill web"), "");
  session.run_to_end();
  session.seek(session.head());
  EXPECT_EQ(lab.result("curl", "recv").value, 0);
  EXPECT_EQ(lab.session().world().kernel.processes.read(lab.process("web")).signal, 9u);
}

TEST(Intervention, ASysctlIsChangedFromThatMomentOn) {
  Lab lab(10_ms);
  lab.setup.links[0].loss_ppm = 1'000'000;
  lab.program("cli", "curl", {socket(), connect(3, 80)});
  Session& session = lab.run(500_ms);
  const NetId net = session.world().kernel.hosts.read(lab.host("cli")).net;
  ASSERT_EQ(session.intervene(SetSysctl{net, Sysctl::TcpSynRetries, 1}, "fewer retries"), "");
  session.run_to_end();
  session.seek(session.head());
  EXPECT_LT(lab.call("curl", "connect").returned, 10_s);
}

TEST(Intervention, WhatCannotBeDoneIsSaidAndChangesNothing) {
  Lab lab(10_ms);
  conversation(lab);
  Session& session = lab.run();
  const std::uint64_t hash = session.world().hash();
  EXPECT_NE(session.intervene(DropPacket{PacketId{}}, ""), "");
  EXPECT_NE(session.intervene(KillProcess{lab.process("curl")}, ""), "");  // it has ended
  const NetId net = session.world().kernel.hosts.read(lab.host("cli")).net;
  EXPECT_NE(session.intervene(SetSysctl{net, Sysctl::TcpSynRetries, -5}, ""), "");
  EXPECT_EQ(session.branch_count(), 1u);
  EXPECT_EQ(session.world().hash(), hash);
}

TEST(Session, SaysWhyARunEnds) {
  Lab waiting;
  waiting.program("srv", "web", {socket(), bind(3, 80), listen(3, 5), accept(3)});
  EXPECT_EQ(waiting.run().ending(), Ending::NothingLeft);

  const Script forever = [](const SysResult&, std::size_t) -> Syscall { return sleep(1_ms); };
  Lab limited;
  limited.setup.max_events = 500;
  limited.program("srv", "web", forever);
  EXPECT_EQ(limited.run().ending(), Ending::EventLimit);

  Lab stopped;
  stopped.setup.stop_at = 1_s;
  stopped.program("srv", "web", forever);
  EXPECT_EQ(stopped.run().ending(), Ending::StopAt);
  EXPECT_LE(stopped.session().world().now, 1_s);
}

TEST(Session, AnEndlessLoopOfCallsThatNeverBlockStopsTheProgram) {
  Lab lab;
  lab.program("srv", "spin", Script([](const SysResult&, std::size_t) -> Syscall { return sys::Now{}; }));
  Session& session = lab.run();
  EXPECT_EQ(session.ending(), Ending::NothingLeft);
  const EventLine& last = session.line(session.head());
  bool said = false;
  for (RecordNumber n = last.first; n <= last.last; ++n)
    said = said || session.record(n).reason == Reason::EndlessCalls;
  EXPECT_TRUE(said);
}

}  // namespace
}  // namespace sockarium::test
