// Commands for how the run is looked at: layouts, timeline, theme, size. See command_groups.h.
#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

#include <algorithm>

#include "gui/command_groups.h"
#include "gui/layout.h"

namespace sockarium::gui {

namespace {

constexpr int plus = plus_key;

template <Arrangement arrangement>
void arrange(const Frame&, ViewState&, Intents& intents) {
  intents.push_back(intent::Arrange{arrangement});
}
/// Shows less or more of the run, around the playhead.
template <int percent>
void zoom_timeline(const Frame& frame, ViewState& view, Intents&) {
  const double whole = static_cast<double>(std::max<std::uint64_t>(1, frame.session->head()));
  zoom(view, static_cast<double>(frame.session->cursor()) / whole, percent / 100.0);
}
template <int percent>
void pan_timeline(const Frame&, ViewState& view, Intents&) {
  pan(view, percent / 100.0);
}
template <int percent>
void scale(const Frame&, ViewState& view, Intents&) {
  view.scale = percent == 0 ? 1.0F : clamp_scale(view.scale + static_cast<float>(percent) / 100.0F);
}

}  // namespace

std::vector<Command> view_commands() {
  return {
      {"Layout: Lesson",
       "The lesson's text, programs, ladder, kernels and causes.",
       Menu::View,
       {{GLFW_KEY_1, true}},
       false,
       arrange<Arrangement::Lesson>,
       has_session},
      {"Layout: Projector",
       "Three panels in large type, light, for the back row; again: back.",
       Menu::View,
       {{GLFW_KEY_P}, {GLFW_KEY_2, true}},
       false,
       [](const Frame&, ViewState& v, Intents& i) {
         i.push_back(intent::Arrange{v.arrangement == Arrangement::Projector ? Arrangement::Lesson
                                                                             : Arrangement::Projector});
       },
       has_session},
      {"Layout: Debug",
       "Descriptors, timers, tools, bytes and settings.",
       Menu::View,
       {{GLFW_KEY_3, true}},
       false,
       arrange<Arrangement::Debug>,
       has_session},
      {"Layout: Ports",
       "Tens of thousands of ports and sockets at once.",
       Menu::View,
       {{GLFW_KEY_4, true}},
       false,
       arrange<Arrangement::Ports>,
       has_session},
      {"Compare with the real kernel",
       "Plays the same programs on this machine's kernel and shows both runs side by side; again: back.",
       Menu::View,
       {{GLFW_KEY_K}},
       false,
       [](const Frame&, ViewState& v, Intents& i) {
         if (v.arrangement == Arrangement::Compare)
           i.push_back(intent::Arrange{Arrangement::Lesson});
         else
           i.push_back(intent::Compare{});
       },
       has_session},
      {"Reset layout",
       "Puts every panel back to where it was.",
       Menu::View,
       {},
       false,
       [](const Frame&, ViewState&, Intents& i) { i.push_back(intent::ResetLayout{}); },
       nullptr},
      {"Zoom the timeline in",
       "Shows a shorter part of the run.",
       Menu::View,
       {{GLFW_KEY_W}},
       true,
       zoom_timeline<70>,
       shows_moment},
      {"Zoom the timeline out",
       "Shows a longer part of the run.",
       Menu::View,
       {{GLFW_KEY_S}},
       true,
       zoom_timeline<143>,
       shows_moment},
      {"Timeline to the left",
       "Moves the shown part towards the start.",
       Menu::View,
       {{GLFW_KEY_A}},
       true,
       pan_timeline<-25>,
       shows_moment},
      {"Timeline to the right",
       "Moves the shown part towards the end.",
       Menu::View,
       {{GLFW_KEY_D}},
       true,
       pan_timeline<25>,
       shows_moment},
      {"Fit the timeline",
       "Shows the whole run.",
       Menu::View,
       {{GLFW_KEY_F}},
       false,
       [](const Frame&, ViewState& v, Intents&) {
         v.timeline_from = 0;
         v.timeline_to = 1;
       },
       shows_moment},
      {"Scale of time",
       "Changes between equal events, compressed waits and true time.",
       Menu::View,
       {{GLFW_KEY_Y}},
       false,
       [](const Frame&, ViewState& v, Intents&) {
         v.time_scale = static_cast<TimeScale>((static_cast<int>(v.time_scale) + 1) % 3);
       },
       shows_moment},
      {"Theme",
       "Changes between dark, light and high contrast.",
       Menu::View,
       {{GLFW_KEY_T}},
       false,
       [](const Frame&, ViewState& v, Intents&) {
         ThemeKind& theme = v.arrangement == Arrangement::Projector ? v.projector_theme : v.theme;
         theme = next_theme(theme);
       },
       nullptr},
      {"Larger",
       "Makes everything larger.",
       Menu::View,
       {{plus, true}, {plus, true, true}, {GLFW_KEY_KP_ADD, true}},
       true,
       scale<10>,
       nullptr},
      {"Smaller",
       "Makes everything smaller.",
       Menu::View,
       {{GLFW_KEY_MINUS, true}, {GLFW_KEY_KP_SUBTRACT, true}},
       true,
       scale<-10>,
       nullptr},
      {"Usual size",
       "Back to 100 %.",
       Menu::View,
       {{GLFW_KEY_0, true}, {GLFW_KEY_KP_0, true}},
       false,
       scale<0>,
       nullptr},
      {"Captions",
       "Changes between normal captions, large ones and none.",
       Menu::View,
       {{GLFW_KEY_C}},
       false,
       [](const Frame&, ViewState& v, Intents&) {
         v.caption = v.caption == CaptionSize::Normal  ? CaptionSize::Large
                     : v.caption == CaptionSize::Large ? CaptionSize::Off
                                                       : CaptionSize::Normal;
       },
       nullptr},
      {"Blank the picture",
       "Hides everything, for a question to the class.",
       Menu::View,
       {{GLFW_KEY_B}},
       false,
       [](const Frame&, ViewState& v, Intents&) { v.blank = !v.blank; },
       nullptr},
      // The window itself listens to F11; here it stands for menu and help.
      {"Full screen",
       "Fills the screen, or returns to a window.",
       Menu::View,
       {},
       false,
       [](const Frame&, ViewState&, Intents& i) { i.push_back(intent::FullScreen{}); },
       nullptr},
  };
}

void zoom(ViewState& view, double around, double factor) {
  const double span = std::clamp((view.timeline_to - view.timeline_from) * factor, 0.002, 1.0);
  const double share =
      std::clamp((around - view.timeline_from) / (view.timeline_to - view.timeline_from), 0.0, 1.0);
  view.timeline_from = std::clamp(around - share * span, 0.0, 1.0 - span);
  view.timeline_to = view.timeline_from + span;
}

void pan(ViewState& view, double share) {
  const double span = view.timeline_to - view.timeline_from;
  view.timeline_from = std::clamp(view.timeline_from + share * span, 0.0, 1.0 - span);
  view.timeline_to = view.timeline_from + span;
}

}  // namespace sockarium::gui
