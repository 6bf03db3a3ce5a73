// The boxes of interventions that need more than a click: a segment that nobody has sent, and the limit of
// descriptors. Each says what would come of it, or why it can't be done, before it is done.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "gui/dialog_box.h"
#include "gui/doings.h"
#include "gui/draw_ink.h"
#include "gui/reading.h"
#include "lab/script/deeds.h"
#include "sim/kernel/descriptors.h"
#include "sim/tcp/tcp.h"

namespace sockarium::gui {

namespace {

template <class Number>
std::optional<Number> number_in(const std::string& text) {
  Number number = 0;
  const auto [rest, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc{} || rest != text.data() + text.size()) return std::nullopt;
  return number;
}

/// A field with its name before it, as wide as asked.
bool named_field(std::string_view name, std::string& content, std::string_view hint, float width) {
  ImGui::AlignTextToFramePadding();
  muted_text(name);
  ImGui::SameLine();
  ImGui::SetNextItemWidth(width);
  return text_field("##" + std::string(name), content, hint, true);
}

namespace deed = script::deed;

/// What the form says; `wrong` names the field that says nothing useful.
std::pair<deed::Forge, std::string> read_form(const Frame& frame, const ForgeForm& form) {
  deed::Forge forge;
  const auto from = parse_end(frame, form.from);
  const auto to = parse_end(frame, form.to);
  if (!from) return {forge, "«From» needs an address and a port: 10.0.0.5:41000"};
  if (!to) return {forge, "«To» needs an address and a port: 192.168.1.10:80"};
  forge.from = *from;
  forge.to = *to;
  constexpr std::uint8_t bits[] = {wire::SYN, wire::ACK, wire::FIN, wire::RST, wire::PSH};
  for (std::size_t i = 0; i < form.flags.size(); ++i)
    if (form.flags[i]) forge.flags |= bits[i];
  if (forge.flags == 0) return {forge, "Choose at least one flag"};
  for (const auto& [text, number, name] :
       {std::tuple{&form.seq, &forge.seq, "Sequence number"}, {&form.ack, &forge.ack, "Acknowledgement"}}) {
    if (text->empty()) continue;
    *number = number_in<std::uint32_t>(*text);
    if (!*number) return {forge, fmt::format("{}: a number from 0 to 4,294,967,295", name)};
  }
  forge.window = 65535;
  if (!form.window.empty()) {
    const auto window = number_in<std::uint16_t>(form.window);
    if (!window) return {forge, "Window: a number from 0 to 65,535"};
    forge.window = *window;
  }
  return {forge, {}};
}

/// Connections of this moment, to be taken as both ends.
void choose_connection(const Frame& frame, ForgeForm& form) {
  constexpr std::size_t most = 40;
  std::size_t shown = 0;
  for (const SocketId id : ids(frame.world().inet.sockets)) {
    const inet::SocketBase& base = frame.world().inet.sockets.read(id);
    if (base.protocol != wire::TCP || base.peer.port == 0) continue;
    if (++shown > most) {
      muted_text("… and more: type the ends above");
      break;
    }
    const std::string from = to_string(base.peer), to = to_string(base.local);
    const std::string label =
        fmt::format("{} → {}, to {}", from, to, host_name(frame, host_of_net(frame, base.net)));
    if (selectable(label + "##" + std::to_string(base.inode), form.from == from && form.to == to)) {
      form.from = from;
      form.to = to;
    }
  }
  for (const RequestId id : ids(frame.world().tcp.requests)) {
    const tcp::Request& half_open = frame.world().tcp.requests.read(id);
    if (++shown > most) break;
    const std::string from = to_string(half_open.peer), to = to_string(half_open.local);
    if (selectable(fmt::format("{} → {}, half open##request {}", from, to, id.raw()),
                   form.from == from && form.to == to)) {
      form.from = from;
      form.to = to;
    }
  }
  if (shown == 0) muted_text("No connection is there at this moment: type both ends above.", nullptr, true);
}

}  // namespace

void draw_forge(const Frame& frame, ViewState& view, Intents& intents) {
  const Look& current = look();
  const Theme& theme = current.theme;
  const Box box("Forge a segment", theme.px(640), theme.px(520));
  ForgeForm& form = view.forge;
  muted_text("A segment arrives that its sender never sent. Choose a connection below, or type both ends.",
             current.fonts.small, true);
  const float room = ImGui::GetContentRegionAvail().x;
  const bool side_by_side = room > theme.px(480);
  const float spacing = ImGui::GetStyle().ItemSpacing.x;
  const float names = text_size("From").x + text_size("To").x;
  const float wide = side_by_side ? (room - names - 5 * spacing - text_size("Swap").x - theme.px(24)) / 2
                                  : room - text_size("From").x - 2 * spacing;
  focus_first(view);
  bool entered = named_field("From", form.from, "10.0.0.5:41000", wide);
  if (side_by_side) ImGui::SameLine();
  entered |= named_field("To", form.to, "192.168.1.10:80", wide);
  if (side_by_side) ImGui::SameLine();
  ButtonOptions swap;
  swap.tooltip = "From the other end";
  if (button("Swap", swap)) std::swap(form.from, form.to);
  constexpr const char* names_of_flags[] = {"SYN", "ACK", "FIN", "RST", "PSH"};
  for (std::size_t i = 0; i < form.flags.size(); ++i) {
    if (i > 0) {
      ImGui::SameLine();
      if (ImGui::GetContentRegionAvail().x < theme.px(64)) ImGui::NewLine();
    }
    checkbox(names_of_flags[i], form.flags[i]);
  }
  const auto [forge, wrong] = read_form(frame, form);
  const wire::Packet packet = script::forged(frame.world(), forge);
  const bool known = wrong.empty() && (packet.seq.value != 0 || packet.ack.value != 0);
  const float third = side_by_side ? theme.px(118) : room * 0.4F;
  entered |= named_field("Seq", form.seq, known ? std::to_string(packet.seq.value) : "0", third);
  if (side_by_side) ImGui::SameLine();
  entered |= named_field("Ack", form.ack, known ? std::to_string(packet.ack.value) : "0", third);
  if (side_by_side) ImGui::SameLine();
  entered |= named_field("Window", form.window, "65535", theme.px(80));
  const std::string refused = wrong.empty() ? refusal(frame.world(), ForgePacket{packet}) : wrong;
  const bool empty = form.seq.empty() && form.ack.empty();
  const std::string told =
      !refused.empty() ? "✗ " + refused
      : !empty         ? "A number that does not fit is part of the question: see what the receiver answers."
      : known          ? "Empty numbers are those that fit: what the receiver expects next, and has sent."
                       : "The receiver knows no such connection: empty numbers are 0.";
  muted_text(told, current.fonts.small, true);
  ButtonOptions options;
  options.style = ButtonStyle::primary;
  options.enabled = refused.empty();
  if (button("Send it", options) || (entered && refused.empty())) {
    intents.push_back(
        intent::Intervene{ForgePacket{packet}, fmt::format("forge {} {} → {}", wire::flag_names(packet.flags),
                                                           to_string(packet.from), to_string(packet.to))});
    view.dialog = Dialog::None;
  }
  ImGui::SameLine();
  if (button("Cancel", {})) view.dialog = Dialog::None;
  ImGui::Separator();
  ImGui::BeginChild("connections");
  choose_connection(frame, form);
  ImGui::EndChild();
}

void draw_limit(const Frame& frame, ViewState& view, Intents& intents) {
  const Look& current = look();
  const Theme& theme = current.theme;
  const Box box("Limit of descriptors", theme.px(560), theme.px(420));
  const World& world = frame.world();
  const kernel::Process* chosen = world.kernel.processes.find(view.limit.process);
  if (chosen != nullptr && chosen->ended != 0) chosen = nullptr;
  muted_text("RLIMIT_NOFILE, as prlimit --nofile sets it: a new descriptor must be below it.",
             current.fonts.small, true);
  focus_first(view);
  const std::string now = chosen == nullptr ? "" : std::to_string(chosen->nofile);
  const bool entered = named_field("Descriptors", view.limit.number, now, theme.px(120));
  const auto number = number_in<std::int64_t>(view.limit.number);
  const SetLimit wish{view.limit.process, number.value_or(-1)};
  const std::string refused = chosen == nullptr ? "choose a program that lives"
                              : !number         ? "a number of descriptors"
                                                : refusal(world, wish);
  ImGui::SameLine();
  ButtonOptions options;
  options.style = ButtonStyle::primary;
  options.enabled = refused.empty();
  options.tooltip = refused;
  if (button("Set", options) || (entered && refused.empty())) {
    intents.push_back(intent::Intervene{
        wish, fmt::format("nofile = {} for {}", wish.nofile, process_name(frame, view.limit.process))});
    view.dialog = Dialog::None;
  }
  if (!view.limit.number.empty() && !refused.empty()) muted_text("✗ " + refused, current.fonts.small, true);
  ImGui::Separator();
  bool any = false;
  for (const HostId host : hosts(frame))
    for (const ProcessId id : processes_of(frame, host)) {
      const kernel::Process& process = world.kernel.processes.read(id);
      if (process.ended != 0) continue;
      any = true;
      std::int64_t open = 0;
      for (kernel::OpenNumber each = kernel::next_open(world, id, 0); each.fd >= 0;
           each = kernel::next_open(world, id, each.fd + 1))
        ++open;
      const std::string label =
          fmt::format("{} · {}: {} open, limit {} (hard {})", host_name(frame, host),
                      process_title(frame, id), open, process.nofile, process.nofile_hard);
      if (selectable(label + "##" + std::to_string(id.raw()), id == view.limit.process)) {
        view.limit.process = id;
        view.limit.number.clear();
      }
    }
  if (!any) muted_text("No program lives at this moment.", nullptr, true);
}

}  // namespace sockarium::gui
