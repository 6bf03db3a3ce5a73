// Closing: the orderly goodbye in all its orders, and the ways in which a connection ends badly. RFC 9293
// section 3.6; kernel-measured where marked in the model.
#include <gtest/gtest.h>

#include "tests/support/lab.h"

namespace sockarium::test {
namespace {

using wire::ACK, wire::FIN, wire::PSH, wire::RST, wire::SYN;
using Steps = std::vector<std::string>;

TEST(Close, WhoClosesFirstWaitsInTimeWait) {
  Lab lab(10_ms);
  lab.program(
      "srv", "web",
      {socket(), bind(3, 80), listen(3, 5), accept(3), recv(4, 10), sleep(50_ms), close(4), sleep(5_s)});
  lab.program("cli", "curl", {socket(), connect(3, 80), close(3), sleep(5_s)}).starting(1_ms);
  lab.run(1_s);
  EXPECT_EQ(lab.path("cli"), (Steps{"SYN-SENT", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT"}));
  EXPECT_EQ(lab.path("srv"), (Steps{"SYN-RECEIVED", "ESTABLISHED", "CLOSE-WAIT", "LAST-ACK", "CLOSED"}));
  EXPECT_EQ(lab.result("web", "recv").value, 0);
  EXPECT_EQ(lab.states("cli"), (Steps{"TIME-WAIT"}));
}

TEST(Close, TimeWaitLastsSixtySeconds) {
  Lab lab(10_ms);
  lab.program("srv", "web", {socket(), bind(3, 80), listen(3, 5), accept(3), recv(4, 10), close(4)});
  lab.program("cli", "curl", {socket(), connect(3, 80), close(3)}).starting(1_ms);
  lab.run(60_s);
  EXPECT_EQ(lab.states("cli"), (Steps{"TIME-WAIT"}));
  lab.run(61_s);
  EXPECT_EQ(lab.states("cli"), Steps{});
}

TEST(Close, FinAndAckOfFinTogetherLeadStraightToTimeWait) {
  Lab lab(10_ms);
  lab.program("srv", "web",
              {socket(), bind(3, 80), listen(3, 5), accept(3), recv(4, 10), close(4), sleep(5_s)});
  lab.program("cli", "curl", {socket(), connect(3, 80), shut_write(3), recv(3, 10), close(3), sleep(5_s)})
      .starting(1_ms);
  lab.run(1_s);
  // The server closes at once when it reads the end, so its FIN carries the acknowledgement of ours.
  EXPECT_EQ(lab.sent("srv", ACK), std::vector<Time>{});
  EXPECT_EQ(lab.path("cli"), (Steps{"SYN-SENT", "ESTABLISHED", "FIN-WAIT-1", "TIME-WAIT"}));
}

TEST(Close, BothAtOnceMeetInClosing) {
  Lab lab(10_ms);
  lab.program("srv", "web",
              {socket(), bind(3, 80), listen(3, 5), accept(3), sleep(68999_us), close(4), sleep(5_s)});
  lab.program("cli", "curl", {socket(), connect(3, 80), sleep(79_ms), close(3), sleep(5_s)}).starting(1_ms);
  lab.run(1_s);
  EXPECT_EQ(lab.path("cli"), (Steps{"SYN-SENT", "ESTABLISHED", "FIN-WAIT-1", "CLOSING", "TIME-WAIT"}));
  EXPECT_EQ(lab.path("srv"), (Steps{"SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1", "CLOSING", "TIME-WAIT"}));
}

TEST(Close, HalfClosedTheOtherDirectionStillWorks) {
  Lab lab(10_ms);
  lab.program(
      "srv", "web",
      {socket(), bind(3, 80), listen(3, 5), accept(3), recv(4, 10), send(4, 7), close(4), sleep(5_s)});
  lab.program("cli", "curl", {socket(), connect(3, 80), shut_write(3), recv(3, 10), send(3, 1, msg_nosignal)})
      .starting(1_ms);
  lab.run(1_s);
  EXPECT_EQ(lab.result("curl", "recv").value, 7);
  EXPECT_EQ(lab.result("curl", "send").error, Errno::PIPE);
}

TEST(Close, WithUnreadDataSendsResetInsteadOfFin) {
  Lab lab(10_ms);
  lab.program("srv", "web",
              {socket(), bind(3, 80), listen(3, 5), accept(3), sleep(100_ms), close(4), sleep(5_s)});
  lab.program("cli", "curl", {socket(), connect(3, 80), send(3, 5), recv(3, 10), recv(3, 10)}).starting(1_ms);
  lab.run(1_s);
  EXPECT_EQ(lab.sent("srv", RST | ACK).size(), 1u);
  EXPECT_EQ(lab.result("curl", "recv", 1).error, Errno::CONNRESET);
  EXPECT_EQ(lab.result("curl", "recv", 2).value, 0);
  EXPECT_EQ(lab.states("cli"), Steps{});
  EXPECT_EQ(lab.counter("srv", Counter::TcpExtTCPAbortOnClose), 1);
}

TEST(Close, WithLingerZeroAborts) {
  Lab lab(10_ms);
  lab.program("srv", "web", {socket(), bind(3, 80), listen(3, 5), accept(3), recv(4, 10)});
  lab.program("cli", "curl", {socket(), connect(3, 80), sleep(50_ms), set(3, Option::Linger, 1, 0), close(3)})
      .starting(1_ms);
  lab.run(1_s);
  EXPECT_EQ(lab.result("web", "recv").error, Errno::CONNRESET);
  EXPECT_EQ(lab.states("cli"), Steps{});
}

TEST(Close, WritingToAClosedPeerFailsOnlyTheSecondTime) {
  Lab lab(10_ms);
  lab.program("srv", "web", {socket(), bind(3, 80), listen(3, 5), accept(3), close(4), sleep(5_s)});
  lab.program("cli", "curl",
              {socket(), connect(3, 80), recv(3, 10), send(3, 5), sleep(100_ms), send(3, 5, msg_nosignal)})
      .starting(1_ms);
  lab.run(1_s);
  EXPECT_EQ(lab.result("curl", "send", 1).value, 5);
  EXPECT_EQ(lab.result("curl", "send", 2).error, Errno::PIPE);
}

TEST(Close, SigpipeKillsWhoDidNotAskForMsgNosignal) {
  Lab lab(10_ms);
  lab.program("cli", "p", {socket(), send(3, 5), sleep(1_s)});
  lab.run();
  const kernel::Process& process = lab.session().world().kernel.processes.read(lab.process("p"));
  EXPECT_EQ(process.signal, 13u);
  EXPECT_TRUE(lab.calls("p", "sleep").empty());
}

TEST(Close, AnOrphanWaitsForTheOtherFinOnlyAsLongAsTcpFinTimeout) {
  Lab lab(10_ms);
  lab.sysctl("cli", Sysctl::TcpFinTimeout, 3);
  lab.program("srv", "web", {socket(), bind(3, 80), listen(3, 5), accept(3), sleep(1000_s)});
  lab.program("cli", "curl", {socket(), connect(3, 80), close(3), sleep(1000_s)}).starting(1_ms);
  lab.run(2_s);
  EXPECT_EQ(lab.states("cli"), (Steps{"FIN-WAIT-2"}));
  lab.run(5_s);
  EXPECT_EQ(lab.states("cli"), Steps{});
}

TEST(Close, WithShutdownAloneFinWait2HasNoLimit) {
  Lab lab(10_ms);
  lab.sysctl("cli", Sysctl::TcpFinTimeout, 3);
  lab.program("srv", "web", {socket(), bind(3, 80), listen(3, 5), accept(3), sleep(1000_s)});
  lab.program("cli", "curl", {socket(), connect(3, 80), shut_write(3), sleep(1000_s)}).starting(1_ms);
  lab.run(500_s);
  EXPECT_EQ(lab.states("cli"), (Steps{"FIN-WAIT-2"}));
}

TEST(Close, DataForAnOrphanIsAnsweredWithReset) {
  Lab lab(10_ms);
  lab.program(
      "srv", "web",
      {socket(), bind(3, 80), listen(3, 5), accept(3), recv(4, 10), sleep(50_ms), send(4, 5), sleep(1_s)});
  lab.program("cli", "curl", {socket(), connect(3, 80), close(3), sleep(1000_s)}).starting(1_ms);
  lab.run(1_s);
  EXPECT_EQ(lab.sent("cli", RST).size(), 1u);
  EXPECT_EQ(lab.states("cli"), Steps{});
}

TEST(Close, TheEndOfAProgramClosesItsDescriptors) {
  Lab lab(10_ms);
  lab.program("srv", "web", {socket(), bind(3, 80), listen(3, 5), accept(3), recv(4, 10)});
  lab.program("cli", "curl", {socket(), connect(3, 80)}).starting(1_ms);
  lab.run(1_s);
  EXPECT_EQ(lab.result("web", "recv").value, 0);
}

TEST(Close, ALostFinIsRepeated) {
  Lab lab(10_ms);
  lab.drop("cli", FIN);
  lab.program("srv", "web", {socket(), bind(3, 80), listen(3, 5), accept(3), recv(4, 10), close(4)});
  lab.program("cli", "curl", {socket(), connect(3, 80), close(3), sleep(5_s)}).starting(1_ms);
  lab.run(2_s);
  const std::vector<Time> fins = lab.sent("cli", FIN | ACK);
  ASSERT_EQ(fins.size(), 2u);
  EXPECT_EQ((fins[1] - fins[0]) / millisecond, 220);  // the measured round trip of 20 ms, and 200 ms at least
  EXPECT_EQ(lab.states("cli"), (Steps{"TIME-WAIT"}));
}

TEST(Close, ALostLastAckIsRepeatedFromTimeWait) {
  Lab lab(10_ms);
  lab.program("srv", "web",
              {socket(), bind(3, 80), listen(3, 5), accept(3), recv(4, 10), close(4), sleep(5_s)});
  lab.program("cli", "curl", {socket(), connect(3, 80), close(3), sleep(5_s)}).starting(1_ms);
  lab.drop("cli", ACK, 3, SYN);  // after the handshake's ACK and the FIN comes the ACK of the server's FIN
  lab.run(2_s);
  EXPECT_EQ(lab.sent("srv", FIN | ACK).size(), 2u);
  EXPECT_EQ(lab.path("srv").back(), "CLOSED");
}

TEST(Close, APeerThatNeverAcknowledgesTheFinIsGivenUp) {
  Lab lab(10_ms);
  lab.program("srv", "web", {socket(), bind(3, 80), listen(3, 5), accept(3), sleep(1000_s)});
  lab.program("cli", "curl", {socket(), connect(3, 80), sleep(100_ms), close(3), sleep(1000_s)})
      .starting(1_ms);
  for (std::uint64_t nth = 1; nth <= 20; ++nth) lab.drop("cli", FIN, nth);
  lab.run(500_s);
  // Once, as a tail loss probe, and 8 times again (tcp_orphan_retries).
  EXPECT_EQ(lab.sent("cli", FIN | ACK).size(), 10u);
  EXPECT_EQ(lab.states("cli"), Steps{});
}

TEST(TimeWait, KeepsItsPortFromBeingBoundWithoutReuseAddr) {
  const auto restart = [](bool old_flag, bool new_flag) {
    Lab lab(10_ms);
    lab.program("srv", "old",
                {socket(), set(3, Option::ReuseAddr, old_flag ? 1 : 0), bind(3, 80), listen(3, 5), accept(3),
                 close(4), sleep(100_ms)});
    lab.program("cli", "curl", {socket(), connect(3, 80), recv(3, 10), close(3)}).starting(1_ms);
    lab.program("srv", "new", {socket(), set(3, Option::ReuseAddr, new_flag ? 1 : 0), bind(3, 80)})
        .starting(1_s);
    lab.run(2_s);
    return lab.result("new", "bind").error;
  };
  EXPECT_EQ(restart(false, false), Errno::ADDRINUSE);
  EXPECT_EQ(restart(false, true), Errno::ADDRINUSE);
  EXPECT_EQ(restart(true, false), Errno::ADDRINUSE);
  EXPECT_EQ(restart(true, true), Errno::OK);
}

}  // namespace
}  // namespace sockarium::test
