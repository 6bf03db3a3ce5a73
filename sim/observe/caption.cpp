// See caption.h. One teller for each way in which an event begins: a packet arrives, a timer runs out, a
// blocked call is tried again, a program takes its turn, a person interferes.
#include "sim/observe/caption.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/observe/event_summary.h"
#include "sim/observe/lookup.h"
#include "sim/observe/sentence.h"

namespace sockarium::observe {

namespace {

class Teller {
 public:
  Teller(const Narrator& narrator, EventSummary event)
      : tells_(narrator), records_(narrator.records()), names_(narrator.names()), event_(std::move(event)) {}

  std::string tell() const {
    if (event_.delivered != 0) return arrival();
    if (event_.fired != 0) return timer();
    if (event_.woken != 0) return wake();
    if (event_.returned != 0 || event_.entered != 0 || event_.started != 0) return turn();
    return person();
  }

 private:
  std::string here() const { return names_.host(at(records_, event_.first).host); }
  template <class Kind>
  const Kind& as(RecordNumber number) const {
    return *get<Kind>(records_, number);
  }

  /// «cli sends SYN», «cli sends 3 segments, 3,000 bytes», and what becomes of it at once.
  std::string sends() const {
    if (event_.sent.empty()) return "";
    const auto& first = as<rec::PacketSent>(event_.sent.front());
    std::string text;
    if (event_.sent.size() == 1) {
      text = fmt::format("{} sends {}", here(), segment_name(first.packet));
      if (first.again > 0) text = fmt::format("{} sends {} again", here(), the(segment_name(first.packet)));
    } else {
      std::int64_t bytes = 0;
      for (const RecordNumber n : event_.sent) bytes += as<rec::PacketSent>(n).packet.payload.length;
      const char* word = first.packet.protocol == wire::TCP ? "segments" : "packets";
      text = fmt::format("{} sends {} {}", here(), event_.sent.size(), word);
      if (bytes > 0) text += fmt::format(" with {}", counted(bytes, "byte", "bytes"));
    }
    if (event_.lost != 0) text += fmt::format(", which is lost: {}", tells_.short_reason(event_.lost));
    if (event_.doubled != 0) text += ", which the link delivers twice";
    return text;
  }

  // --- a packet arrives ---

  bool is_cookie(RecordNumber sent) const {
    const Reason reason = at(records_, sent).reason;
    return reason == Reason::CookieSent || reason == Reason::CookieAlways;
  }

  std::string arrival() const {
    const wire::Packet* packet = packet_of(records_, event_.delivered);
    if (packet == nullptr) return "";
    const bool copy = as<rec::PacketDelivered>(event_.delivered).copy != 0;
    const std::string segment = segment_name(*packet) + (copy ? " (the link's copy)" : "");
    if (event_.dropped != 0) return dropped(*packet, segment);
    if (!event_.sent.empty() && at(records_, event_.sent.front()).reason == Reason::PassedOn)
      return passed_on(*packet, segment);
    if (!event_.states.empty()) {
      const std::string text = arrival_changes_state(*packet, segment);
      if (!text.empty()) return text;
    }
    const std::string from = names_.end(*packet, packet->from);
    if (packet->protocol == wire::UDP) return datagram_waits(segment, from);
    if (packet->is_icmp_error() && packet->icmp.protocol == wire::UDP &&
        wire::says(*packet, wire::IcmpError::PortUnreachable))
      return fit({fmt::format("{} learns by ICMP that nobody has port {}: the socket's next call fails.",
                              here(), packet->from.port),
                  fmt::format("{} receives ICMP port unreachable.", here())});
    if (packet->payload.length > 0) {
      std::string text = fmt::format("{} receives {} from {}", here(), segment, from);
      if (event_.received == 0)
        return fit({event_.sent.empty()
                        ? text + "."
                        : text + fmt::format(": {}.", tells_.short_reason(event_.sent.front())),
                    text + "."});
      const auto waiting = as<rec::BufferChanged>(event_.received).bytes;
      const std::string unread = counted(waiting, "byte waits", "bytes wait") + " to be read";
      return fit({fmt::format("{}: {}{}.", text, unread, event_.sent.empty() ? "" : ", and " + sends()),
                  fmt::format("{}: {}.", text, unread)});
    }
    if (packet->has(wire::SYN) && !event_.sent.empty() && is_cookie(event_.sent.front()))
      return fit({fmt::format("{} answers the SYN from {} with a cookie and keeps nothing: {}.", here(), from,
                              tells_.short_reason(event_.sent.front())),
                  fmt::format("{} answers the SYN with a cookie and keeps nothing.", here())});
    if (packet->has(wire::SYN) && !event_.sent.empty())
      return fit({fmt::format("{} receives {} from {} again and repeats {}.", here(), the(segment), from,
                              the(segment_name(as<rec::PacketSent>(event_.sent.front()).packet)))});
    std::string text = fmt::format("{} receives {} from {}", here(), the(segment), from);
    if (event_.acknowledged != 0) {
      const auto left = as<rec::BufferChanged>(event_.acknowledged).bytes;
      text += left == 0 ? ": all its data is acknowledged"
                        : fmt::format(": {} not acknowledged yet", counted(left, "byte is", "bytes are"));
    }
    return fit({event_.sent.empty() ? text + "." : fmt::format("{}, and {}.", text, sends()), text + "."});
  }

