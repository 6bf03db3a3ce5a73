// The fonts of the window, carried inside the program: what a student sees does not depend on what is
// installed. DejaVu has every sign that we draw (arrows, boxes, ✓ ✗ ● ▶) and figures of equal width. The
// files come from the package fonts-dejavu-core at build time.
#pragma once

#include <span>

namespace sockarium::assets {

/// Whole TrueType files; they live as long as the program.
std::span<const unsigned char> dejavu_sans();
std::span<const unsigned char> dejavu_sans_bold();
std::span<const unsigned char> dejavu_sans_mono();
std::span<const unsigned char> dejavu_sans_mono_bold();

}  // namespace sockarium::assets
