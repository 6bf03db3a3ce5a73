// See timer_list.h.
#include "lab/picture/timer_list.h"

#include "lab/picture/moved.h"

namespace sockarium::picture {

namespace {

/// Says in words what a timer is.
class TimerReader {
 public:
  TimerReader(const World& world, const ByteStore& bytes, const observe::Records& records)
      : world_(world), names_(world, bytes), records_(records) {}

  void since(RunningTimer& told, const Timer& timer, RecordNumber otherwise) const {
    told.record = timer.armed_by != 0 ? timer.armed_by : otherwise;
    told.since =
        told.record != 0 && told.record <= records_.size() ? records_[told.record - 1].time : world_.now;
  }
  void of_socket(RunningTimer& told, SocketId socket) const {
    told.whose = names_.socket(socket);
    if (const inet::SocketBase* base = world_.inet.sockets.find(socket))
      if (const inet::Net* net = world_.inet.nets.find(base->net)) told.host = net->host;
  }

  RunningTimer told(TimerKind kind, Time deadline, std::uint64_t subject) const {
    RunningTimer told;
    told.kind = kind;
    told.deadline = deadline;
    told.since = world_.now;
    switch (kind) {
      case TimerKind::TaskDeadline: {
        const TaskId id = TaskId::from_raw(subject);
        const kernel::Task& task = world_.kernel.tasks.read(id);
        const Syscall call = unflatten(task.call);
        told.what = std::string(name(call));
        told.whose = names_.task(id);
        told.host = names_.host_of(task.process);
        told.record = task.entered_record;
        told.since = task.entered;
        break;
      }
      case TimerKind::Retransmit:
      case TimerKind::DelayedAck: {
        const tcp::Connection& connection = world_.tcp.connections.read(ConnectionId::from_raw(subject));
        told.what = kind == TimerKind::DelayedAck           ? "delayed ACK"
                    : connection.state == TcpState::SynSent ? "repeat the SYN"
                    : connection.tail_probe_waits           ? "tail loss probe"
                    : connection.snd_wnd == 0               ? "window probe"
                                                            : "retransmission";
        of_socket(told, connection.socket);
        since(told, kind == TimerKind::DelayedAck ? connection.delayed_ack : connection.retransmit,
              connection.state_record);
        break;
      }
      case TimerKind::SynAck: {
        const tcp::Request& request = world_.tcp.requests.read(RequestId::from_raw(subject));
        told.what = "repeat the SYN-ACK";
        Ends ends;
        ends.local = request.local;
        ends.peer = request.peer;
        told.whose = names_.ends(ends);
        if (const inet::Net* net = world_.inet.nets.find(request.net)) told.host = net->host;
        since(told, request.timer, request.state_record);
        break;
      }
      case TimerKind::TimeWait: {
        const tcp::TimeWait& entry = world_.tcp.time_waits.read(TimeWaitId::from_raw(subject));
        told.what = entry.orphan_fin_wait != 0 ? "FIN-WAIT-2 ends" : "TIME-WAIT ends";
        of_socket(told, entry.socket);
        since(told, entry.timer, entry.state_record);
        break;
      }
      case TimerKind::Neighbour: {
        const inet::Neighbour& neighbour = world_.inet.neighbours.read(NeighbourId::from_raw(subject));
        told.what = "ARP gives up";
        told.whose = to_string(neighbour.address);
        if (const inet::Net* net = world_.inet.nets.find(neighbour.net)) told.host = net->host;
        since(told, neighbour.timer, 0);
        break;
      }
      case TimerKind::Reassembly: {
        const inet::Reassembly& waiting = world_.inet.reassemblies.read(ReassemblyId::from_raw(subject));
        told.what = "fragments are thrown away";
        told.whose = "from " + to_string(waiting.key.from);
        if (const inet::Net* net = world_.inet.nets.find(waiting.key.net)) told.host = net->host;
        since(told, waiting.timer, 0);
        break;
      }
      case TimerKind::KeepAlive: {
        const tcp::Connection& connection = world_.tcp.connections.read(ConnectionId::from_raw(subject));
        told.what = "keepalive";
        of_socket(told, connection.socket);
        since(told, connection.keepalive, connection.state_record);
        break;
      }
      case TimerKind::TimerFd: {
        const kernel::TimerFd& timer_fd = world_.kernel.timerfds.read(TimerFdId::from_raw(subject));
        told.what = "timerfd";
        told.whose = names_.host(timer_fd.host);
        told.host = timer_fd.host;
        since(told, timer_fd.timer, 0);
        break;
      }
      case TimerKind::Alarm: {
        const ProcessId id = ProcessId::from_raw(subject);
        told.what = "alarm";
        told.whose = names_.process(id);
        told.host = names_.host_of(id);
        since(told, world_.kernel.processes.read(id).alarm, 0);
        break;
      }
      case TimerKind::None:
        break;
    }
    return told;
  }

