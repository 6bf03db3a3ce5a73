// See draw_ink.h.
#include "gui/draw_ink.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "gui/widgets.h"

namespace sockarium::gui {

using picture::Tone;

Hue state_hue(Tone tone) {
  return picture::hue_of(tone).value_or(Hue::closed);
}

ImU32 colour_of(const Theme& theme, Tone tone, bool faint) {
  ImU32 colour = 0;
  switch (tone) {
    case Tone::Background:
      colour = theme.background();
      break;
    case Tone::Panel:
      colour = theme.panel();
      break;
    case Tone::Grid:
      colour = theme.grid();
      break;
    case Tone::Text:
      colour = theme.text();
      break;
    case Tone::Muted:
      colour = theme.muted();
      break;
    case Tone::Accent:
      colour = theme.focus();
      break;
    default:
      colour = theme.hue(state_hue(tone));
      break;
  }
  if (!faint) return colour;
  // Towards the panel, not through it: strokes cross each other. Words stay legible.
  const bool words = tone == Tone::Text || tone == Tone::Muted;
  const float kept = words ? 0.72F : 0.45F;
  const auto channel = [&](int shift) {
    const float ground = static_cast<float>((theme.panel() >> shift) & 0xFF);
    const float value = static_cast<float>((colour >> shift) & 0xFF);
    return static_cast<ImU32>(std::lround(ground + (value - ground) * kept)) << shift;
  };
  return channel(IM_COL32_R_SHIFT) | channel(IM_COL32_G_SHIFT) | channel(IM_COL32_B_SHIFT) | IM_COL32_A_MASK;
}

ImFont* font_of(picture::Font font) {
  const Fonts& fonts = look().fonts;
  switch (font) {
    case picture::Font::Body:
      return fonts.body;
    case picture::Font::Bold:
      return fonts.bold;
    case picture::Font::Small:
      return fonts.small;
    case picture::Font::Mono:
    case picture::Font::MonoBold:
      return fonts.small_mono;  // ink's mono is small; there is no bold of that size
  }
  return fonts.body;
}

float ink_width(const std::string& content, picture::Font font) {
  return text_size(content, font_of(font)).x / look().theme.scale;
}

namespace {

float distance(ImVec2 point, ImVec2 a, ImVec2 b) {
  const float dx = b.x - a.x;
  const float dy = b.y - a.y;
  const float square = dx * dx + dy * dy;
  const float along =
      square <= 0 ? 0 : std::clamp(((point.x - a.x) * dx + (point.y - a.y) * dy) / square, 0.0F, 1.0F);
  return std::hypot(point.x - (a.x + along * dx), point.y - (a.y + along * dy));
}

/// Draws strokes one after the other and remembers which tagged one is under the pointer.
class Painter {
 public:
  Painter(ImDrawList& list, ImVec2 origin, const InkOptions& options)
      : list_(list),
        origin_(origin),
        options_(options),
        theme_(look().theme),
        pointer_(ImGui::GetIO().MousePos) {
    listens_ = options.pointable && ImGui::IsWindowHovered() && inside(pointer_);
  }

  void operator()(const picture::Line& line) {
    const ImVec2 from = at(line.x1, line.y1);
    const ImVec2 to = at(line.x2, line.y2);
    if (!visible({std::min(from.x, to.x), std::min(from.y, to.y)},
                 {std::max(from.x, to.x), std::max(from.y, to.y)}))
      return;
    const bool chosen = is_chosen(line.tag);
    const bool marked = is_marked(line.tag);
    const ImU32 colour = chosen   ? theme_.focus()
                         : marked ? theme_.hue(Hue::error)
                                  : colour_of(theme_, line.tone, line.faint);
    const float width = std::max(1.0F, theme_.px(line.width + (chosen || marked ? 1.0F : 0.0F)));
    const float head = theme_.px(5.0F + line.width * 2.0F);
    ImVec2 end = to;
    if (line.arrow) {  // the line stops where the head begins
      const float length = std::max(0.001F, std::hypot(to.x - from.x, to.y - from.y));
      end = {to.x - (to.x - from.x) / length * head, to.y - (to.y - from.y) / length * head};
    }
    if (line.dashed)
      dashed_line(list_, from, end, colour, width);
    else
      list_.AddLine(from, end, colour, width);
    if (line.arrow) arrow_head(list_, from, to, colour, head);
    if (line.tag != 0 && listens_ && distance(pointer_, from, to) < theme_.px(7)) under_ = line.tag;
  }

