// The world: every host, process, descriptor, socket, packet, timer and random-number state of a simulation,
// as one value. Open this first.
//
// Copying a world is taking a snapshot (its parts lie in copy-on-write pages); `==` and `hash` compare
// moments; the same inputs give the same bytes on every machine. `step` takes the next event.
//
//   World world = make_world(setup, bytes);
//   while (!world.at_end()) step(world, bytes, world.next_is_turn() ? next_call() : Input{}, records);
//
// The rooms below, from the bottom: core (time, ids, slabs, events), wire (packets, links), inet (addresses,
// ports, connection table), tcp, udp, packet, unix, netlink, poll (epoll), kernel (processes, descriptors,
// calls). Beside them: observe, which only reads.
#pragma once

#include <cstdint>
#include <set>
#include <variant>
#include <vector>

#include "sim/core/event.h"
#include "sim/inet/inet.h"
#include "sim/intervention.h"
#include "sim/kernel/kernel.h"
#include "sim/netlink/socket.h"
#include "sim/poll/poll.h"
#include "sim/record.h"
#include "sim/setup.h"
#include "sim/tcp/connection.h"
#include "sim/udp/socket.h"
#include "sim/unix/socket.h"
#include "sim/wire/wire.h"

namespace sockarium {

struct World {
  Time now = 0;
  std::uint64_t events = 0;  ///< that have happened; a moment counts these
  RecordNumber records = 0;  ///< that were left
  std::uint64_t seed = 1;
  Duration syscall_time = 1 * microsecond;
  EventQueue queue;
  wire::Wire wire;
  inet::Inet inet;
  tcp::Tcp tcp;
  udp::Udp udp;
  unix::Unix unix;
  netlink::Netlink netlink;
  poll::Poll poll;
  kernel::Kernel kernel;

  /// Nothing is left to happen.
  bool at_end() const { return queue.empty(); }
  Time next_time() const { return queue.empty() ? never : queue.top().time; }
  /// The next event is a program's turn: `step` wants its next call.
  bool next_is_turn() const { return !queue.empty() && queue.top().kind == EventKind::Turn; }
  /// Whose turn it is; none if it is nobody's.
  TaskId next_task() const { return next_is_turn() ? TaskId::from_raw(queue.top().subject) : TaskId{}; }

  /// Equal worlds have equal hashes; different ones differ but for bad luck of 1 in 2^64.
  std::uint64_t hash() const;
  /// Bytes of its pages that are not in `counted` yet: what several worlds hold together.
  std::size_t count_bytes(std::set<const void*>& counted) const;
  friend bool operator==(const World&, const World&) = default;
};

/// The world at time 0, with the first turn of every process in its queue.
World make_world(const Setup& setup, ByteStore& bytes);

/// The next call of the program whose turn it is.
struct ProgramCall {
  Syscall call;
  std::int64_t line = 0;  ///< of the scenario file
};

/// What enters the world from outside in one step: nothing, a program's call, or a person's doing.
using Input = std::variant<std::monostate, ProgramCall, Intervention>;

/// Takes the next event (or applies the intervention) and appends what happened to `records`. A ProgramCall
/// is given exactly when `world.next_is_turn()`.
void step(World& world, ByteStore& bytes, const Input& input, std::vector<Record>& records);

}  // namespace sockarium
