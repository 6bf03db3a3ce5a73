// Pictures as pixels, and PNG files made of them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace sockarium::gui {

struct Picture {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> rgba;  ///< four bytes a pixel, rows from top to bottom

  friend bool operator==(const Picture&, const Picture&) = default;
};

/// Writes the whole file or leaves what was there. Nothing, or what went wrong and where. Whether an existing
/// file may be replaced is the caller's question.
std::optional<std::string> write_png(const Picture& picture, const std::filesystem::path& path);

}  // namespace sockarium::gui
