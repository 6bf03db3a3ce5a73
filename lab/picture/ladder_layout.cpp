// See ladder_layout.h. Lanes share the width, rows take the height that their words need.
#include "lab/picture/ladder_layout.h"

#include <algorithm>

namespace sockarium::picture {

namespace {

constexpr float least_row = 28;
constexpr float fold_row = 40;
constexpr float lost_row = 48;
constexpr float now_room = 22;
constexpr float chip_room = 18;
constexpr float least_words = 70;  // of words between two lanes

Font font_of(Block::Kind kind) {
  return kind == Block::Kind::Drop ? Font::Small : Font::Mono;
}

}  // namespace

LadderLayout::LadderLayout(const Ladder& ladder, const LadderInkOptions& options, float spread)
    : ladder_(ladder), options_(options), spread_(spread), width_(std::max(options.width, 480.0F)) {
  place_lanes();
  gather_words();
  measure_rows();
  place_rows();
}

void LadderLayout::place_lanes() {
  const std::size_t count = ladder_.lanes.size();
  time_right_ = margin + options_.measure("+100.001 ms", Font::Mono);
  const float left = time_right_ + 10;
  const float right = width_ - margin;
  const float side =
      std::clamp((right - left) * (count > 2 ? 0.2F : 0.25F), count > 2 ? 100.0F : 126.0F, 220.0F);
  const auto bars = [&](std::size_t lane) {
    const float strands = lane < ladder_.strands.size() ? static_cast<float>(ladder_.strands[lane]) : 1;
    return strands * strand_width + (strands - 1) * strand_gap;
  };
  lanes_.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    LaneBox& lane = lanes_[i];
    if (i == 0) {
      lane.words_left = true;
      lane.words_from = left;
      lane.words_to = left + side;
      lane.left = lane.words_to + gutter;
      lane.right = lane.left + bars(i);
    } else if (i + 1 == count) {
      lane.words_to = right;
      lane.words_from = right - side;
      lane.right = lane.words_from - gutter;
      lane.left = lane.right - bars(i);
    }
  }
  for (std::size_t i = 1; i + 1 < count; ++i) {
    const float from = lanes_.front().right;
    const float step = (lanes_.back().left - from) / static_cast<float>(count - 1);
    LaneBox& lane = lanes_[i];
    lane.left = from + step * static_cast<float>(i) - bars(i) / 2;
    lane.right = lane.left + bars(i);
    lane.words_from = lane.right + gutter;
    lane.words_to = lane.right + step * 0.8F;
  }
}

float LadderLayout::strand_x(std::size_t lane, std::size_t strand) const {
  const float offset = static_cast<float>(strand) * (strand_width + strand_gap);
  if (lanes_[lane].words_left) return lanes_[lane].right - strand_width - offset;
  return lanes_[lane].left + offset;
}

/// The beginning of a word that fits, at least one letter.
std::size_t LadderLayout::fitting(const std::string& word, Font font, float width) const {
  std::size_t end = word.size();
  const auto inside = [&](std::size_t at) {
    return at < word.size() && (static_cast<unsigned char>(word[at]) & 0xC0) == 0x80;
  };
  while (end > 1 && options_.measure(word.substr(0, end), font) > width) {
    --end;
    while (end > 1 && inside(end)) --end;
  }
  return end;
}

std::vector<std::string> LadderLayout::wrap(const std::string& text, Font font, float width) const {
  std::vector<std::string> lines;
  std::string line;
  std::size_t at = 0;
  while (at <= text.size()) {
    std::size_t end = text.find(' ', at);
    // «= 0» stays together: a result is no use without its sign
    if (end != std::string::npos && end > at && text[end - 1] == '=' && end - at == 1)
      end = text.find(' ', end + 1);
    const std::string word = text.substr(at, end == std::string::npos ? std::string::npos : end - at);
    const std::string longer = line.empty() ? word : line + " " + word;
    if (line.empty() || options_.measure(longer, font) <= width) {
      line = longer;
    } else {
      lines.push_back(line);
      line = word;
    }
    // A word that is too long for a line is cut, rather than written over what stands beside it.
    for (std::size_t fits = fitting(line, font, width); fits < line.size();
         fits = fitting(line, font, width)) {
      lines.push_back(line.substr(0, fits));
      line.erase(0, fits);
    }
    if (end == std::string::npos) break;
    at = end + 1;
  }
  lines.push_back(line);
  return lines;
}

