// See lanes.h.
#include "lab/picture/lanes.h"

#include <fmt/format.h>

#include <cstddef>
#include <utility>

#include "lab/picture/ladder_walk.h"
#include "sim/observe/caption.h"
#include "sim/observe/lookup.h"

namespace sockarium::picture {

namespace {

constexpr std::size_t most_plain_marks = 20'000;

}  // namespace

/// Takes one record after the other.
struct Timeline::Reader {
  Timeline& into;
  observe::Narrator tells;
  RecordNumber number = 0;

  const Record& record() const { return tells.record(number); }
  const observe::Names& names() const { return tells.names(); }
  TimelineLane& wire() const { return into.lanes_[into.wire_place_]; }

  LaneSpan span(Activity activity, Tone tone, std::string label) const {
    LaneSpan made;
    made.from_event = record().event;
    made.from = record().time;
    made.to = never;
    made.activity = activity;
    made.tone = tone;
    made.label = std::move(label);
    made.record = number;
    return made;
  }
  void close_span(TimelineLane& lane) const {
    if (lane.spans.empty() || lane.spans.back().to != never) return;
    lane.spans.back().to = record().time;
    lane.spans.back().to_event = record().event;
  }
  void mark(TimelineLane& lane, MarkKind kind, std::string label) const {
    if (kind == MarkKind::Sent && lane.marks.size() >= most_plain_marks) return;
    LaneMark made;
    made.event = record().event;
    made.time = record().time;
    made.kind = kind;
    made.label = std::move(label);
    made.record = number;
    lane.marks.push_back(std::move(made));
  }

  TimelineLane* existing(HostId host, const Ends& ends) const {
    const auto place = into.connection_places_.find(Key{host.raw(), ends});
    return place == into.connection_places_.end() ? nullptr : &into.lanes_[place->second];
  }

  /// Makes a lane for a new connection; nullptr when there are too many.
  TimelineLane* new_connection(const rec::StateChanged& change) const {
    if (into.wire_place_ >= into.most_connections_) {
      ++into.hidden_;
      return nullptr;
    }
    TimelineLane lane;
    lane.kind = LaneKind::Connection;
    lane.host = record().host;
    lane.ends = change.ends;
    lane.passive = change.from == TcpState::Listen;
    const auto opener = into.opened_by_.find(change.socket.raw());
    if (!lane.passive && opener != into.opened_by_.end()) lane.process = opener->second;
    const std::string host = names().host(lane.host);
    const std::string port = fmt::format(":{}", client_port(change.ends.local, change.ends.peer));
    lane.label = host + " " + port;
    if (lane.process) {
      const std::size_t made = ++into.connections_of_[lane.process.raw()];
      lane.label = host + " " + names().process(lane.process);
      if (made > 1) lane.label += " " + port;
    }
    const auto place = static_cast<std::ptrdiff_t>(into.wire_place_);
    into.connection_places_[Key{lane.host.raw(), lane.ends}] = into.wire_place_;
    into.lanes_.insert(into.lanes_.begin() + place, std::move(lane));
    ++into.wire_place_;
    return &into.lanes_[static_cast<std::size_t>(place)];
  }

  TimelineLane& process(ProcessId id) const {
    const auto place = into.process_places_.find(id.raw());
    if (place != into.process_places_.end()) return into.lanes_[into.wire_place_ + place->second];
    TimelineLane lane;
    lane.kind = LaneKind::Process;
    lane.process = id;
    lane.host = names().host_of(id);
    lane.label = names().host(lane.host) + " " + names().process(id);
    into.process_places_[id.raw()] = into.process_places_.size() + 1;
    into.lanes_.push_back(std::move(lane));
    return into.lanes_.back();
  }
  /// The lane of the first thread's process; nullptr for other threads.
  TimelineLane* lane_of(TaskId task) const {
    const kernel::Task* found = names().world().kernel.tasks.find(task);
    return found != nullptr && found->tid == 1 ? &process(found->process) : nullptr;
  }

