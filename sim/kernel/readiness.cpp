#include "sim/kernel/readiness.h"

#include "sim/kernel/epoll.h"
#include "sim/kernel/protocol.h"
#include "sim/world.h"

namespace sockarium::kernel {

namespace {

/// Linux pipe_poll. A reader without writers sees HUP, a writer without readers ERR.
std::uint32_t pipe_events(const Pipe& pipe, const OpenFile& end) {
  std::uint32_t events = 0;
  if (end.reads()) {
    if (pipe.used > 0) events |= poll_in | poll_rdnorm;
    if (pipe.writers == 0) events |= poll_hup;
  } else {
    if (!pipe.full()) events |= poll_out | poll_wrnorm;
    if (pipe.readers == 0) events |= poll_err;
  }
  return events;
}

/// Linux eventfd_poll.
std::uint32_t eventfd_events(const EventFd& eventfd) {
  constexpr std::uint64_t full = ~std::uint64_t{0} - 1;
  return (eventfd.count > 0 ? poll_in : 0) | (eventfd.count < full ? poll_out : 0);
}

constexpr std::uint32_t to_read = poll_in | poll_rdnorm | poll_rdband | poll_pri;
constexpr std::uint32_t to_write = poll_out | poll_wrnorm | poll_wrband;

}  // namespace

bool knows_waiting(FileKind kind) {
  switch (kind) {
    case FileKind::Terminal:
    case FileKind::Socket:
    case FileKind::Pipe:
    case FileKind::EventFd:
    case FileKind::TimerFd:
    case FileKind::Inotify:
    case FileKind::SignalFd:
    case FileKind::Epoll:
      return true;
    case FileKind::Regular:
    case FileKind::Directory:
    case FileKind::Null:
    case FileKind::Zero:
      return false;
  }
  return false;
}

std::uint32_t events_of(const World& world, const OpenFile& file, ProcessId process) {
  switch (file.kind) {
    case FileKind::Socket:
      return protocol::poll_events(world, file.socket);
    case FileKind::Pipe:
      return pipe_events(world.kernel.pipes.read(PipeId::from_raw(file.object)), file);
    case FileKind::EventFd:
      return eventfd_events(world.kernel.eventfds.read(EventFdId::from_raw(file.object)));
    case FileKind::TimerFd:
      return world.kernel.timerfds.read(TimerFdId::from_raw(file.object)).expired != 0 ? poll_in : 0;
    case FileKind::Inotify:
      return world.kernel.inotifies.read(InotifyId::from_raw(file.object)).first ? poll_in | poll_rdnorm : 0;
    case FileKind::SignalFd: {
      const Signals& signals = world.kernel.processes.read(process).signals;
      return (signals.pending & static_cast<std::uint32_t>(file.object)) != 0 ? poll_in : 0;
    }
    case FileKind::Epoll:
      return has_news(world, EpollId::from_raw(file.object)) ? poll_in | poll_rdnorm : 0;
    case FileKind::Terminal:  // nobody types: a read finds the end at once
    case FileKind::Regular:
    case FileKind::Directory:
    case FileKind::Null:
    case FileKind::Zero:
      return poll_default;
  }
  return poll_default;
}

void note_polled(World& world, const OpenFile& file) {
  if (file.kind == FileKind::Pipe) world.kernel.pipes.write(PipeId::from_raw(file.object)).polled = 1;
}

WaitFor wait_for_events(const OpenFile& file, ProcessId process, std::uint32_t events) {
  WaitFor wait;
  wait.who = file.kind == FileKind::Socket ? file.socket.raw() : file.object;
  wait.at_head = 1;
  const auto either = [&](Readiness read, Readiness write) {
    wait.what = Readiness::Changed;
    if ((events & to_read) != 0) wait.what = wait.what | read;
    if ((events & to_write) != 0) wait.what = wait.what | write;
  };
  switch (file.kind) {
    case FileKind::Socket:
      either(Readiness::Readable, Readiness::Writable);
      break;
    case FileKind::Pipe:
      either(Readiness::PipeReadable, Readiness::PipeWritable);
      break;
    case FileKind::EventFd:
      either(Readiness::EventReadable, Readiness::EventWritable);
      break;
    case FileKind::TimerFd:
      either(Readiness::TimerExpired, Readiness::None);
      break;
    case FileKind::Inotify:
      either(Readiness::NotifyReadable, Readiness::None);
      break;
    case FileKind::SignalFd:
      wait.who = process.raw();
      either(Readiness::SignalReadable, Readiness::None);
      break;
    case FileKind::Epoll:
      either(Readiness::EpollReadable, Readiness::None);
      break;
    case FileKind::Terminal:
    case FileKind::Regular:
    case FileKind::Directory:
    case FileKind::Null:
    case FileKind::Zero:
      break;
  }
  return wait;
}

}  // namespace sockarium::kernel
