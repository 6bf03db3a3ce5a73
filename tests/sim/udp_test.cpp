// Datagrams: names, whole messages, bounded queues, and errors that come back later, if at all.
#include <gtest/gtest.h>

#include <set>

#include "sim/observe/sockets.h"
#include "tests/support/lab.h"

namespace sockarium::test {
namespace {

constexpr const char* here = "127.0.0.1";

Syscall udp() {
  return sys::Socket{2, 2, 0};
}
Syscall sendto(std::int32_t fd, std::uint32_t bytes, std::uint16_t port,
               std::string_view ip = server_address) {
  return sys::Sendto{fd, 0, pattern(bytes), endpoint(ip, port), 2, {}};
}
Syscall recvfrom(std::int32_t fd, std::int64_t size, std::int32_t flags = 0) {
  return sys::Recvfrom{fd, flags, size};
}
Syscall name_of(std::int32_t fd) {
  return sys::Getsockname{fd};
}
Syscall disconnect(std::int32_t fd) {
  return sys::Connect{fd, 0, Endpoint{Address::any_v4(), 0, 0}, 0, {}};
}

// fact 8-01
TEST(Udp, ADatagramCrossesTheLinkAndIsReadWithItsSender) {
  Lab lab(10_ms);
  lab.program("srv", "echo", {udp(), bind(3, 53), recvfrom(3, 100), name_of(3)});
  lab.program("cli", "dig", {udp(), sendto(3, 5, 53), name_of(3)}).starting(1_ms);
  lab.run();
  const CallLine got = lab.call("echo", "recvfrom");
  EXPECT_EQ(got.result.value, 5);
  EXPECT_EQ(got.returned, 11_ms + lab.setup.syscall_time);
  EXPECT_EQ(to_string(got.result.peer.ip), client_address);
  EXPECT_EQ(got.result.peer.port, lab.result("dig", "getsockname").peer.port) << "bound by sending";
  EXPECT_EQ(to_string(lab.result("dig", "getsockname").peer.ip), "0.0.0.0");
  EXPECT_EQ(lab.counter("cli", Counter::UdpOutDatagrams), 1);
  EXPECT_EQ(lab.counter("srv", Counter::UdpInDatagrams), 1);
}

// facts 8-03, 8-04, 8-05
TEST(Udp, MessagesKeepTheirEdgesAndWhatDoesNotFitIsLost) {
  Lab lab(0);
  lab.program("srv", "p",
              {udp(), bind(3, 53), sleep(10_ms), recvfrom(3, 4), recvfrom(3, 100), recvfrom(3, 100),
               recvfrom(3, 4, msg_trunc), recvfrom(3, 100, msg_peek), recvfrom(3, 100)});
  lab.program(
         "cli", "q",
         {udp(), sendto(3, 10, 53), sendto(3, 0, 53), sendto(3, 7, 53), sendto(3, 9, 53), sendto(3, 3, 53)})
      .starting(1_ms);
  lab.run();
  const auto got = [&](std::size_t nth) { return lab.result("p", "recvfrom", nth); };
  EXPECT_EQ(got(1).value, 4);
  EXPECT_EQ(got(1).flags, msg_trunc);
  EXPECT_EQ(got(2).value, 0) << "an empty datagram, not the end";
  EXPECT_EQ(got(2).flags, 0);
  EXPECT_EQ(got(3).value, 7);
  EXPECT_EQ(got(4).value, 9) << "MSG_TRUNC tells the true length";
  EXPECT_EQ(got(4).data.length, 4U);
  EXPECT_EQ(got(5).value, 3);
  EXPECT_EQ(got(6).value, 3) << "MSG_PEEK left it there";
}

// fact 5.1-20
TEST(Udp, WhoWritesToASilentNeighbourIsToldAfterThreeSeconds) {
  Lab lab(5_ms);
  RouteSetup line;
  line.destination = *parse_v4("10.0.0.0");
  line.prefix = 24;
  line.kind = RouteSetup::Kind::OnLink;
  lab.setup.routes.push_back(line);
  lab.program("cli", "writes",
              {udp(), set(3, Option::ReceiveErrors, 1), sendto(3, 5, 9, "10.0.0.99"), sleep(3_s),
               sys::Recvmsg{3, msg_errqueue, 100}, sleep(100_ms), sys::Recvmsg{3, msg_errqueue, 100}});
  lab.run(5_s);
  EXPECT_EQ(lab.result("writes", "recvmsg").error, Errno::AGAIN);
  const SysResult told = lab.result("writes", "recvmsg", 2);
  EXPECT_EQ(told.queued, Errno::HOSTUNREACH);
  EXPECT_EQ(told.icmp, origin_and_type(so_ee_origin_icmp, 3, 1));
  EXPECT_EQ(told.data, pattern(5)) << "what was written";
  EXPECT_EQ(to_string(told.offender), client_address) << "the kernel tells itself";
}

// facts 8-02, 8-06, 8-07, 8-17
TEST(Udp, WhatSendingRefuses) {
  Lab lab(0);
  lab.program("cli", "p",
              {udp(), send(3, 5), name_of(3), sys::Getpeername{3}, sendto(3, 5, 0), sendto(3, 65508, 53),
               sendto(3, 65507, 53), sendto(3, 1, 53, "255.255.255.255"), sendto(3, 1, 53, "8.8.8.8"),
               sys::Sendto{3, 0, pattern(1), endpoint("::1", 53), 10, {}}, listen(3, 5), accept(3),
               sys::Shutdown{3, Shut::Write}});
  lab.run();
  EXPECT_EQ(lab.result("p", "send").error, Errno::DESTADDRREQ);
  EXPECT_NE(lab.result("p", "getsockname").peer.port, 0) << "but it has bound the socket";
  EXPECT_EQ(lab.result("p", "getpeername").error, Errno::NOTCONN);
  const Errno expected[] = {Errno::INVAL,      Errno::MSGSIZE,    Errno::OK,
                            Errno::NETUNREACH, Errno::NETUNREACH, Errno::AFNOSUPPORT};
  for (std::size_t i = 0; i < std::size(expected); ++i)
    EXPECT_EQ(lab.result("p", "sendto", i + 1).error, expected[i]) << i + 1;
  EXPECT_EQ(lab.result("p", "listen").error, Errno::OPNOTSUPP);
  EXPECT_EQ(lab.result("p", "accept").error, Errno::OPNOTSUPP);
  EXPECT_EQ(lab.result("p", "shutdown").error, Errno::NOTCONN);
}

// fact 8-09
TEST(Udp, AnUnconnectedSenderNeverLearnsThatNobodyIsThere) {
  Lab lab(10_ms);
  lab.program("cli", "p",
              {udp(), sendto(3, 5, 9), sleep(100_ms), sendto(3, 5, 9), get(3, Option::Error),
               recvfrom(3, 10, msg_dontwait)});
  lab.run();
  EXPECT_EQ(lab.result("p", "sendto", 2).error, Errno::OK);
  EXPECT_EQ(lab.result("p", "getsockopt").value, 0);
  EXPECT_EQ(lab.result("p", "recvfrom").error, Errno::AGAIN);
  EXPECT_EQ(lab.counter("srv", Counter::UdpNoPorts), 2);
  EXPECT_EQ(lab.counter("cli", Counter::IcmpInDestUnreachs), 2);
}

// facts 8-10, 8-11, 8-12
TEST(Udp, AConnectedSenderLearnsItOnceWithItsNextCall) {
  Lab lab(10_ms);
  lab.program("cli", "p",
              {udp(), connect(3, 9), send(3, 5), sleep(100_ms), send(3, 5), send(3, 5), sleep(100_ms),
               recv(3, 10, msg_dontwait), recv(3, 10, msg_dontwait), send(3, 5), sleep(100_ms),
               get(3, Option::Error), get(3, Option::Error), send(3, 5), recv(3, 10)});
  lab.run();
  EXPECT_EQ(lab.result("p", "send", 1).error, Errno::OK);
  EXPECT_EQ(lab.result("p", "send", 2).error, Errno::CONNREFUSED);
  EXPECT_EQ(lab.result("p", "send", 3).error, Errno::OK);
  EXPECT_EQ(lab.result("p", "recv", 1).error, Errno::CONNREFUSED);
  EXPECT_EQ(lab.result("p", "recv", 2).error, Errno::AGAIN);
  EXPECT_EQ(lab.result("p", "getsockopt", 1).value, static_cast<int>(Errno::CONNREFUSED));
  EXPECT_EQ(lab.result("p", "getsockopt", 2).value, 0);
  EXPECT_EQ(lab.result("p", "recv", 3).error, Errno::CONNREFUSED) << "it woke the blocked call";
}

TEST(Udp, IcmpIsSentSixTimesAtOnceAndThenOnceASecond) {
  Lab lab(10_ms);
  std::vector<Syscall> calls{udp()};
  for (int i = 0; i < 10; ++i) calls.push_back(sendto(3, 1, 9));
  for (const Syscall& call : {sleep(2500_ms), sendto(3, 1, 9), sendto(3, 1, 9), sendto(3, 1, 9)})
    calls.push_back(call);
  lab.program("cli", "p", calls);
  lab.run();
  EXPECT_EQ(lab.counter("srv", Counter::UdpNoPorts), 13);
  EXPECT_EQ(lab.counter("srv", Counter::IcmpOutDestUnreachs), 8);
}

// facts 8-13, 8-14, 8-15
TEST(Udp, ConnectChoosesWhomToHear) {
  Lab lab(1_ms);
  lab.program("srv", "p",
              {udp(), bind(3, 53), connect(3, 5000, client_address), sys::Getpeername{3}, name_of(3),
               recvfrom(3, 10), sleep(100_ms), sendto(3, 4, 6000, client_address), disconnect(3), name_of(3),
               sys::Getpeername{3}, recvfrom(3, 10)});
  lab.program("cli", "other", {udp(), bind(3, 6000), sendto(3, 1, 53), recvfrom(3, 10), sendto(3, 7, 53)})
      .starting(5_ms);
  lab.program("cli", "friend", {udp(), bind(3, 5000), sendto(3, 2, 53)}).starting(20_ms);
  lab.run();
  EXPECT_EQ(to_string(lab.result("p", "getpeername").peer), "10.0.0.5:5000");
  EXPECT_EQ(to_string(lab.result("p", "getsockname", 1).peer), "192.168.1.10:53")
      << "the address is fixed, too";
  EXPECT_EQ(lab.result("p", "recvfrom", 1).value, 2) << "the other one's was refused";
  EXPECT_EQ(lab.counter("srv", Counter::UdpNoPorts), 1);
  EXPECT_EQ(lab.result("other", "recvfrom").value, 4) << "sendto() may go elsewhere";
  EXPECT_EQ(to_string(lab.result("p", "getsockname", 2).peer), "0.0.0.0:53");
  EXPECT_EQ(lab.result("p", "getpeername", 2).error, Errno::NOTCONN);
  EXPECT_EQ(lab.result("p", "recvfrom", 2).value, 7);
}

// fact 8-18
TEST(Udp, APortThatCameByItselfGoesWithThePeer) {
  Lab lab(0);
  lab.program(
      "cli", "p",
      {udp(), connect(3, 0), name_of(3), disconnect(3), name_of(3), udp(), bind(4, 4000, client_address),
       connect(4, 53), disconnect(4), name_of(4), connect(4, 54), connect(4, 55), sys::Getpeername{4}});
  lab.run();
  EXPECT_EQ(lab.result("p", "connect", 1).error, Errno::OK) << "port 0 is no matter";
  EXPECT_NE(lab.result("p", "getsockname", 1).peer.port, 0);
  EXPECT_EQ(to_string(lab.result("p", "getsockname", 2).peer), "0.0.0.0:*");
  EXPECT_EQ(to_string(lab.result("p", "getsockname", 3).peer), "10.0.0.5:4000");
  EXPECT_EQ(lab.result("p", "getpeername").peer.port, 55);
}

// fact 8-20
TEST(Udp, TheSocketThatFitsBestTakesTheDatagram) {
  Lab lab(1_ms);
  lab.program("srv", "any", {udp(), set(3, Option::ReuseAddr, 1), bind(3, 53), recvfrom(3, 10)});
  lab.program("srv", "specific",
              {udp(), set(3, Option::ReuseAddr, 1), bind(3, 53, server_address), recvfrom(3, 10)});
  lab.program("srv", "connected",
              {udp(), set(3, Option::ReuseAddr, 1), bind(3, 53, server_address),
               connect(3, 5000, client_address), recvfrom(3, 10)});
  lab.program("srv", "local", {udp(), sleep(20_ms), sendto(3, 3, 53, here), sleep(1_s)});
  lab.program("cli", "p", {udp(), bind(3, 5000), sendto(3, 1, 53), udp(), sendto(4, 2, 53)}).starting(5_ms);
  lab.run(2_s);
  EXPECT_EQ(lab.result("connected", "recvfrom").value, 1);
  EXPECT_EQ(lab.result("specific", "recvfrom").value, 2);
  EXPECT_EQ(lab.result("any", "recvfrom").value, 3);
}

// fact 8-21
TEST(Udp, OfEqualsTheNewestReceivesUntilItIsClosed) {
  Lab lab(1_ms);
  for (const char* who : {"one", "two", "three"})
    lab.program("srv", who, {udp(), set(3, Option::ReuseAddr, 1), bind(3, 53), recvfrom(3, 10)});
  lab.program("cli", "p",
              {udp(), sendto(3, 1, 53), sleep(10_ms), sendto(3, 2, 53), sleep(10_ms), sendto(3, 3, 53)})
      .starting(5_ms);
  lab.run(2_s);
  EXPECT_EQ(lab.result("three", "recvfrom").value, 1);
  EXPECT_EQ(lab.result("two", "recvfrom").value, 2);
  EXPECT_EQ(lab.result("one", "recvfrom").value, 3);
}

// fact 8-23
TEST(Udp, AReuseportGroupSharesSendersAndKeepsToThem) {
  Lab lab(1_ms);
  std::vector<Syscall> calls;
  for (std::int32_t fd = 3; fd < 7; ++fd)
    for (const Syscall& call : {udp(), set(fd, Option::ReusePort, 1), bind(fd, 53)}) calls.push_back(call);
  calls.push_back(sleep(100_ms));
  for (std::int32_t fd = 3; fd < 7; ++fd)
    for (int i = 0; i < 60; ++i) calls.push_back(recvfrom(fd, 10, msg_dontwait));
  lab.program("srv", "group", calls);
  std::vector<Syscall> sends;
  for (std::int32_t fd = 3; fd < 43; ++fd)
    for (const Syscall& call : {udp(), sendto(fd, 1, 53), sendto(fd, 1, 53)}) sends.push_back(call);
  lab.program("cli", "p", sends).starting(5_ms);
  lab.run();
  std::map<std::int32_t, std::set<std::uint16_t>> senders;
  std::size_t received = 0;
  for (const CallLine& line : lab.calls("group", "recvfrom"))
    if (line.result.ok()) {
      senders[fd_of(line.call)].insert(line.result.peer.port);
      ++received;
    }
  EXPECT_EQ(received, 80U);
  EXPECT_EQ(senders.size(), 4U);
  std::size_t sum = 0;
  for (const auto& [fd, ports] : senders) sum += ports.size();
  EXPECT_EQ(sum, 40U) << "each sender meets one socket";
}

/// How many of 300 datagrams of a size fit into a receive buffer.
std::int64_t fits(std::uint32_t bytes, std::int64_t wish) {
  Lab lab(0);
  std::vector<Syscall> calls{udp()};
  if (wish != 0) calls.push_back(set(3, Option::ReceiveBuffer, wish));
  calls.push_back(bind(3, 53, here));
  calls.push_back(udp());
  for (int i = 0; i < 300; ++i) calls.push_back(sendto(4, bytes, 53, here));
  lab.program("srv", "p", calls);
  lab.run();
  for (const CallLine& line : lab.calls("p", "sendto")) EXPECT_EQ(line.result.error, Errno::OK);
  const std::int64_t dropped = lab.counter("srv", Counter::UdpRcvbufErrors);
  EXPECT_EQ(lab.counter("srv", Counter::UdpInErrors), dropped);
  return 300 - dropped;
}

// facts 8-24, 8-25, 8-26, 8-27
TEST(Udp, AFullReceiveBufferDropsAndNobodyIsTold) {
  EXPECT_EQ(fits(1, 20000), 48);
  EXPECT_EQ(fits(100, 20000), 48);
  EXPECT_EQ(fits(500, 20000), 31);
  EXPECT_EQ(fits(1000, 20000), 17);
  EXPECT_EQ(fits(1400, 20000), 17);
  EXPECT_EQ(fits(4000, 20000), 4);
  EXPECT_EQ(fits(1, 0), 256);
  EXPECT_EQ(fits(4000, 1), 1) << "an empty queue takes one of any size";
}

// fact 8-16
TEST(Udp, ShutdownEndsReadingForThoseWhoWait) {
  Lab lab(1_ms);
  lab.program(
      "srv", "p",
      {udp(), bind(3, 53), connect(3, 5000, client_address), sys::Shutdown{3, Shut::Read}, recv(3, 10),
       recv(3, 10, msg_dontwait), sys::Shutdown{3, Shut::Write}, send(3, 1), sleep(10_ms)});
  lab.run(1_s);
  EXPECT_EQ(lab.result("p", "recv", 1).value, 0);
  EXPECT_EQ(lab.result("p", "recv", 2).error, Errno::AGAIN);
  EXPECT_EQ(lab.result("p", "send").error, Errno::PIPE) << "and no signal ends it";
  EXPECT_EQ(lab.result("p", "sleep").error, Errno::OK);
}

// facts 8-19, 8-28
TEST(Udp, SsShowsTheMemoryOfTheQueueAndFionreadTheNextDatagram) {
  Lab lab(0);
  lab.program("srv", "p",
              {udp(), bind(3, 53, here), udp(), connect(4, 53, here), send(4, 5), send(4, 9),
               sys::Ioctl{3, fionread}, recv(3, 10), sys::Ioctl{3, fionread}, sleep(1_s)});
  lab.run(100_ms);
  std::int64_t waiting = -1;
  TcpState unconnected = TcpState::Listen, connected = TcpState::Listen;
  for (const observe::SocketLine& line : observe::socket_lines(lab.session().world())) {
    (line.local.port == 53 ? unconnected : connected) = line.state;
    if (line.local.port == 53) waiting = line.receive_queue;
  }
  EXPECT_EQ(waiting, 832) << "one small datagram is left";
  EXPECT_EQ(ss_name(unconnected), "UNCONN");
  EXPECT_EQ(ss_name(connected), "ESTAB");
  EXPECT_EQ(lab.result("p", "ioctl", 1).value, 5);
  EXPECT_EQ(lab.result("p", "ioctl", 2).value, 9);
}

// fact 8-29
TEST(Udp, ASocketThatIsClosedWithDatagramsUnreadLeavesNobodyThere) {
  Lab lab(1_ms);
  lab.program("srv", "p", {udp(), bind(3, 53), sleep(50_ms), sys::Close{3}, sleep(1_s)});
  lab.program("cli", "q",
              {udp(), connect(3, 53), send(3, 5), sleep(100_ms), send(3, 5), sleep(50_ms), send(3, 5)})
      .starting(10_ms);
  lab.run(1_s);
  EXPECT_EQ(lab.result("q", "send", 2).error, Errno::OK);
  EXPECT_EQ(lab.result("q", "send", 3).error, Errno::CONNREFUSED);
}

TEST(Udp, ADamagedDatagramIsDropped) {
  Lab lab(1_ms);
  lab.setup.links[0].corrupt_ppm = 1'000'000;
  lab.program("srv", "p", {udp(), bind(3, 53), recvfrom(3, 10)});
  lab.program("cli", "q", {udp(), sendto(3, 5, 53)}).starting(1_ms);
  lab.run(1_s);
  EXPECT_EQ(lab.counter("srv", Counter::UdpInCsumErrors), 1);
  EXPECT_EQ(lab.counter("srv", Counter::UdpInErrors), 1);
}

}  // namespace
}  // namespace sockarium::test
