// One command for each panel. See command_groups.h.
#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

#include "gui/command_groups.h"
#include "gui/layout.h"

namespace sockarium::gui {

namespace {

template <PanelId panel>
void show(const Frame& frame, ViewState& view, Intents&) {
  bring_to_front(view, panel, frame.room);
}

}  // namespace

std::vector<Command> panel_commands() {
  return {
      {"Lesson",
       "Shows the lesson's text and questions.",
       Menu::Panels,
       {{GLFW_KEY_F2}},
       false,
       show<PanelId::Lesson>,
       nullptr},
      {"Programs",
       "Shows the programs and where they stand.",
       Menu::Panels,
       {{GLFW_KEY_F3}},
       false,
       show<PanelId::Programs>,
       nullptr},
      {"Ladder",
       "Shows the packets between the hosts.",
       Menu::Panels,
       {{GLFW_KEY_F4}},
       false,
       show<PanelId::Ladder>,
       nullptr},
      {"Kernels",
       "Shows descriptors, open files, sockets and ports of each host.",
       Menu::Panels,
       {{GLFW_KEY_F5}},
       false,
       show<PanelId::Kernels>,
       nullptr},
      {"Queues",
       "Shows the SYN queue and the accept queue of each listener.",
       Menu::Panels,
       {{GLFW_KEY_F6}},
       false,
       show<PanelId::Queues>,
       nullptr},
      {"TCP states",
       "Shows both ends of a connection in the diagram of states.",
       Menu::Panels,
       {{GLFW_KEY_F7}},
       false,
       show<PanelId::States>,
       nullptr},
      {"Why?",
       "Shows what caused what is selected, step by step.",
       Menu::Panels,
       {{GLFW_KEY_F8}},
       false,
       show<PanelId::Why>,
       nullptr},
      {"Tools",
       "Shows what ss, strace, tcpdump and nstat would print.",
       Menu::Panels,
       {{GLFW_KEY_F2, false, true}},
       false,
       show<PanelId::Tools>,
       shows_moment},
      {"Ports",
       "Shows all ports of a host as a picture.",
       Menu::Panels,
       {{GLFW_KEY_F3, false, true}},
       false,
       show<PanelId::Ports>,
       shows_moment},
      {"Sockets",
       "Shows all sockets of a host by state.",
       Menu::Panels,
       {{GLFW_KEY_F4, false, true}},
       false,
       show<PanelId::Sockets>,
       shows_moment},
      {"Timers",
       "Shows the timers that run, the next to fire first.",
       Menu::Panels,
       {{GLFW_KEY_F5, false, true}},
       false,
       show<PanelId::Timers>,
       shows_moment},
      {"Inspector",
       "Takes the selected packet or call apart.",
       Menu::Panels,
       {{GLFW_KEY_F6, false, true}},
       false,
       show<PanelId::Inspector>,
       shows_moment},
      {"Settings",
       "Shows and sets the sysctls of a host.",
       Menu::Panels,
       {{GLFW_KEY_F7, false, true}},
       false,
       show<PanelId::Settings>,
       shows_moment},
      {"Source",
       "Shows the scenario file; what is edited there is run when it is saved.",
       Menu::Panels,
       {{GLFW_KEY_F9}},
       false,
       show<PanelId::Source>,
       shows_moment},
      {"Edit the source",
       "Puts the cursor into the scenario file; Esc takes it out again.",
       Menu::Panels,
       {{GLFW_KEY_F9, false, true}},
       false,
       [](const Frame& frame, ViewState& view, Intents&) {
         if (!is_in_front(view, PanelId::Source, frame.room))
           bring_to_front(view, PanelId::Source, frame.room);
         view.source.take_focus = true;
       },
       [](const Frame& frame, const ViewState& view) {
         return shows_moment(frame, view) && frame.scenario != nullptr;
       }},
      {"Waiting",
       "Shows who waits for what, the lists of each epoll, and descriptors in flight.",
       Menu::Panels,
       {{GLFW_KEY_F10}},
       false,
       show<PanelId::Waiting>,
       shows_moment},
      {"Plots",
       "Plots sockets and queues over the run.",
       Menu::Panels,
       {{GLFW_KEY_F8, false, true}},
       false,
       show<PanelId::Plots>,
       shows_moment},
  };
}

}  // namespace sockarium::gui
