// The command line as scripts see it: what goes to which stream, and the exit codes that never change.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "build_info.h"
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

struct Outcome {
  int code = -1;
  std::string out, err;
};

std::string slurp(const fs::path& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

class CommandLine : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "sockarium-cli-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder = pattern;
  }
  void TearDown() override { fs::remove_all(folder); }

  Outcome run(const std::string& arguments) const {
    const std::string command = "cd " + folder.string() +
                                " && env -u DISPLAY -u WAYLAND_DISPLAY " SOCKARIUM_BINARY_DIR "/sockarium " +
                                arguments + " >out 2>err </dev/null";
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, slurp(folder / "out"), slurp(folder / "err")};
  }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder / name, std::ios::binary) << text;
  }

  fs::path folder;
};

TEST_F(CommandLine, VersionAndHelpGoToStdoutAndAreFine) {
  EXPECT_EQ(run("--version").code, 0);
  EXPECT_THAT(run("--version").out, HasSubstr("sockarium 0."));
  EXPECT_EQ(run("--help").code, 0);
  for (const char* command : {"run", "narrate", "check", "compare", "view", "why", "sweep", "export", "list",
                              "show", "doctor", "gui"}) {
    const Outcome help = run(std::string(command) + " --help");
    EXPECT_EQ(help.code, 0) << command;
    EXPECT_THAT(help.out, HasSubstr("Examples:")) << command;
    EXPECT_THAT(run("--help").out, HasSubstr(command));
  }
}

constexpr const char* sleeper = R"(
scenario { title = "Sleeper" }
params { n = 1, apart = "1ms" }
local h = host { name = "h", ip = "10.0.0.1" }
process(h, "p", function() for _ = 1, params.n do sleep(params.apart) end end)
measure("calls", function(w) return w:costs("p").calls end)
measure("switches", function(w) return w:costs("p").switches end)
)";

TEST_F(CommandLine, ExportWritesARunStepByStep) {
  write("s.lua", sleeper);
  const Outcome done = run("export s.lua --set n=3 --frames film --step call --size 640x480");
  EXPECT_EQ(done.code, 0) << done.err;
  std::size_t pictures = 0;
  for (const auto& file : fs::directory_iterator(folder / "film")) {
    EXPECT_EQ(slurp(file.path()).substr(1, 3), "PNG") << file.path();
    ++pictures;
  }
  // The start, each of three calls and its return, and the program's end.
  EXPECT_GE(pictures, 5U);
  EXPECT_LE(pictures, 9U);
  EXPECT_NE(slurp(folder / "film/0001.png"), slurp(folder / "film/0003.png")) << "each at its own moment";
  EXPECT_EQ(run("export s.lua --set n=3 --frames film --step call --size 640x480").code, 4) << "they are there";
  EXPECT_EQ(run("export s.lua --set n=3 --frames short --from 1ms --to 2ms --size 640x480").code, 0);
}

TEST_F(CommandLine, AnAnimationThatCannotBeMadeIsRefusedBeforeAnythingIsDrawn) {
  write("s.lua", sleeper);
  const Outcome wrong = run("export s.lua --animation film.mp4");
  EXPECT_EQ(wrong.code, 2);
  EXPECT_THAT(wrong.err, HasSubstr(".webp or .gif"));
  const Outcome backwards = run("export s.lua --frames film --from 1ms --to 0ms");
  EXPECT_EQ(backwards.code, 2);
  EXPECT_THAT(backwards.err, HasSubstr("behind --to"));
  const Outcome endless = run("export s.lua --set n=5000 --frames film --step event");
  EXPECT_EQ(endless.code, 2);
  EXPECT_THAT(endless.err, HasSubstr("more than 2000 pictures"));
  const std::string without = "cd " + folder.string() +
                              " && PATH=/nowhere " SOCKARIUM_BINARY_DIR
                              "/sockarium export s.lua --animation film.webp >out 2>err";
  EXPECT_EQ(WEXITSTATUS(std::system(without.c_str())), 3);
  EXPECT_THAT(slurp(folder / "err"), HasSubstr("install the package webp"));
  EXPECT_FALSE(fs::exists(folder / "film.webp"));
}

TEST_F(CommandLine, SweepTurnsAKnobAndShowsWhatIsMeasured) {
  write("s.lua", sleeper);
  EXPECT_EQ(run("sweep s.lua --set n=1..3").out,
            "n  calls  switches\n1      2         1\n2      3         2\n3      4         3\n");
  EXPECT_EQ(run("sweep s.lua --set n=1..100*10 --csv -").out,
            "n,calls,switches\n1,2,1\n10,11,10\n100,101,100\n");
  EXPECT_EQ(run("sweep s.lua --set n=2..6+2 --csv -").out, "n,calls,switches\n2,3,2\n4,5,4\n6,7,6\n");
  EXPECT_EQ(run("sweep s.lua --set n=2 --set apart=1ms,2ms --csv -").out,
            "apart,calls,switches\n1ms,3,2\n2ms,3,2\n");
  EXPECT_EQ(run("sweep s.lua --set n=1..100*10 --svg plot.svg").code, 0);
  EXPECT_THAT(slurp(folder / "plot.svg"), HasSubstr("switches"));
  EXPECT_EQ(run("sweep s.lua --set n=1..3 --svg plot.svg").code, 4);  // it is there
  const auto document = nlohmann::json::parse(run("sweep s.lua --set n=1..2 --json").out);
  EXPECT_EQ(document["runs"][1]["measured"][0], 3.0);
}

