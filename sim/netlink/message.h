// Netlink in bytes: messages with a header of 16 bytes, each filled up to a multiple of four, and what
// sock_diag(7) writes into them: what ss asks, and the rows that the kernel answers. All numbers have the
// machine's order, lowest byte first, but ports and addresses, which have the network's. netlink(7);
// linux/netlink.h, linux/sock_diag.h, linux/inet_diag.h, linux/unix_diag.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/core/address.h"
#include "sim/core/errno.h"

namespace sockarium::netlink {

inline constexpr std::int32_t sock_diag = 4;  ///< NETLINK_SOCK_DIAG

// Types and flags of messages.
inline constexpr std::uint16_t nlmsg_error = 2, nlmsg_done = 3, sock_diag_by_family = 20, sock_destroy = 21;
inline constexpr std::uint16_t nlm_f_request = 1, nlm_f_multi = 2, nlm_f_ack = 4, nlm_f_capped = 0x100,
                               nlm_f_dump = 0x300;

/// A message, taken apart. Linux struct nlmsghdr.
struct Message {
  std::uint32_t length = 0;  ///< header included, filling not
  std::uint16_t type = 0, flags = 0;
  std::uint32_t sequence = 0, port = 0;
  std::string_view body;
};
inline constexpr std::uint32_t header_size = 16;

/// The messages that lie in `text`, one behind the other; it ends where a length is nonsense.
std::vector<Message> messages_in(std::string_view text);
/// A message in bytes, filled up.
std::string to_bytes(std::uint16_t type, std::uint16_t flags, std::uint32_t sequence, std::uint32_t port,
                     std::string_view body);

inline constexpr std::uint64_t no_cookie = ~std::uint64_t{0};  ///< any socket will do

/// What ss asks of internet sockets. Linux struct inet_diag_req_v2.
struct InetRequest {
  std::uint8_t family = 2, protocol = 6;  ///< AF_INET, AF_INET6; IPPROTO_…
  std::uint8_t extensions = 0;
  std::uint32_t states = 0xffffffff;  ///< a bit for each of Linux's states
  Endpoint local, peer;               ///< of the one socket that is asked for, without NLM_F_DUMP
  std::uint32_t device = 0;
  std::uint64_t cookie = no_cookie;  ///< of the one socket
};
/// What ss asks of Unix sockets. Linux struct unix_diag_req.
struct UnixRequest {
  std::uint32_t states = 0xffffffff;
  std::uint32_t inode = 0;  ///< of the one socket that is asked for, without NLM_F_DUMP
  std::uint32_t show = 0;   ///< of show_name …
};
inline constexpr std::uint32_t show_name = 1, show_vfs = 2, show_peer = 4, show_icons = 8, show_rqlen = 16,
                               show_uid = 64;

std::string to_bytes(const InetRequest& request);
std::string to_bytes(const UnixRequest& request);
/// Nothing: it is too short.
std::optional<InetRequest> inet_request_in(std::string_view body);
std::optional<UnixRequest> unix_request_in(std::string_view body);

/// Which timer runs (idiag_timer).
enum class TimerName : std::uint8_t { None, On, KeepAlive, TimeWait, Persist };

/// A row of internet sockets. Linux struct inet_diag_msg.
struct InetRow {
  std::uint8_t family = 2;
  std::uint8_t state = 0;  ///< Linux's number
  TimerName timer = TimerName::None;
  std::uint8_t retransmits = 0;
  Endpoint local, peer;
  std::uint64_t cookie = 0;
  std::uint32_t expires = 0;  ///< of the timer, ms
  std::uint32_t receive_queue = 0, send_queue = 0;
  std::uint32_t user = 0, inode = 0;
  std::optional<std::uint8_t> shutdown;   ///< INET_DIAG_SHUTDOWN: 1 reading, 2 writing; no TIME-WAIT has it
  std::optional<std::uint8_t> ipv6_only;  ///< INET_DIAG_SKV6ONLY
  std::optional<std::uint32_t> mark;      ///< INET_DIAG_MARK: only the privileged are told
  std::optional<std::uint16_t> options;   ///< INET_DIAG_SOCKOPT: bits of struct inet_diag_sockopt; it comes
                                          ///< with INET_DIAG_CGROUP_ID
};
/// A row of Unix sockets. Linux struct unix_diag_msg. What was not asked for is not there.
struct UnixRow {
  std::uint8_t type = 1, state = 0;
  std::uint32_t inode = 0;
  std::uint64_t cookie = 0;
  std::optional<std::string> name;    ///< an abstract one begins with a zero byte
  std::optional<std::uint32_t> file;  ///< UNIX_DIAG_VFS: the inode of the socket's file
  std::optional<std::uint32_t> peer;
  std::optional<std::vector<std::uint32_t>> pending;  ///< UNIX_DIAG_ICONS: inodes of those that connect
  std::optional<std::uint32_t> receive_queue, send_queue;
  std::optional<std::uint32_t> user;
  std::uint8_t shutdown = 0;
};

std::string to_bytes(const InetRow& row);
std::string to_bytes(const UnixRow& row);
std::optional<InetRow> inet_row_in(std::string_view body);
std::optional<UnixRow> unix_row_in(std::string_view body);

/// The error of a NLMSG_ERROR or NLMSG_DONE; OK: it acknowledges, or the dump is whole.
Errno error_in(const Message& message);

}  // namespace sockarium::netlink
