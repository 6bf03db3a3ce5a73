// How the window looks: one of three palettes, the type sizes of a desk or a projector, and a scale. A Theme
// is a value; apply_theme() turns it into ImGui's style. The colours themselves lie in assets/palette.h.
//
// Left out on purpose: themes of one's own. Eight state colours that everybody can tell apart are hard to
// find.
#pragma once

#include <imgui.h>

#include <cstdint>
#include <string_view>

#include "assets/palette.h"

namespace sockarium::gui {

using palette::Colour;
using palette::Hue;

enum class ThemeKind : std::uint8_t { dark, light, high_contrast };

/// Who looks: one person at a desk, or the back row of a lit room.
enum class Viewing : std::uint8_t { desktop, projector };

/// Type sizes as designers count them, the em, in pixels at scale 1. A line of DejaVu is higher than its em.
struct TypeSizes {
  float small;    ///< marginal notes, axis labels; never less than a reader needs
  float body;     ///< text, tables, monospaced tools
  float title;    ///< hosts and panel titles
  float caption;  ///< what happens now
  float clock;    ///< the time, big numbers
};

inline constexpr TypeSizes desktop_type = {14, 16, 18, 20, 28};
inline constexpr TypeSizes projector_type = {16, 20, 22, 28, 36};

/// Ascent and descent of DejaVu, in ems (2,384 of 2,048 units); ImGui's font size is this height.
inline constexpr float line_height_in_ems = 2384.0F / 2048.0F;

inline constexpr float minimum_scale = 0.75F;
inline constexpr float maximum_scale = 3.0F;

struct Theme {
  ThemeKind kind = ThemeKind::dark;
  Viewing viewing = Viewing::desktop;
  float scale = 1.0F;  ///< monitor's scale times the user's; fonts and every length follow it

  const palette::Palette& colours() const;
  const TypeSizes& type() const;
  /// A length given in pixels at scale 1.
  float px(float length) const { return length * scale; }
  /// Thickness of a line that means something: 1 px at a desk, 2 px on a projector.
  float line() const { return px(viewing == Viewing::projector ? 2.0F : 1.0F); }
  /// The smallest edge of anything that can be clicked: 24 px at a desk, 32 px on a projector.
  float target() const { return px(viewing == Viewing::projector ? 32.0F : 24.0F); }

  ImU32 hue(Hue which, float alpha = 1.0F) const;
  ImU32 background() const;
  ImU32 panel() const;
  ImU32 text() const;
  ImU32 muted() const;
  ImU32 grid() const;
  ImU32 focus() const;
  /// Ground of buttons and of things that stand out from a panel.
  ImU32 raised() const;
  /// Ground of the row or line that is selected or current: a tint of the focus colour.
  ImU32 marked() const;
  /// Ground on which an error or a drop is explained: a tint of the error colour.
  ImU32 alarmed() const;
  /// Text on a chip of this hue: black or white, whichever reads better.
  ImU32 ink(Hue ground) const;
  /// Text on the focus colour.
  ImU32 ink_on_focus() const;

  friend bool operator==(const Theme&, const Theme&) = default;
};

ImU32 to_imgui(Colour colour, float alpha = 1.0F);

/// «dark», «light», «high contrast»
std::string_view theme_name(ThemeKind kind);
/// dark -> light -> high contrast -> dark
ThemeKind next_theme(ThemeKind kind);
/// Within 75 % and 300 %.
float clamp_scale(float scale);

/// Sets the style of the current ImGui context. Fonts are another matter (gui/fonts.h).
void apply_theme(const Theme& theme);

}  // namespace sockarium::gui
