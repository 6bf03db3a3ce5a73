// Names and numbers: bind's rules cell by cell, ephemeral ports, descriptors.
#include <gtest/gtest.h>

#include <set>

#include "tests/support/lab.h"

namespace sockarium::test {
namespace {

enum class Holder { Bound, Listening };

/// What bind (and listen) of a second socket give when a first one has the port already.
Errno second_bind(Holder holder, bool reuse_address_1, bool reuse_address_2, bool reuse_port_1,
                  bool reuse_port_2, const char* first, const char* second) {
  Lab lab;
  std::vector<Syscall> calls{socket(), set(3, Option::ReuseAddr, reuse_address_1),
                             set(3, Option::ReusePort, reuse_port_1), bind(3, 8080, first)};
  if (holder == Holder::Listening) calls.push_back(listen(3, 5));
  for (const Syscall& call : {socket(), set(4, Option::ReuseAddr, reuse_address_2),
                              set(4, Option::ReusePort, reuse_port_2), bind(4, 8080, second)})
    calls.push_back(call);
  lab.program("srv", "p", calls);
  lab.run();
  return lab.result("p", "bind", 2).error;
}

// Tables 2-A and 2-B of the measurements: W = 0.0.0.0, A = 127.0.0.1, B = 127.0.0.2. In every column but the
// last the answer is the same; two different addresses never conflict.
TEST(Bind, TheWholeMatrixIsLinuxs) {
  for (const Holder holder : {Holder::Bound, Holder::Listening})
    for (int bits = 0; bits < 16; ++bits) {
      const bool ra1 = (bits & 8) != 0;
      const bool ra2 = (bits & 4) != 0;
      const bool rp1 = (bits & 2) != 0;
      const bool rp2 = (bits & 1) != 0;
      const bool shared = (rp1 && rp2) || (holder == Holder::Bound && ra1 && ra2);
      const Errno wanted = shared ? Errno::OK : Errno::ADDRINUSE;
      const std::string row = "REUSEADDR " + std::to_string(ra1) + "," + std::to_string(ra2) + " REUSEPORT " +
                              std::to_string(rp1) + "," + std::to_string(rp2);
      for (const auto& [first, second] :
           {std::pair{"0.0.0.0", "0.0.0.0"}, std::pair{"0.0.0.0", "127.0.0.1"},
            std::pair{"127.0.0.1", "0.0.0.0"}, std::pair{"127.0.0.1", "127.0.0.1"}})
        EXPECT_EQ(second_bind(holder, ra1, ra2, rp1, rp2, first, second), wanted)
            << row << " " << first << " " << second;
      EXPECT_EQ(second_bind(holder, ra1, ra2, rp1, rp2, "127.0.0.1", "127.0.0.2"), Errno::OK) << row;
    }
}

TEST(Bind, RefusesAsLinuxRefuses) {
  const auto bind_as = [](std::uint32_t user, std::vector<Syscall> calls, std::size_t nth) {
    Lab lab;
    lab.program("srv", "p", std::move(calls)).as_user(user);
    lab.run();
    return lab.result("p", "bind", nth).error;
  };
  EXPECT_EQ(bind_as(0, {socket(), bind(3, 80, "10.99.0.1")}, 1), Errno::ADDRNOTAVAIL);
  EXPECT_EQ(bind_as(65534, {socket(), bind(3, 80)}, 1), Errno::ACCES);
  EXPECT_EQ(bind_as(65534, {socket(), bind(3, 1024)}, 1), Errno::OK);
  EXPECT_EQ(bind_as(65534, {socket(), bind(3, 80, "10.99.0.1")}, 1),
            Errno::ADDRNOTAVAIL);  // the address comes first
  EXPECT_EQ(bind_as(0, {socket(), bind(3, 80), bind(3, 81)}, 2), Errno::INVAL);
  EXPECT_EQ(bind_as(0, {socket(), bind(3, 80, "127.5.6.7")}, 1), Errno::OK);
  EXPECT_EQ(bind_as(0, {bind(3, 80)}, 1), Errno::BADF);
  EXPECT_EQ(bind_as(0, {bind(1, 80)}, 1), Errno::NOTSOCK);
}

TEST(Listen, OnlyOneOfTwoSocketsOfOneNameMayListen) {
  Lab lab;
  lab.program("srv", "p",
              {socket(), set(3, Option::ReuseAddr, 1), bind(3, 80), socket(), set(4, Option::ReuseAddr, 1),
               bind(4, 80), listen(3, 5), listen(4, 5)});
  lab.run();
  EXPECT_EQ(lab.result("p", "listen", 1).error, Errno::OK);
  EXPECT_EQ(lab.result("p", "listen", 2).error, Errno::ADDRINUSE);
}

/// The local ports that `count` connections (or binds) get.
std::vector<int> ports(Lab& lab, std::size_t count, bool by_bind) {
  lab.program("srv", "web", {socket(), bind(3, 80), listen(3, 4096), sleep(1000_s)});
  lab.program("cli", "p", Script([count, by_bind](const SysResult&, std::size_t made) -> Syscall {
                const auto fd = static_cast<std::int32_t>(3 + made / 3);
                if (made / 3 >= count) return sleep(1000_s);
                if (made % 3 == 0) return socket();
                if (made % 3 == 2) return sys::Getsockname{fd};
                return by_bind ? bind(fd, 0) : connect(fd, 80);
              }))
      .starting(1_ms);
  lab.run(100_s);
  std::vector<int> all;
  for (const CallLine& line : lab.calls("p", "getsockname")) all.push_back(line.result.peer.port);
  return all;
}

TEST(EphemeralPorts, ConnectTakesEvenOnesAndBindOddOnes) {
  Lab connecting;
  for (const int port : ports(connecting, 50, false)) EXPECT_EQ(port % 2, 0) << port;
  Lab binding;
  for (const int port : ports(binding, 50, true)) EXPECT_EQ(port % 2, 1) << port;
}

TEST(EphemeralPorts, EachDestinationCountsOnInSmallSteps) {
  Lab lab;
  const std::vector<int> all = ports(lab, 20, false);
  for (std::size_t i = 1; i < all.size(); ++i) {
    const int step = all[i] - all[i - 1];
    if (step < 0) continue;  // once around the range
    EXPECT_GE(step, 2);
    EXPECT_LE(step, 16);
  }
}

TEST(EphemeralPorts, ASmallRangeIsUsedUpToTheLastOneOfEitherParity) {
  Lab lab;
  lab.sysctl("cli", Sysctl::PortRangeLow, 32768).sysctl("cli", Sysctl::PortRangeHigh, 32771);
  const std::vector<int> all = ports(lab, 5, false);
  EXPECT_EQ(std::set<int>(all.begin(), all.begin() + 4), (std::set<int>{32768, 32769, 32770, 32771}));
  EXPECT_EQ(lab.result("p", "connect", 5).error, Errno::ADDRNOTAVAIL);
}

TEST(EphemeralPorts, AreCountedForEachDestination) {
  Lab lab;
  lab.sysctl("cli", Sysctl::PortRangeLow, 32768).sysctl("cli", Sysctl::PortRangeHigh, 32769);
  lab.program("srv", "web",
              {socket(), bind(3, 80), listen(3, 100), socket(), bind(4, 81), listen(4, 100), sleep(9_s)});
  lab.program("cli", "p",
              {socket(), connect(3, 80), socket(), connect(4, 80), socket(), connect(5, 80), connect(5, 81)})
      .starting(1_ms);
  lab.run(5_s);
  EXPECT_EQ(lab.result("p", "connect", 3).error, Errno::ADDRNOTAVAIL);
  EXPECT_EQ(lab.result("p", "connect", 4).error, Errno::OK);
}

TEST(EphemeralPorts, BindFindsNoneWithEaddrinuse) {
  Lab lab;
  lab.sysctl("cli", Sysctl::PortRangeLow, 32768).sysctl("cli", Sysctl::PortRangeHigh, 32769);
  ports(lab, 3, true);
  EXPECT_EQ(lab.result("p", "bind", 3).error, Errno::ADDRINUSE);
}

TEST(Descriptors, TheLowestFreeNumberIsGiven) {
  Lab lab;
  lab.program("cli", "p", {socket(), socket(), socket(), close(4), socket(), close(0), socket()});
  lab.run();
  EXPECT_EQ(lab.result("p", "socket", 3).value, 5);
  EXPECT_EQ(lab.result("p", "socket", 4).value, 4);
  EXPECT_EQ(lab.result("p", "socket", 5).value, 0);
}

TEST(Descriptors, EndAtTheLimitWithEmfile) {
  Lab lab;
  lab.program("cli", "p", {socket(), socket(), close(3), socket()}).limit_descriptors(4);
  lab.run();
  EXPECT_EQ(lab.result("p", "socket", 2).error, Errno::MFILE);
  EXPECT_EQ(lab.result("p", "socket", 3).value, 3);
}

TEST(Descriptors, AForkedChildSharesTheOpenFiles) {
  Lab lab(10_ms);
  lab.program("srv", "web", {socket(), bind(3, 80), listen(3, 5), accept(3), recv(4, 10), sleep(1_s)});
  // The child (which has no script) ends at once; only the parent's close sends FIN.
  lab.program("cli", "p", {socket(), connect(3, 80), sys::Fork{}, sleep(500_ms), close(3), sleep(1_s)})
      .starting(1_ms);
  lab.run();
  EXPECT_GT(lab.call("web", "recv").returned, 500_ms);
}

TEST(Descriptors, ABlockedCallHoldsItsFileWhenTheNumberIsClosed) {
  Lab lab(10_ms);
  lab.program("srv", "web",
              {socket(), bind(3, 80), listen(3, 5), accept(3), sleep(300_ms), send(4, 3), sleep(1_s)});
  lab.program("cli", "p", {socket(), connect(3, 80), sys::Thread{}, recv(3, 10), sleep(1_s)}).starting(1_ms);
  lab.run(5_s);
  EXPECT_EQ(lab.result("p", "recv").value, 3);
}

TEST(Socket, KnowsWhatItDoesNotKnow) {
  Lab lab;
  lab.program("cli", "p", {sys::Socket{99, 1, 0}, sys::Socket{2, 99, 0}, sys::Socket{2, 1, 17}});
  lab.run();
  EXPECT_EQ(lab.result("p", "socket", 1).error, Errno::AFNOSUPPORT);
  EXPECT_EQ(lab.result("p", "socket", 2).error, Errno::INVAL);
  EXPECT_EQ(lab.result("p", "socket", 3).error, Errno::PROTONOSUPPORT);
}

}  // namespace
}  // namespace sockarium::test
