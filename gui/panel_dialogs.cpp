// What stands over the panels: the page of keys, «open», «go to», «run until», «export», a file that could
// not be read, and the welcome while nothing is open.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "gui/commands.h"
#include "gui/dialog_box.h"
#include "gui/draw_ink.h"
#include "gui/reading.h"
#include "gui/widgets.h"

namespace sockarium::gui {

namespace {

void draw_help(ViewState& view) {
  const Look& current = look();
  const Theme& theme = current.theme;
  const Box box("Keys", theme.px(1160), theme.px(680));
  const float width = ImGui::GetContentRegionAvail().x;
  const int columns = width > theme.px(900) ? 2 : 1;
  std::vector<const Command*> all;
  for (const Command& each : commands())
    if (!keys_text(each).empty()) all.push_back(&each);
  const std::size_t half =
      (all.size() + static_cast<std::size_t>(columns) - 1) / static_cast<std::size_t>(columns);
  const ImVec2 origin = ImGui::GetCursorScreenPos();
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const float column = width / static_cast<float>(columns);
  float lowest = origin.y;
  for (int c = 0; c < columns; ++c) {
    float y = origin.y;
    const float x = origin.x + static_cast<float>(c) * column;
    for (std::size_t i = half * static_cast<std::size_t>(c);
         i < std::min(all.size(), half * static_cast<std::size_t>(c + 1)); ++i) {
      const float keys = theme.px(128);
      paint_wrapped(list, {x, y}, keys - theme.px(6), theme.text(), keys_text(*all[i]),
                    current.fonts.small_mono);
      const float keys_height = paint_wrapped(list, {x, y}, keys - theme.px(6), 0, keys_text(*all[i]),
                                              current.fonts.small_mono, false);
      const float room = column - keys - theme.px(16);
      const float words =
          paint_wrapped(list, {x + keys, y}, room, theme.text(),
                        fmt::format("{}: {}", all[i]->name, all[i]->sentence), current.fonts.small);
      y += std::max(keys_height, words) + theme.px(3);
    }
    lowest = std::max(lowest, y);
  }
  ImGui::SetCursorScreenPos({origin.x, lowest + theme.px(6)});
  muted_text("Tab shows the focus ring, arrows move it, Enter or Space presses, Esc takes it away.",
             current.fonts.small, true);
  ButtonOptions options;
  options.style = ButtonStyle::primary;
  if (button("Close", options)) view.dialog = Dialog::None;
}

void draw_open(const Frame& frame, ViewState& view, Intents& intents) {
  const Theme& theme = look().theme;
  const Box box("Open a scenario", theme.px(680), theme.px(460));
  muted_text("A path, or drop a file on the window.", nullptr, true);
  focus_first(view);
  const float room = ImGui::GetContentRegionAvail().x;
  ImGui::SetNextItemWidth(room - text_size("Open").x - theme.px(32));
  const bool entered = text_field("##path", view.path_field, "scenarios/backlog.lua", true);
  ImGui::SameLine();
  ButtonOptions options;
  options.style = ButtonStyle::primary;
  options.enabled = !view.path_field.empty();
  if (button("Open", options) || (entered && !view.path_field.empty()))
    intents.push_back(intent::Open{view.path_field});
  draw_error_line(view);
  ImGui::Dummy({0, theme.px(4)});
  if (!frame.recent->empty()) muted_text("Opened last");
  for (const std::string& path : *frame.recent)
    if (selectable(path + "##recent", false)) intents.push_back(intent::Open{path});
  muted_text(frame.course->empty() ? "No course was found beside the program." : "The course");
  for (const CourseEntry& entry : *frame.course)
    if (selectable(entry.title + "##" + entry.path, entry.path == frame.path))
      intents.push_back(intent::Open{entry.path});
}

void draw_go_to(const Frame& frame, ViewState& view, Intents& intents) {
  const Theme& theme = look().theme;
  const Box box("Go to", theme.px(520), theme.px(280));
  muted_text("A time (25 ms), an event's number (17), start, end, or a bookmark's name.", nullptr, true);
  focus_first(view);
  const float room = ImGui::GetContentRegionAvail().x;
  ImGui::SetNextItemWidth(room - text_size("Go").x - theme.px(40));
  const bool entered = text_field("##moment", view.moment_field, "25 ms", true);
  ImGui::SameLine();
  ButtonOptions options;
  options.style = ButtonStyle::primary;
  options.enabled = !view.moment_field.empty();
  if (button("Go", options) || (entered && !view.moment_field.empty()))
    intents.push_back(intent::GoTo{view.moment_field});
  draw_error_line(view);
  for (const Mark& mark : frame.lesson->bookmarks())
    if (selectable("⚑ " + mark.name, false)) {
      intents.push_back(intent::SeekTo{mark.event});
      view.dialog = Dialog::None;
    }
  for (const Bookmark& own : view.bookmarks)
    if (selectable("⚑ " + own.name + " (yours)", false)) {
      intents.push_back(intent::SeekTo{own.event});
      view.dialog = Dialog::None;
    }
}

void draw_until(ViewState& view, Intents& intents, bool forward) {
  const Theme& theme = look().theme;
  const Box box(forward ? "Run until…" : "Run back until…", theme.px(420), theme.px(330));
  struct Choice {
    const char* label;
    intent::Until what;
  };
  const std::array<Choice, 6> choices{{{forward ? "the next drop" : "the last drop", intent::Until::Drop},
                                       {"a call returns an error", intent::Until::Error},
                                       {"something is sent again", intent::Until::Again},
                                       {"a state changes", intent::Until::State},
                                       {"a bookmark", intent::Until::Bookmark},
                                       {forward ? "the end" : "the start", intent::Until::End}}};
  for (const Choice& each : choices) {
    focus_first(view);
    ButtonOptions options;
    options.align_left = true;
    options.size = {-1, 0};
    if (button(each.label, options)) {
      intents.push_back(intent::StepUntil{each.what, forward});
      view.dialog = Dialog::None;
    }
  }
}

}  // namespace

void draw_dialog(const Frame& frame, ViewState& view, Intents& intents) {
  switch (view.dialog) {
    case Dialog::None:
      return;
    case Dialog::Help:
      draw_help(view);
      return;
    case Dialog::Open:
      draw_open(frame, view, intents);
      return;
    case Dialog::GoTo:
      draw_go_to(frame, view, intents);
      return;
    case Dialog::Until:
      draw_until(view, intents, true);
      return;
    case Dialog::UntilBack:
      draw_until(view, intents, false);
      return;
    case Dialog::Palette:
      draw_palette(frame, view, intents);
      return;
    case Dialog::Search:
      draw_search(frame, view, intents);
      return;
    case Dialog::Bookmark:
      draw_bookmark(frame, view, intents);
      return;
    case Dialog::About:
      draw_about(frame, view);
      return;
    case Dialog::Tour:
      draw_tour(view);
      return;
    case Dialog::Surprises:
      draw_surprises(frame, view, intents);
      return;
    case Dialog::Export:
      draw_export(frame, view, intents);
      return;
    case Dialog::Forge:
      draw_forge(frame, view, intents);
      return;
    case Dialog::Limit:
      draw_limit(frame, view, intents);
      return;
    case Dialog::Unsaved:
      draw_unsaved(frame, view, intents);
      return;
    case Dialog::FileChanged:
      draw_file_changed(frame, view, intents);
      return;
  }
}

void draw_load_error(const Frame& frame, ViewState&, Intents& intents) {
  const Look& current = look();
  const Theme& theme = current.theme;
  // Over the upper edge of the panels, as wide as the message; what was there before stays in sight and
  // usable.
  const std::vector<std::string> lines = script::lines_of(frame.load_error);
  const float line = current.fonts.mono->FontSize + theme.px(2);
  float width = theme.px(420);
  for (const std::string& each : lines)
    width = std::max(width, text_size(each, current.fonts.mono).x + theme.px(40));
  const ImVec2 window = ImGui::GetIO().DisplaySize;
  width = std::min(width, window.x - theme.px(40));
  const float height = line * static_cast<float>(lines.size() + 1) + ImGui::GetFrameHeight() + theme.px(66);
  ImGui::SetNextWindowPos({std::floor((window.x - width) / 2), theme.px(64)});
  ImGui::SetNextWindowSize({width, std::min(height, window.y - theme.px(80))});
  ImGui::PushStyleColor(ImGuiCol_WindowBg, theme.alarmed());
  ImGui::PushStyleColor(ImGuiCol_Border, theme.hue(Hue::error));
  ImGui::Begin("##load error", nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings |
                   ImGuiWindowFlags_HorizontalScrollbar);
  ImGui::PopStyleColor(2);
  {
    const ItemScope scope("Load error");
    continue_text_log();
    text("This scenario could not be read", current.fonts.title);
    for (const std::string& each : lines) text(each, current.fonts.mono);
    muted_text(frame.session != nullptr
                   ? "The one of before is still here. The file is read again as soon as it changes."
                   : "The file is read again as soon as it changes.",
               current.fonts.small, true);
    ButtonOptions options;
    options.tooltip = "Esc closes it, too";
    if (button("Close", options)) intents.push_back(intent::CloseError{});
    ImGui::SameLine();
    if (button("Read again", {})) intents.push_back(intent::Reload{});
  }  // ids are given back before the window ends
  ImGui::End();
}

void draw_welcome(const Frame& frame, ViewState&, Intents& intents) {
  const Look& current = look();
  const Theme& theme = current.theme;
  const float width = std::min(theme.px(720), frame.area.width() - theme.px(32));
  const float x = std::floor((frame.area.min.x + frame.area.max.x - width) / 2);
  const Panel panel("Welcome", {x, frame.area.min.y + theme.px(16)},
                    {width, frame.area.height() - theme.px(32)});
  if (!panel) return;
  text(
      "An aquarium for sockets: watch how Linux's network stack works, stop time, step back, change one "
      "thing.",
      nullptr, true);
  ImGui::Dummy({0, theme.px(6)});
  if (frame.course->empty()) {
    text("Open a scenario with Ctrl+O, or drop a .lua file on this window.", current.fonts.bold, true);
    return;
  }
  text("Choose a lesson:", current.fonts.bold);
  for (const CourseEntry& entry : *frame.course) {
    ButtonOptions options;
    options.align_left = true;
    options.size = {-1, 0};
    if (button(entry.title + "##" + entry.path, options)) intents.push_back(intent::Open{entry.path});
  }
  muted_text("Or open a file with Ctrl+O, or drop one on this window. F1 shows all keys.", nullptr, true);
}

}  // namespace sockarium::gui
