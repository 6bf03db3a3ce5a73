// All sockets of one host: first the exact numbers, then one cell for each in the order of the kernel's
// table, then how many were in which state over the run.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "gui/crowd.h"
#include "gui/draw_ink.h"
#include "gui/reading.h"
#include "gui/widgets.h"

namespace sockarium::gui {

namespace {

struct Count {
  TcpState state = TcpState::Closed;
  std::int64_t count = 0;
};

std::string_view state_words(TcpState state) {
  return state == TcpState::Closed ? std::string_view("without state") : rfc_name(state);
}

void draw_counts(const picture::SocketMap& map, ImVec2 place, float width) {
  std::vector<Count> counts;
  for (std::size_t i = 0; i < tcp_state_count; ++i) {
    const auto state = static_cast<TcpState>(i);
    if (map.count(state) > 0) counts.push_back({state, map.count(state)});
  }
  std::stable_sort(counts.begin(), counts.end(),
                   [](const Count& a, const Count& b) { return a.count > b.count; });
  ImDrawList& list = *ImGui::GetWindowDrawList();
  for (const Count& each : counts) {
    legend_line(
        list, place, width, hue_of(each.state), state_words(each.state), each.count,
        100.0 * static_cast<double>(each.count) / static_cast<double>(std::max<std::int64_t>(1, map.alive())),
        false);
    place.y += legend_row();
  }
}

std::size_t state_count(const picture::SocketMap& map) {
  std::size_t rows = 0;
  for (std::size_t i = 0; i < tcp_state_count; ++i) rows += map.count(static_cast<TcpState>(i)) > 0 ? 1 : 0;
  return rows;
}

void draw_cells_of_sockets(const Frame& frame, const picture::SocketMap& map, const Rect& area,
                           ViewState& view) {
  const Look& current = look();
  const Theme& theme = current.theme;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const auto count = static_cast<float>(std::max<std::size_t>(1, map.cells().size()));
  // The largest cells with which all have room; whole pixels.
  float cell = std::floor(std::clamp(std::sqrt(area.width() * area.height() / count), 1.0F, theme.px(16)));
  const auto fits = [&](float size) {
    const float columns = std::floor(area.width() / size);
    return columns >= 1 && std::ceil(count / columns) * size <= area.height();
  };
  while (cell > 1 && !fits(cell)) cell -= 1;
  const int columns = std::max(1, static_cast<int>(area.width() / cell));
  const int rows = (static_cast<int>(map.cells().size()) + columns - 1) / columns;
  const ImVec2 end = {area.min.x + cell * static_cast<float>(columns),
                      area.min.y + cell * static_cast<float>(rows)};
  frame.derived->socket_picture(theme, columns).draw(list, area.min, end);
  const auto corner = [&](std::size_t place) {
    return ImVec2(area.min.x + static_cast<float>(place % static_cast<std::size_t>(columns)) * cell,
                  area.min.y + static_cast<float>(place / static_cast<std::size_t>(columns)) * cell);
  };
  // What is lit, and only where something is: nobody asks 50,000 cells in vain.
  if (frame.lights.pinned.any() || frame.lights.preview.any())
    for (std::size_t i = 0; i < map.cells().size(); ++i) {
      const inet::SocketBase* base = frame.world().inet.sockets.find(map.cells()[i].socket);
      if (base == nullptr) continue;
      Ends ends;
      ends.local = base->local;
      ends.peer = base->peer;
      const Light light = brighter(frame.lights.on(map.cells()[i].socket), frame.lights.on(ends));
      if (light == Light::None) continue;
      const ImVec2 min = corner(i);
      outline(list, min, {min.x + cell, min.y + cell}, light);
    }
  const bool pressed = hit("sockets", area.min, end);
  if (!ImGui::IsItemHovered() && !pressed) return;
  const ImVec2 pointer = ImGui::GetIO().MousePos;
  const int column = std::clamp(static_cast<int>((pointer.x - area.min.x) / cell), 0, columns - 1);
  const int row = static_cast<int>((pointer.y - area.min.y) / cell);
  const auto place = static_cast<std::size_t>(std::max(0, row * columns + column));
  if (place >= map.cells().size() || !map.cells()[place].socket) return;
  const SocketId socket = map.cells()[place].socket;
  const RecordNumber record = socket_record(frame, socket);
  view.hovered = record;
  if (pressed) view.selected = view.selected == record ? 0 : record;
  const inet::SocketBase& base = frame.world().inet.sockets.read(socket);
  ImGui::BeginTooltip();
  continue_text_log();
  chip(hue_of(map.cells()[place].state), state_words(map.cells()[place].state));
  muted_text(base.peer.port != 0 ? endpoint_text(base.local) + " to " + endpoint_text(base.peer)
                                 : endpoint_text(base.local));
  ImGui::EndTooltip();
}

/// «26,102  TIME-WAIT to 10.0.0.2:80»: many alike are one line.
float draw_groups(const picture::SocketMap& map, ImVec2 place, float width, float height) {
  const Look& current = look();
  const Theme& theme = current.theme;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const float line = current.fonts.small->FontSize + theme.px(2);
  const auto fit = static_cast<std::size_t>(std::max(0.0F, height / line));
  std::size_t shown = std::min(fit, map.groups().size());
  if (shown < map.groups().size() && shown > 0) --shown;
  float y = place.y;
  for (std::size_t i = 0; i < shown; ++i) {
    const picture::SocketGroup& group = map.groups()[i];
    const std::string number = number_text(group.count);
    const float numbers = theme.px(56);
    paint_text(list, {place.x + numbers - text_size(number, current.fonts.small_mono).x, y}, theme.text(),
               number, current.fonts.small_mono);
    const float side = current.fonts.small->FontSize;
    paint_chip(list, {place.x + numbers + theme.px(8), y}, {place.x + numbers + theme.px(8) + side, y + side},
               hue_of(group.state));
    const std::string words = fmt::format("{} {} {}", state_words(group.state), group.to_peer ? "to" : "at",
                                          endpoint_text(group.end));
    paint_text(list, {place.x + numbers + side + theme.px(14), y}, theme.muted(),
               fitted(words, current.fonts.small, width - numbers - side - theme.px(14)),
               current.fonts.small);
    y += line;
  }
  if (shown < map.groups().size() && fit > 0) {
    std::int64_t rest = 0;
    for (std::size_t i = shown; i < map.groups().size(); ++i) rest += map.groups()[i].count;
    paint_text(list, {place.x, y}, theme.muted(),
               fmt::format("… {} more in {} groups", number_text(rest), map.groups().size() - shown),
               current.fonts.small);
    y += line;
  }
  return y - place.y;
}

}  // namespace

void draw_sockets(const Frame& frame, ViewState& view, Intents& intents) {
  const Look& current = look();
  const Theme& theme = current.theme;
  const HostId host = crowded_host(frame, view);
  const kernel::Host* owner = frame.world().kernel.hosts.find(host);
  Panel::Options options;
  options.scrolling = false;
  const picture::SocketMap* map = owner == nullptr ? nullptr : &frame.derived->sockets(owner->net);
  const std::string note =
      map == nullptr ? "" : fmt::format("{} sockets and entries", number_text(map->alive()));
  const Panel panel("Sockets of " + host_name(frame, host), frame.area.min, frame.area.size(), note, options);
  if (!panel) return;
  const ItemScope scope("Socket map");
  if (map == nullptr || map->cells().empty()) {
    muted_text("No socket on this host yet. Step on until a program calls socket().", nullptr, true);
    return;
  }
  if (host_choice(frame, "##host", host, view.map_host, theme.px(140))) ImGui::Dummy({0, theme.px(2)});
  const ImVec2 start = ImGui::GetCursorScreenPos();
  const ImVec2 room = ImGui::GetContentRegionAvail();
  const float counts = static_cast<float>(state_count(*map)) * legend_row();
  draw_counts(*map, start, std::min(room.x, theme.px(430)));
  float y = start.y + counts + theme.px(8);
  const float left = start.y + room.y - y;
  const float chart = std::max(theme.px(64), left * 0.34F);
  const float line = current.fonts.small->FontSize + theme.px(2);
  const float groups_room = left > theme.px(260) ? std::min(line * 5, left * 0.2F) : 0;
  if (groups_room > 0) y += draw_groups(*map, {start.x, y}, room.x, groups_room) + theme.px(6);
  Rect cells;
  cells.min = {std::floor(start.x), std::floor(y)};
  cells.max = {start.x + room.x, start.y + room.y - chart - theme.px(8)};
  if (cells.height() > theme.px(24)) draw_cells_of_sockets(frame, *map, cells, view);
  Rect area;
  area.min = {std::floor(start.x), std::floor(start.y + room.y - chart)};
  area.max = {std::floor(start.x + room.x), std::floor(start.y + room.y - theme.px(2))};
  AreaLimit limit;
  const inet::Net& net = frame.world().inet.nets.read(owner->net);
  limit.value = net.sysctls[Sysctl::PortRangeHigh] - net.sysctls[Sysctl::PortRangeLow] + 1;
  limit.label = number_text(limit.value) + " ports";
  if (area.height() > theme.px(40)) draw_state_area(frame, host, area, limit, intents);
}

}  // namespace sockarium::gui
