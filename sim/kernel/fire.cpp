#include "sim/kernel/fire.h"

#include "sim/inet/fragments.h"
#include "sim/inet/neighbour.h"
#include "sim/kernel/calls.h"
#include "sim/step.h"
#include "sim/tcp/tcp.h"

namespace sockarium::kernel {

namespace {

/// The timer that an event belongs to, or nullptr when its owner is gone.
Timer* timer_of(World& world, const Event& event) {
  const auto within = [](auto& slab, auto id, auto member) -> Timer* {
    return slab.alive(id) ? &(slab.write(id).*member) : nullptr;
  };
  switch (event.timer) {
    case TimerKind::TaskDeadline:
      return within(world.kernel.tasks, TaskId::from_raw(event.subject), &Task::deadline);
    case TimerKind::Retransmit:
      return within(world.tcp.connections, ConnectionId::from_raw(event.subject),
                    &tcp::Connection::retransmit);
    case TimerKind::DelayedAck:
      return within(world.tcp.connections, ConnectionId::from_raw(event.subject),
                    &tcp::Connection::delayed_ack);
    case TimerKind::SynAck:
      return within(world.tcp.requests, RequestId::from_raw(event.subject), &tcp::Request::timer);
    case TimerKind::TimerFd:
      return within(world.kernel.timerfds, TimerFdId::from_raw(event.subject), &TimerFd::timer);
    case TimerKind::TimeWait:
      return within(world.tcp.time_waits, TimeWaitId::from_raw(event.subject), &tcp::TimeWait::timer);
    case TimerKind::Neighbour:
      return within(world.inet.neighbours, NeighbourId::from_raw(event.subject), &inet::Neighbour::timer);
    case TimerKind::KeepAlive:
      return within(world.tcp.connections, ConnectionId::from_raw(event.subject),
                    &tcp::Connection::keepalive);
    case TimerKind::Reassembly:
      return within(world.inet.reassemblies, ReassemblyId::from_raw(event.subject), &inet::Reassembly::timer);
    case TimerKind::Alarm:
      return within(world.kernel.processes, ProcessId::from_raw(event.subject), &Process::alarm);
    case TimerKind::None:
      break;
  }
  return nullptr;
}

/// Whose host a timer belongs to.
HostId host_of(const World& world, const Event& event) {
  const auto of_net = [&](NetId net) { return world.inet.nets.read(net).host; };
  const auto of_socket = [&](SocketId socket) { return of_net(world.inet.sockets.read(socket).net); };
  switch (event.timer) {
    case TimerKind::TaskDeadline:
      return world.kernel.processes.read(world.kernel.tasks.read(TaskId::from_raw(event.subject)).process)
          .host;
    case TimerKind::Alarm:
      return world.kernel.processes.read(ProcessId::from_raw(event.subject)).host;
    case TimerKind::Retransmit:
    case TimerKind::DelayedAck:
    case TimerKind::KeepAlive:
      return of_socket(world.tcp.connections.read(ConnectionId::from_raw(event.subject)).socket);
    case TimerKind::SynAck:
      return of_net(world.tcp.requests.read(RequestId::from_raw(event.subject)).net);
    case TimerKind::TimerFd:
      return world.kernel.timerfds.read(TimerFdId::from_raw(event.subject)).host;
    case TimerKind::TimeWait:
      return of_socket(world.tcp.time_waits.read(TimeWaitId::from_raw(event.subject)).socket);
    case TimerKind::Reassembly:
      return of_net(world.inet.reassemblies.read(ReassemblyId::from_raw(event.subject)).key.net);
    case TimerKind::Neighbour:
      return of_net(world.inet.neighbours.read(NeighbourId::from_raw(event.subject)).net);
    case TimerKind::None:
      break;
  }
  return {};
}

/// A stopped process does nothing: what its tasks would do waits for SIGCONT, which files it anew.
bool stopped(const World& world, const Event& event) {
  return world.kernel.processes.read(world.kernel.tasks.read(TaskId::from_raw(event.subject)).process)
             .stopped != 0;
}

enum class Fate { Happens, Stale, Early };

Fate fate_of(World& world, const Event& event) {
  switch (event.kind) {
    case EventKind::Arrival:
      return world.wire.in_flight.alive(PacketId::from_raw(event.subject)) ? Fate::Happens : Fate::Stale;
    case EventKind::Wake: {
      const Task& task = world.kernel.tasks.read(TaskId::from_raw(event.subject));
      return task.state == TaskState::Blocked && task.wake_queued != 0 && !stopped(world, event)
                 ? Fate::Happens
                 : Fate::Stale;
    }
    case EventKind::Turn:
      return world.kernel.tasks.read(TaskId::from_raw(event.subject)).state == TaskState::Ready &&
                     !stopped(world, event)
                 ? Fate::Happens
                 : Fate::Stale;
    case EventKind::Timer: {
      Timer* timer = timer_of(world, event);
      if (timer == nullptr || timer->entry != event.number) return Fate::Stale;
      if (!timer->armed() || (event.timer == TimerKind::TaskDeadline && stopped(world, event))) {
        timer->entry = 0;
        timer->entry_time = 0;
        return Fate::Stale;
      }
      return timer->deadline > event.time ? Fate::Early : Fate::Happens;
    }
  }
  return Fate::Stale;
}

}  // namespace

void settle_queue(World& world) {
  while (!world.queue.empty()) {
    const Event event = world.queue.top();
    const Fate fate = fate_of(world, event);
    if (fate == Fate::Happens) return;
    world.queue.pop();
    if (fate == Fate::Early)
      Step::push_entry(world.queue, *timer_of(world, event), event.timer, event.subject);
  }
}

void fire(Step& step, const Event& event) {
  Timer& timer = *timer_of(step.world, event);
  timer.deadline = 0;
  timer.entry = 0;
  timer.entry_time = 0;
  step.host = host_of(step.world, event);
  step.cause = step.record(rec::TimerFired{event.subject, event.timer, 0}, Reason::None);
  switch (event.timer) {
    case TimerKind::TaskDeadline:
      deadline_over(step, TaskId::from_raw(event.subject));
      break;
    case TimerKind::Retransmit:
      tcp::on_retransmit_timer(step, ConnectionId::from_raw(event.subject));
      break;
    case TimerKind::DelayedAck:
      tcp::on_delayed_ack_timer(step, ConnectionId::from_raw(event.subject));
      break;
    case TimerKind::SynAck:
      tcp::on_syn_ack_timer(step, RequestId::from_raw(event.subject));
      break;
    case TimerKind::TimerFd:
      on_timerfd(step, TimerFdId::from_raw(event.subject));
      break;
    case TimerKind::TimeWait:
      tcp::on_time_wait_timer(step, TimeWaitId::from_raw(event.subject));
      break;
    case TimerKind::Neighbour:
      inet::give_up_neighbour(step, NeighbourId::from_raw(event.subject));
      break;
    case TimerKind::KeepAlive:
      tcp::on_keepalive_timer(step, ConnectionId::from_raw(event.subject));
      break;
    case TimerKind::Reassembly:
      inet::give_up_reassembly(step, ReassemblyId::from_raw(event.subject));
      break;
    case TimerKind::Alarm:
      on_alarm(step, ProcessId::from_raw(event.subject));
      break;
    case TimerKind::None:
      break;
  }
}

}  // namespace sockarium::kernel
