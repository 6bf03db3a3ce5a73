// What a link does to packets: delay, chance, and the faults that a scenario names. The relay between real
// hosts uses the same code.
#include "sim/wire/link.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/invariants.h"
#include "tests/support/lab.h"
#include "tests/support/small_worlds.h"

namespace sockarium::test {
namespace {

using wire::ACK, wire::SYN;

wire::Link link_of_10_ms() {
  wire::Link link;
  link.delay = 10_ms;
  return link;
}

/// What becomes of `count` packets that are offered 1 ms apart.
std::vector<wire::Offer> offers(wire::Link link, std::size_t count, std::uint64_t seed = 1) {
  std::vector<wire::Offer> all;
  for (std::size_t i = 0; i < count; ++i)
    all.push_back(wire::offer(link, 0, seed, static_cast<Time>(i) * millisecond, 100));
  return all;
}

/// How many of 10,000 packets this is true for.
template <class Question>
long count(const std::vector<wire::Offer>& all, Question question) {
  return std::count_if(all.begin(), all.end(), question);
}

TEST(Link, DelaysAllAlikeWithoutJitter) {
  for (std::size_t i = 0; const wire::Offer& offer : offers(link_of_10_ms(), 100)) {
    EXPECT_EQ(offer.copies, 1u);
    EXPECT_EQ(offer.due[0], static_cast<Time>(i++) * millisecond + 10_ms);
    EXPECT_FALSE(offer.corrupted);
  }
}

TEST(Link, JitterAddsUpToItsLengthAndMayReorder) {
  wire::Link link = link_of_10_ms();
  link.jitter = 4_ms;
  const auto all = offers(link, 10'000);
  Duration least = 1_s;
  Duration most = 0;
  bool overtaken = false;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Duration extra = all[i].due[0] - static_cast<Time>(i) * millisecond - 10_ms;
    least = std::min(least, extra);
    most = std::max(most, extra);
    overtaken = overtaken || (i > 0 && all[i].due[0] < all[i - 1].due[0]);
  }
  EXPECT_GE(least, 0);
  EXPECT_LT(least, 10_us);
  EXPECT_LE(most, 4_ms);
  EXPECT_GT(most, 3990_us);
  EXPECT_TRUE(overtaken);
}

TEST(Link, AReorderedPacketTravelsNoTime) {
  wire::Link link = link_of_10_ms();
  link.reorder_ppm = 250'000;
  const auto all = offers(link, 10'000);
  long reordered = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Time now = static_cast<Time>(i) * millisecond;
    if (all[i].reason != Reason::Reordered) {
      EXPECT_EQ(all[i].due[0], now + 10_ms);
      continue;
    }
    ++reordered;
    EXPECT_EQ(all[i].due[0], now);
  }
  EXPECT_NEAR(reordered, 2500, 150);
}

TEST(Link, DoublesDamagesAndLosesAsOftenAsItIsTold) {
  wire::Link link = link_of_10_ms();
  link.loss_ppm = 100'000;
  link.duplicate_ppm = 200'000;
  link.corrupt_ppm = 300'000;
  const auto all = offers(link, 10'000);
  EXPECT_NEAR(count(all, [](const auto& offer) { return offer.lost(); }), 1000, 100);
  EXPECT_NEAR(count(all, [](const auto& offer) { return offer.copies == 2; }), 1800, 130);
  EXPECT_NEAR(count(all, [](const auto& offer) { return offer.corrupted; }), 2700, 150);
}

TEST(Link, ChancesDoNotDisturbEachOther) {
  wire::Link one = link_of_10_ms();
  one.loss_ppm = 100'000;
  wire::Link other = one;
  other.jitter = 3_ms;
  other.duplicate_ppm = other.corrupt_ppm = other.reorder_ppm = 200'000;
  const auto plain = offers(one, 1000);
  const auto busy = offers(other, 1000);
  for (std::size_t i = 0; i < plain.size(); ++i) EXPECT_EQ(plain[i].lost(), busy[i].lost());
}

TEST(Link, TheCopyUsesNoLine) {
  wire::Link link = link_of_10_ms();
  link.rate = 8'000'000;  // 100 bytes take 100 us
  link.duplicate_ppm = 1'000'000;
  wire::offer(link, 0, 1, 0, 100);
  EXPECT_EQ(wire::offer(link, 0, 1, 0, 100).due[0], 200_us + 10_ms);
}

TEST(Link, AFaultStrikesThePacketThatItNamesAndNoOther) {
  wire::Fault fault;
  fault.flags = SYN;
  fault.nth = 2;
  fault.action = wire::FaultAction::Duplicate;
  fault.by = 5_ms;
  wire::Packet syn;
  syn.flags = SYN;
  wire::Packet ack;
  ack.flags = ACK;
  const auto struck = [&](const wire::Packet& packet) {
    wire::Offer offer;
    offer.due[0] = 10_ms;
    wire::strike(fault, packet, offer);
    return offer;
  };
  EXPECT_EQ(struck(syn).copies, 1u);
  EXPECT_EQ(struck(ack).copies, 1u);
  const wire::Offer twice = struck(syn);
  EXPECT_EQ(twice.copies, 2u);
  EXPECT_EQ(twice.due[1], 15_ms);
  EXPECT_EQ(twice.copied, Reason::FaultDuplicated);
  EXPECT_EQ(struck(syn).copies, 1u);
}

SmallWorld doubled(std::uint8_t flags) {
  SmallWorld world = handshake();
  world.drop(0, flags, 0, 1);
  world.setup.faults.back().action = FaultAction::Duplicate;
  world.setup.faults.back().by = 5_ms;
  return world;
}

TEST(Link, ADoubledPacketIsSentOnceAndArrivesTwice) {
  Story run(doubled(SYN));
  run.to_the_end();
  const RecordNumber sent = run.find([](const Record& r) { return is_sent(r, SYN); });
  std::vector<std::uint64_t> copies;
  std::vector<Time> times;
  for (const Record& record : run.all_records())
    if (const auto* came = std::get_if<rec::PacketDelivered>(&record.what);
        came != nullptr && came->sent == sent) {
      copies.push_back(came->copy);
      times.push_back(record.time);
    }
  EXPECT_EQ(copies, (std::vector<std::uint64_t>{0, 1}));
  ASSERT_EQ(times.size(), 2u);
  EXPECT_EQ(times[1] - times[0], 5_ms);
  const RecordNumber doubling =
      run.find([](const Record& r) { return std::holds_alternative<rec::PacketDuplicated>(r.what); });
  ASSERT_NE(doubling, 0u);
  EXPECT_EQ(run.records()[doubling - 1].cause, sent);
  EXPECT_EQ(run.records()[doubling - 1].reason, Reason::FaultDuplicated);
  EXPECT_EQ(run.narrator().describe(doubling), "the link doubles the SYN to srv:80");
}

TEST(Link, ADoubledSynIsAnsweredTwiceAndConnectsOnce) {
  Lab lab(10_ms);
  lab.setup.links[0].duplicate_ppm = 1'000'000;
  lab.program("srv", "web", {socket(), bind(3, 80), listen(3, 5), accept(3), recv(4, 5000)});
  lab.program("cli", "curl", {socket(), connect(3, 80), send(3, 3000), close(3)}).starting(1_ms);
  lab.run(5_s);
  EXPECT_EQ(lab.result("curl", "connect").error, Errno::OK);
  EXPECT_EQ(lab.sent("srv", SYN | ACK).size(), 2u);
  EXPECT_EQ(lab.result("web", "recv").value, 3000) << "the copies of the data are not data";
}

TEST(Link, ADamagedSegmentIsCountedAndDropped) {
  Lab lab(10_ms);
  lab.setup.links[0].corrupt_ppm = 1'000'000;
  lab.sysctl("cli", Sysctl::TcpSynRetries, 1).sysctl("cli", Sysctl::TcpSynLinearTimeouts, 0);
  lab.program("srv", "web", {socket(), bind(3, 80), listen(3, 5), accept(3)});
  lab.program("cli", "curl", {socket(), connect(3, 80)}).starting(1_ms);
  lab.run(20_s);
  EXPECT_EQ(lab.result("curl", "connect").error, Errno::TIMEDOUT);
  EXPECT_EQ(lab.drops("srv"), (std::vector<Reason>{Reason::BadChecksum, Reason::BadChecksum}));
  EXPECT_EQ(lab.counter("srv", Counter::TcpInSegs), 2);
  EXPECT_EQ(lab.counter("srv", Counter::TcpInErrs), 2);
  EXPECT_EQ(lab.counter("srv", Counter::TcpInCsumErrors), 2);
}

TEST(Link, AFullQueueDropsWhatComes) {
  Lab lab(1_ms);
  lab.setup.links[0].rate = 1'000'000;
  lab.setup.links[0].queue = 2;
  lab.program("srv", "web", {socket(), bind(3, 80), listen(3, 5), accept(3), recv(4, 14'000, msg_waitall)});
  lab.program("cli", "curl", {socket(), connect(3, 80), send(3, 14'000), close(3)}).starting(1_ms);
  lab.run(100_s);
  const std::vector<Reason> lost = lab.drops("cli");
  EXPECT_GT(std::count(lost.begin(), lost.end(), Reason::LinkQueueFull), 5)
      << "ten segments at once, and room for two";
  EXPECT_EQ(lab.result("web", "recv").value, 14'000);
}

TEST(Link, AFaultMayDelayOrDoubleInsteadOfDropping) {
  for (const FaultAction action : {FaultAction::Delay, FaultAction::Duplicate}) {
    Lab lab(10_ms);
    lab.drop("cli", SYN);
    lab.setup.faults.back().action = action;
    lab.setup.faults.back().by = 5_ms;
    lab.program("srv", "web", {socket(), bind(3, 80), listen(3, 5), accept(3), sleep(1_s)});
    lab.program("cli", "curl", {socket(), connect(3, 80), sleep(1_s)}).starting(1_ms);
    lab.run(500_ms);
    const CallLine connected = lab.call("curl", "connect");
    EXPECT_EQ(connected.result.error, Errno::OK);
    EXPECT_EQ(connected.returned - connected.entered, action == FaultAction::Delay ? 25_ms : 20_ms);
    EXPECT_EQ(lab.sent("srv", SYN | ACK).size(), action == FaultAction::Delay ? 1u : 2u);
  }
}

TEST(Link, DataArrivesWholeOverABadLink) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Lab lab(10_ms);
    lab.setup.seed = seed;
    LinkSetup& link = lab.setup.links[0];
    link.jitter = 5_ms;
    link.duplicate_ppm = link.reorder_ppm = 100'000;
    link.corrupt_ppm = link.loss_ppm = 30'000;
    lab.program("srv", "web", {socket(), bind(3, 80), listen(3, 5), accept(3), recv(4, 20'000, msg_waitall)});
    lab.program("cli", "curl", {socket(), connect(3, 80), send(3, 20'000), close(3)}).starting(1_ms);
    Session& session = lab.run(300_s);
    EXPECT_EQ(lab.result("web", "recv").value, 20'000) << "seed " << seed;
    EXPECT_EQ(broken_invariant(session.world()), "") << "seed " << seed;
  }
}

}  // namespace
}  // namespace sockarium::test
