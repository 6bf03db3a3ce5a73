#include "tests/support/virtual_screen.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace sockarium::test {

VirtualScreen::VirtualScreen() {
  std::string pattern = (std::filesystem::temp_directory_path() / "sockarium-screen-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) return;
  folder_ = pattern;
  int channel[2];
  if (pipe(channel) != 0) return;
  server_ = fork();
  if (server_ == 0) {
    const int quiet = open("/dev/null", O_WRONLY);
    dup2(quiet, 2);
    close(channel[0]);
    const std::string number = std::to_string(channel[1]);
    execlp("Xvfb", "Xvfb", "-displayfd", number.c_str(), "-screen", "0", "1400x900x24", "-nolisten", "tcp",
           "-fbdir", folder_.c_str(), static_cast<char*>(nullptr));
    _exit(127);
  }
  close(channel[1]);
  char digit = 0;
  std::string number;
  while (read(channel[0], &digit, 1) == 1 && digit != '\n') number += digit;
  close(channel[0]);
  if (!number.empty()) name_ = ":" + number;
}

VirtualScreen::~VirtualScreen() {
  if (server_ > 0) {
    kill(server_, SIGTERM);
    waitpid(server_, nullptr, 0);
  }
  if (!folder_.empty()) std::filesystem::remove_all(folder_);
}

Pixels VirtualScreen::look() const {
  // The file is an X window dump: a header of big-endian words, colour cells of 12 bytes, then lines of B, G,
  // R, 0.
  std::ifstream in(folder_ + "/Xvfb_screen0", std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  const std::string dump = text.str();
  const auto word = [&](std::size_t place) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(dump[place * 4 + i]);
    return value;
  };
  Pixels pixels;
  if (dump.size() < 100) return pixels;
  const std::size_t width = word(4);
  const std::size_t height = word(5);
  const std::size_t line = word(12);
  const std::size_t start = word(0) + word(19) * 12;
  if (dump.size() < start + height * line) return pixels;
  pixels.width = static_cast<int>(width);
  pixels.height = static_cast<int>(height);
  for (std::size_t y = 0; y < height; ++y)
    for (std::size_t x = 0; x < width; ++x)
      for (std::size_t channel = 3; channel-- > 0;)
        pixels.rgb.push_back(static_cast<unsigned char>(dump[start + y * line + x * 4 + channel]));
  return pixels;
}

}  // namespace sockarium::test
