// The scenario file: where each program stands in it, and an editor that runs what is saved. What is wrong
// with it is marked in its line and said below in the house's form. The text keeps what was typed, whatever
// happens to the file; see app_source.cpp.
//
// ImGui's own multi-line field does the editing; it is as large as its text and lies in a child that scrolls,
// so that line numbers and marks can stand beside and under it.
#include <fmt/format.h>

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>
#include <imgui.h>
// imgui_stdlib.h does not bring ImGui itself.
#include <imgui_stdlib.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "gui/commands.h"
#include "gui/draw_ink.h"
#include "gui/layout.h"
#include "gui/lua_code.h"
#include "gui/reading.h"
#include "gui/widgets.h"

namespace sockarium::gui {

namespace {

/// Where programs stand: by line, who and what they do there.
struct Standing {
  std::string name;
  Doing doing;
  bool selected = false;
};

/// The task that is followed: the pinned call's, or else whose call came last.
TaskId followed_task(const Frame& frame) {
  if (frame.lights.pinned.task && frame.world().kernel.tasks.alive(frame.lights.pinned.task))
    return frame.lights.pinned.task;
  TaskId best;
  std::uint64_t newest = 0;
  for (const TaskId id : ids(frame.world().kernel.tasks)) {
    const kernel::Task& task = frame.world().kernel.tasks.read(id);
    const std::uint64_t last = std::max(task.entered_record, task.blocked_record);
    if (task.line > 0 && last > newest) {
      newest = last;
      best = id;
    }
  }
  return best;
}

std::multimap<std::int64_t, Standing> standings(const Frame& frame, TaskId followed) {
  constexpr std::size_t most = 200;
  std::multimap<std::int64_t, Standing> all;
  for (const TaskId id : ids(frame.world().kernel.tasks)) {
    const kernel::Task& task = frame.world().kernel.tasks.read(id);
    if (task.line <= 0 || task.state == kernel::TaskState::Ended || all.size() >= most) continue;
    all.emplace(task.line, Standing{thread_name(frame, id), doing(frame, id), id == followed});
  }
  return all;
}

/// The text as lines, found once for each frame: offsets of their first bytes.
std::vector<std::size_t> line_starts(const std::string& text) {
  std::vector<std::size_t> starts{0};
  for (std::size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 1))
    starts.push_back(at + 1);
  return starts;
}

std::string_view line_of(const std::string& text, const std::vector<std::size_t>& starts, std::size_t line) {
  const std::size_t end = line + 1 < starts.size() ? starts[line + 1] - 1 : text.size();
  return std::string_view(text).substr(starts[line], end - starts[line]);
}

/// What the field's callback needs and finds.
struct Typing {
  std::size_t length_before = 0;
  std::size_t page = 20;  ///< lines
  std::int64_t line = 0;
  std::size_t column = 0;  ///< bytes
  bool moved = false;
  int cursor_before = -1;
};

/// A new line begins as far in as the one before; PgUp and PgDn go by what is in sight, not by the field,
/// which is as large as the text.
int watch_typing(ImGuiInputTextCallbackData* data) {
  Typing& typing = *static_cast<Typing*>(data->UserData);
  const auto length = static_cast<std::size_t>(data->BufTextLen);
  if (length == typing.length_before + 1 && data->CursorPos > 0 && data->Buf[data->CursorPos - 1] == '\n' &&
      ImGui::IsKeyPressed(GLFW_KEY_ENTER)) {
    int begin = data->CursorPos - 1;
    while (begin > 0 && data->Buf[begin - 1] != '\n') --begin;
    std::string indent;
    for (int at = begin; data->Buf[at] == ' '; ++at) indent += ' ';
    if (!indent.empty()) data->InsertChars(data->CursorPos, indent.c_str());
  }
  typing.length_before = static_cast<std::size_t>(data->BufTextLen);
  const int pages =
      (ImGui::IsKeyPressed(GLFW_KEY_PAGE_DOWN) ? 1 : 0) - (ImGui::IsKeyPressed(GLFW_KEY_PAGE_UP) ? 1 : 0);
  for (std::size_t n = 0; pages != 0 && n < typing.page; ++n) {
    int at = data->CursorPos;
    if (pages > 0) {
      while (at < data->BufTextLen && data->Buf[at] != '\n') ++at;
      if (at == data->BufTextLen) break;
      ++at;
    } else {
      while (at > 0 && data->Buf[at - 1] != '\n') --at;
      if (at == 0) break;
      --at;
      while (at > 0 && data->Buf[at - 1] != '\n') --at;
    }
    data->CursorPos = data->SelectionStart = data->SelectionEnd = at;
  }
  typing.line = 1 + std::count(data->Buf, data->Buf + data->CursorPos, '\n');
  int begin = data->CursorPos;
  while (begin > 0 && data->Buf[begin - 1] != '\n') --begin;
  typing.column = static_cast<std::size_t>(data->CursorPos - begin);
  typing.moved = data->CursorPos != typing.cursor_before;
  typing.cursor_before = data->CursorPos;
  return 0;
}

/// The file's name, what became of the edits, and what to do with them.
void draw_bar(const Frame& frame, ViewState& view, Intents& intents) {
  const Look& current = look();
  const Theme& theme = current.theme;
  SourceEditor& source = view.source;
  const bool edited = source.edited();
  ButtonOptions save;
  save.style = edited ? ButtonStyle::primary : ButtonStyle::plain;
  save.enabled = edited;
  const std::string tip = edited ? tooltip("Save") : "Nothing was edited. Click into the text to change it.";
  save.tooltip = tip;
  if (button("Save", save)) intents.push_back(intent::Save{});
  ImGui::SameLine();
  ButtonOptions revert;
  revert.enabled = edited;
  revert.style = ButtonStyle::quiet;
  const std::string revert_tip = tooltip("Throw the edits away");
  revert.tooltip = revert_tip;
  if (edited) {
    if (button("Throw away", revert)) intents.push_back(intent::Revert{});
    ImGui::SameLine();
  }
  ImGui::AlignTextToFramePadding();
  const std::string name = frame.path.substr(frame.path.rfind('/') + 1);
  const float room = ImGui::GetContentRegionAvail().x;
  std::string said = !source.read_only.empty() ? "read only: " + source.read_only
                     : source.conflict         ? "● the file has changed, too"
                     : edited                  ? "● edited: Save runs it"
                                               : name;
  if (edited && text_size(said, current.fonts.small).x > room) said = "● edited";
  muted_text(fitted(said, current.fonts.small, room - theme.px(4)), current.fonts.small);
}

/// What is wrong, as a compiler says it; a click goes there.
void draw_message(const script::LoadError& error, SourceEditor& source) {
  const Look& current = look();
  const Theme& theme = current.theme;
  ImGui::PushStyleColor(ImGuiCol_ChildBg, theme.alarmed());
  ImGui::BeginChild("message", {0, 0}, true, ImGuiWindowFlags_HorizontalScrollbar);
  ImGui::PopStyleColor();
  continue_text_log();
  for (const std::string& line : script::lines_of(error.format())) text(line, current.fonts.small_mono);
  if (error.line > 0 && button(fmt::format("Go to line {}", error.line), {})) {
    source.go_to = error.line;
    source.take_focus = true;
  }
  ImGui::EndChild();
}

float message_height(const script::LoadError& error) {
  const Look& current = look();
  const auto lines = static_cast<float>(script::lines_of(error.format()).size());
  return lines * (current.fonts.small_mono->FontSize + current.theme.px(4)) +
         (error.line > 0 ? ImGui::GetFrameHeightWithSpacing() : 0) + current.theme.px(28);
}

void paint_marks(const Frame& frame, const SourceEditor& source, const std::vector<std::size_t>& starts,
                 ImVec2 origin, float gutter, float width, float line_height) {
  const Look& current = look();
  const Theme& theme = current.theme;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  ImFont* font = current.fonts.small_mono;
  const float top = ImGui::GetWindowPos().y;
  const float bottom = top + ImGui::GetWindowHeight();
  const float right = std::min(
      origin.x + width, ImGui::GetWindowPos().x + ImGui::GetWindowWidth() - ImGui::GetStyle().ScrollbarSize);
  const auto lines = static_cast<std::int64_t>(starts.size());
  const auto y_of = [&](std::int64_t line) { return origin.y + static_cast<float>(line - 1) * line_height; };
  const auto first =
      std::clamp<std::int64_t>(static_cast<std::int64_t>((top - origin.y) / line_height), 1, lines);
  const auto last =
      std::clamp<std::int64_t>(static_cast<std::int64_t>((bottom - origin.y) / line_height) + 2, 1, lines);
  const TaskId followed = followed_task(frame);
  const auto all = standings(frame, followed);
  // The programs run what was read; an edited line is another one, and nobody stands there.
  const auto as_run = [&](std::int64_t line) {
    const auto place = static_cast<std::size_t>(line - 1);
    return place < frame.scenario->lines.size() &&
           line_of(source.text, starts, place) == frame.scenario->lines[place];
  };
  for (std::int64_t line = first; line <= last; ++line) {
    const float y = y_of(line);
    const auto [begin, end] = all.equal_range(line);
    const bool stands = begin != end && as_run(line);
    const bool selected =
        stands && std::any_of(begin, end, [](const auto& each) { return each.second.selected; });
    if (selected) list.AddRectFilled({origin.x, y}, {origin.x + width, y + line_height}, theme.marked());
    if (stands)
      list.AddRectFilled({origin.x, y}, {origin.x + theme.px(4), y + line_height},
                         selected ? theme.focus() : theme.muted());
    if (source.error && source.error->line == line) {
      list.AddRectFilled({origin.x, y}, {origin.x + width, y + line_height}, theme.alarmed());
      const float letter = font->GetCharAdvance('0');
      const float x = origin.x + gutter + letter * static_cast<float>(std::max(0, source.error->column - 1));
      if (source.error->column > 0)
        list.AddRectFilled(
            {x, y + line_height - theme.px(2)},
            {x + letter * static_cast<float>(std::max(1, source.error->width)), y + line_height},
            theme.hue(Hue::error));
      paint_text(list, {origin.x + theme.px(5), y}, theme.text(), "✗", font);
      look().items.record("error line", {origin.x, y}, {origin.x + gutter, y + line_height});
    }
    const std::string number = std::to_string(line);
    paint_text(list, {origin.x + gutter - theme.px(10) - text_size(number, font).x, y},
               selected || line == source.cursor_line ? theme.text() : theme.muted(), number, font);
    if (!stands) continue;
    const Standing* who = nullptr;
    for (auto it = begin; it != end; ++it)
      if (who == nullptr || it->second.selected) who = &it->second;
    const auto others = std::distance(begin, end) - 1;
    const std::string more = others > 0 ? fmt::format(" +{}", others) : "";
    const float code =
        static_cast<float>(line_of(source.text, starts, static_cast<std::size_t>(line - 1)).size()) *
        font->GetCharAdvance('0');
    const float room = right - (origin.x + gutter + code) - theme.px(24);
    // From the fullest to the shortest that fits.
    std::string_view does = who->doing.words;
    std::string shown = fmt::format("{}: {}{}", who->name, does, more);
    if (does.starts_with("blocked in ")) does.remove_prefix(std::string_view("blocked in ").size());
    for (const std::string& form : {fmt::format("{}: {}{}", who->name, does, more), who->name + more})
      if (text_size(shown, current.fonts.small).x > room) shown = form;
    shown = fitted(shown, current.fonts.small, room);
    look().items.record(selected ? "current line" : "line of a program", {origin.x, y},
                        {origin.x + width, y + line_height});
    if (room < theme.px(30)) continue;
    const ImVec2 size = text_size(shown, current.fonts.small);
    list.AddRect({right - size.x - theme.px(14), y + 1}, {right - theme.px(4), y + line_height - 1},
                 selected ? theme.focus() : theme.grid(), theme.px(3));
    paint_text(list, {right - size.x - theme.px(9), std::round(y + (line_height - size.y) / 2)},
               selected ? theme.text() : theme.muted(), shown, current.fonts.small);
  }
}

/// The field itself, with its numbers and marks, in a child that scrolls.
void draw_editor(const Frame& frame, SourceEditor& source, float height) {
  const Look& current = look();
  const Theme& theme = current.theme;
  ImFont* font = current.fonts.small_mono;
  const std::vector<std::size_t> starts = line_starts(source.text);
  const float line_height = font->FontSize;  // as ImGui's field has it
  const float letter = font->GetCharAdvance('0');
  std::size_t longest = 0;
  for (std::size_t i = 0; i < starts.size(); ++i)
    longest = std::max(longest, line_of(source.text, starts, i).size());
  const float gutter =
      text_size(std::to_string(std::max<std::size_t>(100, starts.size())), font).x + theme.px(30);
  ImGui::PushStyleColor(ImGuiCol_ChildBg, theme.background());
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
  ImGui::BeginChild("text", {0, height}, true, ImGuiWindowFlags_HorizontalScrollbar);
  ImGui::PopStyleVar();
  ImGui::PopStyleColor();
  const ImVec2 origin = ImGui::GetCursorScreenPos();
  const ImVec2 inside = ImGui::GetContentRegionAvail();
  const float width = std::max(inside.x, gutter + letter * static_cast<float>(longest + 4));
  const float whole = std::max(inside.y, line_height * static_cast<float>(starts.size() + 1));
  const float seen = ImGui::GetWindowHeight();
  paint_marks(frame, source, starts, origin, gutter, width, line_height);
  // ImGui's field has one colour for all: what it writes is invisible, and the same text lies under it.
  const auto line_at = [&](float y) { return static_cast<std::size_t>(std::max(0.0F, y / line_height)); };
  paint_code_lines(*ImGui::GetWindowDrawList(), {origin.x + gutter, origin.y}, source.text, line_height,
                   line_at(ImGui::GetScrollY()), line_at(ImGui::GetScrollY() + seen));

  Typing typing;
  typing.cursor_before = source.cursor_place;
  typing.length_before = source.text.size();
  typing.page = static_cast<std::size_t>(std::max(1.0F, seen / line_height - 1));
  ImGuiIO& io = ImGui::GetIO();
  const int page_up = io.KeyMap[ImGuiKey_PageUp], page_down = io.KeyMap[ImGuiKey_PageDown];
  if (source.focused) io.KeyMap[ImGuiKey_PageUp] = io.KeyMap[ImGuiKey_PageDown] = -1;
  const std::string before = source.text;
  ImGui::SetCursorScreenPos({origin.x + gutter, origin.y});
  ImGui::PushFont(font);
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, ImVec2(0, 0));
  ImGui::PushStyleVar(ImGuiStyleVar_FrameBorderSize, 0);
  ImGui::PushStyleColor(ImGuiCol_FrameBg, IM_COL32(0, 0, 0, 0));
  ImGui::PushStyleColor(ImGuiCol_Border, IM_COL32(0, 0, 0, 0));
  ImGui::PushStyleColor(ImGuiCol_Text, IM_COL32(0, 0, 0, 0));
  if (source.take_focus) ImGui::SetKeyboardFocusHere();
  const std::string label = "##source " + std::to_string(source.edition);
  ImGui::InputTextMultiline(
      label.c_str(), &source.text, {width - gutter, whole},
      ImGuiInputTextFlags_CallbackAlways | (source.read_only.empty() ? 0 : ImGuiInputTextFlags_ReadOnly),
      watch_typing, &typing);
  source.cursor_place = typing.cursor_before;
  const bool was_focused = source.focused;
  source.focused = ImGui::IsItemActive();
  if (source.focused) source.take_focus = false;
  const ImVec2 corner = ImGui::GetWindowPos();
  look().items.record("editor", {corner.x + gutter, corner.y},
                      {corner.x + ImGui::GetWindowWidth(), corner.y + seen});
  ImGui::PopStyleColor(3);
  ImGui::PopStyleVar(2);
  ImGui::PopFont();
  if (source.focused && typing.line > 0) {  // the cursor is as invisible as the field's text
    const auto place = static_cast<std::size_t>(typing.line - 1);
    const std::vector<std::size_t> now = line_starts(source.text);
    const float x = std::round(origin.x + gutter +
                               text_size(line_of(source.text, now, place).substr(0, typing.column), font).x);
    const float y = origin.y + static_cast<float>(place) * line_height;
    ImGui::GetWindowDrawList()->AddRectFilled({x, y}, {x + std::max(1.0F, theme.px(2)), y + line_height},
                                              theme.text());
  }
  io.KeyMap[ImGuiKey_PageUp] = page_up;
  io.KeyMap[ImGuiKey_PageDown] = page_down;
  // ImGui's field gives all that was typed back when Esc is pressed; here Esc only lets go.
  if (was_focused && !source.focused && ImGui::IsKeyPressed(GLFW_KEY_ESCAPE)) source.text = before;

