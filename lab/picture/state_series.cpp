// See state_series.h.
#include "lab/picture/state_series.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace sockarium::picture {

palette::Hue hue_of(TcpState state) {
  using palette::Hue;
  switch (state) {
    case TcpState::Listen:
      return Hue::listen;
    case TcpState::SynSent:
    case TcpState::SynReceived:
      return Hue::opening;
    case TcpState::Established:
      return Hue::established;
    case TcpState::CloseWait:
      return Hue::close_wait;
    case TcpState::FinWait1:
    case TcpState::FinWait2:
    case TcpState::Closing:
    case TcpState::LastAck:
      return Hue::closing;
    case TcpState::TimeWait:
      return Hue::time_wait;
    case TcpState::Closed:
      break;
  }
  return Hue::closed;
}

std::int32_t StatePoint::total() const {
  return std::accumulate(count.begin(), count.end(), std::int32_t{0});
}

void StateSeries::clear() {
  read_ = 0;
  hosts_.clear();
  queues_.clear();
}

void StateSeries::follow(const World& world, const ByteStore& bytes, const observe::Records& records) {
  const observe::Names names(world, bytes);
  const auto queue = [&](HostId host, SocketId listener, const Ends& ends, QueueKind kind,
                         std::int64_t limit) -> QueueSeries& {
    for (QueueSeries& each : queues_)
      if (each.listener == listener && each.kind == kind) {
        each.limit = limit;
        return each;
      }
    QueueSeries series;
    series.host = host;
    series.listener = listener;
    series.kind = kind;
    series.limit = limit;
    series.label = fmt::format("{} of {}:{}", kind == QueueKind::Accept ? "accept queue" : "SYN queue",
                               names.host(host), ends.local.port);
    queues_.push_back(std::move(series));
    return queues_.back();
  };
  for (; read_ < records.size(); ++read_) {
    const Record& record = records[read_];
    if (const auto* changed = std::get_if<rec::StateChanged>(&record.what)) {
      OfHost& of = hosts_[record.host.raw()];
      if (of.points.empty() || of.points.back().event != record.event) {
        of.points.push_back(of.points.empty() ? StatePoint{} : of.points.back());
        of.points.back().event = record.event;
      }
      StatePoint& point = of.points.back();
      // A half-open request comes from its listener's LISTEN and may fall back to it (RFC 9293 figure 5): the
      // listener itself has not changed.
      const auto counts = [&](TcpState state) {
        return state != TcpState::Closed && (state != TcpState::Listen || changed->ends.peer.port == 0);
      };
      if (counts(changed->from)) --point.count[static_cast<std::size_t>(hue_of(changed->from))];
      if (counts(changed->to)) ++point.count[static_cast<std::size_t>(hue_of(changed->to))];
      of.most = std::max(of.most, point.total());
    } else if (const auto* in = std::get_if<rec::QueueEntered>(&record.what)) {
      queue(record.host, in->listener, in->ends, in->queue, in->limit)
          .points.push_back({record.event, in->length});
    } else if (const auto* out = std::get_if<rec::QueueLeft>(&record.what)) {
      queue(record.host, out->listener, out->ends, out->queue, out->limit)
          .points.push_back({record.event, out->length});
    }
  }
}

const std::vector<StatePoint>& StateSeries::of(HostId host) const {
  static const std::vector<StatePoint> none;
  const auto found = hosts_.find(host.raw());
  return found == hosts_.end() ? none : found->second.points;
}

std::int32_t StateSeries::most(HostId host) const {
  const auto found = hosts_.find(host.raw());
  return found == hosts_.end() ? 0 : found->second.most;
}

const StatePoint* StateSeries::at(const std::vector<StatePoint>& points, std::uint64_t event) {
  const auto after =
      std::upper_bound(points.begin(), points.end(), event,
                       [](std::uint64_t e, const StatePoint& point) { return e < point.event; });
  return after == points.begin() ? nullptr : &*std::prev(after);
}

std::int64_t StateSeries::at(const std::vector<LengthPoint>& points, std::uint64_t event) {
  const auto after =
      std::upper_bound(points.begin(), points.end(), event,
                       [](std::uint64_t e, const LengthPoint& point) { return e < point.event; });
  return after == points.begin() ? 0 : std::prev(after)->length;
}

}  // namespace sockarium::picture
