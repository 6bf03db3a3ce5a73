// The timer of a socket as `ss -o` shows it: «timer:(on,836ms,0)» – its kind, what is left of it, and how
// often it has run out in a row. iproute2 ss.c, Linux inet_csk_diag_fill.
#pragma once

#include <string>

#include "sim/observe/sockets.h"

namespace sockarium::observe {

/// What ss writes of a span of time: «836ms», «1.900ms» (that is 1.9 s), «29sec», «2min».
std::string ss_time(Duration left);
/// «timer:(…)», or nothing where no timer runs.
std::string timer_text(const World& world, const SocketLine& line);

}  // namespace sockarium::observe
