#include "lab/compare/agent_waiting.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>

#include <algorithm>
#include <cstring>
#include <vector>

namespace sockarium::compare {

namespace {

// A PollEntry is C's struct pollfd, byte for byte.
static_assert(sizeof(PollEntry) == sizeof(pollfd));

int milliseconds(Duration timeout) {
  return timeout < 0 ? -1 : static_cast<int>((timeout + millisecond - 1) / millisecond);
}

template <class Entry>
std::vector<Entry> taken_from(const Mailbox& box, std::uint32_t bytes) {
  std::vector<Entry> all(bytes / sizeof(Entry));
  if (!all.empty()) std::memcpy(all.data(), box.payload.data(), all.size() * sizeof(Entry));
  return all;
}
template <class Entry>
void put_into(Mailbox& box, const std::vector<Entry>& all, SysResult& result) {
  if (!all.empty()) std::memcpy(box.payload.data(), all.data(), all.size() * sizeof(Entry));
  result.data.length = static_cast<std::uint32_t>(all.size() * sizeof(Entry));
}

/// A set of select(), of any size: the C library's fd_set ends at 1,024, the kernel's does not.
class Bitmap {
 public:
  explicit Bitmap(int numbers) : words_(static_cast<std::size_t>(numbers) / bits + 1) {}
  void set(int fd) {
    words_[static_cast<std::size_t>(fd) / bits] |= 1ul << (static_cast<std::size_t>(fd) % bits);
  }
  bool has(int fd) const {
    return (words_[static_cast<std::size_t>(fd) / bits] >> (static_cast<std::size_t>(fd) % bits) & 1) != 0;
  }
  ::fd_set* get() { return reinterpret_cast<::fd_set*>(words_.data()); }

 private:
  static constexpr std::size_t bits = 8 * sizeof(unsigned long);
  std::vector<unsigned long> words_;
};

}  // namespace

std::int64_t real_poll(const sys::Poll& call, Mailbox& box, SysResult& result) {
  std::vector<pollfd> set = taken_from<pollfd>(box, call.set.length);
  const int found = ::poll(set.data(), set.size(), milliseconds(call.timeout));
  if (found >= 0) put_into(box, set, result);
  return found;
}

std::int64_t real_select(const sys::Select& call, Mailbox& box, SysResult& result) {
  std::vector<PollEntry> set = taken_from<PollEntry>(box, call.set.length);
  const int numbers = set.empty() ? 0 : set.back().fd + 1;
  constexpr std::uint16_t which[] = {poll_in, poll_out, poll_pri};
  std::vector<Bitmap> sets(std::size(which), Bitmap(numbers));
  for (const PollEntry& entry : set)
    for (std::size_t i = 0; i < std::size(which); ++i)
      if ((entry.events & which[i]) != 0) sets[i].set(entry.fd);
  timeval wait{call.timeout / second, call.timeout % second / microsecond};
  const int found =
      ::select(numbers, sets[0].get(), sets[1].get(), sets[2].get(), call.timeout < 0 ? nullptr : &wait);
  if (found < 0) return found;
  for (PollEntry& entry : set) {
    entry.revents = 0;
    for (std::size_t i = 0; i < std::size(which); ++i)
      if ((entry.events & which[i]) != 0 && sets[i].has(entry.fd))
        entry.revents = static_cast<std::uint16_t>(entry.revents | which[i]);
  }
  put_into(box, set, result);
  return found;
}

std::int64_t real_epoll_ctl(const sys::EpollCtl& call) {
  epoll_event event{};
  event.events = call.events;
  event.data.fd = call.target;
  return epoll_ctl(call.fd, call.operation, call.target, &event);
}

std::int64_t real_epoll_wait(const sys::EpollWait& call, Mailbox& box, SysResult& result) {
  std::vector<epoll_event> events(static_cast<std::size_t>(std::clamp(call.most, 1, 100'000)));
  const int found =
      epoll_wait(call.fd, events.data(), std::min(call.most, 100'000), milliseconds(call.timeout));
  std::vector<EpollReport> reports;
  for (int i = 0; i < found; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    reports.push_back(EpollReport{event.data.fd, event.events});
  }
  if (found >= 0) put_into(box, reports, result);
  return found;
}

}  // namespace sockarium::compare
