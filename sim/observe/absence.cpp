// See absence.h.
#include "sim/observe/absence.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "sim/kernel/protocol.h"
#include "sim/observe/lookup.h"
#include "sim/unix/unix.h"

namespace sockarium::observe {

namespace {

constexpr std::size_t most_programs = 2;  ///< whose doings are told

WhyStep aside(RecordNumber record, std::string sentence, std::string reason = "", std::string source = "") {
  WhyStep step;
  step.record = record;
  step.sentence = std::move(sentence);
  step.reason = std::move(reason);
  step.source = std::move(source);
  step.aside = true;
  return step;
}

/// Asks about one record; `moment_` is the record up to which the past is looked at.
class Missing {
 public:
  Missing(const Narrator& tells, RecordNumber number, RecordNumber moment)
      : tells_(tells),
        records_(tells.records()),
        world_(tells.names().world()),
        number_(number),
        moment_(moment) {}

  std::vector<WhyStep> take() { return std::move(steps_); }

  /// Nobody took a connection from the accept queue of `listener`.
  void nobody_accepted(SocketId listener) {
    RecordNumber last = 0;
    for (RecordNumber n = moment_; n > 0 && last == 0; --n)
      if (const auto* left = get<rec::QueueLeft>(records_, n);
          left != nullptr && left->listener == listener && left->queue == QueueKind::Accept)
        last = n;
    const std::string since = last == 0
                                  ? "nobody has accepted a connection so far"
                                  : "nobody has accepted since " + duration_text(at(records_, last).time);
    steps_.push_back(aside(last, since,
                           "the kernel completes handshakes by itself; only accept() takes them out",
                           "Linux inet_csk_accept"));
    owners_do(listener);
  }

  /// What the programs do that hold `socket`.
  void owners_do(SocketId socket) {
    std::size_t told = 0;
    for (const ProcessId process : holders(records_, socket, moment_))
      for (const TaskId task : ids(world_.kernel.tasks)) {
        if (world_.kernel.tasks.read(task).process != process || told == most_programs) continue;
        const std::string doing = activity(tells_.names(), records_, task, moment_);
        if (doing.empty()) continue;
        WhyStep step = aside(0, doing);
        const RecordNumber call = last_call(records_, task, moment_);
        if (const auto* entered = get<rec::SyscallEntered>(records_, call)) {
          step.record = call;
          step.line = entered->line;
        }
        steps_.push_back(std::move(step));
        ++told;
      }
  }

  /// Why no answer came to what was sent at `sent`.
  void no_answer_to(RecordNumber sent) {
    const wire::Packet* packet = packet_of(records_, sent);
    if (packet == nullptr) return;
    const RecordNumber outcome = outcome_of(records_, sent, moment_);
    if (outcome == 0) {
      steps_.push_back(aside(sent, fmt::format("the {} is still under way", segment_name(*packet))));
      return;
    }
    if (get<rec::PacketDropped>(records_, outcome) != nullptr) {
      fate(outcome);
      return;
    }
    for (RecordNumber n = outcome;
         n <= records_.size() && at(records_, n).event == at(records_, outcome).event; ++n)
      if (const wire::Packet* reply =
              get<rec::PacketSent>(records_, n) != nullptr ? packet_of(records_, n) : nullptr) {
        const RecordNumber of_reply = outcome_of(records_, n, moment_);
        if (of_reply != 0)
          fate(of_reply);
        else
          steps_.push_back(
              aside(n, fmt::format("the answer to it, {}, is still under way", segment_name(*reply))));
        return;
      }
    steps_.push_back(aside(outcome, tells_.describe(outcome) + ", which has not answered"));
  }

  /// A packet was lost or dropped: says so, and what is behind it.
  void fate(RecordNumber dropped) {
    const Record& record = at(records_, dropped);
    steps_.push_back(aside(dropped, tells_.describe(dropped), std::string(row_of(record.reason).sentence),
                           std::string(row_of(record.reason).source)));
    if (record.because != 0) steps_.push_back(condition(tells_, record.because));
    if (const auto* queue = get<rec::QueueEntered>(records_, record.because);
        queue != nullptr && queue->queue == QueueKind::Accept)
      nobody_accepted(queue->listener);
  }

