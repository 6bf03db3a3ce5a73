// The timeline's lanes: bars of state, marks on the wire, what programs do.
#include "lab/picture/lanes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/small_worlds.h"

namespace sockarium {

using namespace literals;
using picture::LaneKind;
using picture::MarkKind;
using picture::Timeline;
using picture::TimelineLane;
using test::Story;
using ::testing::ElementsAre;

namespace {

std::vector<std::string> labels(const TimelineLane& lane) {
  std::vector<std::string> all;
  for (const picture::LaneSpan& span : lane.spans) all.push_back(span.label);
  return all;
}

const TimelineLane& lane(const Timeline& timeline, const std::string& label) {
  for (const TimelineLane& found : timeline.lanes())
    if (found.label == label) return found;
  ADD_FAILURE() << "no lane " << label;
  return timeline.lanes().front();
}

}  // namespace

TEST(Timeline, ShowsTheStatesOfAConnection) {
  Story run(test::request_and_goodbye());
  run.to_the_end();
  Timeline timeline;
  timeline.follow(run.world(), run.bytes(), run.records());
  const TimelineLane& client = lane(timeline, "cli curl");
  EXPECT_THAT(labels(client), ElementsAre("SYN-SENT", "ESTABLISHED", "FIN-WAIT-1", "TIME-WAIT"));
  EXPECT_FALSE(client.passive);
  EXPECT_EQ(client.spans[0].from, 1001_us);
  EXPECT_EQ(client.spans[0].to, 21001_us);
  EXPECT_EQ(client.spans.back().to, client.spans.back().from + 60_s);
}

TEST(Timeline, MarksDropsAndRetransmissions) {
  Story run(test::overflowing_backlog());
  run.to_the_end();
  Timeline timeline;
  timeline.follow(run.world(), run.bytes(), run.records());
  const TimelineLane& wire = lane(timeline, "wire");
  std::size_t drops = 0;
  std::size_t again = 0;
  for (const picture::LaneMark& mark : wire.marks) {
    drops += mark.kind == MarkKind::Drop ? 1 : 0;
    again += mark.kind == MarkKind::Retransmission ? 1 : 0;
  }
  EXPECT_EQ(drops, 2U);
  EXPECT_EQ(again, 1U);
  EXPECT_THAT(labels(lane(timeline, "cli curl-4")), ElementsAre("SYN-SENT", "retry 1"));
  EXPECT_EQ(lane(timeline, "cli curl-4").spans.back().to, never);
}

TEST(Timeline, ShowsWhatProgramsWaitFor) {
  Story run(test::handshake());
  run.to_the_end();
  Timeline timeline;
  timeline.follow(run.world(), run.bytes(), run.records());
  const TimelineLane& web = lane(timeline, "srv web");
  EXPECT_EQ(web.kind, LaneKind::Process);
  EXPECT_THAT(labels(web), ElementsAre("runs", "accept", "runs", "sleep 1 s"));
}

TEST(Timeline, ReadsOnWhereItStopped) {
  Story run(test::request_and_goodbye());
  Timeline step_by_step;
  while (run.session().run_ahead(1)) {
    run.session().seek(run.session().head());
    step_by_step.follow(run.world(), run.bytes(), run.records());
  }
  Timeline at_once;
  at_once.follow(run.world(), run.bytes(), run.records());
  ASSERT_EQ(step_by_step.lanes().size(), at_once.lanes().size());
  for (std::size_t i = 0; i < at_once.lanes().size(); ++i) {
    EXPECT_EQ(step_by_step.lanes()[i].label, at_once.lanes()[i].label);
    EXPECT_EQ(labels(step_by_step.lanes()[i]), labels(at_once.lanes()[i]));
    EXPECT_EQ(step_by_step.lanes()[i].marks.size(), at_once.lanes()[i].marks.size());
  }
}

TEST(Timeline, CountsTheConnectionsThatHaveNoLane) {
  Story run(test::overflowing_backlog());
  run.to_the_end();
  Timeline timeline(3);
  timeline.follow(run.world(), run.bytes(), run.records());
  std::size_t connections = 0;
  for (const TimelineLane& found : timeline.lanes())
    connections += found.kind == LaneKind::Connection ? 1 : 0;
  EXPECT_EQ(connections, 3U);
  EXPECT_GT(timeline.hidden(), 0U);
}

}  // namespace sockarium
