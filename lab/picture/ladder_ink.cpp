// See ladder_ink.h. Lanes, bars, words, times, folds and the line at «now»; arrows are drawn in
// ladder_arrows.cpp.
#include "lab/picture/ladder_ink.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "lab/picture/ladder_brush.h"
#include "lab/picture/ladder_layout.h"

namespace sockarium::picture {

namespace {

class Drawing {
 public:
  Drawing(const Ladder& ladder, const LadderInkOptions& options, LadderLayout layout)
      : ladder_(ladder),
        options_(options),
        layout_(std::move(layout)),
        brush_(ladder, options, ink_.picture),
        arrows_(brush_, layout_) {}

  void draw() {
    ink_.picture.width = std::max(options_.width, 480.0F);
    ink_.picture.height = layout_.bottom() + 8;
    ink_.now_y = layout_.now_y();
    ink_.last_y = last_y();
    ink_.header_height = layout_.header_height();
    describe();
    headers();
    bars();
    waits();
    arrows_.draw_lines();
    folds();
    words();
    times();
    if (options_.now_line) now();
    without_label_ = arrows_.draw_labels(taken_, ink_);
  }
  std::size_t without_label() const { return without_label_; }
  LadderInk take() { return std::move(ink_); }

 private:
  void describe() {
    std::string hosts;
    for (const LadderLane& lane : ladder_.lanes) hosts += (hosts.empty() ? "" : ", ") + lane.name;
    const auto dropped =
        std::count_if(ladder_.arrows.begin(), ladder_.arrows.end(), [](const LadderArrow& arrow) {
          return arrow.fate == Fate::Lost || arrow.fate == Fate::DroppedByHost;
        });
    ink_.picture.title = options_.title.empty() ? "Ladder: " + hosts : options_.title;
    ink_.picture.description =
        fmt::format("{} between {}, {} dropped; time runs downwards",
                    observe::counted(static_cast<std::int64_t>(ladder_.arrows.size()), "packet", "packets"),
                    hosts, dropped);
  }

  float last_y() const {
    constexpr float long_way = 120;  // of a packet that left long ago only the end belongs to what is new
    if (ladder_.now_row == 0 || ladder_.rows.empty()) return layout_.top();
    const std::size_t last = std::min(ladder_.now_row, ladder_.rows.size()) - 1;
    const float row = layout_.row_y(last);
    float y = row;
    for (const LadderArrow& arrow : ladder_.arrows)
      if (arrow.to_row == last && arrow.from_row && row - layout_.row_y(*arrow.from_row) <= long_way)
        y = std::min(y, layout_.row_y(*arrow.from_row));
    return y - 20;  // a cross or a chip there is seen whole
  }

  /// Half-way between two lanes, or the picture's edge.
  float border(std::size_t lane) const {
    if (lane == 0) return 0;
    if (lane >= layout_.lanes().size()) return ink_.picture.width;
    return (layout_.lanes()[lane - 1].right + layout_.lanes()[lane].left) / 2;
  }

  /// As much of it as has room: of a name its beginning, of an address its end tells hosts apart.
  std::string shortened(const std::string& text, Font font, float room, bool beginning) const {
    if (brush_.measure(text, font) <= room) return text;
    const auto inside = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
    std::string kept = text;
    while (!kept.empty()) {
      if (beginning) {
        while (kept.size() > 1 && inside(kept.back())) kept.pop_back();
        kept.pop_back();
      } else {
        kept.erase(0, 1);
        while (!kept.empty() && inside(kept.front())) kept.erase(0, 1);
      }
      const std::string shown = beginning ? kept + "…" : "…" + kept;
      if (brush_.measure(shown, font) <= room) return shown;
    }
    return "…";
  }

