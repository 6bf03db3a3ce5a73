// A person at the window, without a window: an ImGui context with no backend. A test gives the drawing
// function once, then points, clicks, types and presses keys; each of these draws the frames that a real hand
// would need. A frame costs microseconds.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "gui/look.h"

namespace sockarium::test {

/// Held while a key is pressed.
struct Modifiers {
  bool ctrl = false;
  bool shift = false;
  bool alt = false;
};

class HeadlessUi {
 public:
  struct Options {
    float width = 1280;
    float height = 720;
    gui::Theme theme;
    float frame_seconds = 1.0F / 60.0F;
  };

  /// Draws two frames, so that windows know their sizes.
  HeadlessUi(std::function<void()> draw, const Options& options);
  explicit HeadlessUi(std::function<void()> draw) : HeadlessUi(std::move(draw), Options{}) {}

  void frame(int count = 1);

  /// By path in the item registry («Transport/Play» or «Play»). A test that asks for an item that is not
  /// there, is disabled or cannot be reached fails with the list of what is there.
  void hover(std::string_view path);
  void click(std::string_view path);
  void double_click(std::string_view path);
  void drag(std::string_view path, float by_x, float by_y);
  void wheel(std::string_view path, float notches);

  void move_to(float x, float y);
  void click_at(float x, float y);

  /// A key by its GLFW number, pressed for one frame.
  void press(int glfw_key, Modifiers modifiers = {});
  /// UTF-8 into what has the keyboard.
  void type(std::string_view text);

  const gui::Item* find(std::string_view path);
  bool has(std::string_view path) { return find(path) != nullptr; }
  /// All text of the next frame, as a reader would meet it.
  std::string text();
  /// Corners that were drawn in the last frame: more when more is shown.
  int vertices() const;

  void set_theme(const gui::Theme& theme);
  gui::Look& look() { return context_.look(); }

 private:
  const gui::Item* reachable(std::string_view path);
  void button(int number, bool down);

  std::function<void()> draw_;
  gui::Context context_;
};

}  // namespace sockarium::test
