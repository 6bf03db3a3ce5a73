// Settings of the kernel that are files below /proc.
#pragma once

#include <string>

namespace sockarium::compare {

/// Writes `text` in one go, as such files want it. False: see errno.
bool write_file(const std::string& path, const std::string& text);

}  // namespace sockarium::compare
