// The colours keep their promises: contrast by WCAG 2.1, distance by CIEDE2000 (Sharma, Wu, Dalal 2005), for
// normal sight and for protanopia, deuteranopia and tritanopia as simulated by Machado, Oliveira, Fernandes
// 2009 (severity 1, on linear RGB).
#include "gui/theme.h"
#include "gui/cell_pattern.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <set>
#include <string>

#include "gui/look.h"

namespace sockarium::gui {
namespace {

using palette::Palette;

using Vector = std::array<double, 3>;
using Matrix = std::array<Vector, 3>;

struct Sight {
  const char* name;
  Matrix matrix;
};

constexpr std::array<Sight, 4> sights = {{
    {"normal", {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}}},
    {"protan",
     {{{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}}}},
    {"deutan",
     {{{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}}}},
    {"tritan",
     {{{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}}}},
}};

Vector times(const Matrix& matrix, const Vector& v) {
  Vector result{};
  for (std::size_t row = 0; row < 3; ++row) {
    result[row] = matrix[row][0] * v[0] + matrix[row][1] * v[1] + matrix[row][2] * v[2];
  }
  return result;
}

double linear(std::uint8_t channel) {
  const double value = channel / 255.0;
  return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}

// What such an eye makes of a colour, in CIE L*a*b* (D65).
Vector lab(Colour colour, const Sight& sight) {
  Vector seen = times(sight.matrix, {linear(colour.red), linear(colour.green), linear(colour.blue)});
  for (double& channel : seen) {
    channel = std::clamp(channel, 0.0, 1.0);
  }
  constexpr Matrix to_xyz = {{{0.4124564, 0.3575761, 0.1804375},
                              {0.2126729, 0.7151522, 0.0721750},
                              {0.0193339, 0.1191920, 0.9503041}}};
  constexpr Vector white = {0.95047, 1.0, 1.08883};
  const Vector xyz = times(to_xyz, seen);
  Vector f{};
  for (std::size_t i = 0; i < 3; ++i) {
    const double ratio = xyz[i] / white[i];
    f[i] = ratio > 216.0 / 24389.0 ? std::cbrt(ratio) : (24389.0 / 27.0 * ratio + 16.0) / 116.0;
  }
  return {116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])};
}

double degrees(double radians) {
  return radians * 180 / std::numbers::pi;
}
double radians(double in_degrees) {
  return in_degrees * std::numbers::pi / 180;
}

double hue_angle(double a, double b) {
  if (a == 0 && b == 0) {
    return 0;
  }
  const double angle = degrees(std::atan2(b, a));
  return angle < 0 ? angle + 360 : angle;
}

double ciede2000(const Vector& one, const Vector& two) {
  const double c1 = std::hypot(one[1], one[2]);
  const double c2 = std::hypot(two[1], two[2]);
  const double c7 = std::pow((c1 + c2) / 2, 7);
  const double g = 0.5 * (1 - std::sqrt(c7 / (c7 + std::pow(25.0, 7))));
  const double a1 = (1 + g) * one[1];
  const double a2 = (1 + g) * two[1];
  const double chroma1 = std::hypot(a1, one[2]);
  const double chroma2 = std::hypot(a2, two[2]);
  const double h1 = hue_angle(a1, one[2]);
  const double h2 = hue_angle(a2, two[2]);

  const double delta_l = two[0] - one[0];
  const double delta_c = chroma2 - chroma1;
  double delta_angle = h2 - h1;
  double mean_angle = (h1 + h2) / 2;
  if (chroma1 * chroma2 == 0) {
    delta_angle = 0;
    mean_angle = h1 + h2;
  } else if (std::abs(h1 - h2) > 180) {
    delta_angle += delta_angle > 0 ? -360 : 360;
    mean_angle += h1 + h2 < 360 ? 180 : -180;
  }
  const double delta_h = 2 * std::sqrt(chroma1 * chroma2) * std::sin(radians(delta_angle / 2));

  const double mean_l = (one[0] + two[0]) / 2;
  const double mean_c = (chroma1 + chroma2) / 2;
  const double t = 1 - 0.17 * std::cos(radians(mean_angle - 30)) + 0.24 * std::cos(radians(2 * mean_angle)) +
                   0.32 * std::cos(radians(3 * mean_angle + 6)) -
                   0.20 * std::cos(radians(4 * mean_angle - 63));
  const double turn = 30 * std::exp(-std::pow((mean_angle - 275) / 25, 2));
  const double mean_c7 = std::pow(mean_c, 7);
  const double rc = 2 * std::sqrt(mean_c7 / (mean_c7 + std::pow(25.0, 7)));
  const double l50 = std::pow(mean_l - 50, 2);
  const double sl = 1 + 0.015 * l50 / std::sqrt(20 + l50);
  const double sc = 1 + 0.045 * mean_c;
  const double sh = 1 + 0.015 * mean_c * t;
  const double rt = -std::sin(radians(2 * turn)) * rc;
  return std::sqrt(std::pow(delta_l / sl, 2) + std::pow(delta_c / sc, 2) + std::pow(delta_h / sh, 2) +
                   rt * (delta_c / sc) * (delta_h / sh));
}

