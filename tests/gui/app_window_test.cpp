// The program itself on a virtual screen, driven by key presses as a person would: the picture is neither
// blank nor the same after a step.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stb_image.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace {

/// Starts a program with this environment; its output goes nowhere.
pid_t start(const std::vector<std::string>& words, const std::string& display) {
  const pid_t child = fork();
  if (child != 0) return child;
  if (!display.empty()) setenv("DISPLAY", display.c_str(), 1);
  unsetenv("WAYLAND_DISPLAY");
  const int nowhere = open("/dev/null", O_RDWR);
  dup2(nowhere, 1);
  dup2(nowhere, 2);
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  execvp(arguments.front(), arguments.data());
  _exit(127);
}

class Screen {
 public:
  Screen() {
    int channel[2];
    if (pipe(channel) != 0) return;
    server_ = fork();
    if (server_ == 0) {
      const int quiet = open("/dev/null", O_WRONLY);
      dup2(quiet, 2);
      close(channel[0]);
      const std::string number = std::to_string(channel[1]);
      execlp("Xvfb", "Xvfb", "-displayfd", number.c_str(), "-screen", "0", "1400x900x24", "-nolisten", "tcp",
             static_cast<char*>(nullptr));
      _exit(127);
    }
    close(channel[1]);
    char digit = 0;
    std::string number;
    while (read(channel[0], &digit, 1) == 1 && digit != '\n') number += digit;
    close(channel[0]);
    if (!number.empty()) name_ = ":" + number;
  }
  ~Screen() {
    kill(server_, SIGTERM);
    waitpid(server_, nullptr, 0);
  }
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;
  const std::string& name() const { return name_; }

 private:
  pid_t server_ = -1;
  std::string name_;
};

struct Pixels {
  int width = 0, height = 0;
  std::vector<unsigned char> rgb;
};

class Program {
 public:
  Program(const Screen& screen, const std::string& scenario) : screen_(screen.name()) {
    program_ = start({SOCKARIUM_BINARY, "gui", scenario}, screen_);
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
  /// Held as long as a hand holds a key: a frame must come by while it is down.
  void press(const std::string& key) const {
    run("timeout 10 xdotool windowfocus " + window_ + " keydown " + key + " sleep 0.1 keyup " + key);
  }
  void type(const std::string& text) const { run("timeout 10 xdotool type --delay 60 '" + text + "'"); }
  /// How the program ended, once it has; −1 while it runs after `seconds`.
  int ended(int seconds) {
    for (int i = 0; i < seconds * 20; ++i) {
      int status = 0;
      if (waitpid(program_, &status, WNOHANG) == program_) {
        program_ = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
      }
      usleep(50'000);
    }
    return -1;
  }
  /// Asks the program for a picture of its window through its own dialog.
  Pixels picture(const std::string& file) const {
    std::filesystem::remove(file);
    press("ctrl+e");
    usleep(200'000);
    type(file);
    press("Return");
    Pixels pixels;
    for (int i = 0; i < 100 && !std::filesystem::exists(file); ++i) usleep(50'000);
    int channels = 0;
    unsigned char* data = stbi_load(file.c_str(), &pixels.width, &pixels.height, &channels, 3);
    if (data == nullptr) return pixels;
    pixels.rgb.assign(data, data + static_cast<std::ptrdiff_t>(pixels.width) * pixels.height * 3);
    stbi_image_free(data);
    return pixels;
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

TEST(TheProgram, DrawsALessonAndStepsThroughItByKeys) {
  const Screen screen;
  ASSERT_FALSE(screen.name().empty()) << "Xvfb did not start";
  Program program(screen, std::string(SOCKARIUM_SOURCE_DIR) + "/scenarios/03-backlog-overflow.lua");
  ASSERT_TRUE(program.shown()) << "no window appeared";
  const std::filesystem::path folder = std::filesystem::temp_directory_path();
  const std::string first = (folder / ("sockarium-first-" + std::to_string(getpid()) + ".png")).string();
  const std::string second = (folder / ("sockarium-second-" + std::to_string(getpid()) + ".png")).string();
  const Pixels before = program.picture(first);
  ASSERT_EQ(before.width, 1280);
  EXPECT_GT(colours(before), 50U) << "the picture is blank";
  for (int i = 0; i < 12; ++i) program.press("period");
  const Pixels after = program.picture(second);
  ASSERT_EQ(after.width, 1280);
  EXPECT_GT(difference(before, after), 2000U) << "twelve steps changed nothing";
  std::filesystem::remove(first);
  std::filesystem::remove(second);
  program.press("ctrl+q");
  EXPECT_EQ(program.ended(10), 0);
}

}  // namespace
