// The ladder as ink: readable wherever the cursor stands. Labels never overlap, arrows go from lane to lane,
// nothing leaves the picture.
#include "lab/picture/ladder_ink.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/small_worlds.h"

namespace sockarium {

using namespace literals;
using picture::LadderInk;
using test::SmallWorld;
using test::Story;

namespace {

LadderInk ink_of(Story& run, float width = 900, std::uint64_t selected = 0) {
  picture::LadderOptions options;
  options.cursor = run.cursor();
  picture::LadderInkOptions how;
  how.width = width;
  how.selected = selected;
  return picture::ladder_ink(picture::make_ladder(run.world(), run.bytes(), run.records(), options), how);
}

struct Place {
  float x1, y1, x2, y2;
};
Place place_of(const picture::Text& text) {
  const float width = picture::estimated_width(text.text, text.font);
  const float left = text.align == picture::Align::Left    ? text.x
                     : text.align == picture::Align::Right ? text.x - width
                                                           : text.x - width / 2;
  return {left, text.y - picture::text_size(text.font) * 0.75F, left + width, text.y + 2};
}
bool overlap(const Place& a, const Place& b) {
  return a.x1 < b.x2 && b.x1 < a.x2 && a.y1 < b.y2 && b.y1 < a.y2;
}

void expect_readable(const LadderInk& ink, const std::string& story) {
  std::vector<const picture::Text*> texts;
  for (const picture::Stroke& stroke : ink.picture.strokes)
    if (const auto* text = std::get_if<picture::Text>(&stroke)) texts.push_back(text);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const Place place = place_of(*texts[i]);
    EXPECT_GE(place.x1, 0) << story << ": " << texts[i]->text;
    EXPECT_LE(place.x2, ink.picture.width) << story << ": " << texts[i]->text;
    EXPECT_GE(place.y1, 0) << story << ": " << texts[i]->text;
    EXPECT_LE(place.y2, ink.picture.height) << story << ": " << texts[i]->text;
    for (std::size_t j = i + 1; j < texts.size(); ++j)
      EXPECT_FALSE(overlap(place, place_of(*texts[j])))
          << story << ": «" << texts[i]->text << "» and «" << texts[j]->text << "»";
  }
}

SmallWorld three_hosts() {
  const std::vector<Syscall> client{sys::Socket{}, sys::Connect{3, 2, test::server_port(), 0, {}},
                                    sys::Send{3, 0, pattern(5)}, sys::Close{3}};
  return test::client_and_server()
      .host("other", Address::v4(10, 0, 0, 6))
      .link(2, 1, 5_ms)
      .program(1, "web",
               {sys::Socket{}, sys::Bind{3, 2, test::any_address(), 0, {}}, sys::Listen{3, 2},
                sys::Accept{3, 0}, sys::Accept{3, 0}, sys::Recv{4, 0, 10}, sys::Close{4}})
      .program(0, "curl", client, 1_ms)
      .program(2, "wget", client, 4_ms);
}

SmallWorld four_hosts() {
  SmallWorld world = three_hosts();
  return world.host("another", Address::v4(10, 0, 0, 7))
      .link(3, 1, 2_ms)
      .program(3, "fetch",
               {sys::Socket{}, sys::Connect{3, 2, test::server_port(), 0, {}}, sys::Send{3, 0, pattern(5)},
                sys::Close{3}},
               700_ms);
}

SmallWorld loopback() {
  return SmallWorld{}
      .host("box", Address::v4(10, 0, 0, 5))
      .program(0, "web",
               {sys::Socket{}, sys::Bind{3, 2, test::any_address(), 0, {}}, sys::Listen{3, 2},
                sys::Accept{3, 0}, sys::Recv{4, 0, 10}, sys::Close{4}})
      .program(0, "curl",
               {sys::Socket{}, sys::Connect{3, 2, Endpoint{Address::loopback_v4(), 80}, 0, {}},
                sys::Send{3, 0, pattern(5)}, sys::Close{3}},
               1_ms);
}

SmallWorld burst() {
  return test::client_and_server()
      .program(1, "web",
               {sys::Socket{}, sys::Bind{3, 2, test::any_address(), 0, {}}, sys::Listen{3, 2},
                sys::Accept{3, 0}, sys::Send{4, 0, pattern(9000)}, sys::Sleep{100_ms}, sys::Close{4}})
      .program(0, "curl",
               {sys::Socket{}, sys::Connect{3, 2, test::server_port(), 0, {}}, sys::Send{3, 0, pattern(3000)},
                sys::Recv{3, 0, 100000}, sys::Recv{3, 0, 100000}, sys::Close{3}},
               1_ms);
}

std::vector<std::pair<std::string, SmallWorld>> stories() {
  return {{"handshake", test::handshake()},
          {"goodbye", test::request_and_goodbye()},
          {"overflow", test::overflowing_backlog()},
          {"lost", test::lost_syn()},
          {"refused", test::refused()},
          {"reordered", test::request_and_goodbye().delay(0, wire::PSH, 30_ms)},
          {"three hosts", three_hosts()},
          {"loopback", loopback()},
          {"burst", burst()}};
}

}  // namespace

