// The command line that shows a moment again: what «copy link» gives, and what a lesson's page or a mail can
// hold.
#pragma once

#include <cstdint>
#include <string>

#include "gui/view_state.h"
#include "lab/script/scenario.h"

namespace sockarium::gui {

/// «sockarium gui 'my lesson.lua' --at 17 --set backlog=3 --layout projector», fit for a shell. With the
/// whole path, as nobody knows where it will be typed.
std::string link_to(const std::string& path, const script::LoadOptions& loaded, std::uint64_t event,
                    const ViewState& view);

}  // namespace sockarium::gui
