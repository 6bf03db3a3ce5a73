// See fonts.h. Which glyphs a face gets is a question of atlas size: at 300 % a clock figure is 100 pixels
// high, so the large faces carry only the signs that their texts use.
#include "gui/fonts.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "assets/fonts.h"

namespace sockarium::gui {

namespace {

// Pairs of first and last code point, closed by 0, as ImGui wants them; it keeps the pointer.
constexpr ImWchar text_glyphs[] = {0x0020, 0x00FF,  // Latin-1: also · × µ ± «»
                                   0x0100, 0x017F,  // names of people and places
                                   0x0370, 0x03FF,  // Greek
                                   0x2010, 0x205E,  // dashes, quotes, …, ‹ ›
                                   0x2190, 0x21FF,  // arrows
                                   0x2200, 0x22FF,  // ≤ ≥ ≠ ∞
                                   0x2500, 0x25FF,  // boxes, blocks, ● ▶ ◆
                                   0x2600, 0x26FF,  // ⚑
                                   0x2713, 0x2718,  // ✓ ✗
                                   0};
constexpr ImWchar large_glyphs[] = {0x0020, 0x00FF, 0x2010, 0x2026, 0x2190, 0x2193, 0x2260,
                                    0x2265,  // text, – …, ← → ↑ ↓, ≠ ≤ ≥
                                    0x25A0, 0x25CF, 0x2691, 0x2691, 0x2713, 0x2718, 0};  // ■ ▶ ◆ ●, ⚑, ✓ ✗

ImFont* add(std::span<const unsigned char> file, float size, const ImWchar* glyphs) {
  ImFontConfig config;
  config.FontDataOwnedByAtlas = false;  // part of the program
  config.OversampleH = size <= 24.0F ? 2 : 1;
  config.OversampleV = 1;
  config.GlyphRanges = glyphs;
  // The atlas takes a pointer to mutable data and never writes through it.
  auto* data = const_cast<unsigned char*>(file.data());
  return ImGui::GetIO().Fonts->AddFontFromMemoryTTF(data, static_cast<int>(file.size()), size, &config);
}

}  // namespace

Fonts load_fonts(const Theme& theme) {
  const TypeSizes& type = theme.type();
  // Whole pixels: glyphs that are placed on halves blur.
  const auto size = [&](float at_scale_one) {
    return std::max(8.0F, std::round(theme.px(at_scale_one) * line_height_in_ems));
  };

  ImFontAtlas& atlas = *ImGui::GetIO().Fonts;
  atlas.Clear();
  atlas.Flags |= ImFontAtlasFlags_NoPowerOfTwoHeight;

  Fonts fonts;
  fonts.body = add(assets::dejavu_sans(), size(type.body), text_glyphs);
  fonts.bold = add(assets::dejavu_sans_bold(), size(type.body), text_glyphs);
  fonts.mono = add(assets::dejavu_sans_mono(), size(type.body), text_glyphs);
  fonts.mono_bold = add(assets::dejavu_sans_mono_bold(), size(type.body), text_glyphs);
  fonts.small = add(assets::dejavu_sans(), size(type.small), text_glyphs);
  fonts.small_mono = add(assets::dejavu_sans_mono(), size(type.small), text_glyphs);
  fonts.small_mono_bold = add(assets::dejavu_sans_mono_bold(), size(type.small), text_glyphs);
  fonts.title = add(assets::dejavu_sans_bold(), size(type.title), large_glyphs);
  fonts.caption = add(assets::dejavu_sans(), size(type.caption), large_glyphs);
  fonts.clock = add(assets::dejavu_sans_mono_bold(), size(type.clock), large_glyphs);
  ImGui::GetIO().FontDefault = fonts.body;
  atlas.Build();
  return fonts;
}

}  // namespace sockarium::gui