  void headers() {
    for (std::size_t i = 0; i < ladder_.lanes.size(); ++i) {
      const auto& lane = layout_.lanes()[i];
      const float x = (lane.left + lane.right) / 2;
      const float room = 2 * std::min(x - border(i), border(i + 1) - x) - 8;
      Text name;
      name.x = x;
      name.y = 20;
      name.text = shortened(ladder_.lanes[i].name, Font::Bold, room, true);
      name.font = Font::Bold;
      name.align = Align::Centre;
      brush_.text(name);
      Text address = name;
      address.y = 39;
      address.text = shortened(ladder_.lanes[i].address, Font::Small, room, false);
      address.font = Font::Small;
      address.tone = Tone::Muted;
      brush_.text(address);
      Line line;
      line.x1 = line.x2 = layout_.strand_x(i, 0) + LadderLayout::strand_width / 2;
      line.y1 = layout_.top() - 4;
      line.y2 = layout_.bottom();
      line.tone = Tone::Grid;
      brush_.line(line);
      taken_.push_back(Rect{lane.left - 2, layout_.top(), lane.right - lane.left + 4, layout_.bottom()});
    }
    if (ladder_.earlier || ladder_.later) more();
  }

  void more() {
    const auto dots = [&](float y) {
      Text text;
      text.x = layout_.time_right();
      text.y = y;
      text.text = "...";
      text.font = Font::Mono;
      text.tone = Tone::Muted;
      text.align = Align::Right;
      brush_.text(text);
    };
    if (ladder_.earlier) dots(layout_.top() - 8);
    if (ladder_.later) dots(layout_.bottom());
  }

  // --- bars of state ---

  void bar(const LadderSpan& span, float from, float to, bool faint) {
    if (to - from < 0.5F) return;
    Box box;
    box.x = layout_.strand_x(span.lane, span.strand);
    box.width = LadderLayout::strand_width;
    box.y = from;
    box.height = to - from;
    box.fill = box.outline = tone_of(span.state);
    box.hatched = true;
    box.faint = faint;
    box.tag = span.record;
    brush_.box(box);
  }

  void bars() {
    for (const LadderSpan& span : ladder_.spans) {
      const float from = span.begins ? layout_.row_y(span.from) : layout_.top();
      const float to = span.ends && span.to < ladder_.rows.size() ? layout_.row_y(span.to) : layout_.bottom();
      const float now = brush_.future_from(from, to, layout_.now_y());
      if (span.begins && brush_.future(span.record)) {
        bar(span, from, to, true);
        continue;
      }
      bar(span, from, now, false);
      bar(span, now, to, true);
    }
  }

  /// Between a call that blocks and its return: a dashed line beside the bars.
  void waits() {
    std::vector<std::vector<std::size_t>> free_from(ladder_.lanes.size());
    for (const LadderWait& wait : ladder_.waits) {
      auto& places = free_from[wait.lane];
      std::size_t place = 0;
      while (place < places.size() && places[place] > wait.from) ++place;
      if (place == places.size()) places.push_back(0);
      places[place] = wait.to;
      const auto& lane = layout_.lanes()[wait.lane];
      const float offset = 5 + static_cast<float>(std::min<std::size_t>(place, 2)) * 4;
      Line line;
      line.x1 = line.x2 = lane.words_left ? lane.left - offset : lane.right + offset;
      line.y1 = layout_.row_y(wait.from) + 2;
      line.y2 = wait.ends ? layout_.row_y(wait.to) : layout_.bottom();
      line.dashed = true;
      line.width = 1.5F;
      line.tag = wait.record;
      const float now = brush_.future_from(line.y1, line.y2, layout_.now_y());
      Line rest = line;
      line.y2 = now;
      rest.y1 = now;
      rest.faint = true;
      if (line.y2 - line.y1 > 1 && !brush_.future(wait.record)) brush_.line(line);
      if (brush_.future(wait.record)) rest.y1 = line.y1;
      if (rest.y2 - rest.y1 > 1) brush_.line(rest);
    }
  }

  // --- folds ---