  /// The other program sends nothing, or reads nothing.
  void other_side_is_silent(SocketId socket, const std::string& what) {
    const inet::SocketBase* base = world_.inet.sockets.find(socket);
    if (base == nullptr) return;
    steps_.push_back(aside(0, fmt::format("{} {}", tells_.names().endpoint(base->peer), what)));
    const HostId host = tells_.names().host_of(base->peer.ip);
    const NetId net = host ? world_.kernel.hosts.read(host).net : base->net;
    const inet::Owner* owner = world_.inet.connections.find(inet::TupleKey{net, base->peer, base->local});
    if (owner == nullptr) return;
    if (owner->kind == inet::OwnerKind::Connection) {
      const auto& other = world_.tcp.connections.read(ConnectionId::from_raw(owner->id));
      if (other.accept_parent) {
        steps_.push_back(aside(other.state_record, "no program has accepted the connection there"));
        owners_do(other.accept_parent);
        return;
      }
    }
    owners_do(owner->socket);
  }

  /// A call that waits on a Unix socket: `socket` is its own, or the one whose queue is full.
  void local_socket_waits(const Syscall& call, SocketId socket) {
    const unix::Socket& entry = unix::read_entry(world_, socket);
    if (std::holds_alternative<sys::Accept>(call)) {
      steps_.push_back(aside(0, "no connection waits in the accept queue"));
    } else if (std::holds_alternative<sys::Connect>(call)) {
      steps_.push_back(aside(entry.filled, "nobody accepts what waits there",
                             "connect() of a Unix socket waits until accept() has made room",
                             "Linux unix_wait_for_peer"));
      owners_do(socket);
    } else if (std::holds_alternative<sys::Recv>(call) || std::holds_alternative<sys::Recvfrom>(call) ||
               std::holds_alternative<sys::Recvmsg>(call) || std::holds_alternative<sys::Read>(call)) {
      steps_.push_back(aside(0, "nothing has come into its queue"));
      if (entry.has_peer) owners_do(entry.peer);
    } else {
      const bool own = entry.has_peer && entry.memory >= entry.send_buffer;
      steps_.push_back(aside(own ? 0 : entry.filled, "the receiver does not read what waits for it"));
      owners_do(own ? entry.peer : socket);
    }
  }

  /// Who has the name that bind() wanted.
  void name_is_held(const sys::Bind& call, HostId host) {
    const NetId net = world_.kernel.hosts.read(host).net;
    const std::string name = tells_.names().local_name(call.path);
    for (const SocketId id : ids(world_.inet.sockets)) {
      if (!unix::is_unix(world_, id) || world_.inet.sockets.read(id).net != net) continue;
      const unix::Socket& entry = unix::read_entry(world_, id);
      if (entry.name != call.path || entry.listener || entry.has_peer) continue;
      steps_.push_back(aside(world_.inet.sockets.read(id).bound_record,
                             fmt::format("{} is the name of {}", name, tells_.names().local(id))));
      return owners_do(id);
    }
    steps_.push_back(aside(0, fmt::format("nobody is bound to {}, but the path exists", name),
                           "the file of a socket outlives it; only unlink() takes it away",
                           "unix(7); Linux unix_bind_bsd"));
  }

