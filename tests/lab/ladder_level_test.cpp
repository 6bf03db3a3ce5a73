// Two ladders side by side: the eye goes from one to the other along a row, so the same packet has the same
// row.
#include "lab/picture/ladder_level.h"

#include <gtest/gtest.h>

#include "lab/picture/ladder_ink.h"
#include "tests/support/small_worlds.h"

namespace sockarium {

using namespace literals;
using picture::Ladder;
using test::Story;

namespace {

Ladder ladder_of(Story& run) {
  picture::LadderOptions options;
  options.cursor = run.cursor();
  options.over = true;
  return picture::make_ladder(run.world(), run.bytes(), run.records(), options);
}

/// The packets of two runs that are the same by what they do, in the order of their sending.
picture::SameRecords same_packets(Story& left, Story& right) {
  picture::SameRecords same;
  RecordNumber after = 0;
  for (RecordNumber n = 1; n <= left.records().size(); ++n) {
    const auto* sent = std::get_if<rec::PacketSent>(&left.records()[n - 1].what);
    if (sent == nullptr) continue;
    const RecordNumber other = right.find(
        [&](const Record& record) {
          const auto* also = std::get_if<rec::PacketSent>(&record.what);
          return also != nullptr && also->packet.from.ip == sent->packet.from.ip &&
                 also->packet.flags == sent->packet.flags && also->again == sent->again;
        },
        after);
    if (other == 0) continue;
    same.emplace_back(n, other);
    after = other;
  }
  return same;
}

const picture::LadderArrow& arrow_of(const Ladder& ladder, RecordNumber sent) {
  for (const picture::LadderArrow& arrow : ladder.arrows)
    if (arrow.sent == sent) return arrow;
  throw std::out_of_range("no such arrow");
}

/// A ladder of one lane with a note of one record in each row.
Ladder notes(const std::vector<RecordNumber>& records) {
  Ladder ladder;
  ladder.lanes.resize(1);
  for (const RecordNumber record : records) {
    picture::LadderNote note;
    note.row = ladder.rows.size();
    note.record = record;
    ladder.notes.push_back(note);
    picture::LadderRow row;
    row.first = row.last = record;
    ladder.rows.push_back(row);
  }
  ladder.now_row = ladder.rows.size();
  return ladder;
}

}  // namespace

TEST(LevelLadders, TheSamePacketStandsInTheSameRow) {
  Story left_run(test::request_and_goodbye()), right_run(test::request_and_goodbye().drop(0, wire::PSH));
  left_run.to_the_end();
  right_run.to_the_end();
  Ladder left = ladder_of(left_run), right = ladder_of(right_run);
  const auto same = same_packets(left_run, right_run);
  ASSERT_GE(same.size(), 8U);
  picture::level(left, right, same);
  EXPECT_EQ(left.rows.size(), right.rows.size());
  for (const auto& [one, other] : same)
    EXPECT_EQ(arrow_of(left, one).from_row, arrow_of(right, other).from_row);
}

TEST(LevelLadders, WhatOnlyOneHasLeavesAGapInTheOther) {
  Story left_run(test::handshake()), right_run(test::lost_syn());
  left_run.to_the_end();
  right_run.to_the_end();
  Ladder left = ladder_of(left_run), right = ladder_of(right_run);
  picture::level(left, right, same_packets(left_run, right_run));
  const RecordNumber retry = right_run.find([](const Record& record) {
    const auto* sent = std::get_if<rec::PacketSent>(&record.what);
    return sent != nullptr && sent->again > 0;
  });
  const std::size_t row = *arrow_of(right, retry).from_row;
  EXPECT_TRUE(left.rows[row].empty());
  EXPECT_FALSE(right.rows[row].empty());
  for (std::size_t i = 0; i < left.rows.size(); ++i)
    EXPECT_FALSE(left.rows[i].empty() && right.rows[i].empty()) << "row " << i << " is of no use";
}

TEST(LevelLadders, WhatSeveralHostsDoAtOnceStandsInOneOrder) {
  // A client's call and what arrives at the server: the real machine happens to do the later one first.
  Ladder left = notes({1, 2, 3}), right = notes({12, 11, 13});
  left.lanes.resize(2), right.lanes.resize(2);
  left.notes[1].lane = right.notes[0].lane = 1;
  picture::level(left, right, {{1, 11}, {2, 12}, {3, 13}});
  EXPECT_EQ(left.rows.size(), 3U);
  EXPECT_EQ(right.notes[0].row, 1U);
  EXPECT_EQ(right.notes[1].row, 0U);
}

TEST(LevelLadders, NoHostChangesItsOrder) {
  Ladder left = notes({1, 2, 3}), right = notes({12, 11, 13});
  picture::level(left, right, {{1, 11}, {2, 12}, {3, 13}});
  ASSERT_EQ(left.rows.size(), 4U);
  EXPECT_EQ(left.notes[2].row, right.notes[2].row);
  for (const Ladder* ladder : {&left, &right})
    for (std::size_t i = 0; i + 1 < ladder->notes.size(); ++i)
      EXPECT_LT(ladder->notes[i].row, ladder->notes[i + 1].row);
}

TEST(LevelLadders, TheShownMomentIsInTheSameRowOfBoth) {
  Story left_run(test::handshake()), right_run(test::handshake());
  left_run.session().run_to_end();
  left_run.to(15_ms);
  right_run.to_the_end();
  Ladder left = ladder_of(left_run), right = ladder_of(right_run);
  picture::level(left, right, same_packets(left_run, right_run));
  EXPECT_EQ(left.now_row, right.now_row);
  ASSERT_LT(right.now_row, right.rows.size());
  EXPECT_LE(right.rows[right.now_row - 1].time, 15_ms);
  EXPECT_GT(right.rows[right.now_row].time, 15_ms);
}

TEST(LevelLadders, RowsHaveTheSameHeightOnBothSides) {
  Story left_run(test::request_and_goodbye()), right_run(test::request_and_goodbye().drop(0, wire::PSH));
  left_run.to_the_end();
  right_run.to_the_end();
  Ladder left = ladder_of(left_run), right = ladder_of(right_run);
  const auto same = same_packets(left_run, right_run);
  picture::level(left, right, same);
  picture::LadderInkOptions options;
  options.width = 620;
  const auto [one, other] = picture::level_inks(left, right, options);
  EXPECT_EQ(one.picture.height, other.picture.height);
  EXPECT_EQ(one.now_y, other.now_y);
  const auto begin = [](const picture::LadderInk& ink, RecordNumber sent) {
    for (const picture::Stroke& stroke : ink.picture.strokes)
      if (const auto* line = std::get_if<picture::Line>(&stroke); line != nullptr && line->tag == sent)
        return line->y1;
    return -1.0F;
  };
  for (const auto& [left_packet, right_packet] : same)
    EXPECT_EQ(begin(one, left_packet), begin(other, right_packet));
}

TEST(LevelLadders, OfARunThatIsOverNothingIsFaint) {
  Story run(test::handshake());
  run.session().run_to_end();
  run.to(15_ms);
  const picture::LadderInk ink = picture::ladder_ink(ladder_of(run), {});
  for (const picture::Stroke& stroke : ink.picture.strokes)
    std::visit([](const auto& each) { EXPECT_FALSE(each.faint); }, stroke);
}

}  // namespace sockarium
