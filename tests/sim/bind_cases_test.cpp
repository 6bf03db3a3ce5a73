// More cases of bind(): what it refuses and in which order, options that change afterwards, users, who may
// listen, and what is left of a port when a connection has ended.
#include <gtest/gtest.h>

#include "tests/support/lab.h"

namespace sockarium::test {
namespace {

constexpr std::uint32_t nobody = 65534;

Syscall datagram_socket() {
  return sys::Socket{2, 2, 0};
}
Syscall bind_as(std::int32_t fd, std::int32_t domain, std::string_view ip, std::uint16_t port,
                std::int32_t length = 0) {
  return sys::Bind{fd, domain, endpoint(ip, port), length, {}};
}
Syscall name_of(std::int32_t fd) {
  return sys::Getsockname{fd};
}

/// A program on srv, and what its nth bind() gave.
struct Binds {
  explicit Binds(std::vector<Syscall> calls, std::uint32_t user = 0) {
    lab.program("srv", "p", std::move(calls)).as_user(user);
  }
  Errno operator[](std::size_t nth) {
    if (!ran) lab.run(100_s);
    ran = true;
    return lab.result("p", "bind", nth).error;
  }
  SysResult result(std::string_view name, std::size_t nth = 1) {
    if (!ran) lab.run(100_s);
    ran = true;
    return lab.result("p", name, nth);
  }
  Lab lab;
  bool ran = false;
};

// fact 2-01
TEST(BindCases, AnAddressThatNoInterfaceHas) {
  Binds p({socket(), bind(3, 80, "10.99.0.1"), name_of(3), bind(3, 80)});
  EXPECT_EQ(p[1], Errno::ADDRNOTAVAIL);
  EXPECT_EQ(to_string(p.result("getsockname").peer), "0.0.0.0:*");
  EXPECT_EQ(p[2], Errno::OK);
  Binds allowed({socket(), bind(3, 80, "10.99.0.1")});
  allowed.lab.sysctl("srv", Sysctl::NonlocalBind, 1);
  EXPECT_EQ(allowed[1], Errno::OK);
}

// fact 2-02
TEST(BindCases, ASecondBindOfOneSocketIsRefused) {
  Binds p({socket(), bind(3, 80), bind(3, 80), bind(3, 81), socket(), bind(4, 0), bind(4, 0), listen(3, 5),
           bind(3, 82), socket(), connect(5, 80, "127.0.0.1"), bind(5, 0), accept(3), bind(6, 0),
           datagram_socket(), sys::Sendto{7, 0, pattern(1), endpoint("127.0.0.1", 9), 2, {}}, bind(7, 0)});
  for (const std::size_t nth : {2U, 3U, 5U, 6U, 7U, 8U, 9U}) EXPECT_EQ(p[nth], Errno::INVAL) << nth;
}

// facts 2-03, 2-04, 2-05, 2-06, 2-07
TEST(BindCases, FamiliesLengthsAndLoopback) {
  Binds p({socket(), bind(3, 0), name_of(3), socket(), bind_as(4, 2, "0.0.0.0", 80, 8),
           bind_as(4, 10, "::1", 80), bind_as(4, 0, "127.0.0.1", 80), bind_as(4, 0, "0.0.0.0", 80), socket(),
           bind(5, 81, "127.5.6.7")});
  EXPECT_EQ(p[1], Errno::OK);
  EXPECT_GE(p.result("getsockname").peer.port, 32768);
  EXPECT_EQ(p[2], Errno::INVAL);
  EXPECT_EQ(p[3], Errno::AFNOSUPPORT);
  EXPECT_EQ(p[4], Errno::AFNOSUPPORT);
  EXPECT_EQ(p[5], Errno::OK);
  EXPECT_EQ(p[6], Errno::OK);
}

// facts 2-08, 2-09, 2-10
TEST(BindCases, BroadcastAndMulticastMayBeBoundAndProtocolsHavePortsOfTheirOwn) {
  Binds p({socket(), bind(3, 80, "224.0.0.1"), listen(3, 5), socket(), bind(4, 80, "255.255.255.255"),
           listen(4, 5), socket(), bind(5, 81, "127.255.255.255"), listen(5, 5), datagram_socket(),
           bind(6, 80, "224.0.0.1"), datagram_socket(), bind(7, 81, "255.255.255.255"), socket(), bind(8, 53),
           datagram_socket(), bind(9, 53)});
  for (std::size_t nth = 1; nth <= 7; ++nth) EXPECT_EQ(p[nth], Errno::OK) << nth;
  for (std::size_t nth = 1; nth <= 3; ++nth) EXPECT_EQ(p.result("listen", nth).error, Errno::OK) << nth;
}

// facts 2-11, 2-12, 2-13
TEST(BindCases, LowPortsAreForRoot) {
  for (const bool udp : {false, true}) {
    const Syscall make = udp ? datagram_socket() : socket();
    Binds p({make, bind(3, 1), bind(3, 80), bind(3, 1023), bind(3, 80, "10.99.0.1"), bind(3, 1024)}, nobody);
    for (const std::size_t nth : {1U, 2U, 3U}) EXPECT_EQ(p[nth], Errno::ACCES) << nth;
    EXPECT_EQ(p[4], Errno::ADDRNOTAVAIL) << "the address is looked at first";
    EXPECT_EQ(p[5], Errno::OK);
    Binds lower({make, bind(3, 79), bind(3, 80)}, nobody);
    lower.lab.sysctl("srv", Sysctl::UnprivilegedPortStart, 80);
    EXPECT_EQ(lower[1], Errno::ACCES);
    EXPECT_EQ(lower[2], Errno::OK);
  }
}

// facts 2-14, 2-15, 2-16
TEST(BindCases, WhoMayListenAndAccept) {
  Binds p({socket(), bind(3, 80), accept(3), listen(3, 5), socket(), connect(4, 80, "127.0.0.1"), accept(3),
           listen(4, 5), listen(5, 5), datagram_socket(), listen(6, 5), accept(6), socket(), accept(7)});
  EXPECT_EQ(p.result("listen", 2).error, Errno::INVAL) << "connected";
  EXPECT_EQ(p.result("listen", 3).error, Errno::INVAL) << "accepted";
  EXPECT_EQ(p.result("listen", 4).error, Errno::OPNOTSUPP);
  EXPECT_EQ(p.result("accept", 1).error, Errno::INVAL) << "only bound";
  EXPECT_EQ(p.result("accept", 3).error, Errno::OPNOTSUPP);
  EXPECT_EQ(p.result("accept", 4).error, Errno::INVAL) << "fresh";
}

/// E binds; its option is set or cleared; N, which has the option, binds.
Errno option_changes(Option option, bool before, bool after, const char* e = "127.0.0.1",
                     const char* n = "127.0.0.1") {
  Binds p({socket(), set(3, option, before), bind(3, 80, e), set(3, option, after), socket(),
           set(4, option, 1), bind(4, 80, n)});
  return p[2];
}

// facts 2-22, 2-23, 2-24, 2-25
TEST(BindCases, OptionsCountAsTheyAreWhenTheSecondBindsButThePortRemembersReuseport) {
  EXPECT_EQ(option_changes(Option::ReuseAddr, false, true), Errno::OK);
  EXPECT_EQ(option_changes(Option::ReuseAddr, true, false), Errno::ADDRINUSE);
  EXPECT_EQ(option_changes(Option::ReusePort, false, true), Errno::OK);
  EXPECT_EQ(option_changes(Option::ReusePort, true, false), Errno::OK);
  EXPECT_EQ(option_changes(Option::ReusePort, true, false, "0.0.0.0", "127.0.0.1"), Errno::OK);
  EXPECT_EQ(option_changes(Option::ReusePort, true, false, "127.0.0.1", "0.0.0.0"), Errno::ADDRINUSE);
}

// Not in the table: with three sockets the same memory decides (measured).
TEST(BindCases, ThePortsMemoryLetsAThirdInWhereTheRuleForPairsWouldNot) {
  const auto third = [](Option second_of_first, Option second_of_second) {
    Binds p({socket(), set(3, Option::ReuseAddr, 1), set(3, second_of_first, 1), bind(3, 80), socket(),
             set(4, Option::ReuseAddr, 1), set(4, second_of_second, 1), bind(4, 80), socket(),
             set(5, Option::ReusePort, 1), bind(5, 80)});
    EXPECT_EQ(p[2], Errno::OK);
    return p[3];
  };
  EXPECT_EQ(third(Option::ReuseAddr, Option::ReusePort), Errno::OK);
  EXPECT_EQ(third(Option::ReusePort, Option::ReuseAddr), Errno::ADDRINUSE);
}

// facts 2-26, 2-27
TEST(BindCases, OfTwoWithReuseaddrOnlyOneListens) {
  for (const char* first : {"127.0.0.1", "0.0.0.0"}) {
    Lab lab;
    lab.program(
        "srv", "p",
        {socket(), set(3, Option::ReuseAddr, 1), bind(3, 80, first), socket(), set(4, Option::ReuseAddr, 1),
         bind(4, 80, "127.0.0.1"), listen(3, 5), listen(4, 5), sleep(10_s)});
    lab.run(1_s);
    EXPECT_EQ(lab.result("p", "listen", 1).error, Errno::OK);
    EXPECT_EQ(lab.result("p", "listen", 2).error, Errno::ADDRINUSE);
    EXPECT_EQ(lab.states("srv"), std::vector<std::string>{"LISTEN"});
  }
}

/// A server with or without SO_REUSEADDR accepts a connection; then `then`; fd 3 is the listener, 4 the
/// client, 5 the child.
std::vector<Syscall> served(bool reuse_address, std::vector<Syscall> then) {
  std::vector<Syscall> calls{socket(),    set(3, Option::ReuseAddr, reuse_address),
                             bind(3, 80), listen(3, 5),
                             socket(),    connect(4, 80, "127.0.0.1"),
                             accept(3)};
  calls.insert(calls.end(), then.begin(), then.end());
  return calls;
}

// facts 2-28, 2-29, 2-30
TEST(BindCases, RestartWhileAChildLives) {
  Binds listening(served(true, {socket(), set(6, Option::ReuseAddr, 1), bind(6, 80)}));
  EXPECT_EQ(listening[2], Errno::ADDRINUSE);
  Binds closed(served(true, {close(3), socket(), set(3, Option::ReuseAddr, 1), bind(3, 80), listen(3, 5)}));
  EXPECT_EQ(closed[2], Errno::OK);
  EXPECT_EQ(closed.result("listen", 2).error, Errno::OK);
  Binds late(served(
      false, {close(3), set(5, Option::ReuseAddr, 1), socket(), set(3, Option::ReuseAddr, 1), bind(3, 80)}));
  EXPECT_EQ(late[2], Errno::OK);
}

// facts 2-31, 2-32, 2-33
TEST(BindCases, ReuseportAsksForOneUser) {
  const auto two_users = [](bool listens, bool udp, Option option, bool other_too) {
    Lab lab;
    const Syscall make = udp ? datagram_socket() : socket();
    lab.program("srv", "root",
                {make, set(3, option, 1), bind(3, 8080), listens ? listen(3, 5) : sleep(1_ms), sleep(10_s)});
    lab.program("srv", "other",
                {make, set(3, option, 1), set(3, Option::ReuseAddr, other_too || option == Option::ReuseAddr),
                 bind(3, 8080), sleep(10_s)})
        .starting(10_ms)
        .as_user(nobody);
    lab.run(1_s);
    return lab.result("other", "bind").error;
  };
  for (const bool other_too : {false, true}) {
    EXPECT_EQ(two_users(false, false, Option::ReusePort, other_too), Errno::ADDRINUSE);
    EXPECT_EQ(two_users(true, false, Option::ReusePort, other_too), Errno::ADDRINUSE);
    EXPECT_EQ(two_users(false, true, Option::ReusePort, other_too), Errno::ADDRINUSE);
  }
  EXPECT_EQ(two_users(false, false, Option::ReuseAddr, false), Errno::OK);
  EXPECT_EQ(two_users(false, true, Option::ReuseAddr, false), Errno::OK);

  Lab lab;
  lab.program(
      "srv", "root",
      {socket(), set(3, Option::ReusePort, 1), bind(3, 8080), listen(3, 5), socket(),
       connect(4, 8080, "127.0.0.1"), accept(3), close(3), close(5), sleep(10_ms), close(4), sleep(9_s)});
  lab.program("srv", "other", {socket(), set(3, Option::ReusePort, 1), bind(3, 8080)})
      .starting(1_s)
      .as_user(nobody);
  lab.run(2_s);
  EXPECT_EQ(lab.result("other", "bind").error, Errno::OK) << "TIME-WAIT has no user to protect";
}

// fact 2-34
TEST(BindCases, OneLocalPortServesSeveralDestinationsButEachOnlyOnce) {
  Binds p({socket(), bind(3, 80), listen(3, 5), socket(), bind(4, 81), listen(4, 5), socket(),
           set(5, Option::ReuseAddr, 1), bind(5, 5000), socket(), set(6, Option::ReuseAddr, 1), bind(6, 5000),
           connect(5, 80, "127.0.0.1"), connect(6, 80, "127.0.0.1"), connect(6, 81, "127.0.0.1"), name_of(5),
           name_of(6), sleep(1_s)});
  EXPECT_EQ(p.result("connect", 1).error, Errno::OK);
  EXPECT_EQ(p.result("connect", 2).error, Errno::ADDRNOTAVAIL);
  EXPECT_EQ(p.result("connect", 3).error, Errno::OK);
  EXPECT_EQ(p.result("getsockname", 1).peer.port, 5000);
  EXPECT_EQ(p.result("getsockname", 2).peer.port, 5000);
}

// fact 2-35
TEST(BindCases, ABoundSocketAloneIsNoRowOfSs) {
  Lab lab;
  lab.program("srv", "p", {socket(), bind(3, 80), sleep(10_s)});
  lab.run(1_s);
  EXPECT_EQ(lab.states("srv"), std::vector<std::string>{});
}

/// The server has served one connection, whose end `goodbye` is, and restarts with or without SO_REUSEADDR.
Errno restart(std::vector<Syscall> goodbye, bool reuse_address, Duration after = 1_s) {
  goodbye.insert(goodbye.end(),
                 {close(3), sleep(after), socket(), set(3, Option::ReuseAddr, reuse_address), bind(3, 80)});
  Binds p(served(false, goodbye));
  return p[2];
}

// facts 2-36, 2-37, 2-38
TEST(BindCases, RestartAfterAConnection) {
  const std::vector<Syscall> server_first{close(5), sleep(1_ms), close(4)};
  EXPECT_EQ(restart(server_first, false), Errno::ADDRINUSE);
  EXPECT_EQ(restart(server_first, true), Errno::ADDRINUSE);
  EXPECT_EQ(restart(server_first, false, 59_s), Errno::ADDRINUSE);
  EXPECT_EQ(restart(server_first, false, 61_s), Errno::OK);
  EXPECT_EQ(restart({close(4), sleep(1_ms), close(5)}, false), Errno::OK);
  EXPECT_EQ(restart({set(5, Option::Linger, 1, 0), close(5), sleep(1_ms), close(4)}, false), Errno::OK);
}

// Not in the table: the connection is in TIME-WAIT and its program has not closed the descriptor (measured).
TEST(BindCases, APortThatBindNamedStaysTheSocketsUntilItIsClosed) {
  std::vector<Syscall> calls{socket(),      bind(3, 80),
                             listen(3, 5),  socket(),
                             bind(4, 5000), connect(4, 80, "127.0.0.1"),
                             accept(3),     shut_write(4),
                             close(5),      sleep(70_s),
                             name_of(4),    bind(4, 5001),
                             socket(),      set(5, Option::ReuseAddr, 1),
                             bind(5, 5000), close(4),
                             bind(5, 5000)};
  Binds named(calls);
  EXPECT_EQ(to_string(named.result("getsockname").peer), "127.0.0.1:5000");
  EXPECT_EQ(named[3], Errno::INVAL);
  EXPECT_EQ(named[4], Errno::ADDRINUSE) << "although TIME-WAIT is over";
  EXPECT_EQ(named[5], Errno::OK);
  // Where connect() chose the port, the socket has lost it, and may bind another.
  Binds chosen({socket(), bind(3, 80), listen(3, 5), socket(), connect(4, 80, "127.0.0.1"), accept(3),
                shut_write(4), close(5), sleep(1_s), bind(4, 5001)});
  EXPECT_EQ(chosen[2], Errno::OK);
}

TEST(BindCases, SeveralAddressesOfAHostAreSeveralNames) {
  Lab lab;
  lab.setup.hosts[1].addresses.push_back(*parse_v4("192.168.1.11"));
  lab.program("srv", "p",
              {socket(), bind(3, 80, "192.168.1.10"), socket(), bind(4, 80, "192.168.1.11"), socket(),
               bind(5, 80), listen(4, 5), accept(4), sleep(1_s)});
  lab.program("cli", "curl",
              {socket(), connect(3, 80, "192.168.1.11"), socket(), connect(4, 80, "192.168.1.10")})
      .starting(1_ms);
  lab.run(5_s);
  EXPECT_EQ(lab.result("p", "bind", 1).error, Errno::OK);
  EXPECT_EQ(lab.result("p", "bind", 2).error, Errno::OK);
  EXPECT_EQ(lab.result("p", "bind", 3).error, Errno::ADDRINUSE);
  EXPECT_EQ(lab.result("curl", "connect", 1).error, Errno::OK);
  EXPECT_EQ(lab.result("curl", "connect", 2).error, Errno::CONNREFUSED) << "nobody listens at that one";
}

}  // namespace
}  // namespace sockarium::test
