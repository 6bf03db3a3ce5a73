// See ladder_walk.h.
#include "lab/picture/ladder_walk.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/observe/lookup.h"

namespace sockarium::picture {

using observe::get;

namespace {

bool same_ends(const Ends& only, const Endpoint& one, const Endpoint& other) {
  return (only.local == one && only.peer == other) || (only.local == other && only.peer == one);
}

/// A call that gives a number or asks for one, but says nothing about sockets.
struct Shown {
  bool operator()(const sys::Now&) const { return false; }
  bool operator()(const sys::Random&) const { return false; }
  bool operator()(const sys::Getpid&) const { return false; }
  bool operator()(const sys::Getppid&) const { return false; }
  bool operator()(const sys::Getuid&) const { return false; }
  bool operator()(const sys::Exit&) const { return false; }
  bool operator()(const sys::Inject&) const { return false; }  // its arrow says it
  bool operator()(const sys::Getsockname&) const { return false; }
  bool operator()(const sys::Getpeername&) const { return false; }
  bool operator()(const sys::Fcntl& c) const { return c.command == f_dupfd || c.command == f_dupfd_cloexec; }
  bool operator()(const sys::Getrlimit&) const { return false; }
  bool operator()(const sys::Setrlimit&) const { return false; }
  bool operator()(const sys::Setsockopt&) const { return false; }
  bool operator()(const sys::Write& c) const { return c.fd > 2; }
  template <class Call>
  bool operator()(const Call&) const {
    return true;
  }
};

}  // namespace

bool shown_call(const Syscall& call) {
  return std::visit(Shown{}, call);
}

bool concerns(const observe::Records& records, RecordNumber number, const Ends& only) {
  if (const wire::Packet* packet = observe::packet_of(records, number))
    return same_ends(only, packet->from, packet->to);
  if (const auto* change = get<rec::StateChanged>(records, number))
    return same_ends(only, change->ends.local, change->ends.peer);
  if (const auto* queue = get<rec::QueueEntered>(records, number))
    return same_ends(only, queue->ends.local, queue->ends.peer);
  return false;
}

std::uint16_t client_port(const Endpoint& one, const Endpoint& other) {
  return std::max(one.port, other.port);
}

LadderWalk::LadderWalk(const observe::Narrator& tells, const LadderOptions& options, RecordNumber first,
                       RecordNumber last, Ladder& into)
    : tells_(tells),
      records_(tells.records()),
      options_(options),
      first_(first),
      last_(last),
      into_(into),
      numbers_(tells.records(), first, last, options.absolute_numbers) {}

std::optional<std::size_t> LadderWalk::lane_of(HostId host) const {
  for (std::size_t i = 0; i < into_.lanes.size(); ++i)
    if (into_.lanes[i].host == host) return i;
  return std::nullopt;
}

/// What is said of a call when it is made depends on how it goes on; and names must tell neighbours apart.
void LadderWalk::learn_calls() {
  for (RecordNumber n = first_; n <= last_; ++n) {
    const Record& record = tells_.record(n);
    if (const auto* entered = std::get_if<rec::SyscallEntered>(&record.what)) {
      if (!options_.calls || !shown_call(unflatten(entered->call))) continue;
      calls_[n].entered = n;
      callers_[record.host.raw()].insert(entered->task.raw());
    } else if (std::holds_alternative<rec::TaskBlocked>(record.what)) {
      const auto call = calls_.find(record.cause);
      if (call != calls_.end()) call->second.blocked = n;
    } else if (const auto* returned = std::get_if<rec::SyscallReturned>(&record.what)) {
      const auto call = calls_.find(returned->entered);
      if (call != calls_.end()) call->second.returned = n;
    } else if (const auto* change = std::get_if<rec::StateChanged>(&record.what)) {
      if (change->ends.peer.port != 0)
        connections_[record.host.raw()].insert({change->ends.local.port, change->ends.peer.port});
    } else if (const auto* sent = std::get_if<rec::PacketSent>(&record.what);
               sent != nullptr && !sent->packet.is_icmp()) {
      connections_[record.host.raw()].insert({sent->packet.from.port, sent->packet.to.port});
    }
  }
}

bool LadderWalk::makes_note(RecordNumber number) const {
  const Record& record = tells_.record(number);
  if (std::holds_alternative<rec::SyscallEntered>(record.what))
    return options_.calls && calls_.count(number) != 0;
  if (const auto* returned = std::get_if<rec::SyscallReturned>(&record.what)) {
    if (!options_.calls) return false;
    const auto call = calls_.find(returned->entered);
    if (call != calls_.end() && (call->second.blocked == 0 || call->second.returned != number)) return false;
    const Syscall made = unflatten(returned->call);
    return shown_call(made) && !std::holds_alternative<sys::Sleep>(made) &&
           !std::holds_alternative<sys::Compute>(made);
  }
  if (std::holds_alternative<rec::StateChanged>(record.what) ||
      std::holds_alternative<rec::Printed>(record.what))
    return true;
  if (const auto* ended = std::get_if<rec::TaskEnded>(&record.what)) return ended->signal != 0;
  if (const auto* queue = std::get_if<rec::QueueEntered>(&record.what))
    return queue->length > queue->limit || (queue->queue == QueueKind::Accept && queue->length > 1);
  return std::holds_alternative<rec::SysctlChanged>(record.what);
}

LadderWalk::Event LadderWalk::look_at(RecordNumber first) const {
  Event event;
  event.first = first;
  event.time = tells_.record(first).time;
  event.host = tells_.record(first).host;
  bool about_it = !options_.only;
  for (RecordNumber n = first; n <= last_ && tells_.record(n).event == tells_.record(first).event; ++n) {
    event.last = n;
    const What& what = tells_.record(n).what;
    event.moves_packets = event.moves_packets || std::holds_alternative<rec::PacketSent>(what) ||
                          std::holds_alternative<rec::PacketDuplicated>(what) ||
                          std::holds_alternative<rec::PacketDelivered>(what) ||
                          std::holds_alternative<rec::PacketDropped>(what);
    event.has_notes = event.has_notes || makes_note(n);
    if (about_it) continue;
    about_it = concerns(records_, n, *options_.only);
    if (const auto* returned =
            std::get_if<rec::SyscallReturned>(&what)) {  // of a call that is in the picture
      const auto call = calls_.find(returned->entered);
      about_it = about_it || (call != calls_.end() && call->second.has_wait);
    }
  }
  if (!about_it) event.moves_packets = event.has_notes = false;
  return event;
}

void LadderWalk::walk() {
  learn_calls();
  for (RecordNumber n = first_; n <= last_;) {
    const Event event = look_at(n);
    for (RecordNumber i = event.first; i <= event.last; ++i)
      if (get<rec::TimerFired>(records_, i) != nullptr) last_timer_ = i;
    if (lane_of(event.host) && (event.moves_packets || event.has_notes)) take(event);
    n = event.last + 1;
  }
  for (LadderWait& wait : into_.waits)
    if (!wait.ends) wait.to = into_.rows.size();
}

void LadderWalk::open_row(const Event& event) {
  fold(event);
  LadderRow row;
  row.time = event.time;
  row.first = event.first;
  row.last = event.last;
  into_.rows.push_back(row);
}

/// A long wait becomes a row of its own that says what is waited for.
void LadderWalk::fold(const Event& event) {
  const Time until = event.time;
  if (into_.rows.empty() || until - into_.rows.back().time <= fold_over) return;
  LadderRow gap;
  gap.time = into_.rows.back().time;
  gap.gap = until - gap.time;
  gap.first = gap.last = event.first;
  if (last_timer_ != 0 && tells_.record(last_timer_).time == until) {
    const auto* fired = get<rec::TimerFired>(records_, last_timer_);
    const std::string host = tells_.names().host(tells_.record(last_timer_).host);
    const TaskId task = TaskId::from_raw(fired->subject);
    switch (fired->kind) {
      case TimerKind::TaskDeadline:
        gap.gap_text = tells_.names().task(task) + " waits";
        break;
      case TimerKind::Retransmit:
        gap.gap_text = host + " waits to retransmit";
        break;
      case TimerKind::SynAck:
        gap.gap_text = host + " waits to repeat SYN-ACK";
        break;
      case TimerKind::DelayedAck:
        gap.gap_text = host + " delays its ACK";
        break;
      case TimerKind::TimeWait:
        gap.gap_text = host + " is in TIME-WAIT";
        break;
      case TimerKind::Neighbour:
        gap.gap_text = host + " waits for an answer to ARP";
        break;
      case TimerKind::TimerFd:
        gap.gap_text = host + " waits for a timerfd";
        break;
      case TimerKind::KeepAlive:
        gap.gap_text = host + " hears nothing, and waits to ask";
        break;
      case TimerKind::Reassembly:
        gap.gap_text = host + " waits for the rest of a datagram";
        break;
      case TimerKind::Alarm:
        gap.gap_text = host + " waits for an alarm";
        break;
      case TimerKind::None:
        break;
    }
  }
  into_.rows.push_back(gap);
}

void LadderWalk::take(const Event& event) {
  // A program that goes on because of the row's packet stays in that row.
  const bool joins = !event.moves_packets && !into_.rows.empty() && into_.rows.back().gap == 0 &&
                     into_.rows.back().time == event.time &&
                     tells_.record(into_.rows.back().first).host == event.host;
  if (joins)
    into_.rows.back().last = event.last;
  else
    open_row(event);
  bool sent = false;
  for (RecordNumber n = event.first; n <= event.last; ++n) {
    const What& what = tells_.record(n).what;
    if (std::holds_alternative<rec::PacketSent>(what)) {
      take_sent(n, !sent, event);
      sent = true;
    } else if (std::holds_alternative<rec::PacketDuplicated>(what)) {
      take_doubled(n, event);
    } else if (const auto* delayed = std::get_if<rec::PacketDelayed>(&what)) {
      if (const auto place = arrow_places_.find({delayed->sent, delayed->copy}); place != arrow_places_.end())
        into_.arrows[place->second].arrives_at = delayed->arrives;
    } else if (std::holds_alternative<rec::PacketDelivered>(what)) {
      take_delivered(n);
    } else if (std::holds_alternative<rec::PacketDropped>(what)) {
      take_dropped(n);
    } else if (makes_note(n)) {
      if (std::holds_alternative<rec::SyscallEntered>(what))
        take_call(n);
      else if (std::holds_alternative<rec::SyscallReturned>(what))
        take_return(n);
      else if (std::holds_alternative<rec::StateChanged>(what))
        take_state(n);
      else if (std::holds_alternative<rec::QueueEntered>(what))
        take_queue(n);
      else
        note(n, std::holds_alternative<rec::TaskEnded>(what) ? NoteKind::Failure : NoteKind::Program,
             tells_.describe(n));
    }
  }
}

LadderArrow LadderWalk::arrow_of(RecordNumber sent, std::uint64_t copy) const {
  const auto& record = *get<rec::PacketSent>(records_, sent);
  LadderArrow arrow;
  const HostId from = tells_.record(sent).host;
  arrow.from_lane = lane_of(from).value_or(0);
  const NetId net = NetId::from_raw(record.packet.net);
  const HostId to =
      net ? tells_.names().world().inet.nets.read(net).host : tells_.names().host_of(record.packet.to.ip);
  arrow.to_lane = lane_of(to).value_or(arrow.from_lane);
  arrow.fate = Fate::InFlight;
  arrow.labels = labels(sent);
  if (copy != 0)
    for (std::string& label : arrow.labels) label += " (copy)";
  arrow.again = record.again;
  arrow.reset = record.packet.has(wire::RST);
  arrow.sent = sent;
  arrow.sent_at = tells_.record(sent).time;
  arrow.arrives_at = record.arrives;
  return arrow;
}

void LadderWalk::take_sent(RecordNumber number, bool first_of_event, const Event& event) {
  if (options_.only && !concerns(records_, number, *options_.only)) return;
  if (!first_of_event) open_row(event);  // a segment, a row: their arrows stay apart
  LadderArrow arrow = arrow_of(number, 0);
  arrow.from_row = row();
  arrow_places_[{number, 0}] = into_.arrows.size();
  into_.arrows.push_back(std::move(arrow));
}

/// The copy is an arrow of its own, in a row of its own.
void LadderWalk::take_doubled(RecordNumber number, const Event& event) {
  if (options_.only && !concerns(records_, number, *options_.only)) return;
  const auto& doubled = *get<rec::PacketDuplicated>(records_, number);
  open_row(event);
  LadderArrow arrow = arrow_of(doubled.sent, 1);
  arrow.from_row = row();
  arrow.arrives_at = doubled.arrives;
  arrow_places_[{doubled.sent, 1}] = into_.arrows.size();
  into_.arrows.push_back(std::move(arrow));
}

void LadderWalk::take_delivered(RecordNumber number) {
  const auto& [sent, copy] = *get<rec::PacketDelivered>(records_, number);
  if (options_.only && !concerns(records_, number, *options_.only)) return;
  const auto [place, fresh] = arrow_places_.try_emplace({sent, copy}, into_.arrows.size());
  if (fresh) into_.arrows.push_back(arrow_of(sent, copy));
  LadderArrow& arrow = into_.arrows[place->second];
  arrow.fate = Fate::Arrives;
  arrow.to_row = row();
  arrow.decided = number;
}

void LadderWalk::take_dropped(RecordNumber number) {
  const auto& dropped = *get<rec::PacketDropped>(records_, number);
  const auto place = arrow_places_.find({dropped.sent, dropped.copy});
  if (place == arrow_places_.end()) return;
  LadderArrow& arrow = into_.arrows[place->second];
  arrow.fate = dropped.on_wire != 0 ? Fate::Lost : Fate::DroppedByHost;
  const bool refused = tells_.record(number).reason == Reason::NobodyListens ||
                       tells_.record(number).reason == Reason::PortUnreachable;
  const std::string_view verdict = dropped.on_wire != 0 ? "lost" : refused ? "refused" : "dropped";
  arrow.drop_reason = fmt::format("{}: {}", verdict, tells_.short_reason(number));
  arrow.decided = number;
  if (arrow.fate == Fate::Lost && row() != *arrow.from_row)
    arrow.to_row = row();  // a person took it out later
}

std::string LadderWalk::spoken(TaskId task, const std::string& text) const {
  const ProcessId process = tells_.names().process_of(task);
  const auto callers = callers_.find(tells_.names().host_of(process).raw());
  const bool alone = callers == callers_.end() || callers->second.size() < 2;
  return alone ? text : tells_.names().task(task) + ": " + text;
}

std::string LadderWalk::result_text(const Syscall& call, const SysResult& result) const {
  if (result.ok() && std::holds_alternative<sys::Capture>(call))
    return observe::counted(result.data.length, "byte", "bytes");
  return result.ok() ? std::to_string(result.value) : std::string(name(result.error));
}

void LadderWalk::take_call(RecordNumber number) {
  const auto& entered = *get<rec::SyscallEntered>(records_, number);
  Call& call = calls_[number];
  const Syscall made = unflatten(entered.call);
  std::string text = tells_.names().call(made);
  NoteKind kind = NoteKind::Call;
  const auto* returned = get<rec::SyscallReturned>(records_, call.returned);
  // The result of a call that did not wait stands beside it, unless the cursor is between the two.
  const bool known = returned != nullptr && call.blocked == 0 &&
                     (options_.over || call.returned <= options_.cursor || number > options_.cursor);
  if (known) {
    text += " = " + result_text(made, returned->result);
    if (!returned->result.ok()) kind = NoteKind::Failure;
  }
  note(number, kind, spoken(entered.task, text));
  if (call.blocked == 0) return;
  LadderWait wait;
  wait.lane = *lane_of(tells_.record(number).host);
  wait.from = row();
  wait.record = number;
  call.wait = into_.waits.size();
  call.has_wait = true;
  into_.waits.push_back(wait);
}

void LadderWalk::take_return(RecordNumber number) {
  const auto& returned = *get<rec::SyscallReturned>(records_, number);
  const Syscall made = unflatten(returned.call);
  note(number, returned.result.ok() ? NoteKind::Return : NoteKind::Failure,
       spoken(returned.task, fmt::format("{} = {}", name(made), result_text(made, returned.result))));
  const auto call = calls_.find(returned.entered);
  if (call == calls_.end() || !call->second.has_wait) return;
  LadderWait& wait = into_.waits[call->second.wait];
  wait.to = row();
  wait.ends = true;
}

std::string LadderWalk::state_text(const Ends& ends, TcpState state) const {
  if (ends.peer.port == 0) return fmt::format("{} :{}", rfc_name(state), ends.local.port);
  const HostId host = tells_.names().host_of(ends.local.ip);
  const auto found = connections_.find(host.raw());
  const bool alone = host && (found == connections_.end() || found->second.size() < 2);
  if (alone) return std::string(rfc_name(state));
  return fmt::format("{} :{}", rfc_name(state), client_port(ends.local, ends.peer));
}

void LadderWalk::take_state(RecordNumber number) {
  const auto& changed = *get<rec::StateChanged>(records_, number);
  if (options_.only && !concerns(records_, number, *options_.only)) return;
  note(number, NoteKind::State, state_text(changed.ends, changed.to));
  into_.notes.back().state = changed.to;
  Change change;
  change.lane = *lane_of(tells_.record(number).host);
  change.row = row();
  change.ends = changed.ends;
  change.from = changed.from;
  change.to = changed.to;
  change.record = number;
  changes_.push_back(change);
}

void LadderWalk::take_queue(RecordNumber number) {
  const auto& queue = *get<rec::QueueEntered>(records_, number);
  note(number, NoteKind::Queue,
       fmt::format("{} queue {} of {}{}", queue.queue == QueueKind::Accept ? "accept" : "SYN", queue.length,
                   queue.limit + 1, queue.length > queue.limit ? ": full" : ""));
}

void LadderWalk::note(RecordNumber number, NoteKind kind, std::string text) {
  LadderNote note;
  note.lane = *lane_of(tells_.record(number).host);
  note.row = row();
  note.kind = kind;
  note.text = std::move(text);
  note.record = number;
  into_.notes.push_back(std::move(note));
}

/// From the fullest to the shortest: «100 bytes seq 1 ack 1», «100 bytes seq 1», «100 bytes».
/// That it was sent again is left out last.
std::vector<std::string> LadderWalk::labels(RecordNumber sent) const {
  const auto& record = *get<rec::PacketSent>(records_, sent);
  const wire::Packet& packet = record.packet;
  const std::string what = observe::segment_name(packet);
  if (packet.is_icmp() && packet.icmp.protocol != wire::UDP)
    return {what, what.starts_with("ICMP ") ? what.substr(std::string_view("ICMP ").size()) : what};
  if (packet.protocol != wire::TCP) {
    const std::string ends = fmt::format(":{} → :{} ", packet.from.port, packet.to.port);
    return {ends + what, what};
  }
  const auto found = connections_.find(tells_.record(sent).host.raw());
  const bool alone = found == connections_.end() || found->second.size() < 2;
  const std::string port = alone ? "" : fmt::format(":{} ", client_port(packet.from, packet.to));
  const std::string again = record.again > 0 ? fmt::format(" (retry {})", record.again) : "";
  const std::string window = packet.window == 0 && !packet.has(wire::RST) ? " win 0" : "";
  std::string numbers;
  const bool uses_numbers = packet.length() > 0 || packet.has(wire::RST);
  if (uses_numbers && !(packet.has(wire::RST) && packet.has(wire::ACK) && packet.seq.value == 0))
    numbers += fmt::format(" seq {}", numbers_.seq(sent, packet));
  const std::string ack = packet.has(wire::ACK) ? fmt::format(" ack {}", numbers_.ack(sent, packet)) : "";
  return {port + what + numbers + ack + window + again, port + what + numbers + window + again,
          port + what + again, what + again, what};
}

}  // namespace sockarium::picture
