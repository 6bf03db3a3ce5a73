// Calls and what they bring, as strace(1) writes them.
#include <fmt/format.h>

#include <array>

#include "sim/core/signal.h"
#include "sim/core/syscall.h"
#include "sim/core/syscall_words.h"

namespace sockarium {

namespace {

using namespace strace;

struct Brought {
  const SysResult& result;
  const ByteStore& bytes;

  std::string operator()(const sys::Poll&) const {
    return result.value == 0 ? "(Timeout)"
                             : fmt::format("({})", poll_set(poll_entries(result.data, bytes), true));
  }
  std::string operator()(const sys::Select&) const {
    if (result.value == 0) return "(Timeout)";
    const std::vector<PollEntry> set = poll_entries(result.data, bytes);
    std::string text;
    constexpr std::array<std::pair<std::uint32_t, const char*>, 3> sets{
        {{poll_in, "in"}, {poll_out, "out"}, {poll_pri, "except"}}};
    for (const auto& [which, word] : sets)
      if (const std::string members = fd_set(set, which, true); members != "NULL")
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", word, members);
    return fmt::format("({})", text);
  }
  std::string operator()(const sys::EpollWait&) const {
    std::string text;
    std::size_t shown = 0;
    for (const EpollReport& report : epoll_reports(result.data, bytes)) {
      text += text.empty() ? "" : ", ";
      if (shown++ == shown_entries) return fmt::format("[{}...]", text);
      text += epoll_event(report);
    }
    return fmt::format("[{}]", text);
  }
  template <class Call>
  std::string operator()(const Call&) const {
    return "";
  }
};

struct Arguments {
  const ByteStore& bytes;
  std::string operator()(const sys::Socket& c) const {
    return fmt::format("{}, {}, {}", domain_name(c.domain), socket_type(c.type),
                       c.domain == af_unix      ? std::to_string(c.protocol)
                       : c.domain == af_packet  ? ethertype(swapped(c.protocol))
                       : c.domain == af_netlink ? netlink_protocol(c.protocol)
                       : c.protocol == 0        ? "IPPROTO_IP"
                       : c.protocol == 1        ? "IPPROTO_ICMP"
                       : c.protocol == 6        ? "IPPROTO_TCP"
                       : c.protocol == 17       ? "IPPROTO_UDP"
                       : c.protocol == 58       ? "IPPROTO_ICMPV6"
                                                : std::to_string(c.protocol));
  }
  std::string operator()(const sys::Bind& c) const {
    if (c.domain == af_packet)
      return fmt::format(
          "{}, {{sa_family=AF_PACKET, sll_protocol={}, sll_ifindex={}, sll_hatype=ARPHRD_NETROM, "
          "sll_pkttype=PACKET_HOST, sll_halen=0}}, {}",
          c.fd, ethertype(c.to.port), c.number == 0 ? "0" : device(c.number), c.length != 0 ? c.length : 20);
    if (c.domain == af_netlink)
      return fmt::format("{}, {{sa_family=AF_NETLINK, nl_pid={}, nl_groups=00000000}}, {}", c.fd, c.number,
                         c.length != 0 ? c.length : 12);
    if (c.domain == af_unix) return fmt::format("{}, {}", c.fd, sun_path(c.path));
    return fmt::format("{}, {}", c.fd, sockaddr(c.to, c.domain, c.length));
  }
  std::string operator()(const sys::Connect& c) const {
    if (c.domain == af_netlink) return fmt::format("{}, {}", c.fd, kernel_name);
    if (c.domain == af_unix) return fmt::format("{}, {}", c.fd, sun_path(c.path));
    return fmt::format("{}, {}", c.fd, sockaddr(c.to, c.domain));
  }
  std::string operator()(const sys::Listen& c) const { return fmt::format("{}, {}", c.fd, c.backlog); }
  std::string operator()(const sys::Accept& c) const { return fmt::format("{}", c.fd); }
  std::string operator()(const sys::Send& c) const {
    return fmt::format("{}, {}, {}, {}", c.fd, quoted(c.data, bytes), c.data.length, flag_names(c.flags));
  }
  std::string operator()(const sys::Recv& c) const {
    return fmt::format("{}, {}, {}", c.fd, c.size, flag_names(c.flags));
  }
  std::string operator()(const sys::Sendto& c) const {
    return fmt::format("{}, {}, {}, {}, {}", c.fd, quoted(c.data, bytes), c.data.length, flag_names(c.flags),
                       c.domain == af_unix      ? sun_path(c.path)
                       : c.domain == af_netlink ? std::string(kernel_name)
                                                : sockaddr(c.to, c.domain));
  }
  std::string operator()(const sys::Recvfrom& c) const {
    return fmt::format("{}, {}, {}", c.fd, c.size, flag_names(c.flags));
  }
  /// «{sa_family=AF_UNIX, sun_path=@"name"}, 7»: with the length of the address.
  std::string sun_path(const Bytes& path) const {
    const std::string text = bytes.text(path);
    const std::size_t most = 108;
    if (text.empty()) return "{sa_family=AF_UNIX}, 2";
    const std::size_t length = 2 + text.size() + (text[0] != '\0' && text.size() < most ? 1 : 0);
    return fmt::format("{{sa_family=AF_UNIX, sun_path={}}}, {}", sun_path_text(text), length);
  }
  std::string operator()(const sys::Socketpair& c) const {
    return fmt::format("{}, {}, {}", domain_name(c.domain), socket_type(c.type), c.protocol);
  }
  std::string operator()(const sys::Sendmsg& c) const {
    std::string name = "NULL, msg_namelen=0";
    if (!c.path.empty()) {
      name = sun_path(c.path);
      name.insert(name.rfind(' ') + 1, "msg_namelen=");
    }
    std::string control;
    std::string list;
    for (const std::int32_t fd : numbers_in(c.fds, bytes))
      list += fmt::format("{}{}", list.empty() ? "" : ", ", fd);
    if (!list.empty())
      control = fmt::format(
          ", msg_control=[{{cmsg_len={}, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[{}]}}], "
          "msg_controllen={}",
          16 + c.fds.length, list, 16 + (c.fds.length + 7) / 8 * 8);
    return fmt::format(
        "{}, {{msg_name={}, msg_iov=[{{iov_base={}, iov_len={}}}], msg_iovlen=1{}, msg_flags=0}}, {}", c.fd,
        name, quoted(c.data, bytes), c.data.length, control.empty() ? ", msg_controllen=0" : control,
        flag_names(c.flags));
  }
  std::string operator()(const sys::Recvmsg& c) const {
    return fmt::format("{}, {{msg_iov=[{{iov_len={}}}], msg_controllen={}}}, {}", c.fd, c.size, c.control,
                       flag_names(c.flags));
  }
  std::string operator()(const sys::Rename& c) const {
    return fmt::format("{}, {}", quoted(c.from, bytes), quoted(c.to, bytes));
  }
  std::string operator()(const sys::Write& c) const {
    return fmt::format("{}, {}, {}", c.fd, quoted(c.data, bytes), c.data.length);
  }
  std::string operator()(const sys::Read& c) const { return fmt::format("{}, {}", c.fd, c.size); }
  std::string operator()(const sys::Shutdown& c) const {
    return fmt::format("{}, {}", c.fd,
                       c.how == Shut::Read    ? "SHUT_RD"
                       : c.how == Shut::Write ? "SHUT_WR"
                                              : "SHUT_RDWR");
  }
  std::string operator()(const sys::Close& c) const { return fmt::format("{}", c.fd); }
  std::string operator()(const sys::Getsockname& c) const { return fmt::format("{}", c.fd); }
  std::string operator()(const sys::Getpeername& c) const { return fmt::format("{}", c.fd); }
  std::string operator()(const sys::Setsockopt& c) const {
    const OptionRow& row = option_table[static_cast<std::size_t>(c.option)];
    if (c.option == Option::Linger)
      return fmt::format("{}, {}, {}, {{l_onoff={}, l_linger={}}}", c.fd, row.level, row.name, c.value,
                         c.second);
    if (c.option == Option::ReceiveTimeout || c.option == Option::SendTimeout)
      return fmt::format("{}, {}, {}, {} s", c.fd, row.level, row.name, seconds(c.value));
    if (c.option == Option::AttachFilter)
      return fmt::format("{}, {}, {}, {{len={}, filter=...}}", c.fd, row.level, row.name, c.data.length / 8);
    if (c.option == Option::PacketMembership)
      return fmt::format("{}, {}, {}, {{mr_ifindex={}, mr_type=PACKET_MR_PROMISC, mr_alen=0}}", c.fd,
                         row.level, row.name, device(static_cast<std::uint32_t>(c.value)));
    const auto address = [](std::int64_t value) {
      return fmt::format("inet_addr(\"{}.{}.{}.{}\")", value >> 24 & 255, value >> 16 & 255, value >> 8 & 255,
                         value & 255);
    };
    if (c.option == Option::AddMembership || c.option == Option::DropMembership)
      return fmt::format("{}, {}, {}, {{imr_multiaddr={}, imr_interface={}}}", c.fd, row.level, row.name,
                         address(c.value), address(c.second));
    if (c.option == Option::JoinGroup6 || c.option == Option::LeaveGroup6)
      return fmt::format("{}, {}, {}, {{inet_pton(AF_INET6, \"{}\"), ipv6mr_interface={}}}", c.fd, row.level,
                         row.name, to_string(c.group), c.value);
    if (c.option == Option::MulticastInterface)
      return fmt::format("{}, {}, {}, {}", c.fd, row.level, row.name, address(c.value));
    return fmt::format("{}, {}, {}, [{}]", c.fd, row.level, row.name, c.value);
  }
  std::string operator()(const sys::Getsockopt& c) const {
    const OptionRow& row = option_table[static_cast<std::size_t>(c.option)];
    return fmt::format("{}, {}, {}", c.fd, row.level, row.name);
  }
  std::string operator()(const sys::Ioctl& c) const {
    const std::string request = c.request == siocatmark ? "SIOCATMARK"
                                : c.request == fionread ? "FIONREAD"
                                : c.request == siocoutq ? "SIOCOUTQ"
                                                        : fmt::format("{:#x}", c.request);
    return fmt::format("{}, {}", c.fd, request);
  }
  std::string operator()(const sys::Dup& c) const { return fmt::format("{}", c.fd); }
  std::string operator()(const sys::Dup2& c) const { return fmt::format("{}, {}", c.fd, c.to); }
  std::string operator()(const sys::Dup3& c) const {
    return fmt::format("{}, {}, {}", c.fd, c.to, pipe_flags(c.flags));
  }
  std::string operator()(const sys::Fcntl& c) const {
    switch (c.command) {
      case f_dupfd:
        return fmt::format("{}, F_DUPFD, {}", c.fd, c.argument);
      case f_dupfd_cloexec:
        return fmt::format("{}, F_DUPFD_CLOEXEC, {}", c.fd, c.argument);
      case f_getfd:
        return fmt::format("{}, F_GETFD", c.fd);
      case f_setfd:
        return fmt::format("{}, F_SETFD, {}", c.fd,
                           c.argument == fd_cloexec ? "FD_CLOEXEC" : std::to_string(c.argument));
      case f_getfl:
        return fmt::format("{}, F_GETFL", c.fd);
      case f_setfl:
        return fmt::format("{}, F_SETFL, {}", c.fd, open_flags(static_cast<std::int32_t>(c.argument)));
      default:
        return fmt::format("{}, {:#x}, {}", c.fd, c.command, c.argument);
    }
  }
  std::string operator()(const sys::Pipe& c) const {
    return c.flags == 0 ? "" : pipe_flags(static_cast<std::int32_t>(c.flags));
  }
  std::string operator()(const sys::Open& c) const {
    const std::string text = fmt::format("{}, {}", quoted(c.path, bytes), open_flags(c.flags));
    return (c.flags & o_creat) != 0 ? fmt::format("{}, 0{:03o}", text, c.mode) : text;
  }
  std::string operator()(const sys::Lseek& c) const {
    constexpr std::array whence{"SEEK_SET", "SEEK_CUR", "SEEK_END"};
    return fmt::format("{}, {}, {}", c.fd, c.offset,
                       c.whence >= 0 && c.whence <= seek_end ? whence[static_cast<std::size_t>(c.whence)]
                                                             : std::to_string(c.whence));
  }
  std::string operator()(const sys::Unlink& c) const { return quoted(c.path, bytes); }
  std::string operator()(const sys::Eventfd& c) const {
    std::string flags = (c.flags & efd_semaphore) != 0 ? "EFD_SEMAPHORE" : "";
    if ((c.flags & o_nonblock) != 0) flags += flags.empty() ? "EFD_NONBLOCK" : "|EFD_NONBLOCK";
    if ((c.flags & o_cloexec) != 0) flags += flags.empty() ? "EFD_CLOEXEC" : "|EFD_CLOEXEC";
    return fmt::format("{}, {}", c.initial, flags.empty() ? "0" : flags);
  }
  std::string operator()(const sys::TimerfdCreate& c) const {
    std::string flags = (c.flags & o_nonblock) != 0 ? "TFD_NONBLOCK" : "";
    if ((c.flags & o_cloexec) != 0) flags += flags.empty() ? "TFD_CLOEXEC" : "|TFD_CLOEXEC";
    return fmt::format("{}, {}", c.clock == clock_monotonic ? "CLOCK_MONOTONIC" : std::to_string(c.clock),
                       flags.empty() ? "0" : flags);
  }
  std::string operator()(const sys::TimerfdSettime& c) const {
    return fmt::format("{}, 0, {{it_interval={}, it_value={}}}", c.fd, timespec(c.interval),
                       timespec(c.value));
  }
  std::string operator()(const sys::TimerfdGettime& c) const { return fmt::format("{}", c.fd); }
  std::string operator()(const sys::InotifyInit& c) const {
    std::string flags = (c.flags & o_nonblock) != 0 ? "IN_NONBLOCK" : "";
    if ((c.flags & o_cloexec) != 0) flags += flags.empty() ? "IN_CLOEXEC" : "|IN_CLOEXEC";
    return flags.empty() ? "0" : flags;
  }
  std::string operator()(const sys::InotifyAddWatch& c) const {
    return fmt::format("{}, {}, {}", c.fd, quoted(c.path, bytes), inotify_mask(c.mask));
  }
  std::string operator()(const sys::InotifyRmWatch& c) const { return fmt::format("{}, {}", c.fd, c.wd); }
  std::string operator()(const sys::Exec&) const { return ""; }
  std::string operator()(const sys::Getrlimit& c) const { return resource(c.resource); }
  std::string operator()(const sys::Setrlimit& c) const {
    return fmt::format("{}, {{rlim_cur={}, rlim_max={}}}", resource(c.resource), limit(c.soft),
                       limit(c.hard));
  }
  std::string operator()(const sys::Sleep& c) const { return seconds(c.duration); }
  std::string operator()(const sys::Compute& c) const { return seconds(c.duration); }
  std::string operator()(const sys::Now&) const { return ""; }
  std::string operator()(const sys::Random& c) const { return fmt::format("{}, {}", c.low, c.high); }
  std::string operator()(const sys::Inject& c) const { return fmt::format("{} bytes", c.packet.length); }
  std::string operator()(const sys::Capture& c) const { return c.within < 0 ? "" : seconds(c.within); }
  std::string operator()(const sys::Poll& c) const {
    const std::vector<PollEntry> set = poll_entries(c.set, bytes);
    return fmt::format("{}, {}, {}", poll_set(set, false), set.size(), milliseconds(c.timeout));
  }
  std::string operator()(const sys::Select& c) const {
    const std::vector<PollEntry> set = poll_entries(c.set, bytes);
    const std::string wait = c.timeout < 0 ? "NULL"
                                           : fmt::format("{{tv_sec={}, tv_usec={}}}", c.timeout / second,
                                                         c.timeout % second / microsecond);
    return fmt::format("{}, {}, {}, {}, {}", set.empty() ? 0 : set.back().fd + 1, fd_set(set, poll_in),
                       fd_set(set, poll_out), fd_set(set, poll_pri), wait);
  }
  std::string operator()(const sys::EpollCreate& c) const { return c.flags == 0 ? "0" : "EPOLL_CLOEXEC"; }
  std::string operator()(const sys::EpollCtl& c) const {
    const std::string operation = c.operation == epoll_ctl_add   ? "EPOLL_CTL_ADD"
                                  : c.operation == epoll_ctl_del ? "EPOLL_CTL_DEL"
                                  : c.operation == epoll_ctl_mod ? "EPOLL_CTL_MOD"
                                                                 : fmt::format("{:#x}", c.operation);
    if (c.operation == epoll_ctl_del) return fmt::format("{}, {}, {}, NULL", c.fd, operation, c.target);
    return fmt::format("{}, {}, {}, {}", c.fd, operation, c.target,
                       epoll_event(EpollReport{c.target, c.events}));
  }
  std::string operator()(const sys::EpollWait& c) const {
    return fmt::format("{}, {}, {}", c.fd, c.most, milliseconds(c.timeout));
  }
  std::string operator()(const sys::Getpid&) const { return ""; }
  std::string operator()(const sys::Getppid&) const { return ""; }
  std::string operator()(const sys::Getuid&) const { return ""; }
  std::string operator()(const sys::Setuid& c) const { return std::to_string(c.user); }
  std::string operator()(const sys::Kill& c) const {
    return fmt::format("{}, {}", c.pid, signal_name(c.signal));
  }
  std::string operator()(const sys::Sigaction& c) const {
    const std::string_view action = c.action == sig_dfl   ? "SIG_DFL"
                                    : c.action == sig_ign ? "SIG_IGN"
                                                          : "a handler";
    return fmt::format("{}, {{sa_handler={}, sa_mask=[], sa_flags={}}}", signal_name(c.signal), action,
                       (c.flags & sa_restart) != 0 ? "SA_RESTART" : "0");
  }
  std::string operator()(const sys::Sigprocmask& c) const {
    const std::string_view how = c.how == sig_block     ? "SIG_BLOCK"
                                 : c.how == sig_unblock ? "SIG_UNBLOCK"
                                                        : "SIG_SETMASK";
    return fmt::format("{}, {}", how, signal_set(c.mask));
  }
  std::string operator()(const sys::Signalfd& c) const {
    return fmt::format("{}, {}, 8, {:#x}", c.fd, signal_set(c.mask), c.flags);
  }
  std::string operator()(const sys::Alarm& c) const {
    return fmt::format("ITIMER_REAL, {{it_value={{tv_sec={}, tv_usec={}}}}}", c.after / second,
                       c.after % second / microsecond);
  }
  std::string operator()(const sys::Fork&) const { return ""; }
  std::string operator()(const sys::Thread&) const { return ""; }
  std::string operator()(const sys::Join& c) const { return fmt::format("{}", c.tid); }
  std::string operator()(const sys::Wait& c) const { return fmt::format("{}", c.pid); }
  std::string operator()(const sys::Exit& c) const { return fmt::format("{}", c.status); }
};

}  // namespace

std::string to_string(const Syscall& call, const ByteStore& bytes) {
  return fmt::format("{}({})", name(call), std::visit(Arguments{bytes}, call));
}

std::string brought_text(const Syscall& call, const SysResult& result, const ByteStore& bytes) {
  return result.ok() ? std::visit(Brought{result, bytes}, call) : "";
}

}  // namespace sockarium
