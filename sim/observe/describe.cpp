// One line for one record of any kind. See caption.h.
#include <fmt/format.h>

#include <cstdlib>

#include "sim/core/signal.h"
#include "sim/observe/caption.h"
#include "sim/observe/lookup.h"

namespace sockarium::observe {

namespace {

/// One line of what a program wrote; its own line feed at the end says nothing.
std::string quoted(std::string text) {
  if (!text.empty() && text.back() == '\n') text.pop_back();
  std::string line;
  for (const char c : text) {
    if (line.size() >= 60) return '"' + line + "...\"";
    if (c == '\n')
      line += "\\n";
    else if (c == '\t')
      line += ' ';
    else if (static_cast<unsigned char>(c) < ' ')
      line += '?';
    else
      line += c;
  }
  return '"' + line + '"';
}

std::string_view timer_name(TimerKind kind) {
  switch (kind) {
    case TimerKind::None:
      break;
    case TimerKind::TaskDeadline:
      return "time limit";
    case TimerKind::Retransmit:
      return "retransmission timer";
    case TimerKind::DelayedAck:
      return "delayed-ACK timer";
    case TimerKind::SynAck:
      return "SYN-ACK timer";
    case TimerKind::TimerFd:
      return "timerfd";
    case TimerKind::Neighbour:
      return "ARP timer";
    case TimerKind::TimeWait:
      return "TIME-WAIT timer";
    case TimerKind::KeepAlive:
      return "keepalive timer";
    case TimerKind::Reassembly:
      return "reassembly timer";
    case TimerKind::Alarm:
      return "alarm";
  }
  return "timer";
}

std::string_view queue_name(QueueKind kind) {
  return kind == QueueKind::Syn ? "SYN queue" : "accept queue";
}

struct Line {
  const Narrator& tells;
  const Record& record;
  RecordNumber number;

  const Names& names() const { return tells.names(); }
  std::string here() const { return names().host(record.host); }
  std::string called(const FlatCall& call) const { return names().call(unflatten(call)); }

  /// « (3: IN, 5: IN|HUP)»: what poll, select or epoll_wait found; the first few.
  std::string found(const Syscall& call, const SysResult& result) const {
    std::string text;
    std::size_t shown = 0;
    const auto add = [&](std::int32_t fd, std::uint32_t events) {
      if (++shown <= 3)
        text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", fd, event_names(events, ""));
    };
    if (std::holds_alternative<sys::EpollWait>(call)) {
      for (const EpollReport& report : epoll_reports(result.data, names().bytes()))
        add(report.fd, report.events);
    } else {
      for (const PollEntry& entry : poll_entries(result.data, names().bytes()))
        if (entry.revents != 0) add(entry.fd, entry.revents);
    }
    if (shown > 3) text += " ...";
    return text.empty() ? "" : fmt::format(" ({})", text);
  }

