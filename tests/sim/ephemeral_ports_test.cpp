// Ports that the kernel chooses: which, in which order, and what happens when they are used up.
#include <gtest/gtest.h>

#include <set>

#include "tests/support/lab.h"

namespace sockarium::test {
namespace {

constexpr const char* here = "127.0.0.1";

Syscall datagram_socket() {
  return sys::Socket{2, 2, 0};
}

/// A server on srv that listens on ports 80 to 83 and accepts nothing.
void serve(Lab& lab) {
  std::vector<Syscall> calls;
  for (std::int32_t i = 0; i < 4; ++i) {
    calls.push_back(socket());
    calls.push_back(bind(3 + i, static_cast<std::uint16_t>(80 + i)));
    calls.push_back(listen(3 + i, 4096));
  }
  calls.push_back(sleep(10000_s));
  lab.program("srv", "web", calls);
}

Lab& range(Lab& lab, std::int64_t low, std::int64_t high) {
  return lab.sysctl("cli", Sysctl::PortRangeLow, low).sysctl("cli", Sysctl::PortRangeHigh, high);
}

/// A program on cli that does `what` with each of `count` fresh sockets and asks for their names.
struct Chosen {
  std::vector<int> ports;     ///< 0: none
  std::vector<Errno> errors;  ///< of `what`
};
Chosen each(Lab& lab, std::size_t count, const Syscall& make, const std::vector<Syscall>& what) {
  serve(lab);
  const std::size_t round = what.size() + 2;
  lab.program("cli", "p", Script([=](const SysResult&, std::size_t made) -> Syscall {
                if (made / round >= count) return sleep(10000_s);
                const auto fd = static_cast<std::int32_t>(3 + made / round);
                const std::size_t place = made % round;
                if (place == 0) return make;
                if (place == round - 1) return sys::Getsockname{fd};
                Syscall call = what[place - 1];
                std::visit(
                    [&](auto& c) {
                      if constexpr (requires { c.fd; }) c.fd = fd;
                    },
                    call);
                return call;
              }))
      .starting(1_ms)
      .limit_descriptors(100'000);
  lab.run(200_s);
  Chosen chosen;
  for (const CallLine& line : lab.calls("p", "getsockname")) chosen.ports.push_back(line.result.peer.port);
  const std::string last(name(what.back()));
  for (const CallLine& line : lab.calls("p", last)) chosen.errors.push_back(line.result.error);
  return chosen;
}

Chosen connects(Lab& lab, std::size_t count) {
  return each(lab, count, socket(), {connect(-1, 80)});
}
Chosen binds(Lab& lab, std::size_t count, bool reuse_address = false) {
  return each(lab, count, socket(), {set(-1, Option::ReuseAddr, reuse_address), bind(-1, 0)});
}

std::size_t of_parity(const std::vector<int>& ports, int parity) {
  return static_cast<std::size_t>(
      std::count_if(ports.begin(), ports.end(), [&](int port) { return port % 2 == parity; }));
}

// facts 3-01, 3-02, 3-03
TEST(EphemeralPorts, ConnectTakesTheParityOfTheLowEndAndBindTheOther) {
  Lab connecting(0), binding(0), listening(0);
  EXPECT_EQ(of_parity(connects(connecting, 300).ports, 0), 300U);
  EXPECT_EQ(of_parity(binds(binding, 300).ports, 1), 300U);
  EXPECT_EQ(of_parity(each(listening, 50, socket(), {listen(-1, 5)}).ports, 1), 50U);
  EXPECT_EQ(to_string(listening.result("p", "getsockname").peer.ip), "0.0.0.0");
}

// fact 3-04
TEST(EphemeralPorts, AnOddLowEndTurnsItRound) {
  Lab connecting(0), binding(0);
  range(connecting, 32769, 60999);
  range(binding, 32769, 60999);
  EXPECT_EQ(of_parity(connects(connecting, 100).ports, 1), 100U);
  EXPECT_EQ(of_parity(binds(binding, 100).ports, 0), 100U);
}

// fact 3-05
TEST(EphemeralPorts, BindWithReuseaddrPrefersTheLowerHalf) {
  Lab wide(0);
  const std::vector<int> ports = binds(wide, 300, true).ports;
  EXPECT_EQ(of_parity(ports, 1), 300U);
  for (const int port : ports) EXPECT_LT(port, 46884);
  Lab narrow(0);
  const Chosen all = binds(range(narrow, 40000, 40015), 17, true);
  const auto quarter = [&](std::size_t n) {
    return std::set<int>(all.ports.begin() + static_cast<std::ptrdiff_t>(4 * n),
                         all.ports.begin() + static_cast<std::ptrdiff_t>(4 * n + 4));
  };
  EXPECT_EQ(quarter(0), (std::set<int>{40001, 40003, 40005, 40007}));
  EXPECT_EQ(quarter(1), (std::set<int>{40000, 40002, 40004, 40006}));
  EXPECT_EQ(quarter(2), (std::set<int>{40009, 40011, 40013, 40015}));
  EXPECT_EQ(quarter(3), (std::set<int>{40008, 40010, 40012, 40014}));
  EXPECT_EQ(all.errors.back(), Errno::ADDRINUSE);
}

// fact 3-06
TEST(EphemeralPorts, UdpKnowsNoParity) {
  Lab lab(0);
  const std::vector<int> ports = each(lab, 400, datagram_socket(), {bind(-1, 0)}).ports;
  EXPECT_GT(of_parity(ports, 0), 120U);
  EXPECT_GT(of_parity(ports, 1), 120U);
  EXPECT_EQ(std::set<int>(ports.begin(), ports.end()).size(), 400U);
}

// facts 3-07, 3-08
TEST(EphemeralPorts, EachDestinationCountsOnInSmallSteps) {
  Lab lab(0);
  serve(lab);
  std::vector<Syscall> calls;
  const std::uint16_t to[] = {80, 80, 81, 81, 80};
  for (std::int32_t i = 0; i < 5; ++i) {
    calls.push_back(socket());
    calls.push_back(connect(3 + i, to[i]));
    calls.push_back(sys::Getsockname{3 + i});
  }
  calls.push_back(sleep(1_s));
  lab.program("cli", "p", calls).starting(1_ms);
  lab.run(500_ms);
  const auto port = [&](std::size_t nth) { return int(lab.result("p", "getsockname", nth).peer.port); };
  const auto step = [](int from, int to_port) { return (to_port - from + 28232) % 28232; };
  for (const auto& [from, next] : {std::pair{1, 2}, std::pair{3, 4}, std::pair{2, 5}}) {
    const int moved = step(port(static_cast<std::size_t>(from)), port(static_cast<std::size_t>(next)));
    EXPECT_GE(moved, 2);
    EXPECT_LE(moved, 16);
    EXPECT_EQ(moved % 2, 0);
  }
  EXPECT_GT(std::min(step(port(2), port(3)), step(port(3), port(2))), 16) << "its own counter";
}

// facts 3-09, 3-10, 3-11
TEST(EphemeralPorts, ASmallRangeIsUsedUpForEachDestination) {
  Lab lab(0);
  range(lab, 32768, 32771);
  serve(lab);
  std::vector<Syscall> calls;
  for (std::int32_t i = 0; i < 10; ++i) {
    calls.push_back(socket());
    calls.push_back(connect(3 + i, i < 5 ? 80 : 81));
    calls.push_back(sys::Getsockname{3 + i});
  }
  calls.push_back(sleep(1_s));
  lab.program("cli", "p", calls).starting(1_ms);
  lab.run(500_ms);
  for (const std::size_t first : {1U, 6U}) {
    std::vector<int> ports;
    for (std::size_t i = first; i < first + 4; ++i) {
      EXPECT_EQ(lab.result("p", "connect", i).error, Errno::OK) << i;
      ports.push_back(lab.result("p", "getsockname", i).peer.port);
    }
    EXPECT_EQ(of_parity({ports[0], ports[1]}, 0), 2U) << "the preferred parity first";
    EXPECT_EQ(of_parity({ports[2], ports[3]}, 1), 2U) << "then the other";
    EXPECT_EQ(lab.result("p", "connect", first + 4).error, Errno::ADDRNOTAVAIL);
  }
}

/// Four ports, all held by connections from cli; then these calls, whose sockets begin at 8.
void with_all_held(Lab& lab, std::vector<Syscall> then) {
  range(lab, 32768, 32771);
  serve(lab);
  std::vector<Syscall> calls;
  for (std::int32_t fd = 3; fd < 7; ++fd) {
    calls.push_back(socket());
    calls.push_back(connect(fd, 80));
  }
  calls.push_back(socket());
  calls.insert(calls.end(), then.begin(), then.end());
  calls.push_back(sleep(10_s));
  lab.program("cli", "p", calls).starting(1_ms);
  lab.run(5_s);
}

// facts 3-12, 3-13, 3-14, 3-15
TEST(EphemeralPorts, WhatElseFindsNoPortWhenConnectionsHoldAll) {
  Lab lab(0);
  with_all_held(lab, {bind(7, 0), set(7, Option::ReuseAddr, 1), bind(7, 0), bind(7, 0, here), socket(),
                      listen(8, 5), datagram_socket(), bind(9, 0)});
  EXPECT_EQ(lab.result("p", "bind", 1).error, Errno::ADDRINUSE);
  EXPECT_EQ(lab.result("p", "bind", 2).error, Errno::ADDRINUSE) << "SO_REUSEADDR on the new one alone";
  EXPECT_EQ(lab.result("p", "bind", 3).error, Errno::OK) << "another address";
  EXPECT_EQ(lab.result("p", "listen", 1).error, Errno::ADDRINUSE);
  EXPECT_EQ(lab.result("p", "bind", 4).error, Errno::OK) << "UDP has ports of its own";
}

// facts 3-16, 3-17
TEST(EphemeralPorts, BindFindsNoneWithEaddrinuseUnlessPortsMayBeShared) {
  const auto fifth = [](bool reuse_address, bool sharing) {
    Lab lab(0);
    range(lab, 32768, 32771).sysctl("cli", Sysctl::AutobindReuse, sharing ? 1 : 0);
    return each(lab, 5, socket(), {set(-1, Option::ReuseAddr, reuse_address), bind(-1, 0, here)})
        .errors.back();
  };
  EXPECT_EQ(fifth(false, false), Errno::ADDRINUSE);
  EXPECT_EQ(fifth(true, false), Errno::ADDRINUSE);
  EXPECT_EQ(fifth(true, true), Errno::OK);
  EXPECT_EQ(fifth(false, true), Errno::ADDRINUSE);
}

// fact 3-18
TEST(EphemeralPorts, ConnectPassesByWhatAProgramHasBound) {
  Lab lab(0);
  range(lab, 32768, 32769);
  serve(lab);
  lab.program("cli", "p",
              {socket(), bind(3, 32768, "127.0.0.9"), socket(), connect(4, 80), sys::Getsockname{4}, socket(),
               connect(5, 80), close(3), connect(5, 80), sys::Getsockname{5}, sleep(1_s)})
      .starting(1_ms);
  lab.run(500_ms);
  EXPECT_EQ(lab.result("p", "getsockname", 1).peer.port, 32769);
  EXPECT_EQ(lab.result("p", "connect", 2).error, Errno::ADDRNOTAVAIL) << "whatever its address";
  EXPECT_EQ(lab.result("p", "connect", 3).error, Errno::OK);
  EXPECT_EQ(lab.result("p", "getsockname", 2).peer.port, 32768);
}

// Not in the table, and new in Linux 6.18 (measured): the port is connect()'s again when the bound socket
// goes.
TEST(EphemeralPorts, APortSharedWithABoundSocketIsGivenAgainWhenThatOneIsClosed) {
  Lab lab(0);
  range(lab, 40000, 40001);
  serve(lab);
  lab.program("cli", "p",
              {socket(), connect(3, 80), sys::Getsockname{3}, socket(), bind(4, 40000, "127.0.0.9"), socket(),
               connect(5, 81), sys::Getsockname{5}, socket(), connect(6, 81), close(4), connect(6, 81),
               sleep(1_s)})
      .starting(1_ms);
  lab.run(500_ms);
  EXPECT_EQ(lab.result("p", "getsockname", 1).peer.port, 40000);
  EXPECT_EQ(lab.result("p", "getsockname", 2).peer.port, 40001);
  EXPECT_EQ(lab.result("p", "connect", 3).error, Errno::ADDRNOTAVAIL);
  EXPECT_EQ(lab.result("p", "connect", 4).error, Errno::OK);
}

// fact 3-19
TEST(EphemeralPorts, ReservedPortsAreForThoseWhoNameThem) {
  const auto reserved = [](const std::vector<Syscall>& what) {
    Lab lab(0);
    range(lab, 32768, 32771);
    lab.setup.hosts[0].reserved_ports = {{32768, 32770}};
    return each(lab, 2, socket(), what);
  };
  for (const auto& [call, error] :
       {std::pair{connect(-1, 80), Errno::ADDRNOTAVAIL}, std::pair{bind(-1, 0), Errno::ADDRINUSE}}) {
    const Chosen chosen = reserved({call});
    EXPECT_EQ(chosen.ports[0], 32771);
    EXPECT_EQ(chosen.errors[1], error);
  }
  EXPECT_EQ(reserved({bind(-1, 32769)}).errors[0], Errno::OK);
}

// facts 3-20, 3-21, 3-22
TEST(EphemeralPorts, AnAddressMayBeBoundWithoutAPort) {
  Lab lab(0);
  range(lab, 32768, 32771);
  serve(lab);
  std::vector<Syscall> calls;
  for (std::int32_t fd = 3; fd < 12; ++fd)
    for (const Syscall& call : {socket(), set(fd, Option::BindAddressNoPort, 1), bind(fd, 0, client_address),
                                Syscall{sys::Getsockname{fd}}, connect(fd, fd < 8 ? 80 : 81)})
      calls.push_back(call);
  calls.push_back(sleep(1_s));
  lab.program("cli", "p", calls).starting(1_ms);
  lab.program("srv", "q",
              {socket(), set(3, Option::BindAddressNoPort, 1), bind(3, 0), listen(3, 5), sys::Getsockname{3},
               socket(), set(4, Option::BindAddressNoPort, 1), bind(4, 80)})
      .starting(1_ms);
  lab.run(500_ms);
  EXPECT_EQ(lab.result("p", "getsockname").peer.port, 0);
  for (std::size_t nth = 1; nth <= 9; ++nth)
    EXPECT_EQ(lab.result("p", "connect", nth).error, nth == 5 ? Errno::ADDRNOTAVAIL : Errno::OK) << nth;
  EXPECT_GE(lab.result("q", "getsockname").peer.port, 32768);
  EXPECT_EQ(lab.result("q", "bind", 2).error, Errno::ADDRINUSE);
}

std::int64_t packed(std::int64_t low, std::int64_t high) {
  return high << 16 | low;
}

// facts 3-23, 3-25, 3-26
TEST(EphemeralPorts, ASocketMayHaveARangeOfItsOwn) {
  Lab connecting(0), binding(0), outside(0), wrong(0);
  const Syscall own = set(-1, Option::LocalPortRange, packed(50000, 50999));
  std::vector<int> ports = each(connecting, 200, socket(), {own, connect(-1, 80)}).ports;
  for (const int port : ports) EXPECT_TRUE(port >= 50000 && port <= 50999) << port;
  EXPECT_GT(of_parity(ports, 0), 60U);
  EXPECT_GT(of_parity(ports, 1), 60U);
  ports = each(binding, 100, socket(), {own, bind(-1, 0)}).ports;
  EXPECT_EQ(of_parity(ports, 1), 100U);
  for (const int port : ports) EXPECT_TRUE(port >= 50000 && port <= 50999) << port;
  ports =
      each(outside, 1, socket(), {set(-1, Option::LocalPortRange, packed(2000, 2003)), bind(-1, 0)}).ports;
  EXPECT_GE(ports[0], 32768);
  EXPECT_EQ(each(wrong, 1, socket(), {set(-1, Option::LocalPortRange, packed(50999, 50000))}).errors[0],
            Errno::INVAL);
}

// fact 3-24
TEST(EphemeralPorts, UdpFindsNoneWithEaddrinuseInBindAndEagainElsewhere) {
  Lab lab(0);
  range(lab, 32768, 32769);
  const Syscall datagram = sys::Sendto{-1, 0, pattern(1), endpoint(server_address, 9), 2, {}};
  EXPECT_EQ(each(lab, 3, datagram_socket(), {bind(-1, 0)}).errors.back(), Errno::ADDRINUSE);
  Lab sending(0), connecting(0);
  EXPECT_EQ(each(range(sending, 32768, 32769), 3, datagram_socket(), {datagram}).errors.back(), Errno::AGAIN);
  EXPECT_EQ(each(range(connecting, 32768, 32769), 3, datagram_socket(), {connect(-1, 9)}).errors.back(),
            Errno::AGAIN);
}

/// Two ports of cli, both in TIME-WAIT towards port 80 of `to` (on cli itself); then a third connect to
/// `port` after `pause`.
Errno after_two(Lab& lab, const char* to, Duration pause, std::uint16_t port = 80) {
  range(lab, 32768, 32769);
  lab.program("cli", "web",
              {socket(), bind(3, 80), listen(3, 9), socket(), bind(4, 81), listen(4, 9), accept(3), accept(3),
               sleep(20_ms), close(5), close(6), sleep(9000_s)});
  lab.program("cli", "p",
              {socket(), connect(3, 80, to), socket(), connect(4, 80, to), close(3), close(4),
               sleep(20_ms + pause), socket(), connect(3, port, to), sleep(1_s)})
      .starting(1_ms);
  lab.run(10_s);
  return lab.result("p", "connect", 3).error;
}

struct Reuse {
  std::int64_t setting;
  const char* to;
  std::int64_t timestamps, delay;
  Duration later;
  Errno at_once, then;
};

// fact 3T-01, 3T-02, 3T-03, 3T-04, 3T-05, 3T-06, 3T-07
TEST(EphemeralPorts, ConnectTakesAPortInTimeWaitWhereTcpTwReuseAllows) {
  const Errno no = Errno::ADDRNOTAVAIL;
  const Reuse rows[] = {
      {0, here, 1, 1000, 1150_ms, no, no},        {0, client_address, 1, 1000, 1150_ms, no, no},
      {1, here, 1, 1000, 1150_ms, no, Errno::OK}, {1, client_address, 1, 1000, 1150_ms, no, Errno::OK},
      {2, here, 1, 1000, 1150_ms, no, Errno::OK}, {2, client_address, 1, 1000, 1150_ms, no, no},
      {1, here, 0, 1000, 1150_ms, no, no},        {2, here, 1, 200, 250_ms, no, Errno::OK},
  };
  for (const Reuse& row : rows)
    for (const bool later : {false, true}) {
      Lab lab(0);
      lab.sysctl("cli", Sysctl::TcpTwReuse, row.setting)
          .sysctl("cli", Sysctl::TcpTimestamps, row.timestamps)
          .sysctl("cli", Sysctl::TcpTwReuseDelay, row.delay);
      EXPECT_EQ(after_two(lab, row.to, later ? row.later : 10_ms), later ? row.then : row.at_once)
          << row.setting << " " << row.to << (later ? " later" : " at once");
    }
}

// fact 3T-08
TEST(EphemeralPorts, TimeWaitIsInTheWayOfItsOwnDestinationOnly) {
  for (const std::int64_t setting : {0, 1, 2}) {
    Lab lab(0);
    lab.sysctl("cli", Sysctl::TcpTwReuse, setting);
    EXPECT_EQ(after_two(lab, here, 10_ms, 81), Errno::OK);
  }
}

// fact 3T-09
TEST(EphemeralPorts, BindDoesNotGetAPortInTimeWait) {
  Lab lab(0);
  range(lab, 32768, 32769);
  lab.program("cli", "web",
              {socket(), bind(3, 80), listen(3, 9), accept(3), accept(3), sleep(20_ms), close(4), close(5),
               sleep(9000_s)});
  lab.program(
         "cli", "p",
         {socket(), connect(3, 80, here), socket(), connect(4, 80, here), close(3), close(4), sleep(50_ms),
          socket(), bind(3, 0), set(3, Option::ReuseAddr, 1), bind(3, 0), bind(3, 32768), sleep(1_s)})
      .starting(1_ms);
  lab.run(10_s);
  for (const std::size_t nth : {1U, 2U, 3U}) EXPECT_EQ(lab.result("p", "bind", nth).error, Errno::ADDRINUSE);
}

// fact 3T-10
TEST(EphemeralPorts, AnExplicitPortInTimeWaitConnectsAtOnce) {
  Lab lab(0);
  lab.sysctl("cli", Sysctl::TcpTwReuse, 0);
  lab.program("cli", "web",
              {socket(), bind(3, 80), listen(3, 9), accept(3), sleep(20_ms), close(4), sleep(9000_s)});
  lab.program(
         "cli", "p",
         {socket(), set(3, Option::ReuseAddr, 1), bind(3, 5000), connect(3, 80, here), close(3), sleep(50_ms),
          socket(), set(3, Option::ReuseAddr, 1), bind(3, 5000), connect(3, 80, here), sleep(1_s)})
      .starting(1_ms);
  lab.run(10_s);
  EXPECT_EQ(lab.result("p", "bind", 2).error, Errno::OK);
  EXPECT_EQ(lab.result("p", "connect", 2).error, Errno::OK);
}

// fact 3T-11
TEST(EphemeralPorts, FinWait2IsNoTimeWait) {
  Lab lab(0);
  range(lab, 32768, 32769).sysctl("cli", Sysctl::TcpTwReuse, 1);
  lab.program("cli", "web", {socket(), bind(3, 80), listen(3, 9), accept(3), accept(3), sleep(9000_s)});
  lab.program("cli", "p",
              {socket(), connect(3, 80, here), socket(), connect(4, 80, here), close(3), close(4), sleep(2_s),
               socket(), connect(3, 80, here), sleep(1_s)})
      .starting(1_ms);
  lab.run(10_s);
  EXPECT_EQ(lab.result("p", "connect", 3).error, Errno::ADDRNOTAVAIL);
}

// The number that people meet: 60999 - 32768 + 1 ports, for each destination.
TEST(EphemeralPorts, TheWholeRangeHolds28232ConnectionsToOneDestination) {
  Lab lab(1_ms);
  lab.setup.max_events = 10'000'000;
  lab.program("srv", "web", Script([](const SysResult&, std::size_t made) -> Syscall {
                if (made == 0) return socket();
                if (made == 1) return bind(3, 80);
                if (made == 2) return listen(3, 4096);
                if (made == 3) return socket();
                if (made == 4) return bind(4, 81);
                if (made == 5) return listen(4, 4096);
                return accept(3);
              }))
      .limit_descriptors(1'000'000);
  constexpr std::size_t most = 28'232;
  lab.program("cli", "load", Script([](const SysResult&, std::size_t made) -> Syscall {
                const auto fd = static_cast<std::int32_t>(3 + made / 2);
                if (made % 2 == 0 && made / 2 <= most) return socket();
                if (made / 2 <= most) return connect(fd, 80);
                if (made == 2 * most + 2) return connect(static_cast<std::int32_t>(3 + most), 81);
                return sleep(1000_s);
              }))
      .starting(1_ms)
      .limit_descriptors(1'000'000);
  // Steps the world alone: a journal of so long a run is another test's business.
  ByteStore bytes;
  World world = make_world(lab.setup, bytes);
  const auto programs = lab.programs()();
  std::vector<Record> records;
  std::vector<Errno> results;
  while (!world.at_end() && world.next_time() < 500_s) {
    Input input;
    if (const TaskId task = world.next_task()) {
      const kernel::Task& asks = world.kernel.tasks.read(task);
      const ProgramStep wish =
          programs->resume(path_of(world, task), asks.returned == 0 ? asks.result : SysResult{}, bytes);
      input = ProgramCall{wish.call, wish.line};
    }
    records.clear();
    step(world, bytes, input, records);
    for (const Record& record : records)
      if (const auto* returned = std::get_if<rec::SyscallReturned>(&record.what))
        if (std::holds_alternative<sys::Connect>(unflatten(returned->call)))
          results.push_back(returned->result.error);
  }
  ASSERT_EQ(results.size(), most + 2);
  for (std::size_t i = 0; i < most; ++i) ASSERT_EQ(results[i], Errno::OK) << i;
  EXPECT_EQ(results[most], Errno::ADDRNOTAVAIL);
  EXPECT_EQ(results[most + 1], Errno::OK) << "another destination";
}

}  // namespace
}  // namespace sockarium::test
