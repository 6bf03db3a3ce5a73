// See cell_pattern.h.
#include "gui/cell_pattern.h"

namespace sockarium::gui {

bool inked(palette::Pattern pattern, int x, int y) {
  switch (pattern) {
    case palette::Pattern::filled:
      return x < 3 && y < 3;
    case palette::Pattern::square:
      return x < 3 && y < 3 && !(x == 1 && y == 1);
    case palette::Pattern::half_filled:
      return y < 1 && x < 3;
    case palette::Pattern::hatched:
      return (x + y) % 4 == 2;
    case palette::Pattern::dotted:
      return x == 1 && y == 1;
    case palette::Pattern::outline:
      return (x < 3 && y == 0) || (x == 0 && y < 3);
    case palette::Pattern::empty:
      return false;
    case palette::Pattern::cross:
      return x == y || x + y == 2;
  }
  return false;
}

}  // namespace sockarium::gui