void LadderLayout::add(std::size_t row, std::size_t lane, Block::Kind kind, const std::string& text,
                       RecordNumber record, TcpState state) {
  Block block;
  block.kind = kind;
  block.record = record;
  block.state = state;
  const float inset = kind == Block::Kind::State ? chip_room : kind == Block::Kind::Drop ? 16 : 0;
  float room = lanes_[lane].words_to - lanes_[lane].words_from - inset;
  const bool state_alone = kind == Block::Kind::State && is_middle(lane) && room < least_words;
  if (is_middle(lane)) room = std::max(room, least_words);  // over a neighbour's bar rather than not at all
  const auto width = [&](std::string_view words) {
    return options_.measure(std::string(words), font_of(kind));
  };
  std::string said = state_alone ? "" : text;  // between near lanes its chip tells
  // Where the RFC's name has no room, that of ss: «SYN-RECV».
  const std::string_view full = rfc_name(state), less = ss_name(state);
  if (kind == Block::Kind::State && said.starts_with(full) && width(full) > room && width(less) < width(full))
    said.replace(0, full.size(), less);
  block.lines = wrap(said, font_of(kind), room);
  block.height = static_cast<float>(block.lines.size()) * line_step + (kind == Block::Kind::Drop ? 10 : 0);
  words_[row][lane].push_back(std::move(block));
}

void LadderLayout::gather_words() {
  words_.assign(ladder_.rows.size(), std::vector<std::vector<Block>>(lanes_.size()));
  for (const LadderArrow& arrow : ladder_.arrows)
    if (arrow.fate == Fate::DroppedByHost && arrow.to_row)
      add(*arrow.to_row, arrow.to_lane, Block::Kind::Drop, arrow.drop_reason, arrow.decided,
          TcpState::Closed);
  for (const LadderNote& note : ladder_.notes) {
    const Block::Kind kind = note.kind == NoteKind::State     ? Block::Kind::State
                             : note.kind == NoteKind::Failure ? Block::Kind::Failure
                             : note.kind == NoteKind::Queue   ? Block::Kind::Queue
                                                              : Block::Kind::Call;
    add(note.row, note.lane, kind, note.text, note.record, note.state);
  }
}

void LadderLayout::measure_rows() {
  for (std::size_t row = 0; row < ladder_.rows.size(); ++row) {
    float height = ladder_.rows[row].gap != 0 ? fold_row : least_row * spread_;
    for (const auto& blocks : words_[row]) {
      float stack = 8;
      for (const Block& block : blocks) stack += block.height;
      height = std::max(height, stack + least_row * (spread_ - 1));
    }
    for (const LadderArrow& arrow : ladder_.arrows)
      if (arrow.fate == Fate::Lost && arrow.from_row == row) height = std::max(height, lost_row);
    heights_.push_back(height);
  }
}

void LadderLayout::place_rows() {
  float y = top();
  ys_.clear();
  for (std::size_t row = 0; row < heights_.size(); ++row) {
    if (row == ladder_.now_row) {
      now_y_ = y + now_room / 2;
      y += now_room;
    }
    ys_.push_back(y + (ladder_.rows[row].gap != 0 ? heights_[row] / 2 : line_step / 2 + 2));
    y += heights_[row];
  }
  if (ladder_.now_row >= heights_.size()) {
    now_y_ = y + now_room / 2;
    y += now_room;
  }
  bottom_ = y + 16;
}

void LadderLayout::level(LadderLayout& one, LadderLayout& other) {
  for (std::size_t row = 0; row < one.heights_.size() && row < other.heights_.size(); ++row)
    one.heights_[row] = other.heights_[row] = std::max(one.heights_[row], other.heights_[row]);
  one.place_rows();
  other.place_rows();
}

}  // namespace sockarium::picture
