// The main screens as pictures that somebody has looked at. A picture may differ a little (another driver, another
// version of the fonts), but not in what it shows: compared are the means of small fields, not pixels.
//
// A screen that has changed on purpose: look at the new picture, which the failed test names, and copy it over the old.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <stb_image.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "build_info.h"
#include "gui/open_window.h"
#include "gui/png.h"
#include "lab/script/lesson_run.h"
#include "lab/script/scenario.h"
#include "lab/session/session.h"

namespace sockarium::gui {
namespace {

constexpr int width = 1280, height = 720;
constexpr int field = 16;  ///< pixels of the stored picture, on each side
/// Mean colours of two fields may differ by so much (of 255) …
constexpr double field_tolerance = 20;
/// … in all but this share of the fields.
constexpr double stray_fields = 0.004;

struct Screen {
  std::string name, scenario, moment, layout, theme;
  std::vector<std::pair<std::string, std::string>> set;
};

void PrintTo(const Screen& screen, std::ostream* out) {
  *out << screen.name;
}

const std::vector<Screen> screens{
    {"lesson-dark", "03-backlog-overflow.lua", "first-drop", "lesson", "dark", {}},
    {"projector-light", "03-backlog-overflow.lua", "first-drop", "projector", "light", {}},
    {"debug-dark", "03-backlog-overflow.lua", "first-drop", "debug", "dark", {}},
    {"lesson-contrast", "42-half-close.lua", "", "lesson", "high contrast", {}},
    {"ports-light", "62-running-out.lua", "", "ports", "light", {{"ports", "1024"}}},
};

/// Half as large: enough to be looked at, and a quarter of the bytes.
Picture halved(const Picture& picture) {
  Picture half;
  half.width = picture.width / 2;
  half.height = picture.height / 2;
  for (int y = 0; y < half.height; ++y)
    for (int x = 0; x < half.width; ++x)
      for (int c = 0; c < 4; ++c) {
        int sum = 0;
        for (const int dy : {0, 1})
          for (const int dx : {0, 1})
            sum += picture.rgba[static_cast<std::size_t>(((2 * y + dy) * picture.width + 2 * x + dx) * 4 + c)];
        half.rgba.push_back(static_cast<std::uint8_t>(sum / 4));
      }
  return half;
}

std::optional<Picture> read(const std::filesystem::path& path) {
  Picture picture;
  int channels = 0;
  unsigned char* pixels = stbi_load(path.c_str(), &picture.width, &picture.height, &channels, 4);
  if (pixels == nullptr) return std::nullopt;
  picture.rgba.assign(pixels, pixels + static_cast<std::ptrdiff_t>(picture.width) * picture.height * 4);
  stbi_image_free(pixels);
  return picture;
}

/// By how much a field's mean colour differs, in the channel in which it differs most.
double difference(const Picture& a, const Picture& b, int left, int top) {
  double most = 0;
  for (int c = 0; c < 3; ++c) {
    double sum = 0;
    for (int y = top; y < std::min(top + field, a.height); ++y)
      for (int x = left; x < std::min(left + field, a.width); ++x) {
        const auto at = static_cast<std::size_t>((y * a.width + x) * 4 + c);
        sum += static_cast<double>(a.rgba[at]) - static_cast<double>(b.rgba[at]);
      }
    most = std::max(most, std::abs(sum) / (field * field));
  }
  return most;
}

double differing_fields(const Picture& a, const Picture& b) {
  int count = 0, all = 0;
  for (int y = 0; y < a.height; y += field)
    for (int x = 0; x < a.width; x += field, ++all)
      if (difference(a, b, x, y) > field_tolerance) ++count;
  return static_cast<double>(count) / all;
}

class GoldenPicture : public testing::TestWithParam<Screen> {};

TEST_P(GoldenPicture, IsStillWhatSomebodyHasLookedAt) {
  const Screen& screen = GetParam();
  cli::WindowRequest request;
  script::LoadOptions how;
  for (const auto& [knob, value] : screen.set) how.params[knob] = value;
  const auto loaded = script::load_file(std::string(SOCKARIUM_SOURCE_DIR) + "/scenarios/" + screen.scenario, how);
  ASSERT_TRUE(std::holds_alternative<std::shared_ptr<const script::Scenario>>(loaded));
  request.scenario = std::get<std::shared_ptr<const script::Scenario>>(loaded);
  request.path = request.scenario->file;
  request.layout = screen.layout;
  request.theme = screen.theme;
  request.scale = 1;
  request.width = width;
  request.height = height;
  Session session(request.scenario->setup, script::programs_of(request.scenario));
  session.run_to_end();
  script::LessonRun lesson;
  lesson.update(session, session.world(), request.scenario.get());
  const std::uint64_t event =
      screen.moment.empty() ? session.head() * 2 / 3 : lesson.bookmark(screen.moment).value_or(session.head());

  const std::filesystem::path folder = SOCKARIUM_BINARY_DIR "/golden";
  std::filesystem::create_directories(folder);
  const std::string drawn = (folder / (screen.name + ".png")).string();
  const std::string error = write_window_pngs(request, {cli::Shot{event, drawn}});
  ASSERT_EQ(error, "");
  const auto whole = read(drawn);
  ASSERT_TRUE(whole);
  const Picture now = halved(*whole);
  ASSERT_EQ(write_png(now, drawn), std::nullopt);

  const std::filesystem::path kept = std::string(SOCKARIUM_SOURCE_DIR) + "/tests/gui/golden/" + screen.name + ".png";
  const std::string advice = fmt::format("look at {}; if it is right, copy it to {}", drawn, kept.string());
  const auto golden = read(kept);
  ASSERT_TRUE(golden) << advice;
  ASSERT_EQ(golden->width, now.width) << advice;
  ASSERT_EQ(golden->height, now.height) << advice;
  EXPECT_LE(differing_fields(*golden, now), stray_fields) << advice;
}

INSTANTIATE_TEST_SUITE_P(MainScreens, GoldenPicture, testing::ValuesIn(screens), [](const auto& screen) {
  std::string name = screen.param.name;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

/// A picture of one colour, with a square of another in it.
Picture square(std::uint8_t shade, int side) {
  Picture picture;
  picture.width = picture.height = 160;
  picture.rgba.assign(static_cast<std::size_t>(160) * 160 * 4, 100);
  for (int y = 0; y < side; ++y)
    for (int x = 0; x < side; ++x)
      for (int c = 0; c < 3; ++c) picture.rgba[static_cast<std::size_t>((y * 160 + x) * 4 + c)] = shade;
  return picture;
}

TEST(GoldenPictures, ForgiveAShadeAndNotAThing) {
  EXPECT_EQ(differing_fields(square(100, 160), square(110, 160)), 0) << "another driver's shade";
  EXPECT_EQ(differing_fields(square(100, 0), square(255, 3)), 0) << "a dot";
  EXPECT_NEAR(differing_fields(square(100, 0), square(255, 32)), 0.04, 1e-9) << "a chip of another colour";
}

}  // namespace
}  // namespace sockarium::gui
