// A picture as SVG: real text, the colours of assets/palette.h, a title and a description for those who
// listen, and patterns that survive a grey printer. Equal pictures give equal bytes.
#pragma once

#include <string>

#include "assets/palette.h"
#include "lab/picture/ink.h"

namespace sockarium::formats {

std::string svg(const picture::Picture& picture, const palette::Palette& colours = palette::light);

/// The colour that a tone has in a palette; Background, Panel, Grid, Text, Muted and Accent included.
palette::Colour colour_of(picture::Tone tone, const palette::Palette& colours);

}  // namespace sockarium::formats