  void operator()(const picture::Box& box) {
    const ImVec2 min = at(box.x, box.y);
    const ImVec2 max = at(box.x + box.width, box.y + box.height);
    if (!visible(min, max)) return;
    const bool chosen = is_chosen(box.tag);
    const float rounding = theme_.px(box.rounding);
    list_.AddRectFilled(min, max, colour_of(theme_, box.fill, box.faint), rounding);
    const bool state = box.fill >= Tone::Listen;
    if (state && box.hatched) second_sign(min, max, state_hue(box.fill), box.faint);
    if (chosen || box.outline != box.fill)
      list_.AddRect(min, max, chosen ? theme_.focus() : colour_of(theme_, box.outline, box.faint), rounding,
                    0, chosen ? theme_.px(2) : std::max(1.0F, theme_.line()));
    if (box.tag != 0 && listens_ && pointer_.x >= min.x && pointer_.x < max.x && pointer_.y >= min.y &&
        pointer_.y < max.y)
      under_ = box.tag;
  }

  void operator()(const picture::Text& text) {
    ImFont* font = font_of(text.font);
    const ImVec2 size = text_size(text.text, font);
    ImVec2 place = at(text.x, text.y);
    place.y -= font->Ascent;
    if (text.align == picture::Align::Centre) place.x -= size.x / 2;
    if (text.align == picture::Align::Right) place.x -= size.x;
    place = {std::round(place.x), std::round(place.y)};
    const ImVec2 max = {place.x + size.x, place.y + size.y};
    if (!visible(place, max)) return;
    const bool chosen = is_chosen(text.tag);
    paint_text(list_, place,
               chosen && text.tone == Tone::Muted ? theme_.text() : colour_of(theme_, text.tone, text.faint),
               text.text, font);
    if (is_marked(text.tag)) mark(place, max);
    if (text.tag == 0) return;
    if (listens_ && pointer_.x >= place.x && pointer_.x < max.x && pointer_.y >= place.y &&
        pointer_.y < max.y)
      under_ = text.tag;
    look().items.record("record " + std::to_string(text.tag), place, max);
  }

  void operator()(const picture::Cross& shape) {
    const ImVec2 centre = at(shape.x, shape.y);
    const float radius = theme_.px(shape.size);
    if (!visible({centre.x - radius, centre.y - radius}, {centre.x + radius, centre.y + radius})) return;
    cross(list_, centre, radius,
          is_chosen(shape.tag) ? theme_.focus() : colour_of(theme_, shape.tone, shape.faint), theme_.panel(),
          colour_of(theme_, Tone::Text, shape.faint));
    if (shape.tag != 0 && listens_ &&
        std::hypot(pointer_.x - centre.x, pointer_.y - centre.y) < radius + theme_.px(3))
      under_ = shape.tag;
  }

  std::uint64_t under() const { return under_; }

