// A chain of causes as sentences, each with its rule and source; shared by the panels that explain.
#pragma once

#include <vector>

#include "sim/observe/why.h"

namespace sockarium::gui {

/// Draws the steps below each other. The record of the step that was clicked, or 0.
RecordNumber draw_why_chain(const std::vector<observe::WhyStep>& steps, const observe::Records& records);

}  // namespace sockarium::gui
