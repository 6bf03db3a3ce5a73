// A fresh Unix socket, its options, and its end. Linux unix_create1, unix_shutdown, unix_release_sock.
#include <utility>

#include "sim/inet/bind.h"
#include "sim/inet/options.h"
#include "sim/step.h"
#include "sim/unix/unix.h"

namespace sockarium::unix {

bool is_unix(const World& world, SocketId socket) {
  return world.inet.sockets.read(socket).kind == inet::EntryKind::Unix;
}

Socket& entry_of(World& world, SocketId socket) {
  return world.unix.sockets.write(UnixSocketId::from_raw(world.inet.sockets.read(socket).entry));
}

const Socket& read_entry(const World& world, SocketId socket) {
  return world.unix.sockets.read(UnixSocketId::from_raw(world.inet.sockets.read(socket).entry));
}

SocketId open(Step& step, NetId net, std::uint32_t user, SocketType type) {
  World& world = step.world;
  const Sysctls& sysctls = world.inet.nets.read(net).sysctls;
  inet::SocketBase base = inet::fresh_socket(world, net, user, false);
  base.kind = inet::EntryKind::Unix;
  base.protocol = 0;
  const SocketId socket = world.inet.sockets.add(base);
  Socket entry;
  entry.socket = socket;
  entry.type = type;
  entry.limit = sysctls[Sysctl::MaxDgramQlen];
  entry.receive_buffer = static_cast<std::uint32_t>(sysctls[Sysctl::RmemDefault]);
  entry.send_buffer = static_cast<std::uint32_t>(sysctls[Sysctl::WmemDefault]);
  world.inet.sockets.write(socket).entry = world.unix.sockets.add(entry).raw();
  step.record(rec::SocketCreated{socket}, Reason::AskedByCall);
  return socket;
}

void pair(Step& step, SocketId a, SocketId b, const Credentials& who) {
  const auto join = [&](SocketId one, SocketId other) {
    Socket& entry = entry_of(step.world, one);
    entry.peer = other;
    entry.has_peer = true;
    entry.state = TcpState::Established;
    entry.peer_credentials = who;
  };
  join(a, b);
  join(b, a);
  step.record(rec::LocalConnected{a, b, {}}, Reason::LocalPaired);
}

namespace {

void shut(Step& step, SocketId socket, bool reads, bool writes, Reason reason) {
  Socket& entry = entry_of(step.world, socket);
  entry.read_shut = entry.read_shut || reads;
  entry.write_shut = entry.write_shut || writes;
  const bool lives = entry.has_peer && step.world.inet.sockets.alive(entry.peer);
  const Bytes peer_name = lives ? read_entry(step.world, entry.peer).name : entry.peer_name;
  entry.ended = step.record(
      rec::LocalEnd{socket, entry.read_shut ? 0 : 1, entry.write_shut ? 0 : 1, entry.name, peer_name},
      reason);
  step.wake_all(socket, entry.ended);
}

/// The other end of a connection learns that this one is gone. `lost`: data is lost with it, or it was never
/// accepted.
void tell_peer(Step& step, SocketId socket, bool lost, Reason reason) {
  World& world = step.world;
  const Socket& entry = read_entry(world, socket);
  if (!entry.has_peer || !world.inet.sockets.alive(entry.peer)) return;
  const SocketId peer = entry.peer;
  Socket& other = entry_of(world, peer);
  if (other.has_peer && other.peer == socket) other.peer_name = entry.name;
  if (!entry.connection_based()) return;
  shut(step, peer, true, true, Reason::LocalPeerClosed);
  if (!lost) return;
  world.inet.sockets.write(peer).error = Errno::CONNRESET;
  other.ended = step.record(rec::SocketError{peer, Errno::CONNRESET, 0}, reason);
}

void release(Step& step, SocketId socket, bool never_accepted) {
  World& world = step.world;
  const inet::SocketBase base = world.inet.sockets.read(socket);
  const Socket entry = read_entry(world, socket);
  if (!entry.name.empty() && !entry.node && !entry.listener) {
    const NameKey key{base.net, entry.name, entry.type, 0};
    const SocketId* holder = world.unix.abstract_names.find(key);  // an accepted end only says the name
    if (holder != nullptr && *holder == socket) world.unix.abstract_names.erase(key);
    if (entry.state == TcpState::Listen || !entry.connection_based() || !entry.has_peer)
      step.record(rec::NameFreed{socket, entry.name}, Reason::LocalNameFreed);
  }
  step.wake_ups.push_back(WakeUp{socket.raw(), Readiness::PeerRoom, step.world.records, true});
  tell_peer(step, socket, never_accepted || entry.first,
            never_accepted ? Reason::LocalNeverAccepted : Reason::LocalUnreadLost);
  for (SocketId pending = entry.first_pending; pending;) {
    const SocketId next = read_entry(world, pending).next_pending;
    release(step, pending, true);
    pending = next;
  }
  purge(step, socket);
  step.record(rec::SocketFreed{socket, {}}, Reason::LastReference);
  world.unix.sockets.remove(UnixSocketId::from_raw(base.entry));
  world.inet.sockets.remove(socket);
}

}  // namespace

Attempt try_shutdown(Step& step, SocketId socket, Shut how) {
  World& world = step.world;
  const bool reads = how != Shut::Write, writes = how != Shut::Read;
  shut(step, socket, reads, writes, Reason::LocalShut);
  const Socket& entry = read_entry(world, socket);
  if (entry.has_peer && entry.connection_based() && world.inet.sockets.alive(entry.peer))
    shut(step, entry.peer, writes, reads, Reason::LocalShut);
  return done(0);
}

void close(Step& step, SocketId socket) {
  release(step, socket, false);
}

Attempt try_setsockopt(Step& step, SocketId socket, const sys::Setsockopt& call) {
  World& world = step.world;
  if (option_table[static_cast<std::size_t>(call.option)].level != "SOL_SOCKET" ||
      call.option == Option::ReusePort)
    return fail(Errno::OPNOTSUPP);
  inet::SocketBase& base = world.inet.sockets.write(socket);
  if (const auto attempt = inet::set_option(base, call)) return *attempt;
  Socket& entry = entry_of(world, socket);
  const Sysctls& sysctls = world.inet.nets.read(base.net).sysctls;
  switch (call.option) {
    case Option::ReceiveBuffer:
      entry.receive_buffer = inet::receive_buffer_for(sysctls, call.value);
      return done(0);
    case Option::SendBuffer:
      entry.send_buffer = inet::send_buffer_for(sysctls, call.value);
      if (is_writable(world, socket)) step.wake(socket, Readiness::Writable, step.cause);
      return done(0);
    default:
      return fail(Errno::NOPROTOOPT);
  }
}

Attempt try_getsockopt(Step& step, SocketId socket, const sys::Getsockopt& call) {
  World& world = step.world;
  if (option_table[static_cast<std::size_t>(call.option)].level != "SOL_SOCKET")
    return fail(Errno::OPNOTSUPP);
  const Socket& entry = read_entry(world, socket);
  switch (call.option) {
    case Option::PeerCred: {
      SysResult result = SysResult::of(entry.peer_credentials.pid);
      result.second = static_cast<std::int32_t>(entry.peer_credentials.user);
      result.flags = static_cast<std::int32_t>(entry.peer_credentials.group);
      return Done{result};
    }
    case Option::Type:
      return done(static_cast<std::int64_t>(entry.type));
    case Option::AcceptConn:
      return done(entry.state == TcpState::Listen ? 1 : 0);
    case Option::ReceiveBuffer:
      return done(entry.receive_buffer);
    case Option::SendBuffer:
      return done(entry.send_buffer);
    default:
      break;
  }
  inet::SocketBase& base = world.inet.sockets.write(socket);
  if (const auto attempt = inet::get_option(base, world.inet.nets.read(base.net).sysctls, call))
    return *attempt;
  return fail(Errno::NOPROTOOPT);
}

TcpState state_of(const World& world, SocketId socket) {
  return read_entry(world, socket).state;
}

std::int64_t receive_queue(const World& world, SocketId socket) {
  const Socket& entry = read_entry(world, socket);
  if (entry.state == TcpState::Listen) return entry.waiting;
  if (entry.type == SocketType::Datagram)
    return entry.first ? world.unix.messages.read(entry.first).data.length : 0;
  return entry.unread;
}

std::int64_t send_queue(const World& world, SocketId socket) {
  const Socket& entry = read_entry(world, socket);
  return entry.state == TcpState::Listen ? entry.limit : static_cast<std::int64_t>(entry.memory);
}

}  // namespace sockarium::unix
