// The table of commands itself: what each is called, does, and which keys it has. See commands.h.
#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

#include <algorithm>
#include <array>

#include "gui/commands.h"
#include "gui/layout.h"

namespace sockarium::gui {

namespace {

bool has_session(const Frame& frame, const ViewState&) {
  return frame.session != nullptr;
}
// The comparison shows whole runs: there is no moment to step from.
bool shows_moment(const Frame& frame, const ViewState& view) {
  return frame.session != nullptr && view.arrangement != Arrangement::Compare;
}
bool can_step(const Frame& frame, const ViewState& view) {
  return shows_moment(frame, view) &&
         (frame.session->cursor() < frame.session->head() || frame.session->ending() == Ending::NotYet);
}
bool can_step_back(const Frame& frame, const ViewState& view) {
  return shows_moment(frame, view) && frame.session->cursor() > 0;
}

template <Unit unit>
void choose_unit(const Frame&, ViewState& view, Intents&) {
  view.unit = unit;
}
template <bool forward>
void step(const Frame&, ViewState& view, Intents& intents) {
  intents.push_back(intent::StepBy{view.unit, forward});
}
template <bool forward>
void step_interesting(const Frame&, ViewState&, Intents& intents) {
  intents.push_back(intent::StepBy{Unit::Interesting, forward});
}
template <PanelId panel>
void show(const Frame& frame, ViewState& view, Intents&) {
  bring_to_front(view, panel, frame.room);
}
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
template <Dialog dialog>
void ask(const Frame&, ViewState& view, Intents&) {
  open_dialog(view, dialog);
}
template <int percent>
void scale(const Frame&, ViewState& view, Intents&) {
  view.scale = percent == 0 ? 1.0F : clamp_scale(view.scale + static_cast<float>(percent) / 100.0F);
}
template <int percent>
void pace(const Frame&, ViewState& view, Intents&) {
  view.delay = std::clamp(view.delay * percent / 100.0, 0.15, 4.0);
}

void play(const Frame&, ViewState& view, Intents& intents) {
  intents.push_back(intent::SetPlaying{!view.playing});
}

void escape(const Frame& frame, ViewState& view, Intents& intents) {
  if (view.dialog != Dialog::None)
    view.dialog = Dialog::None;
  else if (!view.setting_edited.empty())
    view.setting_edited = {};
  else if (view.blank)
    view.blank = false;
  else if (!frame.load_error.empty())
    intents.push_back(intent::CloseError{});
  else if (view.playing)
    intents.push_back(intent::SetPlaying{false});
  else if (view.arrangement == Arrangement::Compare && (view.compared_model | view.compared_real) != 0)
    view.compared_model = view.compared_real = 0;
  else if (view.arrangement == Arrangement::Compare)
    intents.push_back(intent::Arrange{Arrangement::Lesson});
  else if (view.selected != 0 || view.pinned_port) {
    view.selected = 0;
    view.pinned_port.reset();
  } else if (view.enlarged)
    view.enlarged.reset();
  else
    view.notice.clear();
}

void reveal(const Frame& frame, ViewState& view, Intents& intents) {
  for (const Question& question : frame.lesson->questions())
    if (frame.session->cursor() >= question.asked && !view.guesses.count(question.prediction)) {
      Guess guess;
      guess.skipped = true;
      intents.push_back(intent::Answer{question.prediction, guess});
      return;
    }
}

constexpr int plus = GLFW_KEY_EQUAL;  // the key with + on it

std::vector<Command> original_table() {
  return {
      {"Open…",
       "Opens a scenario file.",
       Menu::File,
       {{GLFW_KEY_O, true}},
       false,
       ask<Dialog::Open>,
       nullptr},
      {"Reload",
       "Reads the scenario file again; the moment is kept.",
       Menu::File,
       {{GLFW_KEY_R, true}},
       false,
       [](const Frame&, ViewState&, Intents& i) { i.push_back(intent::Reload{}); },
       has_session},
      {"Save bookmarks",
       "Writes the bookmarks beside the scenario file.",
       Menu::File,
       {{GLFW_KEY_S, true}},
       false,
       [](const Frame&, ViewState&, Intents& i) { i.push_back(intent::Save{}); },
       has_session},
      {"Export…",
       "Writes what the window shows as PNG, or the ladder as SVG.",
       Menu::File,
       {{GLFW_KEY_E, true}},
       false,
       ask<Dialog::Export>,
       has_session},
      {"Copy as text",
       "Copies what the window shows, as text.",
       Menu::File,
       {{GLFW_KEY_C, true}},
       false,
       [](const Frame&, ViewState&, Intents& i) { i.push_back(intent::CopyText{}); },
       has_session},
      {"Quit",
       "Closes the window.",
       Menu::File,
       {{GLFW_KEY_Q, true}},
       false,
       [](const Frame&, ViewState&, Intents& i) { i.push_back(intent::Quit{}); },
       nullptr},

      {"Play or pause",
       "Shows one step after the other; stops at predictions.",
       Menu::Move,
       {{GLFW_KEY_SPACE}},
       false,
       play,
       shows_moment},
      {"Step",
       "Goes one step forward.",
       Menu::Move,
       {{GLFW_KEY_RIGHT}, {GLFW_KEY_PERIOD}},
       true,
       step<true>,
       can_step},
      {"Step back",
       "Goes one step back: exactly to the state of before.",
       Menu::Move,
       {{GLFW_KEY_LEFT}, {GLFW_KEY_COMMA}},
       true,
       step<false>,
       can_step_back},
      {"Next interesting",
       "Goes to the next change of state, error, drop, full queue, prediction …",
       Menu::Move,
       {{GLFW_KEY_PAGE_DOWN}},
       true,
       step_interesting<true>,
       can_step},
      {"Previous interesting",
       "Goes back to what was interesting before.",
       Menu::Move,
       {{GLFW_KEY_PAGE_UP}},
       true,
       step_interesting<false>,
       can_step_back},
      {"Start",
       "Goes to the start of the run.",
       Menu::Move,
       {{GLFW_KEY_HOME}},
       false,
       [](const Frame&, ViewState&, Intents& i) { i.push_back(intent::SeekTo{0}); },
       shows_moment},
      {"End",
       "Goes to the end of the run.",
       Menu::Move,
       {{GLFW_KEY_END}},
       false,
       [](const Frame&, ViewState&, Intents& i) { i.push_back(intent::GoTo{"end"}); },
       shows_moment},
      {"Go to…",
       "Goes to a time, an event's number or a bookmark.",
       Menu::Move,
       {{GLFW_KEY_G}},
       false,
       ask<Dialog::GoTo>,
       shows_moment},
      {"Run until…",
       "Runs on to the next drop, error, retransmission or change of state.",
       Menu::Move,
       {{GLFW_KEY_U}},
       false,
       ask<Dialog::Until>,
       shows_moment},
      {"Run back until…",
       "Goes back to the last drop, error, retransmission or change of state.",
       Menu::Move,
       {{GLFW_KEY_U, false, true}},
       false,
       ask<Dialog::UntilBack>,
       shows_moment},
      {"Search…",
       "Finds events by the words of their captions.",
       Menu::Move,
       {{GLFW_KEY_F, true}, {GLFW_KEY_SLASH}},
       false,
       ask<Dialog::Search>,
       shows_moment},
      {"Bookmark",
       "Names the shown moment, or takes its bookmark away.",
       Menu::Move,
       {{GLFW_KEY_M}},
       false,
       ask<Dialog::Bookmark>,
       shows_moment},
      {"Previous bookmark",
       "Goes back to the bookmark before.",
       Menu::Move,
       {{GLFW_KEY_LEFT_BRACKET}},
       true,
       [](const Frame&, ViewState&, Intents& i) { i.push_back(intent::NextBookmark{false}); },
       shows_moment},
      {"Next bookmark",
       "Goes on to the next bookmark.",
       Menu::Move,
       {{GLFW_KEY_RIGHT_BRACKET}},
       true,
       [](const Frame&, ViewState&, Intents& i) { i.push_back(intent::NextBookmark{true}); },
       shows_moment},
      {"Unit: event",
       "One step is one event of the kernel, the smallest unit.",
       Menu::Move,
       {{GLFW_KEY_1}},
       false,
       choose_unit<Unit::Event>,
       nullptr},
      {"Unit: call",
       "One step is the next entry or return of a system call.",
       Menu::Move,
       {{GLFW_KEY_2}},
       false,
       choose_unit<Unit::Call>,
       nullptr},
      {"Unit: packet",
       "One step is the next packet that is sent, arrives or is dropped.",
       Menu::Move,
       {{GLFW_KEY_3}},
       false,
       choose_unit<Unit::Packet>,
       nullptr},
      {"Unit: interesting",
       "One step goes to what a lecture would stop at.",
       Menu::Move,
       {{GLFW_KEY_4}},
       false,
       choose_unit<Unit::Interesting>,
       nullptr},
      {"Faster",
       "Shows each step for a shorter time while playing.",
       Menu::Move,
       {{plus, false, true}, {plus}, {GLFW_KEY_KP_ADD}},
       true,
       pace<80>,
       nullptr},
      {"Slower",
       "Shows each step for a longer time while playing.",
       Menu::Move,
       {{GLFW_KEY_MINUS}, {GLFW_KEY_KP_SUBTRACT}},
       true,
       pace<125>,
       nullptr},
      {"Undo intervention",
       "Returns to the branch from which the shown one departs.",
       Menu::Move,
       {{GLFW_KEY_Z, true}},
       false,
       [](const Frame&, ViewState&, Intents& i) { i.push_back(intent::Undo{}); },
       [](const Frame& f, const ViewState&) { return f.can_undo; }},
      {"Redo intervention",
       "Shows the branch again that was left last.",
       Menu::Move,
       {{GLFW_KEY_Y, true}, {GLFW_KEY_Z, true, true}},
       false,
       [](const Frame&, ViewState&, Intents& i) { i.push_back(intent::Redo{}); },
       [](const Frame& f, const ViewState&) { return f.can_redo; }},
      {"Reveal",
       "Shows the answer of the prediction without a guess.",
       Menu::Move,
       {{GLFW_KEY_R}},
       false,
       reveal,
       shows_moment},

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
      {"Plots",
       "Plots sockets and queues over the run.",
       Menu::Panels,
       {{GLFW_KEY_F8, false, true}},
       false,
       show<PanelId::Plots>,
       shows_moment},
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

      {"Keys",
       "Shows all keys on one page.",
       Menu::Help,
       {{GLFW_KEY_F1}, {GLFW_KEY_SLASH, false, true}},
       false,
       ask<Dialog::Help>,
       nullptr},
      {"All commands…",
       "Finds a command, panel, lesson or bookmark by its name.",
       Menu::Help,
       {{GLFW_KEY_P, true}},
       false,
       ask<Dialog::Palette>,
       nullptr},
      {"Tour",
       "The window in three steps.",
       Menu::Help,
       {},
       false,
       [](const Frame&, ViewState& v, Intents&) {
         v.tour_step = 0;
         v.dialog = Dialog::Tour;
       },
       nullptr},
      {"What surprised you",
       "Your predictions beside what happened.",
       Menu::Help,
       {},
       false,
       ask<Dialog::Surprises>,
       has_session},
      {"About",
       "What this is, and what the model leaves out.",
       Menu::Help,
       {},
       false,
       ask<Dialog::About>,
       nullptr},
      {"Cancel",
       "Closes what is open, lets go of what is selected.",
       Menu::Help,
       {{GLFW_KEY_ESCAPE}},
       false,
       escape,
       nullptr},
  };
}

std::vector<Command>& table() {
  static std::vector<Command> all = original_table();
  return all;
}

}  // namespace

std::span<const Command> commands() {
  return table();
}

std::span<const Command> original_commands() {
  static const std::vector<Command> all = original_table();
  return all;
}

bool remap(std::string_view name, const std::vector<Key>& keys) {
  std::vector<Command>& all = table();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Command& c) { return c.name == name; });
  if (found == all.end()) return false;
  // Whoever had one of these keys gives it up.
  for (Command& other : all)
    if (&other != &*found)
      other.keys.erase(std::remove_if(other.keys.begin(), other.keys.end(),
                                      [&](const Key& key) {
                                        return std::find(keys.begin(), keys.end(), key) != keys.end();
                                      }),
                       other.keys.end());
  found->keys = keys;
  return true;
}

void restore_keys() {
  table() = original_table();
}

std::string_view panel_key(PanelId panel) {
  static std::array<std::string, lesson_panels> texts;
  const auto place = static_cast<std::size_t>(panel);
  if (place >= texts.size()) return {};
  const std::string_view wanted = panel == PanelId::States ? "TCP states" : name(panel);
  for (const Command& each : commands())
    if (each.menu == Menu::Panels && each.name == wanted)
      texts[place] = each.keys.empty() ? std::string{} : key_text(each.keys.front());
  return texts[place];
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
