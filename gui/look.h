// What belongs to one ImGui context: its theme, its fonts, and the items of the last frame. Window, Offscreen
// and the headless tests each own one; drawing code asks look().
#pragma once

#include <functional>
#include <string>

#include "gui/fonts.h"
#include "gui/items.h"
#include "gui/theme.h"

namespace sockarium::gui {

struct Look {
  Theme theme;
  Fonts fonts;
  ItemRegistry items;
  bool text_log = false;  ///< all text of this frame is wanted (tests, «copy as text»)
};

/// The look of the current ImGui context.
Look& look();

/// ImGui ends its text log with every top-level window, a tooltip too; whatever draws text goes on with it
/// here.
void continue_text_log();

/// Owns an ImGui context together with its look. Only one is current at a time; each method makes its own
/// current.
class Context {
 public:
  explicit Context(const Theme& theme);
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  void make_current();
  Look& look() { return look_; }

  /// A new theme for the next frame; never inside one. True when fonts were loaded anew, so that a texture of
  /// the atlas must be made again.
  bool set_theme(const Theme& theme);

  /// All text that one frame shows, in the order of drawing. `draw_frame` goes from NewFrame to Render.
  std::string text_of(const std::function<void()>& draw_frame);

 private:
  ImGuiContext* context_;
  Look look_;
};

}  // namespace sockarium::gui
