// The top level's words for what is done in a run: deed, one intervention at its moment, and recorded, with
// what the run was loaded.
#include <fmt/format.h>

#include "lab/script/loader.h"
#include "lab/script/suggest.h"
#include "sim/core/file.h"
#include "sim/wire/packet.h"

namespace sockarium::script {

namespace {

constexpr const char* drop_example = "deed { at = \"15ms\", drop = { from = \"cli\", flags = \"SYN\" } }";
constexpr const char* forge_example =
    "forge = { src = \"10.0.0.5\", from = 41000, dst = \"srv\", to = 80, flags = \"RST\" }";

Loader& loader_of(const Arguments& arguments) {
  require_phase(arguments, Phase::Loading);
  return *arguments.machine().loader;
}

Value table_of(Arguments& a, const std::string& example) {
  Value table = a.value(1);
  if (table.kind != Value::Kind::Table)
    throw Fault(fmt::format("{} needs a table, not {}", a.call(), describe(table)), "write " + example,
                std::string(a.call()));
  return table;
}

/// The table behind one of the deed's words.
Fields part(const Value& value, std::string_view word, const std::string& example) {
  if (value.kind != Value::Kind::Table)
    throw Fault(fmt::format("'{}' of deed must be a table, not {}", word, describe(value)),
                "write " + example, std::string(word));
  return Fields(value, std::string(word));
}

/// A host as handle or by its name, or an address: as PacketWords has it.
std::string host_or_address(Fields& fields, const Setup& setup, std::string_view key) {
  const Value* value = fields.find(key);
  if (value == nullptr) return {};
  if (value->kind == Value::Kind::Text && (parse_v4(value->text) || parse_v6(value->text)))
    return value->text;
  return setup.hosts[host_from(setup, *value, fmt::format("'{}' of {}", key, fields.call()))].name;
}

std::uint16_t port_field(Fields& fields, std::string_view key) {
  return static_cast<std::uint16_t>(fields.integer(key, 0, 0, 65535));
}

PacketWords packet_from(const Value& value, std::string_view word, const Setup& setup) {
  Fields fields = part(value, word, drop_example);
  PacketWords words;
  words.from = host_or_address(fields, setup, "from");
  words.to = host_or_address(fields, setup, "to");
  words.from_port = port_field(fields, "from_port");
  words.to_port = port_field(fields, "to_port");
  const std::string flags = fields.text("flags", "");
  if (!flags.empty() && !(words.flags = parse_flags(flags)))
    fields.wrong("flags", "flags of a segment", "write flags = \"SYN\", \"SYN,ACK\", \"FIN\", …");
  const std::string protocol = fields.text("proto", words.flags ? "tcp" : "");
  static const std::vector<std::string> names{"tcp", "udp", "icmp"};
  if (protocol == "tcp")
    words.protocol = wire::TCP;
  else if (protocol == "udp")
    words.protocol = wire::UDP;
  else if (protocol == "icmp")
    words.protocol = wire::ICMP;
  else if (!protocol.empty())
    throw Fault(fmt::format("unknown protocol \"{}\"", protocol),
                did_you_mean(protocol, names, "there are \"tcp\", \"udp\" and \"icmp\""), protocol);
  words.nth = fields.integer("nth", 1, 1, 1'000'000'000);
  fields.finish();
  return words;
}

ProcessWords process_from(const Value& value, std::string_view word, const Setup& setup) {
  ProcessWords words;
  const std::string example = fmt::format("{} = web, a process, or its name in quotes", word);
  if (value.kind == Value::Kind::Handle && value.handle.kind == HandleKind::Process) {
    words.program = value.handle.number;
    words.name = setup.processes[value.handle.number].name;
    return words;
  }
  if (value.kind == Value::Kind::Text) {
    words.name = value.text;
    return words;
  }
  Fields fields = part(value, word, example);
  if (const Value* host = fields.find("host"))
    words.host = setup.hosts[host_from(setup, *host, fmt::format("'host' of {}", word))].name;
  words.name = fields.text("name", "");
  words.pid = fields.integer("pid", 0, 1, INT32_MAX);
  fields.finish();
  if (words.name.empty() && words.pid == 0)
    throw Fault(fmt::format("'{}' of deed names no process", word), "write " + example, std::string(word));
  if (words.pid != 0 && words.host.empty())
    throw Fault("a pid means a process of one host", "write { host = \"srv\", pid = 101 }", "pid");
  return words;
}

/// The two places of a list: cut = { cli, srv }; nofile = { web, 16 }.
const Value& item(const Value& list, std::size_t place, std::size_t length, std::string_view word,
                  const std::string& example) {
  if (list.kind != Value::Kind::Table || list.length() != length)
    throw Fault(fmt::format("'{}' of deed must be a list of {}, not {}", word, length, describe(list)),
                "write " + example, std::string(word));
  return list.item(place);
}

std::size_t link_from(const Value& value, std::string_view word, const Setup& setup) {
  if (value.kind == Value::Kind::Handle && value.handle.kind == HandleKind::Link) return value.handle.number;
  const std::string example = fmt::format("{} = {{ \"cli\", \"srv\" }}, or the link itself", word);
  const std::string what = fmt::format("'{}' of deed", word);
  const std::size_t a = host_from(setup, item(value, 0, 2, word, example), what);
  const std::size_t b = host_from(setup, item(value, 1, 2, word, example), what);
  for (std::size_t i = 0; i < setup.links.size(); ++i) {
    const LinkSetup& link = setup.links[i];
    if ((link.a == a && link.b == b) || (link.a == b && link.b == a)) return i;
  }
  throw Fault(fmt::format("no link joins '{}' and '{}'", setup.hosts[a].name, setup.hosts[b].name), "",
              std::string(word));
}

Address address_field(Fields& fields, const Setup& setup, std::string_view key) {
  const Value* value = fields.find(key);
  if (value == nullptr) fields.wrong(key, "an address, or a host", fmt::format("write {}", forge_example));
  if (value->kind == Value::Kind::Text) {
    if (const auto v4 = parse_v4(value->text)) return *v4;
    if (const auto v6 = parse_v6(value->text)) return *v6;
  }
  return setup.hosts[host_from(setup, *value, fmt::format("'{}' of forge", key))].addresses.front();
}

std::optional<std::uint32_t> number_field(Fields& fields, std::string_view key) {
  if (fields.find(key) == nullptr) return std::nullopt;
  return static_cast<std::uint32_t>(fields.integer(key, 0, 0, UINT32_MAX));
}

deed::Forge forge_from(const Value& value, const Setup& setup) {
  Fields fields = part(value, "forge", forge_example);
  deed::Forge forge;
  forge.from.ip = address_field(fields, setup, "src");
  forge.to.ip = address_field(fields, setup, "dst");
  forge.from.port = port_field(fields, "from");
  forge.to.port = port_field(fields, "to");
  const auto flags = parse_flags(fields.text("flags", ""));
  if (!flags) fields.wrong("flags", "flags of a segment", "write flags = \"SYN\", \"RST\", \"FIN,ACK\", …");
  forge.flags = flags->with;
  forge.seq = number_field(fields, "seq");
  forge.ack = number_field(fields, "ack");
  forge.window = static_cast<std::uint16_t>(fields.integer("win", 65535, 0, 65535));
  forge.mss = static_cast<std::uint16_t>(fields.integer("mss", 0, 0, 65535));
  forge.data = fields.text("data", "");
  fields.finish();
  return forge;
}

deed::Set setting_from(const Value& value, const Setup& setup) {
  const std::string example = "sysctl = { srv, \"somaxconn\", 16 }";
  deed::Set set;
  set.host = kernel_from(setup, item(value, 0, 3, "sysctl", example), "'sysctl' of deed");
  const Value& name = value.item(1);
  if (name.kind != Value::Kind::Text || value.item(2).kind != Value::Kind::Integer)
    throw Fault("'sysctl' of deed must be a host, a name and a number", "write " + example, "sysctl");
  HostSetup scratch;  // reads it as the settings of a host are read, with the same messages
  set_sysctl(scratch, name.text, value.item(2));
  set.id = scratch.sysctls.front().first;
  set.value = scratch.sysctls.front().second;
  return set;
}

deed::Limit limit_from(const Value& value, const Setup& setup) {
  const std::string example = "nofile = { web, 16 }";
  deed::Limit limit;
  limit.process = process_from(item(value, 0, 2, "nofile", example), "nofile", setup);
  const Value& number = value.item(1);
  if (number.kind != Value::Kind::Integer || number.integer < 0 || number.integer > nr_open)
    throw Fault(
        fmt::format("'nofile' of deed takes a number from 0 to {}, not {}", nr_open, describe(number)),
        "write " + example, "nofile");
  limit.nofile = number.integer;
  return limit;
}

/// deed { event | at, drop | delay, by | dup | forge | cut | mend | kill | pause | continue | sysctl | nofile
/// }
Answer declare_deed(Arguments& a) {
  Loader& loader = loader_of(a);
  const Setup& setup = loader.setup();
  Fields fields(table_of(a, drop_example), "deed");
  Deed deed;
  deed.line = a.line();
  if (fields.find("event") != nullptr)
    deed.event = static_cast<std::uint64_t>(fields.integer("event", 0, 0, 1'000'000'000));
  const Value* at = fields.find("at");
  if ((at != nullptr) == deed.event.has_value())
    throw Fault(at == nullptr ? "this deed has no moment" : "this deed has two moments: 'event' and 'at'",
                fmt::format("write {}; or event = 17, after so many events", drop_example), "deed");
  if (at != nullptr) deed.when = moment_from(loader, *at, "'at' of deed");
  const auto by = fields.duration("by");

  std::string done;
  const auto asks = [&](std::string_view word) -> const Value* {
    const Value* value = fields.find(word);
    if (value == nullptr) return nullptr;
    if (!done.empty())
      throw Fault(fmt::format("one deed does one thing, not '{}' and '{}'", done, word),
                  "write two, each with its moment", std::string(word));
    done = word;
    return value;
  };
  if (const Value* value = asks("drop")) deed.what = deed::Drop{packet_from(*value, "drop", setup)};
  if (const Value* value = asks("delay"))
    deed.what = deed::Delay{packet_from(*value, "delay", setup), by.value_or(0)};
  if (const Value* value = asks("dup")) deed.what = deed::Double{packet_from(*value, "dup", setup)};
  if (const Value* value = asks("forge")) deed.what = forge_from(*value, setup);
  if (const Value* value = asks("cut")) deed.what = deed::Cut{link_from(*value, "cut", setup), true};
  if (const Value* value = asks("mend")) deed.what = deed::Cut{link_from(*value, "mend", setup), false};
  if (const Value* value = asks("kill")) deed.what = deed::Kill{process_from(*value, "kill", setup)};
  if (const Value* value = asks("pause")) deed.what = deed::Pause{process_from(*value, "pause", setup), true};
  if (const Value* value = asks("continue"))
    deed.what = deed::Pause{process_from(*value, "continue", setup), false};
  if (const Value* value = asks("sysctl")) deed.what = setting_from(*value, setup);
  if (const Value* value = asks("nofile")) deed.what = limit_from(*value, setup);
  fields.finish();
  if (done.empty())
    throw Fault("this deed does nothing",
                "say what: drop, delay, dup, forge, cut, mend, kill, pause, continue, sysctl or nofile",
                "deed");
  if ((done == "delay") != by.has_value())
    throw Fault(by ? "'by' belongs to 'delay'" : "'delay' needs 'by': how long",
                "write delay = { from = \"cli\" }, by = \"50ms\"", by ? "by" : "delay");
  loader.scenario().deeds.push_back(std::move(deed));
  return answer();
}

std::string as_after_set(const Value& value, const std::string& name) {
  switch (value.kind) {
    case Value::Kind::Boolean:
    case Value::Kind::Integer:
    case Value::Kind::Number:
    case Value::Kind::Text:
      return show(value);
    default:
      throw Fault(fmt::format("'{}' of recorded must be a number, true, false or a text, not {}", name,
                              describe(value)),
                  "", name);
  }
}

/// recorded { params = { backlog = 3 }, seed = 7, profile = "linux-6.1" }: what follows is a recording.
Answer declare_recorded(Arguments& a) {
  Loader& loader = loader_of(a);
  Fields fields(table_of(a, "recorded { params = { backlog = 3 } }"), "recorded");
  Recorded recorded;
  recorded.line = a.line();
  if (const Value* params = fields.find("params")) {
    if (params->kind != Value::Kind::Table)
      fields.wrong("params", "a table of values", "write params = { backlog = 3 }");
    for (const Entry& entry : params->entries) {
      if (entry.key.kind != Value::Kind::Text)
        fields.wrong("params", "a table of values by name", "write params = { backlog = 3 }");
      recorded.params[entry.key.text] = as_after_set(entry.value, entry.key.text);
    }
  }
  if (fields.find("seed") != nullptr)
    recorded.seed = static_cast<std::uint64_t>(fields.integer("seed", 1, 0, INT64_MAX));
  recorded.profile = profile_field(fields);
  fields.finish();
  // A recording of a recording has all that was done in it: the older one is left aside.
  loader.scenario().recorded = std::move(recorded);
  loader.scenario().deeds.clear();
  return answer();
}

}  // namespace

void open_deed_declarations(lua_State* L) {
  offer_binding<&declare_deed>(L, "deed");
  offer_binding<&declare_recorded>(L, "recorded");
}

}  // namespace sockarium::script
