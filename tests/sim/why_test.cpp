// «Why did this happen?»: chains of causes that end at a program's decision, and absences that name who could
// have acted.
#include "sim/observe/why.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/small_worlds.h"

namespace sockarium {

using namespace literals;
using observe::WhyStep;
using test::Story;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

namespace {

/// The chain behind the last record for which `wanted` is true, at the moment when it has just happened.
std::vector<WhyStep> why_last(Story& run, const std::function<bool(const Record&)>& wanted) {
  run.to(wanted);
  RecordNumber last = 0;
  for (RecordNumber n = 1; n <= run.cursor(); ++n)
    if (wanted(run.records()[n - 1])) last = n;
  return observe::why(run.world(), run.bytes(), run.records(), last);
}

std::vector<std::string> sentences(const std::vector<WhyStep>& steps) {
  std::vector<std::string> all;
  for (const WhyStep& step : steps) all.push_back(step.sentence);
  return all;
}

}  // namespace

TEST(Why, ADroppedSynLeadsToTheProgramThatDoesNotAccept) {
  Story run(test::overflowing_backlog());
  const auto steps = why_last(run, test::is_drop);
  EXPECT_THAT(sentences(steps),
              ElementsAre(StartsWith("srv drops the SYN from cli:"),
                          StartsWith("the accept queue is full: 3 entries, backlog 2; cli:"),
                          "nobody has accepted a connection so far", "slowd sleeps in line 4, 9.869 s left",
                          "cli sends SYN to srv:80", "curl-4 calls connect(3, srv:80)"));
  EXPECT_FALSE(steps[0].aside);
  EXPECT_TRUE(steps[1].aside);
  EXPECT_EQ(steps[3].line, 4);
  EXPECT_THAT(steps[0].source, HasSubstr("sk_acceptq_is_full"));
}

TEST(Why, ARetransmissionNamesTheDropThatCausedIt) {
  Story run(test::overflowing_backlog());
  const auto steps = why_last(run, [](const Record& r) {
    const auto* sent = std::get_if<rec::PacketSent>(&r.what);
    return sent != nullptr && sent->again > 0;
  });
  ASSERT_THAT(steps, SizeIs(6));
  EXPECT_EQ(steps[1].sentence, "the retransmission timer runs out on cli after 1 s");
  EXPECT_THAT(steps[2].sentence, StartsWith("srv drops the SYN from cli:"));
  EXPECT_EQ(steps[5].sentence, "slowd sleeps in line 4, 8.879 s left");
}

TEST(Why, AnErrnoLeadsBackThroughTheAnswerToTheCall) {
  Story run(test::refused());
  EXPECT_THAT(sentences(why_last(run, test::is_failure)),
              ElementsAre("connect() fails in curl: ECONNREFUSED (Connection refused)",
                          HasSubstr("goes from SYN-SENT to CLOSED"), StartsWith("srv sends RST to cli:"),
                          "cli sends SYN to srv:81", "curl calls connect(3, srv:81)"));
}

TEST(Why, AnAddressInUseNamesWhoUsesIt) {
  Story run(test::client_and_server()
                .program(1, "web",
                         {sys::Socket{}, sys::Bind{3, 2, test::any_address(), 0, {}}, sys::Listen{3, 2},
                          sys::Accept{3, 0}})
                .program(1, "late", {sys::Socket{}, sys::Bind{3, 2, test::any_address(), 0, {}}}, 5_ms));
  const auto steps = why_last(run, test::is_failure);
  EXPECT_THAT(sentences(steps),
              ElementsAre("bind() fails in late: EADDRINUSE (Address already in use)",
                          "port 80 is held by *:80, LISTEN (web (pid 101))", "late calls bind(3, *:80)"));
}

TEST(Why, ABlockedRecvNamesWhatTheOtherProgramDoes) {
  Story run(test::client_and_server()
                .program(1, "web",
                         {sys::Socket{}, sys::Bind{3, 2, test::any_address(), 0, {}}, sys::Listen{3, 2},
                          sys::Accept{3, 0}, sys::Sleep{1_s}})
                .program(0, "curl",
                         {sys::Socket{}, sys::Connect{3, 2, test::server_port(), 0, {}}, sys::Recv{3, 0, 10}},
                         1_ms)
                .stop_at(900_ms));
  run.to(100_ms);
  const RecordNumber blocked = run.find([](const Record& r) {
    const auto* waits = std::get_if<rec::TaskBlocked>(&r.what);
    return waits != nullptr && r.time > 20_ms && waits->what == Readiness::Readable;
  });
  ASSERT_NE(blocked, 0U);
  const auto steps = observe::why(run.world(), run.bytes(), run.records(), blocked);
  ASSERT_GE(steps.size(), 3U);
  EXPECT_EQ(steps[0].sentence, "curl waits in recv(3, 10)");
  EXPECT_EQ(steps[1].sentence, "srv:80 has sent nothing more");
  EXPECT_THAT(steps[2].sentence, StartsWith("web sleeps in line 5"));
}

TEST(Why, StopsAtTheAskedNumberOfSteps) {
  Story run(test::overflowing_backlog());
  run.to(test::is_drop);
  EXPECT_THAT(observe::why(run.world(), run.bytes(), run.records(), run.cursor(), 3),
              SizeIs(testing::Le(3U)));
  EXPECT_THAT(observe::why(run.world(), run.bytes(), run.records(), 0), IsEmpty());
}

TEST(Why, EveryRecordHasAnAnswer) {
  for (const auto& world :
       {test::request_and_goodbye(), test::overflowing_backlog(), test::lost_syn(), test::refused()}) {
    Story run(world);
    run.to_the_end();
    for (RecordNumber n = 1; n <= run.records().size(); ++n)
      EXPECT_FALSE(observe::why(run.world(), run.bytes(), run.records(), n).empty())
          << run.narrator().describe(n);
  }
}

}  // namespace sockarium
