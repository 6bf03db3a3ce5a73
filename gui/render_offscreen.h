// The window without a window: draws a frame where there is no display at all, for pictures on slides, in CI,
// and over ssh. EGL's «surfaceless» platform gives an OpenGL context without a screen; the same ImGui backend
// draws into a framebuffer of our own.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "gui/look.h"
#include "gui/png.h"

namespace sockarium::gui {

struct OffscreenOptions {
  int width = 1920;  ///< pixels
  int height = 1080;
  Theme theme;
  /// Frames drawn before the one that is kept: ImGui learns the sizes of windows and tables by drawing them.
  int warm_up_frames = 3;
  float frame_seconds = 1.0F / 60.0F;  ///< the time step that each frame is told
};

/// A drawing surface that can be used again and again.
class Offscreen {
 public:
  /// Null when this machine can't; `error` then says what is missing.
  static std::unique_ptr<Offscreen> open(const OffscreenOptions& options, std::string& error);
  ~Offscreen();
  Offscreen(const Offscreen&) = delete;
  Offscreen& operator=(const Offscreen&) = delete;

  /// Draws warm-up frames and one more, and gives that one. `draw` is called between NewFrame and Render.
  Picture render(const std::function<void()>& draw);
  void set_theme(const Theme& theme);
  Look& look();
  /// What draws, as the driver calls itself («llvmpipe (LLVM 15.0.6, 256 bits)»).
  const std::string& renderer() const;

 private:
  struct State;
  explicit Offscreen(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// One picture. On failure the picture is empty and `error` says why.
Picture render_offscreen(const OffscreenOptions& options, const std::function<void()>& draw,
                         std::string& error);

/// The pixels of the framebuffer that is bound for reading, rows from top to bottom, opaque. Needs OpenGL.
Picture read_framebuffer(int width, int height);

}  // namespace sockarium::gui
