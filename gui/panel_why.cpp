// Why did this happen? The chain of causes behind what is selected (or behind the shown event), each step
// with its rule and source; and what one could do differently here. Doing so starts a branch.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "gui/draw_ink.h"
#include "gui/reading.h"
#include "gui/why_view.h"
#include "gui/widgets.h"

namespace sockarium::gui {

namespace {

/// The process that a record is about: its task's, or the socket's owner is too far away to guess.
std::optional<ProcessId> process_of(const Frame& frame, RecordNumber number) {
  for (int depth = 0; depth < 6 && number != 0; ++depth) {
    const Record& record = frame.session->record(number);
    TaskId task;
    if (const auto* in = std::get_if<rec::SyscallEntered>(&record.what)) task = in->task;
    if (const auto* back = std::get_if<rec::SyscallReturned>(&record.what)) task = back->task;
    if (const auto* blocked = std::get_if<rec::TaskBlocked>(&record.what)) task = blocked->task;
    if (const auto* woken = std::get_if<rec::TaskWoken>(&record.what)) task = woken->task;
    if (const auto* started = std::get_if<rec::TaskStarted>(&record.what)) return started->process;
    if (const auto* opened = std::get_if<rec::DescriptorOpened>(&record.what)) return opened->process;
    if (const auto* found = frame.world().kernel.tasks.find(task)) return found->process;
    number = record.cause;
  }
  return std::nullopt;
}

void draw_doings(const Frame& frame, RecordNumber shown, ViewState& view, Intents& intents) {
  const Look& current = look();
  const Theme& theme = current.theme;
  const ImVec2 line = ImGui::GetCursorScreenPos();
  ImGui::GetWindowDrawList()->AddLine(line, {line.x + ImGui::GetContentRegionAvail().x, line.y}, theme.grid(),
                                      theme.line());
  ImGui::Dummy({0, theme.px(2)});
  muted_text("What if? Starts a branch; Ctrl+Z returns.", current.fonts.small);
  ButtonOptions options;
  bool same_line = false;
  const auto place = [&](std::string_view label) {
    const float width = text_size(label).x + 2 * ImGui::GetStyle().FramePadding.x;
    if (same_line) {
      ImGui::SameLine();
      if (ImGui::GetContentRegionAvail().x < width) ImGui::NewLine();
    }
    same_line = true;
  };
  // The packet that is meant, or one that the same event sent.
  std::optional<PacketId> packet = in_flight(frame, shown);
  const EventLine& line_of = frame.session->line(frame.session->record(shown).event);
  for (RecordNumber n = line_of.first; n <= line_of.last && !packet; ++n) packet = in_flight(frame, n);
  if (packet) {
    const wire::Packet& meant = frame.world().wire.in_flight.read(*packet);
    const std::string label = "Drop this packet";
    place(label);
    const std::string tip = "Loses " + packet_text(meant) + " on the way";
    options.tooltip = tip;
    if (button(label, options)) {
      intent::Intervene drop;
      drop.what = DropPacket{*packet};
      drop.label = "drop " + packet_text(meant);
      intents.push_back(drop);
    }
    const auto offer = [&](const std::string& what, const std::string& hint, Intervention deed,
                           const std::string& told) {
      if (!refusal(frame.world(), deed).empty()) return;
      place(what);
      options.tooltip = hint;
      if (button(what, options))
        intents.push_back(intent::Intervene{std::move(deed), told + packet_text(meant)});
    };
    offer("Delay it", "Lets it arrive 100 ms later: it may be overtaken",
          DelayPacket{*packet, 100 * millisecond}, "delay ");
    offer("Double it", "Lets a copy of it arrive, too", DuplicatePacket{*packet}, "double ");
    const LinkId link = LinkId::from_raw(meant.link);
    if (meant.link != 0)
      offer("Cut the link", "Loses all that is sent from now on", CutLink{link, true}, "cut the link under ");
  }
  if (const auto process = process_of(frame, shown)) {
    const kernel::Process* owner = frame.world().kernel.processes.find(*process);
    if (owner != nullptr && owner->ended == 0) {
      const std::string name = process_name(frame, *process);
      const std::string label = "Kill " + name;
      place(label);
      const std::string tip = "Ends " + process_title(frame, *process) + " here, as kill -9 does";
      options.tooltip = tip;
      if (button(label, options)) {
        intent::Intervene kill;
        kill.what = KillProcess{*process};
        kill.label = "kill " + name;
        intents.push_back(kill);
      }
      const bool stopped = owner->stopped != 0;
      const std::string pause = (stopped ? "Let go on " : "Pause ") + name;
      place(pause);
      const std::string hint = (stopped ? "SIGCONT for " : "SIGSTOP for ") + process_title(frame, *process);
      options.tooltip = hint;
      if (button(pause, options))
        intents.push_back(
            intent::Intervene{PauseProcess{*process, !stopped}, (stopped ? "continue " : "pause ") + name});
    }
  }
  for (const LinkId link : ids(frame.world().wire.links)) {
    if (frame.world().wire.links.read(link).cut == 0) continue;
    const std::string mend = "Mend the link";
    place(mend);
    options.tooltip = "What is sent from now on arrives again";
    if (button(mend, options)) intents.push_back(intent::Intervene{CutLink{link, false}, "mend the link"});
    break;
  }
  // A setting of the host on which it happened.
  const HostId host = frame.session->record(shown).host;
  const kernel::Host* where = frame.world().kernel.hosts.find(host);
  if (where == nullptr) return;
  if (!same_line) {
    ImGui::AlignTextToFramePadding();
    muted_text("Select a packet in flight to drop it.", current.fonts.small);
  }
  const float width = ImGui::GetContentRegionAvail().x;
  const std::string on = "on " + host_name(frame, host);
  const float fixed = text_size(on).x + text_size("Set").x + 2 * ImGui::GetStyle().FramePadding.x +
                      3 * ImGui::GetStyle().ItemSpacing.x;
  const float fields = std::max(theme.px(100), width - fixed);
  ImGui::SetNextItemWidth(fields * 0.70F);
  // The last part of its name is what people call it.
  const std::string short_name = view.sysctl_name.substr(view.sysctl_name.rfind('.') + 1);
  if (ImGui::BeginCombo("##sysctl", short_name.c_str(), ImGuiComboFlags_HeightLarge)) {
    continue_text_log();
    for (const SysctlRow& row : sysctl_table)
      if (selectable(row.name, row.name == view.sysctl_name)) {
        view.sysctl_name = row.name;
        view.sysctl_value.clear();
      }
    ImGui::EndCombo();
  }
  note_item("##sysctl");
  const auto id = sysctl_named(view.sysctl_name);
  if (!id) return;
  const std::int64_t value = frame.world().inet.nets.read(where->net).sysctls[*id];
  ImGui::SameLine();
  ImGui::SetNextItemWidth(fields * 0.30F);
  const bool entered = text_field("##value", view.sysctl_value, std::to_string(value), true);
  ImGui::SameLine();
  ImGui::AlignTextToFramePadding();
  muted_text(on);
  ImGui::SameLine();
  const SysctlRow& row = row_of(*id);
  char* end = nullptr;
  const long long wanted = std::strtoll(view.sysctl_value.c_str(), &end, 10);
  const bool good = !view.sysctl_value.empty() && *end == '\0' && wanted >= row.low && wanted <= row.high;
  ButtonOptions set;
  set.enabled = good;
  const std::string tip = fmt::format("{} From {} to {}; now {}.", row.what, row.low, row.high, value);
  set.tooltip = tip;
  if (button("Set", set) || (entered && good)) {
    intent::Intervene change;
    change.what = SetSysctl{where->net, *id, wanted};
    const std::string_view last = row.name.substr(row.name.rfind('.') + 1);
    change.label = fmt::format("{} = {} on {}", last, wanted, host_name(frame, host));
    intents.push_back(change);
    view.sysctl_value.clear();
  }
}

}  // namespace

void draw_why(const Frame& frame, ViewState& view, Intents& intents) {
  const Look& current = look();
  const RecordNumber shown = shown_record(frame, view);
  std::string note;
  if (frame.compact)  // its place is taken by the way to other panels
    note.clear();
  else if (view.selected != 0)
    note = fmt::format("selected · event {} · Esc lets go", frame.session->record(view.selected).event);
  else if (shown != 0)
    note = fmt::format("event {}", frame.session->record(shown).event);
  Panel::Options options;
  options.accent = view.selected != 0;
  options.scrolling = false;
  const Panel panel("Why?", frame.area.min, frame.area.size(), note, options);
  if (!panel) return;
  if (shown == 0) {
    muted_text(
        "Nothing has happened yet. Press → to step: here stands why it happened. Click a packet or a state "
        "to ask "
        "about it.",
        nullptr, true);
    return;
  }
  const std::vector<observe::WhyStep> steps =
      observe::why(*frame.latest, frame.session->bytes(), frame.session->records(), shown, 6);
  // What one could do stays in sight at the foot; the chain scrolls above it.
  const bool doable = shown <= frame.now();
  const float foot =
      doable ? 2 * ImGui::GetFrameHeightWithSpacing() + current.fonts.small->FontSize + current.theme.px(12)
             : 0;
  ImGui::BeginChild("chain", {0, std::max(current.theme.px(60), ImGui::GetContentRegionAvail().y - foot)});
  if (const RecordNumber cause = draw_why_chain(steps, frame.session->records())) {
    view.selected = cause;
    intents.push_back(intent::SeekTo{frame.session->record(cause).event});
  }
  if (steps.empty()) muted_text("Nothing more is known about this.", current.fonts.body, true);
  ImGui::EndChild();
  if (doable) draw_doings(frame, shown, view, intents);
}

}  // namespace sockarium::gui
