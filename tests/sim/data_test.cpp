// Data on its way: segments, windows, acknowledgements, retransmission. RFC 9293 section 3.8, RFC 6298.
#include <gtest/gtest.h>

#include "tests/support/lab.h"

namespace sockarium::test {
namespace {

using wire::ACK, wire::FIN, wire::PSH, wire::SYN;

/// A server that reads `size` bytes at a time until the end, and closes.
Script reader(std::int64_t size) {
  return [size](const SysResult& result, std::size_t made) -> Syscall {
    const std::vector<Syscall> start{socket(), bind(3, 80), listen(3, 5), accept(3)};
    if (made < start.size()) return start[made];
    if (made > start.size() && result.value <= 0) return sys::Exit{};
    return recv(4, size);
  };
}

std::uint64_t bytes_read(const Lab& lab, std::string_view program) {
  std::uint64_t sum = 0;
  for (const CallLine& line : lab.calls(program, "recv")) sum += line.result.data.length;
  return sum;
}

TEST(Data, ArrivesInOrderAndWhole) {
  Lab lab(10_ms);
  lab.program("srv", "web", reader(1000));
  lab.program("cli", "curl", {socket(), connect(3, 80), send(3, 50'000), close(3)}).starting(1_ms);
  Session& session = lab.run();
  std::string got;
  for (const CallLine& line : lab.calls("web", "recv")) got += session.bytes().text(line.result.data);
  EXPECT_EQ(got, session.bytes().text(pattern(50'000)));
}

TEST(Data, AStreamHasNoMessages) {
  Lab lab(10_ms);
  lab.program("srv", "web", {socket(), bind(3, 80), listen(3, 5), accept(3), sleep(100_ms), recv(4, 100)});
  lab.program("cli", "curl", {socket(), connect(3, 80), send(3, 4), send(3, 4), send(3, 4), sleep(1_s)})
      .starting(1_ms);
  lab.run(1_s);
  EXPECT_EQ(lab.result("web", "recv").value, 12);
}

TEST(Data, TheFirstFlightIsTenSegments) {
  Lab lab(50_ms);
  lab.program("srv", "web", reader(100'000));
  lab.program("cli", "curl", {socket(), connect(3, 80), send(3, 30'000), sleep(1_s)}).starting(1_ms);
  lab.run(105_ms);
  std::size_t full = 0;
  for (const wire::Packet& packet : lab.packets("cli")) full += packet.payload.length == 1448 ? 1 : 0;
  EXPECT_EQ(full, 10u);
}

TEST(Data, ASendLargerThanTheBufferBlocksUntilAllIsTaken) {
  Lab lab(10_ms);
  lab.program("srv", "web", reader(100'000));
  lab.program("cli", "curl", {socket(), connect(3, 80), send(3, 300'000), close(3)}).starting(1_ms);
  lab.run();
  EXPECT_EQ(lab.result("curl", "send").value, 300'000);
  EXPECT_EQ(bytes_read(lab, "web"), 300'000u);
  EXPECT_GT(lab.call("curl", "send").returned - lab.call("curl", "send").entered, 20_ms);
}

TEST(Data, ANonblockingSendTakesWhatFits) {
  Lab lab(10_ms);
  lab.program("srv", "web", {socket(), bind(3, 80), listen(3, 5), accept(3), sleep(10_s)});
  lab.program("cli", "curl", {socket(), connect(3, 80), set_nonblock(3), send(3, 60'000), sleep(1_s)})
      .starting(1_ms);
  lab.run(200_ms);
  EXPECT_EQ(lab.result("curl", "send").value,
            46'336);  // 32 segments of 1448: the buffer of 46080 and the rest of one
}

TEST(Data, AReaderThatStopsClosesTheWindowAndReadingOpensIt) {
  Lab lab(10_ms);
  lab.program("srv", "web",
              {socket(), set(3, Option::ReceiveBuffer, 5000), bind(3, 80), listen(3, 5), accept(3),
               sleep(3_s), recv(4, 100'000), sleep(3_s)});
  lab.program("cli", "curl", {socket(), connect(3, 80), send(3, 12'000), sleep(10_s)}).starting(1_ms);
  lab.run(2_s);
  EXPECT_LT(lab.packets("srv").back().window, 1448u);
  lab.run(lab.call("web", "sleep").entered + 3_s - 1_us);
  const std::size_t before = lab.packets("srv").size();
  lab.run(4_s);
  ASSERT_GT(lab.packets("srv").size(), before);
  EXPECT_GT(lab.packets("srv")[before].window, 1448u);  // the first word after reading: there is room
}

TEST(Data, AProbeAsksAClosedWindowAgainAndAgain) {
  Lab lab(10_ms);
  lab.program(
      "srv", "web",
      {socket(), set(3, Option::ReceiveBuffer, 5000), bind(3, 80), listen(3, 5), accept(3), sleep(100_s)});
  lab.program("cli", "curl", {socket(), connect(3, 80), send(3, 12'000), sleep(100_s)}).starting(1_ms);
  lab.run(60_s);
  EXPECT_EQ(lab.states("cli"), std::vector<std::string>{"ESTAB"});
  std::size_t probes = 0;
  Session& session = lab.session();
  for (RecordNumber n = 1; n <= session.records_at(session.cursor()); ++n)
    probes += session.record(n).reason == Reason::WindowProbe &&
                      std::holds_alternative<rec::PacketSent>(session.record(n).what)
                  ? 1
                  : 0;
  EXPECT_GE(probes, 4u);
}

TEST(Acknowledgement, AFreshConnectionAcknowledgesAtOnce) {
  Lab lab(10_ms);
  lab.program("srv", "web", {socket(), bind(3, 80), listen(3, 5), accept(3), sleep(10_s)});
  lab.program("cli", "curl", {socket(), connect(3, 80), send(3, 5), sleep(10_s)}).starting(1_ms);
  lab.run(1_s);
  EXPECT_EQ(lab.sent("srv", ACK).size(), 1u);
  EXPECT_EQ(lab.sent("srv", ACK)[0] / microsecond, 31'001);
}

TEST(Acknowledgement, OfABareFinWaitsForTheNextTick) {
  Lab lab(10_ms);
  lab.program("srv", "web", {socket(), bind(3, 80), listen(3, 5), accept(3), sleep(10_s)});
  lab.program("cli", "curl", {socket(), connect(3, 80), sleep(50_ms), shut_write(3), sleep(10_s)})
      .starting(1_ms);
  lab.run(1_s);
  ASSERT_EQ(lab.sent("srv", ACK).size(), 1u);
  EXPECT_EQ((lab.sent("srv", ACK)[0] - lab.sent("cli", FIN | ACK)[0]) / millisecond, 10 + 4);
}

TEST(Acknowledgement, NagleAndDelayedAckTogetherCostFortyMilliseconds) {
  Lab lab(0_ms);
  lab.program("srv", "web",
              {socket(), bind(3, 80), listen(3, 5), accept(3), recv(4, 10), send(4, 1), recv(4, 10),
               recv(4, 10), sleep(1_s)});
  lab.program("cli", "curl",
              {socket(), connect(3, 80), send(3, 1), recv(3, 10), send(3, 4), send(3, 4), sleep(1_s)})
      .starting(1_ms);
  lab.run(500_ms);
  const Time head = lab.call("curl", "send", 2).entered;
  EXPECT_EQ((lab.call("web", "recv", 3).returned - head) / millisecond, 40);
}

TEST(Acknowledgement, WithoutNagleTheSecondWriteGoesAtOnce) {
  Lab lab(0_ms);
  lab.program("srv", "web",
              {socket(), bind(3, 80), listen(3, 5), accept(3), recv(4, 10), send(4, 1), recv(4, 10),
               recv(4, 10), sleep(1_s)});
  lab.program("cli", "curl",
              {socket(), connect(3, 80), set(3, Option::NoDelay, 1), send(3, 1), recv(3, 10), send(3, 4),
               send(3, 4), sleep(1_s)})
      .starting(1_ms);
  lab.run(500_ms);
  const Time head = lab.call("curl", "send", 2).entered;
  EXPECT_LT(lab.call("web", "recv", 3).returned - head, 1_ms);
}

TEST(Retransmission, ALostSegmentComesAgainAfterTheTimeout) {
  Lab lab(10_ms);
  lab.drop("cli", PSH);
  lab.program("srv", "web", reader(100));
  lab.program("cli", "curl", {socket(), connect(3, 80), send(3, 5), sleep(1_s)}).starting(1_ms);
  lab.run(900_ms);
  const std::vector<Time> sent = lab.sent("cli", PSH | ACK);
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_EQ((sent[1] - sent[0]) / millisecond, 220);
  EXPECT_EQ(bytes_read(lab, "web"), 5u);
}

TEST(Retransmission, WaitsTwiceAsLongEachTime) {
  Lab lab(1_ms);
  for (std::uint64_t nth = 1; nth < 30; ++nth) lab.drop("cli", PSH, nth);
  lab.program("srv", "web", reader(100));
  lab.program("cli", "curl", {socket(), connect(3, 80), send(3, 5), recv(3, 5)}).starting(1_ms);
  lab.run();
  const std::vector<Time> sent = lab.sent("cli", PSH | ACK);
  ASSERT_EQ(sent.size(), 17u);  // once, as a tail loss probe, and tcp_retries2 = 15 times again
  for (std::size_t i = 2; i + 1 < sent.size(); ++i) {
    const Duration wait = sent[i + 1] - sent[i];
    EXPECT_EQ(wait, std::min<Duration>(2 * (sent[i] - sent[i - 1]), 120 * second)) << "retransmission " << i;
  }
  EXPECT_EQ(lab.result("curl", "recv").error, Errno::TIMEDOUT);
  EXPECT_NEAR(static_cast<double>(lab.call("curl", "recv").returned / second), 924.6, 10.0);
}

TEST(Retransmission, AFlightWithLossesArrivesWhole) {
  Lab lab(10_ms);
  lab.setup.links[0].loss_ppm = 100'000;
  lab.setup.seed = 7;
  lab.program("srv", "web", reader(10'000));
  lab.program("cli", "curl", {socket(), connect(3, 80), send(3, 100'000), close(3)}).starting(1_ms);
  lab.run();
  EXPECT_EQ(bytes_read(lab, "web"), 100'000u);
}

TEST(Receive, SaysWhatLinuxSays) {
  Lab lab(10_ms);
  lab.program("cli", "fresh", {socket(), recv(3, 5), sys::Getpeername{3}, shut_write(3)});
  lab.program("cli", "listener", {socket(), bind(3, 90), listen(3, 1), recv(3, 5)});
  lab.program("srv", "web",
              {socket(), bind(3, 80), listen(3, 5), accept(3), recv(4, 3, msg_peek), recv(4, 10),
               recv(4, 10, msg_dontwait), set(4, Option::ReceiveTimeout, 300_ms), recv(4, 10), sleep(1_s)});
  lab.program("cli", "curl", {socket(), connect(3, 80), send(3, 6), sleep(5_s)}).starting(1_ms);
  lab.run(2_s);
  EXPECT_EQ(lab.result("fresh", "recv").error, Errno::NOTCONN);
  EXPECT_EQ(lab.result("fresh", "getpeername").error, Errno::NOTCONN);
  EXPECT_EQ(lab.result("fresh", "shutdown").error, Errno::NOTCONN);
  EXPECT_EQ(lab.result("listener", "recv").error, Errno::NOTCONN);
  EXPECT_EQ(lab.result("web", "recv", 1).value, 3);
  EXPECT_EQ(lab.result("web", "recv", 2).value, 6);
  EXPECT_EQ(lab.result("web", "recv", 3).error, Errno::AGAIN);
  EXPECT_EQ(lab.result("web", "recv", 4).error, Errno::AGAIN);
  EXPECT_EQ(lab.call("web", "recv", 4).returned - lab.call("web", "recv", 4).entered, 300_ms);
}

}  // namespace
}  // namespace sockarium::test