  /// Who has the port that bind() wanted.
  void port_is_held(const sys::Bind& call, HostId host) {
    const NetId net = world_.kernel.hosts.read(host).net;
    const PortBucketId* bucket = world_.inet.ports.find(inet::PortKey{net, 6, call.to.port});
    if (bucket == nullptr) return;
    SocketId holder;  // a listener is named before others: it blocks whatever the flags say
    for (SocketId id = world_.inet.buckets.read(*bucket).first; id;
         id = world_.inet.sockets.read(id).bucket_next)
      if (!holder || (world_.inet.sockets.read(id).listening && !world_.inet.sockets.read(holder).listening))
        holder = id;
    if (!holder) return;
    const inet::SocketBase& base = world_.inet.sockets.read(holder);
    std::string by;
    for (const ProcessId process : holders(records_, holder, moment_))
      by += (by.empty() ? "" : " and ") + tells_.names().process_with_pid(process);
    steps_.push_back(aside(
        base.bound_record,
        fmt::format("port {} is held by {}, {} ({})", call.to.port, tells_.names().socket(holder),
                    rfc_name(kernel::protocol::state_of(world_, holder)), by.empty() ? "no process" : by),
        "an address and port in use can only be shared where both sockets allow it",
        "Linux inet_csk_bind_conflict; SO_REUSEADDR in socket(7)"));
  }

  /// How many connections use up the source ports towards one destination.
  void ports_are_used_up(const Endpoint& to, HostId host) {
    const NetId net = world_.kernel.hosts.read(host).net;
    const Sysctls& sysctls = world_.inet.nets.read(net).sysctls;
    std::int64_t used = 0;
    std::int64_t waiting = 0;
    for (const SocketId id : ids(world_.inet.sockets)) {
      const inet::SocketBase& base = world_.inet.sockets.read(id);
      if (base.net != net || base.peer != to) continue;
      ++used;
      waiting += kernel::protocol::state_of(world_, id) == TcpState::TimeWait ? 1 : 0;
    }
    steps_.push_back(
        aside(0,
              fmt::format("{} towards {} are in use, {} of them in TIME-WAIT", counted(used, "port", "ports"),
                          tells_.names().endpoint(to), number_text(waiting)),
              fmt::format("source ports come from {} to {}", sysctls[Sysctl::PortRangeLow],
                          sysctls[Sysctl::PortRangeHigh]),
              "ip_local_port_range; Linux __inet_hash_connect"));
  }

  void descriptors_are_used_up(ProcessId process) {
    const kernel::Process* owner = world_.kernel.processes.find(process);
    if (owner == nullptr) return;
    steps_.push_back(aside(0,
                           fmt::format("all {} descriptors of {} are taken", number_text(owner->nofile),
                                       tells_.names().process(process)),
                           "a descriptor stays taken until the program closes it",
                           "RLIMIT_NOFILE in getrlimit(2)"));
  }

  // --- by the kind of record ---

