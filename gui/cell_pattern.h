// The second sign of a state in a cell of a map, four texels square: where colours tell nothing (high
// contrast), each state has another pattern.
#pragma once

#include "assets/palette.h"

namespace sockarium::gui {

inline constexpr int cell_texels = 4;

/// Does this texel, from 0 to 3 each way, have the ink of the pattern? The last row and column part cells.
bool inked(palette::Pattern pattern, int x, int y);

}  // namespace sockarium::gui
