// «did you mean …?»: the nearest of the names that would have been right.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sockarium::script {

/// How many letters must be put in, taken out, replaced or swapped with their neighbour (optimal string
/// alignment).
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The nearest name, if it is near enough to be what was meant; else "".
std::string nearest(std::string_view word, const std::vector<std::string>& names);

/// «did you mean 'listen'?», or, where no name is near, `otherwise`.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& names,
                         std::string otherwise = "");

/// «a, b or c»
std::string listed(const std::vector<std::string>& names, std::string_view last = "or");

}  // namespace sockarium::script
