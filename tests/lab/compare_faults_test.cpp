// Does the referee see anything? Each patch of tests/faults makes one thing of the model wrong; `compare`
// must find it in the little scenario beside it, and find nothing when the model is as it should be.
//
// A patch begins with two lines of comment: what is wrong, and «found:» a piece of text that the report must
// show.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "build_info.h"
#include "tests/support/started.h"

namespace sockarium::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

const fs::path faults = fs::path(SOCKARIUM_SOURCE_DIR) / "tests" / "faults";
constexpr int seconds = 30;

struct Fault {
  std::string name, wrong, found;
};

void PrintTo(const Fault& fault, std::ostream* out) {
  *out << fault.name;
}

std::string after(const std::string& text, const std::string& mark) {
  return text.rfind(mark, 0) == 0 ? text.substr(mark.size()) : "";
}

std::vector<Fault> all_faults() {
  std::vector<Fault> all;
  for (const auto& entry : fs::directory_iterator(faults)) {
    if (entry.path().extension() != ".patch") continue;
    Fault fault;
    fault.name = entry.path().stem().string();
    std::ifstream file(entry.path());
    std::getline(file, fault.wrong);
    std::getline(file, fault.found);
    fault.wrong = after(fault.wrong, "# ");
    fault.found = after(fault.found, "# found: ");
    all.push_back(fault);
  }
  std::sort(all.begin(), all.end(), [](const Fault& a, const Fault& b) { return a.name < b.name; });
  return all;
}

class Faults : public testing::TestWithParam<Fault> {
 protected:
  void SetUp() override {
    static const std::string why = why_comparing_is_impossible();
    if (!why.empty()) GTEST_SKIP() << why;
  }
  Started compare_with(const std::string& program) const {
    return start(program, {"compare", (faults / (GetParam().name + ".lua")).string()}, folder.path,
                 folder.path / fs::path(program).filename());
  }
  Folder folder;
};

TEST_P(Faults, IsFoundByTheRealKernel) {
  const Fault& fault = GetParam();
  ASSERT_NE(fault.wrong, "") << "the first line of the patch says what is wrong: # ...";
  ASSERT_NE(fault.found, "") << "the second line of the patch says what the report must show: # found: ...";
  const Started started = compare_with(SOCKARIUM_BINARY_DIR "/faults/" + fault.name);
  const Started healthy = compare_with(SOCKARIUM_BINARY_DIR "/sockarium");
  const Ended found = wait_for(started, seconds);
  const Ended none = wait_for(healthy, seconds);
  EXPECT_EQ(none.code, 0) << "without the fault, nothing differs:\n" << none.text;
  EXPECT_EQ(found.code, 1) << fault.wrong << "\n" << found.text;
  EXPECT_THAT(found.text, HasSubstr(fault.found)) << fault.wrong;
}

TEST(Doctor, SaysInItsDocumentWhetherComparingIsPossible) {
  const Folder folder;
  const Ended doctor = wait_for(
      start(SOCKARIUM_BINARY_DIR "/sockarium", {"doctor", "--json"}, folder.path, folder.path / "doctor"),
      60);
  const nlohmann::json document = nlohmann::json::parse(doctor.text, nullptr, false);
  ASSERT_FALSE(document.is_discarded()) << doctor.text;
  int said = 0;
  for (const auto& finding : document["findings"]) {
    if (finding["what"] != "compare") continue;
    ++said;
    EXPECT_EQ(finding["fine"], why_comparing_is_impossible().empty());
  }
  EXPECT_EQ(said, 1);
}

INSTANTIATE_TEST_SUITE_P(Each, Faults, testing::ValuesIn(all_faults()), [](const auto& test) {
  std::string name = test.param.name;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace

}  // namespace sockarium::test
