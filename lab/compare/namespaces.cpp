#include "lab/compare/namespaces.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>

#include "lab/compare/mailbox.h"
#include "lab/compare/netlink.h"

namespace sockarium::compare {

namespace {

constexpr int can_not = 3;  // exit status of the process that should have made the namespaces

bool write_file(const std::string& path, const std::string& text) {
  const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool whole = write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  close(fd);
  return whole;
}

bool leave_namespaces() {
  constexpr int fresh = CLONE_NEWNET | CLONE_NEWPID;
  const uid_t user = geteuid();
  const gid_t group = getegid();
  if (unshare(fresh) == 0) return true;
  if (unshare(CLONE_NEWUSER | fresh) != 0) return false;
  write_file("/proc/self/setgroups", "deny");
  return write_file("/proc/self/uid_map", fmt::format("0 {} 1", user)) &&
         write_file("/proc/self/gid_map", fmt::format("0 {} 1", group));
}

/// A fault must not climb out into a second copy of the program.
std::string contained(const std::function<std::string()>& work) {
  try {
    return work();
  } catch (const std::exception& fault) {
    fmt::print(stderr, "sockarium: internal fault on the real side: {}\n", fault.what());
    _exit(1);
  }
}

/// The process between: it only holds the door to the new process namespace. Ends with the work.
[[noreturn]] void keep_door(const std::function<std::string()>& work, int answer, pid_t starter) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != starter) _exit(1);
  if (!leave_namespaces()) _exit(can_not);
  const pid_t worker = fork();
  if (worker < 0) _exit(can_not);
  if (worker == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    std::signal(SIGPIPE, SIG_IGN);
    const std::string text = contained(work);
    for (std::size_t done = 0; done < text.size();) {
      const ssize_t wrote = write(answer, text.data() + done, text.size() - done);
      if (wrote <= 0) _exit(1);
      done += static_cast<std::size_t>(wrote);
    }
    _exit(0);
  }
  close(answer);
  int status = 0;
  while (waitpid(worker, &status, 0) < 0 && errno == EINTR) {
  }
  _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

netlink::Mac mac_of(std::size_t link, std::size_t end) {
  return {2,
          0,
          0,
          static_cast<std::uint8_t>(link >> 8),
          static_cast<std::uint8_t>(link),
          static_cast<std::uint8_t>(end)};
}

/// A packet socket on an interface of this namespace, for IPv4 that comes in.
int hear(const std::string& interface) {
  const int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -1;
  const int on = 1, room = 4 << 20;
  setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on);
  setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
  sockaddr_ll place{};
  place.sll_family = AF_PACKET;
  place.sll_protocol = htons(ETH_P_IP);
  place.sll_ifindex = static_cast<int>(if_nametoindex(interface.c_str()));
  if (bind(fd, reinterpret_cast<const sockaddr*>(&place), sizeof place) == 0) return fd;
  close(fd);
  return -1;
}

/// Sets every setting of the model's table, so that the machine's own defaults decide nothing. What the
/// scenario asks for must be possible.
std::string set_sysctls(const HostSetup& host) {
  write_file("/proc/sys/net/ipv4/tcp_syncookies", "0");  // the model has none: a full SYN queue drops
  Sysctls values = Sysctls::defaults();
  for (const auto& [id, value] : host.sysctls) values[id] = value;
  for (const SysctlRow& row : sysctl_table) {
    std::string path(row.name), text = std::to_string(values[row.id]);
    if (row.id == Sysctl::PortRangeLow || row.id == Sysctl::TcpRmemMax || row.id == Sysctl::TcpWmemMax)
      continue;
    if (row.id == Sysctl::PortRangeHigh) text = fmt::format("{} {}", values[Sysctl::PortRangeLow], text);
    if (row.id == Sysctl::TcpRmemDefault) text = fmt::format("4096 {} {}", text, values[Sysctl::TcpRmemMax]);
    if (row.id == Sysctl::TcpWmemDefault) text = fmt::format("4096 {} {}", text, values[Sysctl::TcpWmemMax]);
    for (const char* part : {".low", ".high", ".default"})
      if (path.ends_with(part)) path.resize(path.size() - std::strlen(part));
    for (char& c : path)
      if (c == '.') c = '/';
    const bool done = write_file("/proc/sys/" + path, text);
    for (const auto& [id, value] : host.sysctls)
      if (id == row.id && !done)
        return fmt::format("this kernel does not let {} be {} in a network namespace", row.name, value);
  }
  return {};
}

std::string trouble(const char* what, int error) {
  return error == 0 ? "" : fmt::format("{}: {}", what, std::strerror(error));
}

