// See svg.h. Lengths are written with two decimals at most, so that equal pictures give equal bytes on every
// machine.
#include "lab/formats/svg.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <variant>

namespace sockarium::formats {

using palette::Colour;
using palette::Hue;
using palette::Palette;
using picture::Tone;

namespace {

constexpr double faint_share = 0.45;  ///< of its colour that a faint stroke keeps

std::string css(Colour colour) {
  return fmt::format("#{:02x}{:02x}{:02x}", colour.red, colour.green, colour.blue);
}

/// «12», «12.5», «12.25»
std::string number(float value) {
  const long hundredths = std::lround(value * 100);
  const long whole = std::labs(hundredths) / 100;
  const long rest = std::labs(hundredths) % 100;
  std::string text = fmt::format("{}{}", hundredths < 0 ? "-" : "", whole);
  if (rest != 0) {
    text += fmt::format(".{:02}", rest);
    if (text.back() == '0') text.pop_back();
  }
  return text;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\t' ? '?' : c;  // XML has no others
    }
  }
  return out;
}

std::string_view class_of(picture::Font font) {
  switch (font) {
    case picture::Font::Body:
      return "b";
    case picture::Font::Bold:
      return "h";
    case picture::Font::Small:
      return "s";
    case picture::Font::Mono:
      return "m";
    case picture::Font::MonoBold:
      return "n";
  }
  return "b";
}

class Writer {
 public:
  explicit Writer(const Palette& colours) : colours_(colours) {}

  void operator()(const picture::Line& line) {
    const std::string colour = css(seen(line.tone, line.faint));
    float x2 = line.x2;
    float y2 = line.y2;
    if (line.arrow) {  // the line ends inside the head
      const float length = std::hypot(line.x2 - line.x1, line.y2 - line.y1);
      if (length > 0) {
        const float back = std::min(length, 6.0F) / length;
        x2 -= (line.x2 - line.x1) * back;
        y2 -= (line.y2 - line.y1) * back;
      }
    }
    body_ += fmt::format(R"(<line x1="{}" y1="{}" x2="{}" y2="{}" stroke="{}" stroke-width="{}"{}/>)",
                         number(line.x1), number(line.y1), number(x2), number(y2), colour, number(line.width),
                         line.dashed ? R"( stroke-dasharray="5 4")" : "");
    body_ += '\n';
    if (line.arrow) head(line, colour);
  }

  void operator()(const picture::Box& box) {
    const std::string fill = css(seen(box.fill, box.faint));
    const std::string stroke =
        box.outline == box.fill ? "" : fmt::format(R"( stroke="{}")", css(seen(box.outline, box.faint)));
    const std::string place = fmt::format(
        R"(x="{}" y="{}" width="{}" height="{}"{})", number(box.x), number(box.y), number(box.width),
        number(box.height), box.rounding > 0 ? fmt::format(R"( rx="{}")", number(box.rounding)) : "");
    body_ += fmt::format("<rect {} fill=\"{}\"{}/>\n", place, fill, stroke);
    if (const std::optional<Hue> hue = picture::hue_of(box.fill); box.hatched && hue)
      second_sign(box, *hue, place);
  }

  void operator()(const picture::Text& text) {
    const std::string anchor = text.align == picture::Align::Centre  ? R"( text-anchor="middle")"
                               : text.align == picture::Align::Right ? R"( text-anchor="end")"
                                                                     : "";
    body_ += fmt::format("<text x=\"{}\" y=\"{}\" class=\"{}\" fill=\"{}\"{}>{}</text>\n", number(text.x),
                         number(text.y), class_of(text.font), css(seen(text.tone, text.faint)), anchor,
                         escaped(text.text));
  }

