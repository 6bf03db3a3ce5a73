// The calls that programs make, from their Lua arguments to a Syscall. What C would do with a wrong type
// (nothing good) is a message here; what the kernel would refuse is left to the kernel.
#include <fmt/format.h>

#include <algorithm>
#include <lua.hpp>

#include "lab/script/binding.h"
#include "lab/script/constants.h"
#include "lab/script/options.h"
#include "lab/script/runner.h"
#include "lab/script/suggest.h"
#include "sim/core/errno.h"

namespace sockarium::script {

namespace {

constexpr std::int64_t most_bytes = std::int64_t{1} << 30;

Runner& runner_of(const Arguments& arguments) {
  return *arguments.machine().runner;
}

std::int32_t fd_argument(const Arguments& arguments) {
  return arguments.int32(1, "fd");
}

/// An address as C would pass it: an IPv4 address in the form ::ffff:10.0.0.5 is one of AF_INET6.
struct GivenAddress {
  Address ip;
  std::int32_t domain = af_inet;
};
GivenAddress given(const Address& ip) {
  return {ip, ip.is_v4() ? af_inet : af_inet6};
}

/// An address in dots or colons, the name of a host, or a host itself.
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
  if (value.text.find('/') != std::string::npos || (!value.text.empty() && value.text.front() == '@'))
    arguments.not_modelled("a Unix socket's path", "use an IPv4 address and a port");
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

/// An address and a port, from argument `n` on, into a call's `to` and `domain`.
template <class Call>
void endpoint_arguments(const Arguments& arguments, int n, Call& call) {
  const GivenAddress address = address_argument(arguments, n);
  call.to.ip = address.ip;
  call.to.port = static_cast<std::uint16_t>(arguments.integer(n + 1, "port", 0, 65535));
  call.domain = address.domain;
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

Answer call_socket(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::Socket call;
  call.domain = a.int32(1, "domain");
  call.type = a.int32(2, "type");
  call.protocol = a.missing(3) ? 0 : a.int32(3, "protocol");
  if (call.domain == 1) a.not_modelled("AF_UNIX", "use AF_INET");
  switch (call.type & 0xf) {
    case 3:
      a.not_modelled("SOCK_RAW", "use SOCK_STREAM or SOCK_DGRAM");
    case 5:
      a.not_modelled("SOCK_SEQPACKET", "use SOCK_STREAM or SOCK_DGRAM");
    default:
      return make_call(a, call);
  }
}

/// bind(fd, ip, port), connect(fd, ip, port). The family is the address's, or a fourth argument:
/// bind(fd, "0.0.0.0", 80, AF_UNSPEC). connect(fd, AF_UNSPEC) takes the peer away.
template <class Call>
Answer call_with_endpoint(Arguments& a) {
  require_phase(a, Phase::Running);
  Call call;
  call.fd = fd_argument(a);
  const Value second = a.value(2, 2);
  if (std::is_same_v<Call, sys::Connect> && second.kind == Value::Kind::Integer &&
      second.integer == af_unspec) {
    call.domain = af_unspec;
    call.to.ip = Address::any_v4();
    return make_call(a, call);
  }
  endpoint_arguments(a, 2, call);
  if (!a.missing(4)) call.domain = a.int32(4, "family");
  return make_call(a, call);
}

Answer call_listen(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::Listen call;
  call.fd = fd_argument(a);
  call.backlog = a.int32(2, "backlog");
  return make_call(a, call);
}

Answer call_accept(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::Accept call;
  call.fd = fd_argument(a);
  if (a.call() == "accept4") call.flags = a.int32(2, "flags");
  return make_call(a, call);
}

/// The flags of send and recv that the model has.
std::int32_t message_flags(const Arguments& a, int n) {
  if (a.missing(n)) return 0;
  const std::int32_t flags = a.int32(n, "flags");
  constexpr std::int32_t known = msg_peek | msg_trunc | msg_dontwait | msg_waitall | msg_nosignal;
  if ((flags & ~known) != 0)
    a.not_modelled(fmt::format("flag {:#x} of {}", flags & ~known, a.call()),
                   "there are MSG_PEEK, MSG_TRUNC, MSG_DONTWAIT, MSG_WAITALL and MSG_NOSIGNAL");
  return flags;
}

Answer call_send(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::Send call;
  call.fd = fd_argument(a);
  call.data = data_argument(a, 2);
  call.flags = message_flags(a, 3);
  return make_call(a, call);
}

/// sendto(fd, data, ip, port[, flags])
Answer call_sendto(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::Sendto call;
  call.fd = fd_argument(a);
  call.data = data_argument(a, 2);
  endpoint_arguments(a, 3, call);
  call.flags = message_flags(a, 5);
  return make_call(a, call);
}

Answer call_write(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::Write call;
  call.fd = fd_argument(a);
  call.data = data_argument(a, 2);
  return make_call(a, call);
}

template <class Call>
Answer call_recv(Arguments& a) {
  require_phase(a, Phase::Running);
  Call call;
  call.fd = fd_argument(a);
  call.size = a.integer(2, "size", 0, most_bytes);
  call.flags = message_flags(a, 3);
  return make_call(a, call);
}

Answer call_read(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::Read call;
  call.fd = fd_argument(a);
  call.size = a.integer(2, "size", 0, most_bytes);
  return make_call(a, call);
}

Answer call_shutdown(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::Shutdown call;
  call.fd = fd_argument(a);
  const Value how = a.value(2, 0);
  if (how.kind != Value::Kind::Integer) a.wrong(2, "how", "SHUT_RD, SHUT_WR or SHUT_RDWR");
  call.how = static_cast<Shut>(a.integer(2, "how", 0, 2));
  return make_call(a, call);
}

template <class Call>
Answer call_with_fd(Arguments& a) {
  require_phase(a, Phase::Running);
  Call call;
  call.fd = fd_argument(a);
  return make_call(a, call);
}

Answer call_setsockopt(Arguments& a) {
  require_phase(a, Phase::Running);
  return make_call(a, setsockopt_call(a));
}

Answer call_getsockopt(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::Getsockopt call;
  call.fd = fd_argument(a);
  call.option = option_argument(a);
  return make_call(a, call);
}

Answer call_fcntl(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::Fcntl call;
  call.fd = fd_argument(a);
  call.command = a.int32(2, "command");
  switch (call.command) {
    case f_getfd:
    case f_getfl:
      break;
    case f_setfd:
      call.argument = a.int32(3, "flags");
      break;
    case f_setfl: {
      call.argument = a.int32(3, "flags");
      constexpr std::int64_t others = ~std::int64_t{o_accmode | o_append | o_nonblock | o_largefile};
      if ((call.argument & others) != 0)
        a.not_modelled(fmt::format("flag {:#x} of F_SETFL", call.argument & others),
                       "there are O_NONBLOCK and O_APPEND");
      break;
    }
    case f_dupfd:
    case f_dupfd_cloexec:
      call.argument = a.int32(3, "lowest");
      break;
    default:
      a.not_modelled("this command of fcntl",
                     "there are F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL and F_SETFL");
  }
  return make_call(a, call);
}

template <class Call>
Answer call_dup_to(Arguments& a) {
  require_phase(a, Phase::Running);
  Call call;
  call.fd = fd_argument(a);
  call.to = a.int32(2, "to");
  if constexpr (std::is_same_v<Call, sys::Dup3>) call.flags = a.missing(3) ? 0 : a.int32(3, "flags");
  return make_call(a, call);
}

/// pipe(), and pipe2(flags).
Answer call_pipe(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::Pipe call;
  if (!a.missing(1)) call.flags = a.int32(1, "flags");
  if ((call.flags & o_direct) != 0) a.not_modelled("O_DIRECT", "a pipe here is a stream of bytes");
  return make_call(a, call);
}

Bytes path_argument(const Arguments& a, int n) {
  const std::string path = a.text(n, "path");
  if (path.find('\0') != std::string::npos) a.wrong(n, "path", "a path without a zero byte");
  return runner_of(a).bytes().intern(path);
}

/// open(path, flags, mode).
Answer call_open(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::Open call;
  call.path = path_argument(a, 1);
  call.flags = a.missing(2) ? o_rdonly : a.int32(2, "flags");
  constexpr std::int32_t known =
      o_accmode | o_creat | o_excl | o_trunc | o_append | o_nonblock | o_directory | o_cloexec;
  if ((call.flags & ~known) != 0 || (call.flags & o_accmode) == o_accmode)
    a.not_modelled("this flag of open",
                   "there are O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_EXCL, O_TRUNC, O_APPEND, O_DIRECTORY, "
                   "O_NONBLOCK and O_CLOEXEC");
  if (!a.missing(3)) call.mode = static_cast<std::int32_t>(a.integer(3, "mode", 0, 0777));
  return make_call(a, call);
}

Answer call_lseek(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::Lseek call;
  call.fd = fd_argument(a);
  call.offset = a.integer(2, "offset", INT64_MIN / 2, INT64_MAX / 2);
  call.whence = a.missing(3) ? seek_set : a.int32(3, "whence");
  if (call.whence == 3 || call.whence == 4)
    a.not_modelled("SEEK_DATA or SEEK_HOLE", "there are SEEK_SET, SEEK_CUR and SEEK_END");
  return make_call(a, call);
}

Answer call_unlink(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::Unlink call;
  call.path = path_argument(a, 1);
  return make_call(a, call);
}

/// inotify_init(), and inotify_init1(flags).
Answer call_inotify_init(Arguments& a) {
  require_phase(a, Phase::Running);
  return make_call(a, sys::InotifyInit{a.missing(1) ? 0 : a.int32(1, "flags")});
}

Answer call_inotify_add_watch(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::InotifyAddWatch call;
  call.fd = fd_argument(a);
  call.path = path_argument(a, 2);
  call.mask = static_cast<std::uint32_t>(a.integer(3, "mask", 0, UINT32_MAX));
  if ((call.mask & ~in_all_events) != 0)
    a.not_modelled("this flag of inotify_add_watch", "there are IN_OPEN and its like");
  return make_call(a, call);
}

Answer call_inotify_rm_watch(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::InotifyRmWatch call;
  call.fd = fd_argument(a);
  call.wd = a.int32(2, "wd");
  return make_call(a, call);
}

Answer call_eventfd(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::Eventfd call;
  call.initial = static_cast<std::uint32_t>(a.integer(1, "initial", 0, UINT32_MAX));
  call.flags = a.missing(2) ? 0 : a.int32(2, "flags");
  return make_call(a, call);
}

Answer call_timerfd_create(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::TimerfdCreate call;
  call.clock = a.int32(1, "clock");
  if (call.clock != clock_monotonic) a.not_modelled("this clock", "there is CLOCK_MONOTONIC");
  call.flags = a.missing(2) ? 0 : a.int32(2, "flags");
  return make_call(a, call);
}

/// timerfd_settime(fd, value[, interval]).
Answer call_timerfd_settime(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::TimerfdSettime call;
  call.fd = fd_argument(a);
  call.value = a.duration(2, "value");
  if (!a.missing(3)) call.interval = a.duration(3, "interval");
  return make_call(a, call);
}

/// exec(fn): fn is the program that the process becomes. Its variables are the same as before.
Answer call_exec(Arguments& a) {
  require_phase(a, Phase::Running);
  a.function(1, "fn");
  Answer answer = make_call(a, sys::Exec{});
  answer.keeps.push_back(Keep{1, nullptr, &runner_of(a).task().child_reference, false});
  return answer;
}

std::int64_t resource_argument(const Arguments& a) {
  const std::int32_t resource = a.int32(1, "resource");
  if (resource != rlimit_nofile) a.not_modelled("this limit", "there is RLIMIT_NOFILE");
  return resource;
}

Answer call_getrlimit(Arguments& a) {
  require_phase(a, Phase::Running);
  return make_call(a, sys::Getrlimit{resource_argument(a)});
}

/// setrlimit(RLIMIT_NOFILE, soft, hard). Without hard both become soft.
Answer call_setrlimit(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::Setrlimit call;
  call.resource = resource_argument(a);
  call.soft = a.integer(2, "soft", -1, INT64_MAX);
  call.hard = a.missing(3) ? call.soft : a.integer(3, "hard", -1, INT64_MAX);
  return make_call(a, call);
}

/// fork copies the function with its variables, thread shares them.
template <class Call>
Answer call_with_child(Arguments& a) {
  require_phase(a, Phase::Running);
  a.function(1, "fn");
  Answer answer = make_call(a, Call{});
  answer.keeps.push_back(
      Keep{1, nullptr, &runner_of(a).task().child_reference, std::is_same_v<Call, sys::Fork>});
  return answer;
}

Answer call_join(Arguments& a) {
  require_phase(a, Phase::Running);
  return make_call(a, sys::Join{a.integer(1, "thread", INT64_MIN, INT64_MAX)});
}

Answer call_wait(Arguments& a) {
  require_phase(a, Phase::Running);
  return make_call(a, sys::Wait{a.missing(1) ? -1 : a.integer(1, "pid", INT64_MIN, INT64_MAX)});
}

Answer call_exit(Arguments& a) {
  require_phase(a, Phase::Running);
  return make_call(a, sys::Exit{a.missing(1) ? 0 : a.integer(1, "status", 0, 255)});
}

Answer call_sleep(Arguments& a) {
  require_phase(a, Phase::Running);
  return make_call(a, sys::Sleep{a.duration(1, "duration")});
}

Answer call_compute(Arguments& a) {
  require_phase(a, Phase::Running);
  return make_call(a, sys::Compute{a.duration(1, "duration")});
}

Answer call_random(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::Random call;
  call.low = a.integer(1, "low", INT64_MIN / 2, INT64_MAX / 2);
  call.high = a.integer(2, "high", INT64_MIN / 2, INT64_MAX / 2);
  if (call.high < call.low) a.wrong(2, "high", fmt::format("at least as great as low ({})", call.low));
  return make_call(a, call);
}

template <class Call>
Answer call_without_arguments(Arguments& a) {
  require_phase(a, Phase::Running);
  return make_call(a, Call{});
}

/// check(value…) gives its arguments back; check(nil, "ECONNREFUSED") stops the program as perror and exit
/// would.
Answer call_check(Arguments& a) {
  require_phase(a, Phase::Running);
  Runner& runner = runner_of(a);
  const Value error = a.value(2, 1);
  std::string message = error.kind == Value::Kind::Nil ? "the value is nil or false" : show(error);
  if (const auto number = errno_named(message)) {
    message = std::string(words(*number));
    if (!runner.task().failed_call.empty()) message = runner.task().failed_call + ": " + message;
  }
  runner.stop_task(fmt::format("line {}: {}", a.line(), message), 1);
  Answer answer;
  answer.kind = Answer::Kind::Stop;
  return answer;
}

int check(lua_State* L) {
  if (lua_gettop(L) == 0) lua_pushnil(L);
  if (lua_toboolean(L, 1) != 0) return lua_gettop(L);
  return binding<&call_check>(L);
}

Answer without_model(Arguments& a) {
  require_phase(a, Phase::Running);
  a.not_modelled(std::string(a.call()) + "()");
}

}  // namespace

void open_calls(lua_State* L) {
  offer_constants(L);
  offer_binding<&call_socket>(L, "socket");
  offer_binding<&call_with_endpoint<sys::Bind>>(L, "bind");
  offer_binding<&call_with_endpoint<sys::Connect>>(L, "connect");
  offer_binding<&call_listen>(L, "listen");
  offer_binding<&call_accept>(L, "accept");
  offer_binding<&call_accept>(L, "accept4");
  offer_binding<&call_send>(L, "send");
  offer_binding<&call_sendto>(L, "sendto");
  offer_binding<&call_write>(L, "write");
  offer_binding<&call_write>(L, "print");  // the prelude makes one text of its arguments first
  offer_binding<&call_recv<sys::Recv>>(L, "recv");
  offer_binding<&call_recv<sys::Recvfrom>>(L, "recvfrom");
  offer_binding<&call_read>(L, "read");
  offer_binding<&call_shutdown>(L, "shutdown");
  offer_binding<&call_with_fd<sys::Close>>(L, "close");
  offer_binding<&call_with_fd<sys::Getsockname>>(L, "getsockname");
  offer_binding<&call_with_fd<sys::Getpeername>>(L, "getpeername");
  offer_binding<&call_setsockopt>(L, "setsockopt");
  offer_binding<&call_getsockopt>(L, "getsockopt");
  offer_binding<&call_fcntl>(L, "fcntl");
  offer_binding<&call_with_fd<sys::Dup>>(L, "dup");
  offer_binding<&call_dup_to<sys::Dup2>>(L, "dup2");
  offer_binding<&call_dup_to<sys::Dup3>>(L, "dup3");
  offer_binding<&call_pipe>(L, "pipe");
  offer_binding<&call_pipe>(L, "pipe2");
  offer_binding<&call_open>(L, "open");
  offer_binding<&call_lseek>(L, "lseek");
  offer_binding<&call_unlink>(L, "unlink");
  offer_binding<&call_inotify_init>(L, "inotify_init");
  offer_binding<&call_inotify_init>(L, "inotify_init1");
  offer_binding<&call_inotify_add_watch>(L, "inotify_add_watch");
  offer_binding<&call_inotify_rm_watch>(L, "inotify_rm_watch");
  offer_binding<&call_eventfd>(L, "eventfd");
  offer_binding<&call_timerfd_create>(L, "timerfd_create");
  offer_binding<&call_timerfd_settime>(L, "timerfd_settime");
  offer_binding<&call_with_fd<sys::TimerfdGettime>>(L, "timerfd_gettime");
  offer_binding<&call_exec>(L, "exec");
  offer_binding<&call_getrlimit>(L, "getrlimit");
  offer_binding<&call_setrlimit>(L, "setrlimit");
  offer_binding<&call_with_child<sys::Fork>>(L, "fork");
  offer_binding<&call_with_child<sys::Thread>>(L, "thread");
  offer_binding<&call_join>(L, "join");
  offer_binding<&call_wait>(L, "wait");
  offer_binding<&call_exit>(L, "exit");
  offer_binding<&call_without_arguments<sys::Getpid>>(L, "getpid");
  offer_binding<&call_without_arguments<sys::Now>>(L, "now");
  offer_binding<&call_sleep>(L, "sleep");
  offer_binding<&call_compute>(L, "compute");
  offer_binding<&call_random>(L, "random");
  lua_pushliteral(L, "check");
  lua_pushcclosure(L, &check, 1);
  offer(L, "check");
  for (const char* name : {"sendmsg", "recvmsg", "socketpair", "signalfd", "poll", "epoll_create",
                           "epoll_ctl", "epoll_wait", "kill", "signal", "setuid", "mkdir"})
    offer_binding<&without_model>(L, name);
}

}  // namespace sockarium::script
