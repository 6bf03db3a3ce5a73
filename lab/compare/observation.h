// What was seen of a run, alike for both kernels: each task's calls in program order, the packets at the
// moment when they were sent, and how things stood at moments of rest.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lab/session/programs.h"
#include "lab/session/session.h"
#include "sim/core/syscall.h"
#include "sim/wire/packet.h"

namespace sockarium::script {
struct Scenario;
}

namespace sockarium::compare {

struct SeenCall {
  TaskPath task;
  Syscall call;
  std::int64_t line = 0;  ///< of the scenario file
  SysResult result;
  bool returned = false;  ///< false: it blocks to this day, or `signal` ended its process in it
  bool blocked = false;   ///< it slept in the kernel
  bool by_timer = false;  ///< model: a time limit of the kernel's made it return
  std::int64_t signal = 0;
  Time entered = 0, left = 0;
  RecordNumber record = 0;  ///< of its entry
};

/// Which timer of the kernel sent a packet; the model's records say so.
enum class SentBy { Nobody, RetransmitTimer, DelayedAckTimer };

struct SeenPacket {
  Time sent = 0;
  std::int64_t link = -1;  ///< place in Setup::links; −1: loopback
  wire::Packet packet;
  bool lost = false;                 ///< the link dropped it …
  Reason why_lost = Reason::None;    ///< … and why
  Reason why_copied = Reason::None;  ///< why there are two arrivals
  std::vector<Time> arrivals;        ///< one, or two of a duplicate; none: it never came, or not yet
  SentBy by = SentBy::Nobody;
  RecordNumber record = 0;  ///< of its sending
};

/// A row of ss.
struct SeenSocket {
  std::size_t host = 0;  ///< place in Setup::hosts
  TcpState state = TcpState::Closed;
  Endpoint local, peer;
  std::int64_t receive_queue = 0, send_queue = 0;
  bool udp = false, ipv6 = false;
};

/// A row of ss -x.
struct SeenLocal {
  std::size_t host = 0;
  TcpState state = TcpState::Closed;
  SocketType type = SocketType::Stream;
  std::int64_t receive_queue = 0, send_queue = 0;
  std::string name;  ///< «@bus» for an abstract one
};

/// A counter of nstat, as it moved since the start.
struct SeenCounter {
  std::size_t host = 0;
  std::string name;  ///< «TcpExtListenDrops»
  std::int64_t moved = 0;
};

/// How many calls each task has made by a moment, in the order of paths.
using CallsMade = std::vector<std::pair<TaskPath, std::uint64_t>>;
/// In the model's run, after `event` events.
CallsMade calls_made(const Session& session, std::uint64_t event);

/// When to look at sockets and counters: while nothing moves, or where the scenario has a checkpoint.
struct Moment {
  std::string name;  ///< «rest 3», or the checkpoint's
  Time at = 0;
  Time until = never;  ///< the model's next event: a look after it sees something else
  CallsMade calls;     ///< by then
};

struct Rest {
  Moment moment;  ///< as it was when it was looked at
  std::vector<SeenSocket> sockets;
  std::vector<SeenLocal> locals;
  std::vector<SeenCounter> counters;
};

struct Seen {
  std::vector<SeenCall> calls;      ///< in the order of entry
  std::vector<SeenPacket> packets;  ///< in the order of sending
  std::vector<Rest> rests;
  std::vector<std::string> notes;  ///< what people should know of the run
  Duration late = 0;               ///< the most that a call or a packet came later than it should have
  std::string trouble;             ///< not empty: the run was cut short, and why
};

/// Calls and packets of the model's run up to `until`.
Seen observe_model(const Session& session, Time until);

/// The moments of rest in the model's run up to `until`: where nothing happens for `quiet_for` or longer, and
/// the checkpoints of the scenario. A checkpoint between events that lie too close together has no moment of
/// its own on a real machine: it is named in `too_close`.
struct Moments {
  std::vector<Moment> moments;
  std::vector<std::string> too_close;
  std::size_t left_out = 0;  ///< rests beyond the first `rests_most`
};
inline constexpr Duration quiet_for = 60 * millisecond;
inline constexpr std::size_t rests_most = 100;
Moments moments_of(Session& session, const script::Scenario& scenario, Time until);

/// Adds how things stood at `moments`. Moves the session's cursor.
void observe_rests(Session& session, const std::vector<Moment>& moments, Seen& seen);

}  // namespace sockarium::compare
