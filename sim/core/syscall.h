// The one language between programs and kernels: a `Syscall` goes in, a `SysResult` comes out, now or later.
// The Lua binding, the simulated kernel, the real one, strace and the journal all speak it. A new call is a
// struct here and a row in `Syscall`; the compiler then names every room that must learn it.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

#include "sim/core/address.h"
#include "sim/core/bytes.h"
#include "sim/core/errno.h"
#include "sim/core/file.h"
#include "sim/core/hash.h"
#include "sim/core/poll_events.h"
#include "sim/core/time.h"

namespace sockarium {

enum class Domain : std::int32_t { Unix = 1, Inet = 2, Inet6 = 10, Netlink = 16, Packet = 17 };  // AF_*
inline constexpr std::int32_t af_unspec = 0, af_unix = 1, af_inet = 2, af_inet6 = 10, af_netlink = 16,
                              af_packet = 17;
enum class SocketType : std::int32_t { Stream = 1, Datagram = 2, Raw = 3, SeqPacket = 5 };  // SOCK_*
inline constexpr std::int32_t sock_nonblock = 04000;    // SOCK_NONBLOCK, also O_NONBLOCK
inline constexpr std::int32_t sock_cloexec = 02000000;  // SOCK_CLOEXEC

inline constexpr std::int32_t msg_peek = 0x2, msg_trunc = 0x20, msg_dontwait = 0x40, msg_waitall = 0x100,
                              msg_nosignal = 0x4000;
inline constexpr std::int32_t msg_ctrunc = 0x8, msg_cmsg_cloexec = 0x40000000;
inline constexpr std::int32_t msg_oob = 0x1, msg_errqueue = 0x2000;
inline constexpr std::int32_t ipproto_icmp = 1, ipproto_icmpv6 = 58;
// Who has found an error of MSG_ERRQUEUE (struct sock_extended_err): this host by itself, or an ICMP message.
inline constexpr std::uint32_t so_ee_origin_local = 1, so_ee_origin_icmp = 2, so_ee_origin_icmp6 = 3;
/// As SysResult::icmp has them.
constexpr std::uint32_t origin_and_type(std::uint32_t origin, std::uint32_t type, std::uint32_t code) {
  return origin << 16 | type << 8 | code;
}
// Requests of ioctl(): is the next byte the urgent one; bytes to read; bytes not acknowledged.
inline constexpr std::int64_t siocatmark = 0x8905, fionread = 0x541b, siocoutq = 0x5411;
// Values of IP_MTU_DISCOVER (ip(7)).
inline constexpr std::int64_t pmtudisc_dont = 0, pmtudisc_want = 1, pmtudisc_do = 2, pmtudisc_probe = 3;

enum class Shut : std::int32_t { Read = 0, Write = 1, Both = 2 };

/// The socket options that the model knows; level and name of C in one.
enum class Option : std::int32_t {
#define SOCKARIUM_OPTION(id, level, name) id,
#include "sim/core/option.def"
#undef SOCKARIUM_OPTION
};

// The calls, in the order of the manual's sections. Every struct is flat, so that a blocked one can lie in
// the world.
namespace sys {

struct Socket {  ///< → fd. EAFNOSUPPORT, EINVAL, EPROTONOSUPPORT, EMFILE
  static constexpr std::string_view name = "socket";
  std::int32_t domain = 2, type = 1, protocol = 0;  ///< `type` may carry sock_nonblock and sock_cloexec
};
struct Bind {  ///< EINVAL (bound already), EADDRNOTAVAIL, EACCES, EADDRINUSE, EAFNOSUPPORT
  static constexpr std::string_view name = "bind";
  std::int32_t fd = -1, domain = 2;  ///< `domain`: the family of the address that was given
  Endpoint to;
  std::int32_t length = 0;   ///< bytes of the address that was given; 0: as many as its family has
  Bytes path;                ///< AF_UNIX: sun_path; an abstract name begins with a zero byte
  std::uint32_t number = 0;  ///< AF_PACKET: the device's index, 0 for all, and `to.port` is the protocol
                             ///< (ETH_P_…); AF_NETLINK: the port id
  std::uint32_t reserved = 0;
};
struct Listen {  ///< EADDRINUSE, EINVAL, EOPNOTSUPP
  static constexpr std::string_view name = "listen";
  std::int32_t fd = -1, backlog = 0;
};
struct Accept {  ///< → fd, and the peer. EAGAIN, EINVAL, EMFILE
  static constexpr std::string_view name = "accept";
  std::int32_t fd = -1, flags = 0;
};
struct Connect {  ///< EADDRNOTAVAIL, ECONNREFUSED, ETIMEDOUT, EISCONN, EALREADY, EINPROGRESS, ENETUNREACH
  static constexpr std::string_view name = "connect";
  std::int32_t fd = -1, domain = 2;  ///< 0, AF_UNSPEC: dissolves the connection
  Endpoint to;
  std::int32_t reserved = 0;
  Bytes path;  ///< AF_UNIX
};
struct Send {  ///< → bytes taken. EPIPE, ECONNRESET, ENOTCONN, EAGAIN
  static constexpr std::string_view name = "send";
  std::int32_t fd = -1, flags = 0;
  Bytes data;
};
struct Recv {  ///< → bytes; none at the end of the stream. ECONNRESET, ENOTCONN, EAGAIN
  static constexpr std::string_view name = "recv";
  std::int32_t fd = -1, flags = 0;
  std::int64_t size = 0;
};
struct Sendto {  ///< → bytes. A datagram to an address. EINVAL, EMSGSIZE, EACCES, EAGAIN, as Send
  static constexpr std::string_view name = "sendto";
  std::int32_t fd = -1, flags = 0;
  Bytes data;
  Endpoint to;
  std::int32_t domain = 2;
  Bytes path;  ///< AF_UNIX
};
struct Recvfrom {  ///< → bytes, the sender, and the flags of the message (MSG_TRUNC: it was cut)
  static constexpr std::string_view name = "recvfrom";
  std::int32_t fd = -1, flags = 0;
  std::int64_t size = 0;
};
struct Write {  ///< as Send, for any descriptor
  static constexpr std::string_view name = "write";
  std::int32_t fd = -1, reserved = 0;
  Bytes data;
};
struct Read {  ///< as Recv, for any descriptor
  static constexpr std::string_view name = "read";
  std::int32_t fd = -1, reserved = 0;
  std::int64_t size = 0;
};
struct Shutdown {  ///< ENOTCONN
  static constexpr std::string_view name = "shutdown";
  std::int32_t fd = -1;
  Shut how = Shut::Write;
};
struct Close {  ///< EBADF
  static constexpr std::string_view name = "close";
  std::int32_t fd = -1;
};
struct Getsockname {  ///< → the local end
  static constexpr std::string_view name = "getsockname";
  std::int32_t fd = -1;
};
struct Getpeername {  ///< → the other end. ENOTCONN
  static constexpr std::string_view name = "getpeername";
  std::int32_t fd = -1;
};
struct Setsockopt {  ///< ENOPROTOOPT, EINVAL
  static constexpr std::string_view name = "setsockopt";
  std::int32_t fd = -1;
  Option option = Option::ReuseAddr;
  std::int64_t value = 0;   ///< a number, or a duration in ns; a group or interface: its IPv4 address
  std::int64_t second = 0;  ///< SO_LINGER: seconds; IP_ADD_MEMBERSHIP: the interface's address, or 0
  Address group;            ///< IPV6_JOIN_GROUP, IPV6_LEAVE_GROUP; `value` is the interface's number, or 0
  Bytes data = {};          ///< SO_ATTACH_FILTER: the program, see bpf.h
};
struct Getsockopt {  ///< → value (SO_ERROR: an errno's number)
  static constexpr std::string_view name = "getsockopt";
  std::int32_t fd = -1;
  Option option = Option::ReuseAddr;
};
struct Dup {  ///< → the lowest free number. EBADF, EMFILE
  static constexpr std::string_view name = "dup";
  std::int32_t fd = -1;
};
struct Dup2 {  ///< → `to`, which is closed first if it was open. EBADF, EBUSY
  static constexpr std::string_view name = "dup2";
  std::int32_t fd = -1, to = -1;
};
struct Dup3 {  ///< as dup2; `flags` may be o_cloexec. EINVAL (also where both are the same), EBADF, EBUSY
  static constexpr std::string_view name = "dup3";
  std::int32_t fd = -1, to = -1, flags = 0;
};
struct Fcntl {  ///< → what the command gives. EBADF, EINVAL, EMFILE
  static constexpr std::string_view name = "fcntl";
  std::int32_t fd = -1, command = 0;
  std::int64_t argument = 0;
};
struct Pipe {  ///< → the end to read from, and as `second` the end to write to. EINVAL, ENFILE, EMFILE
  static constexpr std::string_view name = "pipe";
  std::int64_t flags = 0;  ///< o_nonblock, o_cloexec
};
struct Open {  ///< → the lowest free number. EMFILE, ENFILE, ENOENT, ENOTDIR, EACCES, EEXIST, EISDIR, EINVAL
  static constexpr std::string_view name = "open";
  Bytes path;
  std::int32_t flags = 0;
  std::int32_t mode = 0666;  ///< of a file that it makes, less the umask of 022
};
struct Lseek {  ///< → the new offset. EBADF, ESPIPE, EINVAL
  static constexpr std::string_view name = "lseek";
  std::int32_t fd = -1, whence = seek_set;
  std::int64_t offset = 0;
};
struct Unlink {  ///< ENOENT, EISDIR, EACCES, EPERM
  static constexpr std::string_view name = "unlink";
  Bytes path;
};
struct Eventfd {  ///< → fd. EINVAL, EMFILE, ENFILE
  static constexpr std::string_view name = "eventfd";
  std::uint32_t initial = 0;
  std::int32_t flags = 0;  ///< efd_semaphore, o_nonblock, o_cloexec
};
struct TimerfdCreate {  ///< → fd. EINVAL, EMFILE, ENFILE
  static constexpr std::string_view name = "timerfd_create";
  std::int32_t clock = clock_monotonic, flags = 0;
};
struct TimerfdSettime {  ///< → what was left, and as `second` the old interval. EBADF, EINVAL
  static constexpr std::string_view name = "timerfd_settime";
  std::int64_t fd = -1;
  Duration value = 0, interval = 0;
};
struct TimerfdGettime {  ///< → what is left, and as `second` the interval. EBADF, EINVAL
  static constexpr std::string_view name = "timerfd_gettime";
  std::int32_t fd = -1;
};
struct InotifyInit {  ///< → fd. EINVAL, EMFILE, ENFILE
  static constexpr std::string_view name = "inotify_init1";
  std::int64_t flags = 0;  ///< o_nonblock, o_cloexec
};
struct InotifyAddWatch {  ///< → the watch's number. EINVAL, EBADF, as open
  static constexpr std::string_view name = "inotify_add_watch";
  Bytes path;
  std::int32_t fd = -1;
  std::uint32_t mask = 0;  ///< in_open …
};
struct InotifyRmWatch {  ///< EBADF, EINVAL
  static constexpr std::string_view name = "inotify_rm_watch";
  std::int32_t fd = -1, wd = 0;
};
struct Getrlimit {  ///< → the soft limit, and as `second` the hard one. EINVAL
  static constexpr std::string_view name = "getrlimit";
  std::int64_t resource = rlimit_nofile;
};
struct Setrlimit {  ///< EINVAL (soft above hard), EPERM (hard above fs.nr_open, or raised without privilege)
  static constexpr std::string_view name = "setrlimit";
  std::int64_t resource = rlimit_nofile;
  std::int64_t soft = 0, hard = 0;
};
struct Sleep {  ///< clock_nanosleep for a duration
  static constexpr std::string_view name = "sleep";
  Duration duration = 0;
};
struct Compute {  ///< not a call of Linux: uses the processor for a duration
  static constexpr std::string_view name = "compute";
  Duration duration = 0;
};
struct Now {  ///< clock_gettime → ns since the start of the run
  static constexpr std::string_view name = "now";
  std::int64_t reserved = 0;
};
struct Random {  ///< getrandom, as a number in low…high from the task's own chance
  static constexpr std::string_view name = "random";
  std::int64_t low = 0, high = 1;
};
struct Inject {  ///< for a raw peer, not a call of Linux: sends a packet → its bytes. EINVAL, EMSGSIZE, EPERM
  static constexpr std::string_view name = "inject";
  Bytes packet;  ///< from the IP header on
};
struct Capture {  ///< for a raw peer: the next packet that reached it → `data`, from the IP header on, and as
                  ///< value what is left of `within` (0 where it was −1). ETIMEDOUT, EPERM
  static constexpr std::string_view name = "capture";
  Duration within = -1;  ///< waits no longer; −1: for ever, 0: not at all
};
struct Kill {  ///< signal 0: only asks. ESRCH, EPERM, EINVAL
  static constexpr std::string_view name = "kill";
  std::int64_t pid = 0, signal = 0;
};
struct Sigaction {  ///< what a signal does to the process → what it did before. EINVAL
  static constexpr std::string_view name = "rt_sigaction";
  std::int32_t signal = 0, action = 0;  ///< sig_dfl, sig_ign, sig_handler
  std::int64_t flags = 0;               ///< sa_restart
};
struct Sigprocmask {  ///< blocks signals → the set that was blocked. EINVAL
  static constexpr std::string_view name = "rt_sigprocmask";
  std::int32_t how = 0;  ///< sig_block, sig_unblock, sig_setmask
  std::uint32_t mask = 0;
};
struct Signalfd {  ///< → fd, from which blocked signals are read. EBADF, EINVAL, EMFILE, ENFILE
  static constexpr std::string_view name = "signalfd4";
  std::int32_t fd = -1;  ///< −1: a new one
  std::uint32_t mask = 0;
  std::int64_t flags = 0;  ///< o_nonblock, o_cloexec
};
struct Alarm {  ///< SIGALRM after a while, once; 0 takes it back → what was left (setitimer(2))
  static constexpr std::string_view name = "setitimer";
  Duration after = 0;
};
struct Setuid {  ///< EPERM
  static constexpr std::string_view name = "setuid";
  std::int64_t user = 0;
};
struct Getuid {
  static constexpr std::string_view name = "getuid";
  std::int64_t reserved = 0;
};
struct Getppid {
  static constexpr std::string_view name = "getppid";
  std::int64_t reserved = 0;
};
struct Poll {  ///< → how many have events; the set with `revents` as `data`. EINVAL (more than RLIMIT_NOFILE)
  static constexpr std::string_view name = "poll";
  Bytes set;              ///< PollEntries, at most RLIMIT_NOFILE
  Duration timeout = -1;  ///< −1: for ever, 0: not at all
};
struct Select {  ///< → how many bits are set; the three sets as `data`. EBADF
  static constexpr std::string_view name = "select";
  Bytes set;              ///< PollEntries, ascending: poll_in, poll_out, poll_pri stand for the three sets
  Duration timeout = -1;  ///< −1: for ever, 0: not at all
};
struct EpollCreate {  ///< → fd. EINVAL, EMFILE, ENFILE
  static constexpr std::string_view name = "epoll_create1";
  std::int64_t flags = 0;  ///< o_cloexec
};
struct EpollCtl {  ///< EBADF, EEXIST, EINVAL, ELOOP, ENOENT, EPERM
  static constexpr std::string_view name = "epoll_ctl";
  std::int32_t fd = -1, operation = epoll_ctl_add;
  std::int32_t target = -1;  ///< whose events are asked for
  std::uint32_t events = 0;  ///< with epoll_et and its like
};
struct EpollWait {  ///< → how many reports; they are in `data`. EBADF, EINVAL
  static constexpr std::string_view name = "epoll_wait";
  std::int32_t fd = -1, most = 1;
  Duration timeout = -1;  ///< −1: for ever, 0: not at all
};
struct Getpid {
  static constexpr std::string_view name = "getpid";
  std::int64_t reserved = 0;
};
struct Fork {  ///< → the child's pid. The child is the task's next child
  static constexpr std::string_view name = "fork";
  std::int64_t reserved = 0;
};
struct Thread {  ///< pthread_create → the thread's number. The thread is the task's next child
  static constexpr std::string_view name = "thread";
  std::int64_t reserved = 0;
};
struct Join {  ///< waits for thread `tid` of this process to end. ESRCH
  static constexpr std::string_view name = "join";
  std::int64_t tid = 0;
};
struct Wait {  ///< waitpid: waits for a child to end (any when pid is −1) → its pid. ECHILD
  static constexpr std::string_view name = "wait";
  std::int64_t pid = -1;
};
struct Exec {  ///< execve: the task goes on as another program; numbers with FD_CLOEXEC are closed
  static constexpr std::string_view name = "execve";
  std::int64_t reserved = 0;
};
struct Socketpair {  ///< → two connected sockets, the other one as `second`. EOPNOTSUPP (not AF_UNIX), EMFILE
  static constexpr std::string_view name = "socketpair";
  std::int32_t domain = 1, type = 1, protocol = 0, reserved = 0;  ///< `type` as for socket
};
struct Sendmsg {  ///< → bytes. As Send or Sendto, and descriptors with it (SCM_RIGHTS). EBADF, EINVAL
  static constexpr std::string_view name = "sendmsg";
  std::int32_t fd = -1, flags = 0;
  Bytes data;
  Bytes fds;   ///< see numbers_in
  Bytes path;  ///< AF_UNIX: to whom; empty: to the peer
};
struct Recvmsg {  ///< → bytes, the sender, the message's flags, and the numbers of descriptors that came with
                  ///< it
  static constexpr std::string_view name = "recvmsg";
  std::int32_t fd = -1, flags = 0;
  std::int64_t size = 0;
  std::int64_t control = 0;  ///< bytes of the buffer for control messages; 0: there is none
};
struct Ioctl {  ///< siocatmark, fionread, siocoutq → a number. EBADF, EINVAL, ENOTTY
  static constexpr std::string_view name = "ioctl";
  std::int64_t fd = -1, request = 0;
};
struct Rename {  ///< ENOENT, EACCES, EPERM, ENOTDIR, EISDIR, EBUSY
  static constexpr std::string_view name = "rename";
  Bytes from, to;
};
struct Exit {  ///< the task ends; the last one closes the process's descriptors
  static constexpr std::string_view name = "exit";
  std::int64_t status = 0;
};

}  // namespace sys

using Syscall =
    std::variant<sys::Socket, sys::Bind, sys::Listen, sys::Accept, sys::Connect, sys::Send, sys::Recv,
                 sys::Write, sys::Read, sys::Shutdown, sys::Close, sys::Getsockname, sys::Getpeername,
                 sys::Setsockopt, sys::Getsockopt, sys::Dup, sys::Dup2, sys::Dup3, sys::Fcntl, sys::Pipe,
                 sys::Open, sys::Lseek, sys::Unlink, sys::Eventfd, sys::TimerfdCreate, sys::TimerfdSettime,
                 sys::TimerfdGettime, sys::InotifyInit, sys::InotifyAddWatch, sys::InotifyRmWatch,
                 sys::Getrlimit, sys::Setrlimit, sys::Sleep, sys::Compute, sys::Now, sys::Random, sys::Getpid,
                 sys::Fork, sys::Thread, sys::Join, sys::Wait, sys::Exec, sys::Exit, sys::Inject,
                 sys::Capture, sys::Sendto, sys::Recvfrom, sys::Kill, sys::Sigaction, sys::Sigprocmask,
                 sys::Signalfd, sys::Alarm, sys::Setuid, sys::Getuid, sys::Getppid, sys::Poll, sys::Select,
                 sys::EpollCreate, sys::EpollCtl, sys::EpollWait, sys::Socketpair, sys::Sendmsg, sys::Recvmsg,
                 sys::Rename, sys::Ioctl>;

struct SysResult;

/// A frame's sender, or a packet socket's own name, besides the device's index. Linux struct sockaddr_ll.
struct FrameName {
  std::uint16_t protocol = 0;  ///< ETH_P_…
  std::uint16_t hardware = 0;  ///< ARPHRD_…; 0: no device
  std::uint8_t type = 0;       ///< PACKET_…
  std::uint8_t address_length = 0;
  std::array<std::uint8_t, 6> address{};
  friend bool operator==(const FrameName&, const FrameName&) = default;
};

/// «connect»
std::string_view name(const Syscall& call);
/// The call with its arguments, as strace writes it, without the result: «listen(3, 128)».
std::string to_string(const Syscall& call, const ByteStore& bytes);
/// What a call brings besides its number, as strace writes it behind: «[{fd=3, revents=POLLIN}]»; empty for
/// most.
std::string brought_text(const Syscall& call, const SysResult& result, const ByteStore& bytes);
/// The descriptor that the call works on, or −1.
std::int32_t fd_of(const Syscall& call);

/// What comes back: a value or an error, and what some calls bring besides.
struct SysResult {
  std::int64_t value = 0;
  std::int64_t second = 0;  ///< pipe, socketpair, getrlimit, timerfd, SO_LINGER: the second of two values;
                            ///< SO_PEERCRED: the uid; PACKET_STATISTICS: drops
  Bytes data;               ///< recv, recvfrom, recvmsg, read, capture; poll, select, epoll_wait
  Endpoint peer;  ///< accept, getsockname, getpeername, recvfrom; connect and recv of a datagram socket
  Errno error = Errno::OK;
  std::int32_t domain = 0;     ///< the family of `peer`; 0: there is none
  std::int32_t flags = 0;      ///< recvfrom, recvmsg: the flags of the message; SO_PEERCRED: the gid
  std::uint32_t signals = 0;   ///< whose handlers the program runs before it sees the rest; see signal_bit()
  std::uint32_t restarts = 0;  ///< 1: it was interrupted, and is then made again (SA_RESTART)
  Bytes path;                  ///< of AF_UNIX, in place of `peer`; empty: it has no name
  Bytes fds;                   ///< recvmsg: the descriptors that came; see numbers_in
  /// recvmsg with MSG_ERRQUEUE (struct sock_extended_err): the error, who found it with ICMP's type and code
  /// (origin << 16 | type << 8 | code), the MTU in `second`, and who sent the message.
  Errno queued = Errno::OK;
  std::uint32_t icmp = 0;
  Address offender;
  std::uint32_t number = 0;  ///< of AF_PACKET: the device's index; of AF_NETLINK: the port id
  FrameName frame;           ///< of AF_PACKET

