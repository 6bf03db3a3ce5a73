// Words for tests of poll, select and epoll, and readings of their answers.
#pragma once

#include <map>
#include <vector>

#include "tests/support/lone_program.h"

namespace sockarium::test {

Syscall poll(const std::vector<PollEntry>& set, Duration timeout = 0);
/// One entry stands for its number in all three sets: poll_in, poll_out, poll_pri.
Syscall select(const std::vector<PollEntry>& set, Duration timeout = 0);
Syscall epoll_add(std::int32_t epoll, std::int32_t fd, std::uint32_t events = poll_in);
Syscall epoll_mod(std::int32_t epoll, std::int32_t fd, std::uint32_t events);
Syscall epoll_del(std::int32_t epoll, std::int32_t fd);
Syscall epoll_wait(std::int32_t epoll, std::int32_t most = 10, Duration timeout = 0);
Syscall pipe();

/// The answers of a program's poll() or select() calls, in order: each descriptor with what was found.
std::vector<std::vector<PollEntry>> found_by(Lab& lab, std::string_view program, std::string_view call);
/// The answers of its epoll_wait() calls that returned.
std::vector<std::vector<EpollReport>> reported_to(Lab& lab, std::string_view program);
/// Child number of a thread → how many calls of that name succeeded in it.
std::map<std::uint32_t, int> successes(Lab& lab, std::string_view call);

}  // namespace sockarium::test
