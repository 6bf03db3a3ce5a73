// Who waits where: blocked programs with what they wait for, the interest and ready lists of each epoll, and
// the open files that lie in messages on their way.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gui/draw_ink.h"
#include "gui/reading.h"
#include "gui/widgets.h"
#include "lab/picture/waiting.h"

namespace sockarium::gui {

namespace {

constexpr std::size_t most = 60;

std::string nth_text(std::size_t n) {
  return fmt::format("{}{}", n,
                     n % 100 / 10 == 1 ? "th"
                     : n % 10 == 1     ? "st"
                     : n % 10 == 2     ? "nd"
                     : n % 10 == 3     ? "rd"
                                       : "th");
}

void heading(std::string_view words) {
  ImGui::Dummy({0, look().theme.px(2)});
  text(words, look().fonts.bold, true);
}

/// One blocked task: who, in which call, for what, and where in that queue.
void draw_task(const Frame& frame, const picture::WaitingTask& task, ViewState& view) {
  const Look& current = look();
  const Theme& theme = current.theme;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const ImVec2 start = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  std::string first = host_name(frame, task.host) + " · " + task.who + " in " + task.call;
  std::string second = task.what.empty() ? "only for time to pass" : "for " + task.what;
  if (task.of > 1)
    second += fmt::format(" · {} of {} in that queue{}", nth_text(task.place), task.of,
                          task.exclusive ? ", exclusive: one is woken" : "");
  if (task.left >= 0) second += " · at most " + duration_text(task.left);
  const float upper = paint_wrapped(list, start, width - theme.px(12), 0, first, current.fonts.body, false);
  const float lower = paint_wrapped(list, start, width - theme.px(12), 0, second, current.fonts.small, false);
  const ImVec2 end = {start.x + width, start.y + std::max(theme.target(), upper + lower + theme.px(2))};
  ImGui::PushID(static_cast<int>(task.task.index));
  const bool pressed = hit("waits " + task.who, start, end);
  ImGui::PopID();
  if (ImGui::IsItemHovered()) view.hovered = task.record;
  if (pressed && task.record != 0) view.selected = view.selected == task.record ? 0 : task.record;
  if (ImGui::IsRectVisible(start, end)) {
    const bool fresh = frame.is_new(task.record);
    list.AddRectFilled(start, {start.x + theme.px(3), end.y}, fresh ? theme.focus() : theme.grid());
    paint_wrapped(list, {start.x + theme.px(10), start.y}, width - theme.px(12), theme.text(), first,
                  current.fonts.body);
    paint_wrapped(list, {start.x + theme.px(10), start.y + upper}, width - theme.px(12), theme.muted(),
                  second, current.fonts.small);
    outline(list, start, end, frame.lights.on(task.record));
  }
  ImGui::SetCursorScreenPos({start.x, end.y + theme.px(4)});
}

/// The interest list at the left, in the order of registration; what is ready has its place on the ready list
/// beside it, and the ready list stands below as epoll_wait() would take it.
void draw_epoll(const Frame& frame, const picture::EpollRow& epoll) {
  const Look& current = look();
  const Theme& theme = current.theme;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  ImFont* mono = current.fonts.small_mono;
  const ItemScope scope("epoll " + epoll.name);
  const float row = mono->FontSize + theme.px(8);
  const float width = ImGui::GetContentRegionAvail().x;
  text(host_name(frame, epoll.host) + " · " + epoll.name, current.fonts.body, true);
  if (epoll.interests.empty())
    muted_text("It watches nothing yet: epoll_ctl(EPOLL_CTL_ADD) puts a descriptor on the interest list.",
               current.fonts.small, true);
  else
    muted_text("interest list: fd, asked for, what is behind it", current.fonts.small, true);
  const float fd_width = theme.px(34);
  float asked_width = 0;
  for (const picture::InterestRow& each : epoll.interests)
    asked_width = std::max(asked_width, text_size(each.asked, mono).x);
  const auto box = [&](ImVec2 at, float wide, std::string_view content, bool ready) {
    const ImVec2 max = {at.x + wide, at.y + row - theme.px(3)};
    list.AddRectFilled(at, max, ready ? theme.marked() : theme.raised(), theme.px(3));
    list.AddRect(at, max, ready ? theme.focus() : theme.grid(), theme.px(3), 0,
                 ready ? std::max(2.0F, theme.px(2)) : theme.line());
    const ImVec2 size = text_size(content, mono);
    paint_text(list, {std::round(at.x + (wide - size.x) / 2), std::round((at.y + max.y - size.y) / 2)},
               theme.text(), content, mono);
    return max;
  };
  for (const picture::InterestRow& each : epoll.interests) {
    const ImVec2 start = ImGui::GetCursorScreenPos();
    const ImVec2 max = box(start, fd_width, std::to_string(each.fd), each.place > 0);
    look().items.record(fmt::format("interest {}", each.fd), start, max);
    float x = start.x + fd_width + theme.px(8);
    paint_text(list, {x, start.y + theme.px(2)}, theme.text(), each.asked, mono);
    x += asked_width + theme.px(10);
    const std::string ready =
        each.place > 0
            ? fmt::format("ready {}{}", each.place, each.news.empty() ? ": nothing by now" : ": " + each.news)
            : "";
    const float ready_width = ready.empty() ? 0 : text_size(ready, current.fonts.small).x + theme.px(6);
    paint_text(list, {x, start.y + theme.px(2)}, theme.muted(),
               fitted(each.what, mono, std::max(0.0F, start.x + width - x - ready_width)), mono);
    if (!ready.empty())
      paint_text(list, {start.x + width - ready_width, start.y + theme.px(2)}, theme.text(), ready,
                 current.fonts.small);
    const Light light = frame.lights.on(each.socket);
    if (each.socket) outline(list, start, {start.x + width, max.y}, light);
    ImGui::SetCursorScreenPos({start.x, start.y + row});
  }
  std::vector<const picture::InterestRow*> ready;
  for (const picture::InterestRow& each : epoll.interests)
    if (each.place > 0) ready.push_back(&each);
  std::sort(ready.begin(), ready.end(), [](const auto* a, const auto* b) { return a->place < b->place; });
  const ImVec2 start = ImGui::GetCursorScreenPos();
  const std::string words = ready.empty() ? "ready list: empty" : "ready list, next first:";
  paint_text(list, {start.x, start.y + theme.px(2)}, theme.muted(), words, current.fonts.small);
  float x = start.x + text_size(words, current.fonts.small).x + theme.px(8);
  for (const picture::InterestRow* each : ready) {
    if (x + fd_width > start.x + width) {
      paint_text(list, {x, start.y}, theme.muted(), "…", mono);
      break;
    }
    const ImVec2 max = box({x, start.y}, fd_width, std::to_string(each->fd), true);
    look().items.record(fmt::format("ready {}", each->fd), {x, start.y}, max);
    x += fd_width + theme.px(4);
  }
  ImGui::SetCursorScreenPos({start.x, start.y + row});
  std::string who;
  for (const std::string& each : epoll.waiting) who += (who.empty() ? "" : ", then ") + each;
  muted_text(who.empty() ? "nobody is in epoll_wait()" : "in epoll_wait(): " + who, current.fonts.small,
             true);
  ImGui::Dummy({0, theme.px(6)});
}

}  // namespace

void draw_waiting(const Frame& frame, ViewState& view, Intents&) {
  const Look& current = look();
  auto& kept = view.waiting;
  if (!kept.known || kept.branch != frame.session->branch() || kept.event != frame.session->cursor()) {
    kept.rows = picture::waiting_at(frame.world(), frame.session->bytes(), most);
    kept.known = true;
    kept.branch = frame.session->branch();
    kept.event = frame.session->cursor();
  }
  const picture::Waiting& all = kept.rows;
  const std::size_t tasks = all.tasks.size() + all.more_tasks;
  const Panel panel("Waiting", frame.area.min, frame.area.size(),
                    tasks == 0 || frame.compact ? ""
                                                : observe::counted(static_cast<std::int64_t>(tasks),
                                                                   "program waits", "programs wait"));
  if (!panel) return;
  if (tasks == 0 && all.epolls.empty() && all.in_flight.empty()) {
    muted_text(
        "Nobody waits at this moment. A program in accept(), recv(), poll() or sleep() stands here, with its "
        "place in the queue.",
        nullptr, true);
    return;
  }
  if (!all.epolls.empty()) heading(all.epolls.size() == 1 ? "An epoll" : "Epolls");
  for (const picture::EpollRow& epoll : all.epolls) draw_epoll(frame, epoll);
  if (!all.in_flight.empty()) {
    heading("Open files in flight: no process holds them");
    for (const picture::FlightRow& flight : all.in_flight)
      text(fmt::format("{} · #{} {} — in message {} for {}, from {}", host_name(frame, flight.host),
                       flight.file.index, flight.what, flight.place, flight.queue, flight.from),
           current.fonts.small, true);
  }
  if (tasks > 0) heading("Who waits, and for what");
  for (const picture::WaitingTask& task : all.tasks) draw_task(frame, task, view);
  if (all.more_tasks > 0)
    muted_text(fmt::format("… and {} more", number_text(static_cast<std::int64_t>(all.more_tasks))),
               current.fonts.small);
}

}  // namespace sockarium::gui