struct Nearest {
  double distance = 1000;
  std::string between;
};

Nearest nearest_pair(const Palette& colours) {
  Nearest result;
  for (const Sight& sight : sights) {
    for (std::size_t i = 0; i < palette::hue_count; ++i) {
      for (std::size_t j = i + 1; j < palette::hue_count; ++j) {
        const double distance = ciede2000(lab(colours.hues[i], sight), lab(colours.hues[j], sight));
        if (distance < result.distance) {
          result = {distance, std::string(letter(palette::all_hues[i])) + " and " +
                                  std::string(letter(palette::all_hues[j])) + " in " + sight.name + " sight"};
        }
      }
    }
  }
  return result;
}

// The promise is given with one decimal.
double round_to_tenths(double value) {
  return std::round(value * 10) / 10;
}

TEST(ColourDistance, AgreesWithThePublishedExamples) {
  // Sharma, Wu, Dalal 2005, table 1, pairs 1, 7, 16, 17 and 24.
  EXPECT_NEAR(ciede2000({50, 2.6772, -79.7751}, {50, 0, -82.7485}), 2.0425, 1e-4);
  EXPECT_NEAR(ciede2000({50, 0, 0}, {50, -1, 2}), 2.3669, 1e-4);
  EXPECT_NEAR(ciede2000({50, 2.5, 0}, {50, 0, -2.5}), 4.3065, 1e-4);
  EXPECT_NEAR(ciede2000({50, 2.5, 0}, {73, 25, -18}), 27.1492, 1e-4);
  EXPECT_NEAR(ciede2000({60.2574, -34.0099, 36.2677}, {60.4626, -34.1751, 39.4387}), 1.2644, 1e-4);
}

TEST(Palette, StatesDifferForEveryEyeOnDark) {
  const Nearest nearest = nearest_pair(palette::dark);
  EXPECT_GE(round_to_tenths(nearest.distance), 14.5) << nearest.between;
}

TEST(Palette, StatesDifferForEveryEyeOnLight) {
  const Nearest nearest = nearest_pair(palette::light);
  EXPECT_GE(round_to_tenths(nearest.distance), 16.9) << nearest.between;
}

TEST(Palette, StatesStandOutFromTheBackground) {
  for (const Palette* colours : {&palette::dark, &palette::light, &palette::high_contrast}) {
    for (const Hue hue : palette::all_hues) {
      EXPECT_GE(contrast((*colours)[hue], colours->background), 3.0) << letter(hue);
      EXPECT_GE(contrast((*colours)[hue], colours->panel), 2.75)
          << letter(hue) << " on a panel, with an outline";
    }
  }
}

TEST(Palette, TextIsEasyToRead) {
  EXPECT_GE(contrast(palette::dark.text, palette::dark.background), 15.0);
  EXPECT_GE(contrast(palette::light.text, palette::light.background), 17.0);
  EXPECT_GE(contrast(palette::high_contrast.text, palette::high_contrast.background), 21.0);
  for (const Palette* colours : {&palette::dark, &palette::light, &palette::high_contrast}) {
    EXPECT_GE(contrast(colours->muted, colours->background), 6.4);
    EXPECT_GE(contrast(colours->text, colours->panel), 12.0);
    EXPECT_GE(contrast(colours->muted, colours->panel), 5.5);
    EXPECT_GE(contrast(colours->focus, colours->panel), 3.0) << "the focus ring";
    EXPECT_GE(contrast(palette::ink_on(colours->focus), colours->focus), 4.5);
    for (const Colour code : {colours->keyword, colours->string, colours->number}) {
      EXPECT_GE(contrast(code, colours->background), 6.4) << "in the source";
      EXPECT_GE(contrast(code, colours->panel), 6.0) << "in the programs";
    }
  }
}

TEST(Palette, LettersOnChipsAreReadable) {
  for (const Palette* colours : {&palette::dark, &palette::light, &palette::high_contrast}) {
    for (const Hue hue : palette::all_hues) {
      EXPECT_GE(contrast(palette::ink_on((*colours)[hue]), (*colours)[hue]), 4.5) << letter(hue);
    }
  }
}

TEST(Palette, EveryStateHasALetterOfItsOwn) {
  for (std::size_t i = 0; i < palette::hue_count; ++i) {
    for (std::size_t j = i + 1; j < palette::hue_count; ++j) {
      EXPECT_NE(letter(palette::all_hues[i]), letter(palette::all_hues[j]));
      EXPECT_NE(palette::pattern(palette::all_hues[i]), palette::pattern(palette::all_hues[j]));
    }
  }
}

TEST(Theme, ProjectorTypeIsLargerAndNeverBelowSixteenPixels) {
  EXPECT_GE(projector_type.small, 16);
  EXPECT_GT(projector_type.body, desktop_type.body);
  EXPECT_GE(desktop_type.small, 14);
}

