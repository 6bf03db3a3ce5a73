// Boxes that list what can be found: all commands by their names, events by their captions; the name of a
// bookmark, the tour of the first start, what the model leaves out, and one's predictions beside what
// happened.
#include <fmt/format.h>

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "build_info.h"
#include "gui/commands.h"
#include "gui/dialog_box.h"
#include "gui/draw_ink.h"
#include "gui/reading.h"

namespace sockarium::gui {

namespace {

std::string lower_case(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); });
  return result;
}

/// Every word of `wanted` is in `text`.
bool has_words(std::string_view text, const std::string& wanted) {
  const std::string here = lower_case(text);
  std::size_t at = 0;
  const std::string words = lower_case(wanted);
  while (at < words.size()) {
    const std::size_t end = std::min(words.find(' ', at), words.size());
    if (end > at && here.find(words.substr(at, end - at)) == std::string::npos) return false;
    at = end + 1;
  }
  return true;
}

/// Up and Down choose, Enter takes. True when the row that is chosen was taken by key.
bool choose_by_keys(ViewState& view, std::size_t rows, bool entered) {
  if (rows == 0) return false;
  if (ImGui::IsKeyPressed(GLFW_KEY_DOWN)) ++view.dialog_row;
  if (ImGui::IsKeyPressed(GLFW_KEY_UP)) --view.dialog_row;
  view.dialog_row = std::clamp(view.dialog_row, 0, static_cast<int>(rows) - 1);
  return entered;
}

}  // namespace

void draw_palette(const Frame& frame, ViewState& view, Intents& intents) {
  const Look& current = look();
  const Theme& theme = current.theme;
  const Box box("All commands", theme.px(720), theme.px(520));
  focus_first(view);
  ImGui::SetNextItemWidth(-1);
  const std::string before = view.palette_field;
  const bool entered =
      text_field("##command", view.palette_field, "a command, panel, lesson or bookmark", true);
  if (before != view.palette_field) view.dialog_row = 0;
  struct Row {
    std::string label, keys, sentence;
    const Command* command = nullptr;
    std::optional<Intent> intent;
  };
  std::vector<Row> rows;
  for (const Command& each : commands()) {
    if (each.run == nullptr || each.name == "Cancel" || each.name == "All commands…") continue;
    const std::string all = fmt::format("{} {} {}", name(each.menu), each.name, each.sentence);
    if (!has_words(all, view.palette_field) || !possible(each, frame, view)) continue;
    rows.push_back(
        {std::string(each.name), keys_text(each), std::string(each.sentence), &each, std::nullopt});
  }
  // A name that has the words comes before a sentence that has them.
  std::stable_sort(rows.begin(), rows.end(), [&](const Row& a, const Row& b) {
    return has_words(a.label, view.palette_field) && !has_words(b.label, view.palette_field);
  });
  if (frame.session != nullptr)
    for (const Mark& mark : frame.lesson->bookmarks())
      if (has_words("bookmark " + mark.name, view.palette_field))
        rows.push_back({"⚑ " + mark.name, "", fmt::format("event {}", mark.event), nullptr,
                        Intent(intent::SeekTo{mark.event})});
  for (const CourseEntry& entry : *frame.course)
    if (has_words("lesson " + entry.title, view.palette_field))
      rows.push_back({entry.title, "", "opens this lesson", nullptr, Intent(intent::Open{entry.path})});
  const bool taken = choose_by_keys(view, rows.size(), entered);
  if (rows.empty()) {
    muted_text("Nothing has these words.");
    return;
  }
  ImGui::BeginChild("rows");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Row& row = rows[i];
    const bool chosen = static_cast<int>(i) == view.dialog_row;
    const ImVec2 start = ImGui::GetCursorScreenPos();
    const float width = ImGui::GetContentRegionAvail().x;
    const bool pressed = selectable(row.label + "##" + std::to_string(i), chosen);
    if (chosen && taken) ImGui::SetScrollHereY();
    const float keys = text_size(row.keys, current.fonts.small_mono).x;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    paint_text(list, {start.x + width - keys - theme.px(4), start.y}, theme.text(), row.keys,
               current.fonts.small_mono);
    const float from = text_size(row.label).x + theme.px(16);
    paint_text(list, {start.x + from, start.y}, theme.muted(),
               fitted(row.sentence, current.fonts.small, std::max(0.0F, width - from - keys - theme.px(24))),
               current.fonts.small);
    if (!pressed && !(taken && chosen)) continue;
    view.dialog = Dialog::None;
    if (row.command != nullptr)
      row.command->run(frame, view, intents);
    else
      intents.push_back(*row.intent);
    break;
  }
  ImGui::EndChild();
}

