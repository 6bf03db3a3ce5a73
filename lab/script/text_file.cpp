// See text_file.h.
#include "lab/script/text_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace sockarium::script {

namespace fs = std::filesystem;

namespace {

bool write_all(int file, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(file, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

/// The permissions that the new file gets: the old one's, or what a new file of this person has.
mode_t permissions_for(const fs::path& target) {
  struct stat old {};
  if (::stat(target.c_str(), &old) == 0) return old.st_mode & 07777;
  const mode_t mask = umask(0);
  umask(mask);
  return 0666 & ~mask;
}

}  // namespace

std::string write_text_file(const std::string& path, std::string_view content) {
  std::error_code failed;
  if (fs::is_directory(path, failed)) return path + " is a folder: give a file's name.";
  fs::path target = path;
  if (const fs::path whole = fs::canonical(path, failed); !failed) target = whole;
  if (fs::exists(target, failed) && !fs::is_regular_file(target, failed)) {  // a device or pipe stays one
    const int device = ::open(target.c_str(), O_WRONLY | O_CLOEXEC);
    const bool done = device >= 0 && write_all(device, content);
    const int why = errno;
    if (device >= 0) ::close(device);
    return done ? std::string{} : path + " could not be written: " + std::generic_category().message(why);
  }
  // Beside it under a name that nobody has; on the disk before it takes the place of the old one.
  std::string beside = target.string() + ".XXXXXX";
  const int file = mkstemp(beside.data());
  if (file < 0) return path + " could not be written. Does the folder exist, and may you write there?";
  const bool whole =
      write_all(file, content) && fchmod(file, permissions_for(target)) == 0 && fsync(file) == 0;
  const int why = errno;
  if (::close(file) != 0 || !whole) {
    ::unlink(beside.c_str());
    return path + " could not be written: " + std::generic_category().message(why);
  }
  fs::rename(beside, target, failed);
  if (!failed) return {};
  ::unlink(beside.c_str());
  return path + " could not be written: " + failed.message();
}

}  // namespace sockarium::script