  void operator()(const rec::TaskStarted& r) const {
    if (TimelineLane* lane = lane_of(r.task))
      lane->spans.push_back(span(Activity::Running, Tone::Listen, "runs"));
  }
  void operator()(const rec::TaskEnded& r) const {
    TimelineLane* lane = lane_of(r.task);
    if (lane == nullptr) return;
    close_span(*lane);
    if (r.signal != 0) mark(*lane, MarkKind::Error, tells.describe(number));
  }
  void operator()(const rec::TaskBlocked& r) const {
    TimelineLane* lane = lane_of(r.task);
    if (lane == nullptr) return;
    close_span(*lane);
    const auto* entered = observe::get<rec::SyscallEntered>(tells.records(), record().cause);
    const std::string call = entered != nullptr ? std::string(name(unflatten(entered->call))) : "waits";
    if (record().reason == Reason::SleepsUntil)
      lane->spans.push_back(span(Activity::Asleep, Tone::Grid,
                                 call + " " + observe::duration_text(r.deadline - record().time)));
    else
      lane->spans.push_back(span(Activity::Blocked, Tone::Grid, call));
  }
  void operator()(const rec::SyscallReturned& r) const {
    TimelineLane* lane = lane_of(r.task);
    if (lane == nullptr) return;
    if (!r.result.ok()) mark(*lane, MarkKind::Error, tells.describe(number));
    if (!lane->spans.empty() && lane->spans.back().activity == Activity::Running) return;
    close_span(*lane);
    lane->spans.push_back(span(Activity::Running, Tone::Listen, "runs"));
  }
  void operator()(const rec::Printed& r) const {
    mark(process(r.process), MarkKind::Printed, tells.describe(number));
  }
  void operator()(const rec::DescriptorOpened& r) const {
    if (r.socket) into.opened_by_.emplace(r.socket.raw(), r.process);
  }
  void operator()(const rec::SocketFreed& r) const { into.opened_by_.erase(r.socket.raw()); }

  void operator()(const rec::StateChanged& r) const {
    if (r.ends.peer.port == 0) return;
    TimelineLane* lane = existing(record().host, r.ends);
    if (lane == nullptr) lane = new_connection(r);
    if (lane == nullptr) return;
    close_span(*lane);
    if (r.to == TcpState::Closed) return;
    lane->spans.push_back(span(Activity::State, tone_of(r.to), std::string(rfc_name(r.to))));
    lane->spans.back().state = r.to;
  }
  void operator()(const rec::PacketSent& r) const {
    const std::string segment = observe::segment_name(r.packet);
    if (r.again == 0) return mark(wire(), MarkKind::Sent, segment);
    mark(wire(), MarkKind::Retransmission, fmt::format("{} again (retry {})", segment, r.again));
    TimelineLane* lane = existing(record().host, Ends{r.packet.from, r.packet.to});
    if (lane == nullptr || lane->spans.empty() || lane->spans.back().to != never) return;
    const TcpState state = lane->spans.back().state;
    close_span(*lane);
    lane->spans.push_back(span(Activity::State, tone_of(state), fmt::format("retry {}", r.again)));
    lane->spans.back().state = state;
  }
  void operator()(const rec::PacketDuplicated&) const {
    mark(wire(), MarkKind::Sent, tells.describe(number));
  }
  void operator()(const rec::PacketDropped&) const {
    mark(wire(), MarkKind::Drop, fmt::format("{}: {}", tells.describe(number), tells.short_reason(number)));
  }
  template <class Kind>
  void operator()(const Kind&) const {}
};

Timeline::Timeline(std::size_t most_connections) : most_connections_(most_connections) {
  clear();
}

void Timeline::follow(const World& world, const ByteStore& bytes, const observe::Records& records) {
  Reader reader{*this, observe::Narrator(world, bytes, records)};
  while (read_ < records.size()) {
    reader.number = ++read_;
    std::visit(reader, records[read_ - 1].what);
  }
}

void Timeline::clear() {
  read_ = 0;
  hidden_ = 0;
  wire_place_ = 0;
  connection_places_.clear();
  process_places_.clear();
  opened_by_.clear();
  connections_of_.clear();
  lanes_.clear();
  TimelineLane wire;
  wire.kind = LaneKind::Wire;
  wire.label = "wire";
  lanes_.push_back(std::move(wire));
}

}  // namespace sockarium::picture
