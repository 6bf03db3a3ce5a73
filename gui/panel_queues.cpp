// The two queues of each listening socket, as slots drawn to their limit and one more: both hold backlog + 1.
// What has just entered is outlined; what was turned away is counted.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gui/draw_ink.h"
#include "gui/reading.h"
#include "gui/widgets.h"

namespace sockarium::gui {

namespace {

struct Entry {
  Ends ends;
  TcpState state = TcpState::Closed;
};

struct Queue {
  std::string_view name;
  QueueKind kind = QueueKind::Syn;
  std::vector<Entry> entries;
  std::int64_t length = 0, backlog = 0;
};

/// The record of this entry's coming, looked for backwards; 0: too long ago.
RecordNumber entered(const Frame& frame, QueueKind kind, const Ends& ends, RecordNumber least) {
  RecordNumber number = frame.now();
  for (int tries = 0; number >= std::max<RecordNumber>(1, least) && tries < 5000; --number, ++tries)
    if (const auto* in = std::get_if<rec::QueueEntered>(&frame.session->record(number).what))
      if (in->queue == kind && same_connection(in->ends, ends)) return number;
  return 0;
}

constexpr std::size_t most_slots = 24;
constexpr std::size_t most_buffers = 6;

/// A long queue as one bar: cells as far as they can be told apart, the last one is the «+1». Its height.
float draw_meter(ImDrawList& list, ImVec2 start, float width, std::size_t limit, std::size_t filled,
                 Hue hue) {
  const Theme& theme = look().theme;
  const float height = theme.px(16);
  const float cell = width / static_cast<float>(std::max(limit, filled));
  if (cell >= theme.px(6)) {
    for (std::size_t i = 0; i < std::max(limit, filled); ++i) {
      const ImVec2 min = {std::floor(start.x + static_cast<float>(i) * cell), start.y};
      const ImVec2 max = {std::floor(start.x + static_cast<float>(i + 1) * cell) - theme.px(2),
                          start.y + height};
      if (i < filled)
        fill_state(list, min, max, hue, true);
      else
        list.AddRect(min, max, theme.grid(), 0, 0, theme.line());
    }
    return height;
  }
  list.AddRect(start, {start.x + width, start.y + height}, theme.grid(), 0, 0, theme.line());
  if (filled > 0)
    fill_state(list, start,
               {start.x + std::max(theme.px(2), cell * static_cast<float>(filled)), start.y + height}, hue);
  return height;
}

void draw_queue(const Frame& frame, const Queue& queue, ViewState& view) {
  const Look& current = look();
  const Theme& theme = current.theme;
  const ItemScope scope(queue.name);
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const float width = ImGui::GetContentRegionAvail().x;
  const ImVec2 start = ImGui::GetCursorScreenPos();
  const bool full = queue.length > queue.backlog;
  paint_text(list, start, theme.text(), queue.name, current.fonts.body);
  float x = start.x + text_size(queue.name, current.fonts.body).x + theme.px(8);
  if (full) {
    const ImVec2 size = text_size("FULL", current.fonts.small);
    const ImVec2 min = {x, start.y};
    const ImVec2 max = {x + size.x + theme.px(14), start.y + current.fonts.body->FontSize};
    list.AddRectFilled(min, max, theme.hue(Hue::error), (max.y - min.y) / 2);
    paint_text(list, {min.x + theme.px(7), std::round((min.y + max.y - size.y) / 2)}, theme.ink(Hue::error),
               "FULL", current.fonts.small);
    look().items.record("FULL", min, max);
    x = max.x;
  }
  const std::string count =
      fmt::format("{} of backlog {}, +1", number_text(queue.length), number_text(queue.backlog));
  const float count_width = text_size(count, current.fonts.small).x;
  float top = start.y + current.fonts.body->FontSize + theme.px(6);
  if (x + count_width + theme.px(8) <= start.x + width) {
    paint_text(list, {start.x + width - count_width, start.y + theme.px(2)}, theme.muted(), count,
               current.fonts.small);
  } else {
    top -= theme.px(4);
    paint_text(list, {start.x, top}, theme.muted(), fitted(count, current.fonts.small, width),
               current.fonts.small);
    top += current.fonts.small->FontSize + theme.px(4);
  }

  // Slots in up to three rows. Where the limit has no room in them, a meter shows the whole queue and one row
  // its first entries.
  const auto limit = static_cast<std::size_t>(queue.backlog) + 1;
  const auto filled = static_cast<std::size_t>(queue.length);
  const float gap = theme.px(6);
  const float slot_height = current.fonts.small_mono->FontSize + theme.px(10);
  const float wanted = text_size("E 41000", current.fonts.small_mono).x + theme.px(14);
  const float columns = std::max(1.0F, std::floor((width + gap) / (wanted + gap)));
  const auto in_row = static_cast<std::size_t>(columns);
  const bool whole = std::max(limit, filled) <= 3 * in_row;
  const std::size_t slots = whole ? std::max(limit, filled) : std::min(queue.entries.size(), in_row);
  const float slot_width = std::floor(std::min(wanted * 1.15F, (width + gap) / columns - gap));
  if (!whole) {
    const Hue hue = queue.kind == QueueKind::Syn ? Hue::opening : Hue::established;
    top += draw_meter(list, {start.x, top}, width, limit, filled, hue) + theme.px(6);
  }
  for (std::size_t i = 0; i < slots; ++i) {
    const ImVec2 min = {std::floor(start.x + static_cast<float>(i % in_row) * (slot_width + gap)),
                        std::floor(top + static_cast<float>(i / in_row) * (slot_height + gap))};
    const ImVec2 max = {min.x + slot_width, min.y + slot_height};
    if (i < queue.entries.size()) {
      const Entry& entry = queue.entries[i];
      const RecordNumber came = entered(frame, queue.kind, entry.ends, frame.first());
      const std::string label =
          fmt::format("{} {}", palette::letter(hue_of(entry.state)), entry.ends.peer.port);
      if (hit(label, min, max)) {
        const RecordNumber record = entered(frame, queue.kind, entry.ends, 1);
        view.selected = view.selected == record ? 0 : record;
      }
      if (ImGui::IsItemHovered()) view.hovered = entered(frame, queue.kind, entry.ends, 1);
      fill_state(list, min, max, hue_of(entry.state), true);
      outline(list, min, max, came != 0 ? Light::Pinned : frame.lights.on(entry.ends));
      const ImVec2 size = text_size(label, current.fonts.small_mono);
      paint_on_state(list,
                     {std::round((min.x + max.x - size.x) / 2), std::round((min.y + max.y - size.y) / 2)},
                     hue_of(entry.state), label, current.fonts.small_mono);
    } else {
      dashed_rect(list, min, max, theme.grid(), theme.line());
      if (i + 1 == limit && whole) {
        const ImVec2 size = text_size("+1", current.fonts.small_mono);
        paint_text(list, {std::round((min.x + max.x - size.x) / 2), std::round((min.y + max.y - size.y) / 2)},
                   theme.muted(), "+1", current.fonts.small_mono);
      }
    }
  }
  // Where the queue leads, if the row has room for it.
  const std::string_view leads = queue.kind == QueueKind::Accept ? "accept()" : "final ACK";
  const std::size_t rows = slots == 0 ? 0 : (slots - 1) / in_row + 1;
  const float row_end = start.x + static_cast<float>(std::min(slots, in_row)) * (slot_width + gap);
  const float leads_width = text_size(leads, current.fonts.small_mono).x;
  if (whole && row_end + theme.px(28) + leads_width <= start.x + width) {
    const float y = top + slot_height / 2;
    list.AddLine({row_end, y}, {row_end + theme.px(18), y}, theme.muted(), std::max(1.0F, theme.px(1.5F)));
    arrow_head(list, {row_end, y}, {row_end + theme.px(22), y}, theme.muted(), theme.px(7));
    paint_text(list, {row_end + theme.px(28), std::round(y - current.fonts.small_mono->FontSize / 2)},
               theme.muted(), leads, current.fonts.small_mono);
  }
  float bottom = top + static_cast<float>(rows) * (slot_height + gap);
  if (!whole && filled > slots) {
    const std::string rest =
        fmt::format("… and {} behind", number_text(static_cast<std::int64_t>(filled - slots)));
    paint_text(list, {start.x, bottom}, theme.muted(), rest, current.fonts.small);
    bottom += current.fonts.small->FontSize + theme.px(4);
  }
  ImGui::SetCursorScreenPos({start.x, bottom});
  ImGui::Dummy({1, 1});
}

/// The receive buffer of a datagram socket: how full, how many wait, how many found no room.
void draw_buffer(const Frame& frame, SocketId id) {
  const Look& current = look();
  const Theme& theme = current.theme;
  const World& world = frame.world();
  const inet::SocketBase& base = world.inet.sockets.read(id);
  const udp::Socket& entry = world.udp.sockets.read(UdpSocketId::from_raw(base.entry));
  const std::string what = entry.raw                            ? "the raw ICMP socket"
                           : base.kind == inet::EntryKind::Icmp ? fmt::format("ping {}", base.local.port)
                                                                : endpoint_text(base.local);
  const std::string name = what + " on " + host_name(frame, host_of_net(frame, base.net));
  const ItemScope scope("buffer of " + name);
  text("receive buffer of " + name, nullptr, true);
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const ImVec2 start = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  const ImVec2 end = {start.x + width, start.y + theme.px(16)};
  list.AddRect(start, end, theme.grid(), 0, 0, theme.line());
  const float share =
      static_cast<float>(entry.memory) / static_cast<float>(std::max(1U, entry.receive_buffer));
  if (entry.memory > 0)
    fill_state(list, start, {start.x + std::max(theme.px(2), width * std::min(1.0F, share)), end.y},
               Hue::established, true);
  look().items.record("meter", start, end);
  ImGui::Dummy({width, theme.px(16)});
  muted_text(
      fmt::format(
          "{} of {} bytes · {} · {} dropped", number_text(entry.memory), number_text(entry.receive_buffer),
          observe::counted(static_cast<std::int64_t>(entry.waiting), "datagram waits", "datagrams wait"),
          number_text(static_cast<std::int64_t>(entry.drops))),
      current.fonts.small, true);
  ImGui::Dummy({0, theme.px(4)});
}

/// Datagram sockets that have something to show: they can be sent to. The fullest first.
std::vector<SocketId> buffers(const World& world) {
  std::vector<SocketId> found;
  for (const UdpSocketId id : ids(world.udp.sockets)) {
    const udp::Socket& entry = world.udp.sockets.read(id);
    const inet::SocketBase* base = world.inet.sockets.find(entry.socket);
    if (base != nullptr && (base->bucket || entry.raw)) found.push_back(entry.socket);
  }
  const auto fill = [&](SocketId id) {
    return world.udp.sockets.read(UdpSocketId::from_raw(world.inet.sockets.read(id).entry)).memory;
  };
  std::stable_sort(found.begin(), found.end(), [&](SocketId a, SocketId b) { return fill(a) > fill(b); });
  if (found.size() > most_buffers) found.resize(most_buffers);
  return found;
}

}  // namespace

void draw_queues(const Frame& frame, ViewState& view, Intents&) {
  const Look& current = look();
  const Theme& theme = current.theme;
  const World& world = frame.world();
  std::vector<ListenerId> listeners;
  for (const ListenerId id : ids(world.tcp.listeners)) listeners.push_back(id);
  const auto name_of = [&](ListenerId id) {
    const tcp::Listener& listener = world.tcp.listeners.read(id);
    const inet::SocketBase& base = world.inet.sockets.read(listener.socket);
    return fmt::format("{} on {}", endpoint_text(base.local), host_name(frame, host_of_net(frame, base.net)));
  };
  const bool named = listeners.size() == 1;
  std::string title = "Queues";
  if (named && frame.compact)
    title += fmt::format(
        " :{}", world.inet.sockets.read(world.tcp.listeners.read(listeners.front()).socket).local.port);
  else if (named)
    title += " of " + name_of(listeners.front());
  const Panel panel(title, frame.area.min, frame.area.size(), "");
  if (!panel) return;
  const std::vector<SocketId> datagrams = buffers(world);
  if (listeners.empty() && datagrams.empty()) {
    muted_text("No socket listens at this moment, so there is no queue. A program's listen() makes one.",
               nullptr, true);
    return;
  }
  for (const SocketId socket : datagrams) draw_buffer(frame, socket);
  for (const ListenerId id : listeners) {
    const ItemScope scope(name_of(id));
    const tcp::Listener& listener = world.tcp.listeners.read(id);
    const inet::SocketBase& base = world.inet.sockets.read(listener.socket);
    if (!named) text("of " + name_of(id));
    Queue syn;
    syn.name = "SYN queue";
    syn.length = listener.syn_length;
    syn.backlog = listener.backlog;
    for (RequestId r = listener.syn_first; r && syn.entries.size() < most_slots;
         r = world.tcp.requests.read(r).next) {
      const tcp::Request& request = world.tcp.requests.read(r);
      Entry entry;
      entry.ends.local = request.local;
      entry.ends.peer = request.peer;
      entry.state = TcpState::SynReceived;
      syn.entries.push_back(entry);
    }
    draw_queue(frame, syn, view);
    Queue accept;
    accept.name = "accept queue";
    accept.kind = QueueKind::Accept;
    accept.length = listener.accept_length;
    accept.backlog = listener.backlog;
    for (ConnectionId c = listener.accept_first; c && accept.entries.size() < most_slots;
         c = world.tcp.connections.read(c).accept_next) {
      const tcp::Connection& connection = world.tcp.connections.read(c);
      const inet::SocketBase& child = world.inet.sockets.read(connection.socket);
      Entry entry;
      entry.ends.local = child.local;
      entry.ends.peer = child.peer;
      entry.state = connection.state;
      accept.entries.push_back(entry);
    }
    draw_queue(frame, accept, view);
    const inet::Net& net = world.inet.nets.read(base.net);
    std::string counters =
        fmt::format("nstat on {}: ListenOverflows {} · ListenDrops {}", host_name(frame, net.host),
                    net.counters[Counter::TcpExtListenOverflows], net.counters[Counter::TcpExtListenDrops]);
    if (text_size(counters, current.fonts.small).x > ImGui::GetContentRegionAvail().x)
      counters = counters.substr(counters.find(": ") + 2);
    muted_text(counters, current.fonts.small, true);
    if (id != listeners.back()) ImGui::Dummy({0, theme.px(4)});
  }
}

}  // namespace sockarium::gui
