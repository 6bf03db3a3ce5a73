// The arithmetic of colours: contrast as WCAG 2.1 defines it (relative luminance and contrast ratio), and
// mixing.
#include "assets/palette.h"

#include <algorithm>
#include <cmath>

namespace sockarium::palette {

namespace {

double linear(std::uint8_t channel) {
  const double value = channel / 255.0;
  return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}

std::uint8_t mix_channel(std::uint8_t under, std::uint8_t over, double share) {
  return static_cast<std::uint8_t>(std::lround(under + (over - under) * std::clamp(share, 0.0, 1.0)));
}

}  // namespace

double luminance(Colour colour) {
  return 0.2126 * linear(colour.red) + 0.7152 * linear(colour.green) + 0.0722 * linear(colour.blue);
}

double contrast(Colour one, Colour other) {
  const double first = luminance(one);
  const double second = luminance(other);
  return (std::max(first, second) + 0.05) / (std::min(first, second) + 0.05);
}

Colour mix(Colour under, Colour over, double share) {
  return Colour{mix_channel(under.red, over.red, share), mix_channel(under.green, over.green, share),
                mix_channel(under.blue, over.blue, share)};
}

Colour ink_on(Colour ground) {
  constexpr Colour black = hex(0x000000);
  constexpr Colour white = hex(0xFFFFFF);
  return contrast(ground, black) >= contrast(ground, white) ? black : white;
}

}  // namespace sockarium::palette
