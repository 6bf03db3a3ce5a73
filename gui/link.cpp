// See link.h.
#include "gui/link.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>

namespace sockarium::gui {

namespace {

/// As a shell takes it for one word.
std::string word(const std::string& text) {
  const auto plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("_-./=:,@%+").find(c) != std::string_view::npos;
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), plain)) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

}  // namespace

std::string link_to(const std::string& path, const script::LoadOptions& loaded, std::uint64_t event,
                    const ViewState& view) {
  std::error_code failed;
  const std::string whole = std::filesystem::absolute(path, failed).lexically_normal().string();
  std::string line = "sockarium gui " + word(failed ? path : whole);
  if (event > 0) line += fmt::format(" --at {}", event);
  for (const auto& [name, value] : loaded.params) line += " --set " + word(name + "=" + value);
  if (loaded.seed) line += fmt::format(" --seed {}", *loaded.seed);
  if (loaded.profile) line += " --profile " + std::string(info_of(*loaded.profile).name);
  std::string layout(name(view.arrangement));
  std::transform(layout.begin(), layout.end(), layout.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  line += " --layout " + layout;
  if (view.scale != 1.0F) line += fmt::format(" --scale {:.2g}", view.scale);
  return line;
}

}  // namespace sockarium::gui
