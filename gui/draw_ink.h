// Ink on the screen: draws a picture's strokes with ImGui, in the colours and fonts of the theme. The same
// ink makes SVG files, so a slide and the window cannot disagree. Also small pieces of painting that panels
// share.
#pragma once

#include <imgui.h>

#include <cstdint>
#include <functional>
#include <set>
#include <string_view>

#include "gui/panels.h"
#include "lab/picture/ink.h"

namespace sockarium::gui {

Hue state_hue(picture::Tone tone);  ///< of a tone that is a state or an error
ImU32 colour_of(const Theme& theme, picture::Tone tone, bool faint = false);
ImFont* font_of(picture::Font font);
/// Width of a text in the window's fonts, in pixels at scale 1: a picture::Measure.
float ink_width(const std::string& text, picture::Font font);

struct InkOptions {
  Rect clip;                                        ///< strokes outside it are left out
  std::uint64_t selected = 0;                       ///< drawn in the accent colour, thicker
  const std::set<std::uint64_t>* marked = nullptr;  ///< drawn as errors, framed, with the sign ≠
  /// Of a tag: drawn in the accent colour, too. Empty: nothing but `selected` is.
  std::function<Light(std::uint64_t)> light;
  bool pointable = true;  ///< strokes with a tag answer the pointer
};
/// Draws with the picture's upper left corner at `origin`. The tag under the pointer, or 0.
std::uint64_t draw_ink(ImDrawList& list, const picture::Picture& picture, ImVec2 origin,
                       const InkOptions& options);

// --- pieces ---
void dashed_line(ImDrawList& list, ImVec2 from, ImVec2 to, ImU32 colour, float width, float dash = 5);
void dashed_rect(ImDrawList& list, ImVec2 min, ImVec2 max, ImU32 colour, float width);
void arrow_head(ImDrawList& list, ImVec2 from, ImVec2 tip, ImU32 colour, float size);
void cross(ImDrawList& list, ImVec2 centre, float radius, ImU32 colour, ImU32 ground, ImU32 ink);
/// Text on a ground that fill_state() painted; where patterns lie there, with a plain ground of its own.
void paint_on_state(ImDrawList& list, ImVec2 place, Hue hue, std::string_view content, ImFont* font);
/// A place that can be clicked and reached by keyboard; enters the item registry. True when it was pressed.
bool hit(std::string_view label, ImVec2 min, ImVec2 max);
/// Paints text that wraps at `width`; the height that it took. `draw` false only measures. `zoom` enlarges
/// the font.
float paint_wrapped(ImDrawList& list, ImVec2 place, float width, ImU32 colour, std::string_view content,
                    ImFont* font, bool draw = true, float zoom = 1);
/// What is left of a text that must fit into `width`: whole, or cut with «…».
std::string fitted(std::string_view content, ImFont* font, float width);

}  // namespace sockarium::gui
