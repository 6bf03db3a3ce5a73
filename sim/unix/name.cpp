// Names of Unix sockets: a path, whose file the kernel room makes; an abstract one, which begins with a zero
// byte and lives in no file tree; or none. Linux unix_bind_abstract, unix_bind_bsd, unix_autobind,
// unix_getname.
#include <string>

#include "sim/core/chance.h"
#include "sim/step.h"
#include "sim/unix/unix.h"

namespace sockarium::unix {

namespace {

NameKey key_of(const World& world, SocketId socket, const Bytes& name) {
  return {world.inet.sockets.read(socket).net, name, read_entry(world, socket).type, 0};
}

void take_name(Step& step, SocketId socket, const Bytes& name, Reason reason) {
  entry_of(step.world, socket).name = name;
  step.world.inet.sockets.write(socket).bound_record = step.record(rec::NameTaken{socket, name}, reason);
}

/// «\0» and five hexadecimal digits, from a start by chance on.
Bytes free_name(Step& step, SocketId socket) {
  constexpr std::string_view digits = "0123456789abcdef";
  World& world = step.world;
  const inet::SocketBase& base = world.inet.sockets.read(socket);
  std::uint64_t number =
      chance(world.seed, Place::UnixName, world.inet.nets.read(base.net).number, base.inode);
  for (;; ++number) {
    std::string text(1, '\0');
    for (int shift = 16; shift >= 0; shift -= 4) text += digits[number >> shift & 0xf];
    const Bytes name = step.bytes.intern(text);
    if (world.unix.abstract_names.find(key_of(world, socket, name)) == nullptr) return name;
  }
}

Attempt name_result(const Bytes& name) {
  SysResult result;
  result.path = name;
  result.domain = af_unix;
  return Done{result};
}

}  // namespace

Errno bind_abstract(Step& step, SocketId socket, const Bytes& name) {
  World& world = step.world;
  if (!read_entry(world, socket).name.empty()) return name.empty() ? Errno::OK : Errno::INVAL;
  const Bytes taken = name.empty() ? free_name(step, socket) : name;
  const NameKey key = key_of(world, socket, taken);
  if (const SocketId* holder = world.unix.abstract_names.find(key)) {
    step.obstacle = world.inet.sockets.read(*holder).bound_record;
    return Errno::ADDRINUSE;
  }
  world.unix.abstract_names.set(key, socket);
  take_name(step, socket, taken, name.empty() ? Reason::LocalAutobound : Reason::LocalBound);
  return Errno::OK;
}

Errno bind_path(Step& step, SocketId socket, const Bytes& name, NodeId node) {
  Socket& entry = entry_of(step.world, socket);
  if (!entry.name.empty()) return Errno::INVAL;
  entry.node = node;
  take_name(step, socket, name, Reason::LocalBound);
  return Errno::OK;
}

SocketId find_abstract(const World& world, NetId net, const Bytes& name, SocketType type) {
  const SocketId* found = world.unix.abstract_names.find(NameKey{net, name, type, 0});
  return found != nullptr ? *found : SocketId{};
}

Attempt try_getsockname(const World& world, SocketId socket) {
  return name_result(read_entry(world, socket).name);
}

Attempt try_getpeername(const World& world, SocketId socket) {
  const Socket& entry = read_entry(world, socket);
  if (!entry.has_peer) return fail(Errno::NOTCONN);
  return name_result(world.inet.sockets.alive(entry.peer) ? read_entry(world, entry.peer).name
                                                          : entry.peer_name);
}

}  // namespace sockarium::unix
