// The two queues of a listener: what the backlog bounds, and what overflow looks like from both ends.
#include <gtest/gtest.h>

#include "tests/support/lab.h"

namespace sockarium::test {
namespace {

using wire::ACK, wire::RST, wire::SYN;
using Steps = std::vector<std::string>;

/// A server that never accepts, and clients that connect more than a round trip apart.
void fill(Lab& lab, std::int32_t backlog, int clients, Duration apart = 30_ms) {
  lab.program("srv", "slowd", {socket(), bind(3, 80), listen(3, backlog), sleep(1000_s)});
  for (int i = 0; i < clients; ++i)
    lab.program("cli", "c" + std::to_string(i + 1), {socket(), connect(3, 80), sleep(1000_s)})
        .starting(1_ms + i * apart);
}

TEST(AcceptQueue, HoldsOneMoreThanTheBacklog) {
  for (const std::int32_t backlog : {0, 1, 2, 5}) {
    Lab lab(10_ms);
    fill(lab, backlog, backlog + 4);
    lab.run(500_ms);
    Steps expected(static_cast<std::size_t>(backlog + 1), "ESTAB");
    expected.insert(expected.end(), 3, "SYN-SENT");
    EXPECT_EQ(lab.states("cli"), expected) << "backlog " << backlog;
  }
}

TEST(AcceptQueue, IgnoresANewSynWhileFullAndTheClientKeepsTrying) {
  Lab lab(10_ms);
  fill(lab, 0, 2);
  lab.run(1500_ms);  // the second client's SYN, and its repetition after 1 s
  EXPECT_EQ(lab.states("cli"), (Steps{"ESTAB", "SYN-SENT"}));
  EXPECT_EQ(lab.counter("srv", Counter::TcpExtListenOverflows), 2);
  EXPECT_EQ(lab.counter("srv", Counter::TcpExtListenDrops), 2);
  EXPECT_EQ(lab.drops("srv"), (std::vector{Reason::AcceptQueueFull, Reason::AcceptQueueFull}));
}

TEST(AcceptQueue, ADropNamesTheEntryThatFilledTheQueue) {
  Lab lab(10_ms);
  fill(lab, 0, 2);
  Session& session = lab.run(500_ms);
  for (RecordNumber n = 1; n <= session.records_at(session.cursor()); ++n) {
    const Record& record = session.record(n);
    if (record.reason != Reason::AcceptQueueFull) continue;
    ASSERT_NE(record.because, 0u);
    const auto* entered = std::get_if<rec::QueueEntered>(&session.record(record.because).what);
    ASSERT_NE(entered, nullptr);
    EXPECT_EQ(entered->length, entered->limit + 1);
  }
}

TEST(AcceptQueue, AcceptMakesRoomForTheNextRepetition) {
  Lab lab(10_ms);
  lab.program("srv", "slowd", {socket(), bind(3, 80), listen(3, 0), sleep(500_ms), accept(3), sleep(10_s)});
  lab.program("cli", "a", {socket(), connect(3, 80), sleep(10_s)}).starting(1_ms);
  lab.program("cli", "b", {socket(), connect(3, 80), sleep(10_s)}).starting(50_ms);
  lab.run(5_s);
  EXPECT_EQ(lab.call("b", "connect").returned / millisecond,
            1070);  // its SYN of 50 ms, repeated at 1050, and 20 ms
}

TEST(AcceptQueue, AFinalAckThatFindsItFullIsIgnoredAndTheEndsDisagree) {
  Lab lab(10_ms);
  fill(lab, 0, 1);
  // Its SYN arrives while there is room, its ACK when the queue is full.
  lab.program("cli", "late", {socket(), connect(3, 80), send(3, 5), sleep(1000_s)}).starting(6_ms);
  lab.sysctl("srv", Sysctl::TcpSyncookies, 0);
  lab.sysctl("srv", Sysctl::TcpMaxSynBacklog, 4096);
  lab.run(100_ms);
  EXPECT_EQ(lab.drops("srv").front(), Reason::SynQueueFull);  // backlog 0 holds one half-open request
}

TEST(AcceptQueue, ABurstWithinARoundTripFillsTheSynQueueFirst) {
  Lab lab(10_ms);
  lab.sysctl("srv", Sysctl::TcpSyncookies, 0);
  fill(lab, 2, 6, 1_ms);
  lab.run(500_ms);
  EXPECT_EQ(lab.states("cli"), (Steps{"ESTAB", "ESTAB", "ESTAB", "SYN-SENT", "SYN-SENT", "SYN-SENT"}));
  EXPECT_EQ(lab.counter("srv", Counter::TcpExtTCPReqQFullDrop), 3);
}

/// One client is in the queue of backlog 0 … when the ACK of a second handshake arrives. The second SYN comes
/// while the first handshake is under way, so the backlog must leave room for two half-open requests.
void two_handshakes_for_one_place(Lab& lab) {
  lab.program("srv", "slowd",
              {socket(), bind(3, 80), listen(3, 1), sleep(15_ms), listen(3, 0), sleep(1000_s)});
  lab.program("cli", "first", {socket(), connect(3, 80), sleep(1000_s)}).starting(1_ms);
  lab.program("cli", "second", {socket(), connect(3, 80), send(3, 5), sleep(1000_s)}).starting(2_ms);
}

TEST(AcceptQueue, AClientMayBeEstablishedWhileTheServerStillRepeatsItsSynAck) {
  Lab lab(10_ms);
  two_handshakes_for_one_place(lab);
  lab.run(500_ms);
  EXPECT_EQ(lab.states("cli"), (Steps{"ESTAB", "ESTAB"}));
  EXPECT_EQ(lab.states("srv"), (Steps{"ESTAB", "LISTEN", "SYN-RECV"}));
  EXPECT_EQ(lab.result("second", "send").value, 5);
  EXPECT_EQ(lab.drops("srv").front(), Reason::AcceptQueueFullAck);
}

TEST(AcceptQueue, AbortOnOverflowAnswersTheFinalAckWithReset) {
  Lab lab(10_ms);
  lab.sysctl("srv", Sysctl::TcpAbortOnOverflow, 1);
  two_handshakes_for_one_place(lab);
  lab.run(500_ms);
  EXPECT_EQ(lab.states("cli"), (Steps{"ESTAB"}));
  EXPECT_EQ(lab.states("srv"), (Steps{"ESTAB", "LISTEN"}));
  EXPECT_EQ(lab.counter("srv", Counter::TcpExtEmbryonicRsts), 1);
}

TEST(AcceptQueue, ClosingTheListenerResetsWhoWaits) {
  Lab lab(10_ms);
  lab.program("srv", "web", {socket(), bind(3, 80), listen(3, 5), sleep(100_ms), close(3), sleep(1_s)});
  lab.program("cli", "curl", {socket(), connect(3, 80), recv(3, 10), recv(3, 10)}).starting(1_ms);
  lab.run();
  EXPECT_EQ(lab.result("curl", "recv", 1).error, Errno::CONNRESET);
  EXPECT_EQ(lab.result("curl", "recv", 2).value, 0);
}

TEST(Listen, BacklogIsBoundedBySomaxconn) {
  Lab lab(10_ms);
  lab.sysctl("srv", Sysctl::Somaxconn, 1);
  fill(lab, 1000, 4);
  lab.run(500_ms);
  EXPECT_EQ(lab.states("cli"), (Steps{"ESTAB", "ESTAB", "SYN-SENT", "SYN-SENT"}));
}

TEST(Accept, WakesOneWaiterForOneConnection) {
  Lab lab(10_ms);
  lab.program("srv", "web", Script([](const SysResult&, std::size_t made) -> Syscall {
                const std::vector<Syscall> calls{socket(),    bind(3, 80), listen(3, 5),
                                                 sys::Fork{}, accept(3),   sleep(10_s)};
                return made < calls.size() ? calls[made] : Syscall{sys::Exit{}};
              }));
  lab.program("cli", "curl", {socket(), connect(3, 80), sleep(10_s)}).starting(50_ms);
  lab.run(200_ms);
  // The child's script is none, so it ends at once; its parent alone waits, and accept gives it number 4.
  EXPECT_EQ(lab.result("web", "accept").value, 4);
}

TEST(Accept, ReservesItsNumberBeforeItLooksAtTheQueue) {
  Lab lab;
  lab.program("srv", "web", {socket(sock_nonblock), bind(3, 80), listen(3, 5), accept(3)})
      .limit_descriptors(4);
  lab.run();
  EXPECT_EQ(lab.result("web", "accept").error, Errno::MFILE);
}

}  // namespace
}  // namespace sockarium::test
