// The top level's words for what stands between a host and the network: filter, a rule of its packet filter,
// and route, a line of its routing table.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "lab/script/loader.h"
#include "lab/script/suggest.h"

namespace sockarium::script {

namespace {

constexpr const char* filter_example = "filter(srv, \"drop\", { port = 80 })";
constexpr const char* route_example = "route(cli, \"10.66.0.0/16\", \"unreachable\")";

Setup& setup_of(const Arguments& a) {
  require_phase(a, Phase::Loading);
  return a.machine().loader->setup();
}

/// An address of either family.
std::optional<Address> read_address(const std::string& text) {
  if (const auto address = parse_v4(text)) return address;
  return parse_v6(text);
}

/// «10.66.0.0/16», «2001:db8::/32»; without a slash one address.
std::optional<std::pair<Address, std::uint32_t>> read_prefix(const std::string& text) {
  const std::size_t slash = text.find('/');
  const auto address = read_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  const std::uint32_t all = address->is_v4() ? 32 : 128;
  std::uint32_t bits = all;
  if (slash != std::string::npos) {
    const char* const last = text.data() + text.size();
    const auto read = std::from_chars(text.data() + slash + 1, last, bits);
    if (read.ec != std::errc{} || read.ptr != last || bits > all) return std::nullopt;
  }
  return std::pair(*address, bits);
}

std::optional<Address> peer_field(Fields& fields, const Setup& setup, std::string_view key) {
  const Value* value = fields.find(key);
  if (value == nullptr) return std::nullopt;
  if (value->kind == Value::Kind::Text)
    if (const auto address = read_address(value->text)) return *address;
  return setup.hosts[host_from(setup, *value, fmt::format("'{}' of filter", key))].addresses.front();
}

std::uint32_t refusal_field(Fields& fields) {
  static const std::vector<std::string> words{"rst", "port", "host", "net", "admin"};
  constexpr std::uint32_t codes[] = {wire::with_reset, 3, 1, 0, 13};
  const std::string with = fields.text("with", "port");
  for (std::size_t i = 0; i < words.size(); ++i)
    if (with == words[i]) return codes[i];
  throw Fault(
      fmt::format("unknown answer \"{}\"", with),
      did_you_mean(with, words, "there are \"rst\", and of ICMP \"port\", \"host\", \"net\" and \"admin\""),
      with);
}

/// filter(host, "drop" | "reject", { proto, from, to, port, on, off, with })
Answer declare_filter(Arguments& a) {
  Setup& setup = setup_of(a);
  FilterSetup plan;
  plan.line = a.line();
  plan.host = kernel_from(setup, a.value(1), "filter: argument 1");
  const std::string action = a.text(2, "action");
  if (action != "drop" && action != "reject")
    throw Fault(fmt::format("unknown action \"{}\"", action),
                did_you_mean(action, {"drop", "reject"}, "there are \"drop\" and \"reject\""), action);
  Value table = a.missing(3) ? Value::table() : a.value(3);
  if (table.kind != Value::Kind::Table)
    a.wrong(3, "what", "a table {proto, from, to, port, on, off, with}",
            fmt::format("write {}", filter_example));
  Fields fields(std::move(table), "filter");
  wire::Filter& rule = plan.rule;
  rule.action = action == "drop" ? wire::FilterAction::Drop : wire::FilterAction::Reject;
  if (fields.find("with") != nullptr && action == "drop")
    throw Fault("'with' belongs to the action \"reject\": a drop is silent", "", "with");
  rule.with = refusal_field(fields);
  const std::string protocol = fields.text("proto", "any");
  if (protocol != "tcp" && protocol != "udp" && protocol != "icmp" && protocol != "any")
    fields.wrong("proto", "\"tcp\", \"udp\", \"icmp\" or \"any\"");
  rule.protocol = protocol == "tcp"    ? wire::TCP
                  : protocol == "udp"  ? wire::UDP
                  : protocol == "icmp" ? wire::ICMP
                                       : 0;
  const auto from = peer_field(fields, setup, "from");
  const auto to = peer_field(fields, setup, "to");
  if (from && to)
    throw Fault("a rule is for what comes 'from' a host, or for what goes 'to' one", "", "from");
  rule.outgoing = to ? 1 : 0;
  if (const auto peer = from ? from : to) {
    rule.any_peer = 0;
    rule.peer = *peer;
  }
  rule.port = static_cast<std::uint32_t>(fields.integer("port", 0, 1, 65535));
  if (rule.port != 0 && rule.protocol == wire::ICMP) throw Fault("ICMP has no ports", "", "port");
  rule.on = fields.duration("on").value_or(0);
  rule.off = fields.duration("off").value_or(never);
  fields.finish();
  if (rule.off <= rule.on) throw Fault("'off' of filter must come after 'on'", "", "off");
  setup.filters.push_back(plan);
  return answer();
}

/// route(host, "10.66.0.0/16", "unreachable" | "prohibit" | "blackhole" | link | host), a host that passes it
/// on
Answer declare_route(Arguments& a) {
  Setup& setup = setup_of(a);
  RouteSetup plan;
  plan.line = a.line();
  plan.host = kernel_from(setup, a.value(1), "route: argument 1");
  const std::string to = a.text(2, "to");
  const auto prefix = read_prefix(to);
  if (!prefix)
    throw Fault(fmt::format("\"{}\" is no address and no prefix", to), fmt::format("write {}", route_example),
                to);
  plan.destination = prefix->first;
  plan.prefix = prefix->second;
  const Value what = a.value(3);
  if (what.kind == Value::Kind::Handle && what.handle.kind == HandleKind::Link) {
    plan.kind = RouteSetup::Kind::OnLink;
    plan.link = what.handle.number;
    const LinkSetup& link = setup.links[plan.link];
    if (link.a != plan.host && link.b != plan.host)
      throw Fault(fmt::format("host '{}' is not on this link", setup.hosts[plan.host].name), "", "route");
    if (!plan.destination.is_v4())
      throw Fault("addresses of IPv6 are on a link where a host there has them",
                  "name the host that passes packets on", "route");
    if (setup.hosts[link.b].raw)
      throw Fault("everything goes to a raw peer's link by itself", "use a link between hosts", "route");
  } else if (what.kind == Value::Kind::Handle && what.handle.kind == HandleKind::Host) {
    plan.kind = RouteSetup::Kind::Via;
    plan.via = kernel_from(setup, what, "route: argument 3");
    const bool neighbours = std::any_of(setup.links.begin(), setup.links.end(), [&](const LinkSetup& link) {
      return (link.a == plan.host && link.b == plan.via) || (link.b == plan.host && link.a == plan.via);
    });
    if (!neighbours)
      throw Fault(fmt::format("no link leads from '{}' to '{}'", setup.hosts[plan.host].name,
                              setup.hosts[plan.via].name),
                  "name the host at the other end of a link, and link them before", "route");
  } else {
    const std::string kind = what.kind == Value::Kind::Text ? what.text : "";
    static const std::vector<std::string> kinds{"unreachable", "prohibit", "blackhole"};
    std::size_t place = 0;
    while (place < kinds.size() && kinds[place] != kind) ++place;
    if (place == kinds.size())
      throw Fault(
          fmt::format("route: argument 3 must be a link, a host or a kind of route, not {}", describe(what)),
          did_you_mean(kind, kinds, "there are \"unreachable\", \"prohibit\" and \"blackhole\""), "route");
    plan.kind = static_cast<RouteSetup::Kind>(place);
  }
  for (const RouteSetup& other : setup.routes)
    if (other.host == plan.host && other.destination == plan.destination && other.prefix == plan.prefix)
      throw Fault(fmt::format("'{}' has a route to {} already", setup.hosts[plan.host].name, to),
                  fmt::format("it is in line {}", other.line), "route");
  setup.routes.push_back(plan);
  return answer();
}

}  // namespace

void open_network_declarations(lua_State* L) {
  offer_binding<&declare_filter>(L, "filter");
  offer_binding<&declare_route>(L, "route");
}

}  // namespace sockarium::script
