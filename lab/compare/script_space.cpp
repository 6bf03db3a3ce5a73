#include "lab/compare/script_space.h"

#include <fmt/format.h>

#include <algorithm>

namespace sockarium::compare {

namespace {

std::pair<std::int64_t, std::int64_t> port_range(const Setup& setup, const Address& address) {
  Sysctls values = Sysctls::defaults();
  for (const HostSetup& host : setup.hosts)
    if (std::find(host.addresses.begin(), host.addresses.end(), address) != host.addresses.end())
      for (const auto& [id, value] : host.sysctls) values[id] = value;
  return {values[Sysctl::PortRangeLow], values[Sysctl::PortRangeHigh]};
}

constexpr std::uint32_t shown = 64;  // bytes of what was received

class Names {
 public:
  explicit Names(const Setup& setup, const Seen& seen) : setup_(setup) {
    // A port that a program asked for is its own name.
    for (const SeenCall& call : seen.calls) {
      if (const auto* bind = std::get_if<sys::Bind>(&call.call)) asked_[bind->to.port] = true;
      if (const auto* connect = std::get_if<sys::Connect>(&call.call)) asked_[connect->to.port] = true;
    }
    for (const SeenPacket& packet : seen.packets) name(packet.packet.from), name(packet.packet.to);
  }

  std::string name(const Endpoint& end) {
    const auto [low, high] = port_range(setup_, end.ip);
    if (asked_.contains(end.port) || end.port < low || end.port > high) return to_string(end);
    const auto [found, fresh] = ports_.try_emplace(to_string(end), ports_.size() + 1);
    return fmt::format("{}:port{}", to_string(end.ip), found->second);
  }

  /// The same in words that a program made: «accepted 10.0.0.5:41000».
  std::string in_words(std::string text) const {
    for (const auto& [end, number] : ports_)
      for (std::size_t at = text.find(end); at != std::string::npos; at = text.find(end, at + 1))
        text.replace(at, end.size(), fmt::format("{}:port{}", end.substr(0, end.find(':')), number));
    return text;
  }

 private:
  const Setup& setup_;
  std::map<std::uint16_t, bool> asked_;
  std::map<std::string, std::size_t> ports_;
};

std::string result_text(const SeenCall& seen, Names& names, const ByteStore& bytes) {
  if (seen.signal != 0) return fmt::format("ended by signal {}", seen.signal);
  if (std::holds_alternative<sys::Exit>(seen.call)) return "?";
  if (!seen.returned) return "blocks";
  const SysResult& result = seen.result;
  if (!result.ok()) return fmt::format("-1 {}", name(result.error));
  if (std::holds_alternative<sys::Now>(seen.call))
    return "fine";  // a real clock never agrees to the nanosecond
  std::string text = std::to_string(result.value);
  if (result.data.length > 0)
    text += fmt::format(" \"{}\"", bytes.text(result.data.slice(0, std::min(result.data.length, shown))));
  const bool brings_peer = std::holds_alternative<sys::Accept>(seen.call) ||
                           std::holds_alternative<sys::Getsockname>(seen.call) ||
                           std::holds_alternative<sys::Getpeername>(seen.call);
  if (brings_peer) text += " " + names.name(result.peer);
  return text;
}

std::string task_name(const TaskPath& path, const Setup& setup) {
  std::string text = setup.processes[path.front()].name;
  for (std::size_t i = 1; i < path.size(); ++i) text += fmt::format("/{}", path[i]);
  return text;
}

std::string options_text(const wire::Options& options, bool syn) {
  std::string text;
  if (syn && options.mss != 0) text += fmt::format(" mss {}", options.mss);
  if (syn && options.sack_permitted) text += " sackOK";
  if (options.has_timestamps) text += " TS";
  if (syn && options.has_window_scale) text += fmt::format(" wscale {}", options.window_scale);
  return text;
}

/// Both directions of one connection; a port used again is a further one.
struct Connection {
  std::size_t incarnation = 1;
  std::map<std::string, Seq> first;  ///< sender → its initial sequence number
};

}  // namespace

std::vector<Strand> in_script_space(const Seen& seen, const Setup& setup, const ByteStore& bytes) {
  Names names(setup, seen);
  std::vector<Strand> strands;
  const auto strand = [&](const std::string& name) -> Strand& {
    for (Strand& known : strands)
      if (known.name == name) return known;
    strands.push_back({name, {}});
    return strands.back();
  };
  for (const SeenCall& call : seen.calls)
    strand(task_name(call.task, setup))
        .lines.push_back({names.in_words(fmt::format("{} = {}", to_string(call.call, bytes),
                                                     result_text(call, names, bytes))),
                          call.line, call.left, -1});
  std::map<std::string, Connection> connections;
  std::map<std::string, Time> sent_before;
  for (const SeenPacket& packet : seen.packets) {
    const wire::Packet& p = packet.packet;
    const std::string from = names.name(p.from), to = names.name(p.to);
    Connection& connection = connections[std::min(from, to) + " " + std::max(from, to)];
    const auto known = connection.first.find(from);
    const bool opens = p.has(wire::SYN) && !p.has(wire::ACK);
    if (opens && known != connection.first.end() && known->second != p.seq) {
      connection.first.clear();
      ++connection.incarnation;
    }
    connection.first.try_emplace(from, p.seq);
    const auto other = connection.first.find(to);
    const std::int32_t ack = !p.has(wire::ACK)                 ? 0
                             : other != connection.first.end() ? p.ack - other->second
                                                               : 1;
    const std::string head = fmt::format("{} > {}", from, to) +
                             (connection.incarnation > 1 ? fmt::format(" #{}", connection.incarnation) : "");
    Line line;
    line.text = fmt::format("{} seq {} ack {} len {}{}{}", wire::tcpdump_flags(p.flags),
                            p.seq - connection.first.at(from), ack, p.payload.length,
                            options_text(p.options, p.has(wire::SYN)), packet.lost ? " lost" : "");
    if (p.has(wire::SYN)) line.text += fmt::format(" win {}", p.window);
    line.time = packet.sent;
    if (p.length() > 0) {
      const std::string key = fmt::format("{} {} {}", head, p.seq.value, p.length());
      const auto [before, first] = sent_before.try_emplace(key, packet.sent);
      if (!first) line.gap = packet.sent - std::exchange(before->second, packet.sent);
    }
    strand(head).lines.push_back(line);
  }
  return strands;
}

}  // namespace sockarium::compare
