// Inside the ladder's ink: where lanes, rows and words lie. See ladder_ink.h.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "lab/picture/ladder_ink.h"

namespace sockarium::picture {

struct Rect {
  float x = 0, y = 0, width = 0, height = 0;
  bool overlaps(const Rect& other) const {
    return x < other.x + other.width && other.x < x + width && y < other.y + other.height &&
           other.y < y + height;
  }
};

/// Words that stand together beside a lane: a state with its chip, a call, the reason of a drop in its frame.
struct Block {
  enum class Kind { State, Call, Failure, Queue, Drop } kind = Kind::Call;
  std::vector<std::string> lines;
  TcpState state = TcpState::Closed;
  RecordNumber record = 0;
  float height = 0;
};

class LadderLayout {
 public:
  /// `spread`: 1, or more where labels need more room between rows.
  LadderLayout(const Ladder& ladder, const LadderInkOptions& options, float spread);
  /// Gives the rows of two ladders, which are as many, the same heights.
  static void level(LadderLayout& one, LadderLayout& other);

  static constexpr float margin = 12, strand_width = 10, strand_gap = 3, gutter = 18, line_step = 18;

  struct LaneBox {
    float left = 0, right = 0;           ///< of all its bars
    float words_from = 0, words_to = 0;  ///< beside it
    bool words_left = false;             ///< they stand left of it, ending at words_to
  };
  const std::vector<LaneBox>& lanes() const { return lanes_; }
  float strand_x(std::size_t lane, std::size_t strand) const;
  float time_right() const { return time_right_; }
  float header_height() const { return 50; }
  float top() const { return header_height() + 6; }
  float bottom() const { return bottom_; }                 ///< of the lanes
  float row_y(std::size_t row) const { return ys_[row]; }  ///< where its arrows end
  float now_y() const { return now_y_; }
  const std::vector<Block>& beside(std::size_t row, std::size_t lane) const { return words_[row][lane]; }
  bool is_middle(std::size_t lane) const { return lane > 0 && lane + 1 < lanes_.size(); }

 private:
  void place_lanes();
  void gather_words();
  void measure_rows();
  void place_rows();
  std::size_t fitting(const std::string& word, Font font, float width) const;
  std::vector<std::string> wrap(const std::string& text, Font font, float width) const;
  void add(std::size_t row, std::size_t lane, Block::Kind kind, const std::string& text, RecordNumber record,
           TcpState state);

  const Ladder& ladder_;
  const LadderInkOptions& options_;
  float spread_;
  float width_;
  float time_right_ = 0, bottom_ = 0, now_y_ = 0;
  std::vector<LaneBox> lanes_;
  std::vector<float> heights_, ys_;                     ///< of the rows
  std::vector<std::vector<std::vector<Block>>> words_;  ///< by row, by lane
};

}  // namespace sockarium::picture
