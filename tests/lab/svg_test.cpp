// A picture as SVG: well-formed, escaped, the same bytes each time.
#include "lab/formats/svg.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cctype>
#include <cstddef>

#include "lab/picture/ladder_ink.h"
#include "tests/support/small_worlds.h"

namespace sockarium {

using test::Story;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

namespace {

/// What is wrong with an XML text; empty when every element is closed and every special character is escaped.
std::string complaint(const std::string& xml) {
  std::vector<std::string> open;
  for (std::size_t at = 0; at < xml.size(); ++at) {
    if (xml[at] == '&') {
      const std::string rest = xml.substr(at, 6);
      bool known = false;
      for (const char* name : {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"})
        known = known || rest.rfind(name, 0) == 0;
      if (!known) return "bare & at " + std::to_string(at);
    }
    if (xml[at] == '>') return "bare > at " + std::to_string(at);
    if (xml[at] != '<') continue;
    const std::size_t end = xml.find('>', at);
    if (end == std::string::npos) return "no end of the tag at " + std::to_string(at);
    const std::string tag = xml.substr(at + 1, end - at - 1);
    at = end;
    if (tag.front() == '?') continue;
    if (std::count(tag.begin(), tag.end(), '"') % 2 != 0) return "odd quotes in " + tag;
    const bool closes = tag.front() == '/';
    std::string name;
    for (std::size_t i = closes ? 1 : 0;
         i < tag.size() && std::isalnum(static_cast<unsigned char>(tag[i])) != 0; ++i)
      name += tag[i];
    if (closes) {
      if (open.empty() || open.back() != name) return "</" + name + "> closes nothing";
      open.pop_back();
    } else if (tag.back() != '/') {
      open.push_back(name);
    }
  }
  return open.empty() ? "" : open.back() + " stays open";
}

picture::Picture one_text(const std::string& words) {
  picture::Picture picture;
  picture.width = 100;
  picture.height = 40;
  picture.title = words;
  picture::Text text;
  text.x = 5.126F;
  text.y = 20;
  text.text = words;
  picture.strokes.emplace_back(text);
  return picture;
}

std::string ladder_svg(const test::SmallWorld& world, const palette::Palette& colours = palette::light) {
  Story run(world);
  run.to_the_end();
  picture::LadderOptions options;
  options.cursor = run.cursor();
  const auto ladder = picture::make_ladder(run.world(), run.bytes(), run.records(), options);
  return formats::svg(picture::ladder_ink(ladder, {}).picture, colours);
}

}  // namespace

TEST(Svg, IsWellFormed) {
  EXPECT_EQ(complaint("<a><b/></a>"), "");
  EXPECT_THAT(complaint("<a><b></a>"), Not(IsEmpty()));
  for (const auto& world :
       {test::handshake(), test::overflowing_backlog(), test::lost_syn(), test::refused()})
    EXPECT_EQ(complaint(ladder_svg(world)), "");
}

TEST(Svg, EscapesWhatProgramsAreCalled) {
  const std::string svg = formats::svg(one_text("a <b> & \"c\" 'd' \x01"));
  EXPECT_EQ(complaint(svg), "");
  EXPECT_THAT(svg, HasSubstr("a &lt;b&gt; &amp; &quot;c&quot; &#39;d&#39; ?</text>"));
}

TEST(Svg, HasTitleDescriptionAndRealText) {
  const std::string svg = ladder_svg(test::handshake());
  EXPECT_THAT(svg, HasSubstr("<title id=\"title\">Ladder: cli, srv</title>"));
  EXPECT_THAT(svg, HasSubstr("<desc id=\"desc\">3 packets between cli, srv, 0 dropped"));
  EXPECT_THAT(svg, HasSubstr(">SYN-ACK seq 0 ack 1</text>"));
}

TEST(Svg, GivesTheSameBytesEachTime) {
  EXPECT_EQ(ladder_svg(test::overflowing_backlog()), ladder_svg(test::overflowing_backlog()));
  EXPECT_THAT(formats::svg(one_text("x")), HasSubstr("x=\"5.13\""));
}

TEST(Svg, TakesTheColoursOfThePalette) {
  EXPECT_THAT(ladder_svg(test::handshake()), HasSubstr("#006953"));                 // ESTABLISHED, light
  EXPECT_THAT(ladder_svg(test::handshake(), palette::dark), HasSubstr("#41a880"));  // dark
}

TEST(Svg, SaysStatesWithPatternsToo) {
  EXPECT_THAT(ladder_svg(test::request_and_goodbye()),
              HasSubstr("<pattern id=\"p3"));  // CLOSE-WAIT is hatched
}

}  // namespace sockarium
