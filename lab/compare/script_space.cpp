#include "lab/compare/script_space.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "lab/compare/diag_text.h"
#include "lab/compare/frame_text.h"
#include "sim/observe/local_sockets.h"

namespace sockarium::compare {

namespace {

constexpr std::uint32_t shown = 64;  // bytes of what was received

std::pair<std::int64_t, std::int64_t> port_range(const Setup& setup, const Address& address) {
  Sysctls values = Sysctls::defaults();
  for (const HostSetup& host : setup.hosts)
    if (std::find(host.addresses.begin(), host.addresses.end(), address) != host.addresses.end())
      for (const auto& [id, value] : host.sysctls) values[id] = value;
  return {values[Sysctl::PortRangeLow], values[Sysctl::PortRangeHigh]};
}

/// Names for ends of connections: a port that a kernel chose is called by its place in the order of
/// appearance.
class Names {
 public:
  Names(const Setup& setup, const Seen& seen, const ByteStore& bytes) : setup_(setup), bytes_(bytes) {
    // A port that a program asked for is its own name.
    for (const SeenCall& call : seen.calls) {
      if (const auto* bind = std::get_if<sys::Bind>(&call.call); bind != nullptr) {
        if (bind->domain == af_netlink)
          asked_ids_.insert(bind->number);
        else if (bind->domain != af_packet)
          asked_[bind->to.port] = true;
      }
      if (const auto* connect = std::get_if<sys::Connect>(&call.call)) asked_[connect->to.port] = true;
    }
    name_chosen(seen);
    for (const SeenPacket& packet : seen.packets) {
      if (packet.packet.is_icmp() || packet.packet.is_fragment()) continue;
      name(packet.packet.from), name(packet.packet.to);
    }
  }

  std::string name(const Endpoint& end) {
    const auto [low, high] = port_range(setup_, end.ip);
    if (asked_.contains(end.port) || end.port < low || end.port > high) return to_string(end);
    const auto [found, fresh] = ports_.try_emplace(to_string(end), ports_.size() + 1);
    return fmt::format("{}:port{}", to_string(end.ip), found->second);
  }

  /// Of netlink: 0, the kernel's, or one that a program asked for is its own name.
  std::string port_id(std::uint32_t number) const {
    return number == 0 || asked_ids_.contains(number) ? std::to_string(number) : "chosen";
  }

  /// A Unix socket's name.
  std::string name(const Bytes& path, const ByteStore& bytes) const {
    std::string text = observe::local_name(bytes, path);
    return in_words(text.empty() ? "nameless" : text);
  }

  /// The same in words that a program made: «accepted 10.0.0.5:41000».
  std::string in_words(std::string text) const {
    for (const auto& [end, number] : ports_) {
      // Lua joins address and port with a colon, also of IPv6.
      std::string plain = end;
      std::erase_if(plain, [](char c) { return c == '[' || c == ']'; });
      for (const std::string& form : {end, plain})
        for (std::size_t at = text.find(form); at != std::string::npos; at = text.find(form, at + 1))
          text.replace(at, form.size(), fmt::format("{}:port{}", form.substr(0, form.rfind(':')), number));
    }
    for (const auto& [digits, number] : chosen_)
      for (const std::string& form : {"@" + digits, "@\"" + digits + "\""})
        for (std::size_t at = text.find(form); at != std::string::npos; at = text.find(form, at + 1))
          text.replace(at, form.size(), fmt::format("@chosen-{}", number));
    return text;
  }

 private:
  /// Abstract names that a kernel chose (autobind): five digits that no program has asked for.
  void name_chosen(const Seen& seen) {
    std::set<std::uint64_t> asked;
    for (const SeenCall& call : seen.calls)
      if (const auto* bind = std::get_if<sys::Bind>(&call.call)) asked.insert(bind->path.chunk);
    for (const SeenCall& call : seen.calls) {
      const Bytes& path = call.result.path;
      if (path.length != 6 || asked.count(path.chunk) != 0) continue;
      const std::string text = observe::local_name(bytes_, path);
      if (text[0] == '@') chosen_.try_emplace(text.substr(1), chosen_.size() + 1);
    }
  }

