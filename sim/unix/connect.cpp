// listen(), connect() and accept(). There is no handshake: connect() makes the server's end itself, at once,
// and puts it into the listener's queue; where that is full, it waits. Linux unix_listen,
// unix_stream_connect, unix_accept, unix_dgram_connect.
#include <algorithm>

#include "sim/step.h"
#include "sim/unix/unix.h"

namespace sockarium::unix {

namespace {

void wake_connectors(Step& step, SocketId listener, RecordNumber because, bool all) {
  step.wake_ups.push_back(WakeUp{listener.raw(), Readiness::PeerRoom, because, all});
}

/// The server's end of a new connection, which no descriptor names yet.
SocketId make_server_end(Step& step, SocketId client, SocketId listener, const Credentials& who) {
  World& world = step.world;
  const inet::SocketBase& base = world.inet.sockets.read(listener);
  const Socket from = read_entry(world, listener);
  const SocketId made = open(step, base.net, base.user, from.type);
  world.inet.sockets.write(made).inode = 0;  // until it is accepted
  Socket& end = entry_of(world, made);
  end.peer = client;
  end.has_peer = true;
  end.name = from.name;
  end.state = TcpState::Established;
  end.peer_credentials = who;
  end.listener = listener;
  return made;
}

void join_queue(Step& step, SocketId client, SocketId listener, SocketId server_end) {
  World& world = step.world;
  Socket& entry = entry_of(world, listener);
  if (entry.last_pending)
    entry_of(world, entry.last_pending).next_pending = server_end;
  else
    entry.first_pending = server_end;
  entry.last_pending = server_end;
  ++entry.waiting;
  entry.filled = step.record(rec::LocalQueue{listener, client, entry.name, entry.waiting, entry.limit},
                             Reason::LocalConnects);
  step.wake(listener, Readiness::Readable, entry.filled);
}

/// Linux unix_stream_connect.
Attempt connect_stream(Step& step, SocketId socket, SocketId other, const Bytes& name,
                       const Credentials& who) {
  World& world = step.world;
  const Socket& listener = read_entry(world, other);
  if (listener.state != TcpState::Listen || listener.read_shut) {
    step.obstacle = listener.read_shut ? listener.ended : world.inet.sockets.read(other).bound_record;
    return fail(Errno::CONNREFUSED);
  }
  if (listener.full()) {
    step.obstacle =
        step.record(rec::LocalQueue{other, socket, listener.name, listener.waiting, listener.limit},
                    Reason::LocalQueueFull, listener.filled);
    Block block = wait_on(other, Readiness::PeerRoom, true);
    const Duration timeout = world.inet.sockets.read(socket).send_timeout;
    if (timeout != 0) block.deadline = world.now + timeout;
    return block;
  }
  Socket& entry = entry_of(world, socket);
  if (entry.state != TcpState::Closed)
    return fail(entry.state == TcpState::Established ? Errno::ISCONN : Errno::INVAL);
  const SocketId server_end = make_server_end(step, socket, other, who);
  entry.peer = server_end;
  entry.has_peer = true;
  entry.state = TcpState::Established;
  entry.peer_credentials = read_entry(world, other).peer_credentials;
  step.record(rec::LocalConnected{socket, server_end, name}, Reason::LocalConnects);
  join_queue(step, socket, other, server_end);
  return done(0);
}

/// The messages of `socket` go to `other` from now on, or nowhere. Linux unix_dgram_connect.
void set_peer(Step& step, SocketId socket, SocketId other, const Bytes& name) {
  World& world = step.world;
  Socket& entry = entry_of(world, socket);
  const bool had = entry.has_peer;
  const SocketId former = entry.peer;
  entry.peer = other;
  entry.has_peer = bool(other);
  entry.peer_name = name;
  entry.state = other ? TcpState::Established : TcpState::Closed;
  if (other) entry_of(world, other).state = TcpState::Established;
  if (!had || former == other) return;
  const bool alive = world.inet.sockets.alive(former);
  if (entry.first) {
    purge(step, socket);
    wake_connectors(step, socket, step.cause, true);
    if (alive && read_entry(world, former).has_peer && read_entry(world, former).peer == socket) {
      world.inet.sockets.write(former).error = Errno::CONNRESET;
      entry_of(world, former).ended =
          step.record(rec::SocketError{former, Errno::CONNRESET, 0}, Reason::LocalDisconnected);
      step.wake_all(former, step.world.records);
    }
  }
  if (alive && !read_entry(world, former).has_peer) entry_of(world, former).state = TcpState::Closed;
}

}  // namespace

Attempt try_listen(Step& step, SocketId socket, std::int32_t backlog, const Credentials& who) {
  World& world = step.world;
  Socket& entry = entry_of(world, socket);
  if (!entry.connection_based()) return fail(Errno::OPNOTSUPP);
  if (entry.name.empty()) return fail(Errno::INVAL);
  if (entry.state != TcpState::Closed && entry.state != TcpState::Listen) return fail(Errno::INVAL);
  const inet::SocketBase& base = world.inet.sockets.read(socket);
  const std::int64_t most = world.inet.nets.read(base.net).sysctls[Sysctl::Somaxconn];
  const std::int64_t wish = static_cast<std::uint32_t>(backlog);  // a negative one is a great one
  const std::int64_t limit = std::min(wish, most);
  const RecordNumber listens =
      step.record(rec::LocalQueue{socket, {}, entry.name, entry.waiting, limit}, Reason::LocalListens);
  if (limit > entry.limit) wake_connectors(step, socket, listens, true);
  entry.limit = limit;
  entry.state = TcpState::Listen;
  entry.peer_credentials = who;
  return done(0);
}

Attempt try_connect(Step& step, SocketId socket, SocketId other, const Bytes& name, const Credentials& who) {
  World& world = step.world;
  if (read_entry(world, socket).connection_based()) return connect_stream(step, socket, other, name, who);
  const Socket& receiver = read_entry(world, other);
  if (receiver.has_peer && receiver.peer != socket) return fail(Errno::PERM);
  step.record(rec::LocalConnected{socket, other, name}, Reason::LocalPeerNamed);
  set_peer(step, socket, other, name);
  return done(0);
}

Attempt try_disconnect(Step& step, SocketId socket) {
  if (read_entry(step.world, socket).connection_based()) return fail(Errno::INVAL);
  set_peer(step, socket, {}, {});
  return done(0);
}

Attempt try_accept(Step& step, SocketId socket, bool waits) {
  World& world = step.world;
  Socket& entry = entry_of(world, socket);
  if (!entry.connection_based()) return fail(Errno::OPNOTSUPP);
  if (entry.state != TcpState::Listen) return fail(Errno::INVAL);
  const SocketId accepted = entry.first_pending;
  if (!accepted) {
    if (entry.read_shut && waits) return fail(Errno::INVAL);
    Block block = wait_on(socket, Readiness::Readable, true);
    const Duration timeout = world.inet.sockets.read(socket).receive_timeout;
    if (timeout != 0) block.deadline = world.now + timeout;
    return block;
  }
  Socket& end = entry_of(world, accepted);
  entry.first_pending = end.next_pending;
  if (!entry.first_pending) entry.last_pending = {};
  end.next_pending = end.listener = {};
  --entry.waiting;
  const RecordNumber left = step.record(
      rec::LocalQueue{socket, end.peer, entry.name, entry.waiting, entry.limit}, Reason::LocalAccepted);
  wake_connectors(step, socket, left, false);
  SysResult result = SysResult::of(static_cast<std::int64_t>(accepted.raw()));
  result.path = world.inet.sockets.alive(end.peer) ? read_entry(world, end.peer).name : end.peer_name;
  result.domain = af_unix;
  return Done{result};
}

}  // namespace sockarium::unix
