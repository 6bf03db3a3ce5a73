// The lesson: what it is about, what it has said so far at the shown moment, and its questions. A question is
// asked just before the moment that it is about; the run answers it, never this text.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "gui/commands.h"
#include "gui/draw_ink.h"
#include "gui/reading.h"
#include "gui/widgets.h"

namespace sockarium::gui {

namespace {

bool is_order(const Question& question) {
  return question.type == script::Prediction::Type::Order && !question.options.empty();
}

bool judged_right(const Question& question, const Guess& guess) {
  if (guess.option) return *guess.option == question.correct;
  if (question.number) {
    char* end = nullptr;
    double said = std::strtod(guess.words.c_str(), &end);
    if (end == guess.words.c_str()) return false;
    if (question.type == script::Prediction::Type::Duration) {  // «25 ms» and «0.025» say the same
      const std::string_view unit(end);
      if (unit.find("ms") != std::string_view::npos)
        said /= 1e3;
      else if (unit.find("us") != std::string_view::npos || unit.find("µs") != std::string_view::npos)
        said /= 1e6;
      else if (unit.find("min") != std::string_view::npos)
        said *= 60;
    }
    return std::abs(said - *question.number) <= question.tolerance + 1e-12;
  }
  return guess.words == question.answer;
}

void draw_question(const Question& question, ViewState& view, Intents& intents) {
  const Look& current = look();
  const Theme& theme = current.theme;
  const ItemScope scope("Prediction");
  ImGui::Dummy({0, theme.px(2)});
  ImGui::PushStyleColor(ImGuiCol_Text, theme.focus());
  text("◆ Predict: " + question.ask, current.fonts.bold, true);
  ImGui::PopStyleColor();
  const float width = ImGui::GetContentRegionAvail().x;
  bool ready = false;
  const bool ordered = is_order(question);
  if (ordered)
    muted_text("Click them in their order; a second click takes one out.", current.fonts.small, true);
  if (!question.options.empty()) {
    for (std::size_t i = 0; i < question.options.size(); ++i) {
      const auto at = std::find(view.order.begin(), view.order.end(), i);
      const bool chosen = ordered ? at != view.order.end() : view.chosen == i;
      const std::string shown = ordered && chosen
                                    ? fmt::format("{}. {}", at - view.order.begin() + 1, question.options[i])
                                    : question.options[i];
      const ImVec2 place = ImGui::GetCursorScreenPos();
      const float inner = width - theme.px(24);
      ImDrawList& list = *ImGui::GetWindowDrawList();
      const float height =
          paint_wrapped(list, {0, 0}, inner, 0, shown, current.fonts.body, false) + theme.px(9);
      ButtonOptions options;
      options.style = chosen ? ButtonStyle::selected : ButtonStyle::plain;
      options.size = {width, height};
      if (button("##option " + std::to_string(i + 1), options)) {
        if (!ordered)
          view.chosen = i;
        else if (chosen)
          view.order.erase(at);
        else
          view.order.push_back(i);
      }
      paint_wrapped(list, {place.x + theme.px(12), place.y + theme.px(4.5F)}, inner, theme.text(), shown,
                    current.fonts.body);
    }
    ready = ordered ? !view.order.empty() : view.chosen.has_value();
  } else {
    ImGui::SetNextItemWidth(width);
    text_field("##answer", view.typed,
               question.type == script::Prediction::Type::Duration ? "a time, such as 25 ms" : "your answer");
    ready = !view.typed.empty();
  }
  const auto say = [&](bool sure, bool skipped) {
    Guess guess;
    guess.sure = sure;
    guess.skipped = skipped;
    if (!skipped && ordered) {
      std::vector<std::string> said;
      for (const std::size_t place : view.order) {
        said.push_back(question.options[place]);
        guess.words += (guess.words.empty() ? "" : ", ") + question.options[place];
      }
      guess.right = said == question.items;
    } else if (!skipped) {
      guess.option = question.options.empty() ? std::nullopt : view.chosen;
      guess.words = guess.option ? question.options[*guess.option] : view.typed;
      guess.right = judged_right(question, guess);
    }
    intents.push_back(intent::Answer{question.prediction, guess});
  };
  ButtonOptions sure;
  sure.style = ButtonStyle::primary;
  sure.enabled = ready;
  sure.tooltip = ready ? "I am sure" : "First choose an answer";
  if (button("Sure", sure)) say(true, false);
  ImGui::SameLine();
  ButtonOptions guess;
  guess.enabled = ready;
  guess.tooltip = ready ? "It is only a guess" : "First choose an answer";
  if (button("A guess", guess)) say(false, false);
  ImGui::SameLine();
  ButtonOptions skip;
  skip.style = ButtonStyle::quiet;
  const std::string tip = "Show the answer without a guess (R)";
  skip.tooltip = tip;
  ImGui::SetCursorPosX(ImGui::GetCursorPosX() +
                       std::max(0.0F, ImGui::GetContentRegionAvail().x - text_size("Skip").x -
                                          2 * ImGui::GetStyle().FramePadding.x));
  if (button("Skip", skip)) say(false, true);
}

void draw_answer(const Question& question, const Guess& guess, Intents& intents) {
  const Look& current = look();
  const Theme& theme = current.theme;
  const ItemScope scope(fmt::format("Answer {}", question.prediction + 1));
  ImGui::Dummy({0, theme.px(2)});
  muted_text("◆ " + question.ask, nullptr, true);
  text("Answer: " + question.answer, current.fonts.bold, true);
  if (guess.skipped) {
    muted_text("You skipped this one.");
  } else if (guess.right) {
    text(guess.sure ? "✓ As you said, and you were sure." : "✓ Your guess was right.", nullptr, true);
  } else {
    text(fmt::format("You said: {}{}", guess.words,
                     guess.sure ? ". You were sure: a good moment to look closely." : "."),
         nullptr, true);
  }
  ButtonOptions jump;
  jump.tooltip = "Shows the moment that decided it";
  if (button("Show that moment", jump)) intents.push_back(intent::SeekTo{question.event});
}

}  // namespace

void draw_lesson(const Frame& frame, ViewState& view, Intents& intents) {
  const Look& current = look();
  const std::uint64_t cursor = frame.session->cursor();
  const std::size_t questions = frame.lesson->questions().size();
  std::size_t answered = 0;
  for (const Question& question : frame.lesson->questions())
    answered += view.guesses.count(question.prediction);
  const std::string note =
      questions == 0 || frame.compact ? "" : fmt::format("{} of {} predictions", answered, questions);
  Panel::Options options;
  options.accent = frame.question() != nullptr;
  const Panel panel("Lesson", frame.area.min, frame.area.size(), note, options);
  if (!panel) return;

  const script::Scenario* scenario = frame.scenario;
  if (scenario == nullptr) {
    muted_text("This run has no lesson. Open a scenario with Ctrl+O.", nullptr, true);
    return;
  }
  // The newest words first: they are the ones to read. What is said at a moment that is asked about would
  // tell.
  const bool asked_here = frame.question() != nullptr && cursor > 0;
  const std::vector<std::string> said = frame.lesson->narrations(asked_here ? cursor - 1 : cursor);
  if (said.empty())
    text(scenario->summary.empty() ? scenario->title : scenario->summary, nullptr, true);
  else
    text(said.back(), nullptr, true);
  if (cursor == 0 && !scenario->goal.empty()) muted_text("Goal: " + scenario->goal, nullptr, true);
  const Question* open = frame.question();
  if (open != nullptr && open->error.empty()) draw_question(*open, view, intents);
  for (auto each = frame.lesson->questions().rbegin(); each != frame.lesson->questions().rend(); ++each) {
    const auto guess = view.guesses.find(each->prediction);
    if (cursor < each->asked) continue;
    if (!each->error.empty())
      muted_text(each->error, current.fonts.small_mono, true);
    else if (guess != view.guesses.end())
      draw_answer(*each, guess->second, intents);
  }
  if (frame.question() == nullptr) {
    ImGui::Dummy({0, current.theme.px(2)});
    const bool over = cursor == frame.session->head() && frame.session->ending() != Ending::NotYet;
    if (cursor == 0)
      text("Press → to step, ← to step back.", current.fonts.bold, true);
    else if (over)
      muted_text(scenario->limits.empty()
                     ? "This is the end. Change something: drop a packet, kill a process (Why?)."
                     : "Model limits: " + scenario->limits,
                 nullptr, true);
    else
      muted_text("Step on: → goes on, ← goes back.", nullptr, true);
  }
  for (std::size_t i = said.size(); i-- > 1;) muted_text(said[i - 1], nullptr, true);
}

}  // namespace sockarium::gui
