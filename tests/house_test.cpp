// The house checks itself: this test reads the sources. Arrows between the rooms only go down; the model
// calls no clock, file, thread or floating point; lists in the README are true.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "build_info.h"

namespace {

namespace fs = std::filesystem;
const fs::path root = SOCKARIUM_SOURCE_DIR;

struct Source {
  std::string path;  ///< «sim/tcp/input.cpp»
  std::vector<std::string> lines;
};

std::vector<Source> sources(const std::string& under) {
  std::vector<Source> all;
  for (const auto& entry : fs::recursive_directory_iterator(root / under)) {
    const std::string extension = entry.path().extension().string();
    if (!entry.is_regular_file() || (extension != ".h" && extension != ".cpp" && extension != ".def"))
      continue;
    Source source;
    source.path = fs::relative(entry.path(), root).generic_string();
    std::ifstream in(entry.path());
    for (std::string line; std::getline(in, line);) source.lines.push_back(line);
    all.push_back(std::move(source));
  }
  std::sort(all.begin(), all.end(), [](const Source& a, const Source& b) { return a.path < b.path; });
  EXPECT_FALSE(all.empty()) << "no source below " << under;
  return all;
}

std::string text_of(const fs::path& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

bool starts_with(const std::string& text, const std::string& start) {
  return text.rfind(start, 0) == 0;
}

/// «sim/tcp» for «sim/tcp/input.cpp»; «sim» for «sim/world.h».
std::string room_of(const std::string& path) {
  return path.substr(0, path.rfind('/'));
}

/// Which rooms of sim a room may include, besides itself and the three headers that all share (world, step,
/// record).
const std::map<std::string, std::vector<std::string>>& arrows() {
  static const std::vector<std::string> up_to_inet{"sim/core", "sim/wire", "sim/inet"};
  static const std::vector<std::string> below_kernel{"sim/core", "sim/wire",    "sim/inet",
                                                     "sim/tcp",  "sim/udp",     "sim/packet",
                                                     "sim/unix", "sim/netlink", "sim/poll"};
  static const std::vector<std::string> all = [] {
    std::vector<std::string> rooms = below_kernel;
    rooms.insert(rooms.end(), {"sim/kernel", "sim"});
    return rooms;
  }();
  static const std::map<std::string, std::vector<std::string>> table{
      {"sim/core", {}},
      {"sim/wire", {"sim/core"}},
      {"sim/inet", {"sim/core", "sim/wire"}},
      {"sim/tcp", up_to_inet},
      {"sim/udp", up_to_inet},
      {"sim/packet", up_to_inet},
      {"sim/unix", up_to_inet},
      {"sim/netlink", up_to_inet},
      {"sim/poll", {"sim/core"}},
      {"sim/kernel", below_kernel},
      {"sim/observe", all},
      {"sim", all},
  };
  return table;
}

std::string included(const std::string& line) {
  static const std::regex pattern("^#include \"([^\"]+)\"");
  std::smatch match;
  return std::regex_search(line, match, pattern) ? match[1].str() : "";
}

TEST(House, ArrowsBetweenTheRoomsOfTheModelGoDown) {
  const std::vector<std::string> shared{"sim/world.h", "sim/step.h", "sim/record.h", "sim/setup.h"};
  for (const Source& source : sources("sim")) {
    const std::string room = room_of(source.path);
    ASSERT_TRUE(arrows().count(room)) << "unknown room " << room << ": say in this test what it may use";
    for (const std::string& line : source.lines) {
      const std::string file = included(line);
      if (file.empty()) continue;
      const bool is_shared = std::find(shared.begin(), shared.end(), file) != shared.end();
      const bool may_share = room != "sim/core" && room != "sim/wire";
      const std::string other = room_of(file);
      const std::vector<std::string>& may = arrows().at(room);
      const bool fine =
          other == room || (is_shared && may_share) || std::find(may.begin(), may.end(), other) != may.end();
      EXPECT_TRUE(fine) << source.path << " includes " << file << ": that arrow goes up";
    }
  }
}

TEST(House, RoomsDoNotTouchThePartsOfTheWorldAboveThem) {
  const std::map<std::string, std::vector<std::string>> forbidden{
      {"sim/inet", {"world.tcp", "world.udp", "world.unix", "world.netlink", "world.kernel"}},
      {"sim/tcp", {"world.udp", "world.unix", "world.netlink", "world.kernel"}},
      {"sim/udp", {"world.tcp", "world.unix", "world.netlink", "world.kernel"}},
      {"sim/packet", {"world.tcp", "world.udp", "world.unix", "world.netlink", "world.kernel"}},
      {"sim/unix", {"world.tcp", "world.udp", "world.netlink", "world.kernel"}},
      {"sim/netlink", {"world.tcp", "world.udp", "world.unix", "world.kernel"}},
      {"sim/poll", {"world.inet", "world.tcp", "world.udp", "world.unix", "world.netlink", "world.kernel"}},
  };
  for (const Source& source : sources("sim"))
    if (const auto rule = forbidden.find(room_of(source.path)); rule != forbidden.end()) {
      for (const std::string& line : source.lines)
        for (const std::string& part : rule->second)
          EXPECT_EQ(line.find(part + "."), std::string::npos) << source.path << ": " << line;
    }
}

TEST(House, TheFloorsAreGuiOverLabOverSim) {
  for (const Source& source : sources("sim"))
    for (const std::string& line : source.lines)
      EXPECT_FALSE(starts_with(included(line), "lab/") || starts_with(included(line), "gui/"))
          << source.path << ": " << line;
  for (const Source& source : sources("lab"))
    for (const std::string& line : source.lines)
      EXPECT_FALSE(starts_with(included(line), "gui/")) << source.path << ": " << line;
}

TEST(House, TheModelReadsNoClockFileThreadOrFloat) {
  const std::vector<std::pair<std::regex, std::string>> banned{
      {std::regex("\\b(double|float)\\b"), "floating point differs between machines: use integers"},
      {std::regex("<(chrono|thread|mutex|atomic|fstream|iostream|random|filesystem|ctime)>"),
       "no clock, thread, file or foreign chance in the model"},
      {std::regex("\\b(rand|time|clock|getenv|fopen|system)\\("), "no input but the journal's"},
      {std::regex("std::(unordered_map|unordered_set)<"),
       "hash tables have an order that must not leak: use HashIndex"},
      {std::regex("\\bvirtual\\b"), "no virtual functions in the model: a call names what it calls"},
  };
  for (const Source& source : sources("sim")) {
    if (source.path == "sim/core/bytes.h") continue;  // its chunks are asked by name and never walked
    for (const std::string& line : source.lines) {
      const std::string code = line.substr(0, line.find("//"));
      for (const auto& [pattern, instead] : banned)
        EXPECT_FALSE(std::regex_search(code, pattern)) << source.path << ": " << line << "\n  " << instead;
    }
  }
}

TEST(House, EveryFileSaysWhatItIs) {
  for (const char* floor : {"sim", "lab", "gui", "tests"})
    for (const Source& source : sources(floor)) {
      ASSERT_FALSE(source.lines.empty()) << source.path;
      // A .cpp beside its header may leave the words to the header.
      const fs::path header = (root / source.path).replace_extension(".h");
      const bool beside = header != root / source.path && fs::exists(header);
      EXPECT_TRUE(beside || starts_with(source.lines[0], "//"))
          << source.path << " begins without a word on its idea";
    }
}

TEST(House, TheProjectSpeaksOfItselfAlone) {
  const std::vector<std::string> files{"README.md", "dev", "CMakeLists.txt", ".ci/run"};
  for (const std::string& file : files)
    EXPECT_EQ(text_of(root / file).find("/work/"), std::string::npos)
        << file << " names a path of one machine";
}

TEST(House, TheReadmeCountsTheLedger) {
  const std::regex entry("^SOCKARIUM_KNOWN_DIFFERENCE\\(");
  std::size_t entries = 0;
  std::ifstream ledger(root / "lab/compare/known_differences.def");
  for (std::string line; std::getline(ledger, line);) entries += std::regex_search(line, entry) ? 1 : 0;
  const std::string sentence =
      "The ledger has " + std::to_string(entries) + (entries == 1 ? " entry." : " entries.");
  EXPECT_NE(text_of(root / "README.md").find(sentence), std::string::npos) << sentence;
}

TEST(House, TheReadmeNamesEveryRoomAndEveryScenario) {
  const std::string readme = text_of(root / "README.md");
  for (const auto& [room, may] : arrows())
    EXPECT_NE(readme.find(room + (room == "sim" ? "/world.h" : "/")), std::string::npos) << room;
  for (const auto& entry : fs::directory_iterator(root / "lab"))
    if (entry.is_directory()) {
      EXPECT_NE(readme.find("lab/" + entry.path().filename().string()), std::string::npos) << entry.path();
    }
  for (const auto& entry : fs::directory_iterator(root / "scenarios"))
    EXPECT_NE(readme.find(entry.path().filename().string()), std::string::npos) << entry.path();
}

}  // namespace
