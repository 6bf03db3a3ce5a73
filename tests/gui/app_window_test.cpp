// The program itself on a virtual screen, driven by key presses as a person would: the picture is neither
// blank nor the same after a step.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "build_info.h"
#include "tests/support/folder.h"
#include "tests/support/virtual_screen.h"

namespace {

constexpr const char* lesson_file = SOCKARIUM_SOURCE_DIR "/scenarios/03-backlog-overflow.lua";

/// Starts a program on that display; what it says of errors goes into a file.
pid_t start(const std::vector<std::string>& words, const std::string& display, const std::string& errors) {
  const pid_t child = fork();
  if (child != 0) return child;
  if (!display.empty()) setenv("DISPLAY", display.c_str(), 1);
  unsetenv("WAYLAND_DISPLAY");
  dup2(open("/dev/null", O_RDWR), 1);
  dup2(open(errors.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), 2);
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  execvp(arguments.front(), arguments.data());
  _exit(127);
}

using Screen = sockarium::test::VirtualScreen;

using sockarium::test::Pixels;

class Program {
 public:
  Program(const Screen& screen, const std::string& scenario) : screen_(screen.name()) {
    program_ = start({SOCKARIUM_BINARY_DIR "/sockarium", "gui", scenario, "--config", "none"}, screen_,
                     folder_ / "errors");
    // Waits for the window; gives up by itself.
    window_ = answer("timeout 20 xdotool search --sync --onlyvisible --name 'Sockarium' | head -1");
  }
  ~Program() {
    if (program_ > 0) {
      kill(program_, SIGTERM);
      waitpid(program_, nullptr, 0);
    }
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  bool shown() const { return !window_.empty(); }
  /// A tap, as short as those of presenter remotes: down and up between two frames.
  void press(const std::string& key) const {
    run("timeout 10 xdotool windowfocus " + window_ + " key " + key);
  }
  /// Words of xdotool, one after the other: «key period mousemove 100 200 click 1».
  void act(const std::string& words) const { run("timeout 60 xdotool windowfocus " + window_ + " " + words); }
  /// What it has said of errors.
  std::string errors() const {
    std::ifstream file(folder_ / "errors");
    return {std::istreambuf_iterator<char>(file), {}};
  }
  /// How the program ended, once it has; −1 while it runs after `seconds`.
  int ended(int seconds) {
    for (int i = 0; i <= seconds * 20; ++i) {
      int status = 0;
      if (waitpid(program_, &status, WNOHANG) == program_) {
        program_ = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
      }
      usleep(50'000);
    }
    return -1;
  }

 private:
  void run(const std::string& command) const {
    const std::string line = "DISPLAY=" + screen_ + " " + command + " >/dev/null 2>&1";
    [[maybe_unused]] const int status = std::system(line.c_str());
  }
  std::string answer(const std::string& command) const {
    std::string result;
    FILE* pipe = popen(("DISPLAY=" + screen_ + " " + command + " 2>/dev/null").c_str(), "r");
    if (pipe == nullptr) return result;
    for (int c = std::fgetc(pipe); c != EOF && c != '\n'; c = std::fgetc(pipe))
      result += static_cast<char>(c);
    pclose(pipe);
    return result;
  }

  sockarium::test::Folder folder_;
  std::string screen_, window_;
  pid_t program_ = -1;
};

std::size_t colours(const Pixels& pixels) {
  std::set<std::uint32_t> found;
  for (std::size_t i = 0; i + 2 < pixels.rgb.size(); i += 3)
    found.insert(
        static_cast<std::uint32_t>(pixels.rgb[i] << 16 | pixels.rgb[i + 1] << 8 | pixels.rgb[i + 2]));
  return found.size();
}

std::size_t difference(const Pixels& a, const Pixels& b) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < a.rgb.size() && i < b.rgb.size(); ++i) count += a.rgb[i] != b.rgb[i] ? 1 : 0;
  return count;
}

/// The screen as soon as it is as wanted; as it is after ten seconds otherwise.
Pixels once(const Screen& screen, const std::function<bool(const Pixels&)>& wanted) {
  Pixels shown = screen.look();
  for (int i = 0; i < 200 && !wanted(shown); ++i) {
    usleep(50'000);
    shown = screen.look();
  }
  return shown;
}

TEST(TheProgram, DrawsALessonAndStepsThroughItByKeys) {
  const Screen screen;
  ASSERT_FALSE(screen.name().empty()) << "Xvfb did not start";
  Program program(screen, lesson_file);
  ASSERT_TRUE(program.shown()) << "no window appeared";
  const Pixels before = once(screen, [](const Pixels& shown) { return colours(shown) > 50; });
  ASSERT_GT(colours(before), 50U) << "the picture is blank";
  for (int i = 0; i < 12; ++i) program.press("period");
  const Pixels after = once(screen, [&](const Pixels& shown) { return difference(before, shown) > 2000; });
  EXPECT_GT(difference(before, after), 2000U) << "twelve steps changed nothing";
  program.press("ctrl+q");
  EXPECT_EQ(program.ended(10), 0);
}

/// Keys and clicks by chance, the same ones every time. Not those that end the program.
class Walk {
 public:
  std::string step() {
    static const std::vector<std::string> keys{
        "period",      "comma", "Right",     "Left",      "Next",     "Prior",  "Home",   "End",    "space",
        "1",           "2",     "3",         "4",         "g",        "Escape", "Escape", "Return", "Tab",
        "Tab",         "Up",    "Down",      "t",         "b",        "b",      "c",      "f",      "w",
        "s",           "a",     "d",         "m",         "y",        "r",      "p",      "F1",     "F2",
        "F5",          "F8",    "ctrl+1",    "ctrl+3",    "ctrl+4",   "ctrl+z", "ctrl+y", "ctrl+f", "ctrl+p",
        "ctrl+r",      "plus",  "minus",     "slash",     "question", "ctrl+c", "ctrl+0", "ctrl+o", "u",
        "bracketleft", "x",     "ctrl+plus", "ctrl+minus"};
    if (chance_() % 3 == 0)
      return "mousemove " + std::to_string(chance_() % 1280) + " " + std::to_string(chance_() % 720) +
             " click " +
             (chance_() % 8 == 0   ? "4"
              : chance_() % 8 == 0 ? "5"
                                   : "1") +
             " ";
    return "key " + keys[chance_() % keys.size()] + " ";
  }

 private:
  std::minstd_rand chance_{20'260};
};

TEST(TheProgram, SurvivesALongWalkOfKeysAndClicks) {
  const Screen screen;
  ASSERT_FALSE(screen.name().empty()) << "Xvfb did not start";
  // A copy: what is saved beside it goes with the folder.
  const sockarium::test::Folder folder;
  const std::filesystem::path lesson = folder / "lesson.lua";
  std::filesystem::copy_file(lesson_file,
                             lesson);
  Program program(screen, lesson);
  ASSERT_TRUE(program.shown()) << "no window appeared";
  Walk walk;
  for (int stage = 0; stage < 20; ++stage) {
    std::string words;
    for (int i = 0; i < 30; ++i) words += walk.step();
    program.act(words);
    ASSERT_EQ(program.ended(0), -1) << "it ended by itself, on the way:\n"
                                    << words << '\n'
                                    << program.errors();
  }
  program.act("key Escape key Escape key Escape key Home");
  const Pixels shown = once(screen, [](const Pixels& now) { return colours(now) > 50; });
  EXPECT_GT(colours(shown), 50U) << "the picture is blank";
  program.press("ctrl+q");
  EXPECT_EQ(program.ended(20), 0);
  EXPECT_EQ(program.errors(), "");
}

}  // namespace
