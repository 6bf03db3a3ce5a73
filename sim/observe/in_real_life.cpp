// Which record matters most in an event, and where a real machine would show it. See caption.h.
#include <fmt/format.h>

#include <algorithm>

#include "sim/observe/caption.h"
#include "sim/observe/event_summary.h"
#include "sim/observe/lookup.h"

namespace sockarium::observe {

namespace {

/// How much a record is worth telling; the greatest of an event is its principal one.
struct Weight {
  Reason reason;

  int operator()(const rec::PacketDropped&) const { return 100; }
  int operator()(const rec::SysctlChanged&) const { return 99; }
  int operator()(const rec::SyscallReturned& r) const { return r.result.ok() ? 45 : 95; }
  int operator()(const rec::StateChanged&) const { return 80; }
  int operator()(const rec::PacketSent& r) const { return r.again > 0 ? 78 : 55; }
  int operator()(const rec::TaskEnded&) const { return 75; }
  int operator()(const rec::Printed&) const { return 70; }
  int operator()(const rec::SocketError&) const { return 65; }
  int operator()(const rec::QueueLeft&) const { return 60; }
  int operator()(const rec::QueueEntered&) const { return 60; }
  int operator()(const rec::SyscallEntered&) const { return 50; }
  int operator()(const rec::BufferChanged&) const { return 48; }
  int operator()(const rec::SignalSent&) const { return 74; }
  int operator()(const rec::FileChanged&) const { return 47; }
  int operator()(const rec::MessageMoved&) const { return reason == Reason::MessageLost ? 62 : 49; }
  int operator()(const rec::LocalQueue&) const { return 60; }
  int operator()(const rec::LocalConnected&) const { return 58; }
  int operator()(const rec::LocalEnd&) const { return 48; }
  int operator()(const rec::NameTaken&) const { return 56; }
  int operator()(const rec::DescriptorMoved&) const {
    return reason == Reason::DescriptorCollected ? 64 : 46;
  }
  int operator()(const rec::InterestChanged&) const { return 46; }
  int operator()(const rec::ReadyListChanged&) const { return 31; }
  int operator()(const rec::DescriptorOpened&) const { return 40; }
  int operator()(const rec::PacketDelivered&) const { return 35; }
  int operator()(const rec::TimerFired&) const { return 33; }
  int operator()(const rec::TaskWoken&) const { return 30; }
  int operator()(const rec::TaskStarted&) const { return 25; }
  int operator()(const rec::TaskBlocked&) const { return 20; }
  int operator()(const rec::CounterBumped&) const { return 1; }
  template <class Kind>
  int operator()(const Kind&) const {
    return 10;
  }
};

/// Counters that name what happened better than anything else does, the most telling first.
constexpr Counter telling[] = {Counter::TcpExtListenOverflows,
                               Counter::TcpExtTCPReqQFullDrop,
                               Counter::TcpExtListenDrops,
                               Counter::TcpExtTCPAbortOnClose,
                               Counter::TcpExtTCPAbortOnData,
                               Counter::TcpExtTCPAbortOnTimeout,
                               Counter::TcpExtTCPTimeWaitOverflow,
                               Counter::TcpExtTWRecycled,
                               Counter::TcpExtTCPChallengeACK,
                               Counter::TcpExtEmbryonicRsts,
                               Counter::TcpExtTCPSynRetrans,
                               Counter::TcpRetransSegs,
                               Counter::TcpOutRsts,
                               Counter::TcpEstabResets,
                               Counter::TcpAttemptFails,
                               Counter::TcpExtTW,
                               Counter::TcpExtDelayedACKs,
                               Counter::TcpInCsumErrors,
                               Counter::UdpRcvbufErrors,
                               Counter::Udp6RcvbufErrors,
                               Counter::UdpNoPorts,
                               Counter::Udp6NoPorts,
                               Counter::IpOutNoRoutes};

std::string tcpdump_of(const wire::Packet& packet) {
  if (packet.protocol == wire::ICMP) return packet.to.ip.is_v4() ? "tcpdump -n icmp" : "tcpdump -n icmp6";
  const std::uint16_t port = std::min(packet.from.port, packet.to.port);  // the server's, as a rule
  return fmt::format("tcpdump -n port {}", port);
}

/// How a call looks from outside. A raw peer's are no calls of Linux: there it is packets that one sees.
std::string strace_of(const Syscall& call) {
  if (std::holds_alternative<sys::Inject>(call) || std::holds_alternative<sys::Capture>(call))
    return "tcpdump -n";
  return fmt::format("strace -e {}", name(call));
}

std::string ss_of(TcpState state) {
  switch (state) {
    case TcpState::Listen:
      return "ss -ltn";
    case TcpState::SynReceived:
      return "ss -tan state syn-recv";
    case TcpState::CloseWait:
      return "ss -tanp state close-wait";
    case TcpState::TimeWait:
      return "ss -tano state time-wait";
    case TcpState::FinWait2:
      return "ss -tano state fin-wait-2";
    default:
      return "ss -tan";
  }
}

}  // namespace

RecordNumber Narrator::principal(RecordNumber first, RecordNumber last) const {
  RecordNumber best = 0;
  int greatest = -1;
  for (RecordNumber n = first; n != 0 && n <= last && n <= records_.size(); ++n) {
    const int weight = std::visit(Weight{record(n).reason}, record(n).what);
    if (weight > greatest) {
      greatest = weight;
      best = n;
    }
  }
  return best;
}

std::string Narrator::in_real_life(RecordNumber first, RecordNumber last) const {
  const RecordNumber about = principal(first, last);
  if (about == 0) return "";
  std::size_t best = std::size(telling);
  for (RecordNumber n = first; n <= last && n <= records_.size(); ++n)
    if (const auto* bumped = get<rec::CounterBumped>(records_, n)) {
      const auto* found = std::find(std::begin(telling), std::end(telling), bumped->counter);
      best = std::min(best, static_cast<std::size_t>(found - std::begin(telling)));
    }
  if (best < std::size(telling)) return fmt::format("nstat {}", row_of(telling[best]).name);
  const What& what = record(about).what;
  if (const auto* change = std::get_if<rec::StateChanged>(&what)) return ss_of(change->to);
  if (const auto* queue = std::get_if<rec::QueueEntered>(&what))
    return queue->queue == QueueKind::Accept ? "ss -ltn" : "ss -tan state syn-recv";
  if (std::holds_alternative<rec::QueueLeft>(what)) return "ss -ltn";
  if (const wire::Packet* packet = packet_of(records_, about)) return tcpdump_of(*packet);
  if (std::holds_alternative<rec::BufferChanged>(what)) return "ss -tan";
  if (std::holds_alternative<rec::LocalQueue>(what)) return "ss -xl";
  if (std::holds_alternative<rec::MessageMoved>(what) || std::holds_alternative<rec::LocalConnected>(what) ||
      std::holds_alternative<rec::NameTaken>(what) || std::holds_alternative<rec::LocalEnd>(what))
    return "ss -xa";
  if (const auto* entered = std::get_if<rec::SyscallEntered>(&what)) {
    const Syscall call = unflatten(entered->call);
    if (std::holds_alternative<sys::Sleep>(call)) return "strace -e clock_nanosleep";
    if (std::holds_alternative<sys::Compute>(call) || std::holds_alternative<sys::Exit>(call)) return "";
    return strace_of(call);
  }
  if (const auto* returned = std::get_if<rec::SyscallReturned>(&what))
    return strace_of(unflatten(returned->call));
  if (const auto* changed = std::get_if<rec::SysctlChanged>(&what))
    return fmt::format("sysctl -w {}={}", row_of(changed->id).name, changed->to);
  return "";
}

std::string in_real_life(const World& world, const ByteStore& bytes, const Records& records,
                         RecordNumber first, RecordNumber last) {
  return Narrator(world, bytes, records).in_real_life(first, last);
}

}  // namespace sockarium::observe