  bool ok() const { return error == Errno::OK; }
  static SysResult of(std::int64_t value) {
    SysResult result;
    result.value = value;
    return result;
  }
  static SysResult fail(Errno error) {
    SysResult result;
    result.value = -1;
    result.error = error;
    return result;
  }
  friend bool operator==(const SysResult&, const SysResult&) = default;
};

/// A call as plain bytes, to lie in the world while it is blocked.
struct FlatCall {
  std::uint64_t kind = 0;  ///< index in `Syscall`
  std::array<std::uint8_t, 64> arguments{};
  friend bool operator==(const FlatCall&, const FlatCall&) = default;
};
FlatCall flatten(const Syscall& call);
Syscall unflatten(const FlatCall& flat);

// Lists of descriptors lie in the byte store as C's int, four bytes each, lowest first.
Bytes numbers(const std::vector<std::int32_t>& list, ByteStore& bytes);
std::vector<std::int32_t> numbers_in(const Bytes& list, const ByteStore& bytes);

/// The value of a name like «SO_REUSEADDR», its level included in the name's meaning.
struct OptionRow {
  Option id;
  std::string_view level;  ///< «SOL_SOCKET»
  std::string_view name;   ///< «SO_REUSEADDR»
};
inline constexpr std::array option_table{
#define SOCKARIUM_OPTION(id, level, name) OptionRow{Option::id, level, name},
#include "sim/core/option.def"
#undef SOCKARIUM_OPTION
};

}  // namespace sockarium
