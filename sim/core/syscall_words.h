// The words that strace(1) has for the numbers and structs of calls.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/core/poll_events.h"
#include "sim/core/syscall.h"

namespace sockarium::strace {

inline constexpr std::size_t shown_entries = 32;  ///< of an array
inline constexpr std::string_view kernel_name = "{sa_family=AF_NETLINK, nl_pid=0, nl_groups=00000000}, 12";

std::string quoted(const Bytes& data, const ByteStore& bytes);
std::string socket_type(std::int32_t type);
std::string domain_name(std::int32_t domain);
/// «[INT CHLD]»
std::string signal_set(std::uint32_t mask);
/// As strace writes it, with its length. `length`: 0 for the family's own.
std::string sockaddr(const Endpoint& to, std::int32_t domain, std::int32_t length = 0);
std::string flag_names(std::int32_t flags);
/// The flags of open(2), as F_GETFL gives and F_SETFL takes them.
std::string open_flags(std::int32_t flags);
/// The same without access mode: of pipe2 and dup3.
std::string pipe_flags(std::int32_t flags);
std::string resource(std::int64_t number);
std::string limit(std::int64_t value);
std::string seconds(Duration d);
std::string inotify_mask(std::uint32_t mask);
std::string timespec(Duration d);
/// A name as strace writes it: an abstract one behind «@», without its zero byte.
std::string sun_path_text(const std::string& text);
/// Of poll and epoll_wait: they count whole milliseconds.
std::string milliseconds(Duration timeout);
/// «[{fd=3, events=POLLIN}]»; of an answer those alone that have events, with these.
std::string poll_set(const std::vector<PollEntry>& set, bool answer);
/// «[3 5]»: one of select's sets, of what is asked or (`answer`) of what was found; «NULL» if it is empty.
std::string fd_set(const std::vector<PollEntry>& set, std::uint32_t which, bool answer = false);
std::string epoll_event(const EpollReport& report);
/// The two bytes of a number the other way round.
constexpr std::int32_t swapped(std::int32_t number) {
  return (number & 0xff) << 8 | (number >> 8 & 0xff);
}
/// «htons(ETH_P_ALL)»
std::string ethertype(std::int32_t number);
std::string netlink_protocol(std::int32_t number);
std::string device(std::uint32_t index);

}  // namespace sockarium::strace
