// What once went wrong, each in one story. Where the right answer is not in an RFC, the real kernel gave it
// (6.18).
#include <gtest/gtest.h>

#include "tests/support/invariants.h"
#include "tests/support/lab.h"

namespace sockarium::test {
namespace {

using wire::ACK, wire::FIN, wire::PSH, wire::RST, wire::SYN;

// close() in SYN-RECEIVED after a simultaneous open counted the SYN as a byte of data.
TEST(Regression, ASimultaneousOpenMayBeClosedBeforeItIsOpen) {
  Lab lab(10_ms);
  lab.program("cli", "left",
              {socket(sock_nonblock), bind(3, 7000), connect(3, 7000), sleep(15_ms), close(3)});
  lab.program(
      "srv", "right",
      {socket(sock_nonblock), bind(3, 7000), connect(3, 7000, client_address), sleep(15_ms), close(3)});
  EXPECT_EQ(broken_invariant(lab.run(5_s).world()), "");
}

// The second listener of a SO_REUSEPORT pair replaced the first; closing both failed.
TEST(Regression, OfTwoListenersWithReusePortTheSecondGoesOnWhenTheFirstCloses) {
  Lab lab(10_ms);
  lab.program("srv", "w",
              {socket(), set(3, Option::ReusePort, 1), bind(3, 80), listen(3, 5), socket(),
               set(4, Option::ReusePort, 1), bind(4, 80), listen(4, 5), close(3), sleep(1_s), close(4)});
  lab.program("cli", "c", {socket(), connect(3, 80)}).starting(20_ms);
  lab.run(5_s);
  EXPECT_EQ(lab.result("c", "connect").error, Errno::OK);
}

// A socket that was connected once could connect or listen again, without a port.
TEST(Regression, AfterAResetASocketCanNeitherConnectNorListen) {
  Lab lab(10_ms);
  lab.program("srv", "web",
              {socket(), bind(3, 80), listen(3, 5), accept(3), set(4, Option::Linger, 1, 0), close(4)});
  lab.program("cli", "c", {socket(), connect(3, 80), recv(3, 1), connect(3, 80), listen(3, 5)})
      .starting(1_ms);
  lab.run(5_s);
  EXPECT_EQ(lab.result("c", "connect", 2).error, Errno::ISCONN);
  EXPECT_EQ(lab.result("c", "listen").error, Errno::INVAL);
}

// MSG_WAITALL for more than the window holds waited for ever.
TEST(Regression, WaitAllReceivesMoreThanTheWindowHolds) {
  Lab lab(10_ms);
  lab.program("srv", "web", {socket(), bind(3, 80), listen(3, 5), accept(3), recv(4, 300'000, msg_waitall)});
  lab.program("cli", "c", {socket(), connect(3, 80), send(3, 300'000)}).starting(1_ms);
  lab.run();
  EXPECT_EQ(lab.result("web", "recv").value, 300'000);
}

TEST(Regression, WaitAllGivesWhatItHasWhenItsTimeIsOver) {
  Lab lab(10_ms);
  lab.program("srv", "web",
              {socket(), bind(3, 80), listen(3, 5), accept(3), set(4, Option::ReceiveTimeout, 500_ms),
               recv(4, 6, msg_waitall)});
  lab.program("cli", "c", {socket(), connect(3, 80), send(3, 3), sleep(5_s)}).starting(1_ms);
  lab.run();
  EXPECT_EQ(lab.result("web", "recv").value, 3);
}

// Every acknowledgement of a window probe set the wait back to its start.
TEST(Regression, WindowProbesWaitTwiceAsLongEachTimeAlsoWhenAnswered) {
  Lab lab(1_ms);
  lab.program(
      "srv", "web",
      {socket(), set(3, Option::ReceiveBuffer, 5000), bind(3, 80), listen(3, 5), accept(3), sleep(1000_s)});
  lab.program("cli", "c", {socket(), connect(3, 80), send(3, 12'000), sleep(1000_s)}).starting(1_ms);
  Session& session = lab.run(60_s);
  std::vector<Time> probes;
  for (RecordNumber n = 1; n <= session.records_at(session.cursor()); ++n) {
    const auto* sent = std::get_if<rec::PacketSent>(&session.record(n).what);
    if (sent != nullptr && session.record(n).reason == Reason::WindowProbe && sent->packet.payload.empty())
      probes.push_back(session.record(n).time);
  }
  ASSERT_GE(probes.size(), 5u);
  for (std::size_t i = 2; i < probes.size(); ++i)
    EXPECT_NEAR(static_cast<double>(probes[i] - probes[i - 1]),
                2.0 * static_cast<double>(probes[i - 1] - probes[i - 2]), 1e6);
}

// A small entry that waits for the peer's FIN took one that lay behind lost data.
TEST(Regression, AnOrphanAnswersAFinBehindAGapWithReset) {
  Lab lab(10_ms);
  lab.drop("srv", PSH);
  lab.program(
      "srv", "web",
      {socket(), bind(3, 80), listen(3, 5), accept(3), sleep(200_ms), send(4, 100), close(4), sleep(1_s)});
  lab.program("cli", "c", {socket(), connect(3, 80), close(3), sleep(5_s)}).starting(1_ms);
  lab.run(2_s);
  EXPECT_EQ(lab.sent("cli", RST).size(), 1u);
  EXPECT_EQ(lab.path("cli").back(), "CLOSED");
}

// shutdown() of a listener woke one of three threads in accept().
TEST(Regression, ShuttingAListenerEndsEveryAccept) {
  std::map<TaskPath, Script> scripts;
  scripts[{0}] = in_order({socket(), bind(3, 80), listen(3, 5), sys::Thread{}, sys::Thread{}, sys::Thread{},
                           sleep(10_ms), sys::Shutdown{3, Shut::Read}, sleep(1_s)});
  for (std::uint32_t i = 0; i < 3; ++i) scripts[{0, i}] = in_order({accept(3)});
  Lab lab;
  lab.program("srv", "web", std::vector<Syscall>{});
  Session session(lab.setup, scripted(scripts));
  session.run_to_end();
  std::size_t refused = 0;
  for (RecordNumber n = 1; n <= session.records().size(); ++n)
    if (const auto* returned = std::get_if<rec::SyscallReturned>(&session.record(n).what))
      refused += returned->result.error == Errno::INVAL ? 1 : 0;
  EXPECT_EQ(refused, 3u);
}

// A time limit that ended at the instant of the data's arrival threw the data's wake-up away.
TEST(Regression, WhatComesAtTheLastMomentIsReceived) {
  Lab lab(10_ms);
  lab.program(
      "srv", "web",
      {socket(), bind(3, 80), listen(3, 5), accept(3), set(4, Option::ReceiveTimeout, 5_ms), recv(4, 10)});
  lab.program("cli", "c", {socket(), connect(3, 80), sleep(5_ms + 1_us), send(3, 5), sleep(1_s)})
      .starting(1_ms);
  lab.run();
  EXPECT_EQ(lab.call("web", "recv").returned - lab.call("web", "recv").entered, 5_ms);
  EXPECT_EQ(lab.result("web", "recv").value, 5);
}

// SO_SNDBUF alone fixed the receive buffer too, and so the window scale.
TEST(Regression, ASendBufferDoesNotDecideTheWindowScale) {
  Lab lab;
  lab.program("cli", "c", {socket(), set(3, Option::SendBuffer, 50'000), connect(3, 80)});
  lab.run(1_s);
  EXPECT_EQ(lab.packets("cli")[0].options.window_scale, 10);
}

// tcp_max_tw_buckets counted the entries of the whole world.
TEST(Regression, TimeWaitIsBoundedForEachHost) {
  Lab lab(10_ms);
  lab.sysctl("srv", Sysctl::TcpMaxTwBuckets, 1);
  lab.program("srv", "web",
              {socket(), bind(3, 80), listen(3, 5), accept(3), recv(4, 1), close(4), accept(3), close(4),
               sleep(1_s)});
  lab.program("cli", "a", {socket(), connect(3, 80), close(3)}).starting(1_ms);
  lab.program("cli", "b", {socket(), connect(3, 80), recv(3, 1), close(3)}).starting(200_ms);
  lab.run(2_s);
  EXPECT_EQ(lab.counter("srv", Counter::TcpExtTCPTimeWaitOverflow), 0);
}

// «No room at once» with a delay of 0 at time 0 was taken for «lost».
TEST(Regression, NothingIsLostBecauseItArrivesAtTimeZero) {
  Lab lab(0);
  lab.setup.syscall_time = 0;
  lab.program("srv", "web", {socket(), bind(3, 80), listen(3, 5), accept(3)});
  lab.program("cli", "c", {socket(), connect(3, 80)});
  lab.run(500_ms);
  EXPECT_EQ(lab.sent("cli", SYN).size(), 1u);
}

}  // namespace
}  // namespace sockarium::test
