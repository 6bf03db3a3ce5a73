// What a person did in a session, written as a scenario file that does it again. See deeds.h.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "lab/script/deeds.h"
#include "lab/script/value.h"

namespace sockarium::script {

namespace {

/// The first line of what is put behind the scenario. A later recording replaces what stands below it.
constexpr std::string_view mark = "-- What was done in this run: «Export what I did» of Sockarium wrote it.";

/// «t = 30.01 ms»: for people; the event is what counts.
std::string time_text(Time time) {
  return fmt::format("t = {} ms", show_number(std::round(static_cast<double>(time) / 1e3) / 1e3));
}

std::string lua_value(const ParamValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return quoted(*text);
  if (const auto* number = std::get_if<double>(&value)) return fmt::format("{:.17g}", *number);
  return to_string(value);
}

/// One intervention of a journal as the language says it, in the world in which it was done.
class Writer {
 public:
  explicit Writer(const Session& session) : session_(session) {}

  std::string operator()(const DropPacket& deed) const { return "drop = " + packet(deed.packet); }
  std::string operator()(const DelayPacket& deed) const {
    return fmt::format("delay = {}, by = {}", packet(deed.packet), quoted(duration(deed.by)));
  }
  std::string operator()(const DuplicatePacket& deed) const { return "dup = " + packet(deed.packet); }
  std::string operator()(const ForgePacket& deed) const {
    const wire::Packet& p = deed.packet;
    std::string text = fmt::format("forge = {{ src = {}, from = {}, dst = {}, to = {}, flags = {}, seq = {}",
                                   quoted(to_string(p.from.ip)), p.from.port, quoted(to_string(p.to.ip)),
                                   p.to.port, quoted(wire::flag_names(p.flags)), p.seq.value);
    text += fmt::format(", ack = {}, win = {}", p.ack.value, p.window);
    if (p.options.mss != 0) text += fmt::format(", mss = {}", p.options.mss);
    if (!p.payload.empty()) text += ", data = " + quoted(session_.bytes().text(p.payload));
    return text + " }";
  }
  std::string operator()(const CutLink& deed) const {
    const LinkSetup& link = session_.setup().links[world().wire.links.read(deed.link).number];
    return fmt::format("{} = {{ {}, {} }}", deed.cut ? "cut" : "mend",
                       quoted(session_.setup().hosts[link.a].name),
                       quoted(session_.setup().hosts[link.b].name));
  }
  std::string operator()(const KillProcess& deed) const { return "kill = " + process(deed.process); }
  std::string operator()(const PauseProcess& deed) const {
    return (deed.pause ? "pause = " : "continue = ") + process(deed.process);
  }
  std::string operator()(const SetSysctl& deed) const {
    return fmt::format("sysctl = {{ {}, {}, {} }}", quoted(host_name(world().inet.nets.read(deed.net).host)),
                       quoted(row_of(deed.id).name), deed.value);
  }
  std::string operator()(const SetLimit& deed) const {
    return fmt::format("nofile = {{ {}, {} }}", process(deed.process), deed.nofile);
  }

 private:
  const World& world() const { return session_.world(); }
  std::string host_name(HostId id) const { return session_.bytes().text(world().kernel.hosts.read(id).name); }

  static std::string duration(Duration by) {
    if (by % millisecond == 0) return fmt::format("{}ms", by / millisecond);
    if (by % microsecond == 0) return fmt::format("{}us", by / microsecond);
    return fmt::format("{}ns", by);
  }

  std::string packet(PacketId id) const {
    const wire::Packet& packet = world().wire.in_flight.read(id);
    PacketWords words;
    words.from = host_name(session_.record(packet.sent).host);
    words.to = host_name(world().inet.nets.read(NetId::from_raw(packet.net)).host);
    words.from_port = packet.from.port;
    words.to_port = packet.to.port;
    words.protocol = packet.protocol;
    std::string text = fmt::format("{{ from = {}, to = {}", quoted(words.from), quoted(words.to));
    if (words.from_port != 0) text += fmt::format(", from_port = {}", words.from_port);
    if (words.to_port != 0) text += fmt::format(", to_port = {}", words.to_port);
    if (packet.protocol == wire::TCP) {
      const std::string flags = wire::flag_names(packet.flags);
      if (const auto match = parse_flags(flags); match && match->fits(packet.flags)) {
        words.flags = match;
        text += ", flags = " + quoted(flags);
      }
    }
    if (!words.flags)
      text += fmt::format(", proto = \"{}\"", packet.protocol == wire::UDP   ? "udp"
                                              : packet.protocol == wire::TCP ? "tcp"
                                                                             : "icmp");
    const std::vector<PacketId> all = fitting(session_, words);
    const auto place = std::find(all.begin(), all.end(), id) - all.begin();
    if (place > 0) text += fmt::format(", nth = {}", place + 1);
    return text + " }";
  }

