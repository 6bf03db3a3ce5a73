// Commands that change what happens: each starts a branch. See command_groups.h and doings.h.
#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

#include "gui/command_groups.h"
#include "gui/doings.h"

namespace sockarium::gui {

namespace {

template <Doable::Kind kind>
bool can_do(const Frame& frame, const ViewState& view) {
  return shows_moment(frame, view) && doable(frame, view, kind).has_value();
}
template <Doable::Kind kind>
void do_it(const Frame& frame, ViewState& view, Intents& intents) {
  if (auto chosen = doable(frame, view, kind))
    intents.push_back(intent::Intervene{std::move(chosen->what), std::move(chosen->told)});
}
void forge(const Frame& frame, ViewState& view, Intents&) {
  open_forge(frame, view);
}
void limit(const Frame& frame, ViewState& view, Intents&) {
  open_limit(frame, view);
}

}  // namespace

std::vector<Command> what_if_commands() {
  using Kind = Doable::Kind;
  return {
      {"Drop the packet",
       "Loses the packet in flight that is selected, or was sent just now.",
       Menu::WhatIf,
       {{GLFW_KEY_X}},
       false,
       do_it<Kind::Drop>,
       can_do<Kind::Drop>},
      {"Delay the packet",
       "Lets that packet arrive 100 ms later.",
       Menu::WhatIf,
       {{GLFW_KEY_L}},
       false,
       do_it<Kind::Delay>,
       can_do<Kind::Delay>},
      {"Double the packet",
       "Lets that packet arrive twice.",
       Menu::WhatIf,
       {{GLFW_KEY_2, false, true}},
       false,
       do_it<Kind::Double>,
       can_do<Kind::Double>},
      {"Forge a segment…",
       "Sends a SYN, RST or other segment that nobody has sent.",
       Menu::WhatIf,
       {{GLFW_KEY_I}},
       false,
       forge,
       shows_moment},
      {"Cut the link",
       "Loses all that is sent on that packet's link from now on.",
       Menu::WhatIf,
       {{GLFW_KEY_X, false, true}},
       false,
       do_it<Kind::Cut>,
       can_do<Kind::Cut>},
      {"Mend the link",
       "What is sent from now on arrives again.",
       Menu::WhatIf,
       {{GLFW_KEY_L, false, true}},
       false,
       do_it<Kind::Mend>,
       can_do<Kind::Mend>},
      {"Kill the program",
       "SIGKILL for the program that is selected, or did something just now.",
       Menu::WhatIf,
       {{GLFW_KEY_K, false, true}},
       false,
       do_it<Kind::Kill>,
       can_do<Kind::Kill>},
      {"Pause or continue the program",
       "SIGSTOP or SIGCONT for that program.",
       Menu::WhatIf,
       {{GLFW_KEY_Z}},
       false,
       do_it<Kind::Pause>,
       can_do<Kind::Pause>},
      {"Limit of descriptors…",
       "Sets RLIMIT_NOFILE of a program.",
       Menu::WhatIf,
       {{GLFW_KEY_N}},
       false,
       limit,
       shows_moment},
  };
}

}  // namespace sockarium::gui