  /// A router's work: the packet is not for this host.
  std::string passed_on(const wire::Packet& packet, const std::string& segment) const {
    const std::string text = fmt::format("{} passes {} from {} on to {}", here(), the(segment),
                                         names_.end(packet, packet.from), names_.end(packet, packet.to));
    if (event_.lost == 0) return fit({text + "."});
    return fit({fmt::format("{}, but it is lost: {}.", text, tells_.short_reason(event_.lost)), text + "."});
  }

  std::string datagram_waits(const std::string& segment, const std::string& from) const {
    const std::string text = fmt::format("{} receives {} from {}", here(), segment, from);
    if (event_.received == 0) return fit({text + "."});
    const auto memory = as<rec::BufferChanged>(event_.received).bytes;
    return fit({fmt::format("{}: it waits to be read, and Recv-Q is {}.", text, number_text(memory)),
                text + ": it waits to be read."});
  }

  std::string dropped(const wire::Packet& packet, const std::string& segment) const {
    const std::string why = tells_.short_reason(event_.dropped);
    const Record& record = at(records_, event_.dropped);
    std::string answer;
    if (!event_.sent.empty()) answer = segment_name(as<rec::PacketSent>(event_.sent.front()).packet);
    if (answer == "RST") return fit({fmt::format("{} answers {} with RST: {}.", here(), the(segment), why)});
    if (record.reason == Reason::AcceptQueueFullAck)
      return fit(
          {fmt::format("{} ignores the final ACK of {}: {}.", here(), names_.end(packet, packet.from), why)});
    if (record.reason == Reason::DataDuplicate)
      return fit({fmt::format("{} has {} from {} already and acknowledges again.", here(), the(segment),
                              names_.end(packet, packet.from))});
    const std::string text = fmt::format("{} drops {}: {}", here(), the(segment), why);
    if (!answer.empty()) return fit({fmt::format("{}. It answers with {}.", text, answer), text + "."});
    return fit({text + "." + next_try(event_.dropped), text + "."});
  }

  /// « cli tries again in 990 ms.»: if the sender set its timer when it sent what is lost now.
  std::string next_try(RecordNumber dropped) const {
    const RecordNumber sent = sending_of(records_, dropped);
    for (RecordNumber n = sent + 1; n <= records_.size() && at(records_, n).event == at(records_, sent).event;
         ++n)
      if (const auto* armed = get<rec::TimerArmed>(records_, n);
          armed != nullptr && at(records_, n).reason == Reason::Unacknowledged)
        return fmt::format(" {} tries again in {}.", names_.host(at(records_, sent).host),
                           duration_text(armed->deadline - at(records_, dropped).time));
    return "";
  }

  /// « for 60 s»: as the timer says that this event has set.
  std::string time_wait_length() const {
    for (RecordNumber n = event_.first; n <= event_.last; ++n)
      if (const auto* armed = get<rec::TimerArmed>(records_, n);
          armed != nullptr && armed->kind == TimerKind::TimeWait)
        return " for " + duration_text(armed->deadline - at(records_, n).time);
    return "";
  }

