#include "lab/compare/agent.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

#include "lab/compare/agent_address.h"
#include "lab/compare/agent_message.h"
#include "lab/compare/agent_signals.h"
#include "lab/compare/agent_waiting.h"
#include "lab/compare/file_space.h"
#include "lab/compare/punctual.h"

namespace sockarium::compare {

namespace {

std::atomic<int> tasks_here{1};  // threads of this process, its first included
bool has_own_files = false;      // else the machine's would be in reach

void serve(Mailroom& mailroom, std::size_t box);

void drop_capabilities() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> none{};
  syscall(SYS_capset, &header, none.data());
}

/// In a user namespace there is one user: then the missing capabilities make the difference to root.
std::int64_t become(std::uint32_t user) {
  if (setresgid(user, user, user) != 0 || setresuid(user, user, user) != 0) errno = 0;
  drop_capabilities();
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // it is forgotten with the user
  return 0;
}

struct Names {
  int level, name;
};
Names names_of(Option option) {
  switch (option) {
    case Option::ReuseAddr:
      return {SOL_SOCKET, SO_REUSEADDR};
    case Option::ReusePort:
      return {SOL_SOCKET, SO_REUSEPORT};
    case Option::KeepAlive:
      return {SOL_SOCKET, SO_KEEPALIVE};
    case Option::Error:
      return {SOL_SOCKET, SO_ERROR};
    case Option::Type:
      return {SOL_SOCKET, SO_TYPE};
    case Option::AcceptConn:
      return {SOL_SOCKET, SO_ACCEPTCONN};
    case Option::Linger:
      return {SOL_SOCKET, SO_LINGER};
    case Option::ReceiveBuffer:
      return {SOL_SOCKET, SO_RCVBUF};
    case Option::SendBuffer:
      return {SOL_SOCKET, SO_SNDBUF};
    case Option::ReceiveTimeout:
      return {SOL_SOCKET, SO_RCVTIMEO};
    case Option::SendTimeout:
      return {SOL_SOCKET, SO_SNDTIMEO};
    case Option::Broadcast:
      return {SOL_SOCKET, SO_BROADCAST};
    case Option::NoDelay:
      return {IPPROTO_TCP, TCP_NODELAY};
    case Option::Linger2:
      return {IPPROTO_TCP, TCP_LINGER2};
    case Option::MaxSeg:
      return {IPPROTO_TCP, TCP_MAXSEG};
    case Option::SynCount:
      return {IPPROTO_TCP, TCP_SYNCNT};
    case Option::DeferAccept:
      return {IPPROTO_TCP, TCP_DEFER_ACCEPT};
    case Option::KeepIdle:
      return {IPPROTO_TCP, TCP_KEEPIDLE};
    case Option::KeepInterval:
      return {IPPROTO_TCP, TCP_KEEPINTVL};
    case Option::KeepCount:
      return {IPPROTO_TCP, TCP_KEEPCNT};
    case Option::UserTimeout:
      return {IPPROTO_TCP, TCP_USER_TIMEOUT};
    case Option::ReceiveErrors:
      return {IPPROTO_IP, IP_RECVERR};
    case Option::BindAddressNoPort:
      return {IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT};
    case Option::LocalPortRange:
      return {IPPROTO_IP, 51};  // IP_LOCAL_PORT_RANGE, newer than the C library's headers
    case Option::V6Only:
      return {IPPROTO_IPV6, IPV6_V6ONLY};
    case Option::ReceiveErrors6:
      return {IPPROTO_IPV6, IPV6_RECVERR};
    case Option::MtuDiscover6:
      return {IPPROTO_IPV6, IPV6_MTU_DISCOVER};
    case Option::Mtu6:
      return {IPPROTO_IPV6, IPV6_MTU};
    case Option::DontFragment6:
      return {IPPROTO_IPV6, IPV6_DONTFRAG};
    case Option::MulticastInterface6:
      return {IPPROTO_IPV6, IPV6_MULTICAST_IF};
    case Option::MulticastLoop6:
      return {IPPROTO_IPV6, IPV6_MULTICAST_LOOP};
    case Option::MulticastAll6:
      return {IPPROTO_IPV6, IPV6_MULTICAST_ALL};
    case Option::JoinGroup6:
      return {IPPROTO_IPV6, IPV6_JOIN_GROUP};
    case Option::LeaveGroup6:
      return {IPPROTO_IPV6, IPV6_LEAVE_GROUP};
    case Option::UnicastHops6:
      return {IPPROTO_IPV6, IPV6_UNICAST_HOPS};
    case Option::MulticastHops6:
      return {IPPROTO_IPV6, IPV6_MULTICAST_HOPS};
    case Option::PeerCred:
      return {SOL_SOCKET, SO_PEERCRED};
    case Option::OobInline:
      return {SOL_SOCKET, SO_OOBINLINE};
    case Option::Ttl:
      return {IPPROTO_IP, IP_TTL};
    case Option::MtuDiscover:
      return {IPPROTO_IP, IP_MTU_DISCOVER};
    case Option::Mtu:
      return {IPPROTO_IP, IP_MTU};
    case Option::MulticastInterface:
      return {IPPROTO_IP, IP_MULTICAST_IF};
    case Option::MulticastTtl:
      return {IPPROTO_IP, IP_MULTICAST_TTL};
    case Option::MulticastLoop:
      return {IPPROTO_IP, IP_MULTICAST_LOOP};
    case Option::MulticastAll:
      return {IPPROTO_IP, IP_MULTICAST_ALL};
    case Option::AddMembership:
      return {IPPROTO_IP, IP_ADD_MEMBERSHIP};
    case Option::DropMembership:
      return {IPPROTO_IP, IP_DROP_MEMBERSHIP};
  }
  return {0, 0};
}

/// Each call for real. A handler fills in what the call brings besides its value, which it returns; −1: see
/// errno.
struct Call {
  Mailroom& mailroom;
  Mailbox& box;
  SysResult& result;