 private:
  const World& world_;
  observe::Names names_;
  const observe::Records& records_;
};

/// note(kind, timer) for each timer that an entry of the world keeps, if it runs.
template <class Note>
void timers_of(const kernel::Task& task, const Note& note) {
  if (task.state == kernel::TaskState::Blocked) note(TimerKind::TaskDeadline, task.deadline);
}
template <class Note>
void timers_of(const kernel::Process& process, const Note& note) {
  note(TimerKind::Alarm, process.alarm);
}
template <class Note>
void timers_of(const kernel::TimerFd& timer_fd, const Note& note) {
  note(TimerKind::TimerFd, timer_fd.timer);
}
template <class Note>
void timers_of(const tcp::Connection& connection, const Note& note) {
  note(TimerKind::Retransmit, connection.retransmit);
  note(TimerKind::DelayedAck, connection.delayed_ack);
  note(TimerKind::KeepAlive, connection.keepalive);
}
template <class Note>
void timers_of(const tcp::Request& request, const Note& note) {
  note(TimerKind::SynAck, request.timer);
}
template <class Note>
void timers_of(const tcp::TimeWait& entry, const Note& note) {
  note(TimerKind::TimeWait, entry.timer);
}
template <class Note>
void timers_of(const inet::Neighbour& neighbour, const Note& note) {
  note(TimerKind::Neighbour, neighbour.timer);
}
template <class Note>
void timers_of(const inet::Reassembly& reassembly, const Note& note) {
  note(TimerKind::Reassembly, reassembly.timer);
}

}  // namespace

void TimerTable::clear() {
  *this = TimerTable{};
}

/// change(entry) for every timer of `to` that an entry of the world keeps which is not the same in `from`.
template <class Change>
void TimerTable::follow(const World& from, const World& to, const Change& change) {
  const auto each = [&](const auto& before, const auto& after) {
    each_differing(after, before, [&](auto id) {
      timers_of(after.read(id), [&](TimerKind kind, const Timer& timer) {
        Entry entry;
        entry.deadline = timer.deadline;
        entry.subject = id.raw();
        entry.kind = kind;
        if (timer.armed()) change(entry);
      });
    });
  };
  each(from.kernel.tasks, to.kernel.tasks);
  each(from.kernel.processes, to.kernel.processes);
  each(from.kernel.timerfds, to.kernel.timerfds);
  each(from.tcp.connections, to.tcp.connections);
  each(from.tcp.requests, to.tcp.requests);
  each(from.tcp.time_waits, to.tcp.time_waits);
  each(from.inet.neighbours, to.inet.neighbours);
  each(from.inet.reassemblies, to.inet.reassemblies);
}

void TimerTable::show(const World& world) {
  follow(world, shown_, [&](const Entry& entry) { entries_.erase(entry); });
  follow(shown_, world, [&](const Entry& entry) { entries_.insert(entry); });
  shown_ = world;
}

TimerList TimerTable::list(const ByteStore& bytes, const observe::Records& records, std::size_t most) const {
  const TimerReader reader(shown_, bytes, records);
  TimerList result;
  result.all = entries_.size();
  for (auto entry = entries_.begin(); entry != entries_.end() && result.timers.size() < most; ++entry)
    result.timers.push_back(reader.told(entry->kind, entry->deadline, entry->subject));
  return result;
}

}  // namespace sockarium::picture
