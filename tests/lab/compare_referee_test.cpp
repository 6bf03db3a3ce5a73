// The real kernel as referee: small runs on it agree with the model, differences are found, nothing is left
// behind. Where the machine gives no network namespaces, what needs them is skipped.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cerrno>

#include "lab/compare/difference.h"
#include "lab/compare/namespaces.h"
#include "lab/compare/referee.h"

namespace sockarium::compare {
namespace {

using testing::HasSubstr;

Line line(const std::string& text, Time time = 0, Duration gap = -1) {
  return {text, 0, time, gap};
}

TEST(Difference, WhatStandsBetweenTwoAgreementsIsShownSideBySide) {
  const Verdict verdict =
      compare({{"web", {line("a"), line("b"), line("c")}}}, {{"web", {line("a"), line("x"), line("c")}}}, 10);
  EXPECT_EQ(verdict.observations, 3u);
  EXPECT_EQ(verdict.same, 2u);
  ASSERT_EQ(verdict.unexplained.size(), 1u);
  EXPECT_EQ(verdict.unexplained[0].model->text, "b");
  EXPECT_EQ(verdict.unexplained[0].real->text, "x");
}

TEST(Difference, AMissingLineDoesNotMakeTheOthersDiffer) {
  const Verdict verdict =
      compare({{"web", {line("a"), line("b"), line("c")}}}, {{"web", {line("a"), line("c")}}}, 10);
  EXPECT_EQ(verdict.same, 2u);
  ASSERT_EQ(verdict.unexplained.size(), 1u);
  EXPECT_FALSE(verdict.unexplained[0].real);
}

TEST(Difference, AStrandThatOnlyTheRealKernelHasIsOne) {
  EXPECT_EQ(compare({}, {{"web", {line("a")}}}, 10).unexplained.size(), 1u);
}

TEST(Difference, WhatHappensAtTheVeryEndIsLeftOut) {
  const Verdict verdict = compare({{"web", {line("a", 11)}}}, {{"web", {}}}, 10);
  EXPECT_EQ(verdict.left_out, 1u);
  EXPECT_EQ(verdict.observations, 0u);
}

TEST(Difference, ATimerTwiceAsLongIsFound) {
  EXPECT_TRUE(agree(second, second + 60 * millisecond));
  EXPECT_FALSE(agree(second, 2 * second));
  EXPECT_FALSE(agree(second, second - 20 * millisecond));
  EXPECT_EQ(
      compare({{"s", {line("a", 0, second)}}}, {{"s", {line("a", 0, 2 * second)}}}, 10).unexplained.size(),
      1u);
}

/// Runs a scenario on both kernels; skips the test where that can't be done.
class Referee : public testing::Test {
 protected:
  nlohmann::json run(const std::string& text) {
    const script::LoadResult loaded = script::load_text("test.lua", text);
    if (const auto* error = std::get_if<script::LoadError>(&loaded)) {
      ADD_FAILURE() << error->format();
      return {};
    }
    const auto scenario = std::get<std::shared_ptr<const script::Scenario>>(loaded);
    Session session(scenario->setup, script::programs_of(scenario));
    session.run_to_end();
    report = referee(scenario, session, Request{second, false});
    return report.found;
  }
  Report report;
};

#define SKIP_WHERE_IMPOSSIBLE() \
  if (report.reached == Reached::Impossible) GTEST_SKIP() << report.why

constexpr const char* hosts =
    "local cli = host { name = 'cli', ip = '10.0.0.5' }\n"
    "local srv = host { name = 'srv', ip = '192.168.1.10' }\n"
    "local wire = link { cli, srv, delay = '5ms' }\n";

TEST_F(Referee, AgreesWithTheModelOnAConversation) {
  const nlohmann::json found =
      run(std::string(hosts) +
          "process(srv, 'web', function()\n"
          "  local fd = check(socket(AF_INET, SOCK_STREAM)) check(bind(fd, '0.0.0.0', 8080)) "
          "check(listen(fd, 2))\n"
          "  local conn, peer = check(accept(fd)) print(peer)\n"
          "  print(check(recv(conn, 100))) check(send(conn, '200 OK')) check(close(conn))\n"
          "end)\n"
          "process(cli, 'curl', { start = '1ms' }, function()\n"
          "  local fd = check(socket(AF_INET, SOCK_STREAM)) check(connect(fd, 'srv', 8080)) check(send(fd, "
          "'GET /'))\n"
          "  print(check(recv(fd, 100))) sleep('20ms') check(close(fd)) print(close(fd)) print(recv(fd, 1))\n"
          "end)\n");
  SKIP_WHERE_IMPOSSIBLE();
  ASSERT_EQ(report.reached, Reached::Compared) << report.why;
  EXPECT_EQ(found["unexplained"].size(), 0u) << found.dump(2);
  EXPECT_GT(found["same"].get<int>(), 20);
}

TEST_F(Referee, TheRelayDropsExactlyThePacketThatIsMeant) {
  const nlohmann::json found =
      run(std::string("scenario { version = 1, stop_at = '30ms' }\n") + hosts +
          "fault(wire, { from = cli, match = 'SYN', nth = 1, action = 'drop' })\n"
          "process(cli, 'curl', function()\n"
          "  local fd = check(socket(AF_INET, SOCK_STREAM)) connect(fd, 'srv', 8080)\n"
          "end)\n");
  SKIP_WHERE_IMPOSSIBLE();
  ASSERT_EQ(report.reached, Reached::Compared) << report.why;
  EXPECT_EQ(found["unexplained"].size(), 0u) << found.dump(2);
}

TEST_F(Referee, LeavesNoProcessBehind) {
  run(std::string(hosts) + "process(cli, 'p', function() sleep('1ms') end)\n");
  SKIP_WHERE_IMPOSSIBLE();
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST(Namespaces, WorkThatDoesNotEndIsEnded) {
  const Outcome outcome = in_new_namespaces(
      []() -> std::string {
        for (;;) {
        }
      },
      100 * millisecond);
  if (!outcome.possible) GTEST_SKIP();
  EXPECT_FALSE(outcome.in_time);
  EXPECT_FALSE(outcome.finished);
}

}  // namespace
}  // namespace sockarium::compare