 private:
  ImVec2 at(float x, float y) const { return {origin_.x + theme_.px(x), origin_.y + theme_.px(y)}; }
  bool inside(ImVec2 p) const {
    return p.x >= options_.clip.min.x && p.x < options_.clip.max.x && p.y >= options_.clip.min.y &&
           p.y < options_.clip.max.y;
  }
  bool visible(ImVec2 min, ImVec2 max) const {
    const float edge = theme_.px(4);
    return max.x >= options_.clip.min.x - edge && min.x <= options_.clip.max.x + edge &&
           max.y >= options_.clip.min.y - edge && min.y <= options_.clip.max.y + edge;
  }
  /// What says a state again to eyes without colour: the same signs as in SVG files (lab/formats/svg).
  void second_sign(ImVec2 min, ImVec2 max, Hue hue, bool faint) {
    const float width = max.x - min.x;
    const auto hollow = [&](float from, float wide) {
      list_.AddRectFilled({min.x + from, min.y + 1}, {min.x + from + wide, max.y - 1}, theme_.panel());
    };
    switch (palette::pattern(hue)) {
      case palette::Pattern::half_filled:
        hollow(width / 2, width / 2 - theme_.px(1.5F));
        return;
      case palette::Pattern::outline:
        hollow(theme_.px(2.5F), width - theme_.px(5));
        return;
      case palette::Pattern::empty:
        hollow(theme_.px(1.5F), width - theme_.px(3));
        return;
      case palette::Pattern::hatched:
      case palette::Pattern::dotted:
        break;
      case palette::Pattern::square:  // a frame within: told from «filled» without its colour
        list_.AddRectFilled({min.x + width / 2 - theme_.px(0.8F), min.y + 1},
                            {min.x + width / 2 + theme_.px(0.8F), max.y - 1}, theme_.panel());
        return;
      case palette::Pattern::filled:
      case palette::Pattern::cross:
        return;
    }
    const bool lines = palette::pattern(hue) == palette::Pattern::hatched;
    const ImU32 colour = lines ? theme_.ink(hue) & (faint ? 0x50FFFFFF : 0xA0FFFFFF) : theme_.panel();
    const float step = theme_.px(lines ? 7 : 6);
    // Only what is in sight, and always on the same places of the bar.
    const float first = std::max(0.0F, std::floor((options_.clip.min.y - min.y) / step));
    for (float y = min.y + step * (first + 0.5F); y < std::min(max.y, options_.clip.max.y + step);
         y += step) {
      if (lines && y - width > min.y)
        list_.AddLine({min.x, y}, {max.x, y - width}, colour, std::max(1.0F, theme_.px(1.5F)));
      else if (!lines)
        list_.AddCircleFilled({(min.x + max.x) / 2, y}, std::max(1.0F, std::min(width * 0.22F, theme_.px(2))),
                              colour, 6);
    }
  }
  bool is_chosen(std::uint64_t tag) {
    if (tag == 0) return false;
    if (tag == options_.selected) return true;
    if (!options_.light) return false;
    const auto [known, fresh] = lit_.try_emplace(tag, Light::None);  // strokes of one thing share a tag
    if (fresh) known->second = options_.light(tag);
    return known->second != Light::None;
  }
  bool is_marked(std::uint64_t tag) const {
    return tag != 0 && options_.marked != nullptr && options_.marked->count(tag) != 0;
  }
  /// Frames words that differ, with a sign at their corner: not by colour alone.
  void mark(ImVec2 min, ImVec2 max) {
    const float edge = theme_.px(2);
    list_.AddRect({min.x - edge, min.y - edge}, {max.x + edge, max.y + edge}, theme_.hue(Hue::error), 0, 0,
                  std::max(1.0F, theme_.line()));
    ImFont* font = look().fonts.small;
    const ImVec2 size = text_size("≠", font);
    const ImVec2 corner = {max.x + edge, min.y - edge};
    list_.AddRectFilled(corner, {corner.x + size.x + 2 * edge, max.y + edge}, theme_.hue(Hue::error));
    paint_text(list_, {std::round(corner.x + edge), std::round((min.y + max.y - size.y) / 2)},
               theme_.ink(Hue::error), "≠", font);
  }

