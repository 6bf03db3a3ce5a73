// Parts of answers wait until they are read. Linux netlink_unicast, netlink_recvmsg, netlink_poll.
#include <algorithm>
#include <utility>

#include "sim/core/poll_events.h"
#include "sim/inet/reading.h"
#include "sim/netlink/netlink.h"
#include "sim/step.h"

namespace sockarium::netlink {

void answer(Step& step, SocketId socket, std::string_view messages, std::uint32_t memory) {
  World& world = step.world;
  Socket& entry = entry_of(world, socket);
  const bool fits = entry.congested == 0 && entry.memory + memory <= entry.receive_buffer;
  if (fits) return enqueue(step, socket, messages, memory);
  if (std::exchange(entry.congested, 1U) != 0) return;  // it has been told
  world.inet.sockets.write(socket).error = Errno::NOBUFS;
  step.wake(socket, Readiness::Readable,
            step.record(rec::SocketError{socket, Errno::NOBUFS, 0}, Reason::AnswerWithoutRoom));
}

void enqueue(Step& step, SocketId socket, std::string_view messages, std::uint32_t memory) {
  World& world = step.world;
  Socket& entry = entry_of(world, socket);
  Part part;
  part.data = step.bytes.intern(messages);
  part.memory = memory;
  const NetlinkPartId id = world.netlink.parts.add(part);
  if (entry.last)
    world.netlink.parts.write(entry.last).next = id;
  else
    entry.first = id;
  entry.last = id;
  ++entry.waiting;
  entry.memory += static_cast<std::uint32_t>(part.memory);
  const RecordNumber filled =
      step.record(rec::BufferChanged{socket, BufferKind::Receive, 0, entry.memory}, Reason::AnsweredByKernel);
  step.wake(socket, Readiness::Readable, filled);
}

Attempt try_receive(Step& step, SocketId socket, std::int64_t size, std::int32_t flags) {
  World& world = step.world;
  inet::SocketBase& base = world.inet.sockets.write(socket);
  Socket& entry = entry_of(world, socket);
  if ((flags & msg_oob) != 0) return fail(Errno::OPNOTSUPP);
  if (base.error != Errno::OK) return fail(std::exchange(base.error, Errno::OK));
  if (!entry.first) return inet::wait_for_message(world, socket);
  const Part part = world.netlink.parts.read(entry.first);
  const auto taken =
      static_cast<std::uint32_t>(std::min<std::uint64_t>(part.data.length, static_cast<std::uint64_t>(size)));
  SysResult result = SysResult::of((flags & msg_trunc) != 0 ? part.data.length : taken);
  result.data = part.data.slice(0, taken);
  result.flags = taken < part.data.length ? msg_trunc : 0;
  result.domain = af_netlink;  // from the kernel, whose port id is 0
  if ((flags & msg_peek) != 0) return Done{result};
  world.netlink.parts.remove(entry.first);
  entry.first = part.next;
  if (!entry.first) {
    entry.last = {};
    entry.congested = 0;
  }
  --entry.waiting;
  entry.memory -= static_cast<std::uint32_t>(part.memory);
  step.record(rec::BufferChanged{socket, BufferKind::Receive, 0, entry.memory}, Reason::AnswerRead);
  return Done{result};
}

std::int64_t receive_queue(const World& world, SocketId socket) {
  return read_entry(world, socket).memory;
}

std::uint32_t poll_events(const World& world, SocketId socket) {
  std::uint32_t events = poll_out | poll_wrnorm | poll_wrband;
  if (world.inet.sockets.read(socket).error != Errno::OK) events |= poll_err;
  if (read_entry(world, socket).first) events |= poll_in | poll_rdnorm;
  return events;
}

}  // namespace sockarium::netlink