  /// By its name, where only one that lives has it; else by its number, too.
  std::string process(ProcessId id) const {
    const kernel::Process& meant = world().kernel.processes.read(id);
    const std::string name = session_.bytes().text(meant.name);
    std::size_t alike = 0;
    for (const ProcessId other : ids(world().kernel.processes)) {
      const kernel::Process& process = world().kernel.processes.read(other);
      alike += process.ended == 0 && session_.bytes().text(process.name) == name ? 1 : 0;
    }
    if (alike == 1) return quoted(name);
    return fmt::format("{{ host = {}, name = {}, pid = {} }}", quoted(host_name(meant.host)), quoted(name),
                       meant.pid);
  }

  const Session& session_;
};

/// The text without the recording that an earlier one has put behind it.
std::string without_recording(const std::string& source) {
  std::size_t at = source.find(mark);
  if (at == std::string::npos || (at > 0 && source[at - 1] != '\n')) return source;
  std::size_t after = at;
  // Its lines are the mark, recorded { … } and deed { … }; what a person wrote below is kept.
  while (after < source.size()) {
    const std::size_t end = std::min(source.find('\n', after), source.size() - 1);
    const std::string_view line = std::string_view(source).substr(after, end - after);
    if (after != at && !line.starts_with("recorded {") && !line.starts_with("deed {")) break;
    after = end + 1;
  }
  while (at > 0 && source[at - 1] == '\n') --at;
  return source.substr(0, at) + "\n" + source.substr(after);
}

std::string recorded_line(const Scenario& scenario) {
  std::string fields;
  const auto add = [&](const std::string& field) { fields += (fields.empty() ? "" : ", ") + field; };
  std::string params;
  for (const Param& param : scenario.params)
    if (!(param.value == param.initial))
      params += fmt::format("{}{} = {}", params.empty() ? "" : ", ", param.name, lua_value(param.value));
  if (!params.empty()) add("params = { " + params + " }");
  if (scenario.in_force.seed) add(fmt::format("seed = {}", *scenario.in_force.seed));
  if (scenario.in_force.profile) add("profile = " + quoted(info_of(*scenario.in_force.profile).name));
  return fields.empty() ? "recorded {}\n" : "recorded { " + fields + " }\n";
}

/// Reads the file that would be written, does its deeds, and looks whether the world is the same after them.
std::string difference(Session& session, const std::string& file, const std::string& text,
                       std::uint64_t last) {
  const LoadResult again = load_text(file, text);
  if (const auto* error = std::get_if<LoadError>(&again))
    return "what was done can't be put behind this file: " + error->format();
  auto begun = start(std::get<std::shared_ptr<const Scenario>>(again));
  if (const auto* error = std::get_if<LoadError>(&begun)) return error->format();
  Session& other = *std::get<std::unique_ptr<Session>>(begun);
  other.seek(last);
  if (other.hash_at(std::min(last, other.head())) == session.hash_at(last)) return {};
  return fmt::format(
      "{} does not give the same run when it is read again: it was changed, or depends on what "
      "is not in it",
      file);
}

}  // namespace

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      result += std::string("\\") + c;
    else if (c == '\n')
      result += "\\n";
    else if (byte < 0x20 || byte >= 0x7f)
      result += fmt::format("\\{:03}", byte);
    else
      result += c;
  }
  return result + "\"";
}

Recording record(Session& session, const Scenario& scenario) {
  Recording recording;
  recording.text = without_recording(scenario.source);
  if (!recording.text.empty() && recording.text.back() != '\n') recording.text += '\n';
  recording.text += "\n" + std::string(mark) + "\n" + recorded_line(scenario);
  const std::uint64_t cursor = session.cursor();
  std::uint64_t last = 0;
  const PagedArray<JournalEntry>& journal = session.journal();
  for (std::size_t i = 0; i < journal.size(); ++i) {
    const JournalEntry entry = journal[i];
    if (!entry.intervention) continue;
    session.seek(entry.event - 1);
    const Writer writer(session);
    recording.text += fmt::format("deed {{ event = {}, {} }}  -- {}\n", entry.event - 1,
                                  std::visit(writer, *entry.intervention), time_text(session.world().now));
    ++recording.deeds;
    last = entry.event;
  }
  recording.trouble = difference(session, scenario.file, recording.text, last);
  session.seek(cursor);
  return recording;
}

}  // namespace sockarium::script
