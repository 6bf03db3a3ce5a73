#include "sim/inet/port_table.h"

#include "sim/step.h"

namespace sockarium::inet {

namespace {

PortKey port_key(const SocketBase& base, std::uint16_t port) {
  return PortKey{base.net, base.protocol, port};
}

/// Has a name in common with another: are there packets that both could be meant by? Of a wildcard and an
/// address; `::` includes IPv4 unless IPV6_V6ONLY is set. Linux inet_rcv_saddr_equal.
bool includes(const Address& wildcard, bool ipv6_only, const Address& other) {
  if (wildcard == Address::any_v4()) return other.is_v4();
  return wildcard == Address{} && !(ipv6_only && other.is_v4());
}
bool overlap(const Address& a, bool a_ipv6_only, const Address& b, bool b_ipv6_only) {
  return a == b || includes(a, a_ipv6_only, b) || includes(b, b_ipv6_only, a);
}

/// Is the socket like the last one with SO_REUSEPORT that bound the port? Linux sk_reuseport_match.
bool remembered(const PortBucket& bucket, const SocketBase& wants, const Address& address) {
  if (bucket.remembers == 0 || !wants.reuse_port || bucket.last_user != wants.user) return false;
  return bucket.last_address == address || includes(bucket.last_address, bucket.last_ipv6_only != 0, address);
}

/// What the bucket keeps in mind of a socket that binds its port. Linux inet_csk_update_fastreuse.
void take_note(PortBucket& bucket, const SocketBase& base) {
  if (!base.reuse_port) {
    bucket.remembers = 0;
  } else if (!remembered(bucket, base, base.local.ip)) {
    bucket.remembers = 1;
    bucket.last_user = base.user;
    bucket.last_ipv6_only = base.ipv6_only ? 1 : 0;
    bucket.last_address = base.local.ip;
  }
}

/// TCP, with overlapping addresses. Linux inet_bind_conflict.
bool may_share_tcp(const SocketBase& holder, const SocketBase& wants, Asks asks) {
  const bool one_user = holder.user == wants.user || holder.kind == EntryKind::TcpTimeWait;
  const bool both_port = holder.reuse_port && wants.reuse_port && one_user;
  const bool both_address = holder.reuse_address && wants.reuse_address && !holder.listening;
  switch (asks) {
    case Asks::Program:
      return both_address || both_port;
    case Asks::Kernel:
      return false;
    case Asks::KernelSharing:
      return both_address && !both_port;
  }
  return false;
}

/// Did connect() choose the port for all who are left? Then it may give it to further ones (Linux
/// inet_bind_bucket_destroy, since 6.18).
bool only_by_connect(const World& world, const PortBucket& bucket) {
  for (SocketId id = bucket.first; id; id = world.inet.sockets.read(id).bucket_next)
    if (!world.inet.sockets.read(id).port_by_connect) return false;
  return true;
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

SocketId bind_conflict(const World& world, SocketId socket, const Address& address, std::uint16_t port,
                       Asks asks) {
  const SocketBase& wants = world.inet.sockets.read(socket);
  const PortBucketId* found = world.inet.ports.find(port_key(wants, port));
  if (found == nullptr) return {};
  const PortBucket& bucket = world.inet.buckets.read(*found);
  if (asks == Asks::Program && remembered(bucket, wants, address)) return {};
  for (SocketId id = bucket.first; id;) {
    const SocketBase& holder = world.inet.sockets.read(id);
    const SocketId this_one = id;
    id = holder.bucket_next;
    if (this_one == socket || !overlap(holder.local.ip, holder.ipv6_only, address, wants.ipv6_only)) continue;
    if (wants.protocol == wire::TCP) {
      if (!may_share_tcp(holder, wants, asks)) return this_one;
    } else if (!(holder.reuse_address && wants.reuse_address)) {
      const bool group = holder.reuse_port && wants.reuse_port && holder.user == wants.user;
      if (!group || asks != Asks::Program) return this_one;
      return {};  // the first of its group lets it in (Linux udp_lib_lport_inuse)
    }
  }
  return {};
}

void hold_port(Step& step, SocketId socket, std::uint16_t port, bool chosen_by_connect, Reason reason) {
  World& world = step.world;
  const PortKey key = port_key(world.inet.sockets.read(socket), port);
  const PortBucketId* found = world.inet.ports.find(key);
  PortBucketId bucket;
  if (found != nullptr) {
    bucket = *found;
  } else {
    PortBucket fresh;
    fresh.key = key;
    fresh.only_connects = chosen_by_connect ? 1 : 0;
    bucket = world.inet.buckets.add(fresh);
    world.inet.ports.set(key, bucket);
  }
  SocketBase& base = world.inet.sockets.write(socket);
  base.port_by_connect = chosen_by_connect;
  if (!chosen_by_connect) {
    PortBucket& entered = world.inet.buckets.write(bucket);
    entered.only_connects = 0;
    if (key.protocol == wire::TCP) take_note(entered, base);
  }
  enter_bucket(world, socket, bucket);
  base.local.port = port;
  base.bound_record = step.record(rec::PortBound{socket, base.local, 0}, reason);
}

void hold_port_again(World& world, SocketId socket) {
  const SocketBase& base = world.inet.sockets.read(socket);
  take_note(world.inet.buckets.write(base.bucket), base);
}

void share_port(Step& step, SocketId socket, SocketId with) {
  const SocketBase& other = step.world.inet.sockets.read(with);
  if (!other.bucket) return;
  const RecordNumber bound = other.bound_record;
  const bool by_connect = other.port_by_connect;
  enter_bucket(step.world, socket, other.bucket);
  SocketBase& base = step.world.inet.sockets.write(socket);
  base.bound_record = bound;
  base.port_by_connect = by_connect;
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
  } else if (!base.port_by_connect && only_by_connect(world, bucket)) {
    bucket.only_connects = 1;
    bucket.remembers = 0;
  }
}

}  // namespace sockarium::inet
