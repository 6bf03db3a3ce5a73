// See names.h.
#include "sim/observe/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "sim/inet/device.h"
#include "sim/kernel/descriptors.h"
#include "sim/observe/local_sockets.h"
#include "sim/unix/unix.h"

namespace sockarium::observe {

namespace {

bool before(const Bytes& a, const Bytes& b) {
  return std::tie(a.chunk, a.offset, a.length) < std::tie(b.chunk, b.offset, b.length);
}

bool has_several_addresses(const World& world, NetId net) {
  const InterfaceId first = world.inet.nets.read(net).first_interface;
  return first && world.inet.interfaces.read(first).next;
}

std::string bytes_text(std::int64_t count) {
  return counted(count, "byte", "bytes");
}

/// As strace writes them.
std::string arguments_text(const Syscall& call) {
  static const ByteStore no_data;
  const std::string text = to_string(call, no_data);
  return text.substr(name(call).size() + 1, text.size() - name(call).size() - 2);
}

/// The arguments as people say them: sizes instead of buffers, names instead of structures.
struct Arguments {
  const Names& names;

  static std::string local_type(std::int32_t type) {
    const std::int32_t base = type & 0xf;
    return base == 1 ? "Unix stream" : base == 2 ? "Unix datagrams" : "Unix packets in sequence";
  }
  std::string operator()(const sys::Socket& c) const {
    if (c.domain == af_unix) return local_type(c.type);
    if (c.domain == af_packet) return "AF_PACKET";
    if (c.domain == af_netlink) return "AF_NETLINK";
    if (c.protocol == ipproto_icmp || c.protocol == ipproto_icmpv6) return "ICMP";
    return (c.type & 0xf) == 2 ? "UDP" : "TCP";
  }
  std::string operator()(const sys::Socketpair& c) const { return local_type(c.type); }
  /// «, 2 descriptors»
  static std::string with_descriptors(const Bytes& fds) {
    return fds.empty() ? "" : ", " + counted(fds.length / 4, "descriptor", "descriptors");
  }
  std::string operator()(const sys::Sendmsg& c) const {
    const std::string to = c.path.empty() ? "" : ", " + names.local_name(c.path);
    return fmt::format("{}, {}{}{}", c.fd, bytes_text(c.data.length), with_descriptors(c.fds), to);
  }
  std::string operator()(const sys::Recvmsg& c) const { return fmt::format("{}, {}", c.fd, c.size); }
  std::string operator()(const sys::Rename& c) const {
    return fmt::format("{}, {}", path(c.from), path(c.to));
  }
  std::string operator()(const sys::Bind& c) const {
    if (c.domain == af_unix) return fmt::format("{}, {}", c.fd, names.local_name(c.path));
    if (c.domain == af_packet) return fmt::format("{}, {}", c.fd, inet::device_name(c.number));
    if (c.domain == af_netlink) return fmt::format("{}, port id {}", c.fd, c.number);
    return fmt::format("{}, {}", c.fd, names.endpoint(c.to));
  }
  std::string operator()(const sys::Connect& c) const {
    if (c.domain == af_netlink) return fmt::format("{}, the kernel", c.fd);
    if (c.domain == af_unspec) return fmt::format("{}, AF_UNSPEC", c.fd);
    if (c.domain == af_unix) return fmt::format("{}, {}", c.fd, names.local_name(c.path));
    return fmt::format("{}, {}", c.fd, names.endpoint(c.to));
  }
  std::string operator()(const sys::Listen& c) const { return fmt::format("{}, {}", c.fd, c.backlog); }
  std::string operator()(const sys::Send& c) const {
    return fmt::format("{}, {}", c.fd, bytes_text(c.data.length));
  }
  std::string operator()(const sys::Sendto& c) const {
    return fmt::format("{}, {}, {}", c.fd, bytes_text(c.data.length),
                       c.domain == af_unix ? names.local_name(c.path) : names.endpoint(c.to));
  }
  std::string operator()(const sys::Write& c) const {
    return fmt::format("{}, {}", c.fd, bytes_text(c.data.length));
  }
  std::string operator()(const sys::Recv& c) const { return fmt::format("{}, {}", c.fd, c.size); }
  std::string operator()(const sys::Recvfrom& c) const { return fmt::format("{}, {}", c.fd, c.size); }
  std::string operator()(const sys::Read& c) const { return fmt::format("{}, {}", c.fd, c.size); }
  std::string operator()(const sys::Shutdown& c) const {
    return fmt::format("{}, {}", c.fd,
                       c.how == Shut::Read    ? "SHUT_RD"
                       : c.how == Shut::Write ? "SHUT_WR"
                                              : "SHUT_RDWR");
  }
  std::string operator()(const sys::Setsockopt& c) const {
    return fmt::format("{}, {}", c.fd, option_table[static_cast<std::size_t>(c.option)].name);
  }
  std::string operator()(const sys::Getsockopt& c) const {
    return fmt::format("{}, {}", c.fd, option_table[static_cast<std::size_t>(c.option)].name);
  }
  std::string operator()(const sys::Ioctl& c) const {
    return fmt::format("{}, {}", c.fd,
                       c.request == siocatmark ? "SIOCATMARK"
                       : c.request == fionread ? "FIONREAD"
                                               : "SIOCOUTQ");
  }
  std::string operator()(const sys::Dup2& c) const { return fmt::format("{}, {}", c.fd, c.to); }
  std::string operator()(const sys::Dup3& c) const { return fmt::format("{}, {}", c.fd, c.to); }
  std::string operator()(const sys::Fcntl& c) const { return arguments_text(c); }
  std::string path(const Bytes& name) const { return fmt::format("\"{}\"", names.bytes().text(name)); }
  std::string operator()(const sys::Open& c) const { return path(c.path); }
  std::string operator()(const sys::Unlink& c) const { return path(c.path); }
  std::string operator()(const sys::InotifyAddWatch& c) const {
    return fmt::format("{}, {}", c.fd, path(c.path));
  }
  std::string operator()(const sys::InotifyRmWatch& c) const { return arguments_text(c); }
  std::string operator()(const sys::Lseek& c) const { return arguments_text(c); }
  std::string operator()(const sys::Eventfd& c) const { return fmt::format("{}", c.initial); }
  std::string operator()(const sys::TimerfdSettime& c) const {
    return fmt::format("{}, {}", c.fd, duration_text(c.value));
  }
  std::string limit(Duration timeout) const {
    return timeout < 0 ? "" : timeout == 0 ? ", no wait" : fmt::format(", {}", duration_text(timeout));
  }
  std::string operator()(const sys::Poll& c) const {
    return counted(c.set.length / static_cast<std::int64_t>(sizeof(PollEntry)), "descriptor", "descriptors") +
           limit(c.timeout);
  }
  std::string operator()(const sys::Select& c) const {
    return counted(c.set.length / static_cast<std::int64_t>(sizeof(PollEntry)), "descriptor", "descriptors") +
           limit(c.timeout);
  }
  std::string operator()(const sys::EpollCreate&) const { return ""; }
  std::string operator()(const sys::EpollCtl& c) const {
    const char* verb = c.operation == epoll_ctl_add ? "add" : c.operation == epoll_ctl_del ? "del" : "mod";
    const std::string what = fmt::format("{}, {} {}", c.fd, verb, c.target);
    return c.operation == epoll_ctl_del ? what : what + ": " + event_names(c.events, "");
  }
  std::string operator()(const sys::EpollWait& c) const { return std::to_string(c.fd) + limit(c.timeout); }
  std::string operator()(const sys::Setrlimit& c) const { return arguments_text(c); }
  std::string operator()(const sys::Getrlimit& c) const { return arguments_text(c); }
  std::string operator()(const sys::Sleep& c) const { return duration_text(c.duration); }
  std::string operator()(const sys::Compute& c) const { return duration_text(c.duration); }
  std::string operator()(const sys::Random& c) const { return fmt::format("{}, {}", c.low, c.high); }
  std::string operator()(const sys::Inject& c) const { return bytes_text(c.packet.length); }
  std::string operator()(const sys::Capture& c) const { return c.within < 0 ? "" : duration_text(c.within); }
  std::string operator()(const sys::Join& c) const { return fmt::format("{}", c.tid); }
  std::string operator()(const sys::Wait& c) const { return fmt::format("{}", c.pid); }
  std::string operator()(const sys::Exit& c) const { return fmt::format("{}", c.status); }
  template <class Call>
  std::string operator()(const Call& c) const {
    if constexpr (requires { c.fd; })
      return fmt::format("{}", c.fd);
    else
      return "";
  }
};

}  // namespace

std::string Names::host(HostId id) const {
  const kernel::Host* host = world_.kernel.hosts.find(id);
  return host != nullptr ? bytes_.text(host->name) : "nobody";
}

HostId Names::host_of(const Address& address) const {
  const NetId* net = world_.inet.owners.find(inet::AddressKey{address});
  return net != nullptr ? world_.inet.nets.read(*net).host : HostId{};
}

HostId Names::host_of(ProcessId id) const {
  const kernel::Process* process = world_.kernel.processes.find(id);
  return process != nullptr ? process->host : HostId{};
}

std::string Names::address(HostId id) const {
  const kernel::Host* host = world_.kernel.hosts.find(id);
  if (host == nullptr) return "";
  const InterfaceId first = world_.inet.nets.read(host->net).first_interface;
  return first ? to_string(world_.inet.interfaces.read(first).address) : "";
}

/// Do several programs of the scenario have this name?
bool Names::is_shared(const Bytes& name) const {
  if (programs_.empty()) {
    for (const ProcessId other : ids(world_.kernel.processes))
      if (!world_.kernel.processes.read(other).parent)
        programs_.push_back(world_.kernel.processes.read(other).name);
    std::sort(programs_.begin(), programs_.end(), before);
  }
  const auto range = std::equal_range(programs_.begin(), programs_.end(), name, before);
  return range.second - range.first > 1;
}

TaskId Names::main_task(ProcessId id) const {
  if (main_tasks_.empty())
    for (const TaskId task : ids(world_.kernel.tasks))
      if (world_.kernel.tasks.read(task).tid == 1)
        main_tasks_.emplace(world_.kernel.tasks.read(task).process.raw(), task);
  const auto found = main_tasks_.find(id.raw());
  return found != main_tasks_.end() ? found->second : TaskId{};
}

std::string Names::thread(TaskId id) const {
  const kernel::Task* task = world_.kernel.tasks.find(id);
  if (task == nullptr) return "a process";
  std::string path;
  for (; task->parent; task = &world_.kernel.tasks.read(task->parent))
    path = fmt::format("/{}{}", task->nth + 1, path);
  return bytes_.text(world_.kernel.processes.read(task->process).name) + path;
}

std::string Names::program(ProcessId id) const {
  const kernel::Process* process = world_.kernel.processes.find(id);
  if (process == nullptr) return "a process";
  const TaskId main = process->parent ? main_task(id) : TaskId{};
  return main ? thread(main) : bytes_.text(process->name);
}

std::string Names::process(ProcessId id) const {
  const kernel::Process* process = world_.kernel.processes.find(id);
  return process != nullptr && is_shared(process->name) ? process_with_pid(id) : program(id);
}

std::string Names::process_with_pid(ProcessId id) const {
  const kernel::Process* process = world_.kernel.processes.find(id);
  if (process == nullptr) return "a process";
  return fmt::format("{} (pid {})", program(id), process->pid);
}

std::string Names::task(TaskId id) const {
  const kernel::Task* task = world_.kernel.tasks.find(id);
  if (task == nullptr) return "a process";
  return is_shared(world_.kernel.processes.read(task->process).name) ? task_with_pid(id) : thread(id);
}

std::string Names::task_with_pid(TaskId id) const {
  const kernel::Task* task = world_.kernel.tasks.find(id);
  if (task == nullptr) return "a process";
  return fmt::format("{} (pid {})", thread(id), world_.kernel.processes.read(task->process).pid);
}

ProcessId Names::process_of(TaskId id) const {
  const kernel::Task* task = world_.kernel.tasks.find(id);
  return task != nullptr ? task->process : ProcessId{};
}

std::string Names::endpoint(const Endpoint& endpoint) const {
  const std::string port = endpoint.port == 0 ? "*" : std::to_string(endpoint.port);
  if (endpoint.ip.is_wildcard()) return "*:" + port;
  if (endpoint.ip.is_loopback()) return "localhost:" + port;
  const HostId owner = host_of(endpoint.ip);
  if (!owner || has_several_addresses(world_, world_.kernel.hosts.read(owner).net))
    return to_string(endpoint.ip) + ":" + port;
  return host(owner) + ":" + port;
}

std::string Names::end(const wire::Packet& packet, const Endpoint& sender_or_receiver) const {
  if (!packet.is_icmp()) return endpoint(sender_or_receiver);
  const HostId owner = host_of(sender_or_receiver.ip);
  return owner ? host(owner) : to_string(sender_or_receiver.ip);
}

std::string Names::ends(const Ends& ends) const {
  if (ends.peer.port == 0) return endpoint(ends.local);
  return endpoint(ends.local) + " to " + endpoint(ends.peer);
}

std::string Names::socket(SocketId id) const {
  const inet::SocketBase* base = world_.inet.sockets.find(id);
  if (base != nullptr && base->kind == inet::EntryKind::Unix) return local(id);
  if (base != nullptr && base->kind == inet::EntryKind::Packet)
    return fmt::format("the packet socket on {}",
                       inet::device_name(world_.inet.taps.read(TapId::from_raw(base->entry)).device));
  if (base != nullptr && base->kind == inet::EntryKind::Netlink) return "the netlink socket";
  return base != nullptr ? ends(Ends{base->local, base->peer}) : "a socket";
}

std::string Names::local_name(const Bytes& name) const {
  const std::string text = observe::local_name(bytes_, name);
  return text.empty() ? "without a name" : text;
}

std::string Names::local(SocketId id) const {
  const inet::SocketBase* base = world_.inet.sockets.find(id);
  if (base == nullptr || base->kind != inet::EntryKind::Unix) return "a Unix socket";
  const unix::Socket& entry = unix::read_entry(world_, id);
  const std::string name = entry.name.empty() ? "a Unix socket" : local_name(entry.name);
  for (const ProcessId who : ids(world_.kernel.processes))
    for (auto open = kernel::next_open(world_, who, 0); open.file;
         open = kernel::next_open(world_, who, open.fd + 1))
      if (open.file == base->file) return fmt::format("{} of {}", name, process(who));
  return name;
}

std::string Names::listener(SocketId id, HostId where) const {
  const inet::SocketBase* base = world_.inet.sockets.find(id);
  if (base == nullptr) return "the listener on " + host(where);
  return fmt::format("{} on {}", endpoint(base->local), host(where));
}

std::string Names::file(OpenFileId id) const {
  const kernel::OpenFile& file = world_.kernel.files.read(id);
  const kernel::Node* node = world_.kernel.nodes.find(NodeId::from_raw(file.object));
  switch (file.kind) {
    case FileKind::Regular:
    case FileKind::Directory:
      if (node != nullptr) break;
      return std::string(name(file.kind));
    default:
      return std::string(name(file.kind));
  }
  std::string path = node->unlinked != 0 ? " (deleted)" : "";
  for (; node != nullptr && node->parent; node = world_.kernel.nodes.find(node->parent))
    path = "/" + bytes_.text(node->name) + path;
  return path.empty() ? "/" : path;
}

std::string Names::call(const Syscall& call) const {
  return fmt::format("{}({})", name(call), std::visit(Arguments{*this}, call));
}

std::string segment_name(const wire::Packet& packet) {
  if (packet.is_fragment()) return "a fragment of " + bytes_text(packet.payload.length);
  if (packet.is_icmp()) return "ICMP " + wire::icmp_name(packet);
  if (packet.protocol == wire::UDP) return bytes_text(packet.payload.length) + " of UDP";
  if (packet.has(wire::RST)) return "RST";
  if (packet.has(wire::SYN)) return packet.has(wire::ACK) ? "SYN-ACK" : "SYN";
  if (packet.payload.length > 0)
    return bytes_text(packet.payload.length) + (packet.has(wire::FIN) ? " with FIN" : "");
  if (packet.has(wire::FIN)) return "FIN";
  return packet.has(wire::ACK) ? "ACK" : "segment";
}

std::string duration_text(Duration duration) {
  const auto with_unit = [](Duration whole, Duration thousandths, std::string_view unit) {
    std::string text = std::to_string(whole);
    if (thousandths != 0) {
      text += fmt::format(".{:03}", thousandths);
      while (text.back() == '0') text.pop_back();
    }
    return fmt::format("{} {}", text, unit);
  };
  if (duration < 0) return "-" + duration_text(-duration);
  if (duration >= second) return with_unit(duration / second, duration % second / millisecond, "s");
  if (duration >= millisecond)
    return with_unit(duration / millisecond, duration % millisecond / microsecond, "ms");
  if (duration >= microsecond) return with_unit(duration / microsecond, duration % microsecond, "us");
  return duration == 0 ? "0 ms" : fmt::format("{} ns", duration);
}

std::string number_text(std::int64_t number) {
  std::string text = std::to_string(number);
  const std::size_t sign = number < 0 ? 1 : 0;
  for (std::size_t at = text.size(); at > sign + 3;) {
    at -= 3;
    text.insert(at, 1, ',');
  }
  return text;
}

std::string counted(std::int64_t number, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", number_text(number), number == 1 ? one : many);
}

}  // namespace sockarium::observe
