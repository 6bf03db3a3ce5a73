// The timers of sockets, as `ss -o` writes them.
#include <gtest/gtest.h>

#include "sim/observe/socket_timer.h"
#include "tests/support/lab.h"

namespace sockarium::test {
namespace {

TEST(SocketTimer, WritesTimesAsSsDoes) {
  EXPECT_EQ(observe::ss_time(836_ms), "836ms");
  EXPECT_EQ(observe::ss_time(8_ms), "008ms");
  EXPECT_EQ(observe::ss_time(1900_ms), "1.900ms");  // this is how ss writes 1.9 s
  EXPECT_EQ(observe::ss_time(2_s), "2sec");
  EXPECT_EQ(observe::ss_time(29_s + 500_ms), "29sec");
  EXPECT_EQ(observe::ss_time(119_s + 900_ms), "1min59sec");
  EXPECT_EQ(observe::ss_time(120_s), "2min");
}

std::vector<std::string> timers(const Session& session) {
  std::vector<std::string> all;
  for (const observe::SocketLine& line : observe::socket_lines(session.world()))
    if (line.state != TcpState::Listen)
      all.push_back(std::string(ss_name(line.state)) + " " + observe::timer_text(session.world(), line));
  return all;
}

using Lines = std::vector<std::string>;

TEST(SocketTimer, OfASynThatNobodyAnswers) {
  Lab lab;
  lab.drop("cli", wire::SYN, 1).drop("cli", wire::SYN, 2).drop("cli", wire::SYN, 3);
  lab.program("cli", "curl", {socket(), connect(3, 80)});
  lab.program("cli", "clock", {sleep(120_ms), sleep(1_s)});
  EXPECT_EQ(timers(lab.run(120_ms)), Lines{"SYN-SENT timer:(on,880ms,0)"});
  EXPECT_EQ(timers(lab.run(1120_ms)), Lines{"SYN-SENT timer:(on,880ms,1)"});
}

// fact 4.4-13
TEST(SocketTimer, OfAHalfOpenRequest) {
  Lab lab;
  lab.program("srv", "web", {socket(), bind(3, 80), listen(3, 2), sleep(10_s)});
  lab.program("cli", "curl", {socket(), connect(3, 80)}).starting(1_ms);
  for (std::uint64_t nth = 1; nth < 9; ++nth) lab.drop("srv", wire::SYN | wire::ACK, nth);
  lab.program("cli", "clock", {sleep(175_ms)});
  const Session& session = lab.run(175_ms);
  EXPECT_EQ(timers(session), (Lines{"SYN-SENT timer:(on,826ms,0)", "SYN-RECV timer:(on,836ms,0)"}));
  const auto lines = observe::socket_lines(session.world());
  EXPECT_EQ(lines.back().receive_queue, 0);
  EXPECT_EQ(lines.back().send_queue, 0);
  EXPECT_FALSE(lines.back().file) << "no process";
}

TEST(SocketTimer, OfTimeWaitAndOfNothing) {
  Lab lab;
  lab.program("srv", "web", {socket(), bind(3, 80), listen(3, 2), accept(3), sleep(90_s)});
  lab.program(
         "cli", "curl",
         {socket(), connect(3, 80), set(3, Option::KeepIdle, 30), set(3, Option::KeepAlive, 1), sleep(1_s)})
      .starting(1_ms);
  EXPECT_EQ(timers(lab.run(522_ms)), (Lines{"ESTAB timer:(keepalive,29sec,0)", "ESTAB "}));
}

}  // namespace
}  // namespace sockarium::test