  void operator()(const rec::PacketDropped&) {
    const Record& record = at(records_, number_);
    const auto* queue = get<rec::QueueEntered>(records_, record.because);
    if (queue == nullptr) return;
    if (queue->queue == QueueKind::Accept)
      nobody_accepted(queue->listener);
    else
      steps_.push_back(aside(0, "the handshakes in it wait for the final ACK of their clients",
                             "each stays until that comes, or until its SYN-ACK was repeated in vain",
                             "Linux reqsk_timer_handler; tcp_synack_retries"));
  }
  void operator()(const rec::TimerFired& fired) {
    if (fired.kind != TimerKind::Retransmit && fired.kind != TimerKind::SynAck) return;
    const RecordNumber armed = at(records_, number_).cause;
    if (armed == 0) return;
    for (RecordNumber n = armed; n > 0 && at(records_, n).event == at(records_, armed).event; --n)
      if (get<rec::PacketSent>(records_, n) != nullptr) return no_answer_to(n);
  }
  void operator()(const rec::TaskBlocked& blocked) {
    const auto* entered = get<rec::SyscallEntered>(records_, at(records_, number_).cause);
    if (entered == nullptr) return;
    const Syscall call = unflatten(entered->call);
    if (std::holds_alternative<sys::Poll>(call) || std::holds_alternative<sys::Select>(call)) {
      steps_.push_back(aside(0, "none of the descriptors has what is asked of it"));
      return;
    }
    if (std::holds_alternative<sys::EpollWait>(call)) {
      steps_.push_back(
          aside(0, "the ready list is empty: no watched file has called since it was last looked at"));
      return;
    }
    if (blocked.what == Readiness::EventReadable) {
      steps_.push_back(aside(0, "the eventfd counts 0: nobody has added to it"));
      return;
    }
    if (blocked.what == Readiness::EventWritable) {
      steps_.push_back(aside(0, "the eventfd would count too high: nobody has taken from it"));
      return;
    }
    if (blocked.what == Readiness::NotifyReadable) {
      steps_.push_back(aside(0, "nothing has happened to the files that the program watches"));
      return;
    }
    if (blocked.what == Readiness::TimerExpired) {
      steps_.push_back(aside(0, "the timer has not run out, or was never set"));
      return;
    }
    if (blocked.what == Readiness::PipeReadable || blocked.what == Readiness::PipeWritable) {
      steps_.push_back(aside(0, blocked.what == Readiness::PipeReadable
                                    ? "nobody has written to the pipe, and its other end is still open"
                                    : "nobody reads from the full pipe, and its other end is still open"));
      return;
    }
    const SocketId socket = SocketId::from_raw(blocked.who);
    if (const inet::SocketBase* base = world_.inet.sockets.find(socket);
        base != nullptr && base->kind == inet::EntryKind::Unix)
      return local_socket_waits(call, socket);
    if (std::holds_alternative<sys::Accept>(call)) {
      steps_.push_back(aside(0, "no connection waits in the accept queue"));
    } else if (std::holds_alternative<sys::Recv>(call) || std::holds_alternative<sys::Recvfrom>(call) ||
               std::holds_alternative<sys::Read>(call)) {
      other_side_is_silent(socket, "has sent nothing more");
    } else if (std::holds_alternative<sys::Send>(call) || std::holds_alternative<sys::Write>(call)) {
      other_side_is_silent(socket, "does not take the data");
    } else if (std::holds_alternative<sys::Connect>(call)) {
      const inet::SocketBase* base = world_.inet.sockets.find(socket);
      for (RecordNumber n = moment_;
           base != nullptr && n >= number_ - std::min<RecordNumber>(number_, 20) && n > 0; --n)
        if (const auto* sent = get<rec::PacketSent>(records_, n);
            sent != nullptr && sent->packet.has(wire::SYN) && sent->packet.from == base->local)
          return no_answer_to(n);
    }
  }
  void operator()(const rec::StateChanged& change) {
    if (change.to != TcpState::CloseWait) return;
    steps_.push_back(aside(0, "the program has not closed its side yet",
                           "only the program can end CLOSE-WAIT", "RFC 9293 3.6"));
    owners_do(change.socket);
  }
  void operator()(const rec::SyscallReturned& returned) {
    // The tables say who is in the way only while they are as the call met them.
    if (world_.now - at(records_, number_).time > world_.syscall_time) return;
    const Syscall call = unflatten(returned.call);
    const HostId host = at(records_, number_).host;
    if (const auto* bind = std::get_if<sys::Bind>(&call);
        bind != nullptr && returned.result.error == Errno::ADDRINUSE)
      bind->domain == af_unix ? name_is_held(*bind, host) : port_is_held(*bind, host);
    if (const auto* connect = std::get_if<sys::Connect>(&call);
        connect != nullptr && returned.result.error == Errno::ADDRNOTAVAIL)
      ports_are_used_up(connect->to, host);
    if (returned.result.error == Errno::MFILE)
      descriptors_are_used_up(tells_.names().process_of(returned.task));
  }
  template <class Kind>
  void operator()(const Kind&) {}

