// The programs: for each host the one that did something last (or that was chosen), with its threads where it
// has several, its lines of source around the place where it stands, what it waits for, and what it printed.
// Without a source, its last calls.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <utility>

#include "gui/draw_ink.h"
#include "gui/lua_code.h"
#include "gui/program_threads.h"
#include "gui/reading.h"
#include "gui/widgets.h"

namespace sockarium::gui {

namespace {

std::string untabbed(const std::string& line) {
  std::string result;
  for (const char c : line)
    if (c == '\t')
      result += "  ";
    else
      result += c;
  return result;
}

/// The process of a host that did something last, at or before the shown moment.
ProcessId last_active(const Frame& frame, const std::vector<ProcessId>& among) {
  if (among.size() == 1) return among.front();
  ProcessId best = among.front();
  std::uint64_t newest = 0;
  for (const TaskId id : ids(frame.world().kernel.tasks)) {
    const kernel::Task& task = frame.world().kernel.tasks.read(id);
    if (std::find(among.begin(), among.end(), task.process) == among.end()) continue;
    const std::uint64_t last = std::max(task.entered_record, task.blocked_record);
    // A client that is still under way says more than one that has ended.
    const std::uint64_t rank = task.state == kernel::TaskState::Ended ? last / 2 : last;
    if (rank > newest) {
      newest = rank;
      best = task.process;
    }
  }
  return best;
}

/// Has a person chosen one of them to be shown?
bool is_pinned(const ViewState& view, HostId host, const std::vector<ProcessId>& among) {
  const auto chosen = view.shown_process.find(host.raw());
  return chosen != view.shown_process.end() &&
         std::find(among.begin(), among.end(), chosen->second) != among.end();
}
ProcessId shown_program(const Frame& frame, const ViewState& view, HostId host,
                        const std::vector<ProcessId>& among) {
  return is_pinned(view, host, among) ? view.shown_process.at(host.raw()) : last_active(frame, among);
}

/// What the process printed last, at most three rows of so many characters.
std::vector<std::string> printed(const Frame& frame, ProcessId process, std::size_t cells) {
  std::string all;
  RecordNumber number = frame.now();
  int found = 0;
  for (int tries = 0; number > 0 && tries < 20000 && found < 4; --number, ++tries)
    if (const auto* print = std::get_if<rec::Printed>(&frame.session->record(number).what))
      if (print->process == process) {
        all = frame.session->bytes().text(print->text) + all;
        ++found;
      }
  std::vector<std::string> lines;
  for (const std::string& line : script::lines_of(all)) {
    const std::string plain = untabbed(line);
    for (std::size_t at = 0; at == 0 || at < plain.size(); at += cells)
      lines.push_back(plain.substr(at, cells));
  }
  if (lines.size() > 3) lines.erase(lines.begin(), lines.end() - 3);
  return lines;
}

/// The last calls of a task, as strace shows them, the newest last.
std::vector<std::string> last_calls(const Frame& frame, TaskId task, std::size_t most) {
  std::vector<std::string> lines;
  RecordNumber number = frame.now();
  std::set<RecordNumber> returned;
  for (int tries = 0; number > 0 && tries < 20000 && lines.size() < most; --number, ++tries) {
    const What& what = frame.session->record(number).what;
    if (const auto* back = std::get_if<rec::SyscallReturned>(&what)) {
      if (back->task != task) continue;
      returned.insert(back->entered);
      const std::string call = to_string(unflatten(back->call), frame.session->bytes());
      lines.push_back(back->result.ok() ? fmt::format("{} = {}", call, back->result.value)
                                        : fmt::format("{} = -1 {}", call, name(back->result.error)));
    } else if (const auto* in = std::get_if<rec::SyscallEntered>(&what)) {
      if (in->task == task && returned.count(number) == 0)
        lines.push_back(to_string(unflatten(in->call), frame.session->bytes()));
    }
  }
  std::reverse(lines.begin(), lines.end());
  return lines;
}

void paint_doing(ImDrawList& list, const Doing& what, float right, float top, float height) {
  const Look& current = look();
  const Theme& theme = current.theme;
  const ImVec2 size = text_size(what.words, current.fonts.small);
  const float pad = theme.px(6);
  const ImVec2 min = {right - size.x - 2 * pad, top + theme.px(1)};
  const ImVec2 max = {right, top + height - theme.px(1)};
  const ImU32 edge = what.fault ? theme.hue(Hue::error) : what.waits ? theme.focus() : theme.grid();
  list.AddRectFilled(min, max, theme.background(), theme.px(3));
  list.AddRect(min, max, edge, theme.px(3), 0, std::max(1.0F, theme.px(1)));
  paint_text(list, {min.x + pad, std::round((min.y + max.y - size.y) / 2)},
             what.waits ? theme.focus() : theme.text(), what.words, current.fonts.small);
  look().items.record(what.words, min, max);
}

/// So much of its source must stay in sight below a program's threads.
float source_height() {
  return 3 * (look().fonts.small_mono->FontSize + look().theme.px(3));
}

/// One program in a piece of the panel that is `height` high.
void draw_program(const Frame& frame, ViewState& view, ProcessId process, float width, float height,
                  Rect title) {
  const Look& current = look();
  const Theme& theme = current.theme;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  ImFont* font = current.fonts.small_mono;
  const float line_height = font->FontSize + theme.px(3);
  const std::vector<TaskId> threads = living_threads(frame, process);
  if (threads.empty()) return;
  const TaskId shown = shown_thread(frame, view, process, threads);
  const float above = draw_threads(frame, view, process, threads, width, height - source_height());
  ImVec2 start = ImGui::GetCursorScreenPos();
  start.y += above;
  height -= above;
  const kernel::Task& task = frame.world().kernel.tasks.read(shown);
  const Doing what = doing(frame, shown);
  const auto most_cells =
      static_cast<std::size_t>(std::max(8.0F, (width - theme.px(8)) / font->GetCharAdvance('0')));
  const std::vector<std::string> output = printed(frame, process, most_cells);
  const float output_height =
      output.empty() ? 0 : static_cast<float>(output.size()) * line_height + theme.px(4);
  const float room = height - output_height;
  const bool source = frame.scenario != nullptr && !frame.scenario->lines.empty();
  float y = start.y;
  if (source) {
    const auto lines = static_cast<std::int64_t>(frame.scenario->lines.size());
    auto fit = std::max<std::int64_t>(1, static_cast<std::int64_t>(room / line_height));
    std::int64_t line = task.line;
    const auto& setup = frame.session->setup().processes;
    if (line == 0 && task.nth < setup.size() && !task.parent) line = setup[task.nth].line;
    line = std::clamp<std::int64_t>(line, 1, lines);
    const auto code_of = [&](std::int64_t n) {
      return untabbed(frame.scenario->lines[static_cast<std::size_t>(n - 1)]);
    };
    // What all shown lines are indented by is no news.
    std::size_t indent = 80;
    for (std::int64_t n = std::max<std::int64_t>(1, line - fit / 2); n <= std::min(lines, line + fit / 2);
         ++n)
      if (const std::size_t at = code_of(n).find_first_not_of(' '); at != std::string::npos)
        indent = std::min(indent, at);
    const float number_width = text_size("000", font).x + theme.px(8);
    const auto cells = std::max<std::size_t>(
        8, static_cast<std::size_t>((width - number_width) / font->GetCharAdvance('0')));
    // The line where it stands is shown whole, on as many rows as it takes, and what it waits for beside or
    // below.
    std::string here = code_of(line);
    here = here.size() > indent ? here.substr(indent) : std::string{};
    // A remark at its end may wait for a wider window.
    if (const std::size_t remark = here.find("--"); remark != std::string::npos && here.size() > cells)
      here = here.substr(0, here.find_last_not_of(' ', remark == 0 ? 0 : remark - 1) + 1);
    std::vector<std::string> rows;
    for (std::size_t at = 0; at < here.size() || rows.empty();) {
      const std::size_t most = rows.empty() ? cells : cells - 4;
      std::size_t end = std::min(here.size(), at + most);
      if (end < here.size())
        if (const std::size_t space = here.find_last_of(" ,(", end - 1);
            space != std::string::npos && space > at + most / 2)
          end = space + 1;
      rows.push_back((rows.empty() ? "" : "    ") + here.substr(at, end - at));
      at = end;
    }
    const float chip = text_size(what.words, current.fonts.small).x + theme.px(20);
    const bool beside = number_width + text_size(rows.back(), font).x + chip <= width;
    const auto extra = static_cast<std::int64_t>(rows.size() - 1) + (beside ? 0 : 1);
    fit = std::max<std::int64_t>(1, fit - extra);
    const std::int64_t first =
        std::clamp<std::int64_t>(line - fit / 2, 1, std::max<std::int64_t>(1, lines - fit + 1));
    const std::int64_t last = std::min(lines, first + fit - 1);
    const bool started = task.entered_record != 0;
    for (std::int64_t n = first; n <= last; ++n) {
      const bool current_line = n == line;
      const float mark_height = line_height * (current_line ? static_cast<float>(rows.size()) : 1.0F);
      if (current_line && started) {
        list.AddRectFilled({start.x - theme.px(2), y - theme.px(1)},
                           {start.x + width + theme.px(6), y + mark_height - theme.px(1)}, theme.marked());
        list.AddRectFilled({start.x - theme.px(6), y - theme.px(1)},
                           {start.x - theme.px(2), y + mark_height - theme.px(1)},
                           what.ended ? theme.grid() : theme.focus());
        look().items.record("current line", {start.x, y}, {start.x + width, y + mark_height});
      }
      // The line of the call that is lit: here, in whichever program of the same source it stands.
      Light light = frame.lights.on_line(shown, n);
      if (light == Light::None && frame.lights.pinned.line == n && frame.lights.pinned.task != shown) {
        const kernel::Task* other = frame.latest->kernel.tasks.find(frame.lights.pinned.task);
        if (other != nullptr && other->process == process) light = Light::Pinned;
      }
      outline(list, {start.x, y - theme.px(1)}, {start.x + width, y + mark_height - theme.px(2)}, light);
      if (light != Light::None)
        look().items.record("lit line", {start.x, y}, {start.x + width, y + mark_height});
      const std::string number = std::to_string(n);
      paint_text(list, {start.x + number_width - theme.px(8) - text_size(number, font).x, y},
                 current_line ? theme.text() : theme.muted(), number, font);
      if (!current_line) {
        std::string code = code_of(n);
        code = code.size() > indent ? code.substr(indent) : std::string{};
        paint_code(list, {start.x + number_width, y}, fitted(code, font, width - number_width), what.ended);
        y += line_height;
        continue;
      }
      for (const std::string& row : rows) {
        paint_code(list, {start.x + number_width, y}, row, what.ended);
        y += line_height;
      }
      if (!beside) y += line_height;
      paint_doing(list, what, start.x + width, y - line_height - theme.px(1), line_height);
    }
  } else {
    paint_doing(list, what, title.max.x, title.min.y, title.height());
    const auto fit = static_cast<std::size_t>(std::max(1.0F, room / line_height));
    const std::vector<std::string> calls = last_calls(frame, shown, fit);
    if (calls.empty()) paint_text(list, {start.x, y}, theme.muted(), "no call yet", current.fonts.small);
    for (std::size_t i = 0; i < calls.size(); ++i) {
      const bool here = i + 1 == calls.size() && !what.ended;
      if (here) {
        list.AddRectFilled({start.x - theme.px(2), y - theme.px(1)},
                           {start.x + width + theme.px(6), y + line_height - theme.px(1)}, theme.marked());
        list.AddRectFilled({start.x - theme.px(6), y - theme.px(1)},
                           {start.x - theme.px(2), y + line_height - theme.px(1)}, theme.focus());
        look().items.record("current line", {start.x, y}, {start.x + width, y + line_height});
      }
      list.PushClipRect({start.x, y - 2}, {start.x + width + theme.px(6), y + line_height}, true);
      paint_text(list, {start.x, y}, here ? theme.text() : theme.muted(), calls[i], font);
      list.PopClipRect();
      y += line_height;
    }
  }
  y += theme.px(2);
  for (const std::string& line : output) {
    list.AddRectFilled({start.x, y}, {start.x + theme.px(2), y + line_height}, theme.grid());
    list.PushClipRect({start.x, y - 2}, {start.x + width, y + line_height}, true);
    paint_text(list, {start.x + theme.px(8), y}, theme.text(), line, font);
    list.PopClipRect();
    y += line_height;
  }
}

}  // namespace

void draw_programs(const Frame& frame, ViewState& view, Intents&) {
  const Look& current = look();
  const Theme& theme = current.theme;
  Panel::Options options;
  options.scrolling = false;
  const Panel panel("Programs", frame.area.min, frame.area.size(), "", options);
  if (!panel) return;
  std::vector<std::pair<HostId, std::vector<ProcessId>>> groups;
  for (const HostId host : hosts(frame)) {
    std::vector<ProcessId> processes = processes_of(frame, host);
    if (!processes.empty()) groups.emplace_back(host, std::move(processes));
  }
  if (groups.empty()) {
    muted_text("No program in this scenario. Open another one with Ctrl+O.", nullptr, true);
    return;
  }
  // A client is what a lesson follows first; as many hosts as have room for a few lines.
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const ImVec2 origin = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  const float height = ImGui::GetContentRegionAvail().y;
  const float title_height = std::max(current.fonts.small->FontSize + theme.px(8), theme.target());
  const float least = title_height + 3 * (current.fonts.small_mono->FontSize + theme.px(3));
  const auto fit = std::max<std::size_t>(1, static_cast<std::size_t>(height / least));
  const std::size_t count = std::min(groups.size(), fit);
  // Each gets what some lines of source take; of the rest first the threads, then all alike.
  const float gaps = theme.px(6) * static_cast<float>(count - 1);
  const float base = title_height + source_height();
  std::vector<float> shares(count, base);
  std::vector<float> threads;
  for (std::size_t g = 0; g < count; ++g)
    threads.push_back(threads_height(
        living_threads(frame, shown_program(frame, view, groups[g].first, groups[g].second)).size()));
  const float all_threads = std::accumulate(threads.begin(), threads.end(), 0.0F);
  const float rest = height - gaps - base * static_cast<float>(count);
  const float part = all_threads > 0 ? std::clamp(rest / all_threads, 0.0F, 1.0F) : 0;
  for (std::size_t g = 0; g < count; ++g)
    shares[g] += part * threads[g] + (rest - part * all_threads) / static_cast<float>(count);
  float next_top = origin.y;
  for (std::size_t g = 0; g < count; ++g) {
    const HostId host = groups[g].first;
    const std::vector<ProcessId>& processes = groups[g].second;
    const ItemScope scope(host_name(frame, host));
    const float share = shares[g];
    const float top = std::floor(std::exchange(next_top, next_top + share + theme.px(6)));
    const bool pinned = is_pinned(view, host, processes);
    const ProcessId process = shown_program(frame, view, host, processes);
    const auto place =
        static_cast<std::size_t>(std::find(processes.begin(), processes.end(), process) - processes.begin());
    Rect title;
    title.min = {origin.x, top};
    title.max = {origin.x + width, top + title_height - theme.px(4)};
    const float middle = (title.min.y + title.max.y) / 2;
    const std::string heading = host_name(frame, host) + " · ";
    ImFont* font = current.fonts.small;
    float x = origin.x;
    paint_text(list, {x, std::round(middle - font->FontSize / 2)}, theme.muted(), heading, font);
    x += text_size(heading, font).x;
    const std::string name = process_title(frame, process);
    paint_text(list, {x, std::round(middle - font->FontSize / 2)}, theme.text(), name, font);
    x += text_size(name, font).x + theme.px(10);
    look().items.record(name, title.min, {x, title.max.y});
    if (processes.size() > 1) {  // «‹ 4 of 6 ›»
      ImGui::PushFont(font);
      ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, ImVec2(theme.px(4), theme.px(2)));
      ButtonOptions turn;
      turn.style = ButtonStyle::quiet;
      turn.size = {theme.target(), title.height()};
      const auto go = [&](std::size_t to) {
        view.shown_process[host.raw()] = processes[to % processes.size()];
      };
      ImGui::SetCursorScreenPos({x, title.min.y});
      if (button("‹##previous program", turn)) go(place + processes.size() - 1);
      const std::string of = fmt::format("{} of {}", place + 1, processes.size());
      paint_text(list, {x + theme.target() + theme.px(2), std::round(middle - font->FontSize / 2)},
                 theme.muted(), of, font);
      x += theme.target() + theme.px(4) + text_size(of, font).x;
      ImGui::SetCursorScreenPos({x, title.min.y});
      if (button("›##next program", turn)) go(place + 1);
      x += theme.target();
      if (pinned) {
        ImGui::SetCursorScreenPos({x, title.min.y});
        turn.size = {0, title.height()};
        turn.tooltip = "Follow whoever does something";
        if (button("follow", turn)) view.shown_process.erase(host.raw());
      }
      ImGui::PopStyleVar();
      ImGui::PopFont();
    }
    ImGui::SetCursorScreenPos({origin.x, top + title_height});
    draw_program(frame, view, process, width, share - title_height, title);
  }
  if (count < groups.size()) {
    const std::string more = fmt::format("{} more hosts: make the window larger", groups.size() - count);
    paint_text(list, {origin.x, origin.y + height - current.fonts.small->FontSize}, theme.muted(), more,
               current.fonts.small);
  }
}

}  // namespace sockarium::gui