  std::int64_t operator()(const sys::Socket& c) const {
    const int fd = socket(c.domain, c.type, c.protocol);
    // The machine's own choice may be another one (bbr), which paces what it sends.
    if (fd >= 0 && c.domain != AF_UNIX && (c.type & 0xf) == SOCK_STREAM)
      setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "cubic", 5);
    return fd;
  }
  /// The text of a payload, which begins at `place` of the mailbox.
  std::string_view part(const Bytes& payload, std::size_t place) const {
    return {box.payload.data() + place, payload.length};
  }
  template <class Named>
  SocketAddress address_of(const Named& c, std::size_t place, std::int32_t length = 0) const {
    return c.domain == AF_UNIX ? to_sockaddr_un(part(c.path, place)) : to_sockaddr(c.to, c.domain, length);
  }
  /// A name in the file tree needs one.
  template <class Named, class Use>
  std::int64_t with_name(const Named& c, Use use, std::size_t place = 0) const {
    return c.domain == AF_UNIX && names_file(part(c.path, place)) ? with_files(use) : use();
  }
  std::int64_t operator()(const sys::Socketpair& c) const {
    std::array<int, 2> ends{};
    if (socketpair(c.domain, c.type, c.protocol, ends.data()) != 0) return -1;
    result.second = ends[1];
    return ends[0];
  }
  std::int64_t operator()(const sys::Sendmsg& c) const {
    const std::size_t fds = c.data.length + std::size_t{1}, path = fds + c.fds.length + 1;
    const auto use = [&] {
      return send_message(c, part(c.fds, fds), part(c.path, path), box.payload.data());
    };
    return names_file(part(c.path, path)) ? with_files(use) : use();
  }
  std::int64_t operator()(const sys::Recvmsg& c) const {
    return receive_message(c, room(c.size), box.payload.data(), result);
  }
  std::int64_t operator()(const sys::Rename& c) const {
    return with_files([&] { return rename(path(), path() + c.from.length + 1); });
  }
  std::int64_t operator()(const sys::Bind& c) const {
    const SocketAddress address = address_of(c, 0, c.length);
    return with_name(c, [&] { return bind(c.fd, address.get(), address.size); });
  }
  std::int64_t operator()(const sys::Listen& c) const { return listen(c.fd, c.backlog); }
  std::int64_t operator()(const sys::Accept& c) const {
    SocketAddress peer;
    const int fd = accept4(c.fd, peer.get(), &peer.size, c.flags);
    if (fd >= 0) take_address(peer, result, box.payload.data());
    return fd;
  }
  std::int64_t operator()(const sys::Connect& c) const {
    const SocketAddress address = address_of(c, 0);
    return with_name(c, [&] { return connect(c.fd, address.get(), address.size); });
  }
  std::int64_t operator()(const sys::Send& c) const {
    return send(c.fd, box.payload.data(), c.data.length, c.flags);
  }
  std::int64_t operator()(const sys::Sendto& c) const {
    const std::size_t place = c.data.length + std::size_t{1};
    const SocketAddress address = address_of(c, place);
    return with_name(
        c,
        [&] { return sendto(c.fd, box.payload.data(), c.data.length, c.flags, address.get(), address.size); },
        place);
  }
  std::int64_t operator()(const sys::Write& c) const {
    return write(c.fd, box.payload.data(), c.data.length);
  }
  std::int64_t came(ssize_t size) const {
    if (size > 0) result.data.length = static_cast<std::uint32_t>(size);
    return size;
  }
  static std::size_t room(std::int64_t size) {
    return size < 0 ? static_cast<std::size_t>(size) : std::min(static_cast<std::size_t>(size), payload_most);
  }
  std::int64_t operator()(const sys::Recv& c) const { return message(c.fd, c.size, c.flags, false); }
  std::int64_t operator()(const sys::Recvfrom& c) const { return message(c.fd, c.size, c.flags, true); }
  /// recvfrom(), and the flags of the message, which only recvmsg() tells. With MSG_TRUNC the value may be
  /// greater than what came.
  std::int64_t message(int fd, std::int64_t size, int flags, bool with_sender) const {
    SocketAddress sender;
    iovec place{box.payload.data(), room(size)};
    msghdr header{};
    header.msg_iov = &place;
    header.msg_iovlen = 1;
    if (with_sender) {
      header.msg_name = &sender.storage;
      header.msg_namelen = sender.size;
    }
    const ssize_t taken = recvmsg(fd, &header, flags);
    if (taken > 0) leave_kernels_choice(fd, box.payload.data(), static_cast<std::size_t>(taken));
    if (taken > 0)
      result.data.length =
          static_cast<std::uint32_t>(std::min<std::size_t>(static_cast<std::size_t>(taken), place.iov_len));
    if (taken < 0 || !with_sender) return taken;
    sender.size = header.msg_namelen;
    take_address(sender, result, box.payload.data() + result.data.length);
    result.flags = header.msg_flags & MSG_TRUNC;
    return taken;
  }
  /// A raw socket of IPv4 reads the IP header, too; its identification and checksum are the kernel's secret.
  static void leave_kernels_choice(int fd, char* packet, std::size_t size) {
    int type = 0, domain = 0;
    socklen_t length = sizeof type;
    getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length);
    length = sizeof domain;
    getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &length);
    if (type != SOCK_RAW || domain != AF_INET || size < 20) return;
    packet[4] = packet[5] = packet[10] = packet[11] = 0;
  }
  std::int64_t operator()(const sys::Read& c) const {
    const ssize_t size = read(c.fd, box.payload.data(), room(c.size));
    if (size > 0) agent_signals::leave_numbers(c.fd, box.payload.data(), static_cast<std::size_t>(size));
    return came(size);
  }
  std::int64_t operator()(const sys::Shutdown& c) const { return shutdown(c.fd, static_cast<int>(c.how)); }
  std::int64_t operator()(const sys::Close& c) const { return close(c.fd); }

  template <class Ask>
  std::int64_t name_by(Ask ask, int fd) const {
    SocketAddress address;
    const int answer = ask(fd, address.get(), &address.size);
    if (answer == 0) take_address(address, result, box.payload.data());
    return answer;
  }
  std::int64_t operator()(const sys::Getsockname& c) const { return name_by(getsockname, c.fd); }
  std::int64_t operator()(const sys::Getpeername& c) const { return name_by(getpeername, c.fd); }

  std::int64_t operator()(const sys::Setsockopt& c) const {
    const Names names = names_of(c.option);
    if (c.option == Option::Linger) {
      const linger value{static_cast<int>(c.value), static_cast<int>(c.second)};
      return setsockopt(c.fd, names.level, names.name, &value, sizeof value);
    }
    if (c.option == Option::ReceiveTimeout || c.option == Option::SendTimeout) {
      timeval value{};
      value.tv_sec = c.value / second;
      value.tv_usec = c.value % second / microsecond;
      return setsockopt(c.fd, names.level, names.name, &value, sizeof value);
    }
    if (c.option == Option::AddMembership || c.option == Option::DropMembership) {
      const ip_mreq value{{htonl(static_cast<in_addr_t>(c.value))},
                          {htonl(static_cast<in_addr_t>(c.second))}};
      return setsockopt(c.fd, names.level, names.name, &value, sizeof value);
    }
    if (c.option == Option::JoinGroup6 || c.option == Option::LeaveGroup6) {
      ipv6_mreq value{};
      std::memcpy(&value.ipv6mr_multiaddr, c.group.bytes.data(), c.group.bytes.size());
      value.ipv6mr_interface = static_cast<unsigned>(c.value);
      return setsockopt(c.fd, names.level, names.name, &value, sizeof value);
    }
    const bool address = c.option == Option::MulticastInterface;
    const int value =
        address ? static_cast<int>(htonl(static_cast<in_addr_t>(c.value))) : static_cast<int>(c.value);
    return setsockopt(c.fd, names.level, names.name, &value, sizeof value);
  }
  std::int64_t operator()(const sys::Getsockopt& c) const {
    const Names names = names_of(c.option);
    std::array<int, 4> value{};
    socklen_t size = sizeof value;
    if (getsockopt(c.fd, names.level, names.name, value.data(), &size) != 0) return -1;
    if (c.option == Option::ReceiveTimeout || c.option == Option::SendTimeout) {
      timeval time{};
      std::memcpy(&time, value.data(), sizeof time);
      return time.tv_sec * second + time.tv_usec * microsecond;
    }
    if (c.option == Option::MulticastInterface) return ntohl(static_cast<in_addr_t>(value[0]));
    if (c.option == Option::Linger || c.option == Option::PeerCred) result.second = value[1];
    if (c.option == Option::PeerCred) result.flags = value[2];
    return value[0];
  }
  std::int64_t operator()(const sys::Ioctl& c) const {
    int value = 0;
    const int answer = ioctl(static_cast<int>(c.fd),
                             static_cast<unsigned long>(static_cast<std::uint32_t>(c.request)), &value);
    return answer < 0 ? answer : value;
  }
  std::int64_t operator()(const sys::Dup& c) const { return dup(c.fd); }
  std::int64_t operator()(const sys::Dup2& c) const { return dup2(c.fd, c.to); }
  std::int64_t operator()(const sys::Dup3& c) const { return dup3(c.fd, c.to, c.flags); }
  std::int64_t operator()(const sys::Fcntl& c) const { return fcntl(c.fd, c.command, c.argument); }
  std::int64_t operator()(const sys::Pipe& c) const {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), static_cast<int>(c.flags)) != 0) return -1;
    result.second = ends[1];
    return ends[0];
  }
  const char* path() const { return box.payload.data(); }
  template <class Use>
  std::int64_t with_files(Use use) const {
    if (has_own_files) return use();
    errno = ENOSYS;
    return -1;
  }
  std::int64_t operator()(const sys::Open& c) const {
    return with_files([&] { return open(path(), c.flags, c.mode); });
  }
  std::int64_t operator()(const sys::Unlink&) const {
    return with_files([&] { return unlink(path()); });
  }
  std::int64_t operator()(const sys::InotifyInit& c) const {
    return inotify_init1(static_cast<int>(c.flags));
  }
  std::int64_t operator()(const sys::InotifyAddWatch& c) const {
    return with_files([&] { return inotify_add_watch(c.fd, path(), c.mask); });
  }
  std::int64_t operator()(const sys::InotifyRmWatch& c) const { return inotify_rm_watch(c.fd, c.wd); }
  std::int64_t operator()(const sys::Lseek& c) const { return lseek(c.fd, c.offset, c.whence); }
  std::int64_t operator()(const sys::Eventfd& c) const { return eventfd(c.initial, c.flags); }
  std::int64_t operator()(const sys::TimerfdCreate& c) const { return timerfd_create(c.clock, c.flags); }
  static timespec to_timespec(Duration d) { return {d / second, d % second}; }
  std::int64_t times(const itimerspec& spec) const {
    result.second = spec.it_interval.tv_sec * second + spec.it_interval.tv_nsec;
    return spec.it_value.tv_sec * second + spec.it_value.tv_nsec;
  }
  std::int64_t operator()(const sys::TimerfdSettime& c) const {
    const itimerspec fresh{to_timespec(c.interval), to_timespec(c.value)};
    itimerspec old{};
    return timerfd_settime(static_cast<int>(c.fd), 0, &fresh, &old) == 0 ? times(old) : -1;
  }
  std::int64_t operator()(const sys::TimerfdGettime& c) const {
    itimerspec now{};
    return timerfd_gettime(c.fd, &now) == 0 ? times(now) : -1;
  }
  /// An agent can't become another program: its mailbox would be gone. It does to descriptors what the kernel
  /// does then, and asks the kernel which have the flag.
  std::int64_t operator()(const sys::Exec&) const {
    std::vector<int> open_ones;
    if (DIR* numbers = opendir(proc_path("self/fd").c_str())) {
      while (const dirent* entry = readdir(numbers))
        if (const int fd = std::atoi(entry->d_name); entry->d_name[0] != '.' && fd != dirfd(numbers))
          open_ones.push_back(fd);
      closedir(numbers);
    }
    std::sort(open_ones.begin(), open_ones.end());
    for (const int fd : open_ones)
      if ((fcntl(fd, F_GETFD) & FD_CLOEXEC) > 0) close(fd);
    return 0;
  }
  std::int64_t operator()(const sys::Getrlimit& c) const {
    rlimit limit{};
    if (getrlimit(static_cast<__rlimit_resource>(c.resource), &limit) != 0) return -1;
    result.second = static_cast<std::int64_t>(limit.rlim_max);
    return static_cast<std::int64_t>(limit.rlim_cur);
  }
  std::int64_t operator()(const sys::Setrlimit& c) const {
    const rlimit limit{static_cast<rlim_t>(c.soft), static_cast<rlim_t>(c.hard)};
    return setrlimit(static_cast<__rlimit_resource>(c.resource), &limit);
  }
  std::int64_t operator()(const sys::Poll& c) const { return real_poll(c, box, result); }
  std::int64_t operator()(const sys::Select& c) const { return real_select(c, box, result); }
  std::int64_t operator()(const sys::EpollCreate& c) const {
    return epoll_create1(static_cast<int>(c.flags));
  }
  std::int64_t operator()(const sys::EpollCtl& c) const { return real_epoll_ctl(c); }
  std::int64_t operator()(const sys::EpollWait& c) const { return real_epoll_wait(c, box, result); }
  std::int64_t operator()(const sys::Getpid&) const { return getpid(); }
  std::int64_t operator()(const sys::Getppid&) const { return getppid(); }
  std::int64_t operator()(const sys::Getuid&) const { return getuid(); }
  std::int64_t operator()(const sys::Setuid& c) const {
    const auto user = static_cast<uid_t>(c.user);
    if (getuid() == 0 && user != 0) return become(user);
    return setresuid(user, user, user);
  }
  std::int64_t operator()(const sys::Kill& c) const {
    return kill(static_cast<pid_t>(c.pid), static_cast<int>(c.signal));
  }
  std::int64_t operator()(const sys::Sigaction& c) const { return agent_signals::set(c); }
  std::int64_t operator()(const sys::Sigprocmask& c) const { return agent_signals::block(c); }
  std::int64_t operator()(const sys::Signalfd& c) const { return agent_signals::make_descriptor(c); }
  std::int64_t operator()(const sys::Alarm& c) const { return agent_signals::alarm_in(c.after); }
  std::int64_t operator()(const sys::Fork&) const {
    const pid_t child = fork();
    if (child != 0) return child;
    tasks_here = 1;
    agent_signals::take();  // what had come was the parent's
    serve(mailroom, box.child);
    _exit(0);
  }
  std::int64_t operator()(const sys::Thread&) const {
    ++tasks_here;
    std::thread(serve, std::ref(mailroom), box.child).detach();
    return 0;
  }
  std::int64_t operator()(const sys::Wait& c) const { return waitpid(static_cast<pid_t>(c.pid), nullptr, 0); }
  std::int64_t operator()(const sys::Exit& c) const {
    if (--tasks_here == 0) _exit(static_cast<int>(c.status));
    return 0;
  }
  /// Only where a handler may run meanwhile: else the run pauses by itself.
  std::int64_t operator()(const sys::Sleep& c) const {
    const timespec pause = to_timespec(c.duration);
    errno = clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, nullptr);
    return errno == 0 ? 0 : -1;
  }
  // The run answers these itself: they are no business of the network's.
  std::int64_t operator()(const sys::Compute&) const { return 0; }
  std::int64_t operator()(const sys::Now&) const { return 0; }
  std::int64_t operator()(const sys::Random&) const { return 0; }
  std::int64_t operator()(const sys::Join&) const { return 0; }
  std::int64_t operator()(const sys::Inject&) const { return 0; }
  std::int64_t operator()(const sys::Capture&) const { return 0; }
};

