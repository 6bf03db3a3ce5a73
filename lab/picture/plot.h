// A plot: one number against another, a line for each of several things that are compared. Where the numbers
// span two powers of ten and more, an axis counts in powers of ten, so that «grows with n» is a slope and
// «stays» is level.
#pragma once

#include <string>
#include <vector>

#include "lab/picture/ink.h"

namespace sockarium::picture {

struct Series {
  std::string name;
  std::vector<double> values;  ///< one for each place on the x axis
};

struct Plot {
  std::string title, description;
  std::string x_name;
  std::vector<double> xs;  ///< ascending
  std::vector<Series> series;
};

Picture plot_ink(const Plot& plot, float width = 720, float height = 440);

/// The numbers that an axis from `low` to `high` is marked with. `powers`: it counts in powers of ten.
std::vector<double> ticks(double low, double high, bool powers);

}  // namespace sockarium::picture
