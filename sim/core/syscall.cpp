#include "sim/core/syscall.h"

#include <fmt/format.h>

#include <utility>

#include "sim/core/assert.h"
#include "sim/core/signal.h"

namespace sockarium {

namespace {

template <std::size_t... I>
Syscall unflatten_as(const FlatCall& flat, std::index_sequence<I...>) {
  Syscall call;
  const auto take = [&](auto& alternative) {
    static_assert(Flat<std::remove_reference_t<decltype(alternative)>>);
    static_assert(sizeof alternative <= sizeof flat.arguments);
    std::memcpy(&alternative, flat.arguments.data(), sizeof alternative);
  };
  ((flat.kind == I ? take(call.emplace<I>()) : void()), ...);
  return call;
}

std::string quoted(const Bytes& data, const ByteStore& bytes) {
  constexpr std::uint32_t shown = 32;  // as strace -s 32
  std::string text = "\"";
  for (const char c : bytes.text(data.slice(0, data.length < shown ? data.length : shown))) {
    if (c == '\n')
      text += "\\n";
    else if (c == '\r')
      text += "\\r";
    else if (c == '"' || c == '\\')
      text += std::string("\\") + c;
    else if (c < ' ' || c == 0x7f)
      text += fmt::format("\\{:o}", static_cast<unsigned char>(c));
    else
      text += c;
  }
  return text + (data.length > shown ? "\"..." : "\"");
}

std::string socket_type(std::int32_t type) {
  const std::int32_t base = type & 0xf;
  std::string text = base == 1   ? "SOCK_STREAM"
                     : base == 2 ? "SOCK_DGRAM"
                     : base == 3 ? "SOCK_RAW"
                     : base == 5 ? "SOCK_SEQPACKET"
                                 : std::to_string(base);
  if ((type & sock_nonblock) != 0) text += "|SOCK_NONBLOCK";
  if ((type & sock_cloexec) != 0) text += "|SOCK_CLOEXEC";
  return text;
}

std::string domain_name(std::int32_t domain) {
  return domain == 2    ? "AF_INET"
         : domain == 10 ? "AF_INET6"
         : domain == 1  ? "AF_UNIX"
                        : std::to_string(domain);
}

/// «[INT CHLD]»
std::string signal_set(std::uint32_t mask) {
  std::string text = "[";
  for (const SignalRow& row : signal_table)
    if ((mask & signal_bit(row.number)) != 0)
      text += (text.size() > 1 ? " " : "") + std::string(row.name.substr(3));
  return text + "]";
}

/// The 14 bytes of an address of no family.
constexpr std::string_view no_address = "\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0";

/// As strace writes it, with its length. `length`: 0 for the family's own.
std::string sockaddr(const Endpoint& to, std::int32_t domain, std::int32_t length = 0) {
  const auto with = [&](std::int32_t usual) { return length != 0 ? length : usual; };
  if (domain == af_inet6)
    return fmt::format(
        "{{sa_family=AF_INET6, sin6_port=htons({}), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, \"{}\", "
        "&sin6_addr), sin6_scope_id=0}}, {}",
        to.port, to_string(to.ip, true), with(28));
  if (domain == af_unspec)
    return fmt::format("{{sa_family=AF_UNSPEC, sa_data=\"{}\"}}, {}", no_address, with(16));
  return fmt::format("{{sa_family=AF_INET, sin_port=htons({}), sin_addr=inet_addr(\"{}\")}}, {}", to.port,
                     to_string(to.ip), with(16));
}

std::string flag_names(std::int32_t flags) {
  std::string text;
  const auto add = [&](std::int32_t bit, const char* word) {
    if ((flags & bit) == 0) return;
    text += text.empty() ? "" : "|";
    text += word;
  };
  add(msg_oob, "MSG_OOB");
  add(msg_peek, "MSG_PEEK");
  add(msg_trunc, "MSG_TRUNC");
  add(msg_dontwait, "MSG_DONTWAIT");
  add(msg_waitall, "MSG_WAITALL");
  add(msg_errqueue, "MSG_ERRQUEUE");
  add(msg_nosignal, "MSG_NOSIGNAL");
  add(msg_cmsg_cloexec, "MSG_CMSG_CLOEXEC");
  return text.empty() ? "0" : text;
}

/// The flags of open(2), as F_GETFL gives and F_SETFL takes them.
std::string open_flags(std::int32_t flags) {
  constexpr std::array modes{"O_RDONLY", "O_WRONLY", "O_RDWR", "O_ACCMODE"};
  std::string text = modes[static_cast<std::size_t>(flags & o_accmode)];
  if ((flags & o_creat) != 0) text += "|O_CREAT";
  if ((flags & o_excl) != 0) text += "|O_EXCL";
  if ((flags & o_trunc) != 0) text += "|O_TRUNC";
  if ((flags & o_append) != 0) text += "|O_APPEND";
  if ((flags & o_nonblock) != 0) text += "|O_NONBLOCK";
  if ((flags & o_directory) != 0) text += "|O_DIRECTORY";
  if ((flags & o_cloexec) != 0) text += "|O_CLOEXEC";
  return text;
}

/// The same without access mode: of pipe2 and dup3.
std::string pipe_flags(std::int32_t flags) {
  const std::string text = open_flags(flags & ~o_accmode);
  return text == "O_RDONLY" ? "0" : text.substr(text.find('|') + 1);
}

std::string resource(std::int64_t number) {
  return number == rlimit_nofile ? "RLIMIT_NOFILE" : std::to_string(number);
}

std::string limit(std::int64_t value) {
  return value < 0 ? "RLIM64_INFINITY" : std::to_string(value);
}

std::string seconds(Duration d) {
  return fmt::format("{}.{:09}", d / second, d % second);
}

std::string inotify_mask(std::uint32_t mask) {
  constexpr std::array<std::pair<std::uint32_t, const char*>, 9> bits{{{in_access, "IN_ACCESS"},
                                                                       {in_modify, "IN_MODIFY"},
                                                                       {in_attrib, "IN_ATTRIB"},
                                                                       {in_close_write, "IN_CLOSE_WRITE"},
                                                                       {in_close_nowrite, "IN_CLOSE_NOWRITE"},
                                                                       {in_open, "IN_OPEN"},
                                                                       {in_create, "IN_CREATE"},
                                                                       {in_delete, "IN_DELETE"},
                                                                       {in_delete_self, "IN_DELETE_SELF"}}};
  std::string text;
  for (const auto& [bit, word] : bits)
    if ((mask & bit) != 0) text += (text.empty() ? "" : "|") + std::string(word);
  return text.empty() ? fmt::format("{:#x}", mask) : text;
}

std::string timespec(Duration d) {
  return fmt::format("{{tv_sec={}, tv_nsec={}}}", d / second, d % second);
}

/// A name as strace writes it: an abstract one behind «@», without its zero byte.
std::string sun_path_text(const std::string& text) {
  const bool abstract = text[0] == '\0';
  return fmt::format("{}\"{}\"", abstract ? "@" : "", text.substr(abstract ? 1 : 0));
}

/// Of poll and epoll_wait: they count whole milliseconds.
std::string milliseconds(Duration timeout) {
  return std::to_string(timeout < 0 ? -1 : (timeout + millisecond - 1) / millisecond);
}

constexpr std::size_t shown_entries = 32;  // as strace shows of an array

/// «[{fd=3, events=POLLIN}]»; of an answer those alone that have events, with these.
std::string poll_set(const std::vector<PollEntry>& set, bool answer) {
  std::string text;
  std::size_t shown = 0;
  for (const PollEntry& entry : set) {
    if (answer && entry.revents == 0) continue;
    text += text.empty() ? "" : ", ";
    if (shown++ == shown_entries) return fmt::format("[{}...]", text);
    text += fmt::format("{{fd={}, {}={}}}", entry.fd, answer ? "revents" : "events",
                        event_names(answer ? entry.revents : entry.events, "POLL"));
  }
  return fmt::format("[{}]", text);
}

/// «[3 5]»: one of select's sets, of what is asked or (`answer`) of what was found; «NULL» if it is empty.
std::string fd_set(const std::vector<PollEntry>& set, std::uint32_t which, bool answer = false) {
  std::string text;
  std::size_t shown = 0;
  for (const PollEntry& entry : set) {
    if (((answer ? entry.revents : entry.events) & which) == 0) continue;
    text += text.empty() ? "" : " ";
    if (shown++ == shown_entries) return fmt::format("[{}...]", text);
    text += std::to_string(entry.fd);
  }
  return text.empty() ? "NULL" : fmt::format("[{}]", text);
}

std::string epoll_event(const EpollReport& report) {
  return fmt::format("{{events={}, data={{u32={}, u64={}}}}}", event_names(report.events, "EPOLL"), report.fd,
                     report.fd);
}

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
                       c.domain == af_unix ? std::to_string(c.protocol)
                       : c.protocol == 0   ? "IPPROTO_IP"
                       : c.protocol == 1   ? "IPPROTO_ICMP"
                       : c.protocol == 6   ? "IPPROTO_TCP"
                       : c.protocol == 17  ? "IPPROTO_UDP"
                       : c.protocol == 58  ? "IPPROTO_ICMPV6"
                                           : std::to_string(c.protocol));
  }
  std::string operator()(const sys::Bind& c) const {
    if (c.domain == af_unix) return fmt::format("{}, {}", c.fd, sun_path(c.path));
    return fmt::format("{}, {}", c.fd, sockaddr(c.to, c.domain, c.length));
  }
  std::string operator()(const sys::Connect& c) const {
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
                       c.domain == af_unix ? sun_path(c.path) : sockaddr(c.to, c.domain));
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