TEST_F(CommandLine, SweepSaysWhatItNeeds) {
  write("s.lua", sleeper);
  EXPECT_THAT(run("sweep s.lua").err, HasSubstr("say which knob is to be turned"));
  EXPECT_THAT(run("sweep s.lua --set n=1..2 --set apart=1ms,2ms").err, HasSubstr("one knob at a time"));
  EXPECT_THAT(run("sweep s.lua --set n=9..3").err, HasSubstr("no range"));
  EXPECT_THAT(run("sweep s.lua --set apart=1ms,2ms --svg x.svg").err,
              HasSubstr("a plot needs ascending whole numbers"));
  EXPECT_THAT(run("sweep H1 --set delay=10ms,20ms").err, HasSubstr("the scenario measures nothing"));
  for (const char* wrong :
       {"sweep s.lua", "sweep s.lua --set n=9..3", "sweep s.lua --set n=1..3 --set m=1,2"})
    EXPECT_EQ(run(wrong).code, 2) << wrong;
}

TEST_F(CommandLine, WrongUsageIsTwoWithAWordOnStderr) {
  for (const char* wrong :
       {"frobnicate", "run", "run H1 --colour", "view H1 --as nonsense", "run H1 --set backlog",
        "run H1 --at never", "run H1 --at 99999", "export H1", "export H1 --svg x --size big"}) {
    const Outcome outcome = run(wrong);
    EXPECT_EQ(outcome.code, 2) << wrong << "\n" << outcome.err;
    EXPECT_EQ(outcome.out, "") << wrong;
    EXPECT_NE(outcome.err, "") << wrong;
  }
}

TEST_F(CommandLine, WithoutADisplayTheWindowSaysSoAndWhatToDo) {
  for (const char* command : {"", "gui H1"}) {
    const Outcome outcome = run(command);
    EXPECT_EQ(outcome.code, 3) << command;
    EXPECT_THAT(outcome.err, HasSubstr("display"));
    EXPECT_THAT(outcome.err, HasSubstr("run")) << "points to what works";
  }
}

TEST_F(CommandLine, CheckEndsWithTheCountAndFailsWithOne) {
  const Outcome fine = run("check H1 C1 Q1");
  EXPECT_EQ(fine.code, 0) << fine.out;
  EXPECT_THAT(fine.out, testing::EndsWith("passed, 0 failed\n"));
  write("wrong.lua",
        "local h = host { name = 'h', ip = '10.0.0.1' }\n"
        "process(h, 'p', function() sleep('1ms') end)\n"
        "expect('the impossible', function(w) return w.time > 5, 'time was ' .. w.time end)\n");
  const Outcome wrong = run("check wrong.lua");
  EXPECT_EQ(wrong.code, 1);
  EXPECT_THAT(wrong.out, HasSubstr("wrong.lua:3: the impossible"));
  EXPECT_THAT(wrong.out, testing::EndsWith("0 passed, 1 failed\n"));
}

TEST_F(CommandLine, TheLadderOfAHandshakeIsRight) {
  const Outcome outcome = run("view H1 --as ladder --no-calls --at 40ms");
  ASSERT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.out, HasSubstr("SYN seq 0"));
  EXPECT_THAT(outcome.out, HasSubstr("SYN-ACK seq 0 ack 1"));
  EXPECT_THAT(outcome.out, HasSubstr("ACK ack 1"));
  for (const char* state : {"LISTEN", "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED"})
    EXPECT_THAT(outcome.out, HasSubstr(state));
  EXPECT_LT(outcome.out.find("SYN seq 0"), outcome.out.find("SYN-ACK seq 0"));
}

TEST_F(CommandLine, ExportsWholeFilesAndOverwritesOnlyWhenTold) {
  ASSERT_EQ(
      run("export Q1 --at first-drop --svg q.svg --txt q.txt --json q.json --png q.png --size 1280x720").code,
      0);
  EXPECT_THAT(slurp(folder / "q.svg"), testing::StartsWith("<"));
  EXPECT_THAT(slurp(folder / "q.txt"), HasSubstr("SYN"));
  EXPECT_EQ(slurp(folder / "q.png").substr(1, 3), "PNG");
  const auto document = nlohmann::json::parse(slurp(folder / "q.json"));
  EXPECT_EQ(document["schema"], 1);
  const Outcome again = run("export Q1 --svg q.svg");
  EXPECT_EQ(again.code, 4);
  EXPECT_THAT(again.err, HasSubstr("--force"));
  EXPECT_EQ(run("export Q1 --svg q.svg --force").code, 0);
  EXPECT_EQ(run("export Q1 --svg no/such/folder/q.svg").code, 4);
}

