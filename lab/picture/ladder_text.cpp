// See ladder_text.h. A packet whose arrival is the next thing that happens is one straight line; others leave
// and arrive in two halves, so that crossing and overtaking can be seen.
#include "lab/picture/ladder_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

namespace sockarium::picture {

namespace {

constexpr std::size_t time_width = 12;
constexpr std::size_t least_width = 60;

struct Glyphs {
  const char *bar, *dash, *right, *left, *drop, *way, *fold, *now;
};
constexpr Glyphs ascii{"|", "-", ">", "<", "X", ".", "~", "="};
constexpr Glyphs drawn{"│", "─", "▶", "◀", "✗", "·", "┄", "═"};

/// One line of the page, cell by cell.
class Cells {
 public:
  explicit Cells(std::size_t width) : cells_(width, " ") {}
  void put(std::size_t at, const std::string& glyph) {
    if (at < cells_.size()) cells_[at] = glyph;
  }
  void write(std::size_t at, const std::string& text) {
    std::string glyph;
    for (std::size_t i = 0; i < text.size(); ++i) {
      glyph += text[i];
      const bool more = i + 1 < text.size() && (static_cast<unsigned char>(text[i + 1]) & 0xC0) == 0x80;
      if (!more) put(at++, std::exchange(glyph, ""));
    }
  }
  void fill(std::size_t from, std::size_t to, const std::string& glyph) {
    for (std::size_t i = from; i < to; ++i) put(i, glyph);
  }
  bool blank(std::size_t from, std::size_t to) const {
    for (std::size_t i = from; i < to && i < cells_.size(); ++i)
      if (cells_[i] != " ") return false;
    return true;
  }
  std::string text() const {
    std::string line;
    for (const std::string& cell : cells_) line += cell;
    while (!line.empty() && line.back() == ' ') line.pop_back();
    return line + "\n";
  }

