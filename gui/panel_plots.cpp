// Numbers over the run: sockets by state on each host, the length of every queue. The line at the shown
// moment cuts through all; a click or drag goes there.
#include <fmt/format.h>

#include <algorithm>

#include "gui/crowd.h"
#include "gui/draw_ink.h"
#include "gui/reading.h"
#include "gui/widgets.h"

namespace sockarium::gui {

void draw_plots(const Frame& frame, ViewState&, Intents& intents) {
  const Look& current = look();
  const Theme& theme = current.theme;
  const Panel panel("Plots", frame.area.min, frame.area.size(), frame.compact ? "" : "event by event");
  if (!panel) return;
  const picture::StateSeries& series = frame.derived->series();
  const float width = ImGui::GetContentRegionAvail().x;
  const float room = ImGui::GetContentRegionAvail().y;
  std::vector<HostId> shown;
  for (const HostId host : hosts(frame))
    if (series.most(host) > 0) shown.push_back(host);
  const std::size_t count = shown.size() + series.queues().size();
  if (count == 0) {
    muted_text("Nothing to plot yet: no socket has had a state. Step on.", nullptr, true);
    return;
  }
  const float line = current.fonts.small->FontSize + theme.px(4);
  const float height =
      std::clamp(room / static_cast<float>(count) - line - theme.px(8), theme.px(48), theme.px(170));
  const auto place = [&](const std::string& title, const std::string& now, auto&& draw) {
    const ItemScope scope(title);
    const ImVec2 start = ImGui::GetCursorScreenPos();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    paint_text(list, start, theme.text(), title, current.fonts.small);
    paint_text(list, {start.x + width - text_size(now, current.fonts.small).x, start.y}, theme.muted(), now,
               current.fonts.small);
    Rect area;
    area.min = {start.x, start.y + line};
    area.max = {start.x + width, start.y + line + height};
    draw(area);
    ImGui::SetCursorScreenPos({start.x, area.max.y + theme.px(8)});
    ImGui::Dummy({1, 0});
  };
  for (const HostId host : shown) {
    AreaLimit limit;
    if (const kernel::Host* owner = frame.world().kernel.hosts.find(host)) {
      const inet::Net& net = frame.world().inet.nets.read(owner->net);
      limit.value = net.sysctls[Sysctl::PortRangeHigh] - net.sysctls[Sysctl::PortRangeLow] + 1;
      limit.label = number_text(limit.value) + " ports";
    }
    const auto* point = picture::StateSeries::at(series.of(host), frame.session->cursor());
    place("TCP sockets of " + host_name(frame, host),
          fmt::format("now {}", number_text(point == nullptr ? 0 : point->total())),
          [&](const Rect& area) { draw_state_area(frame, host, area, limit, intents); });
  }
  for (const picture::QueueSeries& queue : series.queues())
    place(queue.label, fmt::format("now {}", picture::StateSeries::at(queue.points, frame.session->cursor())),
          [&](const Rect& area) { draw_length_area(frame, queue, area, intents); });
}

}  // namespace sockarium::gui
