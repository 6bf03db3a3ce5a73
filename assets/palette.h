// The colours of Sockarium, as data: the window, SVG files and pictures all take them from here.
//
// What a state is must be seen by everybody in the room. The eight state colours differ by CIEDE2000 >= 14.5
// (dark) and >= 16.9 (light) between any two, for normal sight and for the three kinds of colour blindness,
// and by a WCAG contrast >= 3 from the plain background; tests/gui/theme_test.cpp computes both again. Even
// so, a letter and a pattern always say the same thing as the colour.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sockarium::palette {

struct Colour {
  std::uint8_t red = 0;
  std::uint8_t green = 0;
  std::uint8_t blue = 0;
  friend constexpr bool operator==(const Colour&, const Colour&) = default;
};

/// 0x3F74FF -> Colour
constexpr Colour hex(std::uint32_t rgb) {
  return Colour{static_cast<std::uint8_t>(rgb >> 16), static_cast<std::uint8_t>(rgb >> 8),
                static_cast<std::uint8_t>(rgb)};
}

/// What a coloured thing is. The states of TCP that mean the same to a learner share a hue.
enum class Hue : std::uint8_t {
  listen,       ///< LISTEN, bound
  opening,      ///< SYN-SENT, SYN-RECV
  established,  ///< ESTABLISHED, connected
  close_wait,   ///< CLOSE-WAIT: the program's turn
  closing,      ///< FIN-WAIT-1, FIN-WAIT-2, CLOSING, LAST-ACK
  time_wait,    ///< TIME-WAIT
  closed,       ///< closed, free, inactive
  error,        ///< error, drop, RST
};
inline constexpr std::size_t hue_count = 8;
inline constexpr std::array<Hue, hue_count> all_hues = {Hue::listen,     Hue::opening, Hue::established,
                                                        Hue::close_wait, Hue::closing, Hue::time_wait,
                                                        Hue::closed,     Hue::error};

/// The second sign of a state, for eyes and printers without colour.
enum class Pattern : std::uint8_t { square, half_filled, filled, hatched, dotted, outline, empty, cross };

/// What stands on a chip: «L», «S», «E», «W», «F», «T», «–», «✗» (UTF-8).
constexpr std::string_view letter(Hue hue) {
  constexpr std::array<std::string_view, hue_count> letters = {"L", "S", "E", "W", "F", "T", "–", "✗"};
  return letters[static_cast<std::size_t>(hue)];
}

constexpr Pattern pattern(Hue hue) {
  return static_cast<Pattern>(hue);
}

struct Palette {
  std::array<Colour, hue_count> hues;
  Colour background;  ///< behind everything; what the state colours were checked against
  Colour panel;       ///< the ground of panels
  Colour text;
  Colour muted;                    ///< second-rank text
  Colour grid;                     ///< rules, borders, axes
  Colour focus;                    ///< the one accent: now, selected, your turn
  Colour keyword, string, number;  ///< in the source of a scenario; its comments are muted

  constexpr Colour operator[](Hue hue) const { return hues[static_cast<std::size_t>(hue)]; }
};

inline constexpr Palette dark = {
    {hex(0x3F74FF), hex(0xFFF7A7), hex(0x41A880), hex(0xE99E00), hex(0xA25A87), hex(0x6EDEFF), hex(0xC5D4CD),
     hex(0xDB242F)},
    hex(0x12161C),
    hex(0x1B2129),
    hex(0xE8EDF2),
    hex(0x9AA7B4),
    hex(0x3A4654),
    hex(0xFFD166),
    hex(0x8FBCFF),
    hex(0x9DD8A4),
    hex(0xF2B493),
};

inline constexpr Palette light = {
    {hex(0x0024F3), hex(0xB29110), hex(0x006953), hex(0x8E5D00), hex(0x512157), hex(0x09A0C0), hex(0x8C8E84),
     hex(0x6D0A02)},
    hex(0xFFFFFF),
    hex(0xF4F6F8),
    hex(0x15191E),
    hex(0x55606B),
    hex(0xC3CBD3),
    hex(0x7A3E00),
    hex(0x0B4AA8),
    hex(0x0A6129),
    hex(0x8F2F0B),
};

/// Black and white only: letters and patterns carry the states.
inline constexpr Palette high_contrast = {
    {hex(0xFFFFFF), hex(0xFFFFFF), hex(0xFFFFFF), hex(0xFFFFFF), hex(0xFFFFFF), hex(0xFFFFFF), hex(0xFFFFFF),
     hex(0xFFFFFF)},
    hex(0x000000),
    hex(0x000000),
    hex(0xFFFFFF),
    hex(0xFFFFFF),
    hex(0xFFFFFF),
    hex(0xFFFFFF),
    hex(0xFFFFFF),
    hex(0xFFFFFF),
    hex(0xFFFFFF),
};

/// WCAG 2 relative luminance, 0 (black) to 1 (white).
double luminance(Colour colour);
/// WCAG 2 contrast ratio, 1 to 21.
double contrast(Colour one, Colour other);
/// `share` of `over` on `under`, 0 to 1, for tints and quiet grounds.
Colour mix(Colour under, Colour over, double share);
/// Black or white, whichever is easier to read on this ground.
Colour ink_on(Colour ground);

}  // namespace sockarium::palette
