// Commands that go through the run. See command_groups.h.
#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

#include <algorithm>

#include "gui/command_groups.h"

namespace sockarium::gui {

namespace {

constexpr int plus = plus_key;

bool can_step(const Frame& frame, const ViewState& view) {
  return has_session(frame, view) &&
         (frame.session->cursor() < frame.session->head() || frame.session->ending() == Ending::NotYet);
}
bool can_step_back(const Frame& frame, const ViewState& view) {
  return has_session(frame, view) && frame.session->cursor() > 0;
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
template <int percent>
void pace(const Frame&, ViewState& view, Intents&) {
  view.delay = std::clamp(view.delay * percent / 100.0, 0.15, 4.0);
}

void play(const Frame&, ViewState& view, Intents& intents) {
  intents.push_back(intent::SetPlaying{!view.playing});
}

void run_through(const Frame&, ViewState& view, Intents& intents) {
  intent::SetPlaying wish;
  wish.on = !view.playing || !view.through;
  wish.through = wish.on;
  intents.push_back(wish);
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

}  // namespace

std::vector<Command> move_commands() {
  return {
      {"Play or pause",
       "Shows one step after the other; stops at predictions.",
       Menu::Move,
       {{GLFW_KEY_SPACE}},
       false,
       play,
       has_session},
      {"Run through",
       "Shows the whole run in twenty seconds, and not each step: how ports run out, how queues fill.",
       Menu::Move,
       {{GLFW_KEY_SPACE, false, true}},
       false,
       run_through,
       has_session},
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
       has_session},
      {"End",
       "Goes to the end of the run.",
       Menu::Move,
       {{GLFW_KEY_END}},
       false,
       [](const Frame&, ViewState&, Intents& i) { i.push_back(intent::GoTo{"end"}); },
       has_session},
      {"Go to…",
       "Goes to a time, an event's number or a bookmark.",
       Menu::Move,
       {{GLFW_KEY_G}},
       false,
       ask<Dialog::GoTo>,
       has_session},
      {"Run until…",
       "Runs on to the next drop, error, retransmission or change of state.",
       Menu::Move,
       {{GLFW_KEY_U}},
       false,
       ask<Dialog::Until>,
       has_session},
      {"Run back until…",
       "Goes back to the last drop, error, retransmission or change of state.",
       Menu::Move,
       {{GLFW_KEY_U, false, true}},
       false,
       ask<Dialog::UntilBack>,
       has_session},
      {"Search…",
       "Finds events by the words of their captions.",
       Menu::Move,
       {{GLFW_KEY_F, true}, {GLFW_KEY_SLASH}},
       false,
       ask<Dialog::Search>,
       has_session},
      {"Bookmark",
       "Names the shown moment, or takes its bookmark away.",
       Menu::Move,
       {{GLFW_KEY_M}},
       false,
       ask<Dialog::Bookmark>,
       has_session},
      {"Previous bookmark",
       "Goes back to the bookmark before.",
       Menu::Move,
       {{GLFW_KEY_LEFT_BRACKET}},
       true,
       [](const Frame&, ViewState&, Intents& i) { i.push_back(intent::NextBookmark{false}); },
       has_session},
      {"Next bookmark",
       "Goes on to the next bookmark.",
       Menu::Move,
       {{GLFW_KEY_RIGHT_BRACKET}},
       true,
       [](const Frame&, ViewState&, Intents& i) { i.push_back(intent::NextBookmark{true}); },
       has_session},
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
  };
}

}  // namespace sockarium::gui