TEST(Theme, GoesRoundInThree) {
  for (const ThemeKind kind : {ThemeKind::dark, ThemeKind::light, ThemeKind::high_contrast}) {
    EXPECT_NE(next_theme(kind), kind);
    EXPECT_EQ(next_theme(next_theme(next_theme(kind))), kind);
    EXPECT_FALSE(theme_name(kind).empty());
  }
}

TEST(Theme, ScaleStaysWhereTheLayoutHolds) {
  EXPECT_EQ(clamp_scale(0.1F), minimum_scale);
  EXPECT_EQ(clamp_scale(1.5F), 1.5F);
  EXPECT_EQ(clamp_scale(9), maximum_scale);
  EXPECT_EQ(clamp_scale(std::nanf("")), minimum_scale);
}

TEST(Theme, ButtonsAreLargeEnoughToHitAtEveryScale) {
  for (const Viewing viewing : {Viewing::desktop, Viewing::projector}) {
    for (const float scale : {0.75F, 1.0F, 2.0F, 3.0F}) {
      Theme theme;
      theme.viewing = viewing;
      theme.scale = scale;
      Context context(theme);
      // ImGui rounds padding down to whole pixels when it scales.
      const float height = context.look().fonts.body->FontSize + 2 * ImGui::GetStyle().FramePadding.y;
      EXPECT_GE(height, theme.target() - 2) << "scale " << scale;
    }
  }
}

TEST(Fonts, FollowTheScaleAndHoldEverySignThatWeDraw) {
  Theme theme;
  Context context(theme);
  EXPECT_EQ(context.look().fonts.body->FontSize, 19) << "16 px and what DejaVu needs above and below";
  for (ImFont* font : {context.look().fonts.body, context.look().fonts.mono, context.look().fonts.caption,
                       context.look().fonts.small}) {
    for (const ImWchar sign :
         {0x2192 /* → */, 0x2713 /* ✓ */, 0x2717 /* ✗ */, 0x25CF /* ● */, 0x25B6 /* ▶ */, 0x25C6 /* ◆ */,
          0x2691 /* ⚑ */, 0x00B5 /* µ */, 0x2013 /* – */, 0x2265 /* ≥ */}) {
      EXPECT_NE(font->FindGlyphNoFallback(sign), nullptr) << std::hex << sign;
    }
  }
  for (const ImWchar sign : {0x250C /* ┌ */, 0x2506 /* ┆ */, 0x21BB /* ↻ */}) {
    EXPECT_NE(context.look().fonts.mono->FindGlyphNoFallback(sign), nullptr) << std::hex << sign;
  }
  theme.scale = 2;
  EXPECT_TRUE(context.set_theme(theme)) << "other sizes need other glyphs";
  EXPECT_EQ(context.look().fonts.body->FontSize, 37);
  theme.kind = ThemeKind::light;
  EXPECT_FALSE(context.set_theme(theme)) << "other colours do not";
}

TEST(Fonts, FiguresHaveEqualWidth) {
  Context context(Theme{});
  for (ImFont* font : {context.look().fonts.body, context.look().fonts.mono, context.look().fonts.clock}) {
    for (ImWchar digit = '0'; digit <= '9'; ++digit) {
      EXPECT_EQ(font->GetCharAdvance(digit), font->GetCharAdvance('0'));
    }
  }
}

TEST(Fonts, TheLargestAtlasFitsAnyGraphicsCard) {
  Theme theme;
  theme.viewing = Viewing::projector;
  theme.scale = maximum_scale;
  Context context(theme);
  EXPECT_LE(ImGui::GetIO().Fonts->TexWidth, 8192);
  EXPECT_LE(ImGui::GetIO().Fonts->TexHeight, 8192);
}

TEST(CellPattern, EveryStateHasItsOwnWhereColoursTellNothing) {
  std::set<std::string> seen;
  for (const Hue hue : palette::all_hues) {
    std::string cell;
    for (int y = 0; y < cell_texels; ++y)
      for (int x = 0; x < cell_texels; ++x) cell += inked(palette::pattern(hue), x, y) ? '#' : '.';
    EXPECT_TRUE(seen.insert(cell).second) << palette::letter(hue) << " looks like another: " << cell;
  }
}

TEST(Palette, ChipsTextAndTintsCanBeReadInEveryTheme) {
  for (const ThemeKind kind : {ThemeKind::dark, ThemeKind::light, ThemeKind::high_contrast}) {
    Theme theme;
    theme.kind = kind;
    const palette::Palette& colours = theme.colours();
    EXPECT_GE(palette::contrast(colours.text, colours.background), 7) << theme_name(kind);
    EXPECT_GE(palette::contrast(colours.text, colours.panel), 7) << theme_name(kind);
    EXPECT_GE(palette::contrast(colours.muted, colours.panel), 4.5) << theme_name(kind);
    EXPECT_GE(palette::contrast(colours.focus, colours.panel), 3) << theme_name(kind);
    for (const Hue hue : palette::all_hues)
      EXPECT_GE(palette::contrast(palette::ink_on(colours[hue]), colours[hue]), 4.5)
          << "the letter on " << palette::letter(hue) << ", " << theme_name(kind);
  }
}

}  // namespace
}  // namespace sockarium::gui