  std::string arrival_changes_state(const wire::Packet& packet, const std::string& segment) const {
    const auto& change = as<rec::StateChanged>(event_.states.back());
    const Reason reason = at(records_, event_.states.back()).reason;
    const std::string peer = names_.end(packet, packet.from);
    const bool answered = !event_.sent.empty();
    const std::string answer = answered ? segment_name(as<rec::PacketSent>(event_.sent.front()).packet) : "";
    switch (change.to) {
      case TcpState::SynReceived:
        return fit(
            {fmt::format("{} receives the SYN from {} and answers with SYN-ACK: the connection is half open.",
                         here(), peer),
             fmt::format("{} receives the SYN and answers with SYN-ACK.", here())});
      case TcpState::Established:
        if (change.from == TcpState::SynSent)
          return fit(
              {fmt::format("{} receives the SYN-ACK: the connection to {} is open. It answers with ACK.",
                           here(), peer),
               fmt::format("{} receives the SYN-ACK: the connection is open.", here())});
        if (event_.entered_queue != 0) {
          const auto& queue = as<rec::QueueEntered>(event_.entered_queue);
          const std::string full = queue.length > queue.limit ? ", now full" : "";
          if (reason == Reason::CookieReturned)
            return fit(
                {fmt::format("{} receives its cookie back: {} waits in the accept queue ({}, limit {}{}).",
                             here(), peer, queue.length, queue.limit, full)});
          return fit({fmt::format("{} receives the final ACK: {} waits in the accept queue ({}, limit {}{}).",
                                  here(), peer, queue.length, queue.limit, full)});
        }
        return fit(
            {fmt::format("{} receives {}: the connection with {} is open.", here(), the(segment), peer)});
      case TcpState::CloseWait:
        return fit(
            {fmt::format("{} receives FIN: {} sends no more. CLOSE-WAIT lasts until the program closes.",
                         here(), peer),
             fmt::format("{} receives FIN and goes to CLOSE-WAIT.", here())});
      case TcpState::FinWait2:
        return fit({fmt::format("{} knows that {} got its FIN; the other FIN is missing (FIN-WAIT-2).",
                                here(), peer),
                    fmt::format("{} goes to FIN-WAIT-2.", here())});
      case TcpState::Closing:
        return fit({fmt::format("{} receives FIN while its own is under way: both close at once (CLOSING).",
                                here())});
      case TcpState::TimeWait:
        return fit({fmt::format("{} receives {}{}: {} stays in TIME-WAIT{}.", here(), the(segment),
                                answered ? ", answers with " + answer : "",
                                names_.endpoint(change.ends.local), time_wait_length()),
                    fmt::format("{} goes to TIME-WAIT for 60 s.", here())});
      case TcpState::Closed:
        if (reason == Reason::Refused)
          return fit({fmt::format("{} receives RST: the connection to {} is refused.", here(), peer)});
        if (reason == Reason::ResetReceived)
          return fit({fmt::format("{} receives RST: the connection with {} is gone.", here(), peer)});
        if (reason == Reason::LastAckReceived)
          return fit(
              {fmt::format("{} receives the last ACK from {}: both directions are closed.", here(), peer)});
        return fit({fmt::format("{} receives {} and closes the connection: {}.", here(), the(segment),
                                tells_.short_reason(event_.states.back()))});
      default:
        return "";
    }
  }

  // --- a timer runs out ---

