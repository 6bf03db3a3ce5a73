// See bookmark_file.h.
#include "lab/script/bookmark_file.h"

#include <filesystem>
#include <fstream>

#include "lab/script/text_file.h"

namespace sockarium::script {

std::string bookmark_path(const std::string& scenario_path) {
  return std::filesystem::path(scenario_path).replace_extension(".bookmarks").string();
}

std::vector<NamedMoment> read_bookmarks(const std::string& scenario_path) {
  std::vector<NamedMoment> found;
  if (scenario_path.empty()) return found;
  std::ifstream in(bookmark_path(scenario_path));
  for (std::string line; std::getline(in, line);) {
    const std::size_t blank = line.find(' ');
    if (blank == std::string::npos || blank == 0 || blank > 18 ||
        line.find_first_not_of("0123456789") != blank || blank + 1 == line.size())
      continue;
    found.push_back({line.substr(blank + 1), std::stoull(line.substr(0, blank))});
  }
  return found;
}

std::string write_bookmarks(const std::string& scenario_path, const std::vector<NamedMoment>& bookmarks) {
  if (scenario_path.empty()) return "This run has no file beside which bookmarks could be saved.";
  const std::string path = bookmark_path(scenario_path);
  std::error_code failed;
  if (bookmarks.empty()) {
    std::filesystem::remove(path, failed);
    return failed ? path + " could not be removed: " + failed.message() : std::string{};
  }
  std::string text;
  for (const NamedMoment& each : bookmarks) text += std::to_string(each.event) + ' ' + each.name + '\n';
  return write_text_file(path, text);
}

}  // namespace sockarium::script
