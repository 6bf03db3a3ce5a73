// What is selected, taken apart: of a packet every header field and its bytes by layer, of a call its
// arguments, times and result, of anything else its record. A field under the pointer outlines its bytes.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "gui/draw_ink.h"
#include "gui/reading.h"
#include "gui/widgets.h"
#include "lab/picture/packet_fields.h"
#include "sim/observe/lookup.h"

namespace sockarium::gui {

namespace {

using picture::PacketLayer;

Hue hue_of_layer(PacketLayer layer) {
  switch (layer) {
    case PacketLayer::Ip:
      return Hue::listen;
    case PacketLayer::Transport:
      return Hue::established;
    case PacketLayer::Payload:
      break;
  }
  return Hue::closed;
}

/// One line «name  value»; the value wraps under itself. True under the pointer.
bool field_line(std::string_view name, std::string_view value, float names, ImFont* font) {
  const Look& current = look();
  const Theme& theme = current.theme;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const ImVec2 start = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  paint_text(list, {start.x, start.y}, theme.muted(), fitted(name, current.fonts.small, names - theme.px(6)),
             current.fonts.small);
  const float height =
      std::max(current.fonts.small->FontSize,
               paint_wrapped(list, {start.x + names, start.y}, width - names, theme.text(), value, font));
  ImGui::SetCursorScreenPos({start.x, start.y + height + theme.px(2)});
  ImGui::Dummy({0, 0});
  return ImGui::IsWindowHovered() &&
         ImGui::IsMouseHoveringRect(start, {start.x + width, start.y + height + theme.px(2)});
}

void draw_packet(const Frame& frame, RecordNumber sent, ViewState& view) {
  const Look& current = look();
  const Theme& theme = current.theme;
  const auto& what = std::get<rec::PacketSent>(frame.session->record(sent).what);
  const picture::TakenApart packet = picture::take_apart(what.packet, frame.session->bytes());
  text(packet_text(what.packet), current.fonts.bold, true);
  const RecordNumber fate = observe::outcome_of(frame.session->records(), sent, frame.now());
  std::string words = fmt::format("sent at {}", clock_text(frame.session->record(sent).time));
  if (fate == 0)
    words += what.arrives > 0 ? fmt::format(", under way, due at {}", clock_text(what.arrives))
                              : ", lost on its way";
  else
    words += fmt::format(
        ", {} at {}",
        std::holds_alternative<rec::PacketDropped>(frame.session->record(fate).what) ? "dropped" : "arrived",
        clock_text(frame.session->record(fate).time));
  if (what.again > 0) words += fmt::format("; retransmission {}", what.again);
  muted_text(words, current.fonts.small, true);
  static constexpr std::array<std::string_view, 4> layers{"All", "IP", "TCP", "Payload"};
  ImGui::PushFont(current.fonts.small);
  int layer = static_cast<int>(view.layer);
  std::array<std::string_view, 4> names = layers;
  if (what.packet.is_icmp())
    names[2] = "ICMP";
  else if (what.packet.protocol == wire::UDP)
    names[2] = "UDP";
  if (choice("layer", names, layer)) view.layer = static_cast<std::size_t>(layer);
  ImGui::PopFont();
  const float width = ImGui::GetContentRegionAvail().x;
  const float names_width =
      std::min(width * 0.48F, text_size("acknowledgement number", current.fonts.small).x + theme.px(10));
  std::optional<std::size_t> under;
  for (std::size_t i = 0; i < packet.fields.size(); ++i) {
    const picture::PacketField& field = packet.fields[i];
    if (view.layer != 0 && static_cast<std::size_t>(field.layer) + 1 != view.layer) continue;
    if (field_line(field.name, field.value, names_width, current.fonts.small_mono)) under = i;
  }
  ImGui::Dummy({0, theme.px(4)});
  // The bytes, in rows of 16 or 8, each on the colour of its layer.
  ImFont* font = current.fonts.small_mono;
  const float cell = font->GetCharAdvance('0') * 2 + theme.px(5);
  const float offset = text_size("0000", font).x + theme.px(10);
  const float ascii = font->GetCharAdvance('0');
  const std::size_t columns = width >= offset + 16 * cell + 17 * ascii ? 16 : 8;
  const bool shows_ascii = width >= offset + static_cast<float>(columns) * (cell + ascii) + theme.px(12);
  const float line = font->FontSize + theme.px(3);
  const ImVec2 start = ImGui::GetCursorScreenPos();
  ImDrawList& list = *ImGui::GetWindowDrawList();
  for (std::size_t i = 0; i < packet.bytes.size(); ++i) {
    const auto column = static_cast<float>(i % columns);
    const float y = start.y + static_cast<float>(i / columns) * line;
    if (i % columns == 0) paint_text(list, {start.x, y}, theme.muted(), fmt::format("{:04x}", i), font);
    const PacketLayer of = packet.layer_of(i);
    const bool shown = view.layer == 0 || static_cast<std::size_t>(of) + 1 == view.layer;
    const ImVec2 min = {start.x + offset + column * cell, y - theme.px(1)};
    const ImVec2 max = {min.x + cell - 1, y + line - theme.px(2)};
    if (shown) list.AddRectFilled({min.x, max.y - theme.px(2)}, max, theme.hue(hue_of_layer(of)));
    const bool lit = under && i >= packet.fields[*under].from &&
                     i < packet.fields[*under].from + packet.fields[*under].length;
    if (lit) list.AddRectFilled(min, max, theme.marked());
    paint_text(list, {min.x + theme.px(2), y}, shown ? theme.text() : theme.muted(),
               fmt::format("{:02x}", packet.bytes[i]), font);
    if (lit) list.AddRect(min, max, theme.focus());
    if (shows_ascii) {
      const char c = static_cast<char>(packet.bytes[i]);
      const std::string sign(1, c >= 32 && c < 127 ? c : '.');
      paint_text(list,
                 {start.x + offset + static_cast<float>(columns) * cell + theme.px(10) + column * ascii, y},
                 theme.muted(), sign, font);
    }
    if (ImGui::IsWindowHovered() && ImGui::IsMouseHoveringRect(min, max))
      for (const picture::PacketField& field : packet.fields)
        if (i >= field.from && i < field.from + field.length) {
          ImGui::BeginTooltip();
          continue_text_log();
          text(fmt::format("{}: {}", field.name, field.value));
          ImGui::EndTooltip();
          break;
        }
  }
  const std::size_t rows = (packet.bytes.size() + columns - 1) / columns;
  ImGui::Dummy({1, static_cast<float>(rows) * line});
  look().items.record("bytes", start, {start.x + width, start.y + static_cast<float>(rows) * line});
}

void draw_call(const Frame& frame, RecordNumber entered) {
  const Look& current = look();
  const Theme& theme = current.theme;
  const Session& session = *frame.session;
  const auto& call = std::get<rec::SyscallEntered>(session.record(entered).what);
  const observe::Narrator tells = narrator(frame);
  text(to_string(unflatten(call.call), session.bytes()), current.fonts.mono, true);
  const float names = text_size("entered at", current.fonts.small).x + theme.px(24);
  const kernel::Task* task = frame.latest->kernel.tasks.find(call.task);
  if (task != nullptr)
    field_line("program", tells.names().task_with_pid(call.task), names, current.fonts.body);
  if (call.line != 0) {
    field_line("line", fmt::format("{}", call.line), names, current.fonts.body);
    if (frame.scenario != nullptr && static_cast<std::size_t>(call.line) <= frame.scenario->lines.size()) {
      std::string line = frame.scenario->lines[static_cast<std::size_t>(call.line - 1)];
      line.erase(0, std::min(line.size(), line.find_first_not_of(" \t")));
      field_line("", line, names, current.fonts.small_mono);
    }
  }
  field_line("entered at", clock_text(session.record(entered).time), names, current.fonts.small_mono);
  RecordNumber returned = 0;
  for (RecordNumber n = entered + 1; n <= frame.now() && n < entered + 200'000; ++n)
    if (const auto* back = std::get_if<rec::SyscallReturned>(&session.record(n).what);
        back != nullptr && back->entered == entered) {
      returned = n;
      break;
    }
  if (returned == 0) {
    field_line("state", "has not returned yet: it waits", names, current.fonts.body);
    if (const auto* waits = task == nullptr ? nullptr : frame.world().kernel.tasks.find(call.task);
        waits != nullptr && waits->state == kernel::TaskState::Blocked && waits->deadline.armed())
      field_line("time limit", clock_text(waits->deadline.deadline), names, current.fonts.small_mono);
    return;
  }
  const auto& back = std::get<rec::SyscallReturned>(session.record(returned).what);
  field_line("returned at", clock_text(session.record(returned).time), names, current.fonts.small_mono);
  field_line("took", duration_text(session.record(returned).time - session.record(entered).time), names,
             current.fonts.body);
  field_line("result",
             back.result.ok()
                 ? fmt::format("= {}", back.result.value)
                 : fmt::format("= -1 {} ({})", name(back.result.error), words(back.result.error)),
             names, current.fonts.mono_bold);
  if (const std::string why = tells.short_reason(returned); !why.empty())
    field_line("because", why, names, current.fonts.body);
}

}  // namespace

void draw_inspector(const Frame& frame, ViewState& view, Intents&) {
  const Look& current = look();
  const Theme& theme = current.theme;
  RecordNumber shown = view.selected != 0 ? view.selected : view.preview;
  if (shown == 0 || shown > frame.session->records().size()) shown = shown_record(frame, view);
  RecordNumber sent = shown == 0 ? 0 : observe::sending_of(frame.session->records(), shown);
  const bool calls =
      shown != 0 && (std::holds_alternative<rec::SyscallEntered>(frame.session->record(shown).what) ||
                     std::holds_alternative<rec::SyscallReturned>(frame.session->record(shown).what));
  // Of an event that is about neither, a packet that it sent says most.
  if (sent == 0 && shown != 0 && !calls && view.selected == 0)
    for (RecordNumber n = frame.first(); n <= frame.now() && n != 0 && sent == 0; ++n)
      sent = observe::sending_of(frame.session->records(), n);
  const std::string_view kind = sent != 0 ? "packet" : calls ? "call" : "record";
  const Panel panel("Inspector", frame.area.min, frame.area.size(), frame.compact ? "" : kind);
  if (!panel) return;
  if (shown == 0) {
    muted_text("Nothing has happened yet. Step on; click a packet, a call or a state to take it apart.",
               nullptr, true);
    return;
  }
  if (sent != 0) return draw_packet(frame, sent, view);
  const Record& record = frame.session->record(shown);
  if (const auto* back = std::get_if<rec::SyscallReturned>(&record.what);
      back != nullptr && back->entered != 0)
    return draw_call(frame, back->entered);
  if (std::holds_alternative<rec::SyscallEntered>(record.what)) return draw_call(frame, shown);
  const observe::Narrator tells = narrator(frame);
  text(tells.describe(shown), current.fonts.bold, true);
  const float names = text_size("because", current.fonts.small).x + theme.px(24);
  field_line("kind", kind_name(record.what), names, current.fonts.body);
  field_line("at", clock_text(record.time), names, current.fonts.small_mono);
  field_line("event", std::to_string(record.event), names, current.fonts.body);
  field_line("host", host_name(frame, record.host), names, current.fonts.body);
  if (const std::string why = tells.short_reason(shown); !why.empty())
    field_line("because", why, names, current.fonts.body);
}

}  // namespace sockarium::gui
