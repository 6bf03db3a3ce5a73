#include "tests/support/waiting.h"

namespace sockarium::test {

Syscall poll(const std::vector<PollEntry>& set, Duration timeout) {
  return sys::Poll{intern(set, phrases()), timeout};
}
Syscall select(const std::vector<PollEntry>& set, Duration timeout) {
  return sys::Select{intern(set, phrases()), timeout};
}
Syscall epoll_add(std::int32_t epoll, std::int32_t fd, std::uint32_t events) {
  return sys::EpollCtl{epoll, epoll_ctl_add, fd, events};
}
Syscall epoll_mod(std::int32_t epoll, std::int32_t fd, std::uint32_t events) {
  return sys::EpollCtl{epoll, epoll_ctl_mod, fd, events};
}
Syscall epoll_del(std::int32_t epoll, std::int32_t fd) {
  return sys::EpollCtl{epoll, epoll_ctl_del, fd, 0};
}
Syscall epoll_wait(std::int32_t epoll, std::int32_t most, Duration timeout) {
  return sys::EpollWait{epoll, most, timeout};
}
Syscall pipe() {
  return sys::Pipe{};
}

std::vector<std::vector<PollEntry>> found_by(Lab& lab, std::string_view program, std::string_view call) {
  std::vector<std::vector<PollEntry>> all;
  for (const CallLine& line : lab.calls(program, call))
    if (line.returned != never) all.push_back(poll_entries(line.result.data, lab.session().bytes()));
  return all;
}

std::vector<std::vector<EpollReport>> reported_to(Lab& lab, std::string_view program) {
  std::vector<std::vector<EpollReport>> all;
  for (const CallLine& line : lab.calls(program, "epoll_wait"))
    if (line.returned != never) all.push_back(epoll_reports(line.result.data, lab.session().bytes()));
  return all;
}

std::map<std::uint32_t, int> successes(Lab& lab, std::string_view call) {
  std::map<std::uint32_t, int> all;
  const Session& session = lab.session();
  for (RecordNumber n = 1; n <= session.records().size(); ++n)
    if (const auto* back = std::get_if<rec::SyscallReturned>(&session.record(n).what)) {
      const kernel::Task& task = session.world().kernel.tasks.read(back->task);
      if (task.parent && name(unflatten(back->call)) == call && back->result.ok()) ++all[task.nth];
    }
  return all;
}

}  // namespace sockarium::test