  const auto bring = [&](std::int64_t line, bool middle) {
    const float at = static_cast<float>(line - 1) * line_height;
    const float scroll = ImGui::GetScrollY();
    if (at >= scroll && at + 2 * line_height <= scroll + seen) return;
    ImGui::SetScrollY(std::max(0.0F, middle        ? at - seen / 2
                                     : at < scroll ? at
                                                   : at + 3 * line_height - seen));
  };
  if (source.focused && (typing.moved || !was_focused)) {
    source.cursor_line = typing.line;
    bring(typing.line, false);
    const float x = gutter + letter * static_cast<float>(typing.column);
    if (x < ImGui::GetScrollX() + gutter)
      ImGui::SetScrollX(std::max(0.0F, x - gutter - 4 * letter));
    else if (x > ImGui::GetScrollX() + ImGui::GetWindowWidth() - 4 * letter)
      ImGui::SetScrollX(x - ImGui::GetWindowWidth() + 8 * letter);
  }
  if (source.go_to) {
    bring(*source.go_to, true);
    source.go_to.reset();
  } else if (!source.focused && !source.edited()) {
    // Follows the program that moves, or that is selected.
    const kernel::Task* task = frame.world().kernel.tasks.find(followed_task(frame));
    const std::int64_t line = frame.lights.pinned.line > 0 ? frame.lights.pinned.line
                              : task == nullptr            ? 0
                                                           : task->line;
    if (line > 0 && line != source.followed) {
      bring(line, true);
      source.followed = line;
    }
  }
  ImGui::EndChild();
}

}  // namespace

void draw_source(const Frame& frame, ViewState& view, Intents& intents) {
  SourceEditor& source = view.source;
  Panel::Options options;
  options.scrolling = false;
  options.accent = source.focused;
  std::string note = source.focused ? fmt::format("line {} · Esc lets go", source.cursor_line) : "";
  const Panel panel("Source", frame.area.min, frame.area.size(), note, options);
  if (!panel) return;
  if (frame.scenario == nullptr) {
    muted_text("This run has no scenario file. Open one with Ctrl+O.", nullptr, true);
    return;
  }
  draw_bar(frame, view, intents);
  const float room = ImGui::GetContentRegionAvail().y;
  const float message = source.error ? std::min(message_height(*source.error), room * 0.45F) : 0;
  draw_editor(frame, source,
              std::max(look().theme.px(40), room - message - (message > 0 ? look().theme.px(6) : 0)));
  if (source.error) draw_message(*source.error, source);
}

}  // namespace sockarium::gui
