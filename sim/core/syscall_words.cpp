#include "sim/core/syscall_words.h"

#include <fmt/format.h>

#include <utility>

#include "sim/core/signal.h"

namespace sockarium::strace {

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
         : domain == 16 ? "AF_NETLINK"
         : domain == 17 ? "AF_PACKET"
                        : std::to_string(domain);
}

std::string signal_set(std::uint32_t mask) {
  std::string text = "[";
  for (const SignalRow& row : signal_table)
    if ((mask & signal_bit(row.number)) != 0)
      text += (text.size() > 1 ? " " : "") + std::string(row.name.substr(3));
  return text + "]";
}

/// The 14 bytes of an address of no family.
constexpr std::string_view no_address = "\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0";

std::string sockaddr(const Endpoint& to, std::int32_t domain, std::int32_t length) {
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

std::string sun_path_text(const std::string& text) {
  const bool abstract = text[0] == '\0';
  return fmt::format("{}\"{}\"", abstract ? "@" : "", text.substr(abstract ? 1 : 0));
}

std::string milliseconds(Duration timeout) {
  return std::to_string(timeout < 0 ? -1 : (timeout + millisecond - 1) / millisecond);
}

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

std::string fd_set(const std::vector<PollEntry>& set, std::uint32_t which, bool answer) {
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

std::string ethertype(std::int32_t number) {
  const std::string text = number == 3        ? "ETH_P_ALL"
                           : number == 0x0800 ? "ETH_P_IP"
                           : number == 0x0806 ? "ETH_P_ARP"
                           : number == 0x86dd ? "ETH_P_IPV6"
                                              : fmt::format("{:#x}", number);
  return number == 0 ? "0" : fmt::format("htons({})", text);
}

std::string netlink_protocol(std::int32_t number) {
  return number == 0 ? "NETLINK_ROUTE" : number == 4 ? "NETLINK_SOCK_DIAG" : std::to_string(number);
}

std::string device(std::uint32_t index) {
  return fmt::format("if_nametoindex(\"{}\")", index == 1 ? "lo" : fmt::format("eth{}", index - 2));
}

}  // namespace sockarium::strace
