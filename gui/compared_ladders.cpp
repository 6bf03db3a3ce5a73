// See compared_ladders.h.
#include "gui/compared_ladders.h"

#include "gui/comparison.h"
#include "gui/draw_ink.h"
#include "lab/picture/ladder.h"

namespace sockarium::gui {

namespace {

constexpr std::size_t rows_most = 1000;

picture::Ladder ladder_of(const ComparedSide& side, RecordNumber cursor, bool real) {
  picture::LadderOptions wish;
  wish.cursor = cursor;
  wish.most_rows = rows_most;
  wish.states = !real;  // nobody has asked the real kernel in between
  wish.over = true;
  return picture::make_ladder(*side.world, *side.bytes, *side.records, wish);
}

/// Where the real kernel's run stands when the model's has reached that record.
RecordNumber beside(const Comparison& comparison, RecordNumber reached) {
  RecordNumber last = 0;
  for (const auto& [model, real] : comparison.same())
    if (model <= reached && real > last) last = real;
  return last;
}

}  // namespace

const picture::LadderInk& ComparedLadders::ink(const Comparison& comparison, const Session& shown,
                                               float width, bool real) {
  Question question;
  question.reached = comparison.reached(shown);
  question.width = width;
  question.letter = ink_width("0", picture::Font::Mono);
  if (of_ != &comparison || !(question == asked_)) {
    of_ = &comparison;
    asked_ = question;
    picture::Ladder left = ladder_of(comparison.model(), question.reached, false);
    picture::Ladder right = ladder_of(comparison.real(), beside(comparison, question.reached), true);
    picture::level(left, right, comparison.same());
    picture::LadderInkOptions options;
    options.width = width;
    options.measure = ink_width;
    inks_ = picture::level_inks(left, right, options);
  }
  return real ? inks_.second : inks_.first;
}

}  // namespace sockarium::gui
