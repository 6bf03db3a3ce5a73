#include "lab/compare/doings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace sockarium::compare {

namespace {

/// Numbers that stand between colons; nothing where there is something else.
template <std::size_t Count>
std::optional<std::array<std::int64_t, Count>> numbers(std::string_view text) {
  std::array<std::int64_t, Count> all{};
  for (std::size_t i = 0; i < Count; ++i) {
    const std::string_view part = text.substr(0, text.find(':'));
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), all[i]);
    if (error != std::errc{} || end != part.data() + part.size()) return std::nullopt;
    text.remove_prefix(std::min(text.size(), part.size() + 1));
  }
  if (!text.empty()) return std::nullopt;
  return all;
}

struct Writer {
  std::uint64_t event;
  std::string operator()(const DropPacket& what) const {
    return fmt::format("{}:drop:{}", event, what.packet.raw());
  }
  std::string operator()(const KillProcess& what) const {
    return fmt::format("{}:kill:{}", event, what.process.raw());
  }
  std::string operator()(const DelayPacket& what) const {
    return fmt::format("{}:delay:{}:{}", event, what.packet.raw(), what.by);
  }
  std::string operator()(const DuplicatePacket& what) const {
    return fmt::format("{}:dup:{}", event, what.packet.raw());
  }
  std::string operator()(const ForgePacket&) const { return fmt::format("{}:forge:0", event); }
  std::string operator()(const CutLink& what) const {
    return fmt::format("{}:cut:{}:{}", event, what.link.raw(), what.cut ? 1 : 0);
  }
  std::string operator()(const PauseProcess& what) const {
    return fmt::format("{}:pause:{}:{}", event, what.process.raw(), what.pause ? 1 : 0);
  }
  std::string operator()(const SetLimit& what) const {
    return fmt::format("{}:limit:{}:{}", event, what.process.raw(), what.nofile);
  }
  std::string operator()(const SetSysctl& what) const {
    return fmt::format("{}:set:{}:{}:{}", event, what.net.raw(), static_cast<std::int64_t>(what.id),
                       what.value);
  }
};

/// Turns one doing into what the real side can do. The session's records tell which packet is meant.
class Carrier {
 public:
  Carrier(const Session& session, Setup& setup, RealDoings& result)
      : session_(session), setup_(setup), result_(result) {}

  void operator()(const DropPacket&) {
    // The event of the doing left the record of the drop, which names the packet's sending.
    for (RecordNumber n = session_.line(event).first; n <= session_.line(event).last; ++n)
      if (const auto* dropped = std::get_if<rec::PacketDropped>(&session_.record(n).what))
        return strike(dropped->sent, FaultAction::Drop, 0);
    result_.trouble = "the packet that was dropped is not known";
  }
  void operator()(const DelayPacket& what) {
    for (RecordNumber n = session_.line(event).first; n <= session_.line(event).last; ++n)
      if (const auto* delayed = std::get_if<rec::PacketDelayed>(&session_.record(n).what))
        return strike(delayed->sent, FaultAction::Delay, what.by);
    result_.trouble = "the packet that was delayed is not known";
  }
  void operator()(const DuplicatePacket&) {
    for (RecordNumber n = session_.line(event).first; n <= session_.line(event).last; ++n)
      if (const auto* doubled = std::get_if<rec::PacketDuplicated>(&session_.record(n).what))
        return strike(doubled->sent, FaultAction::Duplicate, 0);
    result_.trouble = "the packet that was doubled is not known";
  }
  template <class Other>
  void operator()(const Other&) {
    result_.trouble = "forged segments, cut links, pauses and limits are not carried to the real kernel yet";
  }
  void operator()(const KillProcess& what) {
    const kernel::Process* process = session_.world().kernel.processes.find(what.process);
    if (process == nullptr || process->parent) {
      result_.trouble = "only a process of the scenario's top level can be killed on the real kernel";
      return;
    }
    Deed deed;
    deed.kills = true;
    deed.process = static_cast<std::size_t>(process->pid - first_pid);
    add(deed);
  }
  void operator()(const SetSysctl& what) {
    const kernel::Host& host =
        session_.world().kernel.hosts.read(session_.world().inet.nets.read(what.net).host);
    Deed deed;
    deed.host = static_cast<std::size_t>(host.number);
    deed.sysctl = what.id;
    deed.value = what.value;
    add(deed);
  }

  std::uint64_t event = 0;  ///< that the doing itself is

 private:
  static constexpr std::int64_t first_pid = 101;

  void add(Deed deed) {
    deed.at = session_.time_at(event);
    deed.calls = calls_made(session_, event);
    result_.deeds.push_back(deed);
  }

