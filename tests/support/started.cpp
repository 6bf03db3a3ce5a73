#include "tests/support/started.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <thread>

#include "lab/cli/comparing.h"

namespace sockarium::test {

namespace fs = std::filesystem;

namespace {

fs::path fresh_folder() {
  std::string pattern = (fs::temp_directory_path() / "sockarium-test-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) std::abort();
  return pattern;
}

std::string slurp(const fs::path& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

/// The parent of a process, or 0 when it is gone.
pid_t parent_of(const std::string& pid) {
  const std::string text = slurp("/proc/" + pid + "/stat");
  const std::size_t end = text.rfind(')');
  if (end == std::string::npos) return 0;
  std::istringstream fields(text.substr(end + 1));
  std::string state;
  pid_t parent = 0;
  fields >> state >> parent;
  return parent;
}

}  // namespace

Folder::Folder() : path(fresh_folder()) {}
Folder::~Folder() {
  std::error_code ignored;
  fs::remove_all(path, ignored);
}

Started start(const std::string& program, const std::vector<std::string>& arguments, const fs::path& folder,
              const fs::path& output) {
  std::vector<std::string> words{program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    const int nothing = open("/dev/null", O_RDONLY);
    const int out = open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    dup2(nothing, 0);
    dup2(out, 1);
    dup2(out, 2);
    setenv("TMPDIR", folder.c_str(), 1);
    unsetenv("DISPLAY");
    unsetenv("WAYLAND_DISPLAY");
    if (chdir(folder.c_str()) == 0) execv(pointers[0], pointers.data());
    _exit(127);
  }
  return {child, output};
}

Ended wait_for(const Started& started, int seconds) {
  using namespace std::chrono_literals;
  Ended ended;
  int status = 0;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  while (waitpid(started.pid, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > deadline) {
      ended.late = true;
      kill(started.pid, SIGKILL);
      waitpid(started.pid, &status, 0);
      break;
    }
    std::this_thread::sleep_for(2ms);
  }
  if (WIFEXITED(status)) ended.code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) ended.signal = WTERMSIG(status);
  ended.text = slurp(started.output);
  return ended;
}

std::string why_comparing_is_impossible() {
  for (const cli::Finding& finding : cli::what_comparing_needs())
    if (finding.what == "compare") return finding.fine ? "" : finding.found;
  return "nobody says";
}

std::vector<pid_t> descendants(pid_t ancestor) {
  std::multimap<pid_t, pid_t> children;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/proc", ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") == std::string::npos)
      children.emplace(parent_of(name), static_cast<pid_t>(std::stol(name)));
  }
  std::vector<pid_t> found{ancestor};
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto [first, last] = children.equal_range(found[i]);
    for (auto child = first; child != last; ++child) found.push_back(child->second);
  }
  found.erase(found.begin());
  return found;
}

}  // namespace sockarium::test
