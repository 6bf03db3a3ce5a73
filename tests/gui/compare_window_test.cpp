// The comparison with the real kernel as a person sees it in the window: a key starts it, both runs stand
// side by side, what differs is marked in both, and a click tells why. It plays on the real kernel, by the
// program itself.
#include "build_info.h"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>

#include "gui/app.h"
#include "gui/comparison.h"
#include "tests/support/headless_ui.h"
#include "tests/support/started.h"

namespace sockarium::gui {
namespace {

using test::HeadlessUi;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string backlog_lesson =
    "scenario { id = 'X1', title = 'A queue of two' }\n"
    "params { backlog = 1 }\n"
    "local cli = host { name = 'cli', ip = '10.0.0.5' }\n"
    "local srv = host { name = 'srv', ip = '192.168.1.10' }\n"
    "link { cli, srv, delay = '5ms' }\n"
    "process(srv, 'web', function()\n"
    "  local fd = check(socket(AF_INET, SOCK_STREAM))\n"
    "  check(bind(fd, '0.0.0.0', 8080))\n"
    "  check(listen(fd, params.backlog))\n"
    "end)\n"
    "process(cli, 'curl', { start = '1ms' }, function()\n"
    "  local fd = check(socket(AF_INET, SOCK_STREAM))\n"
    "  check(bind(fd, '0.0.0.0', 1000 + params.backlog))\n"
    "end)\n";

class Comparing : public testing::Test {
 protected:
  void SetUp() override {
    if (const std::string why = test::why_comparing_is_impossible(); !why.empty()) GTEST_SKIP() << why;
    write("lesson.lua", backlog_lesson);
  }

  std::string write(const std::string& name, const std::string& content) const {
    const auto path = folder.path / name;
    std::ofstream(path) << content;
    return path.string();
  }
  void open(const std::string& program, float width = 1920, float height = 1080) {
    AppOptions options;
    options.program = program;
    app = std::make_unique<App>(options);
    ASSERT_TRUE(app->open((folder.path / "lesson.lua").string())) << app->load_error();
    HeadlessUi::Options how;
    how.width = width;
    how.height = height;
    ui = std::make_unique<HeadlessUi>([this] { app->frame(1.0F / 60.0F); }, how);
  }
  /// Draws frames until the real run is over: as long as it takes, but no longer than it may.
  void wait_for_the_end() {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (app->comparison() != nullptr && app->comparison()->running()) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline) << "the comparison does not end";
      usleep(5'000);  // the real run needs the processor more than these frames
      ui->frame();
    }
    ui->frame(2);
  }

