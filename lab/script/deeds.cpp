// What deeds mean in a world: which packet, which process, which link. See deeds.h.
#include "lab/script/deeds.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "lab/script/machine.h"
#include "lab/script/session_view.h"
#include "lab/script/suggest.h"
#include "sim/tcp/tcp.h"

namespace sockarium::script {

namespace {

/// The event after which a moment has come; runs ahead as far as needed. None: it never comes.
std::optional<std::uint64_t> event_of(Session& session, const Scenario& scenario, const When& when) {
  switch (when.kind) {
    case When::Kind::End:
      session.run_to_end();
      return session.head();
    case When::Kind::Time:
      return session.event_at(when.time);
    case When::Kind::Bookmark:
      for (const auto* list : {&scenario.bookmarks, &scenario.checkpoints})
        for (const Bookmark& bookmark : *list)
          if (bookmark.name == when.bookmark) return event_of(session, scenario, bookmark.when);
      return std::nullopt;
    case When::Kind::On: {
      RecordNumber scanned = 0;
      std::int64_t seen = 0;
      do {
        session.seek(session.head());  // whose world knows all names
        const SessionView view(session.world(), session.bytes(), session.records());
        for (; scanned < session.records().size(); ++scanned)
          if (view.fits(when.on, scanned + 1) && ++seen == when.on.nth)
            return session.record(scanned + 1).event;
      } while (session.run_ahead(256) || scanned < session.records().size());
      return std::nullopt;
    }
  }
  return std::nullopt;
}

/// Finds what the words mean at the session's moment; throws Fault where they mean nothing, or several.
class Meaning {
 public:
  explicit Meaning(Session& session) : session_(session) {}

  Intervention operator()(const deed::Drop& drop) const { return DropPacket{packet(drop.packet, "drop")}; }
  Intervention operator()(const deed::Delay& delay) const {
    return DelayPacket{packet(delay.packet, "delay"), delay.by};
  }
  Intervention operator()(const deed::Double& twice) const {
    return DuplicatePacket{packet(twice.packet, "dup")};
  }
  Intervention operator()(const deed::Forge& forge) const {
    ForgePacket made{forged(world(), forge)};
    if (!forge.data.empty()) made.packet.payload = session_.bytes().intern(forge.data);
    return made;
  }
  Intervention operator()(const deed::Cut& cut) const {
    for (const LinkId id : ids(world().wire.links))
      if (world().wire.links.read(id).number == cut.link) return CutLink{id, cut.cut};
    throw Fault("there is no such link", "", cut.cut ? "cut" : "mend");
  }
  Intervention operator()(const deed::Kill& kill) const { return KillProcess{process(kill.process, "kill")}; }
  Intervention operator()(const deed::Pause& pause) const {
    return PauseProcess{process(pause.process, pause.pause ? "pause" : "continue"), pause.pause};
  }
  Intervention operator()(const deed::Set& set) const {
    for (const HostId id : ids(world().kernel.hosts))
      if (const kernel::Host& host = world().kernel.hosts.read(id); host.number == set.host)
        return SetSysctl{host.net, set.id, set.value};
    throw Fault("there is no such host", "", "sysctl");
  }
  Intervention operator()(const deed::Limit& limit) const {
    return SetLimit{process(limit.process, "nofile"), limit.nofile};
  }

 private:
  const World& world() const { return session_.world(); }

  PacketId packet(const PacketWords& words, const char* word) const {
    const std::vector<PacketId> all = fitting(session_, words);
    const auto wanted = static_cast<std::size_t>(words.nth);
    if (wanted <= all.size()) return all[wanted - 1];
    const std::size_t flying = fitting(session_, {}).size();
    throw Fault(all.empty()
                    ? "no such packet is on its way at this moment"
                    : fmt::format("only {} such packet{} on {} way at this moment", all.size(),
                                  all.size() == 1 ? " is" : "s are", all.size() == 1 ? "its" : "their"),
                flying == 0 ? "nothing is: choose a moment between sending and arrival"
                            : fmt::format("{} other{} there", flying - all.size(),
                                          flying - all.size() == 1 ? " is" : "s are"),
                word);
  }

