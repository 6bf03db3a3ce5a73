// The course: every shipped scenario holds what it expects, with its own knobs and with turned ones, and is
// the same the second time and from every keyframe.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "build_info.h"
#include "lab/script/lesson.h"
#include "lab/script/lesson_run.h"
#include "lab/script/scenario.h"
#include "lab/script/session_view.h"
#include "lab/session/session.h"
#include "sim/core/chance.h"
#include "tests/support/invariants.h"
#include "tests/support/reached.h"

namespace sockarium::test {
namespace {

std::vector<std::string> course() {
  std::vector<std::string> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(SOCKARIUM_SOURCE_DIR) + "/scenarios"))
    files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  return files;
}

class Course : public testing::TestWithParam<std::string> {
 protected:
  std::shared_ptr<const script::Scenario> load(const script::LoadOptions& options = {}) {
    script::LoadResult loaded = script::load_file(GetParam(), options);
    if (const auto* error = std::get_if<script::LoadError>(&loaded)) {
      ADD_FAILURE() << error->format();
      return nullptr;
    }
    return std::get<std::shared_ptr<const script::Scenario>>(loaded);
  }
};

TEST_P(Course, HoldsWhatItExpects) {
  const auto scenario = load();
  ASSERT_NE(scenario, nullptr);
  EXPECT_FALSE(scenario->title.empty());
  EXPECT_FALSE(scenario->limits.empty()) << "say what the model leaves out here";
  EXPECT_FALSE(scenario->predictions.empty()) << "a lesson asks something";
  ASSERT_FALSE(scenario->expectations.empty());
  Session session(scenario->setup, script::programs_of(scenario));
  session.run_to_end();
  session.seek(session.head());
  note_reached(session, true);
  script::LessonRun lesson;
  lesson.update(session, session.world(), scenario.get());
  for (const script::Expectation& expectation : scenario->expectations) {
    const auto event = lesson.event_of(session, expectation.when);
    ASSERT_TRUE(event) << expectation.text << ": its moment never comes";
    session.seek(*event);
    const script::SessionView view(session.world(), session.bytes(), session.records());
    const script::Judgement judged = script::evaluate(*scenario, expectation, view);
    EXPECT_EQ(judged.verdict, script::Verdict::Holds) << expectation.text << ": " << judged.got;
  }
  EXPECT_EQ(lesson.questions().size(), scenario->predictions.size());
  for (const script::Question& question : lesson.questions()) EXPECT_EQ(question.error, "") << question.ask;
}

TEST_P(Course, IsTheSameTheSecondTimeAndAtAnySeek) {
  const auto scenario = load();
  ASSERT_NE(scenario, nullptr);
  Session straight(scenario->setup, script::programs_of(scenario));
  Session seeking(scenario->setup, script::programs_of(load()));
  seeking.run_to_end();
  std::vector<std::uint64_t> hashes{straight.world().hash()};
  while (straight.run_ahead(1)) {
    straight.seek(straight.head());
    hashes.push_back(straight.world().hash());
    const std::string broken = broken_invariant(straight.world());
    ASSERT_EQ(broken, "") << "event " << straight.cursor();
  }
  ASSERT_EQ(seeking.head(), straight.head());
  for (std::uint64_t event = seeking.head() + 1; event-- > 0;) {
    seeking.seek(event);
    ASSERT_EQ(seeking.world().hash(), hashes[event]) << "backwards, event " << event;
  }
  for (std::uint64_t probe = 0; probe < 40; ++probe) {
    const std::uint64_t event = chance(3, Place::TaskRandom, 0, probe) % hashes.size();
    seeking.seek(event);
    ASSERT_EQ(seeking.world().hash(), hashes[event]) << "event " << event;
  }
}

TEST_P(Course, CanBeContinuedDifferentlyFromAnyPacketInFlight) {
  const auto scenario = load();
  ASSERT_NE(scenario, nullptr);
  Session session(scenario->setup, script::programs_of(scenario));
  session.run_to_end();
  const std::uint64_t trunk_end = session.head();
  for (std::uint64_t event = 1; event < trunk_end; event += 7) {
    session.switch_branch(0);
    session.seek(event);
    const PacketId packet = session.world().wire.in_flight.first();
    if (!packet) continue;
    ASSERT_EQ(session.intervene(DropPacket{packet}, "drop"), "");
    session.run_to_end();
    session.seek(session.head());
    ASSERT_EQ(broken_invariant(session.world()), "") << "after a drop at event " << event;
  }
}

INSTANTIATE_TEST_SUITE_P(Scenarios, Course, testing::ValuesIn(course()), [](const auto& param) {
  std::string name = std::filesystem::path(param.param).stem().string();
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
});

TEST(Knobs, TurnedTheyLeadToOtherTruths) {
  script::LoadOptions options;
  options.params["backlog"] = "4";
  const auto loaded =
      script::load_file(std::string(SOCKARIUM_SOURCE_DIR) + "/scenarios/03-backlog-overflow.lua", options);
  const auto scenario = std::get<std::shared_ptr<const script::Scenario>>(loaded);
  Session session(scenario->setup, script::programs_of(scenario));
  session.run_to_end();
  session.seek(session.head());
  script::LessonRun lesson;
  lesson.update(session, session.world(), scenario.get());
  ASSERT_FALSE(lesson.questions().empty());
  EXPECT_EQ(lesson.questions()[0].answer, "5");
}

}  // namespace
}  // namespace sockarium::test