  void folds() {
    for (std::size_t row = 0; row < ladder_.rows.size(); ++row) {
      const LadderRow& fold = ladder_.rows[row];
      if (fold.gap == 0 || ladder_.lanes.empty()) continue;
      const bool faint = brush_.future(fold.first);
      const float y = layout_.row_y(row);
      for (const auto& lane : layout_.lanes()) {  // the bars are broken
        Box cut;
        cut.x = lane.left - 2;
        cut.width = lane.right - lane.left + 4;
        cut.y = y - 3;
        cut.height = 6;
        brush_.box(cut);
        for (const float edge : {y - 3, y + 3}) {
          Line line;
          line.x1 = cut.x - 2;
          line.x2 = cut.x + cut.width + 2;
          line.y1 = edge + 2;
          line.y2 = edge - 2;
          line.width = 1;
          line.faint = faint;
          brush_.line(line);
        }
      }
      const float from = layout_.lanes().front().right;
      const float to =
          ladder_.lanes.size() > 1 ? layout_.lanes().back().left : options_.width - LadderLayout::margin;
      Text text;
      text.x = (from + to) / 2;
      text.y = baseline(y, Font::Small);
      text.font = Font::Small;
      text.align = Align::Centre;
      text.tone = Tone::Muted;
      text.faint = faint;
      text.text = row_time(fold.gap) + (fold.gap_text.empty() ? "" : ": " + fold.gap_text);
      if (brush_.measure(text.text, text.font) > to - from - 24) text.text = row_time(fold.gap);
      const float width = brush_.measure(text.text, text.font) + 16;
      Box ground;
      ground.x = text.x - width / 2;
      ground.width = width;
      ground.y = y - 11;
      ground.height = 22;
      ground.rounding = 11;
      taken_.push_back(Rect{ground.x - 4, ground.y - 2, ground.width + 8, ground.height + 4});
      for (const auto& [x1, x2] :
           {std::pair{from + 12, ground.x - 6}, std::pair{ground.x + width + 6, to - 12}}) {
        if (x2 - x1 < 8) continue;
        Line line;
        line.x1 = x1;
        line.x2 = x2;
        line.y1 = line.y2 = y;
        line.tone = Tone::Grid;
        line.dashed = true;
        line.width = 1;
        brush_.line(line);
      }
      brush_.box(ground);
      brush_.text(text);
    }
  }

  // --- words beside the lanes ---

  void words() {
    for (std::size_t row = 0; row < ladder_.rows.size(); ++row)
      for (std::size_t lane = 0; lane < ladder_.lanes.size(); ++lane) {
        float y = layout_.row_y(row);
        for (const Block& block : layout_.beside(row, lane)) {
          block.kind == Block::Kind::Drop ? reason(block, lane, y) : plain(block, lane, y);
          y += block.height;
        }
      }
  }

  void reason(const Block& block, std::size_t lane_number, float y) {
    const auto& lane = layout_.lanes()[lane_number];
    float width = 0;
    for (const std::string& line : block.lines) width = std::max(width, brush_.measure(line, Font::Small));
    Box frame;
    frame.width = width + 16;
    frame.height = block.height - 4;
    frame.x = lane.words_left ? lane.words_to - frame.width : lane.words_from;
    frame.y = y - 10;
    frame.outline = Tone::Error;
    frame.rounding = 4;
    frame.faint = brush_.future(block.record);
    frame.tag = block.record;
    brush_.box(frame);
    note_taken(lane_number, Rect{frame.x, frame.y, frame.width, frame.height});
    for (const std::string& words : block.lines) {
      Text text;
      text.x = frame.x + 8;
      text.y = baseline(y, Font::Small) + 1;
      text.text = words;
      text.font = Font::Small;
      text.faint = frame.faint;
      text.tag = block.record;
      brush_.text(text);
      y += LadderLayout::line_step;
    }
  }

  void plain(const Block& block, std::size_t lane_number, float y) {
    const auto& lane = layout_.lanes()[lane_number];
    const bool state = block.kind == Block::Kind::State;
    const bool faint = brush_.future(block.record);
    const float edge = lane.words_left ? lane.words_to : lane.words_from;
    if (state) {
      Box chip;
      chip.width = chip.height = 11;
      chip.x = lane.words_left ? edge - chip.width : edge;
      chip.y = y - 5.5F;
      chip.fill = tone_of(block.state);
      chip.outline = Tone::Text;
      chip.rounding = 2;
      chip.hatched = true;
      chip.faint = faint;
      chip.tag = block.record;
      brush_.box(chip);
    }
    const float inset = state ? 18 : 0;
    for (const std::string& words : block.lines) {
      if (words.empty()) continue;
      Text text;
      text.x = lane.words_left ? edge - inset : edge + inset;
      text.y = baseline(y, Font::Mono);
      text.text = words;
      text.font = brush_.just_now(block.record) ? Font::MonoBold : Font::Mono;
      text.align = lane.words_left ? Align::Right : Align::Left;
      text.tone = state || block.kind == Block::Kind::Failure ? Tone::Text : Tone::Muted;
      if (brush_.just_now(block.record)) text.tone = Tone::Text;
      text.faint = faint;
      text.tag = block.record;
      const float width = brush_.measure(words, text.font);
      const Rect place{lane.words_left ? text.x - width : text.x, y - 9, width, 18};
      if (layout_.is_middle(lane_number)) {
        Box ground;
        ground.x = place.x - 2;
        ground.y = place.y;
        ground.width = place.width + 4;
        ground.height = place.height;
        brush_.box(ground);
      }
      note_taken(lane_number, place);
      brush_.text(text);
      y += LadderLayout::line_step;
    }
  }

