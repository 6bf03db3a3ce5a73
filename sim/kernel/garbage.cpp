#include "sim/kernel/garbage.h"

#include <map>
#include <set>
#include <vector>

#include "sim/step.h"
#include "sim/unix/unix.h"

namespace sockarium::kernel {

namespace {

/// The Unix socket of an open file, or none.
SocketId local_socket(const World& world, OpenFileId file) {
  const SocketId socket = world.kernel.files.read(file).socket;
  return socket && unix::is_unix(world, socket) ? socket : SocketId{};
}

template <class Use>
void for_each_right(const World& world, const unix::Socket& entry, Use use) {
  for (MessageId n = entry.first; n; n = world.unix.messages.read(n).next)
    for (const OpenFileId file : unix::files_in(world, world.unix.messages.read(n).rights)) use(file);
}

/// Everything that can be received by way of `socket`.
void mark(const World& world, SocketId socket, std::set<std::uint64_t>& reached) {
  std::vector<SocketId> next{socket};
  while (!next.empty()) {
    const SocketId here = next.back();
    next.pop_back();
    if (!reached.insert(here.raw()).second) continue;
    const unix::Socket& entry = unix::read_entry(world, here);
    for_each_right(world, entry, [&](OpenFileId file) {
      if (const SocketId sent = local_socket(world, file)) next.push_back(sent);
    });
    for (SocketId n = entry.first_pending; n; n = unix::read_entry(world, n).next_pending) next.push_back(n);
  }
}

}  // namespace

void collect_garbage(Step& step) {
  World& world = step.world;
  if (world.unix.rights.count() == 0) return;
  std::map<std::uint64_t, std::uint64_t> in_flight;  // raw OpenFileId → in how many messages
  for (const UnixSocketId id : ids(world.unix.sockets))
    for_each_right(world, world.unix.sockets.read(id), [&](OpenFileId file) { ++in_flight[file.raw()]; });
  std::set<std::uint64_t> reached;
  std::vector<SocketId> others;
  for (const UnixSocketId id : ids(world.unix.sockets)) {
    const SocketId socket = world.unix.sockets.read(id).socket;
    const OpenFileId file = world.inet.sockets.read(socket).file;
    // A server end that waits is reached through its listener only.
    const bool held = file && world.kernel.files.read(file).references > in_flight[file.raw()];
    if (held)
      mark(world, socket, reached);
    else
      others.push_back(socket);
  }
  for (const SocketId socket : others)
    if (reached.count(socket.raw()) == 0) unix::purge(step, socket, Reason::DescriptorCollected);
}

}  // namespace sockarium::kernel