  ImDrawList& list_;
  ImVec2 origin_;
  const InkOptions& options_;
  const Theme& theme_;
  ImVec2 pointer_;
  std::map<std::uint64_t, Light> lit_;
  bool listens_ = false;
  std::uint64_t under_ = 0;
};

}  // namespace

std::uint64_t draw_ink(ImDrawList& list, const picture::Picture& picture, ImVec2 origin,
                       const InkOptions& options) {
  Painter painter(list, origin, options);
  for (const picture::Stroke& stroke : picture.strokes) std::visit(painter, stroke);
  return painter.under();
}

void dashed_line(ImDrawList& list, ImVec2 from, ImVec2 to, ImU32 colour, float width, float dash) {
  const float length = std::hypot(to.x - from.x, to.y - from.y);
  const float step = look().theme.px(dash);
  if (length <= 0 || step <= 0) return;
  const ImVec2 unit = {(to.x - from.x) / length, (to.y - from.y) / length};
  // Only the dashes that can be seen: a ladder's lines are long, and mostly scrolled away.
  float first = 0, last = length;
  const auto within = [&](float start, float slope, float low, float high) {
    if (std::abs(slope) < 1e-6F) {
      if (start < low || start > high) last = -1;
      return;
    }
    const float a = (low - start) / slope, b = (high - start) / slope;
    first = std::max(first, std::min(a, b));
    last = std::min(last, std::max(a, b));
  };
  within(from.x, unit.x, list.GetClipRectMin().x - width, list.GetClipRectMax().x + width);
  within(from.y, unit.y, list.GetClipRectMin().y - width, list.GetClipRectMax().y + width);
  const bool upright = std::abs(unit.x) < 1e-6F || std::abs(unit.y) < 1e-6F;
  for (float x = std::floor(first / (2 * step)) * 2 * step; x < last; x += 2 * step) {
    const float end = std::min(length, x + step);
    const ImVec2 a = {from.x + unit.x * x, from.y + unit.y * x};
    const ImVec2 b = {from.x + unit.x * end, from.y + unit.y * end};
    if (upright) {  // no soft edges are needed
      const ImVec2 half = {std::abs(unit.y) * width / 2, std::abs(unit.x) * width / 2};
      list.AddRectFilled({std::min(a.x, b.x) - half.x, std::min(a.y, b.y) - half.y},
                         {std::max(a.x, b.x) + half.x, std::max(a.y, b.y) + half.y}, colour);
    } else {
      list.AddLine(a, b, colour, width);
    }
  }
}

void dashed_rect(ImDrawList& list, ImVec2 min, ImVec2 max, ImU32 colour, float width) {
  dashed_line(list, min, {max.x, min.y}, colour, width, 4);
  dashed_line(list, {max.x, min.y}, max, colour, width, 4);
  dashed_line(list, {min.x, max.y}, max, colour, width, 4);
  dashed_line(list, min, {min.x, max.y}, colour, width, 4);
}

void arrow_head(ImDrawList& list, ImVec2 from, ImVec2 tip, ImU32 colour, float size) {
  const float length = std::hypot(tip.x - from.x, tip.y - from.y);
  if (length <= 0) return;
  const ImVec2 unit = {(tip.x - from.x) / length, (tip.y - from.y) / length};
  const ImVec2 back = {tip.x - unit.x * size, tip.y - unit.y * size};
  const float half = size * 0.5F;
  list.AddTriangleFilled(tip, {back.x - unit.y * half, back.y + unit.x * half},
                         {back.x + unit.y * half, back.y - unit.x * half}, colour);
}

void cross(ImDrawList& list, ImVec2 centre, float radius, ImU32 colour, ImU32 ground, ImU32 ink) {
  const float line = std::max(1.0F, radius / 4);
  const float arm = radius * 0.42F;
  list.AddCircleFilled(centre, radius, ground);
  list.AddCircle(centre, radius, colour, 0, line);
  list.AddLine({centre.x - arm, centre.y - arm}, {centre.x + arm, centre.y + arm}, ink, line);
  list.AddLine({centre.x - arm, centre.y + arm}, {centre.x + arm, centre.y - arm}, ink, line);
}

void paint_on_state(ImDrawList& list, ImVec2 place, Hue hue, std::string_view content, ImFont* font) {
  const Theme& theme = look().theme;
  if (theme.kind == ThemeKind::high_contrast && !content.empty()) {
    const ImVec2 size = text_size(content, font);
    list.AddRectFilled({place.x - theme.px(2), place.y}, {place.x + size.x + theme.px(2), place.y + size.y},
                       theme.hue(hue));
  }
  paint_text(list, place, theme.ink(hue), content, font);
}

bool hit(std::string_view label, ImVec2 min, ImVec2 max) {
  const ImVec2 before = ImGui::GetCursorScreenPos();
  ImGui::SetCursorScreenPos(min);
  const std::string id(label);
  const bool pressed =
      ImGui::InvisibleButton(id.c_str(), {std::max(1.0F, max.x - min.x), std::max(1.0F, max.y - min.y)});
  note_item(label);
  ImGui::SetCursorScreenPos(before);
  return pressed;
}

float paint_wrapped(ImDrawList& list, ImVec2 place, float width, ImU32 colour, std::string_view content,
                    ImFont* font, bool draw, float zoom) {
  const char* line = content.data();
  const char* end = line + content.size();
  float y = 0;
  while (line < end) {
    const char* hard = std::find(line, end, '\n');
    const char* stop = font->CalcWordWrapPositionA(zoom, line, hard, width);
    if (stop <= line) stop = std::min(line + 1, end);
    if (draw && zoom == 1)
      paint_text(list, {place.x, place.y + y}, colour, {line, static_cast<std::size_t>(stop - line)}, font);
    else if (draw)
      list.AddText(font, font->FontSize * zoom, {place.x, place.y + y}, colour, line, stop);
    y += font->FontSize * zoom;
    line = stop;
    while (line < hard && *line == ' ') ++line;
    if (line == hard && line < end) ++line;
  }
  return y;
}

std::string fitted(std::string_view content, ImFont* font, float width) {
  if (text_size(content, font).x <= width) return std::string(content);
  std::string cut(content);
  while (!cut.empty() && text_size(cut + "…", font).x > width) {
    while (!cut.empty() && (static_cast<unsigned char>(cut.back()) & 0xC0) == 0x80) cut.pop_back();
    if (!cut.empty()) cut.pop_back();
  }
  return cut + "…";
}

}  // namespace sockarium::gui
