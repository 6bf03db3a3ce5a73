// Unix sockets, descriptors in flight, epolls and who waits where, as the window shows them.
#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "build_info.h"
#include "gui/app.h"
#include "gui/layout.h"
#include "lab/picture/waiting.h"
#include "tests/support/headless_ui.h"

namespace sockarium::gui {
namespace {

using test::HeadlessUi;
using ::testing::HasSubstr;
using ::testing::Not;

class Local : public testing::Test {
 protected:
  void open(const std::string& lesson, float width = 1920, float height = 1080) {
    ASSERT_TRUE(app.open(std::string(SOCKARIUM_SOURCE_DIR) + "/scenarios/" + lesson)) << app.load_error();
    HeadlessUi::Options options;
    options.width = width;
    options.height = height;
    ui = std::make_unique<HeadlessUi>([this] { app.frame(1.0F / 60.0F); }, options);
    for (const Question& question : app.lesson().questions())
      app.view().guesses[question.prediction].skipped = true;
  }
  /// To the first moment at which that is true.
  template <class Ask>
  bool until(const Ask& ask) {
    const_cast<Session&>(*app.session()).run_to_end();
    for (std::uint64_t event = 0; event <= app.session()->head(); ++event) {
      app.seek(event);
      if (ask(app.session()->world())) {
        ui->frame(2);
        return true;
      }
    }
    return false;
  }
  picture::Waiting waiting() {
    return picture::waiting_at(app.session()->world(), app.session()->bytes(), 100);
  }
  App app{AppOptions{}};
  std::unique_ptr<HeadlessUi> ui;
};

TEST_F(Local, UnixSocketsHaveTheirNamesInTheKernels) {
  open("76-name-outlives-owner.lua");
  ASSERT_TRUE(until([](const World& world) {
    for (const UnixSocketId id : ids(world.unix.sockets))
      if (!world.unix.sockets.read(id).name.empty()) return true;
    return false;
  }));
  const std::string all = ui->text();
  EXPECT_THAT(all, HasSubstr("/"));
  EXPECT_THAT(all, Not(HasSubstr("*:0")));
  app.view().tool = Tool::SsUnix;
  bring_to_front(app.view(), PanelId::Tools, Room::Wide);
  ui->frame(2);
  EXPECT_THAT(ui->text(), HasSubstr("ss -xap"));
  EXPECT_THAT(ui->text(), HasSubstr("u_"));
}

TEST_F(Local, ADescriptorInFlightIsHeldByAMessage) {
  open("78-sending-a-descriptor.lua");
  ASSERT_TRUE(until([](const World& world) { return world.unix.rights.first() != RightId{}; }));
  EXPECT_THAT(ui->text(), HasSubstr("in flight, in messages"));
  const picture::Waiting all = waiting();
  ASSERT_FALSE(all.in_flight.empty());
  EXPECT_EQ(all.in_flight.front().place, 1);
  ui->press(GLFW_KEY_F10);
  EXPECT_THAT(ui->text(), HasSubstr("Open files in flight: no process holds them"));
  EXPECT_THAT(ui->text(), HasSubstr("in message 1 for"));
}

TEST_F(Local, AnEpollShowsItsInterestAndReadyLists) {
  open("86-level-and-edge.lua");
  ASSERT_TRUE(until([](const World& world) {
    for (const EpollId id : ids(world.poll.epolls))
      if (world.poll.epolls.read(id).first_ready) return true;
    return false;
  }));
  ui->press(GLFW_KEY_F10);
  const std::string all = ui->text();
  EXPECT_THAT(all, HasSubstr("interest list"));
  EXPECT_THAT(all, HasSubstr("ready list, next first:"));
  EXPECT_THAT(all, HasSubstr("ready 1"));
}

TEST_F(Local, WhoWaitsStandsWithWhatItWaitsForAndItsPlaceInTheQueue) {
  open("88-who-gets-the-connection.lua");
  ASSERT_TRUE(until([](const World& world) {
    std::size_t blocked = 0;
    for (const TaskId id : ids(world.kernel.tasks))
      blocked += world.kernel.tasks.read(id).state == kernel::TaskState::Blocked ? 1 : 0;
    return blocked >= 3;
  }));
  ui->press(GLFW_KEY_F10);
  EXPECT_THAT(ui->text(), HasSubstr("Who waits, and for what"));
  bool queued = false;
  for (const picture::WaitingTask& task : waiting().tasks)
    queued = queued || (task.place >= 1 && task.of >= 2);
  EXPECT_TRUE(queued) << "several wait for the same listener";
}

TEST_F(Local, EndedConnectionsAreLinesOfTcplife) {
  open("02-close.lua");
  const_cast<Session&>(*app.session()).run_to_end();
  app.seek(app.session()->head());
  app.view().tool = Tool::Tcplife;
  bring_to_front(app.view(), PanelId::Tools, Room::Wide);
  ui->frame(2);
  EXPECT_THAT(ui->text(), HasSubstr("tcplife -T"));
  for (const HostId host : ids(app.session()->world().kernel.hosts)) {
    const picture::ToolTable table = picture::tool_table(
        Tool::Tcplife, app.session()->world(), app.session()->bytes(), app.session()->records(), host, 100);
    ASSERT_FALSE(table.rows.empty());
    const auto& cells = table.rows.front().cells;
    ASSERT_EQ(cells.size(), table.heads.size());
    EXPECT_NE(cells[2], "") << "the program is named";
    EXPECT_GT(std::stod(cells[9]), 0.0) << "milliseconds of life";
  }
}

TEST_F(Local, ThePanelIsLegibleInEverySize) {
  for (const auto& [width, height] : {std::pair{640.0F, 480.0F}, {1280.0F, 720.0F}, {1920.0F, 1080.0F}}) {
    open("86-level-and-edge.lua", width, height);
    app.seek(60);
    const Room room = app.layout().room;
    if (!is_in_front(app.view(), PanelId::Waiting, room)) bring_to_front(app.view(), PanelId::Waiting, room);
    ui->frame(2);
    EXPECT_THAT(ui->text(), HasSubstr("Waiting")) << width;
  }
}

}  // namespace
}  // namespace sockarium::gui
