// What the commands need of a window and may do without: opening one, and writing a picture of one. The
// program's entry point hands it in, so that everything below the window builds and runs where there is none.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lab/script/scenario.h"

namespace sockarium::cli {

struct WindowRequest {
  std::shared_ptr<const script::Scenario> scenario;  ///< loaded already; none: read `path`
  std::string path;                                  ///< of the file; empty: the window offers the course
  std::uint64_t event = 0;                           ///< the moment to show: after so many events
  std::string
      theme;  ///< «dark», «light», «high contrast»; empty: as the person likes it, or as the layout has it
  float scale = 0;  ///< of type and lines; 0: as the person likes it
  std::string layout;  ///< «lesson», «projector», «debug», «ports», «compare»; empty: as the person likes it
  std::string config;              ///< the settings file; empty: the usual one. «none»: no settings at all
  int width = 1280, height = 720;  ///< pixels at scale 1
};

/// A picture of the window at a moment.
struct Shot {
  std::uint64_t event = 0;
  std::string path;  ///< of the PNG, which is replaced
};

struct Renderer {
  /// Shows a window until it is closed; the exit code of the program (3: there is no display).
  std::function<int(const WindowRequest&)> open_window;
  /// Writes what the window would show at each of these moments (the request's own is not looked at), needing
  /// no display. Empty: done; else what went wrong.
  std::function<std::string(const WindowRequest&, const std::vector<Shot>&)> write_pngs;
};

}  // namespace sockarium::cli