  void operator()(const picture::Cross& cross) {
    const std::string colour = css(seen(cross.tone, cross.faint));
    const float arm = cross.size * 0.45F;
    body_ +=
        fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"{}\" stroke=\"{}\" stroke-width=\"2\"/>\n",
                    number(cross.x), number(cross.y), number(cross.size), css(colours_.background), colour);
    body_ += fmt::format("<path d=\"M{0} {1}L{2} {3}M{0} {3}L{2} {1}\" stroke=\"{4}\" stroke-width=\"2\"/>\n",
                         number(cross.x - arm), number(cross.y - arm), number(cross.x + arm),
                         number(cross.y + arm), css(seen(Tone::Text, cross.faint)));
  }

  std::string page(const picture::Picture& picture) const {
    std::string out = fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" "
        "role=\"img\" "
        "aria-labelledby=\"title desc\">\n<title id=\"title\">{2}</title>\n<desc id=\"desc\">{3}</desc>\n",
        number(picture.width), number(picture.height), escaped(picture.title), escaped(picture.description));
    out += "<style>text{white-space:pre}";
    for (const picture::Font font : {picture::Font::Body, picture::Font::Bold, picture::Font::Small,
                                     picture::Font::Mono, picture::Font::MonoBold}) {
      const bool mono = font == picture::Font::Mono || font == picture::Font::MonoBold;
      const bool bold = font == picture::Font::Bold || font == picture::Font::MonoBold;
      out += fmt::format(".{}{{font:{}{}px \"{}\",{}}}", class_of(font), bold ? "bold " : "",
                         number(picture::text_size(font)), mono ? "DejaVu Sans Mono" : "DejaVu Sans",
                         mono ? "monospace" : "sans-serif");
    }
    out += "</style>\n";
    if (!used_.empty()) {
      out += "<defs>\n";
      for (const auto& [hue, faint] : used_) out += pattern(hue, faint);
      out += "</defs>\n";
    }
    out += fmt::format("<rect width=\"{}\" height=\"{}\" fill=\"{}\"/>\n", number(picture.width),
                       number(picture.height), css(colours_.background));
    return out + body_ + "</svg>\n";
  }

 private:
  Colour seen(Tone tone, bool faint) const {
    const Colour colour = colour_of(tone, colours_);
    return faint ? palette::mix(colours_.background, colour, faint_share) : colour;
  }

  void head(const picture::Line& line, const std::string& colour) {
    const float length = std::hypot(line.x2 - line.x1, line.y2 - line.y1);
    if (length <= 0) return;
    const float ux = (line.x2 - line.x1) / length;
    const float uy = (line.y2 - line.y1) / length;
    const float size = 7 + line.width;
    const float half = size * 0.48F;
    const float bx = line.x2 - ux * size;
    const float by = line.y2 - uy * size;
    body_ += fmt::format("<path d=\"M{} {}L{} {}L{} {}Z\" fill=\"{}\"/>\n", number(line.x2), number(line.y2),
                         number(bx - uy * half), number(by + ux * half), number(bx + uy * half),
                         number(by - ux * half), colour);
  }

  /// What says the state again to eyes and printers without colour.
  void second_sign(const picture::Box& box, Hue hue, const std::string& place) {
    switch (palette::pattern(hue)) {
      case palette::Pattern::half_filled:
        hollow(box, box.width / 2, box.width / 2 - 1.5F);
        break;
      case palette::Pattern::outline:
        hollow(box, 2.5F, box.width - 5);
        break;
      case palette::Pattern::empty:
        hollow(box, 1.5F, box.width - 3);
        break;
      case palette::Pattern::hatched:
      case palette::Pattern::dotted:
        used_.insert({hue, box.faint});
        body_ += fmt::format("<rect {} fill=\"url(#p{}{})\"/>\n", place, static_cast<int>(hue),
                             box.faint ? "f" : "");
        break;
      case palette::Pattern::square:
      case palette::Pattern::filled:
      case palette::Pattern::cross:
        break;
    }
  }

  /// Leaves a part of a box empty.
  void hollow(const picture::Box& box, float from, float width) {
    const float inset = box.outline == box.fill ? 1.5F : 2;
    if (width <= 0 || box.height <= 2 * inset) return;
    body_ += fmt::format(R"(<rect x="{}" y="{}" width="{}" height="{}" fill="{}"/>)", number(box.x + from),
                         number(box.y + inset), number(width), number(box.height - 2 * inset),
                         css(colours_.background));
    body_ += '\n';
  }

  std::string pattern(Hue hue, bool faint) const {
    const Colour ground =
        faint ? palette::mix(colours_.background, colours_[hue], faint_share) : colours_[hue];
    const std::string ink = css(palette::mix(ground, palette::ink_on(ground), 0.55));
    const bool hatched = palette::pattern(hue) == palette::Pattern::hatched;
    const std::string shapes =
        hatched
            ? fmt::format(R"(<path d="M-2 2L2 -2M0 10L10 0M8 12L12 8" stroke="{}" stroke-width="2"/>)", ink)
            : fmt::format(
                  R"(<circle cx="2.5" cy="2.5" r="1.3" fill="{0}"/><circle cx="7.5" cy="7.5" r="1.3" fill="{0}"/>)",
                  css(colours_.background));
    return fmt::format(
        "<pattern id=\"p{}{}\" width=\"10\" height=\"10\" patternUnits=\"userSpaceOnUse\">{}</pattern>\n",
        static_cast<int>(hue), faint ? "f" : "", shapes);
  }

  const Palette& colours_;
  std::string body_;
  std::set<std::pair<Hue, bool>> used_;
};

}  // namespace

Colour colour_of(Tone tone, const Palette& colours) {
  if (const std::optional<Hue> hue = picture::hue_of(tone)) return colours[*hue];
  switch (tone) {
    case Tone::Background:
      return colours.background;
    case Tone::Panel:
      return colours.panel;
    case Tone::Grid:
      return colours.grid;
    case Tone::Muted:
      return colours.muted;
    case Tone::Accent:
      return colours.focus;
    default:
      return colours.text;
  }
}

std::string svg(const picture::Picture& picture, const Palette& colours) {
  Writer writer(colours);
  for (const picture::Stroke& stroke : picture.strokes) std::visit(writer, stroke);
  return writer.page(picture);
}

}  // namespace sockarium::formats
