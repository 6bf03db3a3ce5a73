// What a person does to a run at the window: by button, menu, key and box; as a file that does it again; and
// the link to a moment.
#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "build_info.h"
#include "gui/app.h"
#include "gui/commands.h"
#include "gui/doings.h"
#include "gui/layout.h"
#include "gui/link.h"
#include "lab/script/deeds.h"
#include "tests/support/headless_ui.h"

namespace sockarium::gui {
namespace {

using test::HeadlessUi;
using ::testing::HasSubstr;
using ::testing::Not;

class Intervening : public testing::Test {
 protected:
  void open(float width = 1920, float height = 1080, const std::string& lesson = "03-backlog-overflow.lua") {
    path = std::string(SOCKARIUM_SOURCE_DIR) + "/scenarios/" + lesson;
    ASSERT_TRUE(app.open(path)) << app.load_error();
    HeadlessUi::Options options;
    options.width = width;
    options.height = height;
    ui = std::make_unique<HeadlessUi>([this] { app.frame(1.0F / 60.0F); }, options);
    for (const Question& question : app.lesson().questions())
      app.view().guesses[question.prediction].skipped = true;
  }
  bool step_to(const std::string& words) {
    app.view().unit = Unit::Event;
    for (int i = 0; i < 400; ++i) {
      if (ui->text().find(words) != std::string::npos) return true;
      ui->press(GLFW_KEY_PERIOD);
    }
    return false;
  }
  std::string path;
  App app{AppOptions{}};
  std::unique_ptr<HeadlessUi> ui;
};

TEST_F(Intervening, ByKeyAPacketIsDroppedAndByAnotherItIsUndone) {
  open();
  ASSERT_TRUE(step_to("sends SYN"));
  ui->press(GLFW_KEY_X);
  EXPECT_EQ(app.session()->branch(), 1u);
  EXPECT_THAT(app.session()->branch_info(1).label, HasSubstr("drop SYN"));
  ui->press(GLFW_KEY_Z, {.ctrl = true});
  EXPECT_EQ(app.session()->branch(), 0u);
  ui->press(GLFW_KEY_L);
  EXPECT_THAT(app.session()->branch_info(app.session()->branch()).label, HasSubstr("delay SYN"));
}

TEST_F(Intervening, TheMenuOffersOnlyWhatCanBeDoneNow) {
  open();
  const Command& drop = command("Drop the packet");
  Frame frame;
  EXPECT_EQ(app.session()->cursor(), 0u);
  ui->click("Header/What if");
  const Item* item = ui->find("What if/Drop the packet");
  ASSERT_NE(item, nullptr);
  ui->press(GLFW_KEY_ESCAPE);
  ui->press(GLFW_KEY_X);
  EXPECT_EQ(app.session()->branch(), 0u) << "nothing flies at the start";
  EXPECT_EQ(drop.menu, Menu::WhatIf);
}

TEST_F(Intervening, AResetIsForgedIntoTheShownConnection) {
  open();
  app.apply(intent::GoTo{"80ms"});
  ui->frame(2);
  ui->press(GLFW_KEY_I);
  ASSERT_EQ(app.view().dialog, Dialog::Forge);
  EXPECT_NE(app.view().forge.from, "");
  EXPECT_NE(app.view().forge.to, "");
  EXPECT_THAT(ui->text(), HasSubstr("Empty numbers are those that fit"));
  ui->click("Forge a segment/Send it");
  EXPECT_EQ(app.view().dialog, Dialog::None);
  ASSERT_EQ(app.session()->branch(), 1u);
  EXPECT_THAT(app.session()->branch_info(1).label, HasSubstr("forge RST"));
  ui->press(GLFW_KEY_Z, {.ctrl = true});
  EXPECT_EQ(app.session()->branch(), 0u);
}

TEST_F(Intervening, AForgedSegmentSaysWhyItCannotBeSent) {
  open();
  ui->press(GLFW_KEY_I);
  ui->click("Forge a segment/Window");  // the first field no longer has the keyboard
  app.view().forge = ForgeForm{};
  app.view().forge.from = "99.9.9.9:1";
  app.view().forge.to = "192.168.1.10:80";
  EXPECT_THAT(ui->text(), HasSubstr("Choose at least one flag"));
  ui->click("Forge a segment/SYN");
  EXPECT_THAT(ui->text(), HasSubstr("no host has the address that it pretends to come from"));
  app.view().forge.from = "nonsense";
  EXPECT_THAT(ui->text(), HasSubstr("needs an address and a port"));
  const Item* send = ui->find("Forge a segment/Send it");
  ASSERT_NE(send, nullptr);
  EXPECT_FALSE(send->enabled);
}

TEST_F(Intervening, ALimitIsSetForTheProgramThatIsMeant) {
  open();
  app.apply(intent::GoTo{"1us"});
  ui->frame(2);
  ui->click("Why?/Limit…");
  ASSERT_EQ(app.view().dialog, Dialog::Limit);
  ui->type("4");
  ui->click("Limit of descriptors/Set");
  ASSERT_EQ(app.session()->branch(), 1u);
  EXPECT_THAT(app.session()->branch_info(1).label, HasSubstr("nofile = 4"));
}

TEST_F(Intervening, InASmallWindowWhyKeepsItsSettingInSight) {
  open(1280, 720);
  bring_to_front(app.view(), PanelId::Why, Room::Compact);
  ASSERT_TRUE(step_to("sends SYN"));
  ui->frame(2);
  const Item* panel = ui->find("Why?/panel");
  ASSERT_NE(panel, nullptr);
  for (const char* name : {"Why?/Set", "Why?/value", "Why?/sysctl"}) {
    const Item* item = ui->find(name);
    if (item == nullptr) continue;
    EXPECT_LE(item->max.y, panel->max.y) << name;
    EXPECT_LE(item->max.x, panel->max.x) << name;
    EXPECT_TRUE(item->visible) << name;
  }
  ASSERT_TRUE(ui->has("Why?/Set"));
  ASSERT_TRUE(ui->has("Why?/More…"));
  ui->click("Why?/More…");
  EXPECT_TRUE(ui->has("Limit…"));
}

TEST_F(Intervening, WhatWasDoneIsWrittenAndDoesTheSameAgain) {
  open();
  ASSERT_TRUE(step_to("sends SYN"));
  ui->press(GLFW_KEY_X);
  app.apply(intent::GoTo{"1.5s"});
  ui->frame();
  const std::string file =
      (std::filesystem::temp_directory_path() / ("sockarium-did-" + std::to_string(getpid()) + ".lua"))
          .string();
  std::filesystem::remove(file);
  ui->press(GLFW_KEY_E, {.ctrl = true, .shift = true});
  ASSERT_EQ(app.view().dialog, Dialog::Export);
  EXPECT_THAT(app.view().path_field, HasSubstr("what-i-did.lua"));
  EXPECT_THAT(ui->text(), HasSubstr("One intervention is in this branch"));
  ui->press(GLFW_KEY_A, {.ctrl = true});
  ui->type(file);
  ui->click("Export/What I did, as scenario");
  ASSERT_EQ(app.view().dialog, Dialog::None) << app.view().dialog_error;
  EXPECT_THAT(app.view().notice, HasSubstr("with 1 intervention"));

  // An existing file is replaced only by whoever says so.
  std::ofstream(file) << "precious";
  ui->press(GLFW_KEY_E, {.ctrl = true, .shift = true});
  ui->press(GLFW_KEY_A, {.ctrl = true});
  ui->type(file);
  ui->click("Export/What I did, as scenario");
  EXPECT_EQ(app.view().dialog, Dialog::Export);
  EXPECT_THAT(ui->text(), HasSubstr("is there already"));
  EXPECT_EQ(std::filesystem::file_size(file), 8u);
  ui->click("Export/Replace it");
  EXPECT_EQ(app.view().dialog, Dialog::None) << app.view().dialog_error;

  script::LoadResult loaded = script::load_file(file);
  const auto* scenario = std::get_if<std::shared_ptr<const script::Scenario>>(&loaded);
  ASSERT_NE(scenario, nullptr);
  auto begun = script::start(*scenario);
  Session& again = *std::get<std::unique_ptr<Session>>(begun);
  again.run_to_end();
  Session& here = const_cast<Session&>(*app.session());
  here.run_to_end();
  EXPECT_EQ(again.head(), here.head());
  EXPECT_EQ(again.hash_at(again.head()), here.hash_at(here.head()));

  // And the window shows it as the branch that it was, which can be undone.
  ASSERT_TRUE(app.open(file)) << app.load_error();
  ui->frame(2);
  EXPECT_EQ(app.session()->branch(), 1u);
  std::filesystem::remove(file);
}

TEST_F(Intervening, ALinkIsACommandLineForThisMoment) {
  open();
  app.seek(9);
  app.view().arrangement = Arrangement::Debug;
  ui->press(GLFW_KEY_L, {.ctrl = true});
  const std::string link = ImGui::GetClipboardText();
  EXPECT_THAT(link, HasSubstr("sockarium gui /"));
  EXPECT_THAT(link, HasSubstr("03-backlog-overflow.lua --at 9 --layout debug"));
  EXPECT_THAT(app.view().notice, HasSubstr("In the clipboard"));
}

TEST(Links, AreFitForAShell) {
  script::LoadOptions loaded;
  loaded.params = {{"greeting", "it's me"}, {"backlog", "3"}};
  loaded.seed = 7;
  loaded.profile = Profile::Linux4_19;
  ViewState view;
  view.scale = 1.5F;
  EXPECT_EQ(
      link_to("/tmp/my lesson.lua", loaded, 17, view),
      "sockarium gui '/tmp/my lesson.lua' --at 17 --set backlog=3 --set 'greeting=it'\\''s me' --seed 7 "
      "--profile linux-4.19 --layout lesson --scale 1.5");
}

}  // namespace
}  // namespace sockarium::gui
