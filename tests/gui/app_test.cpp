// The window's content as a person uses it, without a window: keys and clicks go in, what the session shows
// and what stands in the panels comes out.
#include "gui/app.h"
#include "build_info.h"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "gui/commands.h"
#include "tests/support/headless_ui.h"
#include "tests/support/lab.h"

namespace sockarium::gui {
namespace {

using test::HeadlessUi;
using ::testing::HasSubstr;
using ::testing::Not;
using namespace sockarium::literals;

/// Six clients for a server that listens with backlog 2 and never accepts.
std::unique_ptr<Session> overflowing_server() {
  Setup setup;
  HostSetup client;
  client.name = "cli";
  client.addresses = {Address::v4(10, 0, 0, 5)};
  HostSetup server;
  server.name = "srv";
  server.addresses = {Address::v4(192, 168, 1, 10)};
  setup.hosts = {client, server};
  LinkSetup link;
  link.b = 1;
  link.delay = 10_ms;
  setup.links = {link};
  setup.stop_at = 3_s;
  std::map<TaskPath, test::Script> scripts;
  ProcessSetup slow;
  slow.host = 1;
  slow.name = "slowd";
  setup.processes.push_back(slow);
  scripts[{0}] =
      test::in_order({test::socket(), test::bind(3, 8080), test::listen(3, 2), test::sleep(1000_s)});
  for (std::uint32_t i = 1; i <= 6; ++i) {
    ProcessSetup curl;
    curl.name = "curl-" + std::to_string(i);
    curl.start = 1_ms + (i - 1) * 30_ms;
    setup.processes.push_back(curl);
    scripts[{i}] = test::in_order({test::socket(), test::connect(3, 8080), test::recv(3, 100)});
  }
  return std::make_unique<Session>(setup, test::scripted(scripts));
}

class File {
 public:
  explicit File(const std::string& content)
      : path_(
            (std::filesystem::temp_directory_path() / ("sockarium-app-" + std::to_string(getpid()) + ".lua"))
                .string()) {
    write(content);
  }
  ~File() { std::filesystem::remove(path_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  void write(const std::string& content) {
    std::ofstream(path_) << content;
    // A clock may be too coarse to tell two writings apart.
    std::filesystem::last_write_time(
        path_, std::filesystem::file_time_type::clock::now() + std::chrono::seconds(++writes_));
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  int writes_ = 0;
};

const std::string small_lesson =
    R"(scenario { id = "X1", title = "A small lesson", summary = "One connection." }
local cli = host { name = "cli", ip = "10.0.0.5" }
local srv = host { name = "srv", ip = "192.168.1.10" }
link { cli, srv, delay = "10ms" }
process(srv, "web", function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(bind(fd, "0.0.0.0", 8080))
  check(listen(fd, 2))
  check(accept(fd))
end)
process(cli, "curl", { start = "1ms" }, function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(connect(fd, "srv", 8080))
end)
local open = on { kind = "StateChanged", host = srv, reason = "HandshakeCompleted" }
bookmark("open", open)
at(0, "These are the first words.")
at(open, "The connection is open, at {w.time * 1000} ms.")
predict { at = open, ask = "How does the server see it?", type = "choice", options = { "ESTAB", "LISTEN" },
          answer = function(w) return w:sockets { host = srv, state = "ESTAB" }[1].state end }
)";

struct Fixture {
  App app{AppOptions{}};
  std::unique_ptr<HeadlessUi> ui;
  void open(float width = 1920, float height = 1080) {
    HeadlessUi::Options options;
    options.width = width;
    options.height = height;
    ui = std::make_unique<HeadlessUi>([this] { app.frame(1.0F / 60.0F); }, options);
  }
  std::uint64_t cursor() const { return app.session()->cursor(); }
  /// Goes on until the caption has these words.
  bool step_to(const std::string& words, int most = 200) {
    app.view().unit = Unit::Event;
    for (int i = 0; i < most; ++i) {
      if (ui->text().find(words) != std::string::npos) return true;
      ui->press(GLFW_KEY_PERIOD);
    }
    return false;
  }
};

class Watching : public testing::Test, protected Fixture {
 protected:
  void SetUp() override {
    app.show(overflowing_server(), "Backlog overflow");
    open();
  }
};

TEST_F(Watching, TheFirstLookSaysWhatToPress) {
  const std::string all = ui->text();
  EXPECT_THAT(all, HasSubstr("Press → to step"));
  EXPECT_THAT(all, HasSubstr("event 0 of"));
  EXPECT_THAT(all, HasSubstr("No socket listens at this moment"));
}

TEST_F(Watching, ArrowsStepAndStepBackToTheSamePicture) {
  ui->press(GLFW_KEY_RIGHT);
  ui->press(GLFW_KEY_RIGHT);
  const std::uint64_t second = cursor();
  EXPECT_GT(second, 0U);
  const std::string before = ui->text();
  ui->press(GLFW_KEY_RIGHT);
  EXPECT_GT(cursor(), second);
  ui->press(GLFW_KEY_LEFT);
  EXPECT_EQ(cursor(), second);
  EXPECT_EQ(ui->text(), before);
}

TEST_F(Watching, AUnitIsChosenByItsDigit) {
  ui->press(GLFW_KEY_1);
  EXPECT_EQ(app.view().unit, Unit::Event);
  ui->press(GLFW_KEY_PERIOD);
  EXPECT_EQ(cursor(), 1U);
  ui->press(GLFW_KEY_PERIOD);
  EXPECT_EQ(cursor(), 2U);
  ui->press(GLFW_KEY_COMMA);
  EXPECT_EQ(cursor(), 1U);
}

TEST_F(Watching, TheButtonsDoWhatTheKeysDo) {
  ui->click("Transport/1 Event");
  ui->click("Transport/Step");
  EXPECT_EQ(cursor(), 1U);
  ui->click("Transport/End");
  EXPECT_EQ(cursor(), app.session()->head());
  ui->click("Transport/Start");
  EXPECT_EQ(cursor(), 0U);
}

TEST_F(Watching, AFullQueueIsSeenInSlotsWordsAndCounters) {
  ASSERT_TRUE(step_to("ListenDrops 1"));
  const std::string all = ui->text();
  EXPECT_THAT(all, HasSubstr("FULL"));
  EXPECT_THAT(all, HasSubstr("3 of backlog 2, +1"));
  EXPECT_THAT(all, HasSubstr("accept queue is full"));
  EXPECT_THAT(all, HasSubstr("blocked in connect(3)"));
  EXPECT_THAT(all, HasSubstr("asleep"));
  EXPECT_NE(ui->find("accept queue/FULL"), nullptr);
}

TEST_F(Watching, PlayingGoesOnAndEscStopsIt) {
  ui->press(GLFW_KEY_SPACE);
  EXPECT_TRUE(app.view().playing);
  ui->frame(120);
  const std::uint64_t reached = cursor();
  EXPECT_GT(reached, 1U);
  ui->press(GLFW_KEY_ESCAPE);
  EXPECT_FALSE(app.view().playing);
  const std::uint64_t stopped = cursor();
  ui->frame(120);
  EXPECT_EQ(cursor(), stopped);
}

TEST_F(Watching, RunningThroughShowsAllOfTheRunInTwentySeconds) {
  while (app.session()->ending() == Ending::NotYet) ui->frame();
  ui->press(GLFW_KEY_SPACE, {.shift = true});
  EXPECT_TRUE(app.view().playing);
  EXPECT_THAT(ui->text(), HasSubstr("running through"));
  ui->frame(60 * 10);
  const double half = static_cast<double>(app.session()->head()) / 2;
  EXPECT_NEAR(static_cast<double>(cursor()), half, half * 0.1) << "after ten seconds";
  for (int i = 0; i < 60 * 12 && app.view().playing; ++i) ui->frame();
  EXPECT_EQ(cursor(), app.session()->head());
  EXPECT_FALSE(app.view().playing) << "it ends with the run";
  ui->press(GLFW_KEY_SPACE, {.shift = true});
  ui->frame(30);
  EXPECT_LT(static_cast<double>(cursor()), half) << "from the end it begins anew";
}

TEST_F(Watching, APacketInFlightCanBeDroppedAndTheDropUndone) {
  ASSERT_TRUE(step_to("cli sends SYN"));
  ui->frame(2);
  const std::uint64_t before = cursor();
  ui->click("Why?/Drop this packet");
  EXPECT_EQ(app.session()->branch(), 1U);
  EXPECT_THAT(ui->text(), HasSubstr("branch B"));
  ui->press(GLFW_KEY_Z, {.ctrl = true});
  EXPECT_EQ(app.session()->branch(), 0U);
  EXPECT_EQ(cursor(), before);
  ui->press(GLFW_KEY_Y, {.ctrl = true});
  EXPECT_EQ(app.session()->branch(), 1U);
}

TEST_F(Watching, AClickOnAPacketSelectsItEverywhereAndEscLetsGo) {
  ASSERT_TRUE(step_to("cli sends SYN"));
  RecordNumber sent = app.session()->records_at(cursor());
  while (!std::holds_alternative<rec::PacketSent>(app.session()->record(sent).what)) --sent;
  ui->click("Ladder/record " + std::to_string(sent));
  EXPECT_EQ(app.view().selected, sent);
  EXPECT_THAT(ui->text(), HasSubstr("Esc lets go"));
  ui->press(GLFW_KEY_ESCAPE);
  EXPECT_EQ(app.view().selected, 0U);
}

TEST_F(Watching, TabShowsTheFocusRingAndArrowsThenMoveItInsteadOfTime) {
  ui->press(GLFW_KEY_TAB);
  ui->press(GLFW_KEY_RIGHT);
  EXPECT_EQ(cursor(), 0U);
  ui->press(GLFW_KEY_ESCAPE);
  ui->press(GLFW_KEY_RIGHT);
  EXPECT_GT(cursor(), 0U);
}

TEST_F(Watching, GoToTakesATimeANumberOrAnEnd) {
  ui->press(GLFW_KEY_G);
  ui->type("12");
  ui->press(GLFW_KEY_ENTER);
  EXPECT_EQ(cursor(), 12U);
  EXPECT_EQ(app.view().dialog, Dialog::None);
  ui->press(GLFW_KEY_G);
  ui->type("25 ms");
  ui->press(GLFW_KEY_ENTER);
  EXPECT_LE(app.session()->world().now, 25_ms);
  EXPECT_GT(app.session()->time_at(cursor() + 1), 25_ms);
  ui->press(GLFW_KEY_G);
  ui->type("noon");
  ui->press(GLFW_KEY_ENTER);
  EXPECT_THAT(ui->text(), HasSubstr("«noon» is no moment"));
  ui->press(GLFW_KEY_ESCAPE);
  EXPECT_EQ(app.view().dialog, Dialog::None);
}

TEST_F(Watching, LettersRestWhileAFieldHasTheKeyboard) {
  ui->press(GLFW_KEY_G);
  const ThemeKind before = app.view().theme;
  ui->press(GLFW_KEY_T);
  ui->press(GLFW_KEY_SPACE);
  EXPECT_EQ(app.view().theme, before);
  EXPECT_FALSE(app.view().playing);
  ui->press(GLFW_KEY_ESCAPE);
  ui->press(GLFW_KEY_T);
  EXPECT_NE(app.view().theme, before);
}

TEST_F(Watching, HelpShowsEveryCommandWithItsKey) {
  ui->press(GLFW_KEY_F1);
  const std::string all = ui->text();
  for (const Command& each : commands())
    if (!keys_text(each).empty()) {
      EXPECT_THAT(all, HasSubstr(std::string(each.name))) << each.name;
    }
  ui->press(GLFW_KEY_ESCAPE);
  EXPECT_EQ(app.view().dialog, Dialog::None);
}

TEST_F(Watching, AClickOnTheTimelineJumpsAndADragScrubs) {
  ui->click("Timeline/moment");
  const std::uint64_t middle = cursor();
  EXPECT_GT(middle, 0U);
  EXPECT_LT(middle, app.session()->head());
  ui->drag("Timeline/moment", -200, 0);
  EXPECT_LT(cursor(), middle);
}

TEST(AppWithAFile, TellsTheLessonAndStopsForItsQuestion) {
  const File file(small_lesson);
  Fixture f;
  ASSERT_TRUE(f.app.open(file.path())) << f.app.load_error();
  f.open();
  EXPECT_THAT(f.ui->text(), HasSubstr("These are the first words."));
  EXPECT_THAT(f.ui->text(), HasSubstr("X1  A small lesson"));
  f.app.view().delay = 0.15;
  f.ui->press(GLFW_KEY_SPACE);
  f.ui->frame(400);
  EXPECT_FALSE(f.app.view().playing) << "a question stops it";
  EXPECT_THAT(f.ui->text(), HasSubstr("How does the server see it?"));
  EXPECT_THAT(f.ui->text(), Not(HasSubstr("The connection is open, at")));
  f.ui->click("Prediction/option 2");
  f.ui->click("Prediction/Sure");
  EXPECT_THAT(f.ui->text(), HasSubstr("Answer: ESTAB"));
  EXPECT_THAT(f.ui->text(), HasSubstr("You said: LISTEN"));
  f.ui->click("Show that moment");
  EXPECT_THAT(f.ui->text(), HasSubstr("The connection is open, at 31."));
}

TEST(AppWithAFile, KeepsTheOldRunWhileTheFileIsBrokenAndTheMomentWhenItIsMended) {
  File file(small_lesson);
  Fixture f;
  ASSERT_TRUE(f.app.open(file.path())) << f.app.load_error();
  f.open();
  f.app.seek(9);
  std::string broken = small_lesson;
  broken.replace(broken.find("link {"), 4, "lnik");
  file.write(broken);
  f.ui->frame(2);
  EXPECT_THAT(f.ui->text(), HasSubstr("lnik"));
  EXPECT_THAT(f.ui->text(), HasSubstr("did you mean 'link'?"));
  EXPECT_EQ(f.cursor(), 9U) << "nothing is lost";
  file.write(small_lesson);
  f.ui->frame(2);
  EXPECT_EQ(f.app.load_error(), "");
  EXPECT_EQ(f.cursor(), 9U);
}

TEST(AppWithoutAFile, OffersTheCourse) {
  Fixture f;
  f.open(1280, 720);
  EXPECT_THAT(f.ui->text(), HasSubstr("Ctrl+O"));
}

TEST(EveryLesson, CanBeDrawnAtEveryMomentInEveryRoom) {
  const std::vector<CourseEntry> course = course_in(std::string(SOCKARIUM_SOURCE_DIR) + "/scenarios");
  ASSERT_FALSE(course.empty());
  struct Room {
    float width, height, scale;
  };
  for (const CourseEntry& lesson : course)
    for (const Room& room : {Room{1920, 1080, 1}, Room{1280, 720, 1}, Room{1280, 720, 2}}) {
      Fixture f;
      ASSERT_TRUE(f.app.open(lesson.path)) << f.app.load_error();
      HeadlessUi::Options options;
      options.width = room.width;
      options.height = room.height;
      options.theme.scale = room.scale;
      f.ui = std::make_unique<HeadlessUi>([&f] { f.app.frame(0); }, options);
      // Of a long run every few events: what lies between looks alike.
      const std::uint64_t stride = std::max<std::uint64_t>(1, f.app.session()->head() / 16);
      for (std::uint64_t event = 0; event <= f.app.session()->head(); event += stride) {
        f.app.seek(event);
        // Whatever was recorded last may be asked about.
        f.app.view().selected = event % 2 == 0 ? 0 : f.app.session()->records_at(event);
        for (std::size_t panel = 0; panel < lesson_panels; ++panel) {
          f.app.view().arrangement = Arrangement::Lesson;
          reset_layout(f.app.view());
          bring_to_front(f.app.view(), static_cast<PanelId>(panel), f.app.layout().room);
          f.ui->frame();
          ASSERT_GT(f.ui->vertices(), 500) << lesson.title << " at event " << event;
        }
        reset_layout(f.app.view());
        for (const Arrangement each : {Arrangement::Projector, Arrangement::Debug, Arrangement::Ports}) {
          f.app.view().arrangement = each;
          f.app.view().tool = static_cast<Tool>(event % picture::tool_count);
          f.app.view().time_scale = static_cast<TimeScale>(event % 3);
          f.ui->frame();
          ASSERT_GT(f.ui->vertices(), 500) << lesson.title << " at event " << event << ", " << name(each);
        }
      }
    }
}

TEST_F(Watching, EveryKeyCanBePressedAtEveryMoment) {
  for (const std::uint64_t event : {std::uint64_t{0}, std::uint64_t{14}, app.session()->head()})
    for (const Command& each : commands()) {
      app.seek(event);
      app.view().dialog = Dialog::None;
      app.view().blank = false;
      for (const Key& key : each.keys) ui->press(key.key, {.ctrl = key.ctrl, .shift = key.shift});
      ui->press(GLFW_KEY_ESCAPE);
    }
}

// --- the grid ---

bool overlap(const Rect& a, const Rect& b) {
  return a.min.x < b.max.x && b.min.x < a.max.x && a.min.y < b.max.y && b.min.y < a.max.y;
}

TEST(Layout, NothingOverlapsOrLeavesTheWindowAtAnySizeAndScale) {
  for (const auto& [width, height] : {std::pair{1280.0F, 720.0F},
                                      {1920.0F, 1080.0F},
                                      {1024.0F, 600.0F},
                                      {640.0F, 360.0F},
                                      {3840.0F, 2160.0F}})
    for (const float scale : {0.75F, 1.0F, 1.5F, 2.0F, 3.0F})
      for (const Arrangement each : {Arrangement::Lesson, Arrangement::Projector, Arrangement::Debug,
                                     Arrangement::Ports, Arrangement::Compare}) {
        Theme theme;
        theme.scale = scale;
        if (each == Arrangement::Projector) theme.viewing = Viewing::projector;
        ViewState view;
        view.arrangement = each;
        LayoutWish wish;
        wish.window = {width, height};
        wish.timeline_height = theme.px(200);
        const Layout layout = make_layout(theme, view, wish);
        std::vector<Rect> all{layout.header, layout.caption, layout.timeline, layout.transport};
        for (const Slot& slot : layout.panels) all.push_back(slot.area);
        ASSERT_FALSE(layout.panels.empty());
        for (std::size_t i = 0; i < all.size(); ++i) {
          if (all[i].empty()) continue;
          EXPECT_GE(all[i].min.x, 0) << width << "x" << height << " at " << scale;
          EXPECT_LE(all[i].max.x, width) << width << "x" << height << " at " << scale;
          EXPECT_LE(all[i].max.y, height) << width << "x" << height << " at " << scale;
          for (std::size_t j = i + 1; j < all.size(); ++j)
            if (!all[j].empty()) {
              EXPECT_FALSE(overlap(all[i], all[j]))
                  << i << " and " << j << ", " << width << "x" << height << " at " << scale;
            }
        }
      }
}

TEST(Layout, EveryPanelHasOnePlaceInEveryArrangement) {
  for (const Arrangement each :
       {Arrangement::Lesson, Arrangement::Projector, Arrangement::Debug, Arrangement::Ports})
    for (const Room room : {Room::Wide, Room::Compact, Room::Narrow}) {
      std::map<PanelId, int> places;
      for (const PlannedColumn& column : plan_of(each, room))
        for (const PlannedPlace& place : column.places)
          for (const PanelId panel : place.panels) ++places[panel];
      for (std::size_t panel = 0; panel < lesson_panels; ++panel)
        EXPECT_EQ(places[static_cast<PanelId>(panel)], 1)
            << name(static_cast<PanelId>(panel)) << " in " << name(each) << ", " << name(room);
    }
}

TEST(Layout, AnyPanelComesToTheFrontAndTakesItsColumnTheSecondTime) {
  for (const Arrangement each :
       {Arrangement::Lesson, Arrangement::Projector, Arrangement::Debug, Arrangement::Ports})
    for (const auto& [width, height] : {std::pair{1920.0F, 1080.0F}, {1280.0F, 720.0F}, {700.0F, 500.0F}})
      for (std::size_t i = 0; i < lesson_panels; ++i) {
        const auto panel = static_cast<PanelId>(i);
        ViewState view;
        view.arrangement = each;
        LayoutWish wish;
        wish.window = {width, height};
        const auto slot_of = [&] {
          const Layout layout = make_layout(Theme{}, view, wish);
          for (const Slot& slot : layout.panels)
            if (slot.panel == panel) return slot.area;
          return Rect{};
        };
        const Room room = make_layout(Theme{}, view, wish).room;
        if (slot_of().empty()) bring_to_front(view, panel, room);
        const Rect first = slot_of();
        ASSERT_FALSE(first.empty()) << name(panel) << " in " << name(each) << ", " << name(room);
        bring_to_front(view, panel, room);
        EXPECT_GE(slot_of().height(), first.height()) << name(panel) << " in " << name(each);
        reset_layout(view);
        EXPECT_FALSE(view.enlarged);
      }
}

TEST(TimeAxis, EveryScaleKeepsTheOrderAndFindsEveryMomentAgain) {
  const std::unique_ptr<Session> session = overflowing_server();
  session->run_to_end();
  TimeAxis axis;
  axis.update(*session);
  for (const TimeScale scale : {TimeScale::Events, TimeScale::Compressed, TimeScale::True}) {
    float last = 0;
    for (std::uint64_t event = 0; event <= session->head(); ++event) {
      const float x = axis.position(event, 100'000, 50, scale);
      EXPECT_GE(x, last) << name(scale) << " " << event;
      // In true time several events may stand at one place.
      const std::uint64_t found = axis.event_at(x, 100'000, 50, scale);
      if (scale != TimeScale::True) {
        EXPECT_EQ(found, event) << name(scale);
      } else {
        EXPECT_EQ(session->time_at(found) / 100'000, session->time_at(event) / 100'000);
      }
      last = x;
    }
    EXPECT_NEAR(last, 100'000, 1) << name(scale);
  }
}

TEST(TimeAxis, FoldsALongWaitAndFindsEveryMomentAgain) {
  const std::unique_ptr<Session> session = overflowing_server();
  session->run_to_end();
  TimeAxis axis;
  axis.update(*session);
  ASSERT_FALSE(axis.gaps().empty());
  EXPECT_GT(axis.gaps().front().length, 500_ms);
  float last = -1;
  for (std::uint64_t event = 0; event <= session->head(); ++event) {
    const float x = axis.position(event, 1000, 50);
    EXPECT_GT(x, last);
    EXPECT_EQ(axis.event_at(x, 1000, 50), event);
    last = x;
  }
  EXPECT_FLOAT_EQ(last, 1000);
}

TEST(Commands, NoTwoHaveTheSameKey) {
  std::map<std::string, std::string> taken;
  for (const Command& each : commands())
    for (const Key& key : each.keys) {
      const std::string text = key_text(key) + (key.shift ? "s" : "") + std::to_string(key.key);
      EXPECT_EQ(taken.count(text), 0U) << text << ": " << each.name << " and " << taken[text];
      taken[text] = std::string(each.name);
    }
}

}  // namespace
}  // namespace sockarium::gui