std::string_view name(const Syscall& call) {
  return std::visit([](const auto& c) { return std::remove_reference_t<decltype(c)>::name; }, call);
}

std::string to_string(const Syscall& call, const ByteStore& bytes) {
  return fmt::format("{}({})", name(call), std::visit(Arguments{bytes}, call));
}

std::string brought_text(const Syscall& call, const SysResult& result, const ByteStore& bytes) {
  return result.ok() ? std::visit(Brought{result, bytes}, call) : "";
}

std::int32_t fd_of(const Syscall& call) {
  return std::visit(
      [](const auto& c) -> std::int32_t {
        if constexpr (requires { c.fd; })
          return static_cast<std::int32_t>(c.fd);
        else
          return -1;
      },
      call);
}

Bytes numbers(const std::vector<std::int32_t>& list, ByteStore& bytes) {
  std::string text;
  for (const std::int32_t number : list)
    for (int shift = 0; shift < 32; shift += 8)
      text += static_cast<char>(static_cast<std::uint32_t>(number) >> shift & 0xff);
  return text.empty() ? Bytes{} : bytes.intern(text);
}

std::vector<std::int32_t> numbers_in(const Bytes& list, const ByteStore& bytes) {
  std::vector<std::int32_t> found;
  const std::string text = bytes.text(list);
  for (std::size_t at = 0; at + 4 <= text.size(); at += 4) {
    std::uint32_t number = 0;
    for (std::size_t i = 4; i-- > 0;) number = number << 8 | static_cast<std::uint8_t>(text[at + i]);
    found.push_back(static_cast<std::int32_t>(number));
  }
  return found;
}

FlatCall flatten(const Syscall& call) {
  FlatCall flat;
  flat.kind = call.index();
  std::visit([&](const auto& c) { std::memcpy(flat.arguments.data(), &c, sizeof c); }, call);
  return flat;
}

Syscall unflatten(const FlatCall& flat) {
  SOCKARIUM_ASSERT(flat.kind < std::variant_size_v<Syscall>);
  return unflatten_as(flat, std::make_index_sequence<std::variant_size_v<Syscall>>{});
}

}  // namespace sockarium