  std::string timer() const {
    const auto& fired = as<rec::TimerFired>(event_.fired);
    const Duration ran = waited(records_, event_.fired);
    const std::string after = ran != 0 ? " of " + duration_text(ran) : "";
    if (fired.kind == TimerKind::TaskDeadline && event_.woken != 0) {
      const auto& woken = as<rec::TaskWoken>(event_.woken);
      const std::string who = names_.task(woken.task);
      if (at(records_, event_.woken).reason == Reason::SleepsUntil)
        return fmt::format("{} wakes: its sleep{} is over.", who, after);
      return fmt::format("{} stops waiting in {}: its time limit{} is over.", who, waiting_call(woken.task),
                         after);
    }
    if (fired.kind == TimerKind::DelayedAck)
      return fit({fmt::format("{} sends the delayed ACK: no data came to travel with it.", here())});
    if (event_.signal != 0) return tells_.describe(event_.signal) + ".";
    if (event_.file != 0) return tells_.describe(event_.file) + ".";
    if (!event_.states.empty()) {
      const auto& change = as<rec::StateChanged>(event_.states.back());
      const std::string local = names_.endpoint(change.ends.local);
      const std::string peer = names_.endpoint(change.ends.peer);
      switch (at(records_, event_.states.back()).reason) {
        case Reason::TimeWaitOver:
          return fit({fmt::format("TIME-WAIT of {} ends{}: the port is free.", local,
                                  ran != 0 ? " after " + duration_text(ran) : "")});
        case Reason::OrphanFinWaitOver:
          return fit(
              {fmt::format("{} gives up FIN-WAIT-2 of {}: the peer never closed its side.", here(), local)});
        case Reason::ConnectGivenUp:
          return fit({fmt::format("{} gives up on {}: no answer came to any SYN.", here(), peer)});
        case Reason::RequestGivenUp:
          return fit({fmt::format("{} forgets the half-open {}: its SYN-ACK was never acknowledged.", here(),
                                  peer)});
        default:
          return fit({fmt::format("{} gives up the connection with {}: {}.", here(), peer,
                                  tells_.short_reason(event_.states.back()))});
      }
    }
    if (!event_.sent.empty()) {
      const auto& sent = as<rec::PacketSent>(event_.sent.front());
      const std::string what = the(segment_name(sent.packet));
      const Reason reason = at(records_, event_.sent.front()).reason;
      if (reason == Reason::WindowProbe)
        return fit({fmt::format("{} asks {} whether its window has opened.", here(),
                                names_.end(sent.packet, sent.packet.to))});
      if (sent.packet.is_icmp())
        return fit({fmt::format("{} sends {}: {}.", here(), what, tells_.short_reason(event_.sent.front()))});
      const std::string retry = fmt::format("{} sends {} again (retry {})", here(), what, sent.again);
      const std::string none = "no answer came within " + duration_text(ran);
      const std::string lost = event_.lost != 0 ? ". It is lost: " + tells_.short_reason(event_.lost) : "";
      return fit({fmt::format("{}: {}{}.", retry, none, lost), fmt::format("{}: {}.", retry, none)});
    }
    return tells_.describe(event_.fired) + ".";
  }

  std::string waiting_call(TaskId task) const {
    const auto* entered = get<rec::SyscallEntered>(records_, last_call(records_, task, event_.last));
    return entered != nullptr ? names_.call(unflatten(entered->call)) : "its call";
  }

  bool waits_for_many(TaskId task) const {
    const auto* entered = get<rec::SyscallEntered>(records_, last_call(records_, task, event_.last));
    if (entered == nullptr) return false;
    const Syscall call = unflatten(entered->call);
    return std::holds_alternative<sys::Poll>(call) || std::holds_alternative<sys::Select>(call) ||
           std::holds_alternative<sys::EpollWait>(call);
  }

  // --- a blocked call is tried again ---