  /// Only words between lanes are in the way of labels.
  void note_taken(std::size_t lane, const Rect& place) {
    if (layout_.is_middle(lane)) taken_.push_back(place);
  }

  void times() {
    std::string said;
    for (std::size_t row = 0; row < ladder_.rows.size(); ++row) {
      if (ladder_.rows[row].gap != 0 || ladder_.rows[row].empty()) continue;
      Text text;
      text.text = row_time(ladder_.rows[row].time);
      if (text.text == said) continue;
      said = text.text;
      text.x = layout_.time_right();
      text.y = baseline(layout_.row_y(row), Font::Mono);
      text.font = Font::Mono;
      text.tone = Tone::Muted;
      text.align = Align::Right;
      text.faint = !ladder_.over && row >= ladder_.now_row;
      brush_.text(text);
    }
  }

  void now() {
    const float y = layout_.now_y();
    const float chip_width = brush_.measure("now", Font::MonoBold) + 14;
    Box chip;
    chip.width = chip_width;
    chip.height = 18;
    chip.x = options_.width - LadderLayout::margin - chip_width;
    chip.y = y - 9;
    chip.fill = chip.outline = Tone::Accent;
    chip.rounding = 3;
    Line line;
    line.x1 = LadderLayout::margin;
    line.x2 = chip.x;
    line.y1 = line.y2 = y;
    line.tone = Tone::Accent;
    line.width = 2;
    brush_.line(line);
    brush_.box(chip);
    Text text;
    text.x = chip.x + chip_width / 2;
    text.y = baseline(y, Font::MonoBold);
    text.text = "now";
    text.tone = Tone::Background;
    text.font = Font::MonoBold;
    text.align = Align::Centre;
    brush_.text(text);
    taken_.push_back(Rect{line.x1, y - 2, options_.width, 4});
  }

  const Ladder& ladder_;
  const LadderInkOptions& options_;
  LadderLayout layout_;
  LadderInk ink_;
  LadderBrush brush_;
  LadderArrows arrows_;
  std::vector<Rect> taken_;
  std::size_t without_label_ = 0;
};

}  // namespace

namespace {

/// Where many packets cross, the rows move apart until every packet has its label.
constexpr float spreads[] = {1, 1.3F, 1.7F, 2.2F};

}  // namespace

LadderInk ladder_ink(const Ladder& ladder, const LadderInkOptions& options) {
  for (const float spread : spreads) {
    Drawing drawing(ladder, options, LadderLayout(ladder, options, spread));
    drawing.draw();
    if (drawing.without_label() == 0 || spread == spreads[std::size(spreads) - 1]) return drawing.take();
  }
  return {};
}

std::pair<LadderInk, LadderInk> level_inks(const Ladder& left, const Ladder& right,
                                           const LadderInkOptions& options) {
  for (const float spread : spreads) {
    LadderLayout left_layout(left, options, spread), right_layout(right, options, spread);
    LadderLayout::level(left_layout, right_layout);
    Drawing one(left, options, std::move(left_layout)), other(right, options, std::move(right_layout));
    one.draw();
    other.draw();
    const bool all_labelled = one.without_label() == 0 && other.without_label() == 0;
    if (all_labelled || spread == spreads[std::size(spreads) - 1]) return {one.take(), other.take()};
  }
  return {};
}

}  // namespace sockarium::picture