  bool fits(const ProcessWords& words, ProcessId id) const {
    const kernel::Process& process = world().kernel.processes.read(id);
    if (process.ended != 0) return false;
    if (!words.name.empty() && session_.bytes().text(process.name) != words.name) return false;
    if (words.pid != 0 && process.pid != words.pid) return false;
    if (!words.host.empty() &&
        session_.bytes().text(world().kernel.hosts.read(process.host).name) != words.host)
      return false;
    if (!words.program) return true;
    for (const TaskId task : ids(world().kernel.tasks)) {
      const kernel::Task& of = world().kernel.tasks.read(task);
      if (of.process == id && !of.parent && of.nth == *words.program) return true;
    }
    return false;
  }

  ProcessId process(const ProcessWords& words, const char* word) const {
    std::vector<ProcessId> found;
    std::vector<std::string> alive;
    for (const ProcessId id : ids(world().kernel.processes)) {
      const kernel::Process& process = world().kernel.processes.read(id);
      if (process.ended == 0) alive.push_back(session_.bytes().text(process.name));
      if (fits(words, id)) found.push_back(id);
    }
    const std::string name = words.name.empty() ? fmt::format("pid {}", words.pid) : words.name;
    if (found.empty())
      throw Fault(
          fmt::format("no process '{}' lives at this moment", name),
          did_you_mean(words.name, alive, alive.empty() ? "none does" : "there are " + listed(alive, "and")),
          word);
    if (found.size() > 1) {
      const kernel::Process& first = world().kernel.processes.read(found.front());
      throw Fault(fmt::format("{} processes are called '{}' at this moment", found.size(), name),
                  fmt::format("say which: {} = {{ host = \"{}\", pid = {} }}", word,
                              session_.bytes().text(world().kernel.hosts.read(first.host).name), first.pid),
                  word);
    }
    return found.front();
  }