 private:
  const Narrator& tells_;
  const Records& records_;
  const World& world_;
  RecordNumber number_, moment_;
  std::vector<WhyStep> steps_;
};

/// What is missing may be missing still: then the present says more than the moment when it began.
RecordNumber moment_of(const World& world, const Records& records, RecordNumber number) {
  const RecordNumber now = std::min<RecordNumber>(world.records, records.size());
  if (now < number) return number;
  if (const auto* blocked = get<rec::TaskBlocked>(records, number)) {
    const kernel::Task* task = world.kernel.tasks.find(blocked->task);
    if (task != nullptr && task->state == kernel::TaskState::Blocked && task->blocked_record == number)
      return now;
  }
  if (const auto* change = get<rec::StateChanged>(records, number)) {
    const inet::SocketBase* base = world.inet.sockets.find(change->socket);
    if (base != nullptr && base->entry != 0 &&
        kernel::protocol::state_of(world, change->socket) == change->to)
      return now;
  }
  return number;
}

}  // namespace

std::vector<WhyStep> absences(const Narrator& tells, RecordNumber number) {
  Missing missing(tells, number, moment_of(tells.names().world(), tells.records(), number));
  std::visit(missing, tells.record(number).what);
  return missing.take();
}

WhyStep condition(const Narrator& tells, RecordNumber because) {
  const Record& record = tells.record(because);
  if (const auto* queue = std::get_if<rec::QueueEntered>(&record.what))
    return aside(because,
                 fmt::format("the {} queue is full: {}, backlog {}; {} took the last place",
                             queue->queue == QueueKind::Accept ? "accept" : "SYN",
                             counted(queue->length, "entry", "entries"), queue->limit,
                             tells.names().endpoint(queue->ends.peer)),
                 "full means more than the backlog, so one more fits", "Linux sk_acceptq_is_full; listen(2)");
  return aside(because, tells.describe(because), std::string(row_of(record.reason).sentence),
               std::string(row_of(record.reason).source));
}

std::vector<ProcessId> holders(const Records& records, SocketId socket, RecordNumber number) {
  std::vector<ProcessId> found;
  std::set<std::pair<std::uint64_t, std::int64_t>> closed;
  if (!socket) return found;
  for (RecordNumber n = std::min<RecordNumber>(number, records.size()); n > 0; --n) {
    if (const auto* shut = get<rec::DescriptorClosed>(records, n); shut != nullptr && shut->socket == socket)
      closed.insert({shut->process.raw(), shut->fd});
    if (const auto* made = get<rec::SocketCreated>(records, n); made != nullptr && made->socket == socket)
      break;
    const auto* opened = get<rec::DescriptorOpened>(records, n);
    if (opened == nullptr || !(opened->socket == socket)) continue;
    if (closed.count({opened->process.raw(), opened->fd}) != 0) continue;
    if (std::find(found.begin(), found.end(), opened->process) == found.end())
      found.push_back(opened->process);
  }
  std::reverse(found.begin(), found.end());
  return found;
}

std::string activity(const Names& names, const Records& records, TaskId task, RecordNumber record) {
  const RecordNumber call = last_call(records, task, record);
  const auto* entered = get<rec::SyscallEntered>(records, call);
  if (entered == nullptr) return "";
  const std::string who = names.task(task);
  const std::string line = entered->line != 0 ? fmt::format(" in line {}", entered->line) : "";
  const Syscall made = unflatten(entered->call);
  if (std::holds_alternative<sys::Exit>(made)) return who + " has ended";
  const Time now = at(records, record).time;
  const rec::TaskBlocked* blocked = nullptr;
  for (RecordNumber n = call; n <= record; ++n) {
    if (const auto* ended = get<rec::TaskEnded>(records, n); ended != nullptr && ended->task == task)
      return who + " has ended";
    if (const auto* found = get<rec::TaskBlocked>(records, n); found != nullptr && found->task == task)
      blocked = found;
  }
  if (blocked == nullptr) return fmt::format("{} runs{}, in {}", who, line, names.call(made));
  const bool limited = blocked->deadline > now;
  const std::string left = limited ? fmt::format(", {} left", duration_text(blocked->deadline - now)) : "";
  if (std::holds_alternative<sys::Sleep>(made)) return fmt::format("{} sleeps{}{}", who, line, left);
  if (std::holds_alternative<sys::Compute>(made)) return fmt::format("{} computes{}{}", who, line, left);
  return fmt::format("{} waits in {}{}{}", who, names.call(made), line, left);
}

}  // namespace sockarium::observe
