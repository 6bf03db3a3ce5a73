// A datagram comes in, and waits whole until it is read; or finds no socket, or no room. Linux
// __udp4_lib_rcv, __udp4_lib_mcast_deliver, __udp6_lib_mcast_deliver, __udp_enqueue_schedule_skb,
// udp_recvmsg.
//
// Left out: Udp6IgnoredMulti.
#include <algorithm>
#include <utility>

#include "sim/inet/groups.h"
#include "sim/inet/icmp.h"
#include "sim/inet/memory.h"
#include "sim/inet/reading.h"
#include "sim/step.h"
#include "sim/udp/queue.h"

namespace sockarium::udp {

namespace {

struct Counts {
  Counter in, no_ports, errors, no_room, checksum;
};
Counts counts_of(const Address& ip) {
  if (ip.is_v4())
    return {Counter::UdpInDatagrams, Counter::UdpNoPorts, Counter::UdpInErrors, Counter::UdpRcvbufErrors,
            Counter::UdpInCsumErrors};
  return {Counter::Udp6InDatagrams, Counter::Udp6NoPorts, Counter::Udp6InErrors, Counter::Udp6RcvbufErrors,
          Counter::Udp6InCsumErrors};
}

Datagram datagram_of(const wire::Packet& packet) {
  Datagram datagram;
  datagram.from = packet.from;
  datagram.to = packet.to;
  datagram.data = packet.payload;
  datagram.memory = inet::memory_of(packet.payload.length, packet.to.ip.is_v4());
  return datagram;
}

void remove_first(World& world, Socket& entry) {
  const DatagramId id = entry.first;
  const Datagram& datagram = world.udp.datagrams.read(id);
  entry.first = datagram.next;
  if (!entry.first) entry.last = {};
  --entry.waiting;
  entry.memory -= static_cast<std::uint32_t>(datagram.memory);
  world.udp.datagrams.remove(id);
}

}  // namespace

void drop(Step& step, const wire::Packet& packet, Reason reason, RecordNumber because) {
  if (packet.sent != 0) step.record(rec::PacketDropped{packet.sent, 0, packet.copy}, reason, because);
}

bool enqueue(Step& step, SocketId socket, const Datagram& datagram, const wire::Packet& packet,
             Reason reason) {
  World& world = step.world;
  const inet::SocketBase& base = world.inet.sockets.read(socket);
  Socket& entry = world.udp.sockets.write(UdpSocketId::from_raw(base.entry));
  // An empty queue takes one of any size.
  if (entry.memory > 0 && entry.memory + datagram.memory > entry.receive_buffer) {
    ++entry.drops;
    drop(step, packet, Reason::ReceiveBufferFull, entry.filled);
    if (base.protocol != wire::UDP) return false;
    const Counts counts = counts_of(packet.to.ip);
    step.count(base.net, counts.no_room);
    step.count(base.net, counts.errors);
    return false;
  }
  const DatagramId id = world.udp.datagrams.add(datagram);
  if (entry.last)
    world.udp.datagrams.write(entry.last).next = id;
  else
    entry.first = id;
  entry.last = id;
  ++entry.waiting;
  entry.memory += static_cast<std::uint32_t>(datagram.memory);
  entry.filled = step.record(rec::BufferChanged{socket, BufferKind::Receive, 0, entry.memory}, reason);
  step.wake(socket, Readiness::Readable, entry.filled);
  return true;
}

Attempt try_receive(Step& step, SocketId socket, std::int64_t size, std::int32_t flags, bool waits) {
  World& world = step.world;
  inet::SocketBase& base = world.inet.sockets.write(socket);
  Socket& entry = world.udp.sockets.write(UdpSocketId::from_raw(base.entry));
  if ((flags & msg_errqueue) != 0) return try_receive_error(step, socket, size, flags);
  if ((flags & msg_oob) != 0 && base.protocol == wire::ICMP) return fail(Errno::OPNOTSUPP);
  if (base.error != Errno::OK) return fail(std::exchange(base.error, Errno::OK));
  if (!entry.first) {
    if (entry.read_shut && waits) return done(0);
    return inet::wait_for_message(world, socket);
  }
  const Datagram datagram = world.udp.datagrams.read(entry.first);
  const auto taken = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(datagram.data.length, static_cast<std::uint64_t>(size)));
  const bool cut = taken < datagram.data.length;
  SysResult result = SysResult::of((flags & msg_trunc) != 0 ? datagram.data.length : taken);
  result.data = datagram.data.slice(0, taken);
  result.peer = datagram.from;
  result.domain = base.ipv6 ? af_inet6 : af_inet;
  result.flags = cut ? msg_trunc : 0;
  if ((flags & msg_peek) != 0) return Done{result};
  remove_first(world, entry);
  step.record(rec::BufferChanged{socket, BufferKind::Receive, 0, entry.memory}, Reason::DatagramRead);
  if (base.protocol == wire::UDP) step.count(base.net, counts_of(datagram.to.ip).in);
  return Done{result};
}

void input(Step& step, NetId net, const wire::Packet& packet) {
  const Counts counts = counts_of(packet.to.ip);
  if (packet.corrupted != 0) {
    drop(step, packet, Reason::BadChecksum);
    step.count(net, counts.checksum);
    step.count(net, counts.errors);
    return;
  }
  if (inet::is_for_many(packet.to.ip)) return input_for_many(step, net, packet);
  if (const SocketId socket = receiver_of(step.world, net, packet.to, packet.from)) {
    enqueue(step, socket, datagram_of(packet), packet, Reason::DatagramReceived);
    return;
  }
  drop(step, packet, Reason::PortUnreachable);
  step.count(net, counts.no_ports);
  inet::send_port_unreachable(step, net, packet);
}

void input_for_many(Step& step, NetId net, const wire::Packet& packet) {
  const std::vector<SocketId> all =
      receivers_of(step.world, net, packet.to, packet.from, LinkId::from_raw(packet.link));
  if (all.empty()) {
    if (packet.by_v4()) step.count(net, Counter::UdpIgnoredMulti);
    return drop(step, packet, Reason::NobodyInGroup);
  }
  for (const SocketId socket : all)
    enqueue(step, socket, datagram_of(packet), packet, Reason::GroupDelivered);
}

}  // namespace sockarium::udp
