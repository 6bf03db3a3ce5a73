// The window on a screen: GLFW, OpenGL 3.3 and ImGui, and a loop that draws only when there is something to
// draw. It knows nothing of sockets; what is shown is the callback's business.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gui/look.h"
#include "gui/png.h"

namespace sockarium::gui {

struct WindowOptions {
  std::string title = "Sockarium";
  int width = 1280;  ///< pixels at scale 1; the monitor's scale is applied
  int height = 720;
  /// theme.scale is the user's own factor (Ctrl + and -); the monitor's is multiplied in by the window.
  Theme theme;
  bool full_screen = false;
  bool visible = true;  ///< false: for pictures and tests
};

struct FrameInput {
  ImVec2 framebuffer;       ///< pixels; also ImGui's DisplaySize
  float delta_seconds = 0;  ///< since the last frame; 0 when the window rested in between, so nothing jumps
  float monitor_scale = 1;  ///< 1 = 96 dots an inch
  std::vector<std::string> dropped_files;
};

class Window {
 public:
  /// Null when there is no display or no OpenGL 3.3; `error` then is one sentence that says so.
  static std::unique_ptr<Window> open(const WindowOptions& options, std::string& error);
  ~Window();
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;

  /// Calls `frame` between NewFrame and Render until the window is closed. `frame` returns true while
  /// something moves: the next frame then follows at once (at most 60 a second); otherwise the loop sleeps
  /// until an input comes, wake() is called, or half a second has passed. Keys: ImGui's IO has them by GLFW
  /// number (ImGui::IsKeyPressed(GLFW_KEY_SPACE)). F11 is the window's own.
  void run(const std::function<bool(const FrameInput&)>& frame);

  void close();  ///< ends run() after this frame
  /// The user wants to close (title bar, Alt+F4): return false to stay, for example to ask about unsaved
  /// work.
  void set_close_request(std::function<bool()> may_close);
  void set_title(const std::string& title);
  /// For the next frame; theme.scale is the user's own factor. Safe to call inside `frame`.
  void set_theme(const Theme& theme);
  void set_full_screen(bool full_screen);
  bool full_screen() const;
  float monitor_scale() const;
  /// Writes the frame that is being drawn now (or the next) to a PNG file; then calls `done` with nothing or
  /// the error.
  void save_picture(const std::filesystem::path& path,
                    std::function<void(const std::optional<std::string>& error)> done);
  Look& look();

  /// Makes a sleeping loop draw a frame; from any thread, while a window is open.
  static void wake();

 private:
  struct State;
  explicit Window(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Whether a window could be opened here, as far as the environment tells (DISPLAY, WAYLAND_DISPLAY).
bool display_expected();

}  // namespace sockarium::gui
