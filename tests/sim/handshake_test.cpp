// Opening a connection: RFC 9293 section 3.5, and what Linux does where the RFC leaves it open.
#include <gtest/gtest.h>

#include "tests/support/lab.h"

namespace sockarium::test {
namespace {

using wire::ACK, wire::FIN, wire::RST, wire::SYN;
using Steps = std::vector<std::string>;

void serve(Lab& lab, std::int32_t backlog = 5) {
  lab.program("srv", "web", {socket(), bind(3, 80), listen(3, backlog), accept(3), sleep(10_s)});
}

TEST(Handshake, TakesThreePacketsAndOneAndAHalfRoundTrips) {
  Lab lab(10_ms);
  serve(lab);
  lab.program("cli", "curl", {socket(), connect(3, 80), sleep(1_s)}).starting(1_ms);
  lab.run(100_ms);
  const std::vector<wire::Packet> from_client = lab.packets("cli");
  const std::vector<wire::Packet> from_server = lab.packets("srv");
  ASSERT_EQ(from_client.size(), 2u);
  ASSERT_EQ(from_server.size(), 1u);
  EXPECT_EQ(from_client[0].flags, SYN);
  EXPECT_EQ(from_server[0].flags, SYN | ACK);
  EXPECT_EQ(from_server[0].ack, from_client[0].seq + 1);
  EXPECT_EQ(from_client[1].flags, ACK);
  EXPECT_EQ(from_client[1].seq, from_client[0].seq + 1);
  EXPECT_EQ(from_client[1].ack, from_server[0].seq + 1);
  EXPECT_EQ(lab.path("cli"), (Steps{"SYN-SENT", "ESTABLISHED"}));
  EXPECT_EQ(lab.path("srv"), (Steps{"SYN-RECEIVED", "ESTABLISHED"}));
  EXPECT_EQ(lab.call("curl", "connect").returned - lab.call("curl", "connect").entered, 20_ms);
}

TEST(Handshake, ConnectReturnsBeforeTheServerIsEstablished) {
  Lab lab(10_ms);
  serve(lab);
  lab.program("cli", "curl", {socket(), connect(3, 80), sleep(1_s)}).starting(1_ms);
  lab.run(25_ms);
  EXPECT_EQ(lab.states("cli"), (Steps{"ESTAB"}));
  EXPECT_EQ(lab.states("srv"), (Steps{"LISTEN", "SYN-RECV"}));
}

TEST(Handshake, OverLoopbackIsDoneWhenConnectReturns) {
  Lab lab;
  serve(lab);
  lab.program("srv", "self", {socket(), connect(3, 80, "127.0.0.1"), sleep(1_s)}).starting(1_ms);
  lab.run(2_ms);
  EXPECT_EQ(lab.states("srv"), (Steps{"ESTAB", "ESTAB", "LISTEN"}));
}

TEST(Handshake, OffersWhatLinuxOffersOverAnEthernet) {
  Lab lab;
  serve(lab);
  lab.program("cli", "curl", {socket(), connect(3, 80)}).starting(1_ms);
  lab.run(100_ms);
  const wire::Packet syn = lab.packets("cli")[0];
  EXPECT_EQ(syn.window, 64240);
  EXPECT_EQ(syn.options.mss, 1460);
  EXPECT_EQ(syn.options.window_scale, 10);
  EXPECT_TRUE(syn.options.sack_permitted && syn.options.has_timestamps);
  EXPECT_EQ(lab.packets("srv")[0].window, 65160);
}

TEST(Handshake, OffersWhatLinuxOffersOverLoopback) {
  Lab lab;
  serve(lab);
  lab.program("srv", "self", {socket(), connect(3, 80, "127.0.0.1")}).starting(1_ms);
  lab.run(2_ms);
  const std::vector<wire::Packet> packets = lab.packets("srv");
  EXPECT_EQ(packets[0].window, 65495);
  EXPECT_EQ(packets[0].options.mss, 65495);
  EXPECT_EQ(packets[1].window, 65483);
}

TEST(Handshake, MirrorsOnlyTheOptionsOfTheSyn) {
  Lab lab;
  serve(lab);
  lab.sysctl("cli", Sysctl::TcpTimestamps, 0).sysctl("cli", Sysctl::TcpWindowScaling, 0);
  lab.program("cli", "curl", {socket(), connect(3, 80)}).starting(1_ms);
  lab.run(100_ms);
  const wire::Packet answer = lab.packets("srv")[0];
  EXPECT_FALSE(answer.options.has_timestamps);
  EXPECT_FALSE(answer.options.has_window_scale);
  EXPECT_TRUE(answer.options.sack_permitted);
  EXPECT_EQ(answer.window, 64240);
}

TEST(Handshake, APortWithoutListenerRefusesAfterOneRoundTrip) {
  Lab lab(10_ms);
  lab.program("cli", "curl", {socket(), connect(3, 80)});
  lab.run();
  const CallLine connect = lab.call("curl", "connect");
  EXPECT_EQ(connect.result.error, Errno::CONNREFUSED);
  EXPECT_EQ(connect.returned - connect.entered, 20_ms);
  EXPECT_EQ(lab.packets("srv")[0].flags, RST | ACK);
  EXPECT_EQ(lab.packets("srv")[0].seq, Seq{0});
  EXPECT_EQ(lab.packets("srv")[0].ack, lab.packets("cli")[0].seq + 1);
}

TEST(Handshake, ALostSynIsRepeatedLinearlyAndThenLessAndLessOften) {
  Lab lab;
  lab.setup.links[0].loss_ppm = 1'000'000;
  lab.program("cli", "curl", {socket(), connect(3, 80)});
  lab.run();
  std::vector<Time> seconds;
  for (const Time t : lab.sent("cli", SYN)) seconds.push_back((t - lab.sent("cli", SYN)[0]) / second);
  EXPECT_EQ(seconds, (std::vector<Time>{0, 1, 2, 3, 4, 5, 7, 11, 19, 35, 67}));
  const CallLine connect = lab.call("curl", "connect");
  EXPECT_EQ(connect.result.error, Errno::TIMEDOUT);
  EXPECT_EQ((connect.returned - connect.entered) / second, 131);
}

TEST(Handshake, WithoutLinearTimeoutsEveryWaitDoubles) {
  Lab lab;
  lab.setup.links[0].loss_ppm = 1'000'000;
  lab.sysctl("cli", Sysctl::TcpSynLinearTimeouts, 0).sysctl("cli", Sysctl::TcpSynRetries, 4);
  lab.program("cli", "curl", {socket(), connect(3, 80)});
  lab.run();
  std::vector<Time> seconds;
  for (const Time t : lab.sent("cli", SYN)) seconds.push_back((t - lab.sent("cli", SYN)[0]) / second);
  EXPECT_EQ(seconds, (std::vector<Time>{0, 1, 3, 7, 15}));
  EXPECT_EQ((lab.call("curl", "connect").returned) / second, 31);
}

TEST(Handshake, AServerRepeatsItsSynAckAndGivesUpAfterAMinute) {
  Lab lab;
  serve(lab);
  lab.drop("cli", ACK, 1, SYN);  // the final ACK is lost, and the client never speaks again
  lab.drop("cli", ACK, 2, SYN).drop("cli", ACK, 3, SYN).drop("cli", ACK, 4, SYN).drop("cli", ACK, 5, SYN);
  lab.drop("cli", ACK, 6, SYN);
  lab.program("cli", "curl", {socket(), connect(3, 80), sleep(200_s)}).starting(1_ms);
  lab.run(100_s);
  std::vector<Time> seconds;
  for (const Time t : lab.sent("srv", SYN | ACK))
    seconds.push_back((t - lab.sent("srv", SYN | ACK)[0]) / second);
  EXPECT_EQ(seconds, (std::vector<Time>{0, 1, 3, 7, 15, 31}));
  EXPECT_EQ(lab.states("srv"), (Steps{"LISTEN"}));
  EXPECT_EQ(lab.states("cli"), (Steps{"ESTAB"}));
}

TEST(Handshake, ALostFinalAckIsMadeGoodByTheFirstData) {
  Lab lab;
  lab.program("srv", "web", {socket(), bind(3, 80), listen(3, 5), accept(3), recv(4, 100)});
  lab.drop("cli", ACK, 1, SYN);
  lab.program("cli", "curl", {socket(), connect(3, 80), send(3, 5), sleep(1_s)}).starting(1_ms);
  lab.run(100_ms);
  EXPECT_EQ(lab.result("web", "recv").value, 5);
}

TEST(Handshake, CanBothEndsAtOnce) {
  Lab lab(10_ms);
  lab.program("cli", "left", {socket(), bind(3, 5000, client_address), connect(3, 6000), sleep(1_s)});
  lab.program("srv", "right",
              {socket(), bind(3, 6000, server_address), connect(3, 5000, client_address), sleep(1_s)});
  lab.run(100_ms);
  EXPECT_EQ(lab.result("left", "connect").error, Errno::OK);
  EXPECT_EQ(lab.result("right", "connect").error, Errno::OK);
  EXPECT_EQ(lab.path("cli"), (Steps{"SYN-SENT", "SYN-RECEIVED", "ESTABLISHED"}));
  EXPECT_EQ(lab.path("srv"), (Steps{"SYN-SENT", "SYN-RECEIVED", "ESTABLISHED"}));
  EXPECT_EQ(lab.sent("cli", ACK).size(), 1u);  // each end acknowledges the other's SYN-ACK
  EXPECT_EQ(lab.sent("srv", ACK).size(), 1u);
}

TEST(Handshake, ASocketCanConnectToItself) {
  Lab lab;
  lab.program("cli", "self",
              {socket(), bind(3, 7600, "127.0.0.1"), connect(3, 7600, "127.0.0.1"), send(3, 5), recv(3, 10)});
  lab.run();
  EXPECT_EQ(lab.result("self", "connect").error, Errno::OK);
  EXPECT_EQ(lab.result("self", "recv").value, 5);
}

struct Misuse {
  const char* title;
  std::vector<Syscall> calls;
  const char* call;
  Errno wanted;
};

TEST(Connect, ReportsMisuseAsLinuxDoes) {
  const std::int32_t nonblocking = sock_nonblock;
  const std::vector<Misuse> cases{
      {"no route", {socket(), connect(3, 80, "8.8.8.8")}, "connect", Errno::NETUNREACH},
      {"multicast", {socket(), connect(3, 80, "224.0.0.1")}, "connect", Errno::NETUNREACH},
      {"not open", {connect(9, 80)}, "connect", Errno::BADF},
      {"not a socket", {connect(1, 80)}, "connect", Errno::NOTSOCK},
      {"listening", {socket(), bind(3, 90), listen(3, 1), connect(3, 80)}, "connect", Errno::ISCONN},
      {"non-blocking", {socket(nonblocking), connect(3, 80)}, "connect", Errno::INPROGRESS},
      {"port 0", {socket(), connect(3, 0)}, "connect", Errno::CONNREFUSED},
  };
  for (const Misuse& misuse : cases) {
    Lab lab;
    lab.program("cli", "p", misuse.calls);
    lab.run(1_s);
    EXPECT_EQ(lab.result("p", misuse.call).error, misuse.wanted) << misuse.title;
  }
}

TEST(Connect, PollingByConnectTellsTheSequenceThatLinuxTells) {
  Lab lab(10_ms);
  serve(lab);
  lab.program("cli", "p",
              {socket(sock_nonblock), connect(3, 80), connect(3, 80), sleep(50_ms), connect(3, 80),
               connect(3, 80)})
      .starting(1_ms);
  lab.run(1_s);
  EXPECT_EQ(lab.result("p", "connect", 1).error, Errno::INPROGRESS);
  EXPECT_EQ(lab.result("p", "connect", 2).error, Errno::ALREADY);
  EXPECT_EQ(lab.result("p", "connect", 3).error, Errno::OK);
  EXPECT_EQ(lab.result("p", "connect", 4).error, Errno::ISCONN);
}

TEST(Connect, ARefusalOfANonblockingConnectWaitsInSoError) {
  Lab lab(10_ms);
  lab.program(
      "cli", "p",
      {socket(sock_nonblock), connect(3, 80), sleep(50_ms), get(3, Option::Error), get(3, Option::Error)});
  lab.run();
  EXPECT_EQ(lab.result("p", "getsockopt", 1).value, static_cast<std::int64_t>(Errno::CONNREFUSED));
  EXPECT_EQ(lab.result("p", "getsockopt", 2).value, 0);
}

}  // namespace
}  // namespace sockarium::test
