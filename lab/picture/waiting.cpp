// See waiting.h.
#include "lab/picture/waiting.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/core/poll_events.h"
#include "sim/kernel/descriptors.h"
#include "sim/kernel/protocol.h"
#include "sim/kernel/wait_queue.h"
#include "sim/observe/epolls.h"
#include "sim/observe/local_sockets.h"
#include "sim/observe/names.h"
#include "sim/unix/unix.h"

namespace sockarium::picture {

namespace {

bool any(Readiness what, Readiness of) {
  return (what & of) != Readiness::None;
}

std::string end_text(const Endpoint& end) {
  const std::string port = end.port == 0 ? "*" : std::to_string(end.port);
  return end.ip == Address{} || end.ip.is_wildcard() ? "*:" + port : to_string(end.ip) + ":" + port;
}

std::string socket_text(const World& world, const ByteStore& bytes, SocketId id) {
  const inet::SocketBase* base = world.inet.sockets.find(id);
  if (base == nullptr) return "a socket that is closed";
  if (unix::is_unix(world, id)) return "unix " + unix_text(world, bytes, id);
  if (base->kind == inet::EntryKind::Icmp)
    return base->bucket ? fmt::format("ICMP id {}", base->local.port) : "ICMP";
  const std::string protocol = base->protocol == wire::UDP ? "UDP " : "TCP ";
  if (base->peer.port != 0) return protocol + end_text(base->local) + " – " + end_text(base->peer);
  const TcpState state = kernel::protocol::state_of(world, id);
  return protocol + end_text(base->local) + (state == TcpState::Listen ? " LISTEN" : "");
}

/// «fd 5 of web (pid 101)»; of several the first, and how many more.
std::string holder_text(const World& world, const ByteStore& bytes, OpenFileId file) {
  std::string first;
  std::size_t more = 0;
  for (const ProcessId id : ids(world.kernel.processes)) {
    if (world.kernel.processes.read(id).ended != 0) continue;
    for (kernel::OpenNumber open = kernel::next_open(world, id, 0); open.fd >= 0;
         open = kernel::next_open(world, id, open.fd + 1)) {
      if (!(open.file == file)) continue;
      if (first.empty())
        first = fmt::format("fd {} of {}", open.fd, observe::Names(world, bytes).process_with_pid(id));
      else
        ++more;
    }
  }
  if (first.empty()) return "held by nobody";
  return more == 0 ? first : fmt::format("{}, and {} more", first, more);
}

/// What a task waits for by one of its places in a queue.
std::string reason_text(const World& world, const ByteStore& bytes, const WaitFor& wait) {
  const auto socket = [&] { return socket_text(world, bytes, SocketId::from_raw(wait.who)); };
  if (any(wait.what, Readiness::EpollEvents | Readiness::EpollReadable)) {
    const poll::Epoll* epoll = world.poll.epolls.find(EpollId::from_raw(wait.who));
    return "an event of the epoll " + (epoll == nullptr ? "" : holder_text(world, bytes, epoll->file));
  }
  if (any(wait.what, Readiness::TaskEnded)) return "the end of a child or thread";
  if (any(wait.what, Readiness::Captured)) return "a segment";
  if (any(wait.what, Readiness::PipeReadable)) return "bytes in a pipe";
  if (any(wait.what, Readiness::PipeWritable)) return "room in a pipe";
  if (any(wait.what, Readiness::EventReadable)) return "an eventfd above 0";
  if (any(wait.what, Readiness::EventWritable)) return "room in an eventfd";
  if (any(wait.what, Readiness::TimerExpired)) return "a timerfd";
  if (any(wait.what, Readiness::NotifyReadable)) return "news of an inotify";
  if (any(wait.what, Readiness::SignalReadable)) return "a signal";
  if (any(wait.what, Readiness::PeerRoom)) return "room in the queue of " + socket();
  const inet::SocketBase* base = world.inet.sockets.find(SocketId::from_raw(wait.who));
  if (base != nullptr && base->listening)
    return "a connection to " + (base->protocol == 0 ? socket() : end_text(base->local));
  if (base != nullptr && kernel::protocol::state_of(world, SocketId::from_raw(wait.who)) == TcpState::SynSent)
    return "an answer on " + socket();
  if (any(wait.what, Readiness::Readable)) return "data on " + socket();
  return "room to send on " + socket();
}

WaitingTask waiting_task(const World& world, const ByteStore& bytes, TaskId id) {
  const kernel::Task& task = world.kernel.tasks.read(id);
  WaitingTask row;
  row.task = id;
  row.host = world.kernel.processes.read(task.process).host;
  row.who = observe::Names(world, bytes).task_with_pid(id);
  const Syscall call = unflatten(task.call);
  const std::int32_t fd = fd_of(call);
  row.call = fd >= 0 ? fmt::format("{}({})", name(call), fd) : fmt::format("{}()", name(call));
  row.record = task.blocked_record;
  if (task.deadline.armed()) row.left = std::max<Duration>(0, task.deadline.deadline - world.now);
  std::size_t more = 0;
  for (WaiterId w = task.waiter; w; w = world.kernel.waiters.read(w).next_of_task) {
    const kernel::Waiter& waiter = world.kernel.waiters.read(w);
    if (!row.what.empty()) {
      ++more;
      continue;
    }
    row.what = reason_text(world, bytes, waiter.wait);
    row.exclusive = waiter.wait.exclusive != 0;
    for (WaiterId other = kernel::first_waiter(world, waiter.wait.who); other;
         other = world.kernel.waiters.read(other).next) {
      const kernel::Waiter& one = world.kernel.waiters.read(other);
      if (!one.task || !any(one.wait.what, waiter.wait.what)) continue;
      ++row.of;
      if (other == w) row.place = row.of;
    }
  }
  if (more > 0) row.what += fmt::format(", and {} more", more);
  return row;
}

/// «IN|ET»
std::string event_text(std::uint32_t events) {
  return events == 0 ? "" : event_names(events, "");
}

}  // namespace

std::string unix_text(const World& world, const ByteStore& bytes, SocketId id) {
  const unix::Socket& own = unix::read_entry(world, id);
  if (!own.name.empty()) return observe::local_name(bytes, own.name);
  if (!own.has_peer) return "unnamed";
  const inet::SocketBase* peer = world.inet.sockets.find(own.peer);
  const Bytes name = peer == nullptr ? own.peer_name : unix::read_entry(world, own.peer).name;
  if (!name.empty()) return "→ " + observe::local_name(bytes, name);
  return peer == nullptr ? "⇄ closed" : fmt::format("⇄ {}", peer->inode);
}

std::string file_text(const World& world, const ByteStore& bytes, OpenFileId id) {
  const kernel::OpenFile* file = world.kernel.files.find(id);
  if (file == nullptr) return "closed";
  return file->kind == FileKind::Socket ? socket_text(world, bytes, file->socket)
                                        : std::string(name(file->kind));
}

Waiting waiting_at(const World& world, const ByteStore& bytes, std::size_t most) {
  Waiting all;
  for (const TaskId id : ids(world.kernel.tasks)) {
    if (world.kernel.tasks.read(id).state != kernel::TaskState::Blocked) continue;
    if (all.tasks.size() < most)
      all.tasks.push_back(waiting_task(world, bytes, id));
    else
      ++all.more_tasks;
  }
  for (const observe::EpollLine& line : observe::epoll_lines(world)) {
    EpollRow row;
    row.epoll = line.epoll;
    if (const kernel::OpenFile* file = world.kernel.files.find(line.file)) row.host = file->host;
    row.name = holder_text(world, bytes, line.file);
    for (const observe::InterestLine& each : line.interests) {
      row.ready += each.place > 0 ? 1 : 0;
      if (row.interests.size() >= most) continue;
      InterestRow interest;
      interest.fd = each.fd;
      interest.what = file_text(world, bytes, each.file);
      interest.asked = (each.events & ~epoll_flags) == 0 ? "spent" : event_text(each.events & ~poll_always);
      interest.news = event_text(each.news);
      interest.place = each.place;
      if (const kernel::OpenFile* file = world.kernel.files.find(each.file)) interest.socket = file->socket;
      row.interests.push_back(std::move(interest));
    }
    for (const TaskId task : line.waiting)
      row.waiting.push_back(observe::Names(world, bytes).task_with_pid(task));
    all.epolls.push_back(std::move(row));
  }
  for (const observe::InFlight& flight : observe::files_in_flight(world)) {
    if (all.in_flight.size() >= most) break;
    const auto end = [&](SocketId id) {
      const inet::SocketBase* base = world.inet.sockets.find(id);
      if (base == nullptr) return std::string("a socket that is closed");
      const std::string own = observe::local_name(bytes, unix::read_entry(world, id).name);
      return own.empty() ? fmt::format("socket {}", base->inode) : own;
    };
    FlightRow row;
    row.host = world.inet.nets.read(world.inet.sockets.read(flight.queue).net).host;
    row.file = flight.file;
    row.what = file_text(world, bytes, flight.file);
    row.queue = end(flight.queue);
    row.from = end(flight.from);
    row.place = flight.place + 1;
    all.in_flight.push_back(std::move(row));
  }
  return all;
}

}  // namespace sockarium::picture
