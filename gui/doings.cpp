// See doings.h.
#include "gui/doings.h"

#include <fmt/format.h>

#include <charconv>

#include "gui/reading.h"

namespace sockarium::gui {

namespace {

/// The process that a record is about: its task's; a socket's owner is too far away to guess.
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
    if (const auto* signal = std::get_if<rec::SignalSent>(&record.what)) return signal->process;
    if (const auto* found = frame.world().kernel.tasks.find(task)) return found->process;
    number = record.cause;
  }
  return std::nullopt;
}

/// The packet that is meant, or one that the same event sent.
std::optional<PacketId> meant_packet(const Frame& frame, RecordNumber shown) {
  std::optional<PacketId> packet = in_flight(frame, shown);
  const EventLine& line = frame.session->line(frame.session->record(shown).event);
  for (RecordNumber n = line.first; n <= line.last && !packet; ++n) packet = in_flight(frame, n);
  return packet;
}

std::string link_name(const Frame& frame, const wire::Link& link) {
  return host_name(frame, host_of_net(frame, link.ends[0])) + " – " +
         host_name(frame, host_of_net(frame, link.ends[1]));
}

}  // namespace

std::optional<ProcessId> meant_process(const Frame& frame, const ViewState& view) {
  const RecordNumber shown = shown_record(frame, view);
  if (shown == 0 || shown > frame.now()) return std::nullopt;
  const auto process = process_of(frame, shown);
  const kernel::Process* its = process ? frame.world().kernel.processes.find(*process) : nullptr;
  if (its == nullptr || its->ended != 0) return std::nullopt;
  return process;
}

std::vector<Doable> doables(const Frame& frame, const ViewState& view) {
  std::vector<Doable> all;
  const World& world = frame.world();
  const auto offer = [&](Doable::Kind kind, std::string label, std::string hint, Intervention what,
                         std::string told) {
    if (refusal(world, what).empty())
      all.push_back({kind, std::move(label), std::move(hint), std::move(what), std::move(told)});
  };
  const RecordNumber shown = shown_record(frame, view);
  const bool happened = shown != 0 && shown <= frame.now();
  if (const auto packet = happened ? meant_packet(frame, shown) : std::nullopt) {
    const wire::Packet& meant = world.wire.in_flight.read(*packet);
    const std::string name = packet_text(meant);
    offer(Doable::Kind::Drop, "Drop this packet", "Loses " + name + " on the way", DropPacket{*packet},
          "drop " + name);
    offer(Doable::Kind::Delay, "Delay it", "Lets " + name + " arrive 100 ms later: it may be overtaken",
          DelayPacket{*packet, 100 * millisecond}, "delay " + name);
    offer(Doable::Kind::Double, "Double it", "Lets a copy of " + name + " arrive, too",
          DuplicatePacket{*packet}, "double " + name);
    if (meant.link != 0) {
      const LinkId link = LinkId::from_raw(meant.link);
      offer(Doable::Kind::Cut, "Cut the link", "Loses all that is sent from now on, until it is mended",
            CutLink{link, true}, "cut the link " + link_name(frame, world.wire.links.read(link)));
    }
  }
  if (const auto process = meant_process(frame, view)) {
    const bool stopped = world.kernel.processes.read(*process).stopped != 0;
    const std::string name = process_name(frame, *process);
    const std::string title = process_title(frame, *process);
    offer(Doable::Kind::Kill, "Kill " + name, "Ends " + title + " here, as kill -9 does",
          KillProcess{*process}, "kill " + name);
    offer(Doable::Kind::Pause, (stopped ? "Let go on " : "Pause ") + name,
          (stopped ? "SIGCONT for " : "SIGSTOP for ") + title, PauseProcess{*process, !stopped},
          (stopped ? "continue " : "pause ") + name);
  }
  for (const LinkId id : ids(world.wire.links)) {
    const wire::Link& link = world.wire.links.read(id);
    if (link.cut == 0) continue;
    offer(Doable::Kind::Mend, "Mend the link", "What is sent from now on arrives again", CutLink{id, false},
          "mend the link " + link_name(frame, link));
    break;
  }
  return all;
}

std::optional<Doable> doable(const Frame& frame, const ViewState& view, Doable::Kind kind) {
  for (Doable& each : doables(frame, view))
    if (each.kind == kind) return std::move(each);
  return std::nullopt;
}

void open_forge(const Frame& frame, ViewState& view) {
  open_dialog(view, Dialog::Forge);
  ForgeForm& form = view.forge;
  form = ForgeForm{};
  form.flags[ForgeForm::Rst] = true;
  const auto connection = shown_connection(frame, view);
  if (!connection) return;
  const std::vector<End> ends = both_ends(frame, *connection);
  const Ends& way = ends.empty() ? *connection : ends.front().ends;
  form.from = to_string(way.local);
  form.to = to_string(way.peer);
}

void open_limit(const Frame& frame, ViewState& view) {
  open_dialog(view, Dialog::Limit);
  view.limit = LimitForm{};
  if (const auto process = meant_process(frame, view)) {
    view.limit.process = *process;
    return;
  }
  for (const HostId host : hosts(frame))
    for (const ProcessId process : processes_of(frame, host))
      if (frame.world().kernel.processes.read(process).ended == 0) {
        view.limit.process = process;
        return;
      }
}

std::optional<Endpoint> parse_end(const Frame& frame, std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  Endpoint end;
  const std::string_view port = text.substr(colon + 1);
  const auto [rest, failed] = std::from_chars(port.data(), port.data() + port.size(), end.port);
  if (failed != std::errc{} || rest != port.data() + port.size()) return std::nullopt;
  std::string_view name = text.substr(0, colon);
  if (name.size() > 2 && name.front() == '[' && name.back() == ']') name = name.substr(1, name.size() - 2);
  if (const auto v4 = parse_v4(name)) {
    end.ip = *v4;
    return end;
  }
  if (const auto v6 = parse_v6(name)) {
    end.ip = *v6;
    return end;
  }
  for (const HostSetup& host : frame.session->setup().hosts)
    if (host.name == name && !host.addresses.empty()) {
      end.ip = host.addresses.front();
      return end;
    }
  return std::nullopt;
}

}  // namespace sockarium::gui
