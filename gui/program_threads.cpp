// See program_threads.h.
#include "gui/program_threads.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gui/draw_ink.h"
#include "gui/reading.h"
#include "gui/widgets.h"

namespace sockarium::gui {

namespace {

float row_height() {
  const Look& current = look();
  return std::max(current.fonts.small_mono->FontSize + current.theme.px(3), current.theme.px(18));
}

RecordNumber moved_last(const Frame& frame, TaskId id) {
  const kernel::Task& task = frame.world().kernel.tasks.read(id);
  return std::max(task.entered_record, task.blocked_record);
}

/// So many of them: those that moved last, in the order of their names.
std::vector<TaskId> most_active(const Frame& frame, std::vector<TaskId> threads, std::size_t most) {
  if (threads.size() <= most) return threads;
  const std::vector<TaskId> all = threads;
  std::stable_sort(threads.begin(), threads.end(),
                   [&](TaskId a, TaskId b) { return moved_last(frame, a) > moved_last(frame, b); });
  threads.resize(most);
  std::sort(threads.begin(), threads.end(), [&](TaskId a, TaskId b) {
    return std::find(all.begin(), all.end(), a) < std::find(all.begin(), all.end(), b);
  });
  return threads;
}

}  // namespace

std::vector<TaskId> living_threads(const Frame& frame, ProcessId process) {
  const std::vector<TaskId> all = tasks_of(frame, process);
  std::vector<TaskId> living;
  for (const TaskId id : all)
    if (frame.world().kernel.tasks.read(id).state != kernel::TaskState::Ended) living.push_back(id);
  return living.empty() ? all : living;
}

TaskId shown_thread(const Frame& frame, const ViewState& view, ProcessId process,
                    const std::vector<TaskId>& threads) {
  const auto pinned = view.shown_thread.find(process.raw());
  if (pinned != view.shown_thread.end() &&
      std::find(threads.begin(), threads.end(), pinned->second) != threads.end())
    return pinned->second;
  TaskId shown = threads.front();
  for (const TaskId id : threads)
    if (moved_last(frame, id) > moved_last(frame, shown)) shown = id;
  return shown;
}

float threads_height(std::size_t threads) {
  return threads < 2 ? 0 : static_cast<float>(threads) * row_height() + look().theme.px(4);
}

float draw_threads(const Frame& frame, ViewState& view, ProcessId process, const std::vector<TaskId>& threads,
                   float width, float height) {
  const Look& current = look();
  const Theme& theme = current.theme;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  ImFont* font = current.fonts.small_mono;
  const float row = row_height();
  const auto fit = static_cast<std::size_t>(std::max(0.0F, (height - theme.px(4) + 0.5F) / row));
  if (threads.size() < 2 || fit < 2) return 0;
  const bool all_fit = threads.size() <= fit;
  const std::vector<TaskId> rows = most_active(frame, threads, all_fit ? fit : fit - 1);
  const TaskId shown = shown_thread(frame, view, process, threads);
  const ImVec2 start = ImGui::GetCursorScreenPos();
  const float gap = theme.px(10);
  float names = 0, lines = 0;
  const auto line_text = [&](TaskId id) {
    const std::int64_t line = frame.world().kernel.tasks.read(id).line;
    return line > 0 ? fmt::format("line {}", line) : std::string{};
  };
  for (const TaskId id : rows) {
    names = std::max(names, text_size(thread_name(frame, id), font).x);
    lines = std::max(lines, text_size(line_text(id), font).x);
  }
  float y = start.y;
  for (const TaskId id : rows) {
    const std::string name = thread_name(frame, id);
    const ImVec2 min = {start.x - theme.px(2), y};
    const ImVec2 max = {start.x + width + theme.px(6), y + row};
    const auto pinned = view.shown_thread.find(process.raw());
    const bool kept = pinned != view.shown_thread.end() && pinned->second == id;
    if (id == shown) {
      list.AddRectFilled(min, max, theme.marked());
      list.AddRectFilled({start.x - theme.px(6), y}, {start.x - theme.px(2), y + row}, theme.focus());
    }
    if (hit("thread " + name, min, max)) {
      if (kept)
        view.shown_thread.erase(process.raw());
      else
        view.shown_thread[process.raw()] = id;
    }
    if (ImGui::IsItemHovered())
      ImGui::SetTooltip("%s", kept ? "Follow whichever thread moves" : "Keep this thread's line in sight");
    if (kept) outline(list, min, max, Light::Pinned);
    const Doing what = doing(frame, id);
    const float middle = std::round(y + (row - font->FontSize) / 2);
    paint_text(list, {start.x, middle}, theme.text(), name, font);
    paint_text(list, {start.x + names + gap, middle}, theme.muted(), line_text(id), font);
    const float doing_x = start.x + names + lines + 2 * gap;
    paint_text(list, {doing_x, std::round(y + (row - current.fonts.small->FontSize) / 2)},
               what.ended ? theme.muted() : theme.text(),
               fitted(what.words, current.fonts.small, std::max(0.0F, start.x + width - doing_x)),
               current.fonts.small);
    y += row;
  }
  if (!all_fit) {
    paint_text(list, {start.x, y}, theme.muted(),
               fmt::format("… {} more threads", threads.size() - rows.size()), current.fonts.small);
    y += row;
  }
  return y - start.y + theme.px(4);
}

}  // namespace sockarium::gui