void serve(Mailroom& mailroom, std::size_t number) {
  Mailbox& box = mailroom.boxes[number];
  const ssize_t length = readlink(proc_path("thread-self").c_str(), box.task.data(), box.task.size() - 1);
  box.task[length > 0 ? static_cast<std::size_t>(length) : 0] = '\0';
  box.alive = 1;
  for (;;) {
    for (std::uint32_t seen = box.state; seen != static_cast<std::uint32_t>(Letter::Asked); seen = box.state)
      wait_for_change(box.state, seen, 0);
    const Syscall call = unflatten(box.call);
    SysResult result;
    box.state = static_cast<std::uint32_t>(Letter::Calling);
    errno = 0;
    result.value = std::visit(Call{mailroom, box, result}, call);
    if (result.value < 0) result.error = static_cast<Errno>(errno);
    result.signals = agent_signals::take();
    result.restarts = result.error == Errno::INTR && agent_signals::restarts(call, result.signals) ? 1 : 0;
    const bool ends = std::holds_alternative<sys::Exit>(call);
    box.result = result;
    box.returned = monotonic_now();
    if (ends) box.alive = 0;
    box.state = static_cast<std::uint32_t>(Letter::Answered);
    ++mailroom.bell;
    wake_all(mailroom.bell);
    // The thread that a process began with must outlive the others.
    if (ends && syscall(SYS_gettid) != getpid()) return;
    while (ends) pause();
  }
}

}  // namespace

void live_as_agent(Mailroom& mailroom, const AgentPlan& plan) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  be_punctual();
  std::signal(SIGPIPE, SIG_DFL);
  setsid();  // Ctrl+C is for the program, which ends its agents; they know no signals but the scenario's
  std::signal(SIGINT, SIG_DFL);
  has_own_files = enter_file_space(plan.host);
  umask(022);
  const int nothing = open("/dev/null", O_RDWR);
  for (int fd = 0; fd < 3; ++fd) dup2(nothing, fd);
  close_range(plan.nofile >= 3 ? 3 : 0, ~0u, 0);
  const rlimit limit{plan.nofile, plan.nofile_hard};
  setrlimit(RLIMIT_NOFILE, &limit);
  if (plan.user != 0) become(plan.user);
  serve(mailroom, plan.box);
  _exit(0);
}

}  // namespace sockarium::compare
