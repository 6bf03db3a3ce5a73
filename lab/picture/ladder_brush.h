// Inside the ladder's ink: strokes with the tone that past, present, future and selection ask for.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "lab/picture/ladder_layout.h"

namespace sockarium::picture {

class LadderBrush {
 public:
  LadderBrush(const Ladder& ladder, const LadderInkOptions& options, Picture& picture)
      : ladder_(ladder), options_(options), picture_(picture) {}

  /// Records after the cursor are the future.
  bool future(RecordNumber record) const { return !ladder_.over && record > ladder_.cursor; }
  /// Where a stroke between these heights begins to be the future.
  float future_from(float from, float to, float now) const {
    return ladder_.over ? to : std::clamp(now, from, to);
  }
  /// Did it happen in the row that was reached last?
  bool just_now(RecordNumber record) const {
    if (ladder_.now_row == 0 || record == 0 || future(record)) return false;
    const LadderRow& row = ladder_.rows[ladder_.now_row - 1];
    return record >= row.first && record <= row.last;
  }
  bool selected(std::uint64_t tag) const { return tag != 0 && tag == options_.selected; }

  void line(Line line) const {
    if (selected(line.tag)) {
      line.tone = Tone::Accent;
      line.width += 1;
    }
    picture_.strokes.emplace_back(line);
  }
  void box(Box box) const {
    if (selected(box.tag)) box.outline = Tone::Accent;
    picture_.strokes.emplace_back(box);
  }
  void text(Text text) const {
    if (selected(text.tag)) text.tone = Tone::Accent;
    picture_.strokes.emplace_back(std::move(text));
  }
  void cross(Cross cross) const { picture_.strokes.emplace_back(cross); }

  float measure(const std::string& text, Font font) const { return options_.measure(text, font); }
  const Ladder& ladder() const { return ladder_; }
  const LadderInkOptions& options() const { return options_; }

 private:
  const Ladder& ladder_;
  const LadderInkOptions& options_;
  Picture& picture_;
};

/// Text whose middle line is at `y`.
inline float baseline(float y, Font font) {
  return y + text_size(font) * 0.36F;
}

/// The way of one packet in pixels; over loopback it has corners.
struct Way {
  float x1 = 0, y1 = 0, x2 = 0, y2 = 0;
  bool loop = false;
  float loop_x = 0;

  float x(float part) const { return x1 + (x2 - x1) * part; }
  float y(float part) const { return y1 + (y2 - y1) * part; }
};

/// The packets of a ladder. Their lines lie under the words beside the lanes, their labels above.
class LadderArrows {
 public:
  LadderArrows(const LadderBrush& brush, const LadderLayout& layout);
  void draw_lines() const;
  /// `taken` are the places that labels must leave free. The number of packets for whose labels there was no
  /// room.
  std::size_t draw_labels(std::vector<Rect> taken, LadderInk& into);

 private:
  bool future(const LadderArrow& arrow) const { return brush_.future(arrow.sent); }
  bool under_way(const LadderArrow& arrow) const;
  bool just_now(const LadderArrow& arrow) const;
  float part_done(const LadderArrow& arrow) const;
  float part_lost(const LadderArrow& arrow) const;
  Way way_of(const LadderArrow& arrow) const;
  void line(const LadderArrow& arrow, const Way& way) const;
  void roots(const LadderArrow& arrow, const Way& way) const;
  void root(const LadderArrow& arrow, RecordNumber end, std::size_t lane, std::size_t strand, float x,
            float y) const;
  void ending(const LadderArrow& arrow, const Way& way);
  bool label(std::size_t number);
  bool free(const Rect& place) const;
  std::size_t crossings(const Rect& place, std::size_t own) const;
  Rect label_place(const Way& way, float part, float width) const;
  void write(const LadderArrow& arrow, const Rect& place, const std::string& words, Font font);
  void mark(const LadderArrow& arrow, const Way& way, LadderInk& into) const;

  const LadderBrush& brush_;
  const LadderLayout& layout_;
  const Ladder& ladder_;
  std::vector<Way> ways_;
  std::vector<Rect> taken_;
};

}  // namespace sockarium::picture
