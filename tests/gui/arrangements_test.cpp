// The layouts as a person uses them: ports and sockets by the thousand, the tools and the inspector, the
// projector; what is pinned in one panel lights up in all; bookmarks, search, the list of all commands.
#include "build_info.h"
#include "gui/app.h"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <span>

#include "gui/commands.h"
#include "tests/support/headless_ui.h"
#include "tests/support/lab.h"

namespace sockarium::gui {
namespace {

using test::HeadlessUi;
using ::testing::HasSubstr;
using ::testing::Not;
using namespace sockarium::literals;

std::string lesson(const std::string& name) {
  return std::string(SOCKARIUM_SOURCE_DIR) + "/scenarios/" + name;
}

class AtTheWindow : public testing::Test {
 protected:
  App app{AppOptions{}};
  std::unique_ptr<HeadlessUi> ui;
  void open(const std::string& file, Arrangement arrangement, float width = 1920, float height = 1080,
            const std::map<std::string, std::string>& params = {}) {
    script::LoadOptions how;
    how.params = params;
    script::LoadResult loaded = script::load_file(file, how);
    auto* scenario = std::get_if<std::shared_ptr<const script::Scenario>>(&loaded);
    ASSERT_NE(scenario, nullptr) << file;
    app.show(*scenario, file);
    app.apply(intent::Arrange{arrangement});
    HeadlessUi::Options options;
    options.width = width;
    options.height = height;
    options.theme = app.theme();
    ui = std::make_unique<HeadlessUi>([this] { app.frame(1.0F / 60.0F); }, options);
  }
  void to_end() {
    while (app.session()->ending() == Ending::NotYet) app.seek(app.session()->head());
    app.seek(app.session()->head());
    // Whoever looks at the end has answered.
    for (const Question& question : app.lesson().questions())
      app.view().guesses[question.prediction].skipped = true;
    ui->frame(3);
  }
};

TEST_F(AtTheWindow, ManyPortsAreAPictureWithExactNumbers) {
  open(lesson("62-running-out.lua"), Arrangement::Ports, 1920, 1080, {{"ports", "600"}});
  to_end();
  const std::string all = ui->text();
  EXPECT_THAT(all, HasSubstr("Ports of cli"));
  EXPECT_THAT(all, HasSubstr("100.0 %"));
  EXPECT_THAT(all, HasSubstr("ESTABLISHED"));
  EXPECT_THAT(all, HasSubstr("600"));
  ASSERT_TRUE(ui->has("Port map/map"));
  EXPECT_LT(ui->vertices(), 60'000) << "a picture, not a widget for each port";
}

TEST_F(AtTheWindow, AClickOnAPortPinsItInEveryPanelAndEscLetsGo) {
  open(lesson("62-running-out.lua"), Arrangement::Ports, 1920, 1080, {{"ports", "600"}});
  to_end();
  const Item* map = ui->find("Port map/map");
  ASSERT_NE(map, nullptr);
  ui->move_to(map->min.x + 30, map->min.y + 4);
  EXPECT_THAT(ui->text(), HasSubstr("port 3")) << "under the pointer";
  EXPECT_TRUE(app.view().hovered_port || app.view().preview_port);
  ui->click_at(map->min.x + 30, map->min.y + 4);
  ASSERT_TRUE(app.view().pinned_port);
  EXPECT_GE(app.view().pinned_port->port, 32768);
  EXPECT_NE(app.view().selected, 0U) << "the connection behind it is selected, too";
  ui->press(GLFW_KEY_ESCAPE);
  EXPECT_FALSE(app.view().pinned_port);
  EXPECT_EQ(app.view().selected, 0U);
}

TEST_F(AtTheWindow, AFewPortsAreBoxesWithTheirNumbers) {
  open(lesson("62-running-out.lua"), Arrangement::Ports, 1280, 720);
  to_end();
  EXPECT_TRUE(ui->has("Port map/port 32768"));
  EXPECT_THAT(ui->text(), HasSubstr("E 32768"));
  ui->click("Port map/port 32770");
  ASSERT_TRUE(app.view().pinned_port);
  EXPECT_EQ(app.view().pinned_port->port, 32770);
  ui->click("Port map/All");
  EXPECT_TRUE(ui->has("Port map/map")) << "all 65,536 of them";
}

TEST_F(AtTheWindow, ThePortMapIsAskedForOneDestination) {
  open(lesson("62-running-out.lua"), Arrangement::Ports, 1920, 1080, {{"destinations", "2"}});
  to_end();
  app.view().destination = test::endpoint("192.168.1.10", 81);
  ui->frame(2);
  EXPECT_THAT(ui->text(), HasSubstr("Ports of cli towards 192.168.1.10:81"));
}

TEST_F(AtTheWindow, SocketsAreCountedByState) {
  open(lesson("62-running-out.lua"), Arrangement::Ports);
  to_end();
  const std::string all = ui->text();
  EXPECT_THAT(all, HasSubstr("Sockets of cli"));
  EXPECT_THAT(all, HasSubstr("ESTABLISHED 9"));
  EXPECT_TRUE(ui->has("Socket map/sockets"));
}

TEST_F(AtTheWindow, DebugShowsToolsTimersAndBytes) {
  open(lesson("03-backlog-overflow.lua"), Arrangement::Debug);
  app.seek(37);
  ui->frame(3);
  std::string all = ui->text();
  EXPECT_THAT(all, HasSubstr("$ ss -tuanp"));
  EXPECT_THAT(all, HasSubstr("Recv-Q"));
  EXPECT_THAT(all, HasSubstr("repeat the SYN"));
  EXPECT_THAT(all, HasSubstr("sequence number"));
  EXPECT_TRUE(ui->has("Inspector/bytes"));
  EXPECT_THAT(all, HasSubstr("somaxconn"));
  ui->click("Tools/strace");
  EXPECT_THAT(ui->text(), HasSubstr("<unfinished ...>"));
  ui->click("Tools/tcpdump");
  EXPECT_THAT(ui->text(), HasSubstr("Flags [S]"));
  ui->click("Tools/nstat");
  EXPECT_THAT(ui->text(), HasSubstr("TcpExtListenDrops"));
}

TEST_F(AtTheWindow, ARowOfAToolThatIsTooWideTellsItsEndBesideThePointer) {
  open(lesson("03-backlog-overflow.lua"), Arrangement::Lesson, 1280, 720);
  app.seek(37);
  bring_to_front(app.view(), PanelId::Tools, Room::Compact);
  ui->frame(3);
  const Session& session = *app.session();
  HostId host = *ids(session.world().kernel.hosts).begin();
  picture::ToolTable table;
  for (const HostId each : ids(session.world().kernel.hosts)) {
    host = each;
    table = picture::tool_table(Tool::Ss, session.world(), session.bytes(), session.records(), each, 100);
    if (!table.rows.empty() && table.rows[0].cells[1] == "LISTEN") break;
  }
  app.view().tool_host = host;
  ui->frame(3);
  const std::string program = table.rows[0].cells.back();
  EXPECT_THAT(program, HasSubstr("users:("));
  const auto told = [&] {
    const std::string all = ui->text();
    std::size_t count = 0;
    for (std::size_t at = all.find(program); at != std::string::npos; at = all.find(program, at + 1)) ++count;
    return count;
  };
  EXPECT_EQ(told(), 1U);
  ui->hover("Tools/row " + table.rows[0].key);
  EXPECT_EQ(told(), 2U);
}

TEST_F(AtTheWindow, ASysctlIsTurnedByClickAndGoesOnABranch) {
  open(lesson("03-backlog-overflow.lua"), Arrangement::Debug);
  app.seek(10);
  ui->frame(2);
  ui->click("Settings/filter");
  ui->type("somaxconn");
  ui->frame(2);
  ui->click("net.core.somaxconn/4096");
  ui->frame(2);
  for (int i = 0; i < 5; ++i) ui->press(GLFW_KEY_BACKSPACE);
  ui->type("7");
  ui->press(GLFW_KEY_ENTER);
  ui->frame(2);
  EXPECT_EQ(app.session()->branch(), 1U);
  EXPECT_THAT(app.session()->branch_info(1).label, HasSubstr("somaxconn = 7"));
}

TEST_F(AtTheWindow, WhatIsPinnedInOnePanelLightsUpInTheOthers) {
  open(lesson("03-backlog-overflow.lua"), Arrangement::Debug);
  app.seek(37);
  ui->frame(3);
  // A row of ss is a socket, a state and a connection.
  const auto& items = ui->look().items.items();
  std::string row;
  for (const Item& item : items)
    if (item.path.find("row tcp192.168.1.10:8080 ") != std::string::npos ||
        item.path.find("row tcp10.0.0.5:") != std::string::npos)
      row = item.path;
  ASSERT_FALSE(row.empty());
  const auto lit = [&](const char* sign) {
    std::set<std::string> panels;
    for (const Item& item : ui->look().items.items())
      if (item.path.ends_with(sign)) panels.insert(item.path.substr(0, item.path.find('/')));
    return panels;
  };
  EXPECT_THAT(lit("/lit"), ::testing::IsEmpty());
  ui->hover(row);
  ui->frame(2);
  EXPECT_THAT(lit("/previewed"), ::testing::IsSupersetOf({"Kernels", "Tools", "Timeline"}));
  ui->click(row);
  ASSERT_NE(app.view().selected, 0U);
  ui->move_to(1, 1);
  ui->frame(2);
  EXPECT_THAT(lit("/lit"), ::testing::IsSupersetOf({"Kernels", "Tools", "Timeline"}));
  ui->press(GLFW_KEY_ESCAPE);
  EXPECT_EQ(app.view().selected, 0U);
}

TEST_F(AtTheWindow, TheCallBehindAPacketIsALineOfTheProgram) {
  open(lesson("01-handshake.lua"), Arrangement::Lesson);
  RecordNumber sent = 0;
  for (RecordNumber n = 1; n <= app.session()->records().size() && sent == 0; ++n)
    if (std::holds_alternative<rec::PacketSent>(app.session()->record(n).what)) sent = n;
  ASSERT_NE(sent, 0U);
  app.seek(app.session()->record(sent).event);
  app.view().selected = sent;
  ui->frame(3);
  EXPECT_TRUE(ui->has("lit line"));
}

TEST_F(AtTheWindow, TheProjectorIsLightAndLargeAndGoesBack) {
  open(lesson("03-backlog-overflow.lua"), Arrangement::Lesson, 1280, 720);
  ui->press(GLFW_KEY_P);
  EXPECT_EQ(app.view().arrangement, Arrangement::Projector);
  EXPECT_EQ(app.theme().kind, ThemeKind::light);
  EXPECT_EQ(app.theme().viewing, Viewing::projector);
  EXPECT_EQ(app.layout().panels.size(), 3U);
  ui->press(GLFW_KEY_T);
  EXPECT_EQ(app.theme().kind, ThemeKind::high_contrast) << "the projector's own theme";
  ui->press(GLFW_KEY_P);
  EXPECT_EQ(app.theme().kind, ThemeKind::dark) << "the desk's has stayed";
}

TEST_F(AtTheWindow, AnyPanelOfThreeIsSwappedByItsKey) {
  open(lesson("03-backlog-overflow.lua"), Arrangement::Projector, 1280, 720);
  for (const auto& [key, title] :
       {std::pair{GLFW_KEY_F7, "TCP states"}, {GLFW_KEY_F8, "Why?"}, {GLFW_KEY_F6, "Queues"}}) {
    ui->press(key);
    EXPECT_TRUE(ui->has(std::string(title) + "/panel") || ui->text().find(title) != std::string::npos)
        << title;
  }
  ui->press(GLFW_KEY_F2, {.shift = true});
  EXPECT_TRUE(ui->has("Tools/panel"));
}

TEST_F(AtTheWindow, ASplitIsDraggedAndResetPutsItBack) {
  open(lesson("03-backlog-overflow.lua"), Arrangement::Lesson);
  const float before = app.layout().panels.front().area.width();
  ui->drag("Splits/Lesson/wide after 1", 90, 0);
  ui->frame(2);
  EXPECT_NEAR(app.layout().panels.front().area.width(), before + 90, 12);
  app.apply(intent::ResetLayout{});
  ui->frame(2);
  EXPECT_EQ(app.layout().panels.front().area.width(), before);
}

TEST_F(AtTheWindow, APredictionAndABookmarkOfOneMomentDoNotHideEachOther) {
  open(lesson("11-descriptor.lua"), Arrangement::Lesson);
  to_end();
  ui->frame(2);
  const Item* prediction = ui->find("Timeline/prediction 1");
  ASSERT_NE(prediction, nullptr);
  const Item above = *prediction;
  const Item* bookmark = ui->find("Timeline/bookmark second-ticket");
  ASSERT_NE(bookmark, nullptr);
  EXPECT_LT(above.min.x, bookmark->max.x) << "they stand at the same moment";
  EXPECT_LE(above.max.y, bookmark->min.y);
}

TEST_F(AtTheWindow, ABookmarkIsSetFoundAndTakenAway) {
  open(lesson("03-backlog-overflow.lua"), Arrangement::Lesson);
  app.seek(12);
  ui->press(GLFW_KEY_M);
  ui->frame(2);
  ui->press(GLFW_KEY_ENTER);
  ui->frame(2);
  ASSERT_EQ(app.view().bookmarks.size(), 1U);
  EXPECT_EQ(app.view().bookmarks.front().event, 12U);
  app.seek(2);
  ui->press(GLFW_KEY_RIGHT_BRACKET);
  EXPECT_EQ(app.session()->cursor(), 12U);
  app.seek(14);
  ui->press(GLFW_KEY_LEFT_BRACKET);
  EXPECT_EQ(app.session()->cursor(), 12U);
  ui->press(GLFW_KEY_M);
  ui->frame(2);
  ui->press(GLFW_KEY_ENTER);
  ui->frame(2);
  EXPECT_TRUE(app.view().bookmarks.empty());
}

TEST_F(AtTheWindow, SearchGoesToTheEventWithTheseWords) {
  open(lesson("03-backlog-overflow.lua"), Arrangement::Lesson);
  ui->press(GLFW_KEY_SLASH);
  ui->frame(2);
  ui->type("drops SYN");
  ui->frame(3);
  EXPECT_THAT(ui->text(), HasSubstr("events"));
  ui->press(GLFW_KEY_ENTER);
  ui->frame(2);
  EXPECT_EQ(app.view().dialog, Dialog::None);
  EXPECT_THAT(ui->text(), HasSubstr("srv drops the SYN"));
}

TEST_F(AtTheWindow, AllCommandsAreFoundByTheirNames) {
  open(lesson("03-backlog-overflow.lua"), Arrangement::Lesson);
  ui->press(GLFW_KEY_P, {.ctrl = true});
  ui->frame(2);
  ui->type("layout debug");
  ui->frame(2);
  EXPECT_THAT(ui->text(), HasSubstr("Layout: Debug"));
  ui->press(GLFW_KEY_ENTER);
  ui->frame(2);
  EXPECT_EQ(app.view().arrangement, Arrangement::Debug);
  EXPECT_EQ(app.view().dialog, Dialog::None);
}

TEST_F(AtTheWindow, TheTimelineIsZoomedMovedAndFitted) {
  open(lesson("03-backlog-overflow.lua"), Arrangement::Lesson);
  app.seek(20);
  ui->press(GLFW_KEY_W);
  ui->press(GLFW_KEY_W);
  EXPECT_NEAR(app.view().timeline_to - app.view().timeline_from, 0.49, 0.01);
  const double from = app.view().timeline_from;
  ui->press(GLFW_KEY_D);
  EXPECT_GT(app.view().timeline_from, from);
  ui->press(GLFW_KEY_F);
  EXPECT_EQ(app.view().timeline_from, 0);
  EXPECT_EQ(app.view().timeline_to, 1);
  ui->press(GLFW_KEY_Y);
  EXPECT_THAT(ui->text(), HasSubstr("compressed"));
  ui->press(GLFW_KEY_Y);
  EXPECT_THAT(ui->text(), HasSubstr("true time"));
}

/// Whoever presses and clicks at random finds no crash and no fault. The same walk every time.
TEST_F(AtTheWindow, ALongRandomWalkOfKeysAndClicksEndsWell) {
  std::uint64_t state = 20'260'601;
  const auto chance = [&state](std::uint64_t below) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (state >> 33) % below;
  };
  for (const char* file : {"03-backlog-overflow.lua", "64-deadly-rate.lua"}) {
    open(lesson(file), Arrangement::Lesson, 1280, 720);
    for (int i = 0; i < 700; ++i) {
      const std::span<const Command> all = commands();
      switch (chance(5)) {
        case 0: {  // a key of the table, but for those that leave the window or open a file
          const Command& each = all[chance(all.size())];
          if (each.name == "Quit" || each.name == "Compare with the real kernel" || each.keys.empty() ||
              each.name == "Save")
            break;
          const Key& key = each.keys[chance(each.keys.size())];
          ui->press(key.key, {.ctrl = key.ctrl, .shift = key.shift});
          break;
        }
        case 1:
          ui->press(GLFW_KEY_ESCAPE);
          break;
        case 2: {  // something that is there
          const auto& items = ui->look().items.items();
          if (items.empty()) break;
          const Item item = items[chance(items.size())];
          const bool leaves =
              item.path.find(".lua") != std::string::npos || item.path.find("File") != std::string::npos ||
              item.path.find("Compare") != std::string::npos || item.path.find("Export") != std::string::npos;
          if (item.visible && !leaves) ui->click_at(item.centre().x, item.centre().y);
          break;
        }
        case 3:
          ui->move_to(static_cast<float>(chance(1280)), static_cast<float>(chance(720)));
          break;
        default:
          ui->press(chance(2) == 0 ? GLFW_KEY_PERIOD : GLFW_KEY_COMMA);
          break;
      }
      if (i % 50 == 0) {
        ASSERT_EQ(app.load_error(), "");
        app.apply(intent::Arrange{static_cast<Arrangement>(chance(4))});
        ui->set_theme(app.theme());
        ui->frame();
      }
      ASSERT_NE(app.session(), nullptr) << file << ", move " << i;
    }
  }
}

TEST(FirstStart, ShowsThreeStepsAndKeepsThatItDid) {
  AppOptions options;
  options.tour = true;
  App app(options);
  HeadlessUi ui([&] { app.frame(1.0F / 60.0F); });
  EXPECT_THAT(ui.text(), HasSubstr("1 of 3"));
  ui.click("Next");
  ui.click("Next");
  EXPECT_THAT(ui.text(), HasSubstr("3 of 3"));
  ui.click("Begin");
  EXPECT_EQ(app.view().dialog, Dialog::None);
  EXPECT_TRUE(app.settings().tour_seen);
}

TEST_F(AtTheWindow, AboutSaysWhatTheModelLeavesOut) {
  open(lesson("03-backlog-overflow.lua"), Arrangement::Lesson);
  app.view().dialog = Dialog::About;
  ui->frame(2);
  EXPECT_THAT(ui->text(), HasSubstr("What it leaves out"));
}

}  // namespace
}  // namespace sockarium::gui
