// From changes of state to bars: one for every connection of a lane, side by side where several live at once.
// See ladder_walk.h.
#include <algorithm>
#include <tuple>

#include "lab/picture/ladder_walk.h"
#include "sim/kernel/protocol.h"

namespace sockarium::picture {

namespace {

constexpr std::size_t most_strands = 6;  ///< of one lane; more connections get no bar

/// One connection (or listening socket) of a lane: its spans come one after the other.
struct Line {
  std::size_t lane = 0;
  Ends ends;
  bool listens = false;
  std::optional<std::size_t> strand;
  std::vector<LadderSpan> spans;
  std::size_t from() const { return spans.front().from; }
  std::size_t to() const { return spans.back().to; }
};

class Spans {
 public:
  Spans(const observe::Narrator& tells, Ladder& into)
      : tells_(tells), world_(tells.names().world()), into_(into) {}

  void follow(const std::vector<LadderWalk::Change>& changes) {
    for (const LadderWalk::Change& change : changes) take(change);
    add_silent_ones();
    for (Line& line : lines_)
      if (!line.spans.empty() && !line.spans.back().ends) line.spans.back().to = into_.rows.size();
    lay_side_by_side();
    for (LadderArrow& arrow : into_.arrows) {
      const auto* sent = std::get_if<rec::PacketSent>(&tells_.record(arrow.sent).what);
      arrow.from_strand =
          strand_at(arrow.from_lane, Ends{sent->packet.from, sent->packet.to}, arrow.from_row);
      arrow.to_strand = strand_at(arrow.to_lane, Ends{sent->packet.to, sent->packet.from}, arrow.to_row);
    }
  }

 private:
  Line& line_of(std::size_t lane, const Ends& ends) {
    for (Line& line : lines_)
      if (line.lane == lane && line.ends == ends) return line;
    Line line;
    line.lane = lane;
    line.ends = ends;
    line.listens = ends.peer.port == 0;
    lines_.push_back(line);
    return lines_.back();
  }

  LadderSpan span(const Line& line, std::size_t row, TcpState state, RecordNumber record) const {
    LadderSpan made;
    made.lane = line.lane;
    made.from = row;
    made.to = row;
    made.begins = record != 0;
    made.state = state;
    made.ends_of = line.ends;
    made.label = std::string(rfc_name(state));
    made.record = record;
    return made;
  }

  void take(const LadderWalk::Change& change) {
    Line& line = line_of(change.lane, change.ends);
    const bool new_request = change.from == TcpState::Listen && change.ends.peer.port != 0;
    if (line.spans.empty() && change.from != TcpState::Closed && !new_request && change.row > 0)
      line.spans.push_back(span(line, 0, change.from, 0));
    if (!line.spans.empty() && !line.spans.back().ends) {
      line.spans.back().to = change.row;
      line.spans.back().ends = true;
    }
    if (change.to == TcpState::Closed) return;
    line.spans.push_back(span(line, change.row, change.to, change.record));
  }

  /// Connections and listeners that have packets here but do not change: the world knows their state.
  void add_silent_ones() {
    for (const LadderArrow& arrow : into_.arrows) {
      const auto* sent = std::get_if<rec::PacketSent>(&tells_.record(arrow.sent).what);
      add_silent(arrow.from_lane, Ends{sent->packet.from, sent->packet.to});
      add_silent(arrow.to_lane, Ends{sent->packet.to, sent->packet.from});
      add_listener(arrow.to_lane, sent->packet.to);
    }
  }

  bool known(std::size_t lane, const Ends& ends) const {
    return std::any_of(lines_.begin(), lines_.end(),
                       [&](const Line& line) { return line.lane == lane && line.ends == ends; });
  }

  void add_silent(std::size_t lane, const Ends& ends) {
    if (known(lane, ends)) return;
    const NetId net = world_.kernel.hosts.read(into_.lanes[lane].host).net;
    const inet::Owner* owner = world_.inet.connections.find(inet::TupleKey{net, ends.local, ends.peer});
    if (owner == nullptr) return;
    const TcpState state = owner->kind == inet::OwnerKind::Request
                               ? TcpState::SynReceived
                               : kernel::protocol::state_of(world_, owner->socket);
    if (state == TcpState::Closed) return;
    Line& line = line_of(lane, ends);
    line.spans.push_back(span(line, 0, state, 0));
  }

  void add_listener(std::size_t lane, const Endpoint& local) {
    const NetId net = world_.kernel.hosts.read(into_.lanes[lane].host).net;
    for (const Address& ip : {local.ip, Address::any_v4()}) {
      const Endpoint name{ip, local.port};
      if (known(lane, Ends{name, {}}) || known(lane, Ends{name, Endpoint{Address::any_v4(), 0}})) return;
      const SocketId* socket = world_.inet.listeners.find(inet::ListenKey{net, name, 0});
      if (socket == nullptr) continue;
      const inet::SocketBase& base = world_.inet.sockets.read(*socket);
      Line& line = line_of(lane, Ends{base.local, base.peer});
      if (line.spans.empty()) line.spans.push_back(span(line, 0, TcpState::Listen, 0));
      line.listens = true;
      return;
    }
  }

  /// Where the connection has a bar in that row.
  std::optional<std::size_t> strand_at(std::size_t lane, const Ends& ends,
                                       std::optional<std::size_t> row) const {
    for (const Line& line : lines_)
      if (row && line.lane == lane && line.ends == ends && line.strand && line.from() <= *row &&
          *row <= line.to())
        return line.strand;
    return std::nullopt;
  }

  /// The innermost free place for each, in the order of beginning; listening sockets outside.
  void lay_side_by_side() {
    std::stable_sort(lines_.begin(), lines_.end(), [](const Line& a, const Line& b) {
      if (a.spans.empty() || b.spans.empty()) return b.spans.empty() && !a.spans.empty();
      return std::make_tuple(a.listens, a.from()) < std::make_tuple(b.listens, b.from());
    });
    into_.strands.assign(into_.lanes.size(), 1);
    std::vector<std::vector<std::size_t>> free_from(into_.lanes.size());
    for (Line& line : lines_) {
      if (line.spans.empty()) continue;
      auto& places = free_from[line.lane];
      std::size_t place = 0;
      if (line.listens) place = places.size();
      while (place < places.size() && places[place] > line.from()) ++place;
      if (place >= most_strands) {
        ++into_.hidden_connections;
        continue;
      }
      if (place == places.size()) places.push_back(0);
      places[place] = line.to() + 1;
      line.strand = place;
      for (LadderSpan& made : line.spans) {
        made.strand = place;
        into_.spans.push_back(made);
      }
    }
    for (std::size_t lane = 0; lane < into_.lanes.size(); ++lane)
      into_.strands[lane] = std::max<std::size_t>(1, free_from[lane].size());
  }

  const observe::Narrator& tells_;
  const World& world_;
  Ladder& into_;
  std::vector<Line> lines_;
};

}  // namespace

void make_spans(const observe::Narrator& tells, const std::vector<LadderWalk::Change>& changes,
                Ladder& into) {
  Spans(tells, into).follow(changes);
}

}  // namespace sockarium::picture
