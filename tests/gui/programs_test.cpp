// The panel of programs: several threads of one program are told apart, and a forked child is not its parent.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "build_info.h"
#include "gui/app.h"
#include "tests/support/headless_ui.h"

namespace sockarium::gui {
namespace {

using test::HeadlessUi;
using ::testing::HasSubstr;
using ::testing::Not;

class Programs : public testing::Test {
 protected:
  void open(const std::string& lesson, const std::string& bookmark, float width = 1920, float height = 1080) {
    ASSERT_TRUE(app.open(std::string(SOCKARIUM_SOURCE_DIR) + "/scenarios/" + lesson)) << app.load_error();
    HeadlessUi::Options options;
    options.width = width;
    options.height = height;
    ui = std::make_unique<HeadlessUi>([this] { app.frame(1.0F / 60.0F); }, options);
    for (const Question& question : app.lesson().questions())
      app.view().guesses[question.prediction].skipped = true;
    const auto event = app.lesson().bookmark(bookmark);
    ASSERT_TRUE(event);
    app.seek(*event);
    ui->frame(2);
  }
  App app{AppOptions{}};
  std::unique_ptr<HeadlessUi> ui;
};

TEST_F(Programs, EachThreadHasItsNameItsLineAndWhatItDoes) {
  for (const float width : {1280.0F, 1920.0F}) {
    open("88-who-gets-the-connection.lua", "all-wait", width, width * 9 / 16);
    for (const char* name : {"web", "web/1", "web/2", "web/3", "web/4"})
      EXPECT_TRUE(ui->has("Programs/srv/thread " + std::string(name))) << name << " at " << width;
    EXPECT_THAT(ui->text(), HasSubstr("blocked in accept(3)"));
    EXPECT_THAT(ui->text(), HasSubstr("line "));
  }
}

TEST_F(Programs, AClickedThreadStaysInSight) {
  open("88-who-gets-the-connection.lua", "later");
  ui->click("Programs/srv/thread web/3");
  EXPECT_EQ(app.view().shown_thread.size(), 1U);
  EXPECT_TRUE(ui->has("Programs/srv/current line"));
  ui->click("Programs/srv/thread web/3");
  EXPECT_TRUE(app.view().shown_thread.empty());
}

TEST_F(Programs, AProgramOfOneThreadNeedsNoList) {
  open("01-handshake.lua", "server-open");
  EXPECT_FALSE(ui->has("Programs/srv/thread web"));
}

TEST_F(Programs, AForkedChildIsCalledByItsParentAndItsPlace) {
  open("78-sending-a-descriptor.lua", "in-flight");
  EXPECT_THAT(ui->text(), HasSubstr("front/1 (pid "));
  EXPECT_THAT(ui->text(), HasSubstr("front (pid "));
  EXPECT_THAT(ui->text(), Not(HasSubstr("front (pid 102)"))) << "that is the child";
}

}  // namespace
}  // namespace sockarium::gui