TEST_F(CommandLine, AScenarioWithItsKnobsAndDeedsIsAFileThatNeedsNoOptions) {
  write("s.lua", std::string(sleeper) + "deed { at = \"2500us\", kill = \"p\" }\n");
  const std::string told = run("run s.lua --set n=5 --seed 3 --hash").out;
  EXPECT_EQ(run("export s.lua --set n=5 --seed 3 --lua mine.lua").code, 0);
  EXPECT_EQ(run("run mine.lua --hash").out, told);
  EXPECT_NE(run("run s.lua --set n=5 --seed 4 --hash").out, "");
  EXPECT_EQ(run("export s.lua --set n=5 --lua mine.lua").code, 4) << "it is there";
  write("s.lua", std::string(sleeper) + "deed { at = \"9s\", kill = \"p\" }\n");
  const Outcome late = run("run s.lua");
  EXPECT_EQ(late.code, 2);
  EXPECT_THAT(late.err, HasSubstr("s.lua:8: error: no process 'p' lives at this moment"));
}

TEST_F(CommandLine, JsonIsOneDocumentAlsoForErrors) {
  for (const char* command : {"run H1 --json", "check H1 --json", "list --json", "doctor --json"}) {
    const Outcome outcome = run(command);
    EXPECT_EQ(outcome.code, 0) << command;
    EXPECT_EQ(nlohmann::json::parse(outcome.out)["schema"], 1) << command;
  }
  write("broken.lua", "host { name = 'h', ip = '10.0.0.1' }\nlisen(3)\n");
  const Outcome broken = run("run broken.lua --json");
  EXPECT_EQ(broken.code, 2);
  const auto error = nlohmann::json::parse(broken.out)["error"];
  EXPECT_EQ(error["line"], 2);
  EXPECT_THAT(error["hint"].get<std::string>(), HasSubstr("listen"));
}

TEST_F(CommandLine, IsTheSameEveryTimeAndDiffersWithTheSeed) {
  EXPECT_EQ(run("run Q1").out, run("run Q1").out);
  EXPECT_EQ(run("run Q1 --hash").out, run("run Q1 --hash").out);
  EXPECT_NE(run("run Q1 --hash").out, run("run Q1 --hash --seed 2").out);
}

struct BadFile {
  const char* title;
  std::string text;
  int code;
  const char* says;
};

TEST_F(CommandLine, BadFilesEndInOneMessage) {
  const std::string head = "local h = host { name = 'h', ip = '10.0.0.1' }\n";
  const std::vector<BadFile> cases{
      {"empty", "", 2, "empty"},
      {"binary",
       std::string("\x7f"
                   "ELF\0\1\2",
                   7),
       2, "text"},
      {"syntax error", head + "process(h, 'p', function( end)\n", 2, "bad.lua:2"},
      {"unknown function", head + "process(h, 'p', function() end)\nlisen(1)\n", 2, "listen"},
      {"wrong type", "host { name = 5, ip = '10.0.0.1' }\n", 2, "bad.lua:1"},
      {"impossible address", "host { name = 'h', ip = '10.0.0.300' }\n", 2, "10.0.0.300"},
      {"endless loop on top", head + "while true do end\n", 2, "bad.lua:2"},
      {"memory bomb on top", head + "local t = {} while true do t[#t + 1] = ('x'):rep(100000) .. #t end\n", 2,
       "memory"},
      {"unknown host", head + "link { h, 'nobody', delay = '1ms' }\n", 2, "bad.lua:2"},
  };
  for (const BadFile& bad : cases) {
    write("bad.lua", bad.text);
    const Outcome outcome = run("run bad.lua");
    EXPECT_EQ(outcome.code, bad.code) << bad.title << "\n" << outcome.out << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr(bad.says)) << bad.title;
    EXPECT_EQ(outcome.out, "") << bad.title;
  }
  EXPECT_EQ(run("run no-such-file.lua").code, 4);
}

TEST_F(CommandLine, BadProgramsEndAloneAndAreReported) {
  const std::string head = "local h = host { name = 'h', ip = '10.0.0.1' }\n";
  const std::vector<std::pair<std::string, const char*>> cases{
      {"process(h, 'p', function() while true do end end)\n", "bad.lua:2"},
      {"process(h, 'p', function() local t = {} while true do t[#t + 1] = ('x'):rep(100000) .. #t end end)\n",
       "memory"},
      {"process(h, 'p', function() local x = nil; x() end)\n", "bad.lua:2"},
  };
  for (const auto& [text, says] : cases) {
    write("bad.lua", head + text);
    const Outcome outcome = run("run bad.lua");
    EXPECT_EQ(outcome.code, 0) << text << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr(says)) << text;
    EXPECT_EQ(run("check bad.lua").code, 1) << text;
  }
  write("spin.lua", head + "process(h, 'p', function() while true do now() end end)\n");
  const Outcome spin = run("run spin.lua --quiet");
  EXPECT_EQ(spin.code, 0);
  EXPECT_THAT(spin.err, HasSubstr("200,000 calls in a row"));
  EXPECT_EQ(run("check spin.lua").code, 1);
}

}  // namespace
