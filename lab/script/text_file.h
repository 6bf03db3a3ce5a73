// Files that are written whole or not at all: whoever reads one while it is written, or after the machine
// went out, finds the old text or the new, never a piece.
#pragma once

#include <string>
#include <string_view>

namespace sockarium::script {

/// Replaces the file's content (a symbolic link's target, not the link) and keeps its permissions. Empty: it
/// is done; else why not, as a sentence.
std::string write_text_file(const std::string& path, std::string_view content);

}  // namespace sockarium::script
