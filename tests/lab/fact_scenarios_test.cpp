// What Linux does, as scenarios: each file of tests/facts holds what it expects, in the model. The same files
// agree with the real kernel: `sockarium compare tests/facts`.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "build_info.h"
#include "lab/script/lesson.h"
#include "lab/script/lesson_run.h"
#include "lab/script/scenario.h"
#include "lab/script/session_view.h"
#include "lab/session/session.h"
#include "tests/support/invariants.h"
#include "tests/support/reached.h"

namespace sockarium::test {
namespace {

std::vector<std::string> files() {
  std::vector<std::string> all;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(SOCKARIUM_SOURCE_DIR) + "/tests/facts"))
    all.push_back(entry.path().string());
  std::sort(all.begin(), all.end());
  return all;
}

class Facts : public testing::TestWithParam<std::string> {};

TEST_P(Facts, Hold) {
  const script::LoadResult loaded = script::load_file(GetParam(), {});
  if (const auto* error = std::get_if<script::LoadError>(&loaded)) FAIL() << error->format();
  const auto scenario = std::get<std::shared_ptr<const script::Scenario>>(loaded);
  ASSERT_FALSE(scenario->expectations.empty());
  Session session(scenario->setup, script::programs_of(scenario));
  session.run_to_end();
  session.seek(session.head());
  note_reached(session);
  ASSERT_EQ(broken_invariant(session.world()), "");
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
}

INSTANTIATE_TEST_SUITE_P(Linux, Facts, testing::ValuesIn(files()), [](const auto& param) {
  return std::filesystem::path(param.param).stem().string();
});

}  // namespace
}  // namespace sockarium::test
