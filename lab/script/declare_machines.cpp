// The top level's words for machines: host, link, fault, process, peer, sysctl.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "lab/script/loader.h"
#include "lab/script/suggest.h"
#include "lab/script/units.h"

namespace sockarium::script {

namespace {

Loader& loader_of(const Arguments& arguments) {
  require_phase(arguments, Phase::Loading);
  return *arguments.machine().loader;
}

Value table_argument(const Arguments& a, const std::string& example) {
  Value table = a.value(1);
  if (table.kind != Value::Kind::Table)
    throw Fault(fmt::format("{} needs a table, not {}", a.call(), describe(table)), "write " + example,
                std::string(a.call()));
  return table;
}

Address interface_address(const Value& value) {
  if (value.kind != Value::Kind::Text)
    throw Fault(fmt::format("an address is a text in quotes, not {}", describe(value)),
                "write ip = \"10.0.0.5\"", "ip");
  auto address = parse_v4(value.text);
  if (!address) address = parse_v6(value.text);
  if (!address)
    throw Fault(fmt::format("\"{}\" is not an address", value.text),
                value.text.find(':') != std::string::npos
                    ? "eight groups of up to four hexadecimal digits, as in \"2001:db8::5\""
                    : "four numbers from 0 to 255, with dots between",
                value.text);
  if (address->bytes[0] == 0xfe && (address->bytes[1] & 0xc0) == 0x80)
    throw Fault(fmt::format("\"{}\": link-local addresses are not modelled", value.text),
                "write one like \"2001:db8::5\"", value.text);
  if (address->is_wildcard() || address->is_loopback() || address->is_multicast() || address->is_broadcast())
    throw Fault(
        fmt::format("\"{}\" cannot be the address of a host", value.text),
        address->is_loopback() ? "every host has 127.0.0.1 and ::1 by itself" : "write one like \"10.0.0.5\"",
        value.text);
  return *address;
}

void add_sysctl(HostSetup& host, const std::string& name, std::int64_t value) {
  const auto id = sysctl_named(name);
  if (!id) {
    std::vector<std::string> names;
    for (const SysctlRow& row : sysctl_table) {
      names.emplace_back(row.name);
      names.emplace_back(row.name.substr(row.name.rfind('.') + 1));
    }
    throw Fault(fmt::format("unknown sysctl '{}'", name),
                did_you_mean(name, names, "the model does not have it yet"), name);
  }
  const SysctlRow& row = row_of(*id);
  if (value < row.low || value > row.high)
    throw Fault(fmt::format("{} must be a number from {} to {}, not {}", row.name, row.low, row.high, value),
                "", name);
  host.sysctls.emplace_back(*id, value);
}

/// «32768 60999»: two numbers in one setting.
void add_port_range(HostSetup& host, const std::string& name, const Value& value) {
  std::int64_t ends[2] = {0, 0};
  bool good = false;
  if (value.kind == Value::Kind::Text) {
    const char* at = value.text.data();
    const char* const last = at + value.text.size();
    const auto low = std::from_chars(at, last, ends[0]);
    at = low.ptr;
    while (at != last && (*at == ' ' || *at == '\t')) ++at;
    const auto high = std::from_chars(at, last, ends[1]);
    good = low.ec == std::errc{} && high.ec == std::errc{} && high.ptr == last;
  } else if (value.kind == Value::Kind::Table && value.length() == 2 &&
             value.item(0).kind == Value::Kind::Integer && value.item(1).kind == Value::Kind::Integer) {
    ends[0] = value.item(0).integer;
    ends[1] = value.item(1).integer;
    good = true;
  }
  const bool ports = name.ends_with("ip_local_port_range");
  if (!good || (ports && ends[0] > ends[1]))
    throw Fault(fmt::format("{} must be two {}, the lower one first, not {}", name,
                            ports ? "ports" : "groups", describe(value)),
                ports ? "write \"32768 60999\"" : "write \"0 0\"", name);
  const std::string whole = name.starts_with("net.") ? name : "net.ipv4." + name;
  add_sysctl(host, whole + ".low", ends[0]);
  add_sysctl(host, whole + ".high", ends[1]);
}

/// «32768-32770,40000»: single ports and ranges.
void add_reserved_ports(HostSetup& host, const std::string& name, const Value& value) {
  const std::string text = value.kind == Value::Kind::Integer ? std::to_string(value.integer) : value.text;
  bool good = value.kind == Value::Kind::Text || value.kind == Value::Kind::Integer;
  host.reserved_ports.clear();
  const char* at = text.data();
  const char* const end = at + text.size();
  const auto port = [&](std::uint16_t& into) {
    const auto read = std::from_chars(at, end, into);
    at = read.ptr;
    return read.ec == std::errc{};
  };
  while (good && at != end) {
    std::pair<std::uint16_t, std::uint16_t> range;
    good = port(range.first);
    range.second = range.first;
    if (good && at != end && *at == '-') {
      ++at;
      good = port(range.second);
    }
    good = good && range.first <= range.second && (at == end || *at == ',');
    if (good && at != end) ++at;
    host.reserved_ports.push_back(range);
  }
  if (!good)
    throw Fault(fmt::format("{} must be ports and ranges of ports, not {}", name, describe(value)),
                "write \"32768-32770,40000\"", name);
}

/// ip = "10.0.0.5", or a list.
void read_addresses(Fields& fields, HostSetup& host, const std::string& usage) {
  const Value* ip = fields.find("ip");
  if (ip == nullptr) fields.wrong("ip", "its address", usage);
  if (ip->kind != Value::Kind::Table) {
    host.addresses.push_back(interface_address(*ip));
    return;
  }
  for (std::size_t i = 0; i < ip->length(); ++i) host.addresses.push_back(interface_address(ip->item(i)));
  if (host.addresses.empty()) fields.wrong("ip", "an address, or a list of them", usage);
}

/// Names and addresses belong to one host each.
void check_new(const Setup& setup, const HostSetup& host) {
  if (parse_v4(host.name) || parse_v6(host.name) || host.name == "localhost")
    throw Fault(fmt::format("a host cannot be called \"{}\"", host.name), "choose a word, like \"srv\"",
                host.name);
  for (const HostSetup& other : setup.hosts) {
    if (other.name == host.name)
      throw Fault(fmt::format("two hosts are called '{}'", host.name),
                  fmt::format("the first is in line {}{}", other.line,
                              host.raw ? "; give the peer a name of its own, name = \"flood\"" : ""),
                  host.name);
    for (const Address& address : host.addresses)
      if (std::find(other.addresses.begin(), other.addresses.end(), address) != other.addresses.end())
        throw Fault(fmt::format("host '{}' has the address {} already", other.name, to_string(address)),
                    "give every host an address of its own", to_string(address));
  }
}

/// What a host and a container have in common, and what only this one has was read before.
Answer add_host(Loader& loader, Fields& fields, HostSetup host) {
  host.name = fields.needed_text("name", "srv");
  fields.find("ip");
  const Value* sysctls = fields.find("sysctl");
  fields.finish();
  read_addresses(fields, host, "write ip = \"192.168.1.10\"");
  check_new(loader.setup(), host);
  if (sysctls != nullptr) {
    if (sysctls->kind != Value::Kind::Table)
      fields.wrong("sysctl", "a table", "write sysctl = { tcp_syn_retries = 2 }");
    for (const Entry& entry : sysctls->entries) set_sysctl(host, show(entry.key), entry.value);
  }
  loader.setup().hosts.push_back(std::move(host));
  return answer(Value::of(Handle{HandleKind::Host, 0, loader.setup().hosts.size() - 1}));
}

Answer declare_host(Arguments& a) {
  Loader& loader = loader_of(a);
  Fields fields(table_argument(a, "host { name = \"srv\", ip = \"192.168.1.10\" }"), "host");
  HostSetup host;
  host.line = a.line();
  host.file_max = static_cast<std::uint64_t>(fields.integer("file_max", INT64_MAX, 0, INT64_MAX));
  if (const auto profile = profile_field(fields)) {
    host.profile = *profile;
    host.own_profile = true;
  }
  fields.later("users");
  return add_host(loader, fields, std::move(host));
}

/// container(host, {name, ip, sysctl}): a network namespace on a host. Its ports, addresses and settings are
/// its own; the kernel, the files and their limit are the host's.
Answer declare_container(Arguments& a) {
  Loader& loader = loader_of(a);
  const std::string example = "container(srv, { name = \"web\", ip = \"172.17.0.2\" })";
  HostSetup host;
  host.line = a.line();
  host.machine = kernel_from(loader.setup(), a.value(1), "container: argument 1");
  if (const auto& outer = loader.setup().hosts[*host.machine].machine) host.machine = *outer;
  Value table = a.value(2);
  if (table.kind != Value::Kind::Table) a.wrong(2, "what", "a table {name, ip, sysctl}", "write " + example);
  Fields fields(std::move(table), "container");
  return add_host(loader, fields, std::move(host));
}

Answer declare_sysctl(Arguments& a) {
  Loader& loader = loader_of(a);
  const std::size_t host = kernel_from(loader.setup(), a.value(1), "sysctl: argument 1");
  set_sysctl(loader.setup().hosts[host], a.text(2, "name"), a.value(3, 2));
  return answer();
}

std::uint64_t chance_field(Fields& fields, std::string_view key) {
  const Value* chance = fields.find(key);
  if (chance == nullptr) return 0;
  if (chance->kind != Value::Kind::Text || !parse_chance(chance->text))
    fields.wrong(key, "a chance in quotes, from \"0%\" to \"100%\"", fmt::format("write {} = \"1%\"", key));
  return *parse_chance(chance->text);
}

/// What a link is like; all of it may be left out.
void read_link(Fields& fields, LinkSetup& link) {
  link.delay = fields.duration("delay").value_or(0);
  link.jitter = fields.duration("jitter").value_or(0);
  if (const Value* rate = fields.find("rate")) {
    if (rate->kind == Value::Kind::Text && parse_rate(rate->text))
      link.rate = *parse_rate(rate->text);
    else if (rate->kind == Value::Kind::Integer && rate->integer > 0)
      link.rate = static_cast<std::uint64_t>(rate->integer);
    else
      fields.wrong("rate", "bits per second", "write rate = \"10mbit\"");
  }
  link.queue = static_cast<std::uint64_t>(fields.integer("queue", 1000, 0, 1'000'000));
  link.mtu = static_cast<std::uint64_t>(fields.integer("mtu", 1500, 576, 65535));
  link.loss_ppm = chance_field(fields, "loss");
  link.duplicate_ppm = chance_field(fields, "dup");
  link.reorder_ppm = chance_field(fields, "reorder");
  link.corrupt_ppm = chance_field(fields, "corrupt");
  if (link.reorder_ppm != 0 && link.delay == 0)
    throw Fault(fmt::format("'reorder' of {} needs a delay: a reordered packet skips it, and so overtakes",
                            fields.call()),
                "write delay = \"10ms\", too", "reorder");
}

Answer declare_link(Arguments& a) {
  Loader& loader = loader_of(a);
  Setup& setup = loader.setup();
  Fields fields(table_argument(a, "link { cli, srv, delay = \"10ms\" }"), "link");
  LinkSetup link;
  link.line = a.line();
  if (fields.table().length() < 2)
    throw Fault("link needs two hosts",
                "write link { cli, srv, delay = \"10ms\" }, with hosts made by host { … } above", "link");
  link.a = kernel_from(setup, fields.table().item(0), "link: the first host");
  link.b = kernel_from(setup, fields.table().item(1), "link: the second host");
  if (link.a == link.b) throw Fault("a link joins two different hosts", "", "link");
  read_link(fields, link);
  fields.finish(2);
  for (const LinkSetup& other : setup.links)
    if ((other.a == link.a && other.b == link.b) || (other.a == link.b && other.b == link.a))
      throw Fault(
          fmt::format("'{}' and '{}' are linked already", setup.hosts[link.a].name, setup.hosts[link.b].name),
          fmt::format("the first link is in line {}", other.line), "link");
  setup.links.push_back(link);
  return answer(Value::of(Handle{HandleKind::Link, 0, setup.links.size() - 1}));
}

Answer declare_fault(Arguments& a) {
  Loader& loader = loader_of(a);
  const std::string example = "fault(wire, { from = cli, match = \"SYN\", nth = 1, action = \"drop\" })";
  const Value link = a.value(1);
  if (link.kind != Value::Kind::Handle || link.handle.kind != HandleKind::Link)
    throw Fault(fmt::format("fault: argument 1 must be a link, not {}", describe(link)),
                "write local wire = link { … }, and then " + example, "fault");
  Value table = a.value(2);
  if (table.kind != Value::Kind::Table) a.wrong(2, "what", "a table", "write " + example);
  Fields fields(std::move(table), "fault");
  FaultSetup fault;
  fault.link = link.handle.number;
  const LinkSetup& wire = loader.setup().links[fault.link];
  const Value* from = fields.find("from");
  if (from == nullptr) fields.wrong("from", "the host that sends", "write " + example);
  fault.from = host_from(loader.setup(), *from, "'from' of fault");
  if (fault.from != wire.a && fault.from != wire.b)
    throw Fault(fmt::format("host '{}' is not on this link", loader.setup().hosts[fault.from].name), "",
                "from");
  const std::string match = fields.text("match", "");
  if (!match.empty()) {
    const auto flags = parse_flags(match);
    if (!flags) fields.wrong("match", "flags of a packet", "write match = \"SYN\", \"SYN,ACK\", \"FIN\", …");
    fault.flags = flags->with;
    fault.without = flags->without;
  }
  fault.nth = static_cast<std::uint64_t>(fields.integer("nth", 1, 1, 1'000'000'000));
  const std::string action = fields.text("action", "drop");
  const auto by = fields.duration("by");
  fields.finish();
  if (action == "drop")
    fault.action = FaultAction::Drop;
  else if (action == "delay")
    fault.action = FaultAction::Delay;
  else if (action == "dup")
    fault.action = FaultAction::Duplicate;
  else
    throw Fault(fmt::format("unknown action \"{}\"", action),
                did_you_mean(action, {"drop", "delay", "dup"}, "there are \"drop\", \"delay\" and \"dup\""),
                action);
  if (action == "delay" && !by)
    throw Fault("action \"delay\" needs 'by': how long", "write action = \"delay\", by = \"50ms\"", "delay");
  if (action == "drop" && by) throw Fault("'by' belongs to the actions \"delay\" and \"dup\"", "", "by");
  fault.by = by.value_or(0);
  loader.setup().faults.push_back(fault);
  return answer();
}

/// nofile = soft, or {soft, hard}.
void read_nofile(Fields& fields, ProcessSetup& process) {
  const Value* both = fields.find("nofile");
  if (both != nullptr && both->kind == Value::Kind::Table) {
    const auto limit = [&](std::size_t i) {
      if (both->length() != 2 || both->item(i).kind != Value::Kind::Integer || both->item(i).integer < 0 ||
          both->item(i).integer > nr_open || both->item(0).integer > both->item(1).integer)
        fields.wrong("nofile",
                     fmt::format("two numbers up to {}, the soft limit not above the hard one", nr_open),
                     "write nofile = {16, 64}");
      return static_cast<std::uint64_t>(both->item(i).integer);
    };
    process.nofile = limit(0);
    process.nofile_hard = limit(1);
    return;
  }
  process.nofile = static_cast<std::uint64_t>(fields.integer("nofile", 1024, 0, nr_open));
  process.nofile_hard = process.nofile;
}

/// process(host, name, [{…}], fn)
Answer declare_process(Arguments& a) {
  Loader& loader = loader_of(a);
  const std::string example = "process(srv, \"web\", function() … end)";
  ProcessSetup process;
  process.line = a.line();
  process.host = kernel_from(loader.setup(), a.value(1), "process: argument 1");
  process.name = a.text(2, "name");
  if (process.name.empty() || process.name.find_first_of(" \t\n") != std::string::npos)
    throw Fault(fmt::format("a process cannot be called \"{}\"", process.name), "choose a word, like \"web\"",
                "process");
  const int function = lua_type(a.lua(), 3) == LUA_TFUNCTION ? 3 : 4;
  if (function == 4 && !a.missing(3)) {
    Value table = a.value(3);
    if (table.kind != Value::Kind::Table)
      a.wrong(3, "options", "a table {start, user, nofile}, or the function", "write " + example);
    Fields fields(std::move(table), "process");
    process.start = fields.duration("start").value_or(0);
    read_nofile(fields, process);
    if (const Value* user = fields.find("user")) {
      if (user->kind == Value::Kind::Text && user->text != "root")
        throw Fault(fmt::format("user \"{}\": users with names are not modelled yet", user->text),
                    "write the number, user = 1000", user->text);
      if (user->kind != Value::Kind::Text)
        process.user = static_cast<std::uint32_t>(fields.integer("user", 0, 0, 65535));
    }
    fields.later("cwd");
    fields.finish();
  }
  if (lua_type(a.lua(), function) != LUA_TFUNCTION)
    a.wrong(function, "fn", "the function that the process runs", "write " + example);
  if (lua_iscfunction(a.lua(), function) != 0)
    a.wrong(function, "fn", "a function of the scenario", "write function() … end around the call");
  loader.setup().processes.push_back(std::move(process));
  Answer answer;
  answer.values.push_back(Value::of(Handle{HandleKind::Process, 0, loader.setup().processes.size() - 1}));
  loader.process_functions.push_back(LUA_NOREF);
  answer.keeps.push_back(Keep{function, nullptr, &loader.process_functions.back(), true});
  return answer;
}

/// peer(host, {ip, name, start, and what a link is like}, fn): a raw peer, and its link.
Answer declare_peer(Arguments& a) {
  Loader& loader = loader_of(a);
  Setup& setup = loader.setup();
  const std::string example = "peer(srv, { ip = \"10.9.0.2\", delay = \"10ms\" }, function(p) … end)";
  LinkSetup link;
  link.line = a.line();
  link.a = kernel_from(setup, a.value(1), "peer: argument 1");
  Value table = a.value(2);
  if (table.kind != Value::Kind::Table) a.wrong(2, "options", "a table {ip, delay, …}", "write " + example);
  Fields fields(std::move(table), "peer");
  HostSetup peer;
  peer.raw = true;
  peer.line = a.line();
  peer.name = fields.text("name", "peer");
  if (peer.name.empty() || peer.name.find_first_of(" \t\n") != std::string::npos)
    throw Fault(fmt::format("a peer cannot be called \"{}\"", peer.name), "choose a word, like \"flood\"",
                "name");
  ProcessSetup program;
  program.line = a.line();
  program.name = peer.name;
  program.start = fields.duration("start").value_or(0);
  fields.find("ip");
  read_link(fields, link);
  fields.finish();
  read_addresses(fields, peer, "write ip = \"10.9.0.2\"");
  check_new(setup, peer);
  if (lua_type(a.lua(), 3) != LUA_TFUNCTION)
    a.wrong(3, "fn", "the function that the peer runs", "write " + example);
  if (lua_iscfunction(a.lua(), 3) != 0)
    a.wrong(3, "fn", "a function of the scenario", "write function(p) … end around the call");
  link.b = program.host = setup.hosts.size();
  setup.hosts.push_back(std::move(peer));
  setup.links.push_back(link);
  setup.processes.push_back(std::move(program));
  loader.process_functions.push_back(LUA_NOREF);
  Answer answer;
  answer.values.push_back(Value::of(Handle{HandleKind::Host, 0, link.b}));
  answer.values.push_back(Value::of(Handle{HandleKind::Link, 0, setup.links.size() - 1}));
  answer.keeps.push_back(Keep{3, nullptr, &loader.process_functions.back(), true});
  return answer;
}

Answer make_pattern(Arguments& a) {
  const Value size = a.value(1, 0);
  std::int64_t bytes = 0;
  if (size.kind == Value::Kind::Text && parse_size(size.text))
    bytes = *parse_size(size.text);
  else
    bytes = a.integer(1, "size", INT64_MIN, INT64_MAX);
  if (bytes < 0 || bytes > (std::int64_t{1} << 30)) a.wrong(1, "size", "a number of bytes from 0 to 1 GB");
  return answer(Value::of(Handle{HandleKind::Pattern, 0, static_cast<std::uint64_t>(bytes)}));
}

}  // namespace

void set_sysctl(HostSetup& host, const std::string& name, const Value& value) {
  for (const std::string_view range : {"ip_local_port_range", "ping_group_range"})
    if (name == range || name == fmt::format("net.ipv4.{}", range)) return add_port_range(host, name, value);
  if (name == "ip_local_reserved_ports" || name == "net.ipv4.ip_local_reserved_ports")
    return add_reserved_ports(host, name, value);
  if (value.kind == Value::Kind::Boolean) return add_sysctl(host, name, value.boolean ? 1 : 0);
  if (value.kind != Value::Kind::Integer) {
    if (!sysctl_named(name)) add_sysctl(host, name, 0);  // the name is the greater mistake
    throw Fault(fmt::format("sysctl '{}' must be a whole number, not {}", name, describe(value)), "", name);
  }
  add_sysctl(host, name, value.integer);
}

std::optional<Profile> profile_field(Fields& fields) {
  const std::string name = fields.text("profile", "");
  if (name.empty()) return std::nullopt;
  const auto profile = profile_named(name);
  std::vector<std::string> names;
  for (const ProfileInfo& info : profiles()) names.emplace_back(info.name);
  if (!profile)
    throw Fault(fmt::format("unknown profile \"{}\"", name),
                did_you_mean(name, names, "there are " + listed(names, "and")), name);
  return profile;
}

std::size_t host_from(const Setup& setup, const Value& value, const std::string& what) {
  if (value.kind == Value::Kind::Handle && value.handle.kind == HandleKind::Host) return value.handle.number;
  std::vector<std::string> names;
  for (const HostSetup& host : setup.hosts) names.push_back(host.name);
  if (value.kind != Value::Kind::Text)
    throw Fault(fmt::format("{} must be a host, not {}", what, describe(value)),
                "write local srv = host { name = \"srv\", ip = \"192.168.1.10\" } above", "");
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == value.text) return i;
  throw Fault(fmt::format("{}: no host is called '{}'", what, value.text),
              did_you_mean(value.text, names,
                           names.empty() ? "declare it above" : "there are " + listed(names, "and")),
              value.text);
}

std::size_t kernel_from(const Setup& setup, const Value& value, const std::string& what) {
  const std::size_t host = host_from(setup, value, what);
  if (setup.hosts[host].raw)
    throw Fault(fmt::format("{}: '{}' is a raw peer, which has no kernel", what, setup.hosts[host].name),
                "it has its own link and its own program; name a host { … }", setup.hosts[host].name);
  return host;
}

void open_declarations(lua_State* L) {
  offer_binding<&declare_host>(L, "host");
  offer_binding<&declare_container>(L, "container");
  offer_binding<&declare_link>(L, "link");
  offer_binding<&declare_fault>(L, "fault");
  offer_binding<&declare_process>(L, "process");
  offer_binding<&declare_sysctl>(L, "sysctl");
  offer_binding<&make_pattern>(L, "pattern");
  offer_binding<&declare_peer>(L, "peer");
  open_network_declarations(L);
  open_lesson_declarations(L);
  open_comparison_declaration(L);
  open_deed_declarations(L);
}

}  // namespace sockarium::script
