// The eleven states of TCP in fixed places, with the arcs of the model's own table. Two tokens show both ends
// of one connection: ● the client, ■ the server. The arc of the last change is thick and says what made it.
// Where there is no room for a diagram, a table says the same.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "gui/draw_ink.h"
#include "gui/reading.h"
#include "gui/widgets.h"
#include "sim/tcp/state.h"

namespace sockarium::gui {

namespace {

/// Where a state stands, in shares of the panel. Never moves: the same box always in the same place.
struct Place {
  TcpState state;
  float x, y;
};
constexpr std::array<Place, tcp_state_count> places{{{TcpState::Closed, 0.50F, 0.0F},
                                                     {TcpState::Listen, 0.17F, 0.25F},
                                                     {TcpState::SynSent, 0.83F, 0.25F},
                                                     {TcpState::SynReceived, 0.17F, 0.50F},
                                                     {TcpState::Established, 0.50F, 0.50F},
                                                     {TcpState::FinWait1, 0.17F, 0.75F},
                                                     {TcpState::Closing, 0.50F, 0.75F},
                                                     {TcpState::CloseWait, 0.83F, 0.75F},
                                                     {TcpState::FinWait2, 0.17F, 1.0F},
                                                     {TcpState::TimeWait, 0.50F, 1.0F},
                                                     {TcpState::LastAck, 0.83F, 1.0F}}};

const Place& place_of(TcpState state) {
  return *std::find_if(places.begin(), places.end(), [&](const Place& p) { return p.state == state; });
}

/// Where the line from the middle of a box towards `to` leaves the box.
ImVec2 edge(ImVec2 middle, ImVec2 half, ImVec2 to) {
  const float dx = to.x - middle.x;
  const float dy = to.y - middle.y;
  const float tx = dx == 0 ? 1e9F : half.x / std::abs(dx);
  const float ty = dy == 0 ? 1e9F : half.y / std::abs(dy);
  const float t = std::min({tx, ty, 1.0F});
  return {middle.x + dx * t, middle.y + dy * t};
}

void token(ImDrawList& list, ImVec2 centre, float radius, bool client) {
  const Theme& theme = look().theme;
  if (client) {
    list.AddCircleFilled(centre, radius, theme.text());
    list.AddCircle(centre, radius, theme.panel(), 0, std::max(1.0F, theme.px(1.5F)));
  } else {
    list.AddRectFilled({centre.x - radius, centre.y - radius}, {centre.x + radius, centre.y + radius},
                       theme.text());
    list.AddRect({centre.x - radius, centre.y - radius}, {centre.x + radius, centre.y + radius},
                 theme.panel(), 0, 0, std::max(1.0F, theme.px(1.5F)));
  }
}

const tcp::Arc* arc_of(const Frame& frame, const End& end) {
  if (end.changed == 0) return nullptr;
  const auto* changed = std::get_if<rec::StateChanged>(&frame.session->record(end.changed).what);
  if (changed == nullptr) return nullptr;
  for (const tcp::Arc& arc : tcp::arcs)
    if (arc.from == changed->from && arc.to == changed->to) return &arc;
  return nullptr;
}

std::string words_of(const tcp::Arc& arc) {
  return arc.action.empty() ? std::string(arc.event) : fmt::format("{} / send {}", arc.event, arc.action);
}

void draw_table(const Frame& frame, const std::vector<End>& ends, ViewState& view) {
  const Look& current = look();
  const Theme& theme = current.theme;
  for (const End& end : ends) {
    const ImVec2 start = ImGui::GetCursorScreenPos();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float line = current.fonts.body->FontSize + theme.px(6);
    token(list, {start.x + theme.px(7), start.y + line / 2}, theme.px(5), end.client);
    const std::string name = fmt::format("{} {}", host_name(frame, end.host), endpoint_text(end.ends.local));
    paint_text(list, {start.x + theme.px(20), start.y}, theme.text(), name, current.fonts.small_mono);
    ImGui::SetCursorScreenPos(
        {start.x + theme.px(20), start.y + current.fonts.small_mono->FontSize + theme.px(2)});
    chip(hue_of(end.state), end.known ? rfc_name(end.state) : "no entry here");
    if (const tcp::Arc* arc = arc_of(frame, end)) {
      ImGui::SetCursorPosX(ImGui::GetCursorPosX() + theme.px(20));
      muted_text("by: " + words_of(*arc), current.fonts.small, true);
    }
    if (end.changed != 0 &&
        hit(name, start, {start.x + ImGui::GetContentRegionAvail().x, ImGui::GetCursorScreenPos().y}))
      view.selected = end.changed;
    ImGui::Dummy({0, theme.px(2)});
  }
}

/// «UDP has», «ICMP has», «UDP and ICMP have»: where there are only such sockets. Empty: others, or none.
std::string datagrams_have(const Frame& frame) {
  bool udp = false, icmp = false;
  int looked = 0;
  for (const SocketId id : ids(frame.world().inet.sockets)) {
    const inet::EntryKind kind = frame.world().inet.sockets.read(id).kind;
    if (kind != inet::EntryKind::Udp && kind != inet::EntryKind::Icmp) return "";
    (kind == inet::EntryKind::Udp ? udp : icmp) = true;
    if (++looked > 200) break;
  }
  return udp && icmp ? "UDP and ICMP have" : udp ? "UDP has" : icmp ? "ICMP has" : "";
}

}  // namespace

void draw_states(const Frame& frame, ViewState& view, Intents&) {
  const Look& current = look();
  const Theme& theme = current.theme;
  const std::optional<Ends> shown = shown_connection(frame, view);
  const std::vector<End> ends = shown ? both_ends(frame, *shown) : std::vector<End>{};
  std::string note;
  for (const End& end : ends)
    note += fmt::format("{}{} {}", note.empty() ? "" : "   ", end.client ? "●" : "■",
                        host_name(frame, end.host) + ":" + std::to_string(end.ends.local.port));
  const Panel panel("TCP states", frame.area.min, frame.area.size(), frame.compact ? "" : note);
  if (!panel) return;
  const ImVec2 origin = ImGui::GetCursorScreenPos();
  const ImVec2 room = ImGui::GetContentRegionAvail();
  ImFont* font = current.fonts.small;
  // The RFC's names, or where they are too long those of ss.
  const bool by_rfc = 3 * (text_size("SYN-RECEIVED", font).x + theme.px(22)) <= room.x;
  const auto spelled = [&](TcpState state) {
    if (state == TcpState::Closed) return rfc_name(state);
    return by_rfc ? rfc_name(state) : ss_name(state);
  };
  const float longest = text_size(by_rfc ? "SYN-RECEIVED" : "CLOSE-WAIT", font).x;
  const ImVec2 half = {longest / 2 + theme.px(by_rfc ? 6 : 3), (font->FontSize + theme.px(4)) / 2};
  const float words_height = 2 * (font->FontSize + theme.px(1));
  const float diagram = room.y - (ends.empty() ? font->FontSize : words_height) - theme.px(4);
  const std::string they_have = datagrams_have(frame);
  const std::string nothing = they_have.empty()
                                  ? "No TCP connection is shown: select a packet, or step on to connect()."
                                  : they_have + " no connections and no states: a datagram is sent, or not.";
  const bool roomy = diagram >= 5 * (2 * half.y + theme.px(5)) && 6 * half.x + theme.px(20) <= room.x;
  if (!roomy) {
    if (ends.empty())
      muted_text(nothing, nullptr, true);
    else
      draw_table(frame, ends, view);
    return;
  }
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const auto middle = [&](TcpState state) {
    const Place& place = place_of(state);
    return ImVec2(std::round(origin.x + half.x + (place.x - 0.17F) / 0.66F * (room.x - 2 * half.x)),
                  std::round(origin.y + half.y + place.y * (diagram - 2 * half.y)));
  };
  std::array<const tcp::Arc*, 2> last{nullptr, nullptr};
  std::array<bool, 2> is_fresh{false, false};
  for (std::size_t i = 0; i < ends.size() && i < 2; ++i) {
    last[i] = arc_of(frame, ends[i]);
    is_fresh[i] = frame.is_new(ends[i].changed);
  }
  const auto draw_arc = [&](const tcp::Arc& arc, ImU32 colour, float width) {
    const ImVec2 a = middle(arc.from);
    const ImVec2 b = middle(arc.to);
    list.AddLine(edge(a, half, b), edge(b, half, a), colour, width);
    arrow_head(list, a, edge(b, half, a), colour, theme.px(5) + width);
  };
  for (const tcp::Arc& arc : tcp::arcs) {
    // Resets lead back to CLOSED from everywhere: drawn, they would hide the rest.
    const bool back = arc.to == TcpState::Closed && arc.from != TcpState::LastAck &&
                      arc.from != TcpState::TimeWait && arc.from != TcpState::Listen &&
                      arc.from != TcpState::SynSent;
    const bool across =
        arc.to == TcpState::Closed && (arc.from == TcpState::LastAck || arc.from == TcpState::TimeWait);
    if (!back && !across) draw_arc(arc, theme.grid(), std::max(1.0F, theme.px(1)));
  }
  for (std::size_t i = 0; i < 2; ++i)
    if (last[i] != nullptr) draw_arc(*last[i], is_fresh[i] ? theme.focus() : theme.text(), theme.px(2.5F));

  for (const Place& place : places) {
    const ImVec2 centre = middle(place.state);
    const ImVec2 min = {centre.x - half.x, centre.y - half.y};
    const ImVec2 max = {centre.x + half.x, centre.y + half.y};
    bool occupied = false;
    bool fresh = false;
    for (const End& end : ends)
      if (end.known && end.state == place.state) {
        occupied = true;
        fresh = fresh || frame.is_new(end.changed);
      }
    const std::string_view name = spelled(place.state);
    const ImVec2 size = text_size(name, font);
    if (occupied) {
      fill_state(list, min, max, hue_of(place.state), true);
    } else {
      list.AddRectFilled(min, max, theme.panel(), theme.px(3));
      list.AddRect(min, max, theme.grid(), theme.px(3), 0, theme.line());
    }
    if (fresh)
      list.AddRect({min.x - 2, min.y - 2}, {max.x + 2, max.y + 2}, theme.focus(), theme.px(3), 0,
                   std::max(2.0F, theme.px(2)));
    const ImVec2 at = {std::round(centre.x - size.x / 2), std::round(centre.y - size.y / 2)};
    if (occupied)
      paint_on_state(list, at, hue_of(place.state), name, font);
    else
      paint_text(list, at, theme.muted(), name, font);
    look().items.record(name, min, max);
    float shift = 0;
    for (const End& end : ends) {
      if (!end.known || end.state != place.state) continue;
      const float radius = theme.px(6);
      // Beside the box, on the side where the panel has room.
      const float x =
          place.x > 0.8F ? min.x - radius - theme.px(2) - shift : max.x + radius + theme.px(2) + shift;
      token(list, {x, centre.y}, radius, end.client);
      shift += 2 * radius + theme.px(3);
    }
  }
  float y = origin.y + diagram + theme.px(4);
  if (ends.empty()) paint_text(list, {origin.x, y}, theme.muted(), nothing, font);
  for (std::size_t i = 0; i < ends.size() && i < 2; ++i) {
    std::string words = fmt::format("{} {}: ", ends[i].client ? "●" : "■", host_name(frame, ends[i].host));
    words += last[i] != nullptr ? words_of(*last[i])
             : ends[i].known    ? std::string(rfc_name(ends[i].state))
                                : "knows nothing of it";
    if (hit(fmt::format("end {}", i + 1), {origin.x, y}, {origin.x + room.x, y + font->FontSize}))
      view.selected = ends[i].changed;
    paint_text(list, {origin.x, y}, is_fresh[i] ? theme.text() : theme.muted(), fitted(words, font, room.x),
               font);
    y += font->FontSize + theme.px(1);
  }
}

}  // namespace sockarium::gui
