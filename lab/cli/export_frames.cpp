// See export_frames.h. Debian's tools make animations of pictures: img2webp (package webp), convert (imagemagick).
#include "lab/cli/export_frames.h"

#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <optional>
#include <system_error>
#include <vector>

extern char** environ;

namespace sockarium::cli {

namespace {

constexpr std::size_t most_frames = 2000;

const std::map<std::string, Unit> units{
    {"event", Unit::Event}, {"call", Unit::Call}, {"packet", Unit::Packet}, {"interesting", Unit::Interesting}};

/// A folder that is gone when its user is.
class OwnFolder {
 public:
  OwnFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "sockarium-frames-XXXXXX").string();
    if (mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  ~OwnFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  OwnFolder(const OwnFolder&) = delete;
  OwnFolder& operator=(const OwnFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// The program that makes such a file.
struct Tool {
  std::string program, package;
};
std::optional<Tool> tool_for(const std::string& animation) {
  const std::string ending = std::filesystem::path(animation).extension().string();
  if (ending == ".webp") return Tool{"img2webp", "webp"};
  if (ending == ".gif") return Tool{"convert", "imagemagick"};
  return std::nullopt;
}

bool installed(const std::string& program) {
  const char* path = std::getenv("PATH");
  std::string folders = path == nullptr ? "" : path;
  for (std::size_t begin = 0; begin <= folders.size();) {
    const std::size_t end = std::min(folders.find(':', begin), folders.size());
    if (access((folders.substr(begin, end - begin) + "/" + program).c_str(), X_OK) == 0) return true;
    begin = end + 1;
  }
  return false;
}

/// Runs a program to its end. Its exit code; −1: it could not be started.
int run(const std::vector<std::string>& words) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", 1, 0);  // img2webp talks of its success
  pid_t child = -1;
  const int failed = posix_spawnp(&child, arguments.front(), &files, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  if (failed != 0) return -1;
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/// Puts the pictures together. Whole or not at all: first beside the place where it will be.
int assemble(const FramesOptions& options, const Tool& tool, const std::vector<Shot>& shots) {
  const std::filesystem::path target = options.animation;
  const std::string part = (target.parent_path() / ("." + target.filename().string())).string();
  std::vector<std::string> words{tool.program};
  if (tool.program == "img2webp") {
    words.insert(words.end(), {"-loop", "0", "-lossless", "-d", std::to_string(options.delay)});
    for (const Shot& shot : shots) words.push_back(shot.path);
    words.insert(words.end(), {"-o", part});
  } else {
    words.insert(words.end(), {"-delay", std::to_string((options.delay + 5) / 10), "-loop", "0"});
    for (const Shot& shot : shots) words.push_back(shot.path);
    words.insert(words.end(), {"-layers", "optimize", "gif:" + part});
  }
  const int code = run(words);
  std::error_code failed;
  if (code == 0) std::filesystem::rename(part, target, failed);
  if (code == 0 && !failed) return ok;
  std::error_code ignored;
  std::filesystem::remove(part, ignored);
  report(no_file, fmt::format("'{}' could not be written: {}", options.animation,
                              code == 0 ? failed.message() : fmt::format("{} ended with {}", tool.program, code)),
         false);
  return no_file;
}

}  // namespace

int write_frames(Opened& opened, const FramesOptions& options, const WindowRequest& request, const Renderer& renderer,
                 bool force) {
  const auto wrong = [](int code, const std::string& message, const std::string& hint = {}) {
    report(code, message, false, hint);
    return code;
  };
  std::optional<Tool> tool;
  if (!options.animation.empty()) {
    tool = tool_for(options.animation);
    if (!tool)
      return wrong(bad_usage, fmt::format("--animation writes .webp or .gif, not '{}'", options.animation));
    if (!installed(tool->program))
      return wrong(impossible, fmt::format("{} is not installed, which makes the animation", tool->program),
                   fmt::format("install the package {}, or write single pictures by --frames FOLDER", tool->package));
    if (!may_write(options.animation, force)) return no_file;
  }
  if (!renderer.write_pngs) return wrong(impossible, "this build draws no pictures");

  const auto from = options.from.empty() ? std::optional<std::uint64_t>(0) : opened.moment(options.from);
  if (!from) return bad_usage;
  const auto to = opened.moment(options.to);
  if (!to) return bad_usage;
  if (*from > *to)
    return wrong(bad_usage, fmt::format("--from is event {}, behind --to, event {}", *from, *to));

  const OwnFolder own;
  const std::string folder = options.folder.empty() ? own.path() : options.folder;
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed || folder.empty())
    return wrong(no_file, fmt::format("the folder '{}' could not be made: {}", folder, failed.message()));

  Session& session = *opened.session;
  const Unit unit = units.at(options.step);
  std::vector<std::uint64_t> moments{*from};
  session.seek(*from);
  while (moments.size() <= most_frames && session.step(unit, true) && session.cursor() < *to)
    moments.push_back(session.cursor());
  if (moments.back() != *to) moments.push_back(*to);
  if (moments.size() > most_frames)
    return wrong(bad_usage, fmt::format("that would be more than {} pictures", most_frames),
                 "--from and --to choose a stretch, --step interesting leaves out what is between");
  std::vector<Shot> shots;
  for (std::size_t i = 0; i < moments.size(); ++i) {
    Shot shot;
    shot.event = moments[i];
    shot.path = fmt::format("{}/{:04}.png", folder, i + 1);
    if (!options.folder.empty() && !may_write(shot.path, force)) return no_file;
    shots.push_back(std::move(shot));
  }
  if (const std::string error = renderer.write_pngs(request, shots); !error.empty())
    return wrong(impossible, error, "sockarium doctor tells what this machine can do");
  return tool ? assemble(options, *tool, shots) : ok;
}

}  // namespace sockarium::cli
