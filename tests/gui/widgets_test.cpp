// Widgets as a person meets them: found by name, clicked, typed into, reached by keyboard.
#include "gui/widgets.h"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "tests/support/headless_ui.h"

namespace sockarium::gui {
namespace {

using test::HeadlessUi;
using ::testing::HasSubstr;
using ::testing::Not;

// A small window with one of each.
struct Desk {
  int steps = 0;
  bool may_step = true;
  bool reduce_motion = false;
  int backlog = 2;
  std::string search;
  int unit = 3;
  std::string selected;

  void draw() {
    const Root root;
    if (const Panel panel("Transport", {0, 0}, {600, 300}, "a note"); panel) {
      ButtonOptions options;
      options.style = ButtonStyle::primary;
      options.enabled = may_step;
      options.tooltip = "Step (→)";
      if (button("Step##transport", options)) {
        ++steps;
      }
      checkbox("Reduce motion", reduce_motion);
      slider("backlog", backlog, 0, 10);
      text_field("##search", search, "Search events");
      constexpr std::array<std::string_view, 4> units = {"1 Event", "2 Call", "3 Packet", "4 Interesting"};
      choice("unit", units, unit);
      chip(Hue::time_wait, "TIME-WAIT");
    }
    for (const char* host : {"cli", "srv"}) {
      if (const Panel panel(host, {host[0] == 'c' ? 0.0F : 640.0F, 320}, {600, 100}); panel) {
        if (selectable("fd 3", false)) {
          selected = host;
        }
        for (int row = 0; row < 40; ++row) {
          const ItemScope scope(std::to_string(row));
          selectable("row", false);
        }
      }
    }
  }
};

class AtTheDesk : public testing::Test {
 protected:
  Desk desk;
  HeadlessUi ui{[this] { desk.draw(); }};
};

TEST_F(AtTheDesk, AButtonIsFoundByNameAndPressed) {
  ui.click("Step");
  ui.click("Transport/Step");
  EXPECT_EQ(desk.steps, 2);
}

TEST_F(AtTheDesk, WhatCanNotBeDoneSaysSo) {
  desk.may_step = false;
  ui.frame();
  ASSERT_TRUE(ui.has("Step"));
  EXPECT_FALSE(ui.find("Step")->enabled);
  const ImVec2 place = ui.find("Step")->centre();
  ui.click_at(place.x, place.y);
  EXPECT_EQ(desk.steps, 0);
}

TEST_F(AtTheDesk, ATooltipNamesTheKey) {
  EXPECT_THAT(ui.text(), Not(HasSubstr("Step (→)")));
  ui.hover("Step");
  EXPECT_THAT(ui.text(), HasSubstr("Step (→)"));
  EXPECT_THAT(ui.text(), HasSubstr("TIME-WAIT")) << "what comes after a tooltip is text as well";
}

TEST_F(AtTheDesk, TwoHostsMayHaveTheSameDescriptor) {
  ui.click("srv/fd 3");
  EXPECT_EQ(desk.selected, "srv");
  ui.click("cli/fd 3");
  EXPECT_EQ(desk.selected, "cli");
  EXPECT_NE(ui.find("srv/fd 3")->id, ui.find("cli/fd 3")->id);
}

TEST_F(AtTheDesk, BoxesSlidersAndChoicesKeepWhatTheHandDid) {
  ui.click("Reduce motion");
  EXPECT_TRUE(desk.reduce_motion);
  ui.drag("backlog", 2000, 0);
  EXPECT_EQ(desk.backlog, 10) << "the slider ends at its end";
  ui.click("unit/2 Call");
  EXPECT_EQ(desk.unit, 1);
}

TEST_F(AtTheDesk, TextIsTypedIntoAField) {
  ui.click("search");
  ui.type("TIME-WAIT → ✗");
  EXPECT_EQ(desk.search, "TIME-WAIT → ✗");
  ui.press(GLFW_KEY_BACKSPACE);
  EXPECT_EQ(desk.search, "TIME-WAIT → ");
}

TEST_F(AtTheDesk, TheKeyboardReachesAndPressesAButton) {
  ui.click("Reduce motion");  // the panel has the keyboard
  ui.press(GLFW_KEY_UP);
  const int before = ui.vertices();
  ui.press(GLFW_KEY_UP);
  ui.press(GLFW_KEY_SPACE);
  EXPECT_EQ(desk.steps, 1);
  EXPECT_GT(before, 0);
}

TEST_F(AtTheDesk, ColourIsNeverAlone) {
  const std::string text = ui.text();
  EXPECT_THAT(text, HasSubstr("TIME-WAIT"));
  EXPECT_THAT(text, HasSubstr("T"));
  EXPECT_THAT(text, HasSubstr("Transport")) << "the titles of panels are text too";
}

TEST_F(AtTheDesk, WhatIsScrolledAwayIsKnownButNotInSight) {
  ASSERT_TRUE(ui.has("cli/39/row"));
  EXPECT_FALSE(ui.find("cli/39/row")->visible);
  ui.wheel("cli/fd 3", -100);
  EXPECT_TRUE(ui.find("cli/39/row")->visible);
}

TEST_F(AtTheDesk, EverythingSurvivesEveryThemeAndScale) {
  for (const ThemeKind kind : {ThemeKind::dark, ThemeKind::light, ThemeKind::high_contrast}) {
    for (const float scale : {0.75F, 3.0F}) {
      Theme theme;
      theme.kind = kind;
      theme.scale = scale;
      ui.set_theme(theme);
      const int steps = desk.steps;
      ui.click("Step");
      EXPECT_EQ(desk.steps, steps + 1) << theme_name(kind) << " " << scale;
    }
  }
}

TEST(ItemRegistry, FindsByWholePathOrItsEnd) {
  HeadlessUi ui([] {
    const ItemScope outer("Ladder");
    look().items.record("packet 10", {1, 2}, {3, 6});
    look().items.record("SYN", {0, 0}, {1, 1});
  });
  ASSERT_NE(ui.find("packet 10"), nullptr);
  EXPECT_EQ(ui.find("packet 10"), ui.find("Ladder/packet 10"));
  EXPECT_EQ(ui.find("packet 10")->centre().y, 4);
  EXPECT_EQ(ui.find("et 10"), nullptr) << "not in the middle of a name";
  EXPECT_EQ(ui.find("FIN"), nullptr);
}

TEST(States, HighContrastDrawsPatternsWhereColoursAreGone) {
  ThemeKind kind = ThemeKind::dark;
  const auto corners = [&](Hue hue) {
    HeadlessUi::Options options;
    options.theme.kind = kind;
    HeadlessUi ui([hue] { fill_state(*ImGui::GetForegroundDrawList(), {10, 10}, {110, 30}, hue); }, options);
    return ui.vertices();
  };
  const int plain = corners(Hue::closing);
  kind = ThemeKind::high_contrast;
  EXPECT_GT(corners(Hue::closing), plain);
  EXPECT_EQ(corners(Hue::established), plain) << "filled is a pattern too";
}

}  // namespace
}  // namespace sockarium::gui
