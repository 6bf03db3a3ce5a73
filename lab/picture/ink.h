// Ink: a picture as simple strokes in device-independent units (pixels at scale 1). Layout code makes it; the
// window, SVG and tests draw or read it. It knows no domain: colours are tones (a theme gives them values),
// and a tag leads back from a stroke to the record that it shows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "assets/palette.h"
#include "sim/core/tcp_state.h"

namespace sockarium::picture {

/// What a colour means. Themes (gui/theme.h, formats/svg) say how it looks.
enum class Tone : std::uint32_t {
  Background,
  Panel,
  Grid,
  Text,
  Muted,
  Accent,  ///< now, selected, your turn
  Listen,
  Opening,
  Established,
  CloseWait,
  Closing,
  TimeWait,
  Closed,
  Error,
};
Tone tone_of(TcpState state);
/// The palette's hue of a tone that is a state or an error; the others have none.
std::optional<palette::Hue> hue_of(Tone tone);

enum class Font : std::uint32_t { Body, Bold, Small, Mono, MonoBold };
enum class Align : std::uint32_t { Left, Centre, Right };

struct Line {
  float x1 = 0, y1 = 0, x2 = 0, y2 = 0;
  Tone tone = Tone::Muted;
  float width = 1.5f;
  bool dashed = false;
  bool arrow = false;  ///< a head at (x2, y2)
  bool faint = false;  ///< past or not yet: drawn at less contrast
  std::uint64_t tag = 0;
};
struct Box {
  float x = 0, y = 0, width = 0, height = 0;
  Tone fill = Tone::Panel;
  Tone outline = Tone::Panel;  ///< same as fill: none
  float rounding = 0;
  bool hatched = false;  ///< with the pattern of its fill's tone (assets/palette.h), for eyes and printers
                         ///< without colour
  bool faint = false;
  std::uint64_t tag = 0;
};
struct Text {
  float x = 0, y = 0;  ///< of the baseline's left end, middle or right end, as `align` says
  std::string text;
  Tone tone = Tone::Text;
  Font font = Font::Body;
  Align align = Align::Left;
  bool faint = false;
  std::uint64_t tag = 0;
};
struct Cross {  ///< a drop or an error: ✗ in a ring
  float x = 0, y = 0, size = 7;
  Tone tone = Tone::Error;
  bool faint = false;
  std::uint64_t tag = 0;
};
using Stroke = std::variant<Line, Box, Text, Cross>;

struct Picture {
  float width = 0, height = 0;
  std::string title, description;
  std::vector<Stroke> strokes;
};

/// The em of a font, pixels at scale 1. Whoever draws a picture uses these sizes, times one scale for all.
float text_size(Font font);
/// From one baseline to the next.
float line_height(Font font);

/// How wide a text is in a font, pixels at scale 1. The window measures; SVG and tests estimate.
using Measure = float (*)(const std::string& text, Font font);
float estimated_width(const std::string& text, Font font);

}  // namespace sockarium::picture
