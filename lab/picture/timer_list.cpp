// See timer_list.h.
#include "lab/picture/timer_list.h"

#include <algorithm>

namespace sockarium::picture {

namespace {

struct Candidate {
  Time deadline = 0;
  TimerKind kind = TimerKind::None;
  std::uint64_t subject = 0;
};

class TimerReader {
 public:
  TimerReader(const World& world, const ByteStore& bytes, const observe::Records& records)
      : world_(world), names_(world, bytes), records_(records) {}

  void collect() {
    for (const TaskId id : ids(world_.kernel.tasks)) {
      const kernel::Task& task = world_.kernel.tasks.read(id);
      if (task.state == kernel::TaskState::Blocked) note(task.deadline, TimerKind::TaskDeadline, id.raw());
    }
    for (const ConnectionId id : ids(world_.tcp.connections)) {
      const tcp::Connection& connection = world_.tcp.connections.read(id);
      note(connection.retransmit, TimerKind::Retransmit, id.raw());
      note(connection.delayed_ack, TimerKind::DelayedAck, id.raw());
    }
    for (const RequestId id : ids(world_.tcp.requests))
      note(world_.tcp.requests.read(id).timer, TimerKind::SynAck, id.raw());
    for (const TimeWaitId id : ids(world_.tcp.time_waits))
      note(world_.tcp.time_waits.read(id).timer, TimerKind::TimeWait, id.raw());
    for (const NeighbourId id : ids(world_.inet.neighbours))
      note(world_.inet.neighbours.read(id).timer, TimerKind::Neighbour, id.raw());
    for (const ReassemblyId id : ids(world_.inet.reassemblies))
      note(world_.inet.reassemblies.read(id).timer, TimerKind::Reassembly, id.raw());
  }

  TimerList list(std::size_t most) {
    TimerList result;
    result.all = candidates_.size();
    const auto sooner = [](const Candidate& a, const Candidate& b) {
      if (a.deadline != b.deadline) return a.deadline < b.deadline;
      return a.subject < b.subject;
    };
    const std::size_t count = std::min(most, candidates_.size());
    std::partial_sort(candidates_.begin(), candidates_.begin() + static_cast<std::ptrdiff_t>(count),
                      candidates_.end(), sooner);
    for (std::size_t i = 0; i < count; ++i) result.timers.push_back(told(candidates_[i]));
    return result;
  }

 private:
  void note(const Timer& timer, TimerKind kind, std::uint64_t subject) {
    if (timer.armed()) candidates_.push_back({timer.deadline, kind, subject});
  }

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

  RunningTimer told(const Candidate& candidate) const {
    RunningTimer told;
    told.kind = candidate.kind;
    told.deadline = candidate.deadline;
    told.since = world_.now;
    switch (candidate.kind) {
      case TimerKind::TaskDeadline: {
        const TaskId id = TaskId::from_raw(candidate.subject);
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
        const tcp::Connection& connection =
            world_.tcp.connections.read(ConnectionId::from_raw(candidate.subject));
        told.what = candidate.kind == TimerKind::DelayedAck ? "delayed ACK"
                    : connection.state == TcpState::SynSent ? "repeat the SYN"
                    : connection.tail_probe_waits           ? "tail loss probe"
                    : connection.snd_wnd == 0               ? "window probe"
                                                            : "retransmission";
        of_socket(told, connection.socket);
        since(told, candidate.kind == TimerKind::DelayedAck ? connection.delayed_ack : connection.retransmit,
              connection.state_record);
        break;
      }
      case TimerKind::SynAck: {
        const tcp::Request& request = world_.tcp.requests.read(RequestId::from_raw(candidate.subject));
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
        const tcp::TimeWait& entry = world_.tcp.time_waits.read(TimeWaitId::from_raw(candidate.subject));
        told.what = entry.orphan_fin_wait != 0 ? "FIN-WAIT-2 ends" : "TIME-WAIT ends";
        of_socket(told, entry.socket);
        since(told, entry.timer, entry.state_record);
        break;
      }
      case TimerKind::Neighbour: {
        const inet::Neighbour& neighbour =
            world_.inet.neighbours.read(NeighbourId::from_raw(candidate.subject));
        told.what = "ARP gives up";
        told.whose = to_string(neighbour.address);
        if (const inet::Net* net = world_.inet.nets.find(neighbour.net)) told.host = net->host;
        since(told, neighbour.timer, 0);
        break;
      }
      case TimerKind::Reassembly: {
        const inet::Reassembly& waiting =
            world_.inet.reassemblies.read(ReassemblyId::from_raw(candidate.subject));
        told.what = "fragments are thrown away";
        told.whose = "from " + to_string(waiting.key.from);
        if (const inet::Net* net = world_.inet.nets.find(waiting.key.net)) told.host = net->host;
        since(told, waiting.timer, 0);
        break;
      }
      default:
        break;
    }
    return told;
  }

  const World& world_;
  observe::Names names_;
  const observe::Records& records_;
  std::vector<Candidate> candidates_;
};

}  // namespace

TimerList running_timers(const World& world, const ByteStore& bytes, const observe::Records& records,
                         std::size_t most) {
  TimerReader reader(world, bytes, records);
  reader.collect();
  return reader.list(most);
}

}  // namespace sockarium::picture
