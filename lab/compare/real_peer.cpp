#include "lab/compare/real_peer.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>

namespace sockarium::compare {

namespace {

void put(RealRun& run, RealTask& task, const Bytes& packet, Time after) {
  const std::string content = run.bytes.text(packet);
  const bool v4 = content.empty() || (static_cast<std::uint8_t>(content.front()) >> 4) == 4;
  const std::array<std::uint8_t, 14> header = frame_header(task.link, v4);
  std::string frame(header.begin(), header.end());
  frame += content;
  const bool taken = send(run.network.peers[task.link], frame.data(), frame.size(), 0) >= 0;
  run.finish(task, taken ? SysResult::of(packet.length) : SysResult::fail(static_cast<Errno>(errno)), after);
}

}  // namespace

void add_peer(RealRun& run, std::size_t process) {
  RealTask& task = run.begin(process, 0);
  task.raw = true;
  while (run.setup.links[task.link].b != run.setup.processes[process].host) ++task.link;
}

void turn_of_peer(RealRun& run, RealTask& task, const Syscall& call, Time after) {
  if (const auto* inject = std::get_if<sys::Inject>(&call)) return put(run, task, inject->packet, after);
  if (const auto* wish = std::get_if<sys::Capture>(&call)) {
    task.deadline = wish->within < 0 ? never : task.at + wish->within;
    task.state = RealTask::State::Captures;
    return capture(run, task);
  }
  if (const auto* write = std::get_if<sys::Write>(&call))
    return run.finish(task, SysResult::of(write->data.length), after);
  if (std::holds_alternative<sys::Getpid>(call))
    return run.finish(task, SysResult::of(pid_of(task.process)), after);
  if (std::holds_alternative<sys::Exit>(call))
    task.state = RealTask::State::Ended;
  else
    run.finish(task, SysResult::fail(Errno::NOSYS), after);
}

void capture(RealRun& run, RealTask& task) {
  std::array<char, 70'000> frame{};
  const Time now = std::max(task.at, run.now());
  const std::size_t skip = frame_header(task.link).size();
  const ssize_t size = recv(run.network.peers[task.link], frame.data(), frame.size(), 0);
  if (size > static_cast<ssize_t>(skip)) {
    SysResult result = SysResult::of(task.deadline == never ? 0 : std::max<Duration>(0, task.deadline - now));
    result.data = run.bytes.intern({frame.data() + skip, static_cast<std::size_t>(size) - skip});
    run.finish(task, result, now);
  } else if (now >= task.deadline) {
    run.finish(task, SysResult::fail(Errno::TIMEDOUT), task.deadline);
  }
}

}  // namespace sockarium::compare
