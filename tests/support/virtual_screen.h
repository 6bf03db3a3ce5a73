// A screen of its own for one test (Xvfb); its number is chosen by the server itself.
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

namespace sockarium::test {

struct Pixels {
  int width = 0, height = 0;
  std::vector<unsigned char> rgb;
};

class VirtualScreen {
 public:
  VirtualScreen();
  ~VirtualScreen();
  VirtualScreen(const VirtualScreen&) = delete;
  VirtualScreen& operator=(const VirtualScreen&) = delete;

  bool works() const { return !name_.empty(); }
  /// «:7», as DISPLAY wants it.
  const std::string& name() const { return name_; }
  /// What the screen shows now, read from the server's memory: nobody has to help.
  Pixels look() const;

 private:
  pid_t server_ = -1;
  std::string name_, folder_;
};

}  // namespace sockarium::test
