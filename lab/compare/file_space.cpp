#include "lab/compare/file_space.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace sockarium::compare {

namespace {

constexpr const char* base = "/tmp";  // exists everywhere; covered in the new mount namespace only

std::string root_of(std::size_t host) {
  return fmt::format("{}/{}", base, host);
}

bool bind_device(const std::string& from, const std::string& to) {
  const int fd = open(to.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  if (fd < 0) return false;
  close(fd);
  return mount(from.c_str(), to.c_str(), nullptr, MS_BIND, nullptr) == 0;
}

bool make_one(const std::string& root) {
  if (mkdir(root.c_str(), 0755) != 0 || mount("sockarium", root.c_str(), "tmpfs", 0, "mode=755") != 0)
    return false;
  const std::string proc = root + "/.proc";
  constexpr unsigned long locked = MS_NOSUID | MS_NODEV | MS_NOEXEC;  // what a user namespace must keep
  return mkdir((root + "/dev").c_str(), 0755) == 0 && mkdir((root + "/tmp").c_str(), 0777) == 0 &&
         chmod((root + "/tmp").c_str(), 01777) == 0 && mkdir(proc.c_str(), 0755) == 0 &&
         mount("/proc", proc.c_str(), nullptr, MS_BIND | MS_REC, nullptr) == 0 &&
         mount(nullptr, proc.c_str(), nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY | locked, nullptr) == 0 &&
         bind_device("/dev/null", root + "/dev/null") && bind_device("/dev/zero", root + "/dev/zero") &&
         bind_device("/dev/null", root + "/dev/tty");  // nobody types there, and nobody reads it
}

}  // namespace

std::string make_file_spaces(std::size_t hosts) {
  const auto trouble = [] {
    return fmt::format("hosts can't have files of their own: {}", std::strerror(errno));
  };
  const mode_t mask = umask(0);
  const auto restored = [&](std::string text) {
    umask(mask);
    return text;
  };
  if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      mount("sockarium", base, "tmpfs", 0, "mode=755") != 0)
    return restored(trouble());
  for (std::size_t host = 0; host < hosts; ++host)
    if (!make_one(root_of(host))) return restored(trouble());
  return restored({});
}

bool enter_file_space(std::size_t host) {
  return chroot(root_of(host).c_str()) == 0 && chdir("/") == 0;
}

std::string proc_path(const char* below) {
  const bool inside = access("/.proc", F_OK) == 0;
  return (inside ? "/.proc/" : "/proc/") + std::string(below);
}

}  // namespace sockarium::compare
