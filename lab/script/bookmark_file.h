// The moments that a person has named, in a file beside the scenario: «q1.lua» has «q1.bookmarks», with one
// «event name» a line. The window writes it, and `--at NAME` reads it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sockarium::script {

struct NamedMoment {
  std::string name;
  std::uint64_t event = 0;
  friend bool operator==(const NamedMoment&, const NamedMoment&) = default;
};

std::string bookmark_path(const std::string& scenario_path);
/// Lines that are none are left out; no file: none.
std::vector<NamedMoment> read_bookmarks(const std::string& scenario_path);
/// Without any, the file is removed. Empty: done; else what went wrong.
std::string write_bookmarks(const std::string& scenario_path, const std::vector<NamedMoment>& bookmarks);

}  // namespace sockarium::script
