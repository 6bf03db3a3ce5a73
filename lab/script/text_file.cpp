// See text_file.h.
#include "lab/script/text_file.h"

#include <filesystem>
#include <fstream>

namespace sockarium::script {

namespace fs = std::filesystem;

std::string write_text_file(const std::string& path, std::string_view content) {
  std::error_code failed;
  if (fs::is_directory(path, failed)) return path + " is a folder: give a file's name.";
  fs::path target = path;
  if (const fs::path whole = fs::canonical(path, failed); !failed) target = whole;
  fs::path beside = target;
  beside += ".new";
  {
    std::ofstream out(beside, std::ios::binary);
    out.write(content.data(), static_cast<std::streamsize>(content.size()));
    out.close();
    if (!out) {
      fs::remove(beside, failed);
      return path + " could not be written. Does the folder exist, and may you write there?";
    }
  }
  if (const fs::file_status old = fs::status(target, failed); fs::exists(old))
    fs::permissions(beside, old.permissions(), failed);
  failed.clear();
  fs::rename(beside, target, failed);
  if (!failed) return {};
  const std::string why = failed.message();
  fs::remove(beside, failed);
  return path + " could not be written: " + why;
}

}  // namespace sockarium::script
