// Groups of listeners (SO_REUSEPORT): who is chosen, and how the group changes.
#include <gtest/gtest.h>

#include "sim/inet/listener_table.h"
#include "tests/support/invariants.h"
#include "tests/support/lab.h"

namespace sockarium::test {
namespace {

/// A world in which srv has `count` listeners on port 80, and their sockets.
struct Group {
  Lab lab;
  World world;
  std::vector<SocketId> sockets;

  explicit Group(int count) {
    std::vector<Syscall> calls;
    for (std::int32_t fd = 3; fd < 3 + count; ++fd)
      calls.insert(calls.end(), {socket(), set(fd, Option::ReusePort, 1), bind(fd, 80), listen(fd, 5)});
    calls.push_back(sleep(100_s));
    lab.program("srv", "workers", calls);
    world = lab.run(1_s).world();
    for (const SocketId id : ids(world.inet.sockets))
      if (world.inet.sockets.read(id).listening) sockets.push_back(id);
  }
  NetId net() const { return world.inet.sockets.read(sockets[0]).net; }
  SocketId chosen(std::uint16_t port) const {
    return inet::find_listener(world, net(), endpoint(server_address, 80), endpoint(client_address, port));
  }
};

TEST(ReusePort, TheSameFourNumbersAlwaysFindTheSameListener) {
  const Group group(4);
  ASSERT_EQ(group.sockets.size(), 4u);
  for (std::uint16_t port = 40000; port < 40100; ++port) EXPECT_EQ(group.chosen(port), group.chosen(port));
}

// fact 4.5-01
TEST(ReusePort, EveryListenerGetsAboutItsShare) {
  const Group group(4);
  std::map<std::uint64_t, int> share;
  for (std::uint16_t port = 40000; port < 40400; ++port) ++share[group.chosen(port).raw()];
  ASSERT_EQ(share.size(), 4u);
  for (const auto& [socket, count] : share) {
    EXPECT_GT(count, 70);
    EXPECT_LT(count, 130);
  }
}

TEST(ReusePort, WhoLeavesIsReplacedByTheLast) {
  for (std::size_t leaves = 0; leaves < 4; ++leaves) {
    Group group(4);
    std::vector<SocketId> before;
    for (std::uint16_t port = 40000; port < 40100; ++port) before.push_back(group.chosen(port));
    inet::leave_listener(group.world, group.sockets[leaves]);
    EXPECT_EQ(inet::group_size(group.world, group.sockets[leaves == 0 ? 1 : 0]), 3u);
    for (std::uint16_t port = 40000; port < 40100; ++port)
      EXPECT_NE(group.chosen(port), group.sockets[leaves]) << "of those that are left";
  }
}

TEST(ReusePort, WithoutListenersNobodyIsFound) {
  Group group(2);
  for (const SocketId socket : group.sockets) inet::leave_listener(group.world, socket);
  EXPECT_FALSE(group.chosen(40000));
}

}  // namespace
}  // namespace sockarium::test