  Session& session_;
};

/// What a branch is called by which a deed was done.
std::string label_of(const deed::What& what) {
  struct Words {
    std::string operator()(const deed::Drop& d) const { return "drop " + packet(d.packet); }
    std::string operator()(const deed::Delay& d) const { return "delay " + packet(d.packet); }
    std::string operator()(const deed::Double& d) const { return "double " + packet(d.packet); }
    std::string operator()(const deed::Forge& d) const {
      return fmt::format("forge {} {} → {}", wire::flag_names(d.flags), to_string(d.from), to_string(d.to));
    }
    std::string operator()(const deed::Cut& d) const { return d.cut ? "cut the link" : "mend the link"; }
    std::string operator()(const deed::Kill& d) const { return "kill " + process(d.process); }
    std::string operator()(const deed::Pause& d) const {
      return (d.pause ? "pause " : "continue ") + process(d.process);
    }
    std::string operator()(const deed::Set& d) const {
      const std::string_view name = row_of(d.id).name;
      return fmt::format("{} = {}", name.substr(name.rfind('.') + 1), d.value);
    }
    std::string operator()(const deed::Limit& d) const {
      return fmt::format("nofile = {} for {}", d.nofile, process(d.process));
    }
    static std::string packet(const PacketWords& words) {
      std::string flags;
      for (const auto& [flag, name] :
           {std::pair{wire::SYN, "SYN"}, {wire::FIN, "FIN"}, {wire::RST, "RST"}, {wire::ACK, "ACK"}})
        if (words.flags && (words.flags->with & flag) != 0)
          flags += (flags.empty() ? "" : ",") + std::string(name);
      std::string text = flags.empty() ? "a packet" : flags;
      if (!words.from.empty()) text += " from " + words.from;
      if (words.from_port != 0) text += fmt::format(":{}", words.from_port);
      return text;
    }
    static std::string process(const ProcessWords& words) {
      return words.name.empty() ? fmt::format("pid {}", words.pid) : words.name;
    }
  };
  return std::visit(Words{}, what);
}

LoadError error_at(const Scenario& scenario, const Deed& deed, const Fault& fault) {
  LoadError error;
  error.file = scenario.file;
  error.line = static_cast<int>(deed.line);
  error.message = fault.message;
  error.hint = fault.hint;
  locate(error, scenario.lines, fault.word);
  return error;
}

}  // namespace

std::vector<PacketId> fitting(const Session& session, const PacketWords& words) {
  const World& world = session.world();
  const auto host_of = [&](HostId id) {
    const kernel::Host* host = world.kernel.hosts.find(id);
    return host == nullptr ? std::string() : session.bytes().text(host->name);
  };
  std::vector<PacketId> all;
  for (const PacketId id : ids(world.wire.in_flight)) {
    const wire::Packet& packet = world.wire.in_flight.read(id);
    if (words.protocol != 0 && packet.protocol != words.protocol) continue;
    if (words.flags && (packet.protocol != wire::TCP || !words.flags->fits(packet.flags))) continue;
    if (words.from_port != 0 && packet.from.port != words.from_port) continue;
    if (words.to_port != 0 && packet.to.port != words.to_port) continue;
    if (!words.from.empty() && to_string(packet.from.ip) != words.from &&
        host_of(session.record(packet.sent).host) != words.from)
      continue;
    if (!words.to.empty() && to_string(packet.to.ip) != words.to &&
        host_of(world.inet.nets.read(NetId::from_raw(packet.net)).host) != words.to)
      continue;
    all.push_back(id);
  }
  std::sort(all.begin(), all.end(), [&](PacketId a, PacketId b) {
    const wire::Packet& one = world.wire.in_flight.read(a);
    const wire::Packet& other = world.wire.in_flight.read(b);
    return std::tuple(one.sent, one.copy, a.raw()) < std::tuple(other.sent, other.copy, b.raw());
  });
  return all;
}

wire::Packet forged(const World& world, const deed::Forge& forge) {
  wire::Packet packet;
  packet.from = forge.from;
  packet.to = forge.to;
  packet.flags = forge.flags;
  packet.window = forge.window;
  packet.options.mss = forge.mss;
  for (const SocketId id : ids(world.inet.sockets)) {
    const inet::SocketBase& base = world.inet.sockets.read(id);
    if (!(base.local == forge.to) || !(base.peer == forge.from)) continue;
    if (base.kind == inet::EntryKind::TcpConnection) {
      const tcp::Connection& its = world.tcp.connections.read(ConnectionId::from_raw(base.entry));
      packet.seq = its.rcv_nxt;
      packet.ack = its.snd_nxt;
    } else if (base.kind == inet::EntryKind::TcpTimeWait) {
      const tcp::TimeWait& its = world.tcp.time_waits.read(TimeWaitId::from_raw(base.entry));
      packet.seq = its.rcv_nxt;
      packet.ack = its.snd_nxt;
    }
  }
  for (const RequestId id : ids(world.tcp.requests)) {  // half open: no socket has it yet
    const tcp::Request& request = world.tcp.requests.read(id);
    if (!(request.local == forge.to) || !(request.peer == forge.from)) continue;
    packet.seq = request.irs + 1;
    packet.ack = request.iss + 1;
  }
  if (forge.seq) packet.seq = Seq{*forge.seq};
  if (forge.ack) packet.ack = Seq{*forge.ack};
  return packet;
}

std::variant<std::unique_ptr<Session>, LoadError> start(const std::shared_ptr<const Scenario>& scenario) {
  auto session = std::make_unique<Session>(scenario->setup, programs_of(scenario));
  for (const Deed& deed : scenario->deeds) {
    try {
      const std::uint64_t before = session->branch() == 0 ? 0 : session->cursor();
      const auto event = deed.event ? deed.event : event_of(*session, *scenario, deed.when);
      if (!event) throw Fault("the moment of this deed never comes", to_string(deed.when), "deed");
      if (*event < before)
        throw Fault(
            fmt::format("this deed comes before the one above: after event {}, not {}", *event, before),
            "write deeds in the order of time", "deed");
      session->seek(*event);
      if (session->cursor() != *event)
        throw Fault(fmt::format("there is no event {}: the run has {}", *event, session->head()), "",
                    "event");
      const Intervention meant = std::visit(Meaning(*session), deed.what);
      if (const std::string refused = session->intervene(meant, label_of(deed.what)); !refused.empty())
        throw Fault(fmt::format("this can't be done after event {}: {}", *event, refused), "", "deed");
    } catch (const Fault& fault) {
      return error_at(*scenario, deed, fault);
    }
  }
  return session;
}

}  // namespace sockarium::script
