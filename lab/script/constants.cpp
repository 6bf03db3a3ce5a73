#include "lab/script/constants.h"

#include <cstdint>
#include <lua.hpp>
#include <string>

#include "lab/script/machine.h"
#include "sim/core/errno.h"
#include "sim/core/signal.h"
#include "sim/core/syscall.h"
#include "sim/netlink/message.h"

namespace sockarium::script {

namespace {

struct Constant {
  const char* name;
  std::int64_t value;
};

// Linux's values (asm-generic and x86), since flags are joined by | and shown as numbers.
constexpr Constant constants[] = {
    {"AF_UNSPEC", 0},
    {"AF_UNIX", 1},
    {"AF_INET", 2},
    {"AF_INET6", 10},
    {"AF_NETLINK", 16},
    {"AF_PACKET", 17},
    {"AF_VSOCK", 40},
    {"SOCK_STREAM", 1},
    {"SOCK_DGRAM", 2},
    {"SOCK_RAW", 3},
    {"SOCK_RDM", 4},
    {"SOCK_SEQPACKET", 5},
    {"SOCK_DCCP", 6},
    {"SOCK_PACKET", 10},
    {"SOCK_NONBLOCK", sock_nonblock},
    {"SOCK_CLOEXEC", sock_cloexec},
    {"IPPROTO_IP", 0},
    {"IPPROTO_ICMP", 1},
    {"IPPROTO_TCP", 6},
    {"IPPROTO_UDP", 17},
    {"IPPROTO_IPV6", 41},
    {"IPPROTO_ICMPV6", 58},
    {"IPPROTO_SCTP", 132},
    {"IPPROTO_UDPLITE", 136},
    {"IPPROTO_RAW", 255},
    {"IPPROTO_MPTCP", 262},
    {"SO_EE_ORIGIN_LOCAL", so_ee_origin_local},
    {"SO_EE_ORIGIN_ICMP", so_ee_origin_icmp},
    {"SO_EE_ORIGIN_ICMP6", so_ee_origin_icmp6},
    {"ICMP_ECHOREPLY", 0},
    {"ICMP_ECHO", 8},
    {"ICMP6_ECHO_REQUEST", 128},
    {"ICMP6_ECHO_REPLY", 129},
    {"IP_PMTUDISC_DONT", pmtudisc_dont},
    {"IP_PMTUDISC_WANT", pmtudisc_want},
    {"IP_PMTUDISC_DO", pmtudisc_do},
    {"IP_PMTUDISC_PROBE", pmtudisc_probe},
    {"IPV6_PMTUDISC_DONT", pmtudisc_dont},
    {"IPV6_PMTUDISC_WANT", pmtudisc_want},
    {"IPV6_PMTUDISC_DO", pmtudisc_do},
    {"IPV6_PMTUDISC_PROBE", pmtudisc_probe},
    {"IP_PMTUDISC_INTERFACE", 4},
    {"IP_PMTUDISC_OMIT", 5},
    {"IPV6_PMTUDISC_INTERFACE", 4},
    {"IPV6_PMTUDISC_OMIT", 5},
    {"SIOCATMARK", siocatmark},
    {"FIONREAD", fionread},
    {"SIOCINQ", fionread},
    {"SIOCOUTQ", siocoutq},
    {"SOL_SOCKET", 1},
    {"SOL_TCP", 6},
    {"SOL_PACKET", 263},
    {"ETH_P_ALL", 3},
    {"ETH_P_IP", 0x0800},
    {"ETH_P_ARP", 0x0806},
    {"ETH_P_IPV6", 0x86dd},
    {"PACKET_HOST", 0},
    {"PACKET_BROADCAST", 1},
    {"PACKET_MULTICAST", 2},
    {"PACKET_OTHERHOST", 3},
    {"PACKET_OUTGOING", 4},
    {"PACKET_MR_PROMISC", 1},
    {"ARPHRD_ETHER", 1},
    {"ARPHRD_LOOPBACK", 772},
    {"NETLINK_ROUTE", 0},
    {"NETLINK_SOCK_DIAG", netlink::sock_diag},
    {"NLM_F_REQUEST", netlink::nlm_f_request},
    {"NLM_F_MULTI", netlink::nlm_f_multi},
    {"NLM_F_ACK", netlink::nlm_f_ack},
    {"NLM_F_DUMP", netlink::nlm_f_dump},
    {"NLM_F_CAPPED", netlink::nlm_f_capped},
    {"NLMSG_ERROR", netlink::nlmsg_error},
    {"NLMSG_DONE", netlink::nlmsg_done},
    {"SOCK_DIAG_BY_FAMILY", netlink::sock_diag_by_family},
    {"SOCK_DESTROY", netlink::sock_destroy},
    {"UDIAG_SHOW_NAME", netlink::show_name},
    {"UDIAG_SHOW_VFS", netlink::show_vfs},
    {"UDIAG_SHOW_PEER", netlink::show_peer},
    {"UDIAG_SHOW_ICONS", netlink::show_icons},
    {"UDIAG_SHOW_RQLEN", netlink::show_rqlen},
    {"UDIAG_SHOW_UID", netlink::show_uid},
    {"SHUT_RD", 0},
    {"SHUT_WR", 1},
    {"SHUT_RDWR", 2},
    {"MSG_PEEK", msg_peek},
    {"MSG_DONTWAIT", msg_dontwait},
    {"MSG_WAITALL", msg_waitall},
    {"MSG_NOSIGNAL", msg_nosignal},
    {"MSG_OOB", msg_oob},
    {"MSG_ERRQUEUE", msg_errqueue},
    {"MSG_CTRUNC", msg_ctrunc},
    {"MSG_CMSG_CLOEXEC", msg_cmsg_cloexec},
    {"MSG_TRUNC", msg_trunc},
    {"MSG_MORE", 0x8000},
    {"F_DUPFD", f_dupfd},
    {"F_GETFD", f_getfd},
    {"F_SETFD", f_setfd},
    {"F_GETFL", f_getfl},
    {"F_SETFL", f_setfl},
    {"F_DUPFD_CLOEXEC", f_dupfd_cloexec},
    {"O_CREAT", o_creat},
    {"O_EXCL", o_excl},
    {"O_TRUNC", o_trunc},
    {"O_DIRECTORY", o_directory},
    {"SEEK_SET", seek_set},
    {"SEEK_CUR", seek_cur},
    {"SEEK_END", seek_end},
    {"EFD_SEMAPHORE", efd_semaphore},
    {"EFD_NONBLOCK", o_nonblock},
    {"EFD_CLOEXEC", o_cloexec},
    {"IN_ACCESS", in_access},
    {"IN_MODIFY", in_modify},
    {"IN_ATTRIB", in_attrib},
    {"IN_CLOSE_WRITE", in_close_write},
    {"IN_CLOSE_NOWRITE", in_close_nowrite},
    {"IN_CLOSE", in_close_write | in_close_nowrite},
    {"IN_OPEN", in_open},
    {"IN_CREATE", in_create},
    {"IN_DELETE", in_delete},
    {"IN_DELETE_SELF", in_delete_self},
    {"IN_ALL_EVENTS", in_all_events},
    {"IN_IGNORED", in_ignored},
    {"IN_ISDIR", in_isdir},
    {"IN_NONBLOCK", o_nonblock},
    {"IN_CLOEXEC", o_cloexec},
    {"CLOCK_MONOTONIC", clock_monotonic},
    {"TFD_NONBLOCK", o_nonblock},
    {"TFD_CLOEXEC", o_cloexec},
    {"O_RDONLY", o_rdonly},
    {"O_WRONLY", o_wronly},
    {"O_RDWR", o_rdwr},
    {"O_APPEND", o_append},
    {"O_NONBLOCK", o_nonblock},
    {"O_CLOEXEC", o_cloexec},
    {"FD_CLOEXEC", fd_cloexec},
    {"POLLIN", 0x1},
    {"POLLPRI", 0x2},
    {"POLLOUT", 0x4},
    {"POLLERR", 0x8},
    {"POLLHUP", poll_hup},
    {"POLLNVAL", poll_nval},
    {"POLLRDNORM", poll_rdnorm},
    {"POLLWRNORM", poll_wrnorm},
    {"POLLRDHUP", poll_rdhup},
    {"EPOLLIN", poll_in},
    {"EPOLLPRI", poll_pri},
    {"EPOLLOUT", poll_out},
    {"EPOLLERR", 0x8},
    {"EPOLLHUP", 0x10},
    {"EPOLLRDHUP", 0x2000},
    {"EPOLLEXCLUSIVE", 1 << 28},
    {"EPOLLONESHOT", 1 << 30},
    {"EPOLLET", std::int64_t{1} << 31},
    {"EPOLL_CLOEXEC", o_cloexec},
    {"EPOLL_CTL_ADD", 1},
    {"EPOLL_CTL_DEL", 2},
    {"EPOLL_CTL_MOD", 3},
    {"SIG_DFL", sig_dfl},
    {"SIG_IGN", sig_ign},
    {"SA_RESTART", sa_restart},
    {"SIG_BLOCK", sig_block},
    {"SIG_UNBLOCK", sig_unblock},
    {"SIG_SETMASK", sig_setmask},
    {"SFD_NONBLOCK", o_nonblock},
    {"SFD_CLOEXEC", o_cloexec},
    {"RLIMIT_NOFILE", rlimit_nofile},
    {"SOMAXCONN", 4096},
    {"STDIN_FILENO", 0},
    {"STDOUT_FILENO", 1},
    {"STDERR_FILENO", 2},
};

constexpr const char* linux_options[] = {
    "SO_PRIORITY",    "SO_BINDTODEVICE", "SO_INCOMING_CPU",   "SO_RCVLOWAT",  "SO_DOMAIN",
    "SO_PROTOCOL",    "SO_MARK",         "SO_TIMESTAMP",      "SO_DONTROUTE", "SO_PASSCRED",
    "SO_ZEROCOPY",    "TCP_CORK",        "TCP_WINDOW_CLAMP",  "TCP_INFO",     "TCP_QUICKACK",
    "TCP_CONGESTION", "TCP_FASTOPEN",    "TCP_NOTSENT_LOWAT", "IP_TOS",       "IP_TRANSPARENT",
    "IP_FREEBIND",
};

void offer_text(lua_State* L, const char* text) {
  lua_pushstring(L, text);
  offer(L, text);
}

}  // namespace

bool is_option_of_linux(std::string_view name) {
  for (const char* option : linux_options)
    if (name == option) return true;
  return false;
}

void offer_constants(lua_State* L) {
  for (const Constant& constant : constants) {
    lua_pushinteger(L, constant.value);
    offer(L, constant.name);
  }
  for (const SignalRow& row : signal_table) {
    lua_pushinteger(L, row.number);
    offer(L, row.name.data());
  }
  // Options and errors are their own names: they read well where they are printed.
  for (const OptionRow& row : option_table) offer_text(L, row.name.data());
  for (const char* option : linux_options) offer_text(L, option);
  static constexpr const char* errors[] = {
#define SOCKARIUM_ERRNO(name, number, words) "E" #name,
#include "sim/core/errno.def"
#undef SOCKARIUM_ERRNO
  };
  for (const char* error : errors) offer_text(L, error);
  lua_pushliteral(L, "EAGAIN");  // the same number on Linux
  offer(L, "EWOULDBLOCK");
}

}  // namespace sockarium::script
