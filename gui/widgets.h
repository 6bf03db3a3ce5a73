// The few kinds of things that the window is made of, each drawn in one way only: buttons, fields, panels,
// chips. Each enters the item registry under its label and wears the focus ring when the keyboard is on it.
//
// Labels follow ImGui: «Play##transport» shows «Play», and its id is the whole.
#pragma once

#include <imgui.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "gui/look.h"

namespace sockarium::gui {

enum class ButtonStyle : std::uint8_t {
  plain,
  primary,   ///< the one thing to do next: filled with the focus colour
  quiet,     ///< text only, until the pointer is on it
  selected,  ///< chosen among several: tinted, outlined in the focus colour
};

struct ButtonOptions {
  ButtonStyle style = ButtonStyle::plain;
  bool enabled = true;
  bool align_left = false;  ///< for answers and list-like rows; otherwise the text stands in the middle
  ImVec2 size = {0, 0};     ///< pixels; 0 fits the text, negative fills up to that distance from the edge
  std::string_view tooltip;  ///< «Step back (←)»; also shown for a disabled button, which then should say why
};

/// True in the frame in which it is pressed by mouse or keyboard.
bool button(std::string_view label, const ButtonOptions& options = {});
bool checkbox(std::string_view label, bool& value);
/// A row in a list; fills the width.
bool selectable(std::string_view label, bool selected);
bool slider(std::string_view label, int& value, int least, int most);
bool slider(std::string_view label, double& value, double least, double most, const char* format = "%.3g");
/// True when Enter was pressed in it (`on_enter`), or else whenever the text changed.
bool text_field(std::string_view label, std::string& text, std::string_view hint = {}, bool on_enter = false);
/// Buttons side by side of which one is chosen; true when `chosen` changed.
bool choice(std::string_view label, std::span<const std::string_view> names, int& chosen);
/// Notes ImGui's last item under this label and draws the focus ring: for widgets that have no wrapper here.
void note_item(std::string_view label);

/// A rectangle of the window with a border, a title and a note at the right, scrolling inside. Content goes
/// between construction and destruction, and only when it converts to true. Opens an ItemScope of its title.
///   if (Panel panel("Ladder", min, size, "relative sequence numbers"); panel) { … }
class Panel {
 public:
  struct Options {
    bool accent = false;    ///< outlined in the focus colour: this is where something has just changed
    bool padding = true;    ///< false: the content draws up to the border
    bool scrolling = true;  ///< false: content is cut off, the wheel is the content's
  };
  Panel(std::string_view title, ImVec2 min, ImVec2 size, std::string_view note, const Options& options);
  Panel(std::string_view title, ImVec2 min, ImVec2 size, std::string_view note = {})
      : Panel(title, min, size, note, Options{}) {}
  ~Panel();
  Panel(const Panel&) = delete;
  Panel& operator=(const Panel&) = delete;
  explicit operator bool() const { return open_; }

 private:
  ItemScope scope_;
  bool open_ = false;
};

/// Height that a panel's title bar takes, in pixels.
float panel_title_height();

/// One window over the whole display, without decoration, in which panels stand. Exactly one in a frame.
class Root {
 public:
  Root();
  ~Root();
  Root(const Root&) = delete;
  Root& operator=(const Root&) = delete;
};

/// Fills a rectangle with a state: its colour, its pattern when colours alone can't tell (high contrast, or
/// `always`), and on panels the outline that pale hues need.
void fill_state(ImDrawList& list, ImVec2 min, ImVec2 max, Hue hue, bool outline = true,
                bool always_pattern = false);

/// A small square with a state's letter, then text beside it in the text colour; as high as a line of text.
void chip(Hue hue, std::string_view text = {});
/// The square alone, painted at a place.
void paint_chip(ImDrawList& list, ImVec2 min, ImVec2 max, Hue hue, std::string_view text = {});
/// A filled word: «FULL», «now 17/63».
void badge(std::string_view text, Hue hue);

/// Text in a font and colour of the theme; wraps at the edge of the panel when asked.
void text(std::string_view content, ImFont* font = nullptr, bool wrapped = false);
void muted_text(std::string_view content, ImFont* font = nullptr, bool wrapped = false);
/// Right-aligned in what is left of the line.
void text_right(std::string_view content, bool muted = true);
/// Painted, not laid out; also enters ImGui's text log, so that tests and «copy as text» see it.
void paint_text(ImDrawList& list, ImVec2 place, ImU32 colour, std::string_view content,
                ImFont* font = nullptr);
ImVec2 text_size(std::string_view content, ImFont* font = nullptr);

}  // namespace sockarium::gui