std::string join(const Setup& setup, const RealNetwork& network, std::size_t link, std::size_t end) {
  const LinkSetup& plan = setup.links[link];
  const std::size_t here = end == 0 ? plan.a : plan.b, there = end == 0 ? plan.b : plan.a;
  const std::string name = fmt::format("link{}", link);
  enter(network.hosts[here]);
  if (const int error = netlink::switch_off_offloads(name))
    return trouble("no offload can be switched off", error);
  if (const int error = netlink::set_up(name)) return trouble("a link can't be set up", error);
  const std::vector<Address>& mine = setup.hosts[here].addresses;
  for (const Address& address : setup.hosts[there].addresses) {
    if (mine.empty()) return "a host without an address has a link";
    const int route = netlink::add_route(name, address, mine.front());
    if (route != 0 && route != EEXIST) return trouble("no route can be added", route);
    if (const int error = netlink::add_neighbour(name, address, mac_of(link, 1 - end)))
      return trouble("no neighbour can be added", error);
  }
  return {};
}

}  // namespace

Outcome in_new_namespaces(const std::function<std::string()>& work, Duration limit) {
  Outcome outcome;
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    outcome.possible = false;
    return outcome;
  }
  const pid_t self = getpid();
  const pid_t keeper = fork();
  if (keeper == 0) {
    close(ends[0]);
    keep_door(work, ends[1], self);
  }
  close(ends[1]);
  const std::int64_t deadline = monotonic_now() + limit;
  std::array<char, 65536> part{};
  for (;;) {
    const std::int64_t left = deadline - monotonic_now();
    pollfd ready{ends[0], POLLIN, 0};
    const int polled = left <= 0 ? 0 : poll(&ready, 1, static_cast<int>(left / millisecond) + 1);
    if (polled < 0 && errno == EINTR) continue;
    if (polled <= 0) {
      outcome.in_time = false;
      break;
    }
    const ssize_t size = read(ends[0], part.data(), part.size());
    if (size <= 0) break;
    outcome.text.append(part.data(), static_cast<std::size_t>(size));
  }
  close(ends[0]);
  if (keeper < 0) {
    outcome.possible = false;
    return outcome;
  }
  if (!outcome.in_time) kill(keeper, SIGKILL);  // the worker follows it, and all that the worker made
  int status = 0;
  while (waitpid(keeper, &status, 0) < 0 && errno == EINTR) {
  }
  outcome.possible = !(WIFEXITED(status) && WEXITSTATUS(status) == can_not);
  outcome.finished = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  return outcome;
}

bool enter(int host_namespace) {
  return setns(host_namespace, CLONE_NEWNET) == 0;
}

std::string build(const Setup& setup, RealNetwork& network) {
  const int middle = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  if (middle < 0) return "the namespace has no name below /proc";
  for (const HostSetup& host : setup.hosts) {
    if (unshare(CLONE_NEWNET) != 0) return trouble("no further network namespace", errno);
    network.hosts.push_back(open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC));
    if (const int error = netlink::set_up("lo")) return trouble("loopback can't be set up", error);
    for (const Address& address : host.addresses)
      if (const int error = netlink::add_address("lo", address))
        return trouble(("no address " + to_string(address)).c_str(), error);
    if (const std::string why = set_sysctls(host); !why.empty()) return why;
    netlink::switch_off_offloads("lo");  // what can't be switched off there does no harm
    network.loopbacks.push_back(hear("lo"));
    if (network.loopbacks.back() < 0) return "packet sockets can't be had here";
  }
  if (!enter(middle)) return "the relay's namespace is lost";
  for (std::size_t link = 0; link < setup.links.size(); ++link) {
    const LinkSetup& plan = setup.links[link];
    std::array<int, 2> ends{};
    for (std::size_t end = 0; end < 2; ++end) {
      const std::string name = fmt::format("wire{}{}", link, end == 0 ? 'a' : 'b');
      const int host = network.hosts[end == 0 ? plan.a : plan.b];
      if (const int error = netlink::add_veth(name, fmt::format("link{}", link), host, mac_of(link, end),
                                              static_cast<std::uint32_t>(plan.mtu)))
        return trouble("no virtual Ethernet pair", error);
      if (const int error = netlink::set_up(name)) return trouble("the relay's end can't be set up", error);
      if ((ends[end] = hear(name)) < 0) return "packet sockets can't be had here";
    }
    network.wires.push_back(ends);
    for (std::size_t end = 0; end < 2; ++end) {
      if (const std::string why = join(setup, network, link, end); !why.empty()) return why;
      enter(middle);
    }
  }
  return {};
}

}  // namespace sockarium::compare