TEST(LadderInk, NoTwoTextsOverlapAndAllLieInside) {
  for (const auto& [name, world] : stories()) {
    Story run(world);
    run.session().run_to_end();
    const std::uint64_t head = run.session().head();
    for (std::uint64_t event = 0; event <= head; event += std::max<std::uint64_t>(1, head / 6)) {
      run.session().seek(event);
      expect_readable(ink_of(run), name + " at event " + std::to_string(event));
    }
    run.session().seek(head);
    expect_readable(ink_of(run, 1300), name + ", wide");
    expect_readable(ink_of(run, 640), name + ", narrow");
  }
}

TEST(LadderInk, FourLanesInANarrowPictureLeaveRoomForTheTimes) {
  Story run(four_hosts());
  run.to_the_end();
  for (const float width : {480.0F, 560.0F, 640.0F}) {
    const LadderInk ink = ink_of(run, width);
    std::vector<const picture::Text*> times, words;
    for (const picture::Stroke& stroke : ink.picture.strokes)
      if (const auto* text = std::get_if<picture::Text>(&stroke))
        (text->text.starts_with("+") && text->align == picture::Align::Right ? times : words).push_back(text);
    ASSERT_FALSE(times.empty());
    for (const picture::Text* time : times)
      for (const picture::Text* word : words)
        EXPECT_FALSE(overlap(place_of(*time), place_of(*word)))
            << width << ": «" << time->text << "» and «" << word->text << "»";
  }
}

TEST(LadderInk, EveryPacketHasALabel) {
  for (const auto& [name, world] : stories()) {
    Story run(world);
    run.to_the_end();
    const LadderInk ink = ink_of(run);
    picture::LadderOptions options;
    options.cursor = run.cursor();
    const auto ladder = picture::make_ladder(run.world(), run.bytes(), run.records(), options);
    for (const picture::LadderArrow& arrow : ladder.arrows) {
      bool labelled = false;
      for (const picture::Stroke& stroke : ink.picture.strokes) {
        const auto* text = std::get_if<picture::Text>(&stroke);
        labelled = labelled || (text != nullptr && text->tag == arrow.sent);
      }
      EXPECT_TRUE(labelled) << name << ": " << arrow.labels.front();
    }
  }
}

TEST(LadderInk, ArrowsGoFromLaneToLane) {
  Story run(test::request_and_goodbye());
  run.to_the_end();
  picture::LadderOptions options;
  options.cursor = run.cursor();
  const auto ladder = picture::make_ladder(run.world(), run.bytes(), run.records(), options);
  const LadderInk ink = ink_of(run);
  std::vector<float> edges;  // where bars stand
  for (const picture::Stroke& stroke : ink.picture.strokes)
    if (const auto* box = std::get_if<picture::Box>(&stroke);
        box != nullptr && box->hatched && box->height > 12) {
      edges.push_back(box->x);
      edges.push_back(box->x + box->width);
    }
  std::size_t arrows = 0;
  for (const picture::Stroke& stroke : ink.picture.strokes) {
    const auto* line = std::get_if<picture::Line>(&stroke);
    if (line == nullptr || !line->arrow) continue;
    ++arrows;
    EXPECT_GE(line->y2, line->y1) << "time runs downwards";
    for (const float x : {line->x1, line->x2}) {
      bool near = false;
      for (const float edge : edges) near = near || std::abs(edge - x) <= 4;
      EXPECT_TRUE(near) << x;
    }
  }
  EXPECT_EQ(arrows, ladder.arrows.size());
}

