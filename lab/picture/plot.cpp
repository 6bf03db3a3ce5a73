#include "lab/picture/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "sim/observe/names.h"

namespace sockarium::picture {

namespace {

constexpr float left = 84, right = 150, top = 46, bottom = 52;
constexpr std::array tones{Tone::Error,    Tone::Accent,  Tone::Established,
                           Tone::TimeWait, Tone::Opening, Tone::Closing};

/// «10,000», «0.5»
std::string label(double number) {
  const auto whole = static_cast<std::int64_t>(number);
  return static_cast<double>(whole) == number ? observe::number_text(whole) : fmt::format("{:.3g}", number);
}

struct Axis {
  double low = 0, high = 1;
  bool powers = false;

  Axis(double least, double most) : low(least), high(most) {
    powers = least > 0 && most >= 50 * least;
    if (powers) {
      low = std::pow(10, std::floor(std::log10(least)));
      high = std::pow(10, std::ceil(std::log10(most) - 1e-9));
    } else {
      low = std::min(0.0, least);
      if (high <= low) high = low + 1;
    }
  }
  /// 0 at the low end, 1 at the high one.
  float at(double number) const {
    if (!powers) return static_cast<float>((number - low) / (high - low));
    const double most = std::log10(high) - std::log10(low);
    return static_cast<float>((std::log10(std::max(number, low)) - std::log10(low)) / (most > 0 ? most : 1));
  }
};

Axis axis_of(const std::vector<Series>& series) {
  double least = 0, most = 0;
  bool first = true;
  for (const Series& one : series)
    for (const double value : one.values) {
      least = first ? value : std::min(least, value);
      most = first ? value : std::max(most, value);
      first = false;
    }
  return {least, most};
}

}  // namespace

std::vector<double> ticks(double low, double high, bool powers) {
  std::vector<double> marks;
  if (powers) {
    for (double mark = low; mark <= high * 1.0001; mark *= 10) marks.push_back(mark);
    return marks;
  }
  const double rough = (high - low) / 6;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  double step = power;
  for (const double nice : {2.0, 5.0, 10.0})
    if (step < rough) step = nice * power;
  for (int i = 0; low + i * step <= high * 1.0001; ++i) marks.push_back(low + i * step);
  return marks;
}

Picture plot_ink(const Plot& plot, float width, float height) {
  Picture picture;
  picture.width = width;
  picture.height = height;
  picture.title = plot.title;
  picture.description = plot.description;
  const float plot_width = width - left - right, plot_height = height - top - bottom;
  const Axis x_axis(plot.xs.empty() ? 0 : plot.xs.front(), plot.xs.empty() ? 1 : plot.xs.back());
  const Axis y_axis = axis_of(plot.series);
  const auto x = [&](double number) { return left + plot_width * x_axis.at(number); };
  const auto y = [&](double number) { return top + plot_height * (1 - y_axis.at(number)); };
  const auto write = [&](float at_x, float at_y, const std::string& text, Align align, Tone tone, Font font) {
    Text stroke;
    stroke.x = at_x, stroke.y = at_y, stroke.text = text, stroke.align = align, stroke.tone = tone,
    stroke.font = font;
    picture.strokes.emplace_back(stroke);
  };
  const auto draw = [&](float x1, float y1, float x2, float y2, Tone tone, float thickness, bool dashed) {
    Line stroke;
    stroke.x1 = x1, stroke.y1 = y1, stroke.x2 = x2, stroke.y2 = y2;
    stroke.tone = tone, stroke.width = thickness, stroke.dashed = dashed;
    picture.strokes.emplace_back(stroke);
  };
  write(left, 24, plot.title, Align::Left, Tone::Text, Font::Bold);
  for (const double mark : ticks(y_axis.low, y_axis.high, y_axis.powers)) {
    draw(left, y(mark), left + plot_width, y(mark), Tone::Grid, 1, false);
    write(left - 8, y(mark) + 4, label(mark), Align::Right, Tone::Muted, Font::Small);
  }
  for (const double mark : ticks(x_axis.low, x_axis.high, x_axis.powers)) {
    draw(x(mark), top, x(mark), top + plot_height, Tone::Grid, 1, false);
    write(x(mark), top + plot_height + 18, label(mark), Align::Centre, Tone::Muted, Font::Small);
  }
  write(left + plot_width / 2, height - 12, plot.x_name, Align::Centre, Tone::Text, Font::Body);
  // Names stand at the lines' ends; where ends lie close together, one below the other.
  struct End {
    float y = 0;
    std::size_t series = 0;
  };
  std::vector<End> ends;
  for (std::size_t i = 0; i < plot.series.size(); ++i) {
    const Series& series = plot.series[i];
    const Tone tone = tones[i % tones.size()];
    // Lines that lie on each other are told apart by their thickness and dashes.
    const float thickness = i == 0 ? 5.0f : 2.0f;
    for (std::size_t n = 0; n + 1 < series.values.size(); ++n)
      draw(x(plot.xs[n]), y(series.values[n]), x(plot.xs[n + 1]), y(series.values[n + 1]), tone, thickness,
           i % 2 == 1);
    for (std::size_t n = 0; n < series.values.size(); ++n) {
      Box dot;
      dot.x = x(plot.xs[n]) - 3, dot.y = y(series.values[n]) - 3, dot.width = dot.height = 6;
      dot.fill = dot.outline = tone;
      dot.rounding = 3;
      picture.strokes.emplace_back(dot);
    }
    if (!series.values.empty()) ends.push_back({y(series.values.back()), i});
  }
  std::stable_sort(ends.begin(), ends.end(), [](const End& a, const End& b) { return a.y < b.y; });
  float last = 0;
  for (const End& end : ends) {
    const float at = std::max(end.y + 4, last + line_height(Font::Small));
    write(left + plot_width + 10, at, plot.series[end.series].name, Align::Left,
          tones[end.series % tones.size()], Font::Small);
    last = at;
  }
  return picture;
}

}  // namespace sockarium::picture
