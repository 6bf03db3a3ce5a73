#include "sim/kernel/file_operations.h"

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

// --- a socket: read and write are recv and send without flags ---

Attempt read_socket(Step& step, const FileUse& use, std::int64_t size) {
  if (size == 0) return done(0);  // the socket is not asked (Linux sock_read_iter)
  const SocketId socket = step.world.kernel.files.read(use.file).socket;
  const bool waits = use.again || !step.world.kernel.files.read(use.file).nonblocking();
  return protocol::try_receive(step, socket, size, 0, waits, step.world.kernel.tasks.read(use.task).gathered);
}
Attempt write_socket(Step& step, const FileUse& use, const Bytes& data) {
  const SocketId socket = step.world.kernel.files.read(use.file).socket;
  return protocol::try_send(step, socket, data, 0, nullptr, step.world.kernel.tasks.read(use.task).progress);
}
void release_socket(Step& step, const OpenFile& file) {
  protocol::close(step, file.socket);
}

constexpr FileOperations terminal{&read_terminal, &write_terminal, nullptr};
constexpr FileOperations socket{&read_socket, &write_socket, &release_socket};
constexpr FileOperations pipe{&read_pipe, &write_pipe, &release_pipe};

}  // namespace

const FileOperations& operations_of(FileKind kind) {
  switch (kind) {
    case FileKind::Terminal:
      return terminal;
    case FileKind::Socket:
      return socket;
    case FileKind::Pipe:
      return pipe;
  }
  return terminal;
}

}  // namespace sockarium::kernel
