// See ladder_level.h.
#include "lab/picture/ladder_level.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <set>

namespace sockarium::picture {

namespace {

constexpr std::size_t of_packet = 4, of_words = 1;  ///< what a pair of rows is worth
constexpr Duration at_once = millisecond;           ///< so near that a real machine may do it the other way

/// Where in a ladder the thing of each record stands.
struct Places {
  std::map<RecordNumber, std::size_t> leaving, arrival, words, back;

  explicit Places(const Ladder& ladder) {
    for (const LadderArrow& arrow : ladder.arrows) {
      if (arrow.from_row) leaving.try_emplace(arrow.sent, *arrow.from_row);
      if (arrow.to_row) arrival.try_emplace(arrow.sent, *arrow.to_row);
    }
    for (const LadderNote& note : ladder.notes) words.try_emplace(note.record, note.row);
    for (const LadderWait& wait : ladder.waits)
      if (wait.ends) back.try_emplace(wait.record, wait.to);
  }
};

using RowPair = std::pair<std::size_t, std::size_t>;

/// Where the rows of one ladder have come to stand.
using Moved = std::vector<std::size_t>;

void move(Ladder& ladder, const Moved& moved, std::size_t count) {
  // What lasts until past the last row still does.
  const auto place = [&](std::size_t row) { return row < moved.size() ? moved[row] : count; };
  std::vector<LadderRow> rows(count);
  for (std::size_t i = 0; i < moved.size(); ++i) rows[moved[i]] = std::move(ladder.rows[i]);
  ladder.rows = std::move(rows);
  for (LadderSpan& span : ladder.spans) {
    if (span.begins) span.from = place(span.from);
    span.to = place(span.to);
  }
  for (LadderArrow& arrow : ladder.arrows) {
    if (arrow.from_row) arrow.from_row = place(*arrow.from_row);
    if (arrow.to_row) arrow.to_row = place(*arrow.to_row);
  }
  for (LadderNote& note : ladder.notes) note.row = place(note.row);
  for (LadderWait& wait : ladder.waits) {
    wait.from = place(wait.from);
    wait.to = place(wait.to);
  }
}

/// All rows that could stand side by side, with what that would be worth.
std::map<RowPair, std::size_t> candidates(const Ladder& left, const Ladder& right, const SameRecords& same) {
  std::map<RowPair, std::size_t> worth;
  const Places of_left(left), of_right(right);
  for (const auto& [one, other] : same)
    for (const auto& [places, weight] : {std::pair{&Places::leaving, of_packet},
                                         {&Places::arrival, of_packet},
                                         {&Places::words, of_words},
                                         {&Places::back, of_words}}) {
      const auto here = (of_left.*places).find(one);
      const auto there = (of_right.*places).find(other);
      if (here == (of_left.*places).end() || there == (of_right.*places).end()) continue;
      worth[{here->second, there->second}] += weight;
      // A long wait before both is the same wait.
      if (here->second > 0 && there->second > 0 && left.rows[here->second - 1].gap != 0 &&
          right.rows[there->second - 1].gap != 0)
        worth[{here->second - 1, there->second - 1}] += of_words;
    }
  return worth;
}

/// Whose event each row is, by lane; none: a wait.
std::vector<std::optional<std::size_t>> lanes_of_rows(const Ladder& ladder) {
  std::vector<std::optional<std::size_t>> lanes(ladder.rows.size());
  for (const LadderNote& note : ladder.notes) lanes[note.row] = note.lane;
  for (const LadderArrow& arrow : ladder.arrows) {
    if (arrow.to_row) lanes[*arrow.to_row] = arrow.to_lane;
    if (arrow.from_row) lanes[*arrow.from_row] = arrow.from_lane;
  }
  return lanes;
}

/// What happens at once in the model has no order on a real machine. The rows of `ladder` take the order of
/// `like` there, as far as no host did otherwise and no packet says what came first.
Moved take_order(const Ladder& ladder, const Ladder& like, const std::map<RowPair, std::size_t>& candidates) {
  std::vector<std::pair<std::size_t, std::size_t>> best(ladder.rows.size());  // worth, place there + 1
  for (const auto& [rows, worth] : candidates)
    best[rows.second] = std::max(best[rows.second], {worth, rows.first + 1});
  const auto lanes = lanes_of_rows(ladder);
  std::set<RowPair> packets;
  for (const LadderArrow& arrow : ladder.arrows)
    if (arrow.from_row && arrow.to_row) packets.insert({*arrow.from_row, *arrow.to_row});
  const auto may_swap = [&](std::size_t first, std::size_t second) {
    const std::size_t here = best[first].second, there = best[second].second;
    return there != 0 && here > there && lanes[first] && lanes[second] && lanes[first] != lanes[second] &&
           packets.count({first, second}) == 0 &&
           like.rows[here - 1].time - like.rows[there - 1].time <= at_once;
  };
  std::vector<std::size_t> order(ladder.rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = 1; i < order.size(); ++i)  // each sinks to its place
    for (std::size_t j = i; j > 0 && may_swap(order[j - 1], order[j]); --j) std::swap(order[j - 1], order[j]);
  Moved moved(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) moved[order[i]] = i;
  return moved;
}

/// Of them those that are worth most together and follow each other on both sides.
std::vector<RowPair> in_order(const std::map<RowPair, std::size_t>& candidates) {
  struct Step {
    RowPair rows;
    std::size_t worth = 0;   ///< with all before it
    std::size_t before = 0;  ///< place + 1 of the one before it; 0: none
  };
  std::vector<Step> steps;
  std::size_t best = 0;
  for (const auto& [rows, worth] : candidates) {
    Step step{rows, worth, 0};
    for (std::size_t i = 0; i < steps.size(); ++i)
      if (steps[i].rows.first < rows.first && steps[i].rows.second < rows.second &&
          steps[i].worth + worth > step.worth) {
        step.worth = steps[i].worth + worth;
        step.before = i + 1;
      }
    steps.push_back(step);
    if (best == 0 || step.worth > steps[best - 1].worth) best = steps.size();
  }
  std::vector<RowPair> chosen;
  for (; best != 0; best = steps[best - 1].before) chosen.push_back(steps[best - 1].rows);
  std::reverse(chosen.begin(), chosen.end());
  return chosen;
}

}  // namespace

void level(Ladder& left, Ladder& right, const SameRecords& same) {
  move(right, take_order(right, left, candidates(left, right, same)), right.rows.size());
  std::vector<RowPair> pairs = in_order(candidates(left, right, same));
  pairs.emplace_back(left.rows.size(), right.rows.size());
  Moved of_left, of_right;
  std::size_t count = 0;
  std::size_t now = 0;  // past the last row that has happened on the left
  const auto reached = [&](std::size_t left_row) {
    if (left_row < left.now_row) now = count;
  };
  for (const auto& [next_left, next_right] : pairs) {
    // What stands alone between two pairs, in the order of its times.
    while (of_left.size() < next_left || of_right.size() < next_right) {
      const bool from_left =
          of_left.size() < next_left && (of_right.size() == next_right ||
                                         left.rows[of_left.size()].time <= right.rows[of_right.size()].time);
      if (!from_left && now == count && right.rows[of_right.size()].time <= left.now) ++now;
      (from_left ? of_left : of_right).push_back(count++);
      if (from_left) reached(of_left.size() - 1);
    }
    if (next_left == left.rows.size()) break;
    of_left.push_back(count);
    of_right.push_back(count++);
    reached(next_left);
  }
  move(left, of_left, count);
  move(right, of_right, count);
  left.now_row = right.now_row = now;
}

}  // namespace sockarium::picture
