// Which hosts and which stretch of the run a ladder shows. See ladder.h; the rows are made in
// ladder_walk.cpp.
#include "lab/picture/ladder.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "lab/picture/ladder_walk.h"
#include "sim/observe/lookup.h"

namespace sockarium::picture {

namespace {

/// Would this record make a row? A quick guess: what is not shown after all makes the picture a little
/// shorter.
bool makes_row(const observe::Records& records, RecordNumber number, const LadderOptions& options) {
  if (options.only && !concerns(records, number, *options.only)) return false;
  const What& what = records[number - 1].what;
  if (const auto* entered = std::get_if<rec::SyscallEntered>(&what))
    return options.calls && shown_call(unflatten(entered->call));
  return std::holds_alternative<rec::PacketSent>(what) ||
         std::holds_alternative<rec::PacketDelivered>(what) ||
         std::holds_alternative<rec::StateChanged>(what) || std::holds_alternative<rec::PacketDropped>(what);
}

/// So many records are added to a stretch so that it ends with an event.
constexpr RecordNumber most_of_event = 200;

/// After so many records without a row the future is not looked at any further.
constexpr RecordNumber longest_lull = 4000;

struct Stretch {
  RecordNumber first = 1, last = 0;
  bool earlier = false, later = false;
};

/// The stretch around the cursor that makes about `most_rows` rows: two thirds of them past, one third
/// future.
Stretch stretch_around_cursor(const observe::Records& records, const LadderOptions& options) {
  const RecordNumber end =
      std::min<RecordNumber>(options.last == 0 ? records.size() : options.last, records.size());
  const RecordNumber begin = std::max<RecordNumber>(options.first, 1);
  Stretch stretch;
  if (begin > end) return stretch;
  const RecordNumber cursor = std::clamp<RecordNumber>(options.cursor, begin - 1, end);
  std::size_t past = 0;
  std::size_t future = 0;
  RecordNumber low = cursor;
  RecordNumber high = cursor;
  const auto event = [&](RecordNumber n) { return records[n - 1].event; };
  // A row for each event, and one for each segment that it sends: the end of a process may send thousands.
  const auto rows_of = [&](RecordNumber n, std::uint64_t& counted) {
    if (!makes_row(records, n, options)) return std::size_t{0};
    const bool fresh = event(n) != std::exchange(counted, event(n));
    return std::size_t{fresh || std::holds_alternative<rec::PacketSent>(records[n - 1].what) ? 1u : 0u};
  };
  const auto go_back = [&](std::size_t most) {
    for (std::uint64_t counted = 0; low >= begin && past < most; --low) past += rows_of(low, counted);
  };
  // The future is looked at as long as something shows soon.
  const auto go_on = [&](std::size_t most) {
    std::uint64_t counted = 0;
    for (RecordNumber n = high; n < end && n - high < longest_lull && future < most; ++n)
      if (const std::size_t rows = rows_of(n + 1, counted); rows > 0) {
        future += rows;
        high = n + 1;
      }
  };
  const std::size_t third = options.most_rows / 3;
  go_back(options.most_rows - third);
  go_on(options.most_rows - past);
  go_back(options.most_rows - future);
  // Whole events, unless they are endless.
  RecordNumber more = most_of_event;
  for (; more > 0 && low >= begin && low < cursor && event(low) == event(low + 1); --more) --low;
  more = most_of_event;
  for (; more > 0 && high < end && high > 0 && event(high) == event(high + 1); --more) ++high;
  stretch.first = low + 1;
  stretch.last = high;
  stretch.earlier = low >= begin;
  stretch.later = high < end;
  return stretch;
}

/// All hosts while there is room; else those that most packets leave or reach.
std::vector<LadderLane> choose_lanes(const observe::Narrator& tells, const Stretch& stretch,
                                     const LadderOptions& options) {
  const observe::Names& names = tells.names();
  const World& world = names.world();
  std::vector<HostId> hosts;
  for (const HostId id : ids(world.kernel.hosts)) hosts.push_back(id);
  if (hosts.size() > options.most_lanes) {
    std::map<std::uint64_t, std::size_t> busy;
    for (RecordNumber n = stretch.first; n <= stretch.last; ++n)
      if (const wire::Packet* packet = observe::packet_of(tells.records(), n)) {
        if (options.only && !concerns(tells.records(), n, *options.only)) continue;
        ++busy[names.host_of(packet->from.ip).raw()];
        ++busy[names.host_of(packet->to.ip).raw()];
      }
    std::stable_sort(hosts.begin(), hosts.end(),
                     [&](HostId a, HostId b) { return busy[a.raw()] > busy[b.raw()]; });
    hosts.resize(options.most_lanes);
    std::sort(hosts.begin(), hosts.end(), [](HostId a, HostId b) { return a.index < b.index; });
  }
  std::vector<LadderLane> lanes;
  for (const HostId id : hosts) {
    LadderLane lane;
    lane.host = id;
    lane.name = names.host(id);
    lane.address = names.address(id);
    lanes.push_back(std::move(lane));
  }
  return lanes;
}

/// With more hosts than lanes, packets from or to a host that is not shown would have no end.
bool between_lanes(const observe::Narrator& tells, const Ladder& ladder, const LadderArrow& arrow) {
  const auto shown = [&](HostId host) {
    return std::any_of(ladder.lanes.begin(), ladder.lanes.end(),
                       [&](const LadderLane& lane) { return lane.host == host; });
  };
  const auto* sent = std::get_if<rec::PacketSent>(&tells.record(arrow.sent).what);
  const HostId to = tells.names().host_of(sent->packet.to.ip);
  return shown(tells.record(arrow.sent).host) && (!to || shown(to));
}

}  // namespace

Ladder make_ladder(const World& world, const ByteStore& bytes, const observe::Records& records,
                   const LadderOptions& options) {
  const observe::Narrator tells(world, bytes, records);
  Ladder ladder;
  ladder.cursor = options.cursor;
  ladder.over = options.over;
  ladder.now = options.cursor != 0 && options.cursor <= records.size() ? records[options.cursor - 1].time : 0;
  if (world.records == options.cursor) ladder.now = world.now;
  const Stretch stretch = stretch_around_cursor(records, options);
  ladder.earlier = stretch.earlier;
  ladder.later = stretch.later;
  ladder.lanes = choose_lanes(tells, stretch, options);
  LadderWalk walk(tells, options, stretch.first, stretch.last, ladder);
  walk.walk();
  ladder.arrows.erase(
      std::remove_if(ladder.arrows.begin(), ladder.arrows.end(),
                     [&](const LadderArrow& arrow) { return !between_lanes(tells, ladder, arrow); }),
      ladder.arrows.end());
  if (options.states) make_spans(tells, walk.changes(), ladder);
  ladder.now_row = ladder.rows.size();
  for (std::size_t i = ladder.rows.size(); i > 0 && ladder.rows[i - 1].first > options.cursor; --i)
    ladder.now_row = i - 1;
  return ladder;
}

std::string row_time(Time time) {
  if (time >= second) return fmt::format("+{}.{:03} s", time / second, time % second / millisecond);
  return "+" + observe::duration_text(time);
}

}  // namespace sockarium::picture