  std::string wake() const {
    const auto& woken = as<rec::TaskWoken>(event_.woken);
    const std::string who = names_.task(woken.task);
    const RecordNumber cause = at(records_, event_.woken).cause;
    if (event_.ended != 0) return fit({tells_.describe(event_.ended) + "."});
    if (waits_for_many(woken.task)) {
      const std::string wakes = fmt::format("{} wakes in {}", who, waiting_call(woken.task));
      if (event_.ready != 0 && at(records_, event_.ready).reason == Reason::ReadyNoMore)
        return fit({wakes + ", but what called it is over: it waits on.", wakes + "."});
      return fit({fmt::format("{}: {}.", wakes, tells_.describe(cause)), wakes + "."});
    }
    if (event_.left_queue != 0) {
      const auto& queue = as<rec::QueueLeft>(event_.left_queue);
      return fit({fmt::format("{} wakes and takes {} from the accept queue ({} left).", who,
                              names_.endpoint(queue.ends.peer),
                              queue.length == 0 ? "none" : number_text(queue.length))});
    }
    if (const auto* change = get<rec::StateChanged>(records_, cause)) {
      if (change->to == TcpState::Established)
        return fit({fmt::format("{} wakes in {}: the connection is open.", who, waiting_call(woken.task))});
      if (change->to == TcpState::CloseWait || change->to == TcpState::TimeWait)
        return fit({fmt::format("{} wakes in {}: the peer sends no more.", who, waiting_call(woken.task))});
      return fit(
          {fmt::format("{} wakes in {}: {}.", who, waiting_call(woken.task), tells_.short_reason(cause))});
    }
    if (event_.file != 0) return fit({fmt::format("{} wakes: {}.", who, tells_.describe(event_.file))});
    if (event_.received != 0) return fit({fmt::format("{} wakes and reads the data that has come.", who)});
    if (event_.local != 0) return fit({fmt::format("{} wakes: {}.", who, tells_.describe(event_.local))});
    if (get<rec::LocalEnd>(records_, cause) != nullptr)
      return fit(
          {fmt::format("{} wakes in {}: the other end sends no more.", who, waiting_call(woken.task))});
    if (get<rec::QueueEntered>(records_, cause) != nullptr)
      return fit({fmt::format("{} wakes in {}, but another took the connection: it waits on.", who,
                              waiting_call(woken.task))});
    if (!event_.sent.empty())
      return fit({fmt::format("{} wakes in {}: {}.", who, waiting_call(woken.task), sends())});
    return fit(
        {fmt::format("{} wakes in {}: what it waited for has happened.", who, waiting_call(woken.task)),
         fmt::format("{} wakes: what it waited for has happened.", who)});
  }

  // --- a program's turn ---

  /// «connect() returns 0 in curl», where that is news; else empty.
  std::string return_news(std::string& colon) const {
    if (event_.returned == 0) return "";
    const auto& returned = as<rec::SyscallReturned>(event_.returned);
    const Syscall call = unflatten(returned.call);
    const bool reads = std::holds_alternative<sys::Recv>(call) ||
                       std::holds_alternative<sys::Recvfrom>(call) ||
                       std::holds_alternative<sys::Read>(call) || std::holds_alternative<sys::Recvmsg>(call);
    // A datagram names its sender; a stream does not.
    const bool stream = returned.result.domain == 0;
    const auto* connects = std::get_if<sys::Connect>(&call);
    const bool opens = connects != nullptr && connects->domain != af_unspec && connects->domain != af_netlink;
    if (opens && stream) colon = ": the connection is open";
    const bool pipe_ended =
        at(records_, event_.returned).because != 0 &&
        at(records_, at(records_, event_.returned).because).reason == Reason::PipeEndClosed;
    const auto* read = std::get_if<sys::Read>(&call);
    const bool asked_for_nothing = read != nullptr && read->size == 0;
    if (reads && stream && returned.result.value == 0 && !asked_for_nothing)
      colon = pipe_ended ? ": nobody can write to the pipe any more" : ": the peer sends no more";
    const bool quiet =
        std::holds_alternative<sys::Bind>(call) || std::holds_alternative<sys::Listen>(call) ||
        std::holds_alternative<sys::Sleep>(call) || std::holds_alternative<sys::Compute>(call) ||
        std::holds_alternative<sys::Setsockopt>(call) || std::holds_alternative<sys::Close>(call) ||
        std::holds_alternative<sys::Fcntl>(call) || std::holds_alternative<sys::Setrlimit>(call) ||
        std::holds_alternative<sys::Now>(call) || std::holds_alternative<sys::Shutdown>(call) ||
        std::holds_alternative<sys::Inject>(call) || std::holds_alternative<sys::EpollCtl>(call);
    return quiet ? "" : tells_.describe(event_.returned);
  }