void draw_search(const Frame& frame, ViewState& view, Intents& intents) {
  constexpr std::uint64_t piece = 1500;  // events looked at in one frame
  const Look& current = look();
  const Theme& theme = current.theme;
  const Box box("Search events", theme.px(760), theme.px(480));
  const Session& session = *frame.session;
  focus_first(view);
  ImGui::SetNextItemWidth(-1);
  const std::string before = view.search.words;
  const bool entered =
      text_field("##words", view.search.words, "words of a caption: SYN dropped, close(), TIME-WAIT …", true);
  EventSearch& search = view.search;
  if (before != search.words || search.branch != session.branch()) {
    search.found.clear();
    search.next = 1;
    search.branch = session.branch();
    view.dialog_row = 0;
  }
  const observe::Narrator tells = narrator(frame);
  // What an unanswered question hides is not found either.
  const std::uint64_t until = frame.question() != nullptr ? session.cursor() : session.head();
  if (!search.words.empty())
    for (std::uint64_t looked = 0; search.next <= until && looked < piece && search.found.size() < 2000;
         ++search.next, ++looked) {
      const EventLine& line = session.line(search.next);
      if (line.last >= line.first && has_words(tells.caption(line.first, line.last), search.words))
        search.found.push_back(search.next);
    }
  const bool more = !search.words.empty() && search.next <= until && search.found.size() < 2000;
  const bool taken = choose_by_keys(view, search.found.size(), entered);
  muted_text(search.words.empty() ? "Enter goes to the first; Up and Down choose another."
                                  : fmt::format("{} of {} events{}",
                                                number_text(static_cast<std::int64_t>(search.found.size())),
                                                number_text(static_cast<std::int64_t>(search.next - 1)),
                                                more ? ", still looking" : ""),
             current.fonts.small);
  ImGui::BeginChild("found");
  const float row = ImGui::GetTextLineHeightWithSpacing();
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(search.found.size()), row);
  std::optional<std::uint64_t> wanted;
  if (taken) wanted = search.found[static_cast<std::size_t>(view.dialog_row)];
  while (clipper.Step())
    for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
      const std::uint64_t event = search.found[static_cast<std::size_t>(i)];
      const EventLine& line = session.line(event);
      const std::string label =
          fmt::format("{:>6}  {}  {}", event, clock_text(line.time), tells.caption(line.first, line.last));
      if (selectable(label + "##" + std::to_string(event), i == view.dialog_row)) wanted = event;
    }
  ImGui::EndChild();
  if (wanted) {
    intents.push_back(intent::SeekTo{*wanted});
    view.dialog = Dialog::None;
  }
}

void draw_bookmark(const Frame& frame, ViewState& view, Intents& intents) {
  const Theme& theme = look().theme;
  const std::uint64_t here = frame.session->cursor();
  const auto own = std::find_if(view.bookmarks.begin(), view.bookmarks.end(),
                                [&](const Bookmark& each) { return each.event == here; });
  const Box box("Bookmark", theme.px(460), theme.px(200));
  if (own != view.bookmarks.end()) {
    text(fmt::format("⚑ {}", own->name));
    ButtonOptions options;
    options.style = ButtonStyle::primary;
    if (std::exchange(view.dialog_fresh, false)) ImGui::SetKeyboardFocusHere();
    if (button("Take it away", options) || ImGui::IsKeyPressed(GLFW_KEY_ENTER, false))
      intents.push_back(intent::SetBookmark{own->name});
    return;
  }
  muted_text(fmt::format("A name for event {}; --at NAME finds it again.", here), nullptr, true);
  if (view.dialog_fresh && view.moment_field.empty())
    view.moment_field = fmt::format("mark {}", view.bookmarks.size() + 1);
  focus_first(view);
  ImGui::SetNextItemWidth(ImGui::GetContentRegionAvail().x - text_size("Set").x - theme.px(40));
  const bool entered = text_field("##name", view.moment_field, "first drop", true);
  ImGui::SameLine();
  ButtonOptions options;
  options.style = ButtonStyle::primary;
  options.enabled = !view.moment_field.empty();
  if (button("Set", options) || (entered && !view.moment_field.empty()))
    intents.push_back(intent::SetBookmark{view.moment_field});
}

