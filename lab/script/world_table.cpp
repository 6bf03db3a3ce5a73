// `w`: the questions that a lesson's functions may put to a moment.
#include <fmt/format.h>

#include <algorithm>

#include "lab/script/binding.h"
#include "lab/script/loader.h"
#include "lab/script/suggest.h"
#include "lab/script/world_rows.h"
#include "lab/script/world_view.h"

namespace sockarium::script {

namespace {

const WorldView& view_of(const Arguments& a) {
  if (a.machine().view == nullptr)
    throw Fault("w is there only while the question is put", "keep what you ask of it instead", "w");
  const Handle* self = handle_at(a.lua(), 1);
  if (a.call() != "time" && (self == nullptr || self->kind != HandleKind::World))
    throw Fault(fmt::format("w.{} needs a colon", a.call()), fmt::format("write w:{}(…)", a.call()),
                std::string(a.call()));
  return *a.machine().view;
}

/// The filter {…} of a question; none is an empty one.
Fields filter_of(const Arguments& a) {
  Value table = a.missing(2) ? Value::table() : a.value(2);
  if (table.kind != Value::Kind::Table) a.wrong(2, "filter", "a table like { host = \"srv\" }");
  return Fields(std::move(table), fmt::format("w:{}", a.call()));
}

std::string host_name(const Arguments& a, const Value& value, const std::string& what) {
  return a.machine().setup->hosts[host_from(*a.machine().setup, value, what)].name;
}
std::string host_field(const Arguments& a, Fields& fields, std::string_view key) {
  const Value* host = fields.find(key);
  return host == nullptr ? "" : host_name(a, *host, fmt::format("'{}' of {}", key, fields.call()));
}

struct ProcessName {
  std::string host, name;
};
ProcessName process_from(const Arguments& a, const Value& value, const std::string& what) {
  const Setup& setup = *a.machine().setup;
  if (value.kind == Value::Kind::Handle && value.handle.kind == HandleKind::Process) {
    const ProcessSetup& process = setup.processes[value.handle.number];
    return {setup.hosts[process.host].name, process.name};
  }
  std::vector<std::string> names;
  for (const ProcessSetup& process : setup.processes) names.push_back(process.name);
  if (value.kind != Value::Kind::Text)
    throw Fault(fmt::format("{} must be a process, not {}", what, describe(value)));
  if (std::find(names.begin(), names.end(), value.text) == names.end())
    throw Fault(fmt::format("{}: no process is called '{}'", what, value.text),
                did_you_mean(value.text, names), value.text);
  return {"", value.text};
}
ProcessName process_field(const Arguments& a, Fields& fields) {
  const Value* process = fields.find("process");
  if (process == nullptr) return {};
  return process_from(a, *process, fmt::format("'process' of {}", fields.call()));
}

/// A value of a filter as it is shown again: hosts and processes by their names.
std::string name_of(const Arguments& a, const Value& value) {
  const Setup& setup = *a.machine().setup;
  if (value.kind == Value::Kind::Handle && value.handle.kind == HandleKind::Host)
    return setup.hosts[value.handle.number].name;
  if (value.kind == Value::Kind::Handle && value.handle.kind == HandleKind::Process)
    return setup.processes[value.handle.number].name;
  return describe(value);
}

/// Rows as the script gets them: the nth one, or nil, or, where no nth was asked for, all.
template <class Row>
Answer rows_answer(const Arguments& a, Fields& fields, const std::vector<Row>& rows) {
  const std::int64_t nth = fields.integer("nth", 0, 1, INT64_MAX);
  fields.finish();
  std::string question;
  for (const Entry& entry : fields.table().entries) {
    question += question.empty() ? "" : ", ";
    question += entry.key.text + " = " + name_of(a, entry.value);
  }
  std::string got;
  Value value;
  if (nth > 0) {
    if (static_cast<std::uint64_t>(nth) <= rows.size())
      value = table_of(rows[static_cast<std::size_t>(nth) - 1]);
    got = value.kind == Value::Kind::Nil ? "nothing" : show(value);
  } else {
    value = Value::table();
    value.entries.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
      value.entries.push_back(Entry{Value::of(static_cast<std::int64_t>(i) + 1), table_of(rows[i])});
    got = fmt::format("{} row{}", rows.size(), rows.size() == 1 ? "" : "s");
  }
  a.machine().asked.push_back(fmt::format("{}{{{}}} gave {}", fields.call(), question, got));
  return answer(std::move(value));
}

Answer ask_time(Arguments& a) {
  return answer(Value::of(static_cast<double>(view_of(a).time()) / 1e9));
}

Answer ask_sockets(Arguments& a) {
  const WorldView& view = view_of(a);
  Fields fields = filter_of(a);
  const std::string host = host_field(a, fields, "host");
  const auto state = state_field(fields);
  const ProcessName process = process_field(a, fields);
  const std::string proto = fields.text("proto", "");
  if (!proto.empty() && proto != "tcp" && proto != "udp" && proto != "unix")
    fields.wrong("proto", "\"tcp\", \"udp\" or \"unix\"", "write proto = \"udp\"");
  const std::string name = fields.text("name", "");
  const std::int64_t lport = fields.integer("lport", -1, 0, 65535);
  const std::int64_t pport = fields.integer("pport", -1, 0, 65535);
  std::vector<SocketRow> rows = view.sockets(host);
  rows.erase(std::remove_if(rows.begin(), rows.end(),
                            [&](const SocketRow& row) {
                              return (state && row.state != *state) ||
                                     (!proto.empty() && proto != row.proto) ||
                                     (!name.empty() && (row.proto != "unix" || name != row.src)) ||
                                     (lport >= 0 && row.local.port != lport) ||
                                     (pport >= 0 && row.peer.port != pport) ||
                                     (!process.name.empty() && row.process != process.name) ||
                                     (!process.host.empty() && row.host != process.host);
                            }),
             rows.end());
  return rows_answer(a, fields, rows);
}

Answer ask_listener(Arguments& a) {
  const WorldView& view = view_of(a);
  const std::string host = host_name(a, a.value(2), "w:listener: host");
  const auto port = static_cast<std::uint16_t>(a.integer(3, "port", 0, 65535));
  const auto row = view.listener(host, port);
  const Value value = row ? table_of(*row) : Value();
  a.machine().asked.push_back(
      fmt::format("w:listener({}, {}) gave {}", host, port, row ? show(value) : "nothing"));
  return answer(value);
}

Answer ask_calls(Arguments& a) {
  const WorldView& view = view_of(a);
  Fields fields = filter_of(a);
  CallQuery query;
  const ProcessName process = process_field(a, fields);
  query.process = process.name;
  query.host = host_field(a, fields, "host");
  if (query.host.empty()) query.host = process.host;
  query.name = fields.text("name", "");
  return rows_answer(a, fields, view.calls(query));
}

Answer ask_packets(Arguments& a) {
  const WorldView& view = view_of(a);
  Fields fields = filter_of(a);
  PacketQuery query;
  query.from = host_field(a, fields, "from");
  query.to = host_field(a, fields, "to");
  query.proto = fields.text("proto", "");
  if (!query.proto.empty() && query.proto != "TCP" && query.proto != "UDP" && query.proto != "ICMP")
    fields.wrong("proto", "\"TCP\", \"UDP\" or \"ICMP\"", "write proto = \"UDP\"");
  const std::string flags = fields.text("flags", "");
  if (!flags.empty()) {
    const auto match = parse_flags(flags);
    if (!match) fields.wrong("flags", "flags of a packet", "write flags = \"SYN\", \"SYN,ACK\", \"FIN\", …");
    query.flags = *match;
  }
  return rows_answer(a, fields, view.packets(query));
}

Answer ask_records(Arguments& a) {
  const WorldView& view = view_of(a);
  Fields fields = filter_of(a);
  RecordQuery query;
  query.kind = fields.text("kind", "");
  const std::vector<std::string> kinds(kind_names().begin(), kind_names().end());
  if (!query.kind.empty() && std::find(kinds.begin(), kinds.end(), query.kind) == kinds.end())
    throw Fault(fmt::format("unknown kind of record '{}'", query.kind), did_you_mean(query.kind, kinds),
                query.kind);
  const ProcessName process = process_field(a, fields);
  query.process = process.name;
  query.host = host_field(a, fields, "host");
  if (query.host.empty()) query.host = process.host;
  query.state = state_field(fields);
  const std::string reason = fields.text("reason", "");
  std::vector<std::string> reasons;
  for (const ReasonRow& row : reason_table) {
    if (row.name == reason) query.reason = row.id;
    reasons.emplace_back(row.name);
  }
  if (!reason.empty() && !query.reason)
    throw Fault(fmt::format("unknown reason '{}'", reason), did_you_mean(reason, reasons), reason);
  return rows_answer(a, fields, view.records(query));
}

Answer ask_counter(Arguments& a) {
  const WorldView& view = view_of(a);
  const std::string host = host_name(a, a.value(2), "w:counter: host");
  const std::string name = a.text(3, "name");
  const auto counter = counter_named(name);
  if (!counter) {
    std::vector<std::string> names;
    for (const CounterRow& row : counter_table) names.emplace_back(row.name);
    throw Fault(fmt::format("unknown counter '{}'", name), did_you_mean(name, names), name);
  }
  const auto value = static_cast<std::int64_t>(view.counter(host, *counter));
  a.machine().asked.push_back(fmt::format("w:counter({}, {}) gave {}", host, name, value));
  return answer(Value::of(value));
}

/// w:sysctl(host, "tcp_syn_retries") → its value at this moment
Answer ask_sysctl(Arguments& a) {
  const WorldView& view = view_of(a);
  const std::string host = host_name(a, a.value(2), "w:sysctl: host");
  const std::string name = a.text(3, "name");
  const auto id = sysctl_named(name);
  if (!id) {
    std::vector<std::string> names;
    for (const SysctlRow& row : sysctl_table) names.emplace_back(row.name.substr(row.name.rfind('.') + 1));
    throw Fault(fmt::format("unknown sysctl '{}'", name), did_you_mean(name, names), name);
  }
  const std::int64_t value = view.sysctl(host, *id);
  a.machine().asked.push_back(fmt::format("w:sysctl({}, {}) gave {}", host, name, value));
  return answer(Value::of(value));
}

Answer ask_descriptors(Arguments& a) {
  const WorldView& view = view_of(a);
  const ProcessName process = process_from(a, a.value(2), "w:fds: process");
  Value list = Value::table();
  for (const DescriptorRow& row : view.descriptors(process.host, process.name)) list.append(table_of(row));
  a.machine().asked.push_back(fmt::format("w:fds({}) gave {} rows", process.name, list.length()));
  return answer(std::move(list));
}

/// w:costs(process) → what its way of waiting has cost
Answer ask_costs(Arguments& a) {
  const WorldView& view = view_of(a);
  const ProcessName process = process_from(a, a.value(2), "w:costs: process");
  const Value costs = table_of(view.costs(process.host, process.name));
  a.machine().asked.push_back(fmt::format("w:costs({}) gave {}", process.name, show(costs)));
  return answer(costs);
}

Answer ask_ports(Arguments& a) {
  const WorldView& view = view_of(a);
  const std::string host = host_name(a, a.value(2), "w:ports: host");
  Value list = Value::table();
  for (const PortRow& row : view.ports(host))
    list.entries.push_back(
        Entry{Value::of(static_cast<std::int64_t>(list.entries.size()) + 1), table_of(row)});
  a.machine().asked.push_back(fmt::format("w:ports({}) gave {} rows", host, list.entries.size()));
  return answer(std::move(list));
}

Answer ask_in_flight(Arguments& a) {
  const WorldView& view = view_of(a);
  const std::string host = host_name(a, a.value(2), "w:in_flight: host");
  Value list = Value::table();
  for (const InFlightRow& row : view.in_flight(host)) list.append(table_of(row));
  a.machine().asked.push_back(fmt::format("w:in_flight({}) gave {} rows", host, list.length()));
  return answer(std::move(list));
}

/// w:cause(row or number) → the record that triggered it, or nil
Answer ask_cause(Arguments& a) {
  const WorldView& view = view_of(a);
  const Value of = a.value(2, 2);
  const Value* number = of.kind == Value::Kind::Table ? of.field("number") : &of;
  if (number == nullptr || number->kind != Value::Kind::Integer)
    a.wrong(2, "record", "a row of w:calls, w:packets or w:records", "did the question before find nothing?");
  const auto effect = view.record(static_cast<RecordNumber>(number->integer));
  if (!effect || effect->cause == 0) return answer(Value());
  const auto cause = view.record(effect->cause);
  return answer(cause ? table_of(*cause) : Value());
}

/// duration(0.02) → "20 ms"
Answer show_seconds(Arguments& a) {
  const Value value = a.value(1, 0);
  if (!value.is_number())
    a.wrong(1, "seconds", "a number of seconds", "did the question before find nothing?");
  return answer(Value::of(std::string_view(
      show_duration(static_cast<Duration>(value.number * 1e9 + (value.number < 0 ? -0.5 : 0.5))))));
}

template <BindingBody body>
void set_question(lua_State* L, const char* name) {
  lua_pushstring(L, name);
  lua_pushcclosure(L, &binding<body>, 1);
  lua_setfield(L, -2, name);
}

}  // namespace

void open_world(lua_State* L) {
  push_handle(L, Handle{HandleKind::World, 0, 0});
  lua_newtable(L);
  set_question<&ask_sockets>(L, "sockets");
  set_question<&ask_listener>(L, "listener");
  set_question<&ask_calls>(L, "calls");
  set_question<&ask_packets>(L, "packets");
  set_question<&ask_records>(L, "records");
  set_question<&ask_counter>(L, "counter");
  set_question<&ask_sysctl>(L, "sysctl");
  set_question<&ask_descriptors>(L, "fds");
  set_question<&ask_costs>(L, "costs");
  set_question<&ask_ports>(L, "ports");
  set_question<&ask_in_flight>(L, "in_flight");
  set_question<&ask_cause>(L, "cause");
  lua_setiuservalue(L, -2, 1);
  lua_newtable(L);
  set_question<&ask_time>(L, "time");
  lua_setiuservalue(L, -2, 2);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &registry::world);
  offer_binding<&show_seconds>(L, "duration");
}

}  // namespace sockarium::script