  /// What the call does at once, as far as packets, names and queues tell.
  std::string effect(const Syscall& call) const {
    if (event_.printed != 0) return tells_.describe(event_.printed);
    if (!event_.states.empty() && as<rec::StateChanged>(event_.states.back()).to == TcpState::Listen)
      return fmt::format("{} listens",
                         names_.endpoint(as<rec::StateChanged>(event_.states.back()).ends.local));
    if (event_.local != 0 && event_.blocked == 0) {
      const std::string also = std::holds_alternative<sys::Close>(call) && event_.descriptor != 0
                                   ? ", and descriptors in flight are lost"
                                   : "";
      return tells_.describe(event_.local) + also;
    }
    if (!event_.sent.empty()) {
      const Reason reason = at(records_, event_.sent.front()).reason;
      const bool aborts =
          reason == Reason::UnreadData || reason == Reason::LingerZero || reason == Reason::ListenerGone;
      return aborts ? fmt::format("{}, as {}", sends(), abort_words(reason)) : sends();
    }
    if (event_.interest != 0 && std::holds_alternative<sys::EpollCtl>(call))
      return tells_.describe(event_.interest);
    if (event_.left_queue != 0)
      return fmt::format("it takes {} from the accept queue",
                         names_.endpoint(as<rec::QueueLeft>(event_.left_queue).ends.peer));
    if (event_.blocked != 0 && at(records_, event_.blocked).reason == Reason::CallBlocks) {
      if (std::holds_alternative<sys::Accept>(call)) return "it waits, as the accept queue is empty";
      if (std::holds_alternative<sys::EpollWait>(call)) return "it waits, as the ready list is empty";
      if (std::holds_alternative<sys::Poll>(call) || std::holds_alternative<sys::Select>(call))
        return "it waits, as none of them has news";
      if (std::holds_alternative<sys::Recv>(call) || std::holds_alternative<sys::Recvfrom>(call) ||
          std::holds_alternative<sys::Read>(call) || std::holds_alternative<sys::Recvmsg>(call))
        return "it waits, as no data is there";
      if (as<rec::TaskBlocked>(event_.blocked).what == Readiness::PeerRoom)
        return std::holds_alternative<sys::Connect>(call) ? "it waits, as the accept queue is full"
                                                          : "it waits, as the receiver's queue is full";
      if (std::holds_alternative<sys::Send>(call) || std::holds_alternative<sys::Write>(call) ||
          std::holds_alternative<sys::Sendto>(call) || std::holds_alternative<sys::Sendmsg>(call))
        return as<rec::TaskBlocked>(event_.blocked).what == Readiness::PipeWritable
                   ? "it waits, as the pipe is full"
                   : "it waits, as the send buffer is full";
      return "it waits";
    }
    if (std::holds_alternative<sys::Close>(call) && event_.closed != 0 && event_.freed == 0 &&
        event_.states.empty() && as<rec::DescriptorClosed>(event_.closed).socket)
      return "other descriptors keep the socket open";
    return "";
  }

  static std::string abort_words(Reason reason) {
    if (reason == Reason::UnreadData) return "unread data is lost";
    if (reason == Reason::LingerZero) return "SO_LINGER is 0";
    return "the listener is gone";
  }

  std::string turn() const {
    if (event_.returned != 0 && !as<rec::SyscallReturned>(event_.returned).result.ok())
      return fit({tells_.describe(event_.returned) + "."});
    const RecordNumber by = event_.entered != 0   ? event_.entered
                            : event_.started != 0 ? event_.started
                                                  : event_.returned;
    const auto* entered = get<rec::SyscallEntered>(records_, event_.entered);
    if (entered == nullptr) return fit({tells_.describe(by) + "."});
    const Syscall call = unflatten(entered->call);
    const std::string who = names_.task(entered->task);
    std::string does = "calls " + names_.call(call);
    if (const auto* sleep = std::get_if<sys::Sleep>(&call))
      does = "sleeps for " + duration_text(sleep->duration);
    if (const auto* compute = std::get_if<sys::Compute>(&call))
      does = "computes for " + duration_text(compute->duration);
    if (std::holds_alternative<sys::Exit>(call)) {
      does = event_.ended != 0 ? tells_.describe(event_.ended).substr(who.size() + 1) : "ends";
    }
    if (event_.ended != 0 && at(records_, event_.ended).reason == Reason::KilledByPipe)
      return fit({fmt::format("{} {}: {}.", who, does, tells_.describe(event_.ended))});
    const std::string done = effect(call);
    const std::string with_effect = done.empty() ? does : fmt::format("{}: {}", does, done);
    std::string colon;
    const std::string news = return_news(colon);
    if (event_.started != 0)
      return fit(
          {fmt::format("{} starts and {}.", who, with_effect), fmt::format("{} {}.", who, with_effect)});
    if (news.empty()) return fit({fmt::format("{} {}.", who, with_effect), fmt::format("{} {}.", who, does)});
    return fit({fmt::format("{}{}. It {}.", news, colon, with_effect),
                fmt::format("{}. It {}.", news, with_effect), fmt::format("{} {}.", who, with_effect),
                fmt::format("{} {}.", who, does)});
  }