void draw_about(const Frame& frame, ViewState& view) {
  const Look& current = look();
  const Theme& theme = current.theme;
  const Box box("Sockarium", theme.px(640), theme.px(430));
  text("An aquarium for sockets. Version " SOCKARIUM_VERSION, current.fonts.bold, true);
  text(
      "What you see is a model of Linux's TCP and UDP (profile linux-6.18) that runs inside this program: no "
      "network, no root, the same every time. `sockarium compare` plays a scenario on this machine's own "
      "kernel, and shows where the two differ.",
      nullptr, true);
  ImGui::Dummy({0, theme.px(4)});
  text("What it leaves out", current.fonts.bold);
  muted_text(
      "Timers fire at their nominal times, without Linux's slack. Buffers count payload, not the memory "
      "behind it. Congestion control is slow start and avoidance. There is no ARP, and no "
      "neighbour discovery. The README has the whole list.",
      nullptr, true);
  if (frame.scenario != nullptr && !frame.scenario->limits.empty()) {
    text("In this lesson", current.fonts.bold);
    muted_text(frame.scenario->limits, nullptr, true);
  }
  muted_text("Drawn with Dear ImGui and GLFW, in DejaVu. MIT licence.", current.fonts.small, true);
  ButtonOptions options;
  options.style = ButtonStyle::primary;
  if (button("Close", options)) view.dialog = Dialog::None;
}

void draw_tour(ViewState& view) {
  struct Stop {
    std::string_view title;
    std::string sentence;
  };
  const Look& current = look();
  const Theme& theme = current.theme;
  const auto key = [](std::string_view command_name) { return keys_text(command(command_name)); };
  const std::array<Stop, 3> stops{
      {{"Time is yours",
        fmt::format(
            "{} goes one step on, {} one step back, exactly to the state of before. {} plays. The digits "
            "1 to 4 choose what a step is. The sentence below the panels says what has just happened.",
            key("Step"), key("Step back"), key("Play or pause"))},
       {"Ask why",
        "Click a packet, a socket, a queue's slot, a port or a line of a tool: all that belongs to it lights "
        "up "
        "in every panel, and «Why?» tells the chain of causes behind it. Esc lets go."},
       {"Do something else",
        fmt::format(
            "Answer the lesson's questions before you look. Drop a packet, kill a program, turn a setting: "
            "the run goes on differently from there, and {} returns. {} shows all keys, {} finds every "
            "command.",
            key("Undo intervention"), key("Keys"), key("All commands…"))}}};
  const std::size_t step = std::min(view.tour_step, stops.size() - 1);
  const Box box("Welcome to Sockarium", theme.px(560), theme.px(270));
  text(fmt::format("{} of {}  ·  {}", step + 1, stops.size(), stops[step].title), current.fonts.bold);
  text(stops[step].sentence, nullptr, true);
  ImGui::Dummy({0, theme.px(6)});
  ButtonOptions options;
  options.style = ButtonStyle::primary;
  const bool last = step + 1 == stops.size();
  if (button(last ? "Begin" : "Next", options)) {
    if (last)
      view.dialog = Dialog::None;
    else
      view.tour_step = step + 1;
  }
  ImGui::SameLine();
  options.style = ButtonStyle::quiet;
  if (step > 0) {
    if (button("Back", options)) view.tour_step = step - 1;
    ImGui::SameLine();
  }
  if (!last && button("Skip the tour", options)) view.dialog = Dialog::None;
}

void draw_surprises(const Frame& frame, ViewState& view, Intents& intents) {
  const Look& current = look();
  const Theme& theme = current.theme;
  const Box box("What surprised you", theme.px(700), theme.px(460));
  bool any = false;
  for (const bool surprised : {true, false})
    for (const Question& question : frame.lesson->questions()) {
      const auto found = view.guesses.find(question.prediction);
      if (found == view.guesses.end() || !question.error.empty()) continue;
      const Guess& guess = found->second;
      const bool wrong = !guess.skipped && !guess.right;
      if (wrong != surprised) continue;
      any = true;
      const ItemScope scope(fmt::format("prediction {}", question.prediction + 1));
      text((wrong ? "◆ " : guess.skipped ? "– " : "✓ ") + question.ask, current.fonts.bold, true);
      if (guess.skipped)
        muted_text("You skipped it.", nullptr, true);
      else
        text(fmt::format("You said{}: {}", guess.sure ? ", and were sure" : "", guess.words), nullptr, true);
      text("It was: " + question.answer, nullptr, true);
      if (button("Show that moment", {})) {
        intents.push_back(intent::SeekTo{question.event});
        view.dialog = Dialog::None;
      }
      ImGui::Dummy({0, theme.px(4)});
    }
  if (!any)
    muted_text(frame.lesson->questions().empty() ? "This run asks no questions."
                                                 : "You have answered none yet. Step on until one is asked.",
               nullptr, true);
}

}  // namespace sockarium::gui
