// The program as a process of its own: started beside the test, with what it writes kept, waited for or
// ended.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace sockarium::test {

/// An empty folder that is removed at the end.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::filesystem::path path;
};

struct Ended {
  int code = -1;      ///< exit code; −1: a signal ended it
  int signal = 0;     ///< that signal
  bool late = false;  ///< it had not ended in time, and was killed
  std::string text;   ///< what it wrote, errors too
};

/// A process that was started and not waited for yet.
struct Started {
  pid_t pid = -1;
  std::filesystem::path output;
};

/// Starts `program` with `arguments`. Its temporary folder and its current one is `folder`; what it writes
/// goes to the file `output`. No display.
Started start(const std::string& program, const std::vector<std::string>& arguments,
              const std::filesystem::path& folder, const std::filesystem::path& output);
/// Waits at most so many seconds; what has not ended by then is killed.
Ended wait_for(const Started& started, int seconds);
/// Empty where `sockarium compare` can work; else what `sockarium doctor` says is missing.
std::string why_comparing_is_impossible();

/// All processes that descend from `ancestor`, each before its children, by /proc.
std::vector<pid_t> descendants(pid_t ancestor);

}  // namespace sockarium::test
