// What programs with netlink sockets need beside the calls: questions as bytes, and answers as tables. The
// names are those of the structs in C.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <lua.hpp>

#include "lab/script/binding.h"
#include "lab/script/call_arguments.h"
#include "lab/script/calls.h"
#include "lab/script/suggest.h"
#include "sim/core/tcp_state.h"
#include "sim/kernel/diag_rows.h"
#include "sim/netlink/message.h"
#include "sim/netlink/pack.h"

namespace sockarium::script {

namespace {

constexpr std::uint32_t all_states = 0xffffffff;

Fields fields_of(const Arguments& a, const char* example) {
  Value table = a.value(1);
  if (table.kind != Value::Kind::Table) a.wrong(1, "fields", "a table", fmt::format("write {}", example));
  return Fields(std::move(table), std::string(a.call()));
}

/// states = { "LISTEN", "ESTAB" }, by the names of ss; left out: all.
std::uint32_t states_field(Fields& fields) {
  const Value* value = fields.find("states");
  if (value == nullptr) return all_states;
  std::vector<std::string> names;
  for (std::uint32_t i = 0; i < tcp_state_count; ++i) names.emplace_back(ss_name(static_cast<TcpState>(i)));
  const std::string usage = "there are " + listed(names, "and");
  if (value->kind != Value::Kind::Table) fields.wrong("states", "a list of names of states", usage);
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < value->length(); ++i) {
    const Value& name = value->item(i);
    const auto known =
        name.kind == Value::Kind::Text ? std::find(names.begin(), names.end(), name.text) : names.end();
    if (known == names.end()) fields.wrong("states", "a list of names of states", usage);
    bits |= 1u << kernel::number_of(static_cast<TcpState>(known - names.begin()));
  }
  return bits;
}

Address address_field(Fields& fields, std::string_view key, bool ipv6) {
  const Address none = ipv6 ? Address{} : Address::any_v4();
  const std::string text = fields.text(key, "");
  if (text.empty()) return none;
  const auto address = ipv6 ? parse_v6(text) : parse_v4(text);
  if (!address) fields.wrong(key, "an address of that family");
  return *address;
}

/// inet_diag_req_v2{ family = AF_INET, protocol = IPPROTO_TCP, states = {"LISTEN"}, src, sport, dst, dport }
/// → bytes. Addresses and ports count only where one socket is asked for, without NLM_F_DUMP.
Answer inet_question(Arguments& a) {
  Fields fields = fields_of(a, "inet_diag_req_v2{ family = AF_INET, protocol = IPPROTO_TCP }");
  netlink::InetRequest request;
  request.family = static_cast<std::uint8_t>(fields.integer("family", af_inet, 0, UINT8_MAX));
  request.protocol = static_cast<std::uint8_t>(fields.integer("protocol", wire::TCP, 0, UINT8_MAX));
  request.states = states_field(fields);
  const bool ipv6 = request.family == af_inet6;
  request.local.ip = address_field(fields, "src", ipv6);
  request.peer.ip = address_field(fields, "dst", ipv6);
  request.local.port = static_cast<std::uint16_t>(fields.integer("sport", 0, 0, UINT16_MAX));
  request.peer.port = static_cast<std::uint16_t>(fields.integer("dport", 0, 0, UINT16_MAX));
  fields.finish();
  return answer(Value::of(std::string_view(netlink::to_bytes(request))));
}

/// unix_diag_req{ states = {"LISTEN"}, show = UDIAG_SHOW_NAME | UDIAG_SHOW_RQLEN, inode = 0 } → bytes
Answer unix_question(Arguments& a) {
  Fields fields = fields_of(a, "unix_diag_req{ show = UDIAG_SHOW_NAME }");
  netlink::UnixRequest request;
  request.states = states_field(fields);
  request.show = static_cast<std::uint32_t>(fields.integer("show", 0, 0, UINT32_MAX));
  request.inode = static_cast<std::uint32_t>(fields.integer("inode", 0, 0, UINT32_MAX));
  fields.finish();
  return answer(Value::of(std::string_view(netlink::to_bytes(request))));
}

/// nlmsghdr{ type = SOCK_DIAG_BY_FAMILY, flags = NLM_F_REQUEST | NLM_F_DUMP, seq = 1, data = … } → bytes
Answer message(Arguments& a) {
  Fields fields = fields_of(a, "nlmsghdr{ type = SOCK_DIAG_BY_FAMILY, flags = NLM_F_REQUEST, data = … }");
  const auto type = static_cast<std::uint16_t>(fields.integer("type", 0, 0, UINT16_MAX));
  const auto flags = static_cast<std::uint16_t>(fields.integer("flags", 0, 0, UINT16_MAX));
  const auto sequence = static_cast<std::uint32_t>(fields.integer("seq", 0, 0, UINT32_MAX));
  const std::string data = fields.text("data", "");
  fields.finish();
  return answer(Value::of(std::string_view(netlink::to_bytes(type, flags, sequence, 0, data))));
}

Value number(std::int64_t value) {
  return Value::of(value);
}

Value text(std::string_view value) {
  return Value::of(value);
}

void put_row(const netlink::InetRow& row, Value& table) {
  const bool ipv6 = row.family == af_inet6;
  table.set("family", number(row.family));
  table.set("state", text(ss_name(kernel::state_of_number(row.state))));
  table.set("src", Value::of(row.local, ipv6));
  table.set("dst", Value::of(row.peer, ipv6));
  table.set("rqueue", number(row.receive_queue));
  table.set("wqueue", number(row.send_queue));
  table.set("uid", number(row.user));
  table.set("inode", number(row.inode));
  constexpr std::array timers{"", "on", "keepalive", "timewait", "persist"};
  const auto which = static_cast<std::size_t>(row.timer);
  if (row.timer == netlink::TimerName::None) return;
  table.set("timer", which < timers.size() ? text(timers[which]) : number(static_cast<std::int64_t>(which)));
  table.set("expires", Value::of(static_cast<double>(row.expires) / 1000));
  table.set("retrans", number(row.retransmits));
}

void put_row(const netlink::UnixRow& row, Value& table) {
  table.set("family", number(af_unix));
  table.set("type", number(row.type));
  table.set("state", text(ss_name(kernel::state_of_number(row.state))));
  table.set("inode", number(row.inode));
  if (row.name && !row.name->empty()) {
    std::string name = *row.name;
    if (name[0] == '\0')
      name[0] = '@';
    else
      name.resize(std::min(name.find('\0'), name.size()));
    table.set("name", text(name));
  }
  if (row.peer) table.set("peer", number(*row.peer));
  if (row.file) table.set("vfs", number(*row.file));
  if (row.pending) {
    Value list = Value::table();
    for (const std::uint32_t inode : *row.pending) list.append(number(inode));
    table.set("icons", list);
  }
  if (row.receive_queue) table.set("rqueue", number(*row.receive_queue));
  if (row.send_queue) table.set("wqueue", number(*row.send_queue));
  if (row.user) table.set("uid", number(*row.user));
}

/// Its name, or the number of one that has none here.
Value error_value(Errno error) {
  const std::string_view known = name(error);
  return known == "E?" ? number(static_cast<std::int32_t>(error)) : text(known);
}

/// What sock_diag has put into a message.
void put_content(const netlink::Message& message, Value& table) {
  if (message.type == netlink::nlmsg_error || message.type == netlink::nlmsg_done) {
    const Errno error = netlink::error_in(message);
    if (error != Errno::OK) table.set("error", error_value(error));
  } else if (message.type == netlink::sock_diag_by_family && !message.body.empty()) {
    if (static_cast<std::uint8_t>(message.body[0]) == af_unix) {
      if (const auto row = netlink::unix_row_in(message.body)) put_row(*row, table);
    } else if (const auto row = netlink::inet_row_in(message.body)) {
      put_row(*row, table);
    }
  }
}

/// netlink_messages(text) → a list of tables: nlmsg_type, flags, seq, pid, and what is in it: of a row of
/// sockets family, state, src, dst, rqueue, wqueue, uid, inode and its timer (of Unix sockets type, name,
/// peer, …), of NLMSG_ERROR and NLMSG_DONE the error, if there is one.
Answer messages(Arguments& a) {
  const std::string bytes = a.text(1, "text");
  Value list = Value::table();
  for (const netlink::Message& message : netlink::messages_in(bytes)) {
    Value table = Value::table();
    table.set("nlmsg_type", number(message.type));
    table.set("flags", number(message.flags));
    table.set("seq", number(message.sequence));
    table.set("pid", number(message.port));
    put_content(message, table);
    list.append(table);
  }
  return answer(list);
}

}  // namespace

void open_netlink_calls(lua_State* L) {
  offer_binding<&inet_question>(L, "inet_diag_req_v2");
  offer_binding<&unix_question>(L, "unix_diag_req");
  offer_binding<&message>(L, "nlmsghdr");
  offer_binding<&messages>(L, "netlink_messages");
}

}  // namespace sockarium::script
