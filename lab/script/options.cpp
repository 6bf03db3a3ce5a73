#include "lab/script/options.h"

#include <fmt/format.h>

#include "lab/script/call_arguments.h"
#include "lab/script/constants.h"
#include "lab/script/suggest.h"

namespace sockarium::script {

namespace {

std::int64_t level_number(std::string_view level) {
  return level == "SOL_SOCKET"     ? 1
         : level == "IPPROTO_IP"   ? 0
         : level == "IPPROTO_IPV6" ? 41
         : level == "SOL_PACKET"   ? 263
                                   : 6;
}

std::int64_t on_or_off(const Arguments& a, int n) {
  const Value value = a.value(n, 0);
  if (value.kind == Value::Kind::Boolean) return value.boolean ? 1 : 0;
  if (value.kind == Value::Kind::Integer) return value.integer != 0 ? 1 : 0;
  a.wrong(n, "value", "1 or 0 (or true, false)");
}

void linger_value(const Arguments& a, sys::Setsockopt& call) {
  const Value value = a.value(4, 2);
  const std::string usage = "write {on = true, seconds = 0}";
  if (value.kind != Value::Kind::Table) a.wrong(4, "value", "a table {on, seconds}", usage);
  Fields fields(value, "SO_LINGER");
  const Value* on = fields.find("on");
  const Value* seconds = fields.find("seconds");
  fields.finish(2);
  if (on == nullptr && value.length() > 0) on = &value.item(0);
  if (seconds == nullptr && value.length() > 1) seconds = &value.item(1);
  if (on == nullptr || (on->kind != Value::Kind::Boolean && on->kind != Value::Kind::Integer))
    a.wrong(4, "value", "a table {on, seconds}", usage);
  if (seconds != nullptr &&
      (seconds->kind != Value::Kind::Integer || seconds->integer < 0 || seconds->integer > INT32_MAX))
    a.wrong(4, "value", "a table whose seconds are a whole number, 0 or more", usage);
  call.value = on->kind == Value::Kind::Boolean ? (on->boolean ? 1 : 0) : (on->integer != 0 ? 1 : 0);
  call.second = seconds == nullptr ? 0 : seconds->integer;
}

/// {50000, 50999}: the lowest and the highest port, 0 for «no bound». In C the two lie in one number.
std::int64_t port_range_value(const Arguments& a) {
  const Value value = a.value(4, 2);
  const std::string usage = "write {50000, 50999}";
  if (value.kind != Value::Kind::Table || value.length() != 2)
    a.wrong(4, "value", "a table {low, high}", usage);
  std::int64_t packed = 0;
  for (std::size_t i = 0; i < 2; ++i) {
    const Value port = value.item(i);
    if (port.kind != Value::Kind::Integer || port.integer < 0 || port.integer > 65535)
      a.wrong(4, "value", "a table of two ports from 0 to 65535", usage);
    packed |= port.integer << (16 * i);
  }
  return packed;
}

/// «10.0.0.5» as the number that the option carries.
std::int64_t address_value(const Arguments& a, const std::string& text) {
  const auto address = parse_v4(text);
  if (!address) a.wrong(4, "value", "an IPv4 address", "write \"224.1.1.1\"");
  std::int64_t number = 0;
  for (std::size_t i = 12; i < 16; ++i) number = number << 8 | address->bytes[i];
  return number;
}

/// {"224.1.1.1", "10.0.0.5"}: the group, and the interface's address where one is meant.
void membership_value(const Arguments& a, sys::Setsockopt& call) {
  const Value value = a.value(4, 2);
  const std::string usage =
      "write \"224.1.1.1\", or {\"224.1.1.1\", \"10.0.0.5\"} with an interface's address";
  if (value.kind == Value::Kind::Text) {
    call.value = address_value(a, value.text);
    return;
  }
  if (value.kind != Value::Kind::Table || value.length() != 2 || value.item(0).kind != Value::Kind::Text ||
      value.item(1).kind != Value::Kind::Text)
    a.wrong(4, "value", "a group, or a table {group, interface}", usage);
  call.value = address_value(a, value.item(0).text);
  call.second = address_value(a, value.item(1).text);
}

/// {interface = "eth0", type = PACKET_MR_PROMISC}: the index of the device that shall hear everything.
std::int64_t promiscuous_value(const Arguments& a) {
  const std::string usage = "write { interface = \"eth0\", type = PACKET_MR_PROMISC }";
  const Value value = a.value(4, 2);
  if (value.kind != Value::Kind::Table) a.wrong(4, "value", "a table {interface, type}", usage);
  Fields fields(value, "PACKET_ADD_MEMBERSHIP");
  const std::uint32_t device = device_field(fields);
  const std::int64_t type = fields.integer("type", 0, 0, UINT16_MAX);
  fields.finish();
  constexpr std::int64_t promisc = 1;
  if (type != promisc) a.not_modelled("this type of PACKET_ADD_MEMBERSHIP", "there is PACKET_MR_PROMISC");
  return device;
}

/// {"ff02::1:2", 2}: the group, and the number of the interface.
void membership_v6_value(const Arguments& a, sys::Setsockopt& call) {
  const Value value = a.value(4, 2);
  const std::string usage = "write \"ff02::1:2\", or {\"ff02::1:2\", 2} with an interface's number";
  const bool pair = value.kind == Value::Kind::Table && value.length() == 2 &&
                    value.item(0).kind == Value::Kind::Text && value.item(1).kind == Value::Kind::Integer;
  if (!pair && value.kind != Value::Kind::Text)
    a.wrong(4, "value", "a group, or a table {group, interface}", usage);
  const auto group = parse_v6(pair ? value.item(0).text : value.text);
  if (!group) a.wrong(4, "value", "an address of IPv6", usage);
  call.group = *group;
  if (!pair) return;
  if (value.item(1).integer < 0 || value.item(1).integer > INT32_MAX)
    a.wrong(4, "value", "a table {group, interface} with an interface's number, 1 for loopback", usage);
  call.value = value.item(1).integer;
}

}  // namespace

Option option_argument(const Arguments& a) {
  const Value level = a.value(2, 0);
  const Value name = a.value(3, 0);
  const std::string usage = "write SOL_SOCKET, SO_REUSEADDR, or IPPROTO_TCP, TCP_NODELAY";
  if (level.kind != Value::Kind::Integer)
    a.wrong(2, "level", "SOL_SOCKET, IPPROTO_TCP, IPPROTO_IP, IPPROTO_IPV6 or SOL_PACKET", usage);
  if (name.kind != Value::Kind::Text) a.wrong(3, "name", "an option like SO_REUSEADDR", usage);
  for (const OptionRow& row : option_table) {
    if (row.name != name.text) continue;
    if (level.integer != level_number(row.level))
      throw Fault(fmt::format("{}: {} belongs to the level {}", a.call(), row.name, row.level),
                  "Linux would take the number for another option", std::string(row.name));
    return row.id;
  }
  if (is_option_of_linux(name.text)) a.not_modelled(name.text);
  std::vector<std::string> names;
  for (const OptionRow& row : option_table) names.emplace_back(row.name);
  throw Fault(fmt::format("{}: unknown option '{}'", a.call(), name.text),
              did_you_mean(name.text, names, "there are " + listed(names, "and")), name.text);
}

sys::Setsockopt setsockopt_call(const Arguments& a) {
  sys::Setsockopt call;
  call.fd = a.int32(1, "fd");
  call.option = option_argument(a);
  switch (call.option) {
    case Option::ReuseAddr:
    case Option::ReusePort:
    case Option::KeepAlive:
    case Option::NoDelay:
    case Option::ReceiveErrors:
    case Option::ReceiveErrors6:
    case Option::Broadcast:
    case Option::BindAddressNoPort:
    case Option::V6Only:
    case Option::OobInline:
    case Option::MulticastLoop:
    case Option::MulticastLoop6:
    case Option::MulticastAll6:
    case Option::DontFragment6:
      call.value = on_or_off(a, 4);
      break;
    case Option::LocalPortRange:
      call.value = port_range_value(a);
      break;
    case Option::AttachFilter:
      if (a.value(4, 0).kind != Value::Kind::Text)
        a.wrong(4, "value", "a program of BPF", "write bpf(\"tcp port 80\")");
      call.data = runner_of(a).bytes().intern(a.text(4, "value"));
      break;
    case Option::DetachFilter:
      break;
    case Option::PacketMembership:
      call.value = promiscuous_value(a);
      break;
    case Option::AddMembership:
    case Option::DropMembership:
      membership_value(a, call);
      break;
    case Option::JoinGroup6:
    case Option::LeaveGroup6:
      membership_v6_value(a, call);
      break;
    case Option::Mtu6:
      a.not_modelled("IPV6_MTU as a value to set");
    case Option::MulticastInterface:
      call.value = address_value(a, a.text(4, "value"));
      break;
    case Option::Linger:
      linger_value(a, call);
      break;
    case Option::ReceiveTimeout:
    case Option::SendTimeout:
      call.value = a.duration(4, "value");
      break;
    case Option::Error:
    case Option::Type:
    case Option::AcceptConn:
    case Option::PeerCred:
    case Option::ReceiveBuffer:
    case Option::SendBuffer:
    case Option::Linger2:
    case Option::MaxSeg:
    case Option::SynCount:
    case Option::DeferAccept:
    case Option::UserTimeout:
    case Option::KeepIdle:
    case Option::KeepInterval:
    case Option::KeepCount:
    case Option::Ttl:
    case Option::MtuDiscover:
    case Option::Mtu:
    case Option::MulticastTtl:
    case Option::MtuDiscover6:
    case Option::MulticastInterface6:
    case Option::UnicastHops6:
    case Option::MulticastHops6:
    case Option::MulticastAll:
    case Option::PacketStatistics:
    case Option::IgnoreOutgoing:
      call.value = a.int32(4, "value");
      break;
  }
  return call;
}

}  // namespace sockarium::script
