#include "sim/kernel/file_operations.h"

#include <string>

#include "sim/kernel/epoll.h"
#include "sim/kernel/protocol.h"
#include "sim/step.h"

namespace sockarium::kernel {

namespace {

// --- a terminal: what is written there is shown; nobody types ---

Attempt read_terminal(Step&, const FileUse&, std::int64_t) {
  return done(0);
}
Attempt write_terminal(Step& step, const FileUse& use, const Bytes& data) {
  const ProcessId process = step.world.kernel.tasks.read(use.task).process;
  step.record(rec::Printed{process, data, use.fd}, Reason::AskedByCall);
  return done(data.length);
}

void release_terminal(Step& step, const OpenFile& file) {
  if (file.object != 0) release_node(step, file);  // it was opened by its name, /dev/tty
}

// --- a socket: read and write are recv and send without flags ---

Attempt read_socket(Step& step, const FileUse& use, std::int64_t size) {
  if (size == 0) return done(0);  // the socket is not asked (Linux sock_read_iter)
  const SocketId socket = step.world.kernel.files.read(use.file).socket;
  const bool waits = use.again || !step.world.kernel.files.read(use.file).nonblocking();
  Attempt attempt = protocol::try_receive(step, use.task, socket, size, 0, waits);
  if (Done* done = std::get_if<Done>(&attempt)) done->result.flags = 0;  // only recvfrom and recvmsg tell
  return attempt;
}
Attempt write_socket(Step& step, const FileUse& use, const Bytes& data) {
  const SocketId socket = step.world.kernel.files.read(use.file).socket;
  return protocol::try_send(step, use.task, socket, data, 0, nullptr);
}
void release_socket(Step& step, const OpenFile& file) {
  protocol::close(step, file.socket);
}

// --- files that are none ---

Attempt read_directory(Step&, const FileUse&, std::int64_t) {
  return fail(Errno::ISDIR);
}
Attempt read_zeros(Step& step, const FileUse&, std::int64_t size) {
  SysResult result = SysResult::of(size);
  if (size > 0) result.data = step.bytes.intern(std::string(static_cast<std::size_t>(size), '\0'));
  return Done{result};
}
Attempt write_nowhere(Step&, const FileUse&, const Bytes& data) {
  return done(data.length);
}

constexpr FileOperations terminal{&read_terminal, &write_terminal, &release_terminal};
constexpr FileOperations socket{&read_socket, &write_socket, &release_socket};
constexpr FileOperations pipe{&read_pipe, &write_pipe, &release_pipe};
constexpr FileOperations regular{&read_regular, &write_regular, &release_node};
constexpr FileOperations directory{&read_directory, nullptr, &release_node};
constexpr FileOperations null{&read_terminal, &write_nowhere, &release_node};
constexpr FileOperations zero{&read_zeros, &write_nowhere, &release_node};
constexpr FileOperations eventfd{&read_eventfd, &write_eventfd, &release_eventfd};
constexpr FileOperations timerfd{&read_timerfd, nullptr, &release_timerfd};
constexpr FileOperations signalfd{&read_signalfd, nullptr, &release_signalfd};
constexpr FileOperations epoll{nullptr, nullptr, &release_epoll};
constexpr FileOperations inotify{&read_inotify, nullptr, &release_inotify};

}  // namespace

const FileOperations& operations_of(FileKind kind) {
  switch (kind) {
    case FileKind::Terminal:
      return terminal;
    case FileKind::Socket:
      return socket;
    case FileKind::Pipe:
      return pipe;
    case FileKind::Regular:
      return regular;
    case FileKind::Directory:
      return directory;
    case FileKind::Null:
      return null;
    case FileKind::Zero:
      return zero;
    case FileKind::EventFd:
      return eventfd;
    case FileKind::TimerFd:
      return timerfd;
    case FileKind::Inotify:
      return inotify;
    case FileKind::SignalFd:
      return signalfd;
    case FileKind::Epoll:
      return epoll;
  }
  return terminal;
}

Attempt number_read(Step& step, std::uint64_t number) {
  std::string text(8, '\0');
  for (char& byte : text) {
    byte = static_cast<char>(number & 0xff);
    number >>= 8;
  }
  SysResult result = SysResult::of(8);
  result.data = step.bytes.intern(text);
  return Done{result};
}

std::uint64_t number_in(const Step& step, const Bytes& data) {
  const std::string text = step.bytes.text(data);
  std::uint64_t number = 0;
  for (std::size_t i = text.size(); i-- > 0;) number = number << 8 | static_cast<std::uint8_t>(text[i]);
  return number;
}

}  // namespace sockarium::kernel
