// doctor: what this machine can do, and what to do about the rest.
#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "lab/cli/commands.h"
#include "lab/cli/comparing.h"
#include "lab/cli/opened.h"

namespace sockarium::cli {

namespace {

Finding display() {
  const char* x = std::getenv("DISPLAY");
  const char* wayland = std::getenv("WAYLAND_DISPLAY");
  Finding finding{"display", x != nullptr || wayland != nullptr, "",
                  "log in to a desktop, use ssh -X, or write pictures with export --png"};
  finding.found = finding.fine ? (x != nullptr ? x : wayland) : "none";
  return finding;
}

Finding pictures(const Renderer& renderer) {
  Finding finding{"pictures without a display", false, "",
                  "install libegl1 and libgl1-mesa-dri; export --svg works without"};
  const std::filesystem::path path =
      std::filesystem::temp_directory_path() / fmt::format("sockarium-doctor-{}.png", getpid());
  const std::vector<std::string> course = course_files();
  WindowRequest request;
  if (!course.empty()) request.path = course.front();
  const std::string error =
      renderer.write_pngs ? renderer.write_pngs(request, {Shot{0, path.string()}}) : "this build draws none";
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
  finding.fine = error.empty();
  finding.found = error.empty() ? "OpenGL 3.3 by EGL" : error;
  return finding;
}

Finding kernel() {
  utsname name{};
  uname(&name);
  return {"kernel", true, fmt::format("{} {} {}", name.sysname, name.release, name.machine), ""};
}

Finding course() {
  const std::size_t lessons = course_files().size();
  return {"lessons", lessons > 0, fmt::format("{}", lessons),
          "set SOCKARIUM_SCENARIOS to the folder of the course"};
}

int examine(bool json, const Renderer& renderer) {
  const std::vector<Finding> comparing =
      what_comparing_needs();  // first: it forks, and drawing starts threads
  std::vector<Finding> findings{kernel(), display(), pictures(renderer), course()};
  findings.insert(findings.end(), comparing.begin(), comparing.end());
  nlohmann::json document;
  document["schema"] = 1;
  for (const Finding& finding : findings) {
    document["findings"].push_back({{"what", finding.what},
                                    {"fine", finding.fine},
                                    {"found", finding.found},
                                    {"advice", finding.fine ? "" : finding.advice}});
    if (json) continue;
    fmt::print("{:<4} {:<27} {}\n", finding.fine ? "ok" : "no", finding.what, finding.found);
    if (!finding.fine) fmt::print("{:<33}{}\n", "", finding.advice);
  }
  if (json) fmt::print("{}\n", document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
  return ok;
}

}  // namespace

Command add_doctor(CLI::App& program, const Renderer& renderer) {
  auto json = std::make_shared<bool>(false);
  CLI::App* app = program.add_subcommand("doctor", "what this machine can do, and what to do about the rest");
  app->add_flag("--json", *json, "one JSON document instead of text");
  set_examples(*app, {"sockarium doctor", "sockarium doctor --json"});
  return {app, [json, &renderer] { return examine(*json, renderer); }};
}

}  // namespace sockarium::cli
