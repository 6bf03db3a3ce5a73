// What the texts of a comparison call the ends of connections, and names in words of programs.
#pragma once

#include <functional>
#include <string>

#include "sim/core/address.h"

namespace sockarium::compare {

struct SpokenNames {
  std::function<std::string(const Endpoint&)> end;
  std::function<std::string(const std::string&)> in_words;
};

}  // namespace sockarium::compare