  void strike(RecordNumber sending, FaultAction action, Duration by) {
    const auto& meant = std::get<rec::PacketSent>(session_.record(sending).what);
    if (action != FaultAction::Duplicate && is_doubled(sending)) {
      result_.trouble = "one of the two copies that a link made can't be meant alone on the real kernel";
      return;
    }
    if (meant.packet.link == 0) {
      result_.trouble =
          "a packet on loopback can't be touched on the real kernel: no wire of ours carries it";
      return;
    }
    const World& world = session_.world();
    const HostId to = world.inet.nets.read(NetId::from_raw(meant.packet.net)).host;
    const wire::Link& link = world.wire.links.read(LinkId::from_raw(meant.packet.link));
    FaultSetup fault;
    fault.link = static_cast<std::size_t>(link.number);
    const LinkSetup& plan = setup_.links[fault.link];
    fault.from = world.kernel.hosts.read(to).number == plan.a ? plan.b : plan.a;
    fault.nth = 0;
    fault.action = action;
    fault.by = by;
    for (RecordNumber n = 1; n <= sending; ++n) {
      const auto* sent = std::get_if<rec::PacketSent>(&session_.record(n).what);
      if (sent != nullptr && sent->packet.link == meant.packet.link && sent->packet.net == meant.packet.net &&
          !is_filtered(n))
        ++fault.nth;
    }
    setup_.faults.push_back(fault);
  }

  /// Did the link make a copy of it?
  bool is_doubled(RecordNumber sending) const {
    for (RecordNumber n = sending + 1; n <= session_.records().size(); ++n)
      if (const auto* copy = std::get_if<rec::PacketDuplicated>(&session_.record(n).what))
        if (copy->sent == sending) return true;
    return false;
  }
  /// Did it never reach the link, as the sender's own packet filter stopped it? That is the next record.
  bool is_filtered(RecordNumber sending) const {
    if (sending == session_.records().size()) return false;
    const Record& next = session_.record(sending + 1);
    const auto* dropped = std::get_if<rec::PacketDropped>(&next.what);
    return dropped != nullptr && dropped->sent == sending &&
           (next.reason == Reason::FilterDrops || next.reason == Reason::FilterRejects);
  }

  const Session& session_;
  Setup& setup_;
  RealDoings& result_;
};

}  // namespace

std::vector<Doing> doings_of(const Session& session) {
  std::vector<Doing> all;
  const PagedArray<JournalEntry>& journal = session.journal();
  for (std::size_t i = 0; i < journal.size(); ++i)
    if (const JournalEntry& entry = journal[i]; entry.intervention)
      all.push_back({entry.event - 1, *entry.intervention});
  return all;
}

std::string do_again(Session& session, const std::vector<Doing>& doings) {
  for (const Doing& doing : doings) {
    session.seek(doing.event);
    if (session.cursor() != doing.event) return "the run is shorter than it was";
    if (std::string refused = session.intervene(doing.what, {}); !refused.empty()) return refused;
  }
  return {};
}

std::string to_text(const Doing& doing) {
  return std::visit(Writer{doing.event}, doing.what);
}

std::optional<Doing> parse_doing(std::string_view text) {
  const std::size_t first = text.find(':');
  const std::size_t second = first == std::string_view::npos ? first : text.find(':', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const auto event = numbers<1>(text.substr(0, first));
  const std::string_view kind = text.substr(first + 1, second - first - 1);
  const std::string_view rest = text.substr(second + 1);
  if (!event || (*event)[0] < 0) return std::nullopt;
  Doing doing;
  doing.event = static_cast<std::uint64_t>((*event)[0]);
  if (kind == "delay") {
    const auto parts = numbers<2>(rest);
    if (!parts) return std::nullopt;
    doing.what = DelayPacket{PacketId::from_raw(static_cast<std::uint64_t>((*parts)[0])), (*parts)[1]};
    return doing;
  }
  if (kind == "set") {
    const auto parts = numbers<3>(rest);
    if (!parts || (*parts)[1] < 0 || (*parts)[1] >= static_cast<std::int64_t>(sysctl_table.size()))
      return std::nullopt;
    doing.what = SetSysctl{NetId::from_raw(static_cast<std::uint64_t>((*parts)[0])),
                           static_cast<Sysctl>((*parts)[1]), (*parts)[2]};
    return doing;
  }
  const auto parts = numbers<1>(rest);
  if (!parts) return std::nullopt;
  const auto id = static_cast<std::uint64_t>((*parts)[0]);
  if (kind == "drop")
    doing.what = DropPacket{PacketId::from_raw(id)};
  else if (kind == "dup")
    doing.what = DuplicatePacket{PacketId::from_raw(id)};
  else if (kind == "kill")
    doing.what = KillProcess{ProcessId::from_raw(id)};
  else
    return std::nullopt;
  return doing;
}

RealDoings for_the_real_kernel(const Session& session, const std::vector<Doing>& doings, Setup& setup) {
  RealDoings result;
  Carrier carrier(session, setup, result);
  for (const Doing& doing : doings) {
    carrier.event = doing.event + 1;
    std::visit(carrier, doing.what);
  }
  return result;
}

}  // namespace sockarium::compare
