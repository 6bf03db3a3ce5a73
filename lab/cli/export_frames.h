// A stretch of a run as pictures of the window, one for each step: for slides, or put together as an animation.
#pragma once

#include <string>

#include "lab/cli/opened.h"

namespace sockarium::cli {

struct FramesOptions {
  std::string folder;     ///< gets 0001.png and so on; empty: the pictures are not kept
  std::string animation;  ///< a .webp or .gif; empty: none
  std::string from, to;   ///< moments; empty: the start, the end
  std::string step = "interesting";
  int delay = 900;  ///< milliseconds that the animation shows each picture

  bool wanted() const { return !folder.empty() || !animation.empty(); }
};

/// Draws one picture after each step from one moment to the other. The exit code; what went wrong was written.
int write_frames(Opened& opened, const FramesOptions& options, const WindowRequest& request, const Renderer& renderer,
                 bool force);

}  // namespace sockarium::cli
