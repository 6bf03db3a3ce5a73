// The port table of one host as a picture: a cell for each port, 256 in a row, coloured by who holds it
// towards the chosen destination; beside it the exact numbers. Shift shows a lens, a click pins the port
// everywhere. A small range is drawn as boxes with their numbers.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "gui/crowd.h"
#include "gui/draw_ink.h"
#include "gui/reading.h"
#include "gui/widgets.h"
#include "sim/kernel/descriptors.h"

namespace sockarium::gui {

namespace {

using picture::PortMap;
using picture::PortUse;

/// Ranges up to this many ports are drawn as boxes with numbers.
constexpr std::int64_t few_ports = 512;

constexpr std::array<PortUse, picture::port_uses> legend_order{
    PortUse::Free,    PortUse::Opening,  PortUse::Established, PortUse::CloseWait,
    PortUse::Closing, PortUse::TimeWait, PortUse::Bound,       PortUse::Reserved};

struct Asked {
  const Frame& frame;
  ViewState& view;
  HostId host;
  const PortMap& map;
};

std::string owner_words(const Frame& frame, SocketId socket) {
  const inet::SocketBase* base = frame.world().inet.sockets.find(socket);
  if (base == nullptr) return {};
  std::string words = base->peer.port != 0 ? endpoint_text(base->local) + " to " + endpoint_text(base->peer)
                                           : endpoint_text(base->local);
  for (const ProcessId process : ids(frame.world().kernel.processes)) {
    if (!base->file) break;
    const kernel::Process& owner = frame.world().kernel.processes.read(process);
    if (owner.ended != 0) continue;
    for (kernel::OpenNumber open = kernel::next_open(frame.world(), process, 0); open.fd >= 0;
         open = kernel::next_open(frame.world(), process, open.fd + 1))
      if (open.file == base->file)
        return words + fmt::format("\n{}, fd {}", process_title(frame, process), open.fd);
  }
  return words + "\nno process holds it";
}

void point_at(const Asked& asked, std::uint16_t port, bool clicked) {
  PortPin pin;
  pin.host = asked.host;
  pin.port = port;
  pin.protocol = asked.map.question().protocol;
  asked.view.hovered_port = pin;
  const SocketId socket = picture::holder_of(asked.frame.world(), asked.map.question(), port);
  if (!clicked) return;
  if (asked.view.pinned_port == pin) {
    asked.view.pinned_port.reset();
    asked.view.selected = 0;
    return;
  }
  asked.view.pinned_port = pin;
  asked.view.selected = picture::record_of(asked.frame.world(), socket);
}

void port_tooltip(const Asked& asked, std::uint16_t port) {
  const SocketId socket = picture::holder_of(asked.frame.world(), asked.map.question(), port);
  ImGui::BeginTooltip();
  continue_text_log();
  chip(picture::hue_of(asked.map.use(port)), fmt::format("port {}: {}", port, name(asked.map.use(port))));
  if (socket) muted_text(owner_words(asked.frame, socket));
  muted_text("A click pins it, Shift shows a lens.", look().fonts.small);
  ImGui::EndTooltip();
}

/// 16 x 16 ports around one, each with its number.
void draw_lens(const Asked& asked, std::uint16_t port, ImVec2 pointer) {
  const Look& current = look();
  const Theme& theme = current.theme;
  ImDrawList& list = *ImGui::GetForegroundDrawList();
  ImFont* font = current.fonts.small_mono;
  const ImVec2 cell = {text_size("60999", font).x + theme.px(8), font->FontSize + theme.px(4)};
  const ImVec2 size = {cell.x * 16, cell.y * 16};
  const ImVec2 window = ImGui::GetIO().DisplaySize;
  ImVec2 min = {pointer.x + theme.px(24), pointer.y + theme.px(24)};
  if (min.x + size.x > window.x) min.x = std::max(theme.px(4), pointer.x - size.x - theme.px(24));
  if (min.y + size.y > window.y) min.y = std::max(theme.px(4), window.y - size.y - theme.px(4));
  const int column = std::clamp(port % PortMap::columns - 8, 0, PortMap::columns - 16);
  const int row = std::clamp(port / PortMap::columns - 8, 0, PortMap::rows - 16);
  list.AddRectFilled({min.x - 4, min.y - 4}, {min.x + size.x + 4, min.y + size.y + 4}, theme.panel());
  list.AddRect({min.x - 4, min.y - 4}, {min.x + size.x + 4, min.y + size.y + 4}, theme.focus(), 0, 0,
               theme.px(2));
  for (int y = 0; y < 16; ++y)
    for (int x = 0; x < 16; ++x) {
      const auto each = static_cast<std::uint16_t>((row + y) * PortMap::columns + column + x);
      const PortUse use = asked.map.use(each);
      const ImVec2 from = {min.x + static_cast<float>(x) * cell.x, min.y + static_cast<float>(y) * cell.y};
      const ImVec2 to = {from.x + cell.x - 1, from.y + cell.y - 1};
      const std::string label = std::to_string(each);
      const ImVec2 at = {from.x + theme.px(3), from.y + theme.px(1)};
      if (use == PortUse::Free || use == PortUse::Reserved) {
        list.AddRect(from, to, theme.grid());
        paint_text(list, at, theme.muted(), label, font);
      } else {
        fill_state(list, from, to, picture::hue_of(use), false);
        paint_on_state(list, at, picture::hue_of(use), label, font);
      }
      if (each == port) list.AddRect(from, to, theme.focus(), 0, 0, theme.px(2));
    }
  look().items.record("lens", min, {min.x + size.x, min.y + size.y});
}

/// A small range: one box for each port.
void draw_boxes(const Asked& asked, const Rect& area) {
  const Look& current = look();
  const Theme& theme = current.theme;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  ImFont* font = current.fonts.mono;
  const float gap = theme.px(3);
  float wanted = text_size("T 60999", font).x + theme.px(16);
  float height = std::max(theme.target(), font->FontSize + theme.px(8));
  const auto count = asked.map.range();
  auto columns = std::max<std::int64_t>(1, static_cast<std::int64_t>((area.width() + gap) / (wanted + gap)));
  if (static_cast<float>((count + columns - 1) / columns) * (height + gap) > area.height()) {
    font = current.fonts.small_mono;
    wanted = text_size("60999", font).x + theme.px(6);
    height = font->FontSize + theme.px(4);
    columns = std::max<std::int64_t>(1, static_cast<std::int64_t>((area.width() + gap) / (wanted + gap)));
  }
  const bool letters = font == current.fonts.mono;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto port = static_cast<std::uint16_t>(asked.map.low() + i);
    const ImVec2 min = {std::floor(area.min.x + static_cast<float>(i % columns) * (wanted + gap)),
                        std::floor(area.min.y + static_cast<float>(i / columns) * (height + gap))};
    const ImVec2 max = {min.x + std::floor(wanted), min.y + std::floor(height)};
    if (max.y > area.max.y + 1) break;
    const PortUse use = asked.map.use(port);
    const bool pressed = hit("port " + std::to_string(port), min, max);
    const bool hovered = ImGui::IsItemHovered();
    if (hovered || pressed) point_at(asked, port, pressed);
    const Hue hue = picture::hue_of(use);
    const std::string label =
        letters ? fmt::format("{} {}", palette::letter(hue), port) : std::to_string(port);
    const ImVec2 size = text_size(label, font);
    const ImVec2 at = {std::round((min.x + max.x - size.x) / 2), std::round((min.y + max.y - size.y) / 2)};
    if (use == PortUse::Free || use == PortUse::Reserved) {
      list.AddRect(min, max, theme.grid(), theme.px(2), 0, theme.line());
      paint_text(list, at, theme.muted(), label, font);
    } else {
      fill_state(list, min, max, hue, true);
      paint_on_state(list, at, hue, label, font);
    }
    outline(list, min, max, asked.frame.lights.on_port(asked.host, port));
    if (hovered) port_tooltip(asked, port);
  }
}

/// Which ports stand where: port = columns · row + column. 256 in a row; fewer of a small range, so that its
/// cells can be larger.
struct Grid {
  int columns = PortMap::columns;
  int first = 0, last = 0;  ///< rows
  int rows() const { return last - first + 1; }
};

Grid grid_of(const PortMap& map, bool all, int columns) {
  Grid grid;
  grid.columns = columns;
  grid.first = all ? 0 : map.low() / columns;
  grid.last = (all ? 65535 : map.high()) / columns;
  return grid;
}

/// The map in whole pixels for each cell.
void draw_cells(const Asked& asked, const Rect& area, const Grid& grid, float cell) {
  const Look& current = look();
  const Theme& theme = current.theme;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const Rect& map = area;
  const int first = grid.first, last = grid.last, columns = grid.columns;
  const ImVec2 end = {map.min.x + cell * static_cast<float>(columns),
                      map.min.y + cell * static_cast<float>(grid.rows())};
  list.AddRectFilled({map.min.x - 1, map.min.y - 1}, {end.x + 1, end.y + 1}, theme.background());
  // The picture has 256 in a row; here a row of it is cut into `columns` each.
  const Texture& picture = asked.frame.derived->port_picture(theme);
  constexpr auto whole = static_cast<float>(PortMap::columns);
  for (int row = first; row <= last; ++row) {
    const int port = row * columns;
    const float y = map.min.y + cell * static_cast<float>(row - first);
    const ImVec2 from = {static_cast<float>(port % PortMap::columns) / whole,
                         static_cast<float>(port / PortMap::columns) / PortMap::rows};
    picture.draw(list, {map.min.x, y}, {end.x, y + cell}, from,
                 {from.x + static_cast<float>(columns) / whole, from.y + 1.0F / PortMap::rows});
  }
  list.AddRect({map.min.x - 1, map.min.y - 1}, {end.x + 1, end.y + 1}, theme.text());
  // The ports that connect() chooses among.
  const auto corner = [&](int port) {
    return ImVec2(map.min.x + static_cast<float>(port % columns) * cell,
                  map.min.y + static_cast<float>(port / columns - first) * cell);
  };
  const int low = asked.map.low();
  const int high = asked.map.high();
  if (asked.view.map_all || first < low / columns) {
    const float top = corner(low / columns * columns).y;
    const float bottom = corner(high / columns * columns).y + cell;
    list.AddRect({map.min.x - 3, top - 2}, {end.x + 3, bottom + 2}, theme.focus(), 0, 0, theme.line());
  }
  // What the last row has behind the range is no port of it.
  if (high / columns == last && !asked.view.map_all && (high + 1) % columns != 0)
    list.AddRectFilled({corner(high).x + cell, corner(high).y}, {end.x, end.y}, theme.panel());
  // The numbers at the left, where they do not touch.
  const float line = current.fonts.small_mono->FontSize + theme.px(2);
  float free_from = map.min.y - line;
  for (int row = first; row <= last; ++row) {
    const float y = map.min.y + static_cast<float>(row - first) * cell;
    const bool edge = row == first;
    if ((!edge && row % 16 != 0) || y < free_from + line || y + line / 2 > end.y) continue;
    const std::string label = std::to_string(row * columns);
    paint_text(list,
               {map.min.x - text_size(label, current.fonts.small_mono).x - theme.px(7), y - theme.px(2)},
               theme.muted(), label, current.fonts.small_mono);
    free_from = y;
  }

  const bool pressed = hit("map", map.min, end);
  const bool hovered = ImGui::IsItemHovered();
  const ImVec2 pointer = ImGui::GetIO().MousePos;
  if (hovered || pressed) {
    const int column = std::clamp(static_cast<int>((pointer.x - map.min.x) / cell), 0, columns - 1);
    const int row = std::clamp(first + static_cast<int>((pointer.y - map.min.y) / cell), first, last);
    const auto port = static_cast<std::uint16_t>(row * columns + column);
    point_at(asked, port, pressed);
    if (ImGui::GetIO().KeyShift)
      draw_lens(asked, port, pointer);
    else if (hovered)
      port_tooltip(asked, port);
  }
  const auto ring = [&](const std::optional<PortPin>& pin, Light light) {
    if (!pin || !(pin->host == asked.host)) return;
    const int row = pin->port / columns;
    if (row < first || row > last) return;
    const ImVec2 min = corner(pin->port);
    const ImVec2 max = {min.x + cell, min.y + cell};
    if (light == Light::Pinned) {  // found again among 28,232: a cross of lines leads to it
      list.AddLine({map.min.x, (min.y + max.y) / 2}, {min.x - 3, (min.y + max.y) / 2}, theme.focus(), 1);
      list.AddLine({(min.x + max.x) / 2, map.min.y}, {(min.x + max.x) / 2, min.y - 3}, theme.focus(), 1);
    }
    outline(list, min, max, light);
  };
  ring(asked.view.pinned_port, Light::Pinned);
  ring(asked.view.preview_port, Light::Preview);
  // A connection that is lit elsewhere has a cell, too.
  if (asked.frame.lights.pinned.ends && !asked.view.pinned_port) {
    const Ends& ends = *asked.frame.lights.pinned.ends;
    for (const Endpoint& endpoint : {ends.local, ends.peer})
      if (const auto host = host_of_address(asked.frame, endpoint.ip); host && *host == asked.host) {
        PortPin pin;
        pin.host = asked.host;
        pin.port = endpoint.port;
        ring(pin, Light::Pinned);
      }
  }
}

void draw_controls(const Asked& asked, const PortMap& map) {
  const Look& current = look();
  const Theme& theme = current.theme;
  const Frame& frame = asked.frame;
  ViewState& view = asked.view;
  const float width = std::min(theme.px(260), ImGui::GetContentRegionAvail().x * 0.42F);
  if (host_choice(frame, "##host", asked.host, view.map_host, std::min(theme.px(130), width * 0.6F)))
    ImGui::SameLine(0, theme.px(6));
  ImGui::SetNextItemWidth(width);
  const std::string shown =
      view.destination ? "to " + endpoint_text(*view.destination) : std::string("any destination");
  if (ImGui::BeginCombo("##destination", shown.c_str())) {
    continue_text_log();
    if (selectable("any destination", !view.destination)) view.destination.reset();
    for (const picture::Destination& each : map.destinations())
      if (selectable(fmt::format("to {}   {} sockets", endpoint_text(each.peer), number_text(each.sockets)),
                     view.destination == each.peer))
        view.destination = each.peer;
    ImGui::EndCombo();
  }
  note_item("##destination");
  ImGui::SameLine(0, theme.px(6));
  ButtonOptions options;
  options.style = view.map_all ? ButtonStyle::plain : ButtonStyle::selected;
  options.tooltip = "The ports that the kernel chooses among: net.ipv4.ip_local_port_range";
  if (button("Range", options)) view.map_all = false;
  ImGui::SameLine(0, theme.px(3));
  options.style = view.map_all ? ButtonStyle::selected : ButtonStyle::plain;
  options.tooltip = "All 65,536 ports";
  if (button("All", options)) view.map_all = true;
  ImGui::SameLine(0, theme.px(6));
  options.style = view.map_udp ? ButtonStyle::selected : ButtonStyle::plain;
  options.tooltip = "UDP has ports of its own";
  if (button(view.map_udp ? "UDP" : "TCP", options)) view.map_udp = !view.map_udp;
}

void draw_legend(const Asked& asked, ImVec2 place, float width, bool tall) {
  const Look& current = look();
  const Theme& theme = current.theme;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const PortMap& map = asked.map;
  const bool all = asked.view.map_all;
  const std::int64_t whole = all ? 65536 : map.range();
  std::vector<PortUse> shown;
  for (const PortUse use : legend_order) {
    const std::int64_t count = all ? map.in_all(use) : map.in_range(use);
    const bool always = use == PortUse::Free || use == PortUse::Established || use == PortUse::TimeWait;
    if (count > 0 || always) shown.push_back(use);
  }
  if (tall) {
    paint_text(list, place, theme.text(), fmt::format("{:.1f} %", map.used_percent()), current.fonts.clock);
    place.y += current.fonts.clock->FontSize;
    paint_text(list, place, theme.muted(),
               fitted(fmt::format("of {} ports used", number_text(map.range())), current.fonts.body, width),
               current.fonts.body);
    place.y += current.fonts.body->FontSize + theme.px(10);
    for (const PortUse use : shown) {
      const std::int64_t count = all ? map.in_all(use) : map.in_range(use);
      legend_line(list, place, width, picture::hue_of(use), name(use), count,
                  100.0 * static_cast<double>(count) / static_cast<double>(std::max<std::int64_t>(1, whole)),
                  count == 0);
      place.y += legend_row();
    }
    return;
  }
  const float column = theme.px(270);
  const auto columns = std::max<std::size_t>(1, static_cast<std::size_t>((width + theme.px(24)) / column));
  const float each = width / static_cast<float>(columns) - theme.px(18);
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const std::int64_t count = all ? map.in_all(shown[i]) : map.in_range(shown[i]);
    legend_line(list,
                {place.x + static_cast<float>(i % columns) * (each + theme.px(18)),
                 place.y + static_cast<float>(i / columns) * legend_row()},
                each, picture::hue_of(shown[i]), name(shown[i]), count,
                100.0 * static_cast<double>(count) / static_cast<double>(std::max<std::int64_t>(1, whole)),
                count == 0);
  }
}

}  // namespace

