#include "lab/script/call_arguments.h"

#include <fmt/format.h>

#include "lab/script/suggest.h"
#include "sim/inet/device.h"

namespace sockarium::script {

Runner& runner_of(const Arguments& arguments) {
  return *arguments.machine().runner;
}

std::int32_t fd_argument(const Arguments& arguments) {
  return arguments.int32(1, "fd");
}

namespace {

GivenAddress given(const Address& ip) {
  return {ip, ip.is_v4() ? af_inet : af_inet6};
}

}  // namespace

GivenAddress address_argument(const Arguments& arguments, int n) {
  const Value value = arguments.value(n, 2);
  const Setup& setup = runner_of(arguments).setup();
  if (value.kind == Value::Kind::Handle && value.handle.kind == HandleKind::Host)
    return given(setup.hosts[value.handle.number].addresses.front());
  if (value.kind == Value::Kind::Table && value.field("ip") != nullptr)
    arguments.wrong(n, "ip", "an address in quotes", "write the two parts: peer.ip, peer.port");
  if (value.kind != Value::Kind::Text)
    arguments.wrong(n, "ip", "an address like \"192.168.1.10\", or a host's name");
  if (const auto address = parse_v4(value.text)) return {*address, af_inet};
  if (const auto address = parse_v6(value.text)) return {*address, af_inet6};
  if (value.text == "localhost") return {Address::loopback_v4(), af_inet};
  for (const HostSetup& host : setup.hosts)
    if (host.name == value.text) return given(host.addresses.front());
  if (inet::device_index(value.text) != 0)
    throw Fault(fmt::format("{}: '{}' is a network device, not an address", arguments.call(), value.text),
                fmt::format("write {{ interface = \"{}\" }}", value.text), value.text);
  std::vector<std::string> names{"localhost"};
  for (const HostSetup& host : setup.hosts) names.push_back(host.name);
  const bool ipv6 = value.text.find(':') != std::string::npos;
  const bool numeric = ipv6 || value.text.find_first_not_of("0123456789.") == std::string::npos;
  throw Fault(numeric ? fmt::format("{}: \"{}\" is not an address", arguments.call(), value.text)
                      : fmt::format("{}: no host is called '{}'", arguments.call(), value.text),
              ipv6      ? "eight groups of up to four hexadecimal digits, as in \"2001:db8::5\""
              : numeric ? "four numbers from 0 to 255, with dots between"
                        : did_you_mean(value.text, names, "there are " + listed(names, "and")),
              value.text);
}

bool is_local_name(const Arguments& arguments, int n) {
  const Value value = arguments.value(n, 1);
  return value.kind == Value::Kind::Text &&
         (value.text.empty() || value.text.front() == '@' || value.text.find('/') != std::string::npos);
}

Bytes local_name_argument(const Arguments& arguments, int n) {
  std::string name = arguments.text(n, "path");
  if (name.find('\0') != std::string::npos)
    arguments.wrong(n, "path", "a path without a zero byte", "an abstract name is written \"@name\"");
  if (!name.empty() && name.front() == '@') name.front() = '\0';
  return name.empty() ? Bytes{} : runner_of(arguments).bytes().intern(name);
}

std::uint32_t device_field(Fields& fields) {
  const Value* value = fields.find("interface");
  if (value == nullptr) return 0;
  const std::uint32_t index = value->kind == Value::Kind::Text ? inet::device_index(value->text) : 0;
  if (index == 0)
    fields.wrong("interface", "a network device",
                 "write \"lo\", or \"eth0\", \"eth1\", … for the host's links in the order of the file");
  return index;
}

std::optional<OtherName> other_name_argument(const Arguments& arguments, int n) {
  Value value = arguments.value(n, 2);
  if (value.kind != Value::Kind::Table || value.field("ip") != nullptr) return std::nullopt;
  OtherName name;
  Fields fields(std::move(value), std::string(arguments.call()));
  if (fields.find("pid") != nullptr) {
    name.domain = af_netlink;
    name.number = static_cast<std::uint32_t>(fields.integer("pid", 0, 0, UINT32_MAX));
    fields.later("groups", "groups of netlink");
  } else {
    name.number = device_field(fields);
    name.protocol = static_cast<std::uint16_t>(fields.integer("protocol", 0, 0, UINT16_MAX));
  }
  fields.finish();
  return name;
}

Bytes data_argument(const Arguments& arguments, int n) {
  const Value value = arguments.value(n, 1);
  if (value.kind == Value::Kind::Handle && value.handle.kind == HandleKind::Pattern)
    return pattern(static_cast<std::uint32_t>(value.handle.number));
  if (value.kind != Value::Kind::Text)
    arguments.wrong(n, "data", "a text or pattern(n)",
                    value.is_number() ? "write tostring(…) around the number" : "");
  if (static_cast<std::int64_t>(value.text.size()) > most_bytes)
    throw Fault(fmt::format("{}: more than 1 GB at once", arguments.call()), "send it in pieces");
  return runner_of(arguments).bytes().intern(value.text);
}

Bytes path_argument(const Arguments& a, int n) {
  const std::string path = a.text(n, "path");
  if (path.find('\0') != std::string::npos) a.wrong(n, "path", "a path without a zero byte");
  return runner_of(a).bytes().intern(path);
}

}  // namespace sockarium::script
