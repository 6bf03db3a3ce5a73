// The timers that run, the next to fire on top: an arc that shrinks, and what is left in words.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gui/draw_ink.h"
#include "gui/reading.h"
#include "gui/widgets.h"

namespace sockarium::gui {

namespace {

Hue hue_of_timer(TimerKind kind) {
  switch (kind) {
    case TimerKind::Retransmit:
    case TimerKind::SynAck:
      return Hue::opening;
    case TimerKind::TimeWait:
      return Hue::time_wait;
    case TimerKind::DelayedAck:
      return Hue::established;
    case TimerKind::Neighbour:
      return Hue::error;
    default:
      return Hue::closed;
  }
}

void draw_arc_of(ImDrawList& list, ImVec2 centre, float radius, float share, ImU32 colour) {
  const Theme& theme = look().theme;
  constexpr float top = -1.5707963F;
  list.AddCircle(centre, radius, theme.grid(), 24, std::max(1.0F, theme.px(1)));
  if (share <= 0) return;
  list.PathLineTo(centre);
  list.PathArcTo(centre, radius, top, top + 6.2831853F * std::min(1.0F, share), 24);
  list.PathFillConvex(colour);
}

}  // namespace

void draw_timers(const Frame& frame, ViewState& view, Intents& intents) {
  const Look& current = look();
  const Theme& theme = current.theme;
  const picture::TimerList& timers = frame.derived->timers();
  const Panel panel("Timers", frame.area.min, frame.area.size(),
                    timers.all == 0 || frame.compact
                        ? ""
                        : fmt::format("{} run", number_text(static_cast<std::int64_t>(timers.all))));
  if (!panel) return;
  if (timers.timers.empty()) {
    muted_text("No timer runs at this moment. A SYN that waits for its answer has one, and so has sleep().",
               nullptr, true);
    return;
  }
  const float width = ImGui::GetContentRegionAvail().x;
  const float row =
      std::max(theme.target(), current.fonts.body->FontSize + current.fonts.small->FontSize + theme.px(4));
  for (std::size_t i = 0; i < timers.timers.size(); ++i) {
    const picture::RunningTimer& timer = timers.timers[i];
    const ImVec2 start = ImGui::GetCursorScreenPos();
    const ImVec2 end = {start.x + width, start.y + row};
    ImGui::PushID(static_cast<int>(i));
    const bool pressed = hit(fmt::format("timer {}", i + 1), start, end);
    ImGui::PopID();
    if (ImGui::IsItemHovered()) view.hovered = timer.record;
    if (pressed && timer.record != 0) view.selected = view.selected == timer.record ? 0 : timer.record;
    if (ImGui::IsMouseDoubleClicked(0) && ImGui::IsItemHovered())
      if (const std::uint64_t event = frame.session->cursor();
          frame.session->head() > event && frame.session->time_at(frame.session->head()) >= timer.deadline) {
        // To where it fires: the first event at its deadline.
        std::uint64_t low = event, high = frame.session->head();
        while (low < high) {
          const std::uint64_t middle = (low + high) / 2;
          if (frame.session->time_at(middle) < timer.deadline)
            low = middle + 1;
          else
            high = middle;
        }
        if (frame.question() == nullptr) intents.push_back(intent::SeekTo{low});
      }
    if (ImGui::IsRectVisible(start, end)) {
      ImDrawList& list = *ImGui::GetWindowDrawList();
      const Duration left = timer.deadline - frame.world().now;
      const Duration whole = std::max<Duration>(1, timer.deadline - timer.since);
      const float radius = row * 0.36F;
      draw_arc_of(list, {start.x + radius + theme.px(2), (start.y + end.y) / 2}, radius,
                  static_cast<float>(left) / static_cast<float>(whole), theme.hue(hue_of_timer(timer.kind)));
      const std::string words = duration_text(std::max<Duration>(0, left));
      ImFont* number = i == 0 ? current.fonts.mono_bold : current.fonts.mono;
      const float number_width = text_size(words, number).x;
      const float x = start.x + 2 * radius + theme.px(12);
      const float room = width - 2 * radius - theme.px(24) - number_width;
      paint_text(list, {end.x - number_width, start.y + theme.px(2)}, i == 0 ? theme.focus() : theme.text(),
                 words, number);
      paint_text(list, {x, start.y}, theme.text(),
                 fitted(host_name(frame, timer.host) + " · " + timer.what, current.fonts.body, room),
                 current.fonts.body);
      paint_text(list, {x, start.y + current.fonts.body->FontSize}, theme.muted(),
                 fitted(timer.whose, current.fonts.small, width - 2 * radius - theme.px(14)),
                 current.fonts.small);
      outline(list, start, end, frame.lights.on(timer.record));
    }
    ImGui::SetCursorScreenPos({start.x, end.y + theme.px(2)});
  }
  if (timers.all > timers.timers.size())
    muted_text(fmt::format("… and {} more, later",
                           number_text(static_cast<std::int64_t>(timers.all - timers.timers.size()))),
               current.fonts.small);
}

}  // namespace sockarium::gui
