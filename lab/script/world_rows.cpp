#include "lab/script/world_rows.h"

#include "sim/core/tcp_state.h"
#include "sim/wire/packet.h"

namespace sockarium::script {

namespace {

Value text(std::string_view value) {
  return Value::of(value);
}
Value number(std::int64_t value) {
  return Value::of(value);
}
Value record_number(RecordNumber value) {
  return number(static_cast<std::int64_t>(value));
}
Value seconds(Time time) {
  return Value::of(static_cast<double>(time) / 1e9);
}

/// Where nothing happened, the field is left out: nil.
void set_time(Value& table, std::string_view name, const std::optional<Time>& time) {
  if (time) table.set(name, seconds(*time));
}

}  // namespace

Value table_of(const SocketRow& row) {
  Value table = Value::table();
  table.set("host", text(row.host));
  table.set("process", text(row.process));
  table.set("state", text(ss_name(row.state)));
  table.set("proto", text(row.proto));
  table.set("src", text(row.src));
  table.set("dst", text(row.dst));
  table.set("local_ip", text(to_string(row.local.ip)));
  table.set("lport", number(row.local.port));
  table.set("peer_ip", text(to_string(row.peer.ip)));
  table.set("pport", number(row.peer.port));
  table.set("recvq", number(row.recvq));
  table.set("sendq", number(row.sendq));
  if (!row.timer.empty()) table.set("timer", text(row.timer));
  if (!row.type.empty()) {
    table.set("type", text(row.type));
    table.set("messages", number(row.messages));
  }
  return table;
}

Value table_of(const ListenerRow& row) {
  Value table = Value::table();
  table.set("accept_queue", number(row.accept_queue));
  table.set("backlog", number(row.backlog));
  table.set("requests", number(row.requests));
  return table;
}

Value table_of(const CallRow& row) {
  Value table = Value::table();
  table.set("number", record_number(row.number));
  table.set("host", text(row.host));
  table.set("process", text(row.process));
  table.set("pid", number(row.pid));
  table.set("thread", number(row.thread));
  table.set("name", text(row.name));
  table.set("line", number(row.line));
  table.set("entered", seconds(row.entered));
  set_time(table, "returned", row.returned);
  table.set("blocked", Value::of(!row.returned.has_value()));
  if (row.returned && row.error == Errno::OK) table.set("result", number(row.value));
  if (row.error != Errno::OK) table.set("errno", text(name(row.error)));
  return table;
}

Value table_of(const PacketRow& row) {
  Value table = Value::table();
  table.set("number", record_number(row.number));
  table.set("from", text(row.from));
  table.set("to", text(row.to));
  table.set("src", text(to_string(row.source)));
  table.set("dst", text(to_string(row.destination)));
  table.set("proto", text(row.proto));
  table.set("flags", text(wire::flag_names(row.flags)));
  if (!row.icmp.empty()) table.set("icmp", text(row.icmp));
  table.set("seq", number(row.seq));
  table.set("ack", number(row.ack));
  table.set("length", number(row.length));
  table.set("again", number(row.again));
  table.set("sent", seconds(row.sent));
  set_time(table, "arrived", row.arrived);
  set_time(table, "dropped", row.dropped);
  table.set("reason", text(row_of(row.reason).name));
  table.set("sentence", text(row_of(row.reason).sentence));
  return table;
}

Value table_of(const RecordRow& row) {
  Value table = Value::table();
  table.set("number", record_number(row.number));
  table.set("cause", record_number(row.cause));
  table.set("because", record_number(row.because));
  table.set("event", number(static_cast<std::int64_t>(row.event)));
  table.set("time", seconds(row.time));
  table.set("kind", text(row.kind));
  table.set("host", text(row.host));
  table.set("process", text(row.process));
  table.set("reason", text(row_of(row.reason).name));
  table.set("sentence", text(row_of(row.reason).sentence));
  // As ss says, but for CLOSED: «UNCONN» is what ss calls a socket, not what becomes of one.
  const auto word = [](TcpState state) {
    return text(state == TcpState::Closed ? "CLOSED" : ss_name(state));
  };
  if (row.was) table.set("was", word(*row.was));
  if (row.state) table.set("state", word(*row.state));
  return table;
}

Value table_of(const DescriptorRow& row) {
  Value table = Value::table();
  table.set("fd", number(row.fd));
  table.set("what", text(row.what));
  return table;
}

Value table_of(const InFlightRow& row) {
  Value table = Value::table();
  table.set("what", text(row.what));
  table.set("to", text(row.to));
  table.set("place", number(row.place));
  return table;
}

Value table_of(const CostsRow& row) {
  Value table = Value::table();
  table.set("calls", number(row.calls));
  table.set("looked_at", number(row.looked_at));
  table.set("copied", number(row.copied));
  table.set("switches", number(row.switches));
  table.set("wake_ups", number(row.wake_ups));
  return table;
}

Value table_of(const PortRow& row) {
  Value table = Value::table();
  table.set("port", number(row.port));
  table.set("sockets", number(row.sockets));
  table.set("proto", text(row.udp ? "udp" : "tcp"));
  return table;
}

}  // namespace sockarium::script
