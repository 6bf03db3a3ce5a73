// Pictures without a display: they show what was drawn, the same each time, and survive the way through a PNG
// file.
#include "gui/render_offscreen.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stb_image.h>

#include <filesystem>
#include <set>
#include <vector>

#include "gui/texture.h"
#include "gui/widgets.h"
#include "tests/support/folder.h"

namespace sockarium::gui {
namespace {

using ::testing::HasSubstr;

void draw_sentence(const std::string& sentence) {
  const Root root;
  if (const Panel panel("Ladder", {10, 10}, {300, 150}); panel) {
    text(sentence);
    chip(Hue::established, "ESTABLISHED");
  }
}

std::uint32_t pixel(const Picture& picture, int x, int y) {
  const auto at =
      (static_cast<std::size_t>(y) * static_cast<std::size_t>(picture.width) + static_cast<std::size_t>(x)) *
      4;
  return static_cast<std::uint32_t>(picture.rgba[at] << 16 | picture.rgba[at + 1] << 8 |
                                    picture.rgba[at + 2]);
}

std::size_t colours_in(const Picture& picture) {
  std::set<std::uint32_t> colours;
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      colours.insert(pixel(picture, x, y));
    }
  }
  return colours.size();
}

using test::Folder;

class WithoutDisplay : public testing::Test {
 protected:
  void SetUp() override {
    options.width = 320;
    options.height = 180;
    std::string error;
    surface = Offscreen::open(options, error);
    ASSERT_NE(surface, nullptr) << error;
  }

  OffscreenOptions options;
  std::unique_ptr<Offscreen> surface;
};

TEST_F(WithoutDisplay, ThePictureShowsWhatWasDrawn) {
  const Picture picture = surface->render([] { draw_sentence("SYN seq 0"); });
  EXPECT_EQ(picture.width, 320);
  EXPECT_EQ(picture.height, 180);
  ASSERT_EQ(picture.rgba.size(), 320U * 180U * 4U);
  EXPECT_GT(colours_in(picture), 20U) << "text has soft edges";
  EXPECT_EQ(pixel(picture, 2, 2), 0x12161CU) << "the plain background";
  EXPECT_EQ(pixel(picture, 290, 150), 0x1B2129U) << "a panel, lower right: the picture stands upright";
}

TEST_F(WithoutDisplay, OtherContentGivesAnotherPictureAndTheSameContentTheSame) {
  const Picture first = surface->render([] { draw_sentence("SYN seq 0"); });
  const Picture other = surface->render([] { draw_sentence("SYN,ACK seq 0 ack 1"); });
  const Picture again = surface->render([] { draw_sentence("SYN seq 0"); });
  EXPECT_NE(first, other);
  EXPECT_EQ(first, again);
}

TEST_F(WithoutDisplay, AThemeChangesColoursAndAScaleChangesSizes) {
  const Picture dark = surface->render([] { draw_sentence("SYN"); });
  Theme theme;
  theme.kind = ThemeKind::light;
  surface->set_theme(theme);
  const Picture light = surface->render([] { draw_sentence("SYN"); });
  EXPECT_EQ(pixel(light, 2, 2), 0xFFFFFFU);
  EXPECT_NE(dark, light);
  theme.scale = 2;
  surface->set_theme(theme);
  const Picture large = surface->render([] { draw_sentence("SYN"); });
  EXPECT_NE(light, large);
  EXPECT_GT(colours_in(large), 20U) << "the new glyphs have arrived";
}

TEST_F(WithoutDisplay, ATextureShowsItsTexelsSharply) {
  Texture texture;
  const std::vector<ImU32> pixels = {IM_COL32(255, 0, 0, 255), IM_COL32(0, 255, 0, 255),
                                     IM_COL32(0, 0, 255, 255), IM_COL32(255, 255, 255, 255)};
  EXPECT_FALSE(texture.ready());
  texture.set(2, 2, pixels);
  const auto draw = [&] { texture.draw(*ImGui::GetForegroundDrawList(), {0, 0}, {100, 100}); };
  Picture picture = surface->render(draw);
  EXPECT_EQ(pixel(picture, 48, 10), 0xFF0000U);
  EXPECT_EQ(pixel(picture, 52, 10), 0x00FF00U);
  EXPECT_EQ(pixel(picture, 10, 90), 0x0000FFU);
  texture.set_rows(1, std::vector<ImU32>(2, IM_COL32(9, 9, 9, 255)));
  picture = surface->render(draw);
  EXPECT_EQ(pixel(picture, 10, 90), 0x090909U);
  EXPECT_EQ(pixel(picture, 10, 10), 0xFF0000U);
}

TEST_F(WithoutDisplay, ATextureMayOutliveItsSurface) {
  Texture texture;
  texture.set(1, 1, std::vector<ImU32>(1, IM_COL32_WHITE));
  surface.reset();
  EXPECT_FALSE(texture.ready());
  EXPECT_EQ(texture.id(), nullptr);
}

TEST_F(WithoutDisplay, APngFileHoldsEveryPixel) {
  const Folder folder;
  const Picture picture = surface->render([] { draw_sentence("SYN seq 0"); });
  const std::filesystem::path file = folder / "picture.png";
  ASSERT_EQ(write_png(picture, file), std::nullopt);
  int width = 0;
  int height = 0;
  int channels = 0;
  unsigned char* read = stbi_load(file.c_str(), &width, &height, &channels, 4);
  ASSERT_NE(read, nullptr);
  const Picture back{width, height, {read, read + static_cast<std::ptrdiff_t>(width) * height * 4}};
  stbi_image_free(read);
  EXPECT_EQ(back, picture);
}

TEST(PngFile, IsWholeOrNotThereAtAll) {
  const Folder folder;
  const Picture dot{1, 1, {1, 2, 3, 255}};
  const auto error = write_png(dot, folder / "no such folder" / "dot.png");
  ASSERT_TRUE(error.has_value());
  EXPECT_THAT(*error, HasSubstr("no such folder"));
  EXPECT_THAT(*error, HasSubstr("No such file or directory"));
  // A folder stands in the way: the half-made file goes away again.
  std::filesystem::create_directory(folder / "taken.png");
  std::filesystem::create_directory(folder / "taken.png" / "inside");
  EXPECT_TRUE(write_png(dot, folder / "taken.png").has_value());
  int entries = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    ++entries;
  }
  EXPECT_EQ(entries, 1);
  EXPECT_TRUE(write_png(Picture{}, folder / "empty.png").has_value());
}

TEST(Offscreen, ASizeThatCannotBeIsRefusedInWords) {
  std::string error;
  OffscreenOptions options;
  options.width = 0;
  EXPECT_TRUE(render_offscreen(
                  options, [] {}, error)
                  .rgba.empty());
  EXPECT_THAT(error, HasSubstr("0 x 1080"));
  options.width = 10'000'000;
  EXPECT_TRUE(render_offscreen(
                  options, [] {}, error)
                  .rgba.empty());
  EXPECT_THAT(error, HasSubstr("too large"));
}

}  // namespace
}  // namespace sockarium::gui
