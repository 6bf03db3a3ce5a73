// What Linux does stands row by row in tests/kernel-facts.md; tests and scenarios cite the rows that they
// show («fact 1-01», «facts 4.2-03, 4.2-04», a whole table as «fact 2A»). This test reads both, so that no
// citation is of a row that does not exist, and prints the rows that nobody cites.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "build_info.h"

namespace {

namespace fs = std::filesystem;
const fs::path root = SOCKARIUM_SOURCE_DIR;

/// Number → its line of the table.
std::map<std::string, std::string> rows() {
  std::map<std::string, std::string> all;
  std::ifstream table(root / "tests/kernel-facts.md");
  static const std::regex row(R"(^\| (\d[.\dA-Z]*-\d\d) \| (.*))");
  std::smatch found;
  for (std::string line; std::getline(table, line);)
    if (std::regex_search(line, found, row)) all[found[1]] = found[2];
  return all;
}

struct Citation {
  std::string number, where;
};

std::vector<Citation> citations() {
  std::vector<Citation> all;
  static const std::regex words(R"((?://|--).*\bfacts? ((?:\d[.\dA-Z]*(?:-\d\d)?(?:, | and )?)+))");
  static const std::regex number(R"(\d[.\dA-Z]*(?:-\d\d)?)");
  for (const char* folder : {"tests", "scenarios"})
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      const std::string extension = entry.path().extension().string();
      if (extension != ".cpp" && extension != ".lua") continue;
      std::ifstream file(entry.path());
      std::smatch found;
      int n = 0;
      for (std::string line; std::getline(file, line);) {
        ++n;
        if (!std::regex_search(line, found, words) || entry.path().filename() == "facts_test.cpp") continue;
        const std::string cited = found[1];
        for (std::sregex_iterator each(cited.begin(), cited.end(), number), end; each != end; ++each)
          all.push_back(
              {each->str(), fs::relative(entry.path(), root).generic_string() + ":" + std::to_string(n)});
      }
    }
  return all;
}

/// «2A» stands for all rows of its table.
bool covers(const std::string& cited, const std::string& row) {
  return cited == row || row.rfind(cited + "-", 0) == 0;
}

}  // namespace

TEST(KernelFacts, EveryCitationIsOfARowThatExists) {
  const auto table = rows();
  ASSERT_GT(table.size(), 250U);
  for (const Citation& citation : citations())
    EXPECT_TRUE(std::any_of(table.begin(), table.end(),
                            [&](const auto& row) { return covers(citation.number, row.first); }))
        << citation.where << " cites fact " << citation.number << ", which tests/kernel-facts.md has not";
}

TEST(KernelFacts, RowsThatNobodyCitesArePrinted) {
  std::set<std::string> cited;
  for (const Citation& citation : citations()) cited.insert(citation.number);
  std::size_t missing = 0;
  const auto table = rows();
  for (const auto& [number, text] : table) {
    if (std::any_of(cited.begin(), cited.end(), [&](const std::string& one) { return covers(one, number); }))
      continue;
    ++missing;
    std::cout << "not cited: " << number << "  " << text << "\n";
  }
  std::cout << table.size() - missing << " of " << table.size() << " rows are cited\n";
}
