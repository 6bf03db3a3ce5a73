// The ladder's packets: arrows from leaving to arriving, their labels, crosses where they end too soon, and a
// mark on those that are under way at the cursor. See ladder_ink.h.
//
// A label lies on its arrow, where nothing else is written. It prefers the middle, then places along the
// arrow that no other arrow crosses; if none is free, it becomes shorter.
#include <algorithm>
#include <cmath>

#include "lab/picture/ladder_brush.h"

namespace sockarium::picture {

namespace {

constexpr float label_height = 19;
constexpr float fractions[] = {0.5F,  0.42F, 0.58F, 0.35F, 0.65F, 0.28F, 0.72F,
                               0.22F, 0.78F, 0.16F, 0.84F, 0.1F,  0.9F};

bool crosses(const Way& way, const Rect& place) {
  for (int i = 0; i <= 40; ++i) {
    const float part = static_cast<float>(i) / 40;
    const float x = way.x(part);
    const float y = way.y(part);
    if (x >= place.x && x <= place.x + place.width && y >= place.y && y <= place.y + place.height)
      return true;
  }
  return false;
}

}  // namespace

LadderArrows::LadderArrows(const LadderBrush& brush, const LadderLayout& layout)
    : brush_(brush), layout_(layout), ladder_(brush.ladder()) {
  for (const LadderArrow& arrow : ladder_.arrows) ways_.push_back(way_of(arrow));
}

void LadderArrows::draw_lines() const {
  for (std::size_t i = 0; i < ways_.size(); ++i) line(ladder_.arrows[i], ways_[i]);
  for (std::size_t i = 0; i < ways_.size(); ++i) roots(ladder_.arrows[i], ways_[i]);
}

std::size_t LadderArrows::draw_labels(std::vector<Rect> taken, LadderInk& into) {
  taken_ = std::move(taken);
  std::size_t without = 0;
  for (std::size_t i = 0; i < ways_.size(); ++i) ending(ladder_.arrows[i], ways_[i]);
  for (std::size_t i = 0; i < ways_.size(); ++i) without += label(i) ? 0 : 1;
  for (std::size_t i = 0; i < ways_.size(); ++i) mark(ladder_.arrows[i], ways_[i], into);
  return without;
}

bool LadderArrows::under_way(const LadderArrow& arrow) const {
  return !future(arrow) && arrow.arrives_at != 0 && (arrow.decided == 0 || brush_.future(arrow.decided));
}

bool LadderArrows::just_now(const LadderArrow& arrow) const {
  return brush_.just_now(arrow.sent) || brush_.just_now(arrow.decided);
}

float LadderArrows::part_done(const LadderArrow& arrow) const {
  const Duration whole = arrow.arrives_at - arrow.sent_at;
  if (whole <= 0) return 0.5F;
  const auto part =
      static_cast<float>(static_cast<double>(ladder_.now - arrow.sent_at) / static_cast<double>(whole));
  return std::clamp(part, 0.0F, 1.0F);
}

Way LadderArrows::way_of(const LadderArrow& arrow) const {
  const auto& from = layout_.lanes()[arrow.from_lane];
  const auto& to = layout_.lanes()[arrow.to_lane];
  Way way;
  way.loop = arrow.from_lane == arrow.to_lane;
  const bool rightwards = arrow.from_lane <= arrow.to_lane;
  way.x1 = rightwards ? from.right + 3 : from.left - 3;
  way.x2 = way.loop ? from.right + 3 : rightwards ? to.left - 3 : to.right + 3;
  way.y1 = arrow.from_row ? layout_.row_y(*arrow.from_row) : layout_.top();
  way.y2 = arrow.to_row ? layout_.row_y(*arrow.to_row) : layout_.bottom() - 4;
  if (arrow.fate == Fate::Lost && !arrow.to_row) way.y2 = way.y1 + 36;
  way.y2 = std::max(way.y2, way.y1 + 6);
  if (way.loop) way.loop_x = way.x1 + 56;
  if (arrow.fate == Fate::DroppedByHost && !way.loop) {  // the cross stands where the arrow ends
    const float length = std::hypot(way.x2 - way.x1, way.y2 - way.y1);
    const float keep = 1 - 11 / std::max(length, 30.0F);
    way.x2 = way.x(keep);
    way.y2 = way.y(keep);
  }
  if (arrow.fate == Fate::Lost && !way.loop) {
    const float part = arrow.to_row ? part_lost(arrow) : 0.45F;
    const float x2 = way.x(part);
    const float y2 = way.y(part);
    way.x2 = x2;
    way.y2 = y2;
  }
  return way;
}

/// A packet that a person took from the wire ends where it was then.
float LadderArrows::part_lost(const LadderArrow& arrow) const {
  const Duration whole = arrow.arrives_at - arrow.sent_at;
  if (whole <= 0 || !arrow.to_row) return 0.45F;
  const Duration done = ladder_.rows[*arrow.to_row].time - arrow.sent_at;
  return std::clamp(static_cast<float>(static_cast<double>(done) / static_cast<double>(whole)), 0.1F, 0.9F);
}

void LadderArrows::line(const LadderArrow& arrow, const Way& way) const {
  Line line;
  line.tone = arrow.reset ? Tone::Error : just_now(arrow) ? Tone::Text : Tone::Muted;
  line.width = just_now(arrow) ? 2.2F : 1.6F;
  line.faint = future(arrow);
  line.tag = arrow.sent;
  const bool head = arrow.fate == Fate::Arrives || arrow.fate == Fate::InFlight;
  if (way.loop) {
    const auto piece = [&](float x1, float y1, float x2, float y2, bool last) {
      line.x1 = x1, line.y1 = y1, line.x2 = x2, line.y2 = y2;
      line.arrow = last && head;
      brush_.line(line);
    };
    piece(way.x1, way.y1, way.loop_x, way.y1, false);
    piece(way.loop_x, way.y1, way.loop_x, way.y2, false);
    piece(way.loop_x, way.y2, arrow.fate == Fate::DroppedByHost ? way.x2 + 11 : way.x2, way.y2, true);
    return;
  }
  const float split = under_way(arrow) ? part_done(arrow) : 1;
  line.x1 = way.x1, line.y1 = way.y1;
  line.x2 = way.x(split), line.y2 = way.y(split);
  line.arrow = head && split >= 1;
  if (split > 0.01F) brush_.line(line);
  if (split >= 1) return;
  line.x1 = line.x2, line.y1 = line.y2;
  line.x2 = way.x2, line.y2 = way.y2;
  line.faint = true;
  line.dashed = true;
  line.arrow = head;
  brush_.line(line);
}

/// From the lane's edge to the bar of the packet's own connection, past its neighbours.
void LadderArrows::roots(const LadderArrow& arrow, const Way& way) const {
  if (arrow.from_strand && arrow.from_row)
    root(arrow, arrow.sent, arrow.from_lane, *arrow.from_strand, way.x1, way.y1);
  const bool arrives = arrow.fate == Fate::Arrives && arrow.to_row;
  if (arrives && arrow.to_strand) root(arrow, arrow.decided, arrow.to_lane, *arrow.to_strand, way.x2, way.y2);
}

void LadderArrows::root(const LadderArrow& arrow, RecordNumber end, std::size_t lane, std::size_t strand,
                        float x, float y) const {
  if (ladder_.strands[lane] < 2) return;
  const float own = layout_.strand_x(lane, strand) + LadderLayout::strand_width / 2;
  Line line;
  line.x1 = own;
  line.x2 = x;
  line.y1 = line.y2 = y;
  line.tone = Tone::Text;
  line.width = 1;
  line.faint = brush_.future(end);
  line.tag = arrow.sent;
  brush_.line(line);
  Box dot;
  dot.width = dot.height = 6;
  dot.x = own - 3;
  dot.y = y - 3;
  dot.rounding = 3;
  dot.fill = dot.outline = Tone::Text;
  dot.faint = line.faint;
  dot.tag = arrow.sent;
  brush_.box(dot);
}

/// The cross of a packet that does not come through; one lost on the way says why beside it.
void LadderArrows::ending(const LadderArrow& arrow, const Way& way) {
  if (arrow.fate != Fate::Lost && arrow.fate != Fate::DroppedByHost) return;
  const bool faint = brush_.future(arrow.decided);
  if (!faint || future(arrow)) {
    Cross cross;
    cross.x = way.loop ? way.x2 + 8 : way.x2;
    cross.y = way.y2;
    cross.faint = faint;
    cross.tag = arrow.decided;
    brush_.cross(cross);
    taken_.push_back(Rect{cross.x - 9, cross.y - 9, 18, 18});
  }
  if (arrow.fate != Fate::Lost) return;
  const bool rightwards = arrow.from_lane < arrow.to_lane;
  Text text;
  text.text = arrow.drop_reason;
  text.font = Font::Small;
  text.faint = faint;
  text.tag = arrow.decided;
  const float width = brush_.measure(text.text, text.font) + 16;
  const auto& to = layout_.lanes()[arrow.to_lane];
  const float room = rightwards ? to.left - way.x2 - 20 : way.x2 - to.right - 20;
  Box frame;
  frame.width = width;
  frame.height = 20;
  frame.x = rightwards ? way.x2 + 14 : way.x2 - 14 - width;
  frame.y = way.y2 - 10;
  if (width > room) {  // under the cross, centred on it
    frame.x = std::clamp(way.x2 - width / 2, 4.0F, brush_.options().width - width - 4);
    frame.y = way.y2 + 11;
  }
  frame.outline = Tone::Error;
  frame.rounding = 4;
  frame.faint = faint;
  frame.tag = arrow.decided;
  text.x = frame.x + 8;
  text.y = baseline(frame.y + 10, text.font);
  taken_.push_back(Rect{frame.x - 2, frame.y - 1, frame.width + 4, frame.height + 2});
  brush_.box(frame);
  brush_.text(text);
}

bool LadderArrows::free(const Rect& place) const {
  return std::none_of(taken_.begin(), taken_.end(), [&](const Rect& other) { return other.overlaps(place); });
}

std::size_t LadderArrows::crossings(const Rect& place, std::size_t own) const {
  std::size_t count = 0;
  for (std::size_t i = 0; i < ways_.size(); ++i) count += i != own && crosses(ways_[i], place) ? 1 : 0;
  return count;
}

Rect LadderArrows::label_place(const Way& way, float part, float width) const {
  if (way.loop) return Rect{way.loop_x + 8, (way.y1 + way.y2 - label_height) / 2, width, label_height};
  return Rect{way.x(part) - width / 2, way.y(part) - label_height / 2, width, label_height};
}

bool LadderArrows::label(std::size_t number) {
  const LadderArrow& arrow = ladder_.arrows[number];
  const Way& way = ways_[number];
  const Font font = just_now(arrow) ? Font::MonoBold : Font::Mono;
  const float shortest = std::abs(way.x2 - way.x1) - 24;
  for (const std::string& words : arrow.labels) {
    const float width = brush_.measure(words, font) + 12;
    if (!way.loop && width > shortest && &words != &arrow.labels.back()) continue;
    std::size_t least = ways_.size() + 1;
    Rect best;
    for (const float part : fractions) {
      const Rect place = label_place(way, part, width);
      if (place.x < 2 || place.x + place.width > brush_.options().width - 2 || !free(place)) continue;
      const std::size_t in_the_way = crossings(place, number);
      if (in_the_way >= least) continue;
      least = in_the_way;
      best = place;
    }
    if (least > ways_.size()) continue;
    write(arrow, best, words, font);
    return true;
  }
  return false;
}

void LadderArrows::write(const LadderArrow& arrow, const Rect& place, const std::string& words, Font font) {
  taken_.push_back(place);
  Box ground;
  ground.x = place.x;
  ground.y = place.y;
  ground.width = place.width;
  ground.height = place.height;
  ground.rounding = 3;
  ground.tag = arrow.sent;
  ground.faint = future(arrow);
  brush_.box(ground);
  Text text;
  text.x = place.x + place.width / 2;
  text.y = baseline(place.y + place.height / 2, font);
  text.text = words;
  text.font = font;
  text.align = Align::Centre;
  text.faint = future(arrow);
  text.tag = arrow.sent;
  brush_.text(text);
}

/// A packet that is under way at the cursor.
void LadderArrows::mark(const LadderArrow& arrow, const Way& way, LadderInk& into) const {
  if (!under_way(arrow)) return;
  Flight flight;
  flight.x1 = way.x1, flight.y1 = way.y1, flight.x2 = way.x2, flight.y2 = way.y2;
  flight.sent_at = arrow.sent_at;
  flight.arrives_at = arrow.arrives_at;
  flight.label = arrow.labels.back();
  flight.tag = arrow.sent;
  into.flights.push_back(std::move(flight));
  if (!brush_.options().packet_marks) return;
  const float part = std::clamp(part_done(arrow), 0.03F, 0.97F);
  Box packet;
  packet.width = 15;
  packet.height = 11;
  packet.x = (way.loop ? way.loop_x : way.x(part)) - packet.width / 2;
  packet.y = (way.loop ? (way.y1 + way.y2) / 2 : way.y(part)) - packet.height / 2;
  packet.fill = Tone::Accent;
  packet.outline = Tone::Text;
  packet.rounding = 2;
  packet.tag = arrow.sent;
  brush_.box(packet);
}

}  // namespace sockarium::picture
