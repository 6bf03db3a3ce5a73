// Plots: marks on axes, lines that rise and lines that stay, and names that can be read.
#include <gtest/gtest.h>

#include <algorithm>

#include "lab/picture/plot.h"

namespace sockarium::picture {
namespace {

std::vector<Line> lines_of(const Picture& picture, Tone tone) {
  std::vector<Line> all;
  for (const Stroke& stroke : picture.strokes)
    if (const auto* line = std::get_if<Line>(&stroke); line != nullptr && line->tone == tone)
      all.push_back(*line);
  return all;
}
std::vector<Text> texts_of(const Picture& picture) {
  std::vector<Text> all;
  for (const Stroke& stroke : picture.strokes)
    if (const auto* text = std::get_if<Text>(&stroke)) all.push_back(*text);
  return all;
}

TEST(Plot, MarksAxesWithRoundNumbers) {
  EXPECT_EQ(ticks(0, 10, false), (std::vector<double>{0, 2, 4, 6, 8, 10}));
  EXPECT_EQ(ticks(0, 128, false), (std::vector<double>{0, 50, 100}));
  EXPECT_EQ(ticks(1, 1000, true), (std::vector<double>{1, 10, 100, 1000}));
}

TEST(Plot, WorkThatGrowsRisesAndWorkThatDoesNotStaysLevel) {
  const Plot plot{"work", "", "n", {10, 100, 1000}, {{"poll", {20, 200, 2000}}, {"epoll", {1, 1, 1}}}};
  const Picture picture = plot_ink(plot);
  const auto poll = lines_of(picture, Tone::Error), epoll = lines_of(picture, Tone::Accent);
  ASSERT_EQ(poll.size(), 2u);
  ASSERT_EQ(epoll.size(), 2u);
  EXPECT_GT(poll[0].y1, poll[0].y2);
  EXPECT_NEAR(poll[0].y1 - poll[0].y2, poll[1].y1 - poll[1].y2, 0.1)
      << "a power of ten is as long everywhere";
  EXPECT_FLOAT_EQ(epoll[0].y1, epoll[1].y2);
  for (const Line& line : poll) {
    EXPECT_GE(line.x1, 0);
    EXPECT_LE(line.x2, picture.width);
    EXPECT_GE(line.y2, 0);
    EXPECT_LE(line.y1, picture.height);
  }
}

TEST(Plot, NamesOfLinesThatEndTogetherStandOneBelowTheOther) {
  const Plot plot{"work", "", "n", {1, 2}, {{"select", {2, 4}}, {"poll", {2, 4}}}};
  float select = 0, poll = 0;
  for (const Text& text : texts_of(plot_ink(plot))) {
    if (text.text == "select") select = text.y;
    if (text.text == "poll") poll = text.y;
  }
  EXPECT_GE(poll - select, line_height(Font::Small) - 0.01F);
}

TEST(Plot, TakesOneValueAndNone) {
  EXPECT_FALSE(plot_ink(Plot{"one", "", "n", {5}, {{"a", {3}}}}).strokes.empty());
  EXPECT_FALSE(plot_ink(Plot{"none", "", "n", {}, {}}).strokes.empty());
}

}  // namespace
}  // namespace sockarium::picture