  const Setup& setup_;
  const ByteStore& bytes_;
  std::map<std::string, std::size_t> chosen_;
  std::map<std::uint16_t, bool> asked_;
  std::set<std::uint32_t> asked_ids_;
  std::map<std::string, std::size_t> ports_;
};

SpokenNames names_of(Names& names) {
  return {[&names](const Endpoint& end) { return names.name(end); },
          [&names](const std::string& text) { return names.in_words(text); }};
}

std::string result_text(const SeenCall& seen, Names& names, const ByteStore& bytes) {
  if (seen.signal != 0) return fmt::format("ended by signal {}", seen.signal);
  if (std::holds_alternative<sys::Exit>(seen.call)) return "?";
  if (!seen.returned) return "blocks";
  const SysResult& result = seen.result;
  if (!result.ok()) return fmt::format("-1 {}", name(result.error));
  if (std::holds_alternative<sys::Now>(seen.call))
    return "fine";  // a real clock never agrees to the nanosecond
  if (std::holds_alternative<sys::TimerfdSettime>(seen.call) ||
      std::holds_alternative<sys::TimerfdGettime>(seen.call))
    return fmt::format("{} every {}", result.value > 0 ? "some time" : "0", result.second);
  if (result.domain == af_packet && result.data.length > 0) return frame_text(result, names_of(names), bytes);
  if (result.domain == af_netlink && result.data.length > 0)
    return diag_answer_text(result, names_of(names), bytes);
  std::string text = std::to_string(result.value);
  if (const std::string brought = brought_text(seen.call, result, bytes); !brought.empty())
    text += " " + brought;
  else if (result.data.length > 0)
    text += fmt::format(" \"{}\"", bytes.text(result.data.slice(0, std::min(result.data.length, shown))));
  const bool brings_peer = std::holds_alternative<sys::Accept>(seen.call) ||
                           std::holds_alternative<sys::Getsockname>(seen.call) ||
                           std::holds_alternative<sys::Getpeername>(seen.call) ||
                           ((std::holds_alternative<sys::Recvfrom>(seen.call) ||
                             std::holds_alternative<sys::Recvmsg>(seen.call)) &&
                            result.domain != 0);
  const auto* asks = std::get_if<sys::Getsockopt>(&seen.call);
  if (std::holds_alternative<sys::Pipe>(seen.call) || std::holds_alternative<sys::Socketpair>(seen.call) ||
      std::holds_alternative<sys::Getrlimit>(seen.call) ||
      (asks != nullptr && (asks->option == Option::PeerCred || asks->option == Option::PacketStatistics)))
    text += fmt::format(" {}", result.second);
  for (const std::int32_t fd : numbers_in(result.fds, bytes)) text += fmt::format(" fd {}", fd);
  if (brings_peer && result.domain == af_packet)
    text += device_text(result);
  else if (brings_peer && result.domain == af_netlink)
    text += " port id " + names.port_id(result.number);
  else if (brings_peer && result.domain == af_unix)
    text += " " + names.name(result.path, bytes);
  else if (brings_peer)
    text += fmt::format(" {}{}", result.domain == af_inet6 ? "inet6 " : "", names.name(result.peer));
  if (result.queued != Errno::OK)
    text += fmt::format(" {} by origin {}, type {}, code {} from {}, mtu {}", name(result.queued),
                        result.icmp >> 16, result.icmp >> 8 & 0xff, result.icmp & 0xff,
                        to_string(result.offender), result.second);
  if (result.flags != 0) text += fmt::format(" flags {:#x}", result.flags);
  return text;
}

/// As observe::Names calls it: «web», «web/1» its first child or thread.
std::string task_name(const TaskPath& path, const Setup& setup) {
  std::string text = setup.processes[path.front()].name;
  for (std::size_t i = 1; i < path.size(); ++i) text += fmt::format("/{}", path[i] + 1);
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

/// The strands as they grow.
class Strands {
 public:
  Strands(const Seen& seen, const Setup& setup, const ByteStore& bytes)
      : seen_(seen), setup_(setup), bytes_(bytes), names_(setup, seen, bytes) {}

  std::vector<Strand> take() {
    for (const SeenCall& call : seen_.calls) add(call);
    for (const SeenPacket& packet : seen_.packets) add(packet);
    std::map<std::string, std::int64_t> before;
    for (const Rest& rest : seen_.rests) add(rest, before);
    return std::move(strands_);
  }

 private:
  /// Both directions of one connection; a port used again is a further one.
  struct Connection {
    std::size_t incarnation = 1;
    std::map<std::string, Seq> first;                   ///< sender → its initial sequence number
    std::map<std::string, Time> last_sent;              ///< by sender
    std::map<std::string, std::vector<Time>> arrivals;  ///< by receiver, in the order of sending
  };

  Strand& strand(const std::string& name) {
    const auto [place, fresh] = places_.try_emplace(name, strands_.size());
    if (fresh) strands_.push_back({name, {}});
    return strands_[place->second];
  }

  static void set(Line& line, Since since, Duration after) {
    line.after[static_cast<std::size_t>(since)] = after;
  }

  /// What a call sends, or nullptr.
  static const Bytes* data_of(const Syscall& call) {
    if (const auto* send = std::get_if<sys::Send>(&call)) return &send->data;
    if (const auto* sendto = std::get_if<sys::Sendto>(&call)) return &sendto->data;
    if (const auto* write = std::get_if<sys::Write>(&call)) return &write->data;
    const auto* sendmsg = std::get_if<sys::Sendmsg>(&call);
    return sendmsg != nullptr ? &sendmsg->data : nullptr;
  }

  /// The bytes of a raw peer's packets hold numbers that a kernel chose; they are compared as packets.
  std::string text_of(const SeenCall& call) {
    const bool ended = call.returned && call.result.ok();
    if (const auto* inject = std::get_if<sys::Inject>(&call.call))
      return fmt::format("inject {} bytes = {}", inject->packet.length,
                         ended ? "sent" : result_text(call, names_, bytes_));
    if (std::holds_alternative<sys::Capture>(call.call))
      return fmt::format("capture = {}", ended ? "a packet" : result_text(call, names_, bytes_));
    if (const Bytes* data = data_of(call.call)) {
      const std::string question = diag_question_text(*data, names_of(names_), bytes_);
      if (!question.empty())
        return fmt::format("{}({}, {}) = {}", name(call.call), fd_of(call.call), question,
                           result_text(call, names_, bytes_));
    }
    if (const auto* sendto = std::get_if<sys::Sendto>(&call.call);
        sendto != nullptr && sendto->domain != af_unix &&
        sendto->domain != af_netlink)  // perhaps to a port that a kernel chose
      return fmt::format("{}, to {} = {}",
                         to_string(sys::Send{sendto->fd, sendto->flags, sendto->data}, bytes_),
                         names_.name(sendto->to), result_text(call, names_, bytes_));
    return fmt::format("{} = {}", to_string(call.call, bytes_), result_text(call, names_, bytes_));
  }

  void add(const SeenCall& call) {
    Line line;
    line.text = names_.in_words(text_of(call));
    line.line = call.line;
    line.time = call.left;
    line.record = call.record;
    line.open = !call.returned && call.signal == 0 && !std::holds_alternative<sys::Exit>(call.call);
    if (call.returned) set(line, Since::CallEntered, call.left - call.entered);
    if (call.by_timer) line.timed = Since::CallEntered;
    strand(task_name(call.task, setup_)).lines.push_back(std::move(line));
  }

  void add(const SeenPacket& packet) {
    const wire::Packet& p = packet.packet;
    if (p.is_icmp() && p.icmp.protocol == wire::TCP) return add_icmp(packet);
    if (p.protocol != wire::TCP) return add_datagram(packet);
    const std::string from = names_.name(p.from), to = names_.name(p.to);
    Connection& connection = connections_[std::min(from, to) + " " + std::max(from, to)];
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
    line.record = packet.record;
    measure(line, packet, connection, from, to, head);
    strand(head).lines.push_back(std::move(line));
  }

  void add_icmp(const SeenPacket& packet) {
    const wire::Icmp& icmp = packet.packet.icmp;
    const std::string from = names_.name(icmp.from), to = names_.name(icmp.to);
    Line line;
    line.text = fmt::format("ICMP {} about {} > {}{}", wire::icmp_name(packet.packet), from, to,
                            packet.lost ? " lost" : "");
    line.time = packet.sent;
    line.record = packet.record;
    strand(fmt::format("{} > {} ICMP", to_string(packet.packet.from.ip), to_string(packet.packet.to.ip)))
        .lines.push_back(std::move(line));
  }

  /// UDP and ICMP have no numbers: their content says which one it is.
  void add_datagram(const SeenPacket& packet) {
    const wire::Packet& p = packet.packet;
    if (p.is_fragment() || (p.is_icmp() && !p.is_icmp_error())) return add_portless(packet);
    const std::string head =
        fmt::format("{} > {} {}", names_.name(p.from), names_.name(p.to), wire::protocol_name(p.protocol));
    Line line;
    line.text = fmt::format("{} len {} ttl {} \"{}\"{}",
                            p.protocol == wire::ICMP ? wire::icmp_name(p) : "datagram", p.payload.length,
                            p.ttl, bytes_.text(p.payload.slice(0, std::min(p.payload.length, shown))),
                            packet.lost ? " lost" : "");
    line.time = packet.sent;
    line.record = packet.record;
    strand(head).lines.push_back(std::move(line));
  }

  /// Fragments, of which only the first knows ports, and echoes.
  void add_portless(const SeenPacket& packet) {
    const wire::Packet& p = packet.packet;
    std::string what = p.is_icmp()
                           ? fmt::format("{} id {} seq {}", wire::icmp_name(p), p.icmp.id, p.icmp.number)
                           : "datagram";
    if (p.is_fragment())
      what = fmt::format("fragment at {}{}", p.fragment_offset,
                         (p.fragment_bits & wire::more_fragments) != 0 ? ", more follow" : "");
    Line line;
    line.text = fmt::format("{} len {} ttl {} \"{}\"{}", what, p.payload.length, p.ttl,
                            bytes_.text(p.payload.slice(0, std::min(p.payload.length, shown))),
                            packet.lost ? " lost" : "");
    line.time = packet.sent;
    line.record = packet.record;
    strand(
        fmt::format("{} > {} {}", to_string(p.from.ip), to_string(p.to.ip), wire::protocol_name(p.protocol)))
        .lines.push_back(std::move(line));
  }

  void measure(Line& line, const SeenPacket& packet, Connection& connection, const std::string& from,
               const std::string& to, const std::string& head) {
    const wire::Packet& p = packet.packet;
    if (p.length() > 0) {
      const std::string key = fmt::format("{} {} {}", head, p.seq.value, p.length());
      const auto [before, first] = same_bytes_.try_emplace(key, packet.sent);
      if (!first) set(line, Since::SameBytes, packet.sent - std::exchange(before->second, packet.sent));
    }
    Time last_arrival = -1;
    for (const Time at : connection.arrivals[from])
      if (at <= packet.sent) last_arrival = std::max(last_arrival, at);
    if (last_arrival >= 0) set(line, Since::LastArrival, packet.sent - last_arrival);
    const auto [last, first] = connection.last_sent.try_emplace(from, packet.sent);
    if (!first) set(line, Since::LastSent, packet.sent - std::exchange(last->second, packet.sent));
    std::vector<Time>& arrivals = connection.arrivals[to];
    arrivals.insert(arrivals.end(), packet.arrivals.begin(), packet.arrivals.end());
    if (arrivals.size() > 64) arrivals.erase(arrivals.begin(), arrivals.end() - 64);
    if (packet.by == SentBy::DelayedAckTimer) line.timed = Since::LastArrival;
    if (packet.by == SentBy::RetransmitTimer)
      line.timed =
          line.after[static_cast<std::size_t>(Since::SameBytes)] >= 0 ? Since::SameBytes : Since::LastSent;
  }

  /// Listeners of one name (SO_REUSEPORT). Which of them gets a connection is a hash with a secret of each
  /// kernel's; what they hold together is not.
  static bool in_group(const Rest& rest, const SeenSocket& socket) {
    return socket.state == TcpState::Listen &&
           std::count_if(rest.sockets.begin(), rest.sockets.end(), [&](const SeenSocket& other) {
             return other.state == TcpState::Listen && other.host == socket.host &&
                    other.local == socket.local;
           }) > 1;
  }
  void add_groups(const Rest& rest, std::vector<std::string>& texts) {
    struct Group {
      std::int64_t members = 0, receive_queue = 0, send_queue = 0;
    };
    std::map<std::string, Group> groups;
    for (const SeenSocket& socket : rest.sockets) {
      if (!in_group(rest, socket)) continue;
      Group& group =
          groups[fmt::format("{} LISTEN {}", setup_.hosts[socket.host].name, names_.name(socket.local))];
      ++group.members;
      group.receive_queue += socket.receive_queue;
      group.send_queue += socket.send_queue;
    }
    for (const auto& [name, group] : groups)
      texts.push_back(fmt::format("{}: {} sockets hold {} of {} together", name, group.members,
                                  group.receive_queue, group.send_queue));
  }

  /// Rows and counters are sets: sorted, as nothing else orders them alike on both kernels.
  void add(const Rest& rest, std::map<std::string, std::int64_t>& before) {
    std::vector<std::string> texts;
    for (const auto& [task, made] : rest.moment.calls)
      texts.push_back(fmt::format("{} has made {} calls", task_name(task, setup_), made));
    add_groups(rest, texts);
    for (const SeenSocket& socket : rest.sockets)
      if (!in_group(rest, socket))
        texts.push_back(fmt::format("{} {}{} {} {} {} {}", setup_.hosts[socket.host].name,
                                    socket.udp ? "udp " : "", ss_name(socket.state), socket.receive_queue,
                                    socket.send_queue, names_.name(socket.local), names_.name(socket.peer)));
    for (const SeenLocal& local : rest.locals)
      texts.push_back(names_.in_words(fmt::format("{} {} {} {} {} {}", setup_.hosts[local.host].name,
                                                  observe::netid(local.type), ss_name(local.state),
                                                  local.receive_queue, local.send_queue, local.name)));
    for (const SeenCounter& counter : rest.counters) {
      if (!counter_named(counter.name)) continue;
      const std::string name = fmt::format("{} {}", setup_.hosts[counter.host].name, counter.name);
      const std::int64_t since = counter.moved - std::exchange(before[name], counter.moved);
      if (since == 0) continue;
      // How many a listener of a group had is its kernel's secret, too.
      const bool by_hash = counter.name == row_of(Counter::TcpExtTCPMigrateReqSuccess).name;
      texts.push_back(by_hash ? fmt::format("{} counts some", name) : fmt::format("{} {:+}", name, since));
    }
    std::sort(texts.begin(), texts.end());
    for (std::string& text : texts) {
      Line line;
      line.text = std::move(text);
      line.time = rest.moment.at;
      strand(rest.moment.name).lines.push_back(std::move(line));
    }
  }

  const Seen& seen_;
  const Setup& setup_;
  const ByteStore& bytes_;
  Names names_;
  std::vector<Strand> strands_;
  std::map<std::string, std::size_t> places_;
  std::map<std::string, Connection> connections_;
  std::map<std::string, Time> same_bytes_;
};

}  // namespace

std::vector<Strand> in_script_space(const Seen& seen, const Setup& setup, const ByteStore& bytes) {
  return Strands(seen, setup, bytes).take();
}

std::vector<std::string> unknown_counters(const Seen& seen, const Setup& setup) {
  std::vector<std::string> unknown;
  if (seen.rests.empty()) return unknown;
  for (const SeenCounter& counter : seen.rests.back().counters)
    if (counter.moved != 0 && !counter_named(counter.name))
      unknown.push_back(
          fmt::format("{} {} {:+}", setup.hosts[counter.host].name, counter.name, counter.moved));
  return unknown;
}

}  // namespace sockarium::compare
