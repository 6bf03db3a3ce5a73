// See crowd.h.
#include "gui/crowd.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "gui/draw_ink.h"
#include "gui/reading.h"
#include "gui/widgets.h"

namespace sockarium::gui {

namespace {

/// From below: what stays longest stands lowest, so that the upper edge moves least.
constexpr std::array<Hue, 6> layers{Hue::time_wait, Hue::listen,     Hue::established,
                                    Hue::closing,   Hue::close_wait, Hue::opening};

/// The event under each pixel column; the run as far as it is known fills the width.
std::uint64_t event_at_pixel(const Frame& frame, float x, float width) {
  const std::uint64_t head = std::max<std::uint64_t>(1, frame.session->head());
  return static_cast<std::uint64_t>(std::clamp(x / width, 0.0F, 1.0F) * static_cast<float>(head) + 0.5F);
}

void chart_frame(const Frame& frame, const Rect& area, std::int64_t most, Intents& intents) {
  const Look& current = look();
  const Theme& theme = current.theme;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const Session& session = *frame.session;
  const bool hidden = frame.question() != nullptr;
  const float now_x = area.min.x + area.width() * static_cast<float>(session.cursor()) /
                                       static_cast<float>(std::max<std::uint64_t>(1, session.head()));
  if (now_x < area.max.x - 1)  // what is not yet is dimmed, or hidden while a question waits
    list.AddRectFilled({now_x, area.min.y}, area.max,
                       hidden ? theme.panel() : (theme.panel() & 0x00FFFFFF) | 0x8C000000);
  list.AddLine({area.min.x, area.max.y}, area.max, theme.grid(), theme.line());
  list.AddLine(area.min, {area.min.x, area.max.y}, theme.grid(), theme.line());
  list.AddRectFilled({now_x - theme.px(1), area.min.y}, {now_x + theme.px(1), area.max.y}, theme.focus());
  const std::string top = number_text(most);
  paint_text(list, {area.min.x + theme.px(4), area.min.y}, theme.muted(), top, current.fonts.small);
  if (hit("chart", area.min, area.max)) {
  }
  if (ImGui::IsItemActive() && ImGui::IsMouseDown(0)) {
    const std::uint64_t there = event_at_pixel(frame, ImGui::GetIO().MousePos.x - area.min.x, area.width());
    if (there != session.cursor() && (!hidden || there <= session.cursor()))
      intents.push_back(intent::SeekTo{there});
  }
}

}  // namespace

HostId crowded_host(const Frame& frame, const ViewState& view) {
  if (view.map_host && frame.world().kernel.hosts.alive(*view.map_host)) return *view.map_host;
  HostId best;
  std::int64_t most = -1;
  for (const HostId host : hosts(frame)) {
    const auto& points = frame.derived->series().of(host);
    std::int64_t count = 2 * frame.derived->series().most(host);
    bool listens = false;
    if (const auto* point = picture::StateSeries::at(points, frame.session->cursor())) {
      listens = point->count[static_cast<std::size_t>(Hue::listen)] > 0;
    }
    if (!listens) count += count / 2 + 1;  // who connects uses up ports
    if (count > most) {
      most = count;
      best = host;
    }
  }
  return best;
}

bool host_choice(const Frame& frame, std::string_view label, HostId shown, std::optional<HostId>& chosen,
                 float width) {
  const std::vector<HostId> all = hosts(frame);
  if (all.size() < 2) return false;
  ImGui::SetNextItemWidth(width);
  const std::string id(label);
  if (ImGui::BeginCombo(id.c_str(), ("on " + host_name(frame, shown)).c_str())) {
    continue_text_log();
    for (const HostId host : all)
      if (selectable(host_title(frame, host), host == shown)) chosen = host;
    ImGui::EndCombo();
  }
  note_item(label);
  return true;
}

float legend_row() {
  const Look& current = look();
  return current.fonts.body->FontSize + current.theme.px(4);
}

void legend_line(ImDrawList& list, ImVec2 place, float width, Hue hue, std::string_view name,
                 std::int64_t count, double share, bool faint) {
  const Look& current = look();
  const Theme& theme = current.theme;
  ImFont* font = current.fonts.body;
  const float side = font->FontSize;
  paint_chip(list, place, {place.x + side, place.y + side}, hue);
  const ImU32 ink = faint ? theme.muted() : theme.text();
  const std::string number = number_text(count);
  std::string percent = share < 0 ? "" : fmt::format("{:5.1f} %", share);
  float percent_width = share < 0 ? 0 : text_size("100.0 %", current.fonts.mono).x + theme.px(8);
  const float number_width = text_size(number, current.fonts.mono_bold).x;
  const float name_width = text_size(name, font).x;
  if (side + theme.px(12) + name_width + number_width + percent_width > width) {
    percent.clear();
    percent_width = 0;
  }
  paint_text(list, {place.x + side + theme.px(6), place.y}, ink,
             fitted(name, font, width - side - number_width - percent_width - theme.px(14)), font);
  paint_text(list, {place.x + width - percent_width - number_width, place.y}, ink, number,
             faint ? current.fonts.mono : current.fonts.mono_bold);
  if (!percent.empty())
    paint_text(list, {place.x + width - text_size(percent, current.fonts.mono).x, place.y}, theme.muted(),
               percent, current.fonts.mono);
}

void draw_state_area(const Frame& frame, HostId host, const Rect& area, const AreaLimit& limit,
                     Intents& intents) {
  const Look& current = look();
  const Theme& theme = current.theme;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const auto& points = frame.derived->series().of(host);
  const bool hidden = frame.question() != nullptr;
  std::int64_t most = std::max<std::int64_t>(1, frame.derived->series().most(host));
  // More than the limit: they lead to several destinations, and each has all ports for itself.
  const bool limited = limit.value > 0 && most * 3 >= limit.value && most <= limit.value + limit.value / 50;
  if (limited) most = std::max(most, limit.value);
  list.AddRectFilled(area.min, area.max, theme.background());
  const float scale = (area.height() - theme.px(2)) / (static_cast<float>(most) * (limited ? 1.12F : 1.0F));
  // One column of a pixel or two at a time: no more can be seen.
  const float step = std::max(1.0F, std::floor(theme.scale));
  for (float x = area.min.x; x < area.max.x; x += step) {
    const std::uint64_t event = event_at_pixel(frame, x - area.min.x, area.width());
    if (hidden && event > frame.session->cursor()) break;
    const picture::StatePoint* point = picture::StateSeries::at(points, event);
    if (point == nullptr) continue;
    float y = area.max.y;
    for (const Hue hue : layers) {
      const float height = static_cast<float>(point->count[static_cast<std::size_t>(hue)]) * scale;
      if (height < 0.25F) continue;
      list.AddRectFilled({x, y - height}, {x + step, y}, theme.hue(hue));
      y -= height;
    }
  }
  if (limited) {
    const float y = std::floor(area.max.y - static_cast<float>(limit.value) * scale);
    dashed_line(list, {area.min.x, y}, {area.max.x, y}, theme.hue(Hue::error), std::max(1.5F, theme.px(2)),
                8);
    const ImVec2 size = text_size(limit.label, current.fonts.small);
    paint_text(list, {area.max.x - size.x - theme.px(4), y - size.y}, theme.text(), limit.label,
               current.fonts.small);
  }
  chart_frame(frame, area, most, intents);
}

void draw_length_area(const Frame& frame, const picture::QueueSeries& queue, const Rect& area,
                      Intents& intents) {
  const Look& current = look();
  const Theme& theme = current.theme;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  std::int64_t most = queue.limit + 1;
  for (const picture::LengthPoint& point : queue.points) most = std::max(most, point.length);
  list.AddRectFilled(area.min, area.max, theme.background());
  const float scale = (area.height() - theme.px(2)) / static_cast<float>(most);
  const float step = std::max(1.0F, std::floor(theme.scale));
  const Hue hue = queue.kind == QueueKind::Accept ? Hue::established : Hue::opening;
  for (float x = area.min.x; x < area.max.x; x += step) {
    const std::uint64_t event = event_at_pixel(frame, x - area.min.x, area.width());
    if (frame.question() != nullptr && event > frame.session->cursor()) break;
    const float height = static_cast<float>(picture::StateSeries::at(queue.points, event)) * scale;
    if (height > 0) list.AddRectFilled({x, area.max.y - height}, {x + step, area.max.y}, theme.hue(hue));
  }
  const float y = std::floor(area.max.y - static_cast<float>(queue.limit) * scale);
  dashed_line(list, {area.min.x, y}, {area.max.x, y}, theme.text(), std::max(1.0F, theme.px(1)), 6);
  const std::string label = fmt::format("backlog {}", queue.limit);
  const ImVec2 size = text_size(label, current.fonts.small);
  paint_text(list, {area.max.x - size.x - theme.px(4), y}, theme.muted(), label, current.fonts.small);
  chart_frame(frame, area, most, intents);
}

}  // namespace sockarium::gui
