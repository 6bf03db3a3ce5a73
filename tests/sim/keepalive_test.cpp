// Keepalive: asking a silent peer whether it still lives. The times are those of Linux 6.18.
#include <gtest/gtest.h>

#include "tests/support/peer_lab.h"

namespace sockarium::test {
namespace {

/// The times after the last word at which srv asks (a bare ACK) or resets, in ms.
std::vector<std::string> said_after(const PeerLab& lab, Time since) {
  std::vector<std::string> all;
  for (std::size_t n = 0; n < lab.session->records().size(); ++n) {
    const Record& record = lab.session->records()[n];
    const auto* sent = std::get_if<rec::PacketSent>(&record.what);
    if (sent == nullptr || record.host != lab.host("srv") || record.time < since) continue;
    all.push_back(wire::flag_names(sent->packet.flags) + " " +
                  std::to_string((record.time - since) / millisecond));
  }
  return all;
}

/// srv accepts at some 41 ms, when the handshake is done, and waits for data.
std::vector<Syscall> patient(std::vector<Syscall> options) {
  std::vector<Syscall> calls{socket(), bind(3, 80), listen(3, 5), accept(3)};
  calls.insert(calls.end(), options.begin(), options.end());
  calls.push_back(recv(4, 10));
  return calls;
}

TEST(Keepalive, GivesUpAPeerThatNeverAnswers) {
  PeerLab lab;
  lab.serve(patient({set(4, Option::KeepIdle, 2), set(4, Option::KeepInterval, 1),
                     set(4, Option::KeepCount, 3), set(4, Option::KeepAlive, 1)}));
  converse(lab, opening());
  lab.run(20_s);
  const Time opened = lab.session->records()[0].time + 31_ms;  // SYN, SYN-ACK, ACK: three ways of 10 ms
  EXPECT_EQ(said_after(lab, opened),
            (std::vector<std::string>{"ACK 2000", "ACK 3000", "ACK 4000", "RST,ACK 5000"}));
  EXPECT_EQ(lab.result("recv").error, Errno::TIMEDOUT);
}

TEST(Keepalive, AsksAgainAsLongAfterAnAnswer) {
  PeerLab lab;
  lab.serve(
      patient({set(4, Option::KeepIdle, 2), set(4, Option::KeepInterval, 1), set(4, Option::KeepAlive, 1)}));
  std::vector<PeerStep> steps = opening();
  for (int i = 0; i < 3; ++i) {
    steps.push_back(hear(10_s));
    steps.push_back(say(wire::ACK, peer_isn + 1));
  }
  converse(lab, steps);
  lab.run(7_s);
  EXPECT_EQ(lab.came.size(), 4u);  // the SYN-ACK and three probes
  EXPECT_TRUE(lab.came.back().has(wire::ACK) && lab.came.back().payload.length == 0);
  EXPECT_EQ(lab.sockets(), std::vector<std::string>{"ESTAB 0 0"});
}

TEST(Keepalive, IsLimitedByTheUserTimeout) {
  PeerLab lab;
  lab.serve(
      patient({set(4, Option::KeepIdle, 1), set(4, Option::KeepInterval, 1), set(4, Option::KeepCount, 9),
               set(4, Option::UserTimeout, 2500), set(4, Option::KeepAlive, 1)}));
  converse(lab, opening());
  lab.run(20_s);
  const Time opened = lab.session->records()[0].time + 31_ms;
  EXPECT_EQ(said_after(lab, opened), (std::vector<std::string>{"ACK 1000", "ACK 2000", "RST,ACK 3000"}));
}

TEST(Keepalive, IsOffUnlessAskedFor) {
  PeerLab lab;
  lab.serve(patient({set(4, Option::KeepIdle, 1)}));
  converse(lab, opening());
  lab.run(100_s);
  EXPECT_EQ(lab.came.size(), 1u);
}

TEST(Keepalive, HasTheNamespacesTimesUnlessTheSocketHasItsOwn) {
  PeerLab lab;
  lab.setup.hosts[0].sysctls = {{Sysctl::TcpKeepaliveTime, 3}, {Sysctl::TcpKeepaliveProbes, 1}};
  lab.serve(patient({set(4, Option::KeepInterval, 2), set(4, Option::KeepAlive, 1), get(4, Option::KeepIdle),
                     get(4, Option::KeepInterval), get(4, Option::KeepCount)}));
  converse(lab, opening());
  lab.run(20_s);
  const Time opened = lab.session->records()[0].time + 31_ms;
  EXPECT_EQ(said_after(lab, opened), (std::vector<std::string>{"ACK 3000", "RST,ACK 5000"}));
  EXPECT_EQ(lab.result("getsockopt", 1).value, 3);
  EXPECT_EQ(lab.result("getsockopt", 2).value, 2);
  EXPECT_EQ(lab.result("getsockopt", 3).value, 1);
}

}  // namespace
}  // namespace sockarium::test
