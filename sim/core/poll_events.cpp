#include "sim/core/poll_events.h"

#include <fmt/format.h>

#include <array>
#include <cstring>
#include <utility>

namespace sockarium {

namespace {

template <class Entry>
std::vector<Entry> unpacked(const Bytes& list, const ByteStore& bytes) {
  const std::string text = bytes.text(list);
  std::vector<Entry> all(text.size() / sizeof(Entry));
  if (!all.empty()) std::memcpy(all.data(), text.data(), all.size() * sizeof(Entry));
  return all;
}

template <class Entry>
Bytes packed(const std::vector<Entry>& list, ByteStore& bytes) {
  if (list.empty()) return {};
  return bytes.intern({reinterpret_cast<const char*>(list.data()), list.size() * sizeof(Entry)});
}

}  // namespace

std::vector<PollEntry> poll_entries(const Bytes& set, const ByteStore& bytes) {
  return unpacked<PollEntry>(set, bytes);
}
Bytes intern(const std::vector<PollEntry>& set, ByteStore& bytes) {
  return packed(set, bytes);
}
std::vector<EpollReport> epoll_reports(const Bytes& list, const ByteStore& bytes) {
  return unpacked<EpollReport>(list, bytes);
}
Bytes intern(const std::vector<EpollReport>& list, ByteStore& bytes) {
  return packed(list, bytes);
}

std::string event_names(std::uint32_t events, const char* prefix) {
  constexpr std::array<std::pair<std::uint32_t, const char*>, 15> names{{{poll_in, "IN"},
                                                                         {poll_pri, "PRI"},
                                                                         {poll_out, "OUT"},
                                                                         {poll_rdnorm, "RDNORM"},
                                                                         {poll_rdband, "RDBAND"},
                                                                         {poll_wrnorm, "WRNORM"},
                                                                         {poll_wrband, "WRBAND"},
                                                                         {poll_err, "ERR"},
                                                                         {poll_hup, "HUP"},
                                                                         {poll_nval, "NVAL"},
                                                                         {poll_rdhup, "RDHUP"},
                                                                         {epoll_exclusive, "EXCLUSIVE"},
                                                                         {epoll_wakeup, "WAKEUP"},
                                                                         {epoll_oneshot, "ONESHOT"},
                                                                         {epoll_et, "ET"}}};
  std::string text;
  for (const auto& [bit, word] : names) {
    if ((events & bit) == 0) continue;
    text += fmt::format("{}{}{}", text.empty() ? "" : "|", prefix, word);
    events &= ~bit;
  }
  if (events != 0) text += fmt::format("{}{:#x}", text.empty() ? "" : "|", events);
  return text.empty() ? "0" : text;
}

}  // namespace sockarium
