// See event_summary.h.
#include "sim/observe/event_summary.h"

namespace sockarium::observe {

namespace {

struct Sorter {
  EventSummary& into;
  RecordNumber number;

  void once(RecordNumber& place) const {
    if (place == 0) place = number;
  }
  void operator()(const rec::TaskStarted&) const { once(into.started); }
  void operator()(const rec::TaskEnded&) const { once(into.ended); }
  void operator()(const rec::SyscallEntered&) const { once(into.entered); }
  void operator()(const rec::SyscallReturned&) const { once(into.returned); }
  void operator()(const rec::TaskBlocked&) const { once(into.blocked); }
  void operator()(const rec::TaskWoken&) const { once(into.woken); }
  void operator()(const rec::PacketSent&) const { into.sent.push_back(number); }
  void operator()(const rec::PacketDuplicated&) const { once(into.doubled); }
  void operator()(const rec::PacketDelivered&) const { once(into.delivered); }
  void operator()(const rec::PacketDropped& dropped) const {
    once(dropped.on_wire != 0 ? into.lost : into.dropped);
  }
  void operator()(const rec::StateChanged&) const { into.states.push_back(number); }
  void operator()(const rec::QueueEntered&) const { into.entered_queue = number; }
  void operator()(const rec::QueueLeft&) const { into.left_queue = number; }
  void operator()(const rec::PortBound&) const { once(into.bound); }
  void operator()(const rec::PortReleased&) const {}
  void operator()(const rec::TimerArmed&) const {}
  void operator()(const rec::TimerFired&) const { once(into.fired); }
  void operator()(const rec::DescriptorOpened&) const { once(into.opened); }
  void operator()(const rec::DescriptorClosed&) const { once(into.closed); }
  void operator()(const rec::SocketCreated&) const {}
  void operator()(const rec::SocketFreed&) const { once(into.freed); }
  void operator()(const rec::BufferChanged& changed) const {
    (changed.buffer == BufferKind::Receive ? into.received : into.acknowledged) = number;
  }
  void operator()(const rec::FileChanged&) const { into.file = number; }
  void operator()(const rec::NameTaken&) const { into.local = number; }
  void operator()(const rec::NameFreed&) const {}
  void operator()(const rec::LocalConnected&) const { into.local = number; }
  void operator()(const rec::LocalQueue&) const { into.local = number; }
  void operator()(const rec::LocalEnd&) const { once(into.local); }
  void operator()(const rec::MessageMoved&) const { into.local = number; }
  void operator()(const rec::DescriptorMoved&) const { once(into.descriptor); }
  void operator()(const rec::InterestChanged&) const { into.interest = number; }
  void operator()(const rec::ReadyListChanged&) const { into.ready = number; }
  void operator()(const rec::SocketError&) const { once(into.failed); }
  void operator()(const rec::CounterBumped&) const {}
  void operator()(const rec::Printed&) const { once(into.printed); }
  void operator()(const rec::SignalSent&) const { once(into.signal); }
  void operator()(const rec::PacketDelayed&) const { once(into.delayed); }
  void operator()(const rec::LinkChanged&) const { once(into.setting); }
  void operator()(const rec::LimitChanged&) const { once(into.setting); }
  void operator()(const rec::SysctlChanged&) const { once(into.setting); }
};

}  // namespace

EventSummary summarise(const Records& records, RecordNumber first, RecordNumber last) {
  EventSummary summary;
  summary.first = first;
  summary.last = last;
  for (RecordNumber n = first; n <= last && n <= records.size(); ++n)
    std::visit(Sorter{summary, n}, records[n - 1].what);
  return summary;
}

}  // namespace sockarium::observe
