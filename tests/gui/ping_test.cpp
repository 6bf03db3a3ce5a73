// Ping sockets and raw sockets, which have no port and no state, in the panels: named for what they are, and
// a click finds the record of their making.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "build_info.h"
#include "gui/app.h"
#include "gui/layout.h"
#include "tests/support/headless_ui.h"

namespace sockarium::gui {
namespace {

using test::HeadlessUi;
using ::testing::HasSubstr;

class Ping : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(app.open(std::string(SOCKARIUM_SOURCE_DIR) + "/tests/facts/ping.lua")) << app.load_error();
    HeadlessUi::Options options;
    options.width = 1920;
    options.height = 1080;
    ui = std::make_unique<HeadlessUi>([this] { app.frame(1.0F / 60.0F); }, options);
  }
  /// To the first moment at which there is such a socket; its inode.
  std::uint64_t until_there_is(bool raw) {
    const_cast<Session&>(*app.session()).run_to_end();
    for (std::uint64_t event = 0; event <= app.session()->head(); ++event) {
      app.seek(event);
      const World& world = app.session()->world();
      for (const SocketId id : ids(world.inet.sockets)) {
        const inet::SocketBase& base = world.inet.sockets.read(id);
        if (base.kind != inet::EntryKind::Icmp || !base.file) continue;
        if (world.udp.sockets.read(UdpSocketId::from_raw(base.entry)).raw != raw) continue;
        ui->frame(2);
        return base.inode;
      }
    }
    return 0;
  }
  App app{AppOptions{}};
  std::unique_ptr<HeadlessUi> ui;
};

TEST_F(Ping, APingSocketIsSelectedByAClick) {
  const std::uint64_t inode = until_there_is(false);
  ASSERT_NE(inode, 0U);
  EXPECT_THAT(ui->text(), HasSubstr("UNCONN ping"));
  EXPECT_THAT(ui->text(), HasSubstr("ICMP has no connections and no states"));
  ui->click("Kernels/cli/socket " + std::to_string(inode));
  ASSERT_NE(app.view().selected, 0U);
  EXPECT_TRUE(std::holds_alternative<rec::SocketCreated>(app.session()->record(app.view().selected).what));
}

TEST_F(Ping, ARawSocketIsCalledSo) {
  const std::uint64_t inode = until_there_is(true);
  ASSERT_NE(inode, 0U);
  EXPECT_THAT(ui->text(), HasSubstr("raw ICMP"));
  EXPECT_THAT(ui->text(), HasSubstr("receive buffer of the raw ICMP socket on cli"));
  ui->click("Kernels/cli/socket " + std::to_string(inode));
  EXPECT_NE(app.view().selected, 0U);
}

}  // namespace
}  // namespace sockarium::gui