TEST(LadderInk, AllStrokesLieInsideThePicture) {
  for (const auto& story : stories()) {
    const std::string& name = story.first;
    Story run(story.second);
    run.to_the_end();
    const LadderInk ink = ink_of(run);
    const auto inside = [&](float x, float y) {
      EXPECT_TRUE(x >= 0 && x <= ink.picture.width && y >= 0 && y <= ink.picture.height)
          << name << ' ' << x << ' ' << y;
    };
    for (const picture::Stroke& stroke : ink.picture.strokes) {
      if (const auto* line = std::get_if<picture::Line>(&stroke)) {
        inside(line->x1, line->y1);
        inside(line->x2, line->y2);
      } else if (const auto* box = std::get_if<picture::Box>(&stroke)) {
        inside(box->x, box->y);
        inside(box->x + box->width, box->y + box->height);
      } else if (const auto* cross = std::get_if<picture::Cross>(&stroke)) {
        inside(cross->x - cross->size, cross->y - cross->size);
        inside(cross->x + cross->size, cross->y + cross->size);
      }
    }
  }
}

TEST(LadderInk, APacketInFlightStandsWhereItIsOnItsWay) {
  Story run(test::handshake());
  run.session().run_to_end();
  run.to(6_ms);  // nothing happens between 1.001 and 11.001 ms: the shown moment is that of the sending
  const LadderInk ink = ink_of(run);
  ASSERT_EQ(ink.flights.size(), 1U);
  EXPECT_EQ(ink.flights[0].label, "SYN");
  EXPECT_EQ(ink.flights[0].arrives_at - ink.flights[0].sent_at, 10_ms);
  EXPECT_LT(ink.flights[0].x1, ink.flights[0].x2);
}

TEST(LadderInk, TheFutureIsFaintAndThePastIsNot) {
  Story run(test::handshake());
  run.session().run_to_end();
  run.to(15_ms);
  const LadderInk ink = ink_of(run);
  for (const picture::Stroke& stroke : ink.picture.strokes)
    if (const auto* text = std::get_if<picture::Text>(&stroke); text != nullptr && text->tag != 0) {
      EXPECT_EQ(text->faint, text->tag > run.cursor()) << text->text;
    }
}

TEST(LadderInk, TheSelectedPacketIsDrawnInTheAccent) {
  Story run(test::handshake());
  run.to_the_end();
  const RecordNumber syn = run.find([](const Record& r) { return test::is_sent(r, wire::SYN); });
  std::size_t accents = 0;
  const LadderInk ink = ink_of(run, 900, syn);
  for (const picture::Stroke& stroke : ink.picture.strokes)
    if (const auto* line = std::get_if<picture::Line>(&stroke))
      accents += line->tag == syn && line->tone == picture::Tone::Accent ? 1 : 0;
  EXPECT_GE(accents, 1U);
}

TEST(LadderInk, KnowsWhereThatBeginsWhichHappenedLast) {
  // So that a low window can keep a dropped packet in sight, and not only the line at «now» far below it.
  Story run(test::overflowing_backlog());
  run.session().run_to_end();
  run.to(test::is_drop);
  const LadderInk ink = ink_of(run);
  std::size_t crosses = 0;
  for (const picture::Stroke& stroke : ink.picture.strokes)
    if (const auto* cross = std::get_if<picture::Cross>(&stroke); cross != nullptr && !cross->faint) {
      ++crosses;
      EXPECT_GE(cross->y - cross->size, ink.last_y);
      EXPECT_LT(cross->y, ink.now_y);
    }
  EXPECT_EQ(crosses, 1U);
}

TEST(LadderInk, DescribesItselfForThoseWhoListen) {
  Story run(test::overflowing_backlog());
  run.to_the_end();
  const LadderInk ink = ink_of(run);
  EXPECT_EQ(ink.picture.title, "Ladder: cli, srv");
  EXPECT_EQ(ink.picture.description, "11 packets between cli, srv, 2 dropped; time runs downwards");
}

TEST(LadderInk, IsDrawnForAnEmptyRunToo) {
  Story run(test::client_and_server());
  expect_readable(ink_of(run), "empty");
}

}  // namespace sockarium
