// The table of commands itself: what each is called, does, and which keys it has. See commands.h.
#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

#include <algorithm>

#include "gui/commands.h"

namespace sockarium::gui {

namespace {

bool has_session(const Frame& frame, const ViewState&) {
  return frame.session != nullptr;
}
// The comparison shows whole runs: there is no moment to step from.
bool shows_moment(const Frame& frame, const ViewState& view) {
  return frame.session != nullptr && view.arrangement == Arrangement::Lesson;
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
  // In a small window a column has one panel in front; with room for all, one panel may have its column for
  // itself.
  if (!frame.compact) {
    view.enlarged = view.enlarged == panel ? std::nullopt : std::optional<PanelId>(panel);
    return;
  }
  view.single = panel;
  const bool left = panel == PanelId::Lesson || panel == PanelId::Programs;
  const bool middle = panel == PanelId::Ladder || panel == PanelId::Kernels;
  view.front[left ? 0 : middle ? 1 : 2] = panel;
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
  else if (view.blank)
    view.blank = false;
  else if (!frame.load_error.empty())
    intents.push_back(intent::CloseError{});
  else if (view.playing)
    intents.push_back(intent::SetPlaying{false});
  else if (view.arrangement == Arrangement::Compare && (view.compared_model | view.compared_real) != 0)
    view.compared_model = view.compared_real = 0;
  else if (view.arrangement == Arrangement::Compare)
    intents.push_back(intent::ShowLesson{});
  else if (view.selected != 0)
    view.selected = 0;
  else if (view.enlarged)
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

const std::vector<Command>& table() {
  static const std::vector<Command> all{
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
      {"Export picture…",
       "Writes what the window shows as PNG, or the ladder as SVG.",
       Menu::File,
       {{GLFW_KEY_E, true}},
       false,
       ask<Dialog::Export>,
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
       Menu::View,
       {{GLFW_KEY_F2}},
       false,
       show<PanelId::Lesson>,
       nullptr},
      {"Programs",
       "Shows the programs and where they stand.",
       Menu::View,
       {{GLFW_KEY_F3}},
       false,
       show<PanelId::Programs>,
       nullptr},
      {"Ladder",
       "Shows the packets between the hosts.",
       Menu::View,
       {{GLFW_KEY_F4}},
       false,
       show<PanelId::Ladder>,
       nullptr},
      {"Kernels",
       "Shows descriptors, open files, sockets and ports of each host.",
       Menu::View,
       {{GLFW_KEY_F5}},
       false,
       show<PanelId::Kernels>,
       nullptr},
      {"Queues",
       "Shows the SYN queue and the accept queue of each listener.",
       Menu::View,
       {{GLFW_KEY_F6}},
       false,
       show<PanelId::Queues>,
       nullptr},
      {"TCP states",
       "Shows both ends of a connection in the diagram of states.",
       Menu::View,
       {{GLFW_KEY_F7}},
       false,
       show<PanelId::States>,
       nullptr},
      {"Why?",
       "Shows what caused what is selected, step by step.",
       Menu::View,
       {{GLFW_KEY_F8}},
       false,
       show<PanelId::Why>,
       nullptr},
      {"Compare with the real kernel",
       "Plays the same programs on this machine's kernel and shows both runs side by side; again: back.",
       Menu::View,
       {{GLFW_KEY_K}},
       false,
       [](const Frame&, ViewState& v, Intents& i) {
         if (v.arrangement == Arrangement::Compare)
           i.push_back(intent::ShowLesson{});
         else
           i.push_back(intent::Compare{});
       },
       has_session},
      {"Theme",
       "Changes between dark, light and high contrast.",
       Menu::View,
       {{GLFW_KEY_T}},
       false,
       [](const Frame&, ViewState& v, Intents&) { v.theme = next_theme(v.theme); },
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
      {"Cancel",
       "Closes what is open, lets go of what is selected.",
       Menu::Help,
       {{GLFW_KEY_ESCAPE}},
       false,
       escape,
       nullptr},
  };
  return all;
}

}  // namespace

std::span<const Command> commands() {
  return table();
}

}  // namespace sockarium::gui
