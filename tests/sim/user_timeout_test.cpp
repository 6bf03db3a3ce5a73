// TCP_USER_TIMEOUT: how long data may stay unacknowledged.
#include <gtest/gtest.h>

#include "tests/support/lab.h"

namespace sockarium::test {
namespace {

/// A client that sends after its server has fallen silent, and what its recv() gives, and when.
CallLine after_silence(std::int64_t user_timeout) {
  Lab lab(10_ms);
  lab.program("srv", "web", {socket(), bind(3, 80), listen(3, 5), accept(3), sleep(2000_s)});
  lab.program("cli", "curl",
              {socket(), set(3, Option::UserTimeout, user_timeout), connect(3, 80), sleep(99_ms), send(3, 5),
               recv(3, 10)})
      .starting(1_ms);
  FilterSetup silence;
  silence.host = 1;
  silence.rule.on = 60_ms;
  lab.setup.filters.push_back(silence);
  lab.run(2000_s);
  return lab.call("curl", "recv");
}

TEST(UserTimeout, GivesUpWhenItIsOver) {
  const CallLine call = after_silence(1500);
  EXPECT_EQ(call.result.error, Errno::TIMEDOUT);
  EXPECT_NEAR(static_cast<double>(call.returned - call.entered), 1.5e9, 5e6);
}

TEST(UserTimeout, ZeroLeavesItToTcpRetries2) {
  const CallLine call = after_silence(0);
  EXPECT_EQ(call.result.error, Errno::TIMEDOUT);
  EXPECT_GT(call.returned - call.entered, 900_s);
}

TEST(UserTimeout, IsToldAndBounded) {
  Lab lab;
  lab.program("cli", "curl",
              {socket(), set(3, Option::UserTimeout, 1500), get(3, Option::UserTimeout),
               set(3, Option::UserTimeout, -1)});
  lab.run();
  EXPECT_EQ(lab.result("curl", "getsockopt").value, 1500);
  EXPECT_EQ(lab.result("curl", "setsockopt", 2).error, Errno::INVAL);
}

}  // namespace
}  // namespace sockarium::test
