// The faces of the window, rasterised at the sizes of a theme. Addresses, ports and tools are set in a
// monospaced face whose figures have equal width; the pixel font that ImGui brings along is never used.
#pragma once

#include <imgui.h>

#include "gui/theme.h"

namespace sockarium::gui {

struct Fonts {
  ImFont* body = nullptr;             ///< text, buttons, tables
  ImFont* bold = nullptr;             ///< body size
  ImFont* mono = nullptr;             ///< body size: programs, tools, addresses
  ImFont* mono_bold = nullptr;        ///< body size: what changed in a tool's output
  ImFont* small = nullptr;            ///< notes and axis labels
  ImFont* small_mono = nullptr;       ///< labels of packets, ports in narrow places
  ImFont* small_mono_bold = nullptr;  ///< what changed in a tool's output
  ImFont* title = nullptr;            ///< bold: panel titles, hosts
  ImFont* caption = nullptr;          ///< what happens now
  ImFont* clock = nullptr;            ///< monospaced bold: time and big numbers
};

/// Empties the current context's atlas and fills it with the fonts of this theme (sizes times scale). The
/// owner of a GPU texture of the old atlas must make it anew. Takes tens of milliseconds.
Fonts load_fonts(const Theme& theme);

}  // namespace sockarium::gui
