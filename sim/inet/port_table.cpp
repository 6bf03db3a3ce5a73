#include "sim/inet/port_table.h"

#include "sim/step.h"

namespace sockarium::inet {

namespace {

PortKey port_key(const SocketBase& base, std::uint16_t port) {
  return PortKey{base.net, 6, port};
}

bool overlap(const Address& a, const Address& b) {
  return a.is_wildcard() || b.is_wildcard() || a == b;
}

void enter_bucket(World& world, SocketId socket, PortBucketId bucket_id) {
  PortBucket& bucket = world.inet.buckets.write(bucket_id);
  SocketBase& base = world.inet.sockets.write(socket);
  base.bucket = bucket_id;
  base.bucket_next = bucket.first;
  base.bucket_previous = {};
  if (bucket.first) world.inet.sockets.write(bucket.first).bucket_previous = socket;
  bucket.first = socket;
  ++bucket.count;
}

}  // namespace

SocketId bind_conflict(const World& world, SocketId socket, const Address& address, std::uint16_t port) {
  const SocketBase& wants = world.inet.sockets.read(socket);
  const PortBucketId* bucket = world.inet.ports.find(port_key(wants, port));
  if (bucket == nullptr) return {};
  for (SocketId id = world.inet.buckets.read(*bucket).first; id;) {
    const SocketBase& holder = world.inet.sockets.read(id);
    const SocketId this_one = id;
    id = holder.bucket_next;
    if (this_one == socket || !overlap(holder.local.ip, address)) continue;
    if (holder.reuse_address && wants.reuse_address && !holder.listening) continue;
    if (holder.reuse_port && wants.reuse_port &&
        (holder.user == wants.user || holder.kind == EntryKind::TcpTimeWait))
      continue;
    return this_one;
  }
  return {};
}

void hold_port(Step& step, SocketId socket, std::uint16_t port, bool only_connect, Reason reason) {
  World& world = step.world;
  const PortKey key = port_key(world.inet.sockets.read(socket), port);
  const PortBucketId* found = world.inet.ports.find(key);
  PortBucketId bucket;
  if (found != nullptr) {
    bucket = *found;
    if (!only_connect) world.inet.buckets.write(bucket).only_connects = 0;
  } else {
    PortBucket fresh;
    fresh.key = key;
    fresh.only_connects = only_connect ? 1 : 0;
    bucket = world.inet.buckets.add(fresh);
    world.inet.ports.set(key, bucket);
  }
  enter_bucket(world, socket, bucket);
  SocketBase& base = world.inet.sockets.write(socket);
  base.local.port = port;
  base.bound_record = step.record(rec::PortBound{socket, base.local, 0}, reason);
}

void share_port(Step& step, SocketId socket, SocketId with) {
  const SocketBase& other = step.world.inet.sockets.read(with);
  if (!other.bucket) return;
  const RecordNumber bound = other.bound_record;
  enter_bucket(step.world, socket, other.bucket);
  step.world.inet.sockets.write(socket).bound_record = bound;
}

void release_port(Step& step, SocketId socket) {
  World& world = step.world;
  SocketBase& base = world.inet.sockets.write(socket);
  if (!base.bucket) return;
  PortBucket& bucket = world.inet.buckets.write(base.bucket);
  if (base.bucket_next) world.inet.sockets.write(base.bucket_next).bucket_previous = base.bucket_previous;
  if (base.bucket_previous)
    world.inet.sockets.write(base.bucket_previous).bucket_next = base.bucket_next;
  else
    bucket.first = base.bucket_next;
  const PortBucketId bucket_id = base.bucket;
  base.bucket = {};
  base.bucket_next = {};
  base.bucket_previous = {};
  if (--bucket.count == 0) {
    world.inet.ports.erase(bucket.key);
    world.inet.buckets.remove(bucket_id);
    step.record(rec::PortReleased{socket, base.local, 0}, Reason::PortFreed);
  }
}

}  // namespace sockarium::inet
