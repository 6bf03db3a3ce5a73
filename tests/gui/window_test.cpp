// The window on a real (virtual) screen: opens, draws, sleeps and wakes, and says in words when there is no
// screen.
#include "gui/window.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stb_image.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "gui/widgets.h"
#include "tests/support/virtual_screen.h"

namespace sockarium::gui {
namespace {

using ::testing::HasSubstr;

// The display of this process, for one test.
class Screen {
 public:
  Screen() {
    if (works()) setenv("DISPLAY", screen_.name().c_str(), 1);
    unsetenv("WAYLAND_DISPLAY");
  }
  ~Screen() { unsetenv("DISPLAY"); }
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;
  bool works() const { return screen_.works(); }

 private:
  test::VirtualScreen screen_;
};

TEST(Window, SaysThatThereIsNoDisplay) {
  unsetenv("DISPLAY");
  unsetenv("WAYLAND_DISPLAY");
  EXPECT_FALSE(display_expected());
  std::string error;
  EXPECT_EQ(Window::open({}, error), nullptr);
  EXPECT_THAT(error, HasSubstr("no display"));
  EXPECT_THAT(error, HasSubstr("DISPLAY"));
}

TEST(Window, DrawsFramesWritesAPictureAndCloses) {
  const Screen screen;
  ASSERT_TRUE(screen.works()) << "Xvfb did not start";
  EXPECT_TRUE(display_expected());
  std::string error;
  WindowOptions options;
  options.width = 800;
  options.height = 600;
  const auto window = Window::open(options, error);
  ASSERT_NE(window, nullptr) << error;
  window->set_title("Sockarium: a test");

  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("sockarium-window-" + std::to_string(getpid()) + ".png");
  int frames = 0;
  bool written = false;
  window->run([&](const FrameInput& input) {
    EXPECT_EQ(input.framebuffer.x, 800);
    EXPECT_TRUE(input.dropped_files.empty());
    const Root root;
    text("a frame");
    if (++frames == 3) {
      Theme theme;
      theme.kind = ThemeKind::light;
      theme.scale = 1.5F;
      window->set_theme(theme);
    }
    if (frames == 6) {
      EXPECT_EQ(look().fonts.body->FontSize, 28) << "the theme came with the next frame";
      window->save_picture(file, [&](const std::optional<std::string>& failed) {
        EXPECT_EQ(failed, std::nullopt);
        written = true;
        window->close();
      });
    }
    return true;
  });
  EXPECT_TRUE(written);
  int width = 0;
  int height = 0;
  int channels = 0;
  unsigned char* pixels = stbi_load(file.c_str(), &width, &height, &channels, 4);
  ASSERT_NE(pixels, nullptr);
  EXPECT_EQ(width, 800);
  EXPECT_EQ(height, 600);
  EXPECT_EQ(pixels[(599 * 800 + 799) * 4], 255) << "light, down to the last corner";
  stbi_image_free(pixels);
  std::filesystem::remove(file);
}

TEST(Window, RestsWhenNothingMovesAndDrawsAgainWhenCalled) {
  const Screen screen;
  ASSERT_TRUE(screen.works()) << "Xvfb did not start";
  std::string error;
  const auto window = Window::open({}, error);
  ASSERT_NE(window, nullptr) << error;
  std::atomic<bool> news = false;
  std::thread caller;
  int frames = 0;
  bool jumped = false;
  window->run([&](const FrameInput& input) {
    jumped = jumped || input.delta_seconds >= 0.4F;
    if (++frames == 5) {
      caller = std::thread([&news] {
        news = true;
        Window::wake();
      });
    }
    if (news) {
      window->close();
    }
    return false;
  });
  caller.join();
  EXPECT_GE(frames, 5);
  EXPECT_FALSE(jumped) << "time at rest is not handed on to animations";
}

}  // namespace
}  // namespace sockarium::gui