void draw_ports(const Frame& frame, ViewState& view, Intents&) {
  const Look& current = look();
  const Theme& theme = current.theme;
  const HostId host = crowded_host(frame, view);
  const kernel::Host* owner = frame.world().kernel.hosts.find(host);
  picture::PortQuestion question;
  if (owner != nullptr) question.net = owner->net;
  question.protocol = view.map_udp ? wire::UDP : wire::TCP;
  question.destination = view.destination;
  const PortMap& map = frame.derived->ports(question);
  std::string title = "Ports of " + host_name(frame, host);
  if (view.destination) title += " towards " + endpoint_text(*view.destination);
  const std::string note = fmt::format("{} … {} · {:.1f} % used", map.low(), map.high(), map.used_percent());
  Panel::Options options;
  options.scrolling = false;
  const Panel panel(title, frame.area.min, frame.area.size(), note, options);
  if (!panel) return;
  const ItemScope scope("Port map");
  if (owner == nullptr) {
    muted_text("No host in this scenario, so there is no port.", nullptr, true);
    return;
  }
  const Asked asked{frame, view, host, map};
  draw_controls(asked, map);
  const ImVec2 start = ImGui::GetCursorScreenPos();
  const ImVec2 room = ImGui::GetContentRegionAvail();
  const bool boxes = !view.map_all && map.range() <= few_ports;
  const float axis = text_size("65280", current.fonts.small_mono).x + theme.px(8);
  // The numbers stand beside the picture, or below it: wherever the picture is larger.
  const float side = theme.px(290);
  const float below = 3 * legend_row() + theme.px(8);
  const auto cell_for = [&](const Grid& each, float width, float height) {
    const float fits =
        std::min((width - axis) / static_cast<float>(each.columns), height / static_cast<float>(each.rows()));
    return fits >= 2 ? std::floor(fits) : std::max(0.5F, fits);
  };
  const auto largest = [&](const Grid& each) {
    return std::max(cell_for(each, room.x - side, room.y), cell_for(each, room.x, room.y - below));
  };
  Grid grid = grid_of(map, view.map_all, PortMap::columns);
  for (const int columns : {128, 64, 32})
    if (const Grid narrow = grid_of(map, view.map_all, columns);
        grid.rows() < 32 && largest(narrow) > largest(grid))
      grid = narrow;
  const float cell_beside = cell_for(grid, room.x - side, room.y);
  const float cell_below = cell_for(grid, room.x, room.y - below);
  const bool beside = boxes ? room.x > theme.px(640) : cell_beside >= cell_below;
  Rect area;
  area.min = {std::floor(start.x + (boxes ? 0 : axis)), std::floor(start.y + theme.px(2))};
  area.max = {start.x + room.x - (beside ? side : 0), start.y + room.y - (beside ? 0 : below)};
  ImVec2 legend;
  float legend_width;
  if (boxes) {
    draw_boxes(asked, area);
    legend = beside ? ImVec2(area.max.x + theme.px(20), start.y) : ImVec2(start.x, area.max.y + theme.px(8));
    legend_width = beside ? side - theme.px(20) : room.x;
  } else {
    const float cell = beside ? cell_beside : cell_below;
    draw_cells(asked, area, grid, cell);
    const float right = area.min.x + cell * static_cast<float>(grid.columns);
    const float bottom = area.min.y + cell * static_cast<float>(grid.rows());
    legend = beside ? ImVec2(right + theme.px(20), start.y) : ImVec2(start.x, bottom + theme.px(8));
    legend_width = beside ? start.x + room.x - right - theme.px(20) : room.x;
    if (beside) legend_width = std::min(legend_width, theme.px(330));
  }
  draw_legend(asked, legend, legend_width, beside);
}

}  // namespace sockarium::gui