  // --- a person interferes ---

  /// «A person delays the SYN from cli to srv: …»
  std::string by_person(std::string_view does, RecordNumber record) const {
    const wire::Packet* packet = packet_of(records_, record);
    if (packet == nullptr) return tells_.describe(record) + ".";
    const auto* delayed = get<rec::PacketDelayed>(records_, record);
    return fit({fmt::format("A person {} {} from {} to {}{}.", does, the(segment_name(*packet)),
                            names_.end(*packet, packet->from), names_.end(*packet, packet->to),
                            delayed != nullptr
                                ? fmt::format(": it arrives {} from now",
                                              duration_text(delayed->arrives - at(records_, record).time))
                                : "")});
  }

  std::string person() const {
    if (event_.lost != 0) {
      const wire::Packet* packet = packet_of(records_, event_.lost);
      if (packet != nullptr) {
        const std::string text =
            fmt::format("A person drops {} from {} to {}.", the(segment_name(*packet)),
                        names_.end(*packet, packet->from), names_.end(*packet, packet->to));
        return fit({text + next_try(event_.lost), text});
      }
    }
    if (event_.delayed != 0) return by_person("delays", event_.delayed);
    if (event_.doubled != 0) return by_person("doubles", event_.doubled);
    if (!event_.sent.empty() && at(records_, event_.sent.front()).reason == Reason::ForgedByPerson)
      return by_person("forges", event_.sent.front());
    if (event_.signal != 0 && event_.ended == 0) {
      const auto& sent = as<rec::SignalSent>(event_.signal);
      const std::string who = names_.process_with_pid(sent.process);
      return fit({sent.fate == SignalFate::Stops ? fmt::format("A person pauses {}.", who)
                                                 : fmt::format("A person lets {} go on.", who)});
    }
    if (event_.setting != 0 && get<rec::SysctlChanged>(records_, event_.setting) == nullptr)
      return fit({fmt::format("A person did it: {}.", tells_.describe(event_.setting))});
    if (event_.setting != 0) {
      const auto& changed = as<rec::SysctlChanged>(event_.setting);
      return fit({fmt::format("A person sets {} on {} from {} to {}.", row_of(changed.id).name, here(),
                              number_text(changed.from), number_text(changed.to))});
    }
    if (event_.ended != 0) {
      const std::string who = names_.process_with_pid(as<rec::TaskEnded>(event_.ended).process);
      const std::string done = sends();
      return fit({fmt::format("A person kills {}{}.", who, done.empty() ? "" : ": " + done)});
    }
    return event_.first <= event_.last ? tells_.describe(event_.first) + "." : "";
  }

  const Narrator& tells_;
  const Records& records_;
  const Names& names_;
  const EventSummary event_;
};

}  // namespace

std::string Narrator::caption(RecordNumber first, RecordNumber last) const {
  last = std::min<RecordNumber>(last, records_.size());
  if (first == 0 || first > last) return "";
  return Teller(*this, summarise(records_, first, last)).tell();
}

std::string caption(const World& world, const ByteStore& bytes, const Records& records, RecordNumber first,
                    RecordNumber last) {
  return Narrator(world, bytes, records).caption(first, last);
}

}  // namespace sockarium::observe