  std::string operator()(const rec::TaskStarted& r) const {
    if (record.reason == Reason::TaskForked) return names().task(r.parent) + " forks " + names().task(r.task);
    if (record.reason == Reason::ThreadStarted)
      return names().task(r.parent) + " starts the thread " + names().task(r.task);
    return names().task(r.task) + " starts";
  }
  std::string operator()(const rec::TaskEnded& r) const {
    const std::string who = names().task(r.task);
    if (r.signal != 0) return fmt::format("{} is killed ({})", who, signal_name(r.signal));
    return r.status == 0 ? who + " ends" : fmt::format("{} ends with status {}", who, r.status);
  }
  std::string operator()(const rec::PacketDelayed& r) const {
    const wire::Packet* packet = packet_of(tells.records(), number);
    return fmt::format("{} comes later: {} from now",
                       packet != nullptr ? segment_name(*packet) : std::string("the packet"),
                       duration_text(r.arrives - record.time));
  }
  std::string operator()(const rec::LinkChanged& r) const {
    const wire::Link& link = names().world().wire.links.read(r.link);
    const auto end = [&](std::size_t i) {
      return names().host(names().world().inet.nets.read(link.ends[i]).host);
    };
    return fmt::format("the link {} – {} is {}", end(0), end(1), r.cut != 0 ? "cut" : "mended");
  }
  std::string operator()(const rec::LimitChanged& r) const {
    return fmt::format("{} may have {} descriptors now, before {}", names().process(r.process), r.to, r.from);
  }
  std::string operator()(const rec::SignalSent& r) const {
    const std::string what = fmt::format("{} for {}", signal_name(r.signal), names().process(r.process));
    switch (r.fate) {
      case SignalFate::Ends:
        return what + ": it ends the process";
      case SignalFate::Ignored:
        return what + ": it is ignored";
      case SignalFate::Handled:
        return what + ": its handler will run";
      case SignalFate::Waits:
        return what + ": it is blocked, and waits";
      case SignalFate::Stops:
        return what + ": the process stops";
      case SignalFate::Continues:
        return what + ": the process goes on";
    }
    return what;
  }
  std::string operator()(const rec::SyscallEntered& r) const {
    return fmt::format("{} calls {}", names().task(r.task), called(r.call));
  }
  std::string operator()(const rec::SyscallReturned& r) const {
    const std::string what = std::string(name(unflatten(r.call)));
    const std::string who = names().task(r.task);
    if (!r.result.ok())
      return fmt::format("{}() fails in {}: {} ({})", what, who, name(r.result.error), words(r.result.error));
    if (!r.result.fds.empty())
      return fmt::format("{}() returns {} in {}, with {}", what, r.result.value, who,
                         counted(r.result.fds.length / 4, "descriptor", "descriptors"));
    if (std::holds_alternative<sys::Capture>(unflatten(r.call)))
      return fmt::format("{} takes a packet of {}", who, counted(r.result.data.length, "byte", "bytes"));
    const std::string brought = brought_text(unflatten(r.call), r.result, names().bytes());
    if (!brought.empty())
      return fmt::format("{}() returns {} in {}{}", what, r.result.value, who,
                         found(unflatten(r.call), r.result));
    return fmt::format("{}() returns {} in {}", what, r.result.value, who);
  }
  std::string operator()(const rec::TaskBlocked& r) const {
    const std::string who = names().task(r.task);
    if (record.reason == Reason::SleepsUntil)
      return fmt::format("{} sleeps for {}", who, duration_text(r.deadline - record.time));
    const auto* entered = get<rec::SyscallEntered>(tells.records(), record.cause);
    return entered != nullptr ? fmt::format("{} waits in {}", who, called(entered->call)) : who + " waits";
  }
  std::string operator()(const rec::TaskWoken& r) const {
    const auto* entered =
        get<rec::SyscallEntered>(tells.records(), last_call(tells.records(), r.task, number));
    const std::string who = names().task(r.task);
    if (entered == nullptr || record.reason == Reason::SleepsUntil) return who + " wakes";
    return fmt::format("{} wakes in {}", who, called(entered->call));
  }
  std::string operator()(const rec::PacketSent& r) const {
    const std::string what =
        fmt::format("{} sends {} to {}", here(), segment_name(r.packet), names().end(r.packet, r.packet.to));
    return r.again > 0 ? fmt::format("{} again (retry {})", what, r.again) : what;
  }
  std::string operator()(const rec::PacketDuplicated&) const {
    const wire::Packet* packet = packet_of(tells.records(), number);
    if (packet == nullptr) return "the link doubles a segment";
    return fmt::format("the link doubles the {} to {}", segment_name(*packet),
                       names().end(*packet, packet->to));
  }
  std::string operator()(const rec::PacketDelivered& r) const {
    const wire::Packet* packet = packet_of(tells.records(), number);
    if (packet == nullptr) return "a segment reaches " + here();
    return fmt::format("{}{} from {} reaches {}", r.copy != 0 ? "the copy of " : "", segment_name(*packet),
                       names().end(*packet, packet->from), here());
  }
  std::string operator()(const rec::PacketDropped& r) const {
    const wire::Packet* packet = packet_of(tells.records(), number);
    if (packet == nullptr) return here() + " drops a segment";
    const std::string what = fmt::format("the {}{} from {}", r.copy != 0 ? "copy of " : "",
                                         segment_name(*packet), names().end(*packet, packet->from));
    if (r.on_wire != 0) return fmt::format("{} to {} is lost", what, names().end(*packet, packet->to));
    const bool refused = record.reason == Reason::NobodyListens || record.reason == Reason::PortUnreachable;
    return fmt::format("{} {} {}", here(), refused ? "refuses" : "drops", what);
  }
  std::string operator()(const rec::StateChanged& r) const {
    const std::string who =
        r.ends.peer.port == 0 ? fmt::format("{} on {}", names().ends(r.ends), here()) : names().ends(r.ends);
    return fmt::format("{} goes from {} to {}", who, rfc_name(r.from), rfc_name(r.to));
  }
  std::string operator()(const rec::QueueEntered& r) const {
    return fmt::format("{} enters the {} of {} ({} of {})", names().endpoint(r.ends.peer),
                       queue_name(r.queue), names().endpoint(r.ends.local), r.length, r.limit + 1);
  }
  std::string operator()(const rec::QueueLeft& r) const {
    return fmt::format("{} leaves the {} of {} ({} of {})", names().endpoint(r.ends.peer),
                       queue_name(r.queue), names().endpoint(r.ends.local), r.length, r.limit + 1);
  }
  std::string operator()(const rec::PortBound& r) const {
    return fmt::format("{} takes port {}", here(), r.local.port);
  }
  std::string operator()(const rec::PortReleased& r) const {
    return fmt::format("{} frees port {}", here(), r.local.port);
  }
  std::string operator()(const rec::TimerArmed& r) const {
    return fmt::format("{} sets a {} of {}", here(), timer_name(r.kind),
                       duration_text(r.deadline - record.time));
  }
  std::string operator()(const rec::TimerFired& r) const {
    const Duration ran = waited(tells.records(), number);
    const std::string after = ran != 0 ? " after " + duration_text(ran) : "";
    return fmt::format("the {} runs out on {}{}", timer_name(r.kind), here(), after);
  }
  std::string operator()(const rec::DescriptorOpened& r) const {
    return fmt::format("{} opens descriptor {}", names().process(r.process), r.fd);
  }
  std::string operator()(const rec::DescriptorClosed& r) const {
    return fmt::format("{} closes descriptor {}", names().process(r.process), r.fd);
  }
  std::string operator()(const rec::SocketCreated&) const { return here() + " makes a socket"; }
  std::string operator()(const rec::SocketFreed& r) const {
    if (r.ends.local.port == 0) return here() + " frees a socket";
    return fmt::format("{} frees the socket {}", here(), names().ends(r.ends));
  }
  std::string operator()(const rec::BufferChanged& r) const {
    if (record.reason == Reason::DatagramReceived || record.reason == Reason::DatagramRead)
      return fmt::format("Recv-Q of {} is {}", here(), number_text(r.bytes));
    const std::string bytes = counted(r.bytes, "byte waits", "bytes wait");
    return r.buffer == BufferKind::Receive ? fmt::format("{} to be read on {}", bytes, here())
                                           : fmt::format("{} to be acknowledged on {}", bytes, here());
  }
  std::string operator()(const rec::FileChanged& r) const {
    if (record.reason == Reason::PipeEndClosed) return "one end of a pipe is closed on " + here();
    switch (record.reason) {
      case Reason::FileMade:
        return here() + " makes a file";
      case Reason::FileCut:
        return here() + " empties a file";
      case Reason::FileUnlinked:
        return "a file on " + here() + " loses its name";
      case Reason::FileRenamed:
        return "a file on " + here() + " gets another name";
      default:
        break;
    }
    switch (r.kind) {
      case FileKind::EventFd:
        return fmt::format("an eventfd on {} counts {}", here(), r.value);
      case FileKind::TimerFd:
        return "a timerfd runs out on " + here();
      case FileKind::Inotify:
        return fmt::format("an inotify on {} has {} to tell", here(), counted(r.value, "event", "events"));
      case FileKind::Regular:
        return fmt::format("a file on {} has {}", here(), counted(r.value, "byte", "bytes"));
      default:
        return fmt::format("{} in a pipe on {}", counted(r.value, "byte is", "bytes are"), here());
    }
  }
  std::string operator()(const rec::NameTaken& r) const {
    return fmt::format("a Unix socket on {} is called {}", here(), names().local_name(r.name));
  }
  std::string operator()(const rec::NameFreed& r) const {
    return fmt::format("the name {} is free on {}", names().local_name(r.name), here());
  }
  std::string operator()(const rec::LocalConnected& r) const {
    if (record.reason == Reason::LocalPaired)
      return fmt::format("two Unix sockets on {} are each other's peer", here());
    if (record.reason == Reason::LocalPeerNamed)
      return fmt::format("messages of a Unix socket on {} go to {}", here(), names().local_name(r.name));
    return fmt::format("a Unix socket on {} is connected to {}", here(), names().local_name(r.name));
  }
  std::string operator()(const rec::LocalQueue& r) const {
    if (record.reason == Reason::LocalListens) return names().local_name(r.name) + " listens";
    if (record.reason == Reason::LocalQueueFull)
      return fmt::format("a connection finds the accept queue of {} full ({} of {})",
                         names().local_name(r.name), r.length, r.limit + 1);
    return fmt::format("a connection {} the accept queue of {} ({} of {})",
                       record.reason == Reason::LocalAccepted ? "leaves" : "enters",
                       names().local_name(r.name), r.length, r.limit + 1);
  }
  /// «/tmp/log», «the peer of /tmp/log», «a Unix socket».
  std::string end(const Bytes& name, const Bytes& peer_name) const {
    if (!name.empty()) return names().local_name(name);
    return peer_name.empty() ? "a Unix socket" : "the peer of " + names().local_name(peer_name);
  }
  std::string operator()(const rec::LocalEnd& r) const {
    const std::string what = r.reads == 0 && r.writes == 0 ? "neither receives nor sends any more"
                             : r.reads == 0                ? "receives nothing any more"
                                                           : "sends nothing any more";
    return fmt::format("{} {}", end(r.name, r.peer_name), what);
  }
  std::string operator()(const rec::MessageMoved& r) const {
    const std::string what = counted(std::abs(r.bytes), "byte", "bytes");
    const std::string with =
        r.descriptors == 0 ? "" : " with " + counted(r.descriptors, "descriptor", "descriptors");
    const bool one = std::abs(r.bytes) == 1 && r.descriptors == 0;
    const std::string to = end(r.to_name, r.from_name);
    switch (record.reason) {
      case Reason::MessageLost:
        return fmt::format("{}{} for {} {} lost unread", what, with, to, one ? "is" : "are");
      case Reason::MessageQueueFull:
        return fmt::format("a message finds the queue of {} full", to);
      case Reason::MessageTaken:
        return fmt::format("{}{} {} the queue of {}", what, with, one ? "leaves" : "leave", to);
      default:
        return fmt::format("{}{} {} in the queue of {}", what, with, one ? "lies" : "lie", to);
    }
  }
  std::string operator()(const rec::DescriptorMoved& r) const {
    const std::string what = fmt::format("open file #{}", r.file.index);
    switch (record.reason) {
      case Reason::DescriptorSent:
        return what + " is in flight on " + here();
      case Reason::DescriptorReceived:
        return what + " has arrived on " + here();
      default:
        return fmt::format("{} is dropped with its message on {}", what, here());
    }
  }
  std::string operator()(const rec::InterestChanged& r) const {
    const std::string watches =
        fmt::format("an epoll on {} watches {}", here(), counted(r.length, "descriptor", "descriptors"));
    switch (record.reason) {
      case Reason::InterestAdded:
        return fmt::format("{} is watched for {}: {}", r.fd, event_names(r.events & ~poll_always, ""),
                           watches);
      case Reason::InterestModified:
        return fmt::format("{} is watched for {} from now on", r.fd,
                           event_names(r.events & ~poll_always, ""));
      case Reason::InterestSpent:
        return fmt::format("{} is watched for nothing any more (EPOLLONESHOT)", r.fd);
      default:
        return fmt::format("{} is not watched any more: {}", r.fd, watches);
    }
  }
  std::string operator()(const rec::ReadyListChanged& r) const {
    return fmt::format("{} {} the ready list of an epoll on {} ({} on it)", r.fd,
                       r.entered != 0 ? "comes to" : "leaves", here(), r.length);
  }
  std::string operator()(const rec::SocketError& r) const {
    return fmt::format("{} waits for the program on {}", name(r.error), here());
  }
  std::string operator()(const rec::CounterBumped& r) const {
    return fmt::format("{} on {} is {}", row_of(r.counter).name, here(), r.value);
  }
  std::string operator()(const rec::Printed& r) const {
    return fmt::format("{} prints {}", names().process(r.process), quoted(names().bytes().text(r.text)));
  }
  std::string operator()(const rec::SysctlChanged& r) const {
    return fmt::format("{} on {} goes from {} to {}", row_of(r.id).name, here(), r.from, r.to);
  }
};

/// The reason's sentence up to its explanation.
std::string first_part(Reason reason) {
  const std::string_view sentence = row_of(reason).sentence;
  return std::string(sentence.substr(0, sentence.find(':')));
}

}  // namespace

std::string Narrator::describe(RecordNumber number) const {
  const Record& about = record(number);
  return std::visit(Line{*this, about, number}, about.what);
}

std::string Narrator::short_reason(RecordNumber number) const {
  const Record& about = record(number);
  const auto full = [&](std::string_view queue) {
    const auto* entered = get<rec::QueueEntered>(records_, about.because);
    if (entered == nullptr) return fmt::format("the {} is full", queue);
    return fmt::format("the {} is full ({}, limit {})", queue, entered->length, entered->limit);
  };
  switch (about.reason) {
    case Reason::AcceptQueueFull:
    case Reason::AcceptQueueFullAck:
    case Reason::AcceptQueueFullAbort:
      return full("accept queue");
    case Reason::AcceptQueueFullCookie:
      return full("accept queue");
    case Reason::SynQueueFull:
    case Reason::CookieSent:
      return full("SYN queue");
    case Reason::CookieAlways:
      return "tcp_syncookies is 2";
    case Reason::NobodyListens: {
      const wire::Packet* packet = packet_of(records_, number);
      if (packet == nullptr) break;
      const Endpoint& asked = packet->has(wire::RST) ? packet->from : packet->to;
      return fmt::format("nobody listens on port {}", asked.port);
    }
    case Reason::PortUnreachable: {
      const wire::Packet* packet = packet_of(records_, number);
      if (packet == nullptr) break;
      const Endpoint& asked = packet->protocol == wire::ICMP ? packet->from : packet->to;
      return fmt::format("no socket takes it at port {}", asked.port);
    }
    case Reason::ReceiveBufferFull: {
      const auto* filled = get<rec::BufferChanged>(records_, about.because);
      if (filled == nullptr) break;
      return fmt::format("the receive buffer has no room for it (Recv-Q {})", number_text(filled->bytes));
    }
    case Reason::RetransmissionTimeout: {
      const Duration ran = waited(records_, about.cause);
      if (ran == 0) break;
      return fmt::format("no answer came within {}", duration_text(ran));
    }
    case Reason::IcmpRefuses:
      return "the attempt fails at once";
    case Reason::FaultDropped:
      return "the scenario drops it";
    case Reason::LostByChance:
      return "lost by chance";
    case Reason::DroppedByPerson:
      return "a person drops it";
    default:
      break;
  }
  return first_part(about.reason);
}

std::string describe(const World& world, const ByteStore& bytes, const Records& records,
                     RecordNumber number) {
  return Narrator(world, bytes, records).describe(number);
}

}  // namespace sockarium::observe