  const std::string sockarium = SOCKARIUM_BINARY_DIR "/sockarium";
  test::Folder folder;
  std::unique_ptr<App> app;
  std::unique_ptr<HeadlessUi> ui;
};

TEST_F(Comparing, OneKeyPlaysTheRunOnTheRealKernelAndShowsBoth) {
  open(sockarium);
  ui->press(GLFW_KEY_K);
  EXPECT_THAT(ui->text(), HasSubstr("The programs are running on this machine's kernel."));
  wait_for_the_end();
  const std::string all = ui->text();
  EXPECT_THAT(all, HasSubstr("The real kernel agrees."));
  EXPECT_THAT(all, HasSubstr("0 unexplained"));
  EXPECT_THAT(all, HasSubstr("Linux"));
  EXPECT_THAT(all, Not(HasSubstr("≠")));
  ui->press(GLFW_KEY_K);
  EXPECT_THAT(ui->text(), HasSubstr("Ladder"));
  EXPECT_THAT(ui->text(), Not(HasSubstr("The real kernel agrees.")));
}

TEST_F(Comparing, WhatDiffersIsMarkedOnBothSidesAndTellsWhy) {
  // A real side that was given another knob: its kernel does something else, and must be seen to.
  const std::string other = write("other.sh", "#!/bin/sh\nexec " + sockarium + " \"$@\" --set backlog=2\n");
  std::filesystem::permissions(other, std::filesystem::perms::owner_all);
  open(other);
  ui->press(GLFW_KEY_K);
  wait_for_the_end();
  const std::string all = ui->text();
  EXPECT_THAT(all, HasSubstr("observations differ, unexplained."));
  EXPECT_THAT(all, HasSubstr("≠"));
  ASSERT_NE(app->comparison()->first_difference(), nullptr);
  EXPECT_NE(app->view().compared_model, 0U) << "the first difference is selected";
  EXPECT_EQ(app->comparison()->in_real(app->view().compared_model), app->view().compared_real);
  EXPECT_THAT(all, HasSubstr("the program says so in line 9")) << "the cause of the first difference";

  ui->press(GLFW_KEY_ESCAPE);
  EXPECT_EQ(app->view().compared_model, 0U);
  ui->click("difference 1");
  EXPECT_NE(app->view().compared_model, 0U);
  ui->press(GLFW_KEY_ESCAPE);
  EXPECT_EQ(app->view().compared_model, 0U);
  ui->press(GLFW_KEY_ESCAPE);
  EXPECT_EQ(app->view().arrangement, Arrangement::Lesson);
}

TEST_F(Comparing, AClickOnALineSelectsTheSameLineOfTheOtherKernel) {
  open(sockarium);
  ui->press(GLFW_KEY_K);
  wait_for_the_end();
  const auto& pairs = app->comparison()->report().verdict.pairs;
  ASSERT_FALSE(pairs.empty());
  const RecordNumber model = pairs[1].first;
  ui->click("Model/record " + std::to_string(model));
  EXPECT_EQ(app->view().compared_model, model);
  EXPECT_EQ(app->view().compared_real, pairs[1].second);
  EXPECT_THAT(ui->text(), HasSubstr("the program says so in line 8"));
}

TEST_F(Comparing, BothLaddersFollowTheShownMomentAndScrollTogether) {
  write("lesson.lua",
        "local cli = host { name = 'cli', ip = '10.0.0.5' }\n"
        "local srv = host { name = 'srv', ip = '192.168.1.10' }\n"
        "link { cli, srv, delay = '1ms' }\n"
        "process(srv, 'web', function()\n"
        "  local fd = check(socket(AF_INET, SOCK_STREAM))\n"
        "  check(bind(fd, '0.0.0.0', 8080))\n"
        "  check(listen(fd, 5))\n"
        "  local conn = check(accept(fd))\n"
        "  for _ = 1, 12 do check(send(conn, check(recv(conn, 100)))) end\n"
        "end)\n"
        "process(cli, 'curl', { start = '1ms' }, function()\n"
        "  local fd = check(socket(AF_INET, SOCK_STREAM))\n"
        "  check(connect(fd, 'srv', 8080))\n"
        "  for _ = 1, 12 do check(send(fd, 'hello')) check(recv(fd, 100)) end\n"
        "end)\n");
  open(sockarium, 1280, 720);
  ui->press(GLFW_KEY_K);
  wait_for_the_end();
  app->view().compared_model = app->view().compared_real = 0;  // both may differ in how they part
  ui->frame(3);
  std::vector<RecordNumber> packets;  // that both have sent
  for (const auto& [model, real] : app->comparison()->same())
    if (std::holds_alternative<rec::PacketSent>(app->session()->record(model).what)) packets.push_back(model);
  ASSERT_GT(packets.size(), 20U);
  const auto in_sight = [&](RecordNumber model) {
    const bool here = ui->has("Model/record " + std::to_string(model));
    EXPECT_EQ(ui->has("Real kernel/record " + std::to_string(app->comparison()->in_real(model))), here);
    return here;
  };
  const auto [least, most] = std::minmax_element(packets.begin(), packets.end());
  const RecordNumber first = *least, last = *most;
  EXPECT_TRUE(in_sight(first));
  EXPECT_FALSE(in_sight(last));
  ui->press(GLFW_KEY_END);
  ui->frame(3);
  EXPECT_FALSE(in_sight(first));
  EXPECT_TRUE(in_sight(last));
  ui->wheel("Real kernel/record " + std::to_string(app->comparison()->in_real(last)), 100);
  ui->frame(3);
  EXPECT_TRUE(in_sight(first)) << "a person who scrolls one ladder scrolls both";
  EXPECT_FALSE(in_sight(last));
}

TEST_F(Comparing, TheComparisonIsOfTheBranchThatIsShown) {
  open(sockarium);
  app->seek(4);
  auto host = ids(app->session()->world().kernel.hosts).begin();
  ++host;  // srv
  const NetId srv = app->session()->world().kernel.hosts.read(*host).net;
  app->apply(intent::Intervene{SetSysctl{srv, Sysctl::UnprivilegedPortStart, 80}, "ports from 80"});
  ui->press(GLFW_KEY_K);
  wait_for_the_end();
  EXPECT_THAT(ui->text(), HasSubstr("The real kernel agrees."));
}

TEST_F(Comparing, AProgramThatCannotPlayIsAClearMessage) {
  open("/nonexistent/sockarium");
  ui->press(GLFW_KEY_K);
  wait_for_the_end();
  EXPECT_THAT(ui->text(), HasSubstr("This could not be compared here."));
  EXPECT_THAT(ui->text(), HasSubstr("sockarium doctor"));
}

TEST_F(Comparing, EverySizeShowsWhatWasFound) {
  for (const auto& [width, height] : {std::pair{640.0F, 480.0F}, {1280.0F, 720.0F}, {3840.0F, 2160.0F}}) {
    open(sockarium, width, height);
    ui->press(GLFW_KEY_K);
    wait_for_the_end();
    EXPECT_THAT(ui->text(), HasSubstr("The real kernel agrees.")) << width;
  }
}

TEST_F(Comparing, RealRunRefusesWhatNobodyCanDo) {
  const auto started =
      test::start(sockarium, {"real-run", (folder.path / "lesson.lua").string(), "--do", "17:eat:1"},
                  folder.path, folder.path / "output");
  const test::Ended ended = test::wait_for(started, 20);
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.text, HasSubstr("17:eat:1"));
}

}  // namespace
}  // namespace sockarium::gui
