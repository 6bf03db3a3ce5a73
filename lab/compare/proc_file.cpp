#include "lab/compare/proc_file.h"

#include <fcntl.h>
#include <unistd.h>

namespace sockarium::compare {

bool write_file(const std::string& path, const std::string& text) {
  const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool whole = write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  close(fd);
  return whole;
}

}  // namespace sockarium::compare