 private:
  std::vector<std::string> cells_;
};

std::size_t columns(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

/// Breaks at blanks, but not between «=» and a result; a word longer than the line is broken anywhere.
std::vector<std::string> wrap(const std::string& text, std::size_t width) {
  std::vector<std::string> lines;
  std::string rest = text;
  while (columns(rest) > width) {
    std::size_t cut = rest.rfind(' ', width);
    if (cut != std::string::npos && cut > 1 && rest[cut - 1] == '=') cut = rest.rfind(' ', cut - 1);
    const bool word = cut == std::string::npos || cut == 0;
    if (word) cut = width;
    lines.push_back(rest.substr(0, cut));
    rest.erase(0, word ? cut : cut + 1);
  }
  lines.push_back(rest);
  return lines;
}

class Page {
 public:
  Page(const Ladder& ladder, const LadderTextOptions& options)
      : ladder_(ladder),
        glyphs_(options.unicode ? drawn : ascii),
        width_(std::max(options.width, least_width)),
        show_now_(options.now) {
    measure();
    for (const LadderArrow& arrow : ladder.arrows) {
      if (arrow.from_row) ends_.insert(*arrow.from_row);
      if (arrow.to_row) ends_.insert(*arrow.to_row);
    }
  }

  std::string text() {
    header();
    if (ladder_.earlier) line_across("earlier moments are left out", glyphs_.way);
    for (std::size_t row = 0; row < ladder_.rows.size(); ++row) {
      if (show_now_ && row == ladder_.now_row) line_across("now " + row_time(ladder_.now), glyphs_.now);
      if (ladder_.rows[row].gap != 0)
        fold(ladder_.rows[row]);
      else
        moment(row);
    }
    if (show_now_ && ladder_.now_row == ladder_.rows.size())
      line_across("now " + row_time(ladder_.now), glyphs_.now);
    if (ladder_.later) line_across("later moments are left out", glyphs_.way);
    return std::move(out_);
  }

 private:
  void measure() {
    const std::size_t lanes = ladder_.lanes.size();
    if (lanes == 0) return;
    const std::size_t room = width_ - time_width - lanes;
    // Words of the first lane stand left of it, of the others right of theirs.
    const std::size_t parts = lanes == 1 ? 2 : lanes + 1;
    side_ = lanes == 2 ? room * 32 / 100 : room / parts;
    gap_ = lanes == 1 ? room - side_ : (room - 2 * side_) / (lanes - 1);
    side_ = lanes == 1 ? side_ : (room - gap_ * (lanes - 1)) / 2;
    for (std::size_t i = 0; i < lanes; ++i) bars_.push_back(time_width + side_ + i * (gap_ + 1));
  }

  Cells blank() const {
    Cells line(width_);
    for (const std::size_t bar : bars_) line.put(bar, glyphs_.bar);
    return line;
  }

  void header() {
    Cells names(width_);
    Cells addresses(width_);
    const auto centred = [&](Cells& line, std::size_t lane, const std::string& text) {
      const std::size_t half = columns(text) / 2;
      const std::size_t at = bars_[lane] > half ? bars_[lane] - half : 0;
      line.write(std::min(at, width_ - std::min(width_, columns(text))), text);
    };
    for (std::size_t i = 0; i < ladder_.lanes.size(); ++i) {
      centred(names, i, ladder_.lanes[i].name);
      centred(addresses, i, ladder_.lanes[i].address);
    }
    out_ += names.text() + addresses.text();
  }

  void line_across(const std::string& text, const char* glyph) {
    Cells line(width_);
    line.fill(0, width_, glyph);
    const std::string words = " " + text + " ";
    line.write((width_ - std::min(width_, columns(words))) / 2, words);
    out_ += line.text();
  }

  void fold(const LadderRow& row) {
    line_across(row_time(row.gap) + (row.gap_text.empty() ? "" : ": " + row.gap_text), glyphs_.fold);
  }

  std::size_t words_width(std::size_t lane) const {
    const bool middle = lane > 0 && lane + 1 < bars_.size();
    return (middle ? gap_ : side_) - 1;
  }

  /// What stands beside each lane in this row, broken into lines.
  std::vector<std::vector<std::string>> words(std::size_t row) const {
    std::vector<std::vector<std::string>> beside(bars_.size());
    const auto add = [&](std::size_t lane, const std::string& text) {
      for (std::string& part : wrap(text, words_width(lane))) beside[lane].push_back(std::move(part));
    };
    for (const LadderArrow& arrow : ladder_.arrows)
      if (arrow.fate == Fate::DroppedByHost && arrow.to_row == row) add(arrow.to_lane, arrow.drop_reason);
    for (const LadderNote& note : ladder_.notes)
      if (note.row == row) add(note.lane, note.text);
    for (const LadderArrow& arrow : ladder_.arrows)
      if (arrow.fate == Fate::Lost && arrow.to_row.value_or(*arrow.from_row) == row)
        add(arrow.to_lane, arrow.drop_reason);
    return beside;
  }

  void write_words(Cells& line, std::size_t lane, const std::string& text) const {
    if (lane == 0)
      line.write(bars_[0] - 1 - columns(text), text);
    else
      line.write(bars_[lane] + 2, text);
  }

  /// Is the arrival the next thing that happens to any packet?
  bool direct(const LadderArrow& arrow) const {
    if (!arrow.from_row || !arrow.to_row) return false;
    const auto next = ends_.upper_bound(*arrow.from_row);
    return next != ends_.end() && *next == *arrow.to_row;
  }

  void moment(std::size_t row) {
    std::vector<Cells> lines;
    for (const LadderArrow& arrow : ladder_.arrows)
      if (arrow.to_row == row && !direct(arrow)) lines.push_back(half(arrow, false));
    const auto beside = words(row);
    std::vector<Cells> sendings;
    for (const LadderArrow& arrow : ladder_.arrows)
      if (arrow.from_row == row) sendings.push_back(direct(arrow) ? straight(arrow) : half(arrow, true));
    std::size_t most = 0;
    for (const auto& texts : beside) most = std::max(most, texts.size());
    // The last words of the row share the line of its packet, where they are not in its way.
    const std::size_t before = most > 0 ? most - 1 : 0;
    while (lines.size() < before) lines.push_back(blank());
    if (sendings.empty() && lines.size() < most) lines.push_back(blank());
    for (Cells& sending : sendings) lines.push_back(std::move(sending));
    while (lines.size() < most) lines.push_back(blank());
    for (std::size_t lane = 0; lane < beside.size(); ++lane) {
      const bool middle = lane > 0 && lane + 1 < bars_.size();
      std::size_t at = 0;
      for (const std::string& text : beside[lane]) {
        while (at < lines.size() && middle && !lines[at].blank(bars_[lane] + 1, bars_[lane + 1])) ++at;
        if (at == lines.size()) lines.push_back(blank());
        write_words(lines[at++], lane, text);
      }
    }
    if (lines.empty()) return;
    const std::string time = row_time(ladder_.rows[row].time);
    if (time != last_time_)
      lines.front().write(time_width - 1 - std::min(time_width - 1, columns(time)), time);
    last_time_ = time;
    for (const Cells& line : lines) out_ += line.text();
  }

  /// The fullest label that fits into `room` columns.
  static std::string label_for(const LadderArrow& arrow, std::size_t room) {
    for (const std::string& label : arrow.labels)
      if (columns(label) <= room) return label;
    return arrow.labels.empty() ? "" : arrow.labels.back().substr(0, room);
  }

  Cells straight(const LadderArrow& arrow) const {
    Cells line = blank();
    if (arrow.from_lane == arrow.to_lane) return around(arrow, line);
    const bool rightwards = bars_[arrow.from_lane] < bars_[arrow.to_lane];
    const std::size_t low = std::min(bars_[arrow.from_lane], bars_[arrow.to_lane]) + 1;
    const std::size_t high = std::max(bars_[arrow.from_lane], bars_[arrow.to_lane]);
    line.fill(low, high, glyphs_.dash);
    const bool lost = arrow.fate == Fate::Lost;
    if (lost) {
      rightwards ? line.fill(low + (high - low) * 3 / 4, high, " ")
                 : line.fill(low, low + (high - low) / 4, " ");
    } else {
      line.put(rightwards ? high - 1 : low, rightwards ? glyphs_.right : glyphs_.left);
      if (arrow.fate == Fate::DroppedByHost) line.put(rightwards ? high - 1 : low, glyphs_.drop);
    }
    const std::string label = " " + label_for(arrow, high - low - 5) + " ";
    const std::size_t dashes = high - low - columns(label) > 3 ? 2 : 1;  // before the label
    line.write(rightwards ? low + dashes : high - dashes - columns(label), label);
    if (lost) line.put(rightwards ? low + (high - low) * 3 / 4 : low + (high - low) / 4, glyphs_.drop);
    return line;
  }

  /// Loopback: out to the right and back again.
  Cells around(const LadderArrow& arrow, Cells line) const {
    const std::size_t low = bars_[arrow.from_lane] + 1;
    const std::size_t high = arrow.from_lane + 1 < bars_.size() ? bars_[arrow.from_lane + 1] : width_;
    const std::string label = " " + label_for(arrow, high - low - 8) + " ";
    line.put(low, glyphs_.left);
    line.fill(low + 1, low + 3, glyphs_.dash);
    line.write(low + 3, label);
    line.put(low + 3 + columns(label), glyphs_.dash);
    line.put(low + 4 + columns(label), arrow.fate == Fate::DroppedByHost ? glyphs_.drop : ")");
    return line;
  }

  /// The first or the last half of a packet's way.
  Cells half(const LadderArrow& arrow, bool leaves) const {
    Cells line = blank();
    if (arrow.from_lane == arrow.to_lane) return leaves ? around(arrow, line) : line;
    const bool rightwards = bars_[arrow.from_lane] < bars_[arrow.to_lane];
    const std::size_t low = std::min(bars_[arrow.from_lane], bars_[arrow.to_lane]) + 1;
    const std::size_t high = std::max(bars_[arrow.from_lane], bars_[arrow.to_lane]);
    const bool at_low = leaves == rightwards;  // which end of the line is drawn
    const bool lost = arrow.fate == Fate::Lost && (leaves ? !arrow.to_row : true);
    const std::string label = " " + label_for(arrow, high - low - 8) + " ";
    const std::size_t length = std::min(high - low, columns(label) + 6);
    const std::size_t from = at_low ? low : high - length;
    line.fill(from, from + length, glyphs_.dash);
    for (std::size_t i = 0; i < 2; ++i) line.put(at_low ? from + length - 1 - i : from + i, glyphs_.way);
    if (lost) {
      line.put(at_low ? from + length - 2 : from + 1, glyphs_.drop);
      line.put(at_low ? from + length - 1 : from, " ");
    }
    if (!leaves && !lost) {
      const char* head = rightwards ? glyphs_.right : glyphs_.left;
      line.put(rightwards ? high - 1 : low, arrow.fate == Fate::DroppedByHost ? glyphs_.drop : head);
    }
    line.write(at_low ? from + 2 : from + length - 2 - columns(label), label);
    return line;
  }

  const Ladder& ladder_;
  const Glyphs& glyphs_;
  std::size_t width_;
  bool show_now_;
  std::size_t side_ = 0, gap_ = 0;
  std::vector<std::size_t> bars_;
  std::set<std::size_t> ends_;
  std::string last_time_;
  std::string out_;
};

}  // namespace

std::string ladder_text(const Ladder& ladder, const LadderTextOptions& options) {
  return Page(ladder, options).text();
}

}  // namespace sockarium::picture
