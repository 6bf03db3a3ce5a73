// IPv6: how addresses are written, what a socket of AF_INET6 takes, and that TCP and UDP cross a link by it.
#include <gtest/gtest.h>

#include "sim/inet/route.h"
#include "sim/observe/sockets.h"
#include "sim/wire/filter.h"
#include "sim/wire/header_bytes.h"
#include "tests/support/lab.h"

namespace sockarium::test {
namespace {

constexpr const char* client_v6 = "2001:db8::5";
constexpr const char* server_v6 = "2001:db8:1::10";

TEST(Ipv6, AddressesAreWrittenAsRfc5952Wants) {
  const std::pair<const char*, const char*> rows[] = {
      {"::", "::"},
      {"::1", "::1"},
      {"1::", "1::"},
      {"2001:DB8:0:0:0:0:0:5", "2001:db8::5"},
      {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
      {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
      {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
      {"0:0:1::", "0:0:1::"},
      {"fe80::0001:2", "fe80::1:2"},
      {"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"},
  };
  for (const auto& [written, wanted] : rows) {
    const auto address = parse_v6(written);
    ASSERT_TRUE(address) << written;
    EXPECT_EQ(to_string(*address), wanted) << written;
    EXPECT_EQ(parse_v6(to_string(*address)), address) << written;
  }
  EXPECT_EQ(parse_v6("::ffff:10.0.0.5"), parse_v4("10.0.0.5"));
  EXPECT_EQ(to_string(*parse_v4("10.0.0.5"), true), "::ffff:10.0.0.5");
  EXPECT_EQ(to_string(endpoint("::1", 80)), "[::1]:80");
  for (const char* wrong : {"", ":", "1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "g::",
                            "1:", ":1", ":::", "1:2:3:4:5:6:7::8:9", "10.0.0.5", "::10.0.0.256", "::1%eth0"})
    EXPECT_FALSE(parse_v6(wrong)) << wrong;
}

/// cli and srv with an address of each family.
Lab both_families(Duration delay = 10_ms) {
  Lab lab(delay);
  lab.setup.hosts[0].addresses.push_back(*parse_v6(client_v6));
  lab.setup.hosts[1].addresses.push_back(*parse_v6(server_v6));
  return lab;
}

Syscall socket6(std::int32_t type = 1) {
  return sys::Socket{10, type, 0};
}
Syscall bind6(std::int32_t fd, std::uint16_t port, std::string_view ip = "::") {
  return sys::Bind{fd, 10, endpoint(ip, port), 0, {}};
}
Syscall connect6(std::int32_t fd, std::uint16_t port, std::string_view ip = server_v6) {
  return sys::Connect{fd, 10, endpoint(ip, port), 0, {}};
}

TEST(Ipv6, AConnectionCrossesTheLinkWithItsLongerHeader) {
  Lab lab = both_families();
  lab.program("srv", "web", {socket6(), bind6(3, 80), listen(3, 5), accept(3), recv(4, 9000), sleep(1_s)});
  lab.program("cli", "curl", {socket6(), connect6(3, 80), sys::Getsockname{3}, send(3, 3000), sleep(1_s)})
      .starting(1_ms);
  lab.run();
  EXPECT_EQ(to_string(lab.result("web", "accept").peer.ip), client_v6);
  EXPECT_EQ(to_string(lab.result("curl", "getsockname").peer.ip), client_v6);
  const std::vector<wire::Packet> sent = lab.packets("cli");
  ASSERT_FALSE(sent.empty());
  EXPECT_EQ(sent[0].options.mss, 1440) << "1500 - 40 - 20";
  EXPECT_EQ(wire::wire_size(sent[0]), 80U);
  std::uint32_t longest = 0;
  for (const wire::Packet& packet : sent) longest = std::max(longest, packet.payload.length);
  EXPECT_EQ(longest, 1428U) << "without the timestamps' 12 bytes";
}

TEST(Ipv6, LoopbackIsColonColonOne) {
  Lab lab;
  lab.program("srv", "p",
              {socket6(), bind6(3, 80, "::1"), listen(3, 5), socket6(), connect6(4, 80, "::"), accept(3),
               sys::Getpeername{4}});
  lab.run();
  EXPECT_EQ(to_string(lab.result("p", "getpeername").peer), "[::1]:80");
  EXPECT_EQ(lab.packets("srv")[0].options.mss, 65476);
}

// facts 2-17, 2-18, 2-21
TEST(Ipv6, V6OnlyKeepsIpv4Out) {
  Lab lab = both_families();
  lab.program("srv", "p",
              {socket6(), set(3, Option::V6Only, 1), bind6(3, 80, "::ffff:127.0.0.1"),
               connect6(3, 80, "::ffff:127.0.0.1"), bind6(3, 80), set(3, Option::V6Only, 0),
               get(3, Option::V6Only), socket(), set(4, Option::V6Only, 1)});
  lab.run();
  EXPECT_EQ(lab.result("p", "bind", 1).error, Errno::INVAL);
  EXPECT_EQ(lab.result("p", "connect").error, Errno::NETUNREACH);
  EXPECT_EQ(lab.result("p", "bind", 2).error, Errno::OK);
  EXPECT_EQ(lab.result("p", "setsockopt", 2).error, Errno::INVAL);
  EXPECT_EQ(lab.result("p", "getsockopt").value, 1);
  EXPECT_EQ(lab.result("p", "setsockopt", 3).error, Errno::NOPROTOOPT);
}

std::vector<std::string> rows(const Lab& lab, Session& session) {
  std::vector<std::string> all;
  const NetId srv = session.world().kernel.hosts.read(lab.host("srv")).net;
  for (const observe::SocketLine& line : observe::socket_lines(session.world()))
    if (line.net == srv) all.push_back(std::string(ss_name(line.state)) + " " + observe::local_text(line));
  return all;
}

// facts 2-19, 2-20
TEST(Ipv6, ADualStackListenerTakesIpv4AndSsShowsIt) {
  Lab lab = both_families();
  lab.program("srv", "p", {socket6(), bind6(3, 5020), listen(3, 5), accept(3), sleep(1_s)});
  lab.program("cli", "q", {socket(), connect(3, 5020), sleep(2_s)}).starting(1_ms);
  Session& session = lab.run(500_ms);
  const SysResult accepted = lab.result("p", "accept");
  EXPECT_EQ(accepted.domain, 10);
  EXPECT_EQ(to_string(accepted.peer.ip, true), "::ffff:10.0.0.5");
  EXPECT_EQ(rows(lab, session),
            (std::vector<std::string>{"LISTEN *:5020", "ESTAB [::ffff:192.168.1.10]:5020"}));

  Lab only = both_families();
  only.program("srv", "p", {socket6(), set(3, Option::V6Only, 1), bind6(3, 5020), listen(3, 5), sleep(1_s)});
  only.program("cli", "q", {socket(), connect(3, 5020), socket6(), connect6(4, 5020), sleep(2_s)})
      .starting(1_ms);
  Session& second = only.run(500_ms);
  EXPECT_EQ(rows(only, second),
            (std::vector<std::string>{"LISTEN [::]:5020", "ESTAB [2001:db8:1::10]:5020"}));
  EXPECT_EQ(only.result("q", "connect", 1).error, Errno::CONNREFUSED);
  EXPECT_EQ(only.result("q", "connect", 2).error, Errno::OK);
}

TEST(Ipv6, FamiliesOfAddressesMustFitTheSocket) {
  Lab lab = both_families();
  lab.program("cli", "p",
              {socket6(), bind(3, 80), connect(3, 80), bind6(3, 80, "2001:db8::99"), socket(),
               connect6(4, 80), bind6(4, 80), socket6(2), connect(5, 53),
               sys::Sendto{5, 0, pattern(1), endpoint(server_address, 53), 2, {}}, socket6(),
               connect6(6, 80, "2001:db8:ffff::1")});
  lab.run(5_s);
  EXPECT_EQ(lab.result("p", "bind", 1).error, Errno::INVAL) << "too short an address";
  EXPECT_EQ(lab.result("p", "connect", 1).error, Errno::INVAL);
  EXPECT_EQ(lab.result("p", "bind", 2).error, Errno::ADDRNOTAVAIL);
  EXPECT_EQ(lab.result("p", "connect", 2).error, Errno::AFNOSUPPORT);
  EXPECT_EQ(lab.result("p", "bind", 3).error, Errno::AFNOSUPPORT);
  EXPECT_EQ(lab.result("p", "connect", 3).error, Errno::OK) << "UDP takes IPv4's";
  EXPECT_EQ(lab.result("p", "sendto").error, Errno::OK);
  EXPECT_EQ(lab.result("p", "connect", 4).error, Errno::NETUNREACH);
}

TEST(Ipv6, DatagramsAndTheirRefusalsTravelToo) {
  Lab lab = both_families();
  lab.program("srv", "p", {socket6(2), bind6(3, 53), sys::Recvfrom{3, 0, 10}, sys::Recvfrom{3, 0, 10}});
  lab.program("cli", "q",
              {socket6(2), connect6(3, 53), send(3, 5), socket(0), sys::Socket{2, 2, 0},
               sys::Sendto{5, 0, pattern(4), endpoint(server_address, 53), 2, {}}, socket6(2), connect6(6, 9),
               send(6, 1), recv(6, 10)})
      .starting(1_ms);
  lab.run();
  EXPECT_EQ(lab.result("p", "recvfrom", 1).value, 5);
  EXPECT_EQ(to_string(lab.result("p", "recvfrom", 1).peer.ip, true), client_v6);
  EXPECT_EQ(to_string(lab.result("p", "recvfrom", 2).peer.ip, true), "::ffff:10.0.0.5");
  EXPECT_EQ(lab.result("q", "recv").error, Errno::CONNREFUSED);
  EXPECT_EQ(lab.counter("cli", Counter::Udp6OutDatagrams), 2);
  EXPECT_EQ(lab.counter("cli", Counter::UdpOutDatagrams), 1);
  EXPECT_EQ(lab.counter("srv", Counter::Udp6NoPorts), 1);
}

/// fact 8.9-30
TEST(Ipv6, APathIsNeverTakenForShorterThanIpv6Allows) {
  Lab lab = both_families();
  lab.run();
  World world = lab.session().world();
  const NetId cli = world.inet.nets.first();
  const Address server = *parse_v6(server_v6);
  const auto mtu = [&] { return inet::route(world, cli, server)->mtu; };
  inet::lower_path_mtu(world, cli, server, 1279);
  EXPECT_EQ(mtu(), 1500u);
  inet::lower_path_mtu(world, cli, server, 1300);
  EXPECT_EQ(mtu(), 1300u);
  inet::lower_path_mtu(world, cli, server, 1400);
  EXPECT_EQ(mtu(), 1300u) << "it does not grow again";
}

TEST(Ipv6, AFilterRejectsWithNumbersOfItsOwn) {
  wire::Packet datagram;
  datagram.protocol = wire::UDP;
  datagram.from = endpoint(client_v6, 40000);
  datagram.to = endpoint(server_v6, 53);
  wire::Filter rule;
  const std::pair<std::uint32_t, int> rows[] = {{0, 0}, {1, 3}, {3, 4}, {13, 1}, {wire::with_reset, 4}};
  for (const auto& [with, code] : rows) {
    rule.with = with;
    const auto answer = wire::rejection(rule, datagram);
    ASSERT_TRUE(answer) << with;
    EXPECT_EQ(answer->icmp.type, wire::icmp6_unreachable);
    EXPECT_EQ(answer->icmp.code, code) << with;
  }
}

TEST(Ipv6, PacketsBecomeBytesAndBack) {
  ByteStore bytes;
  for (const auto& [from, to] : {std::pair{client_address, server_address}, std::pair{client_v6, server_v6}})
    for (const std::uint8_t protocol : {wire::TCP, wire::UDP, wire::ICMP}) {
      wire::Packet packet;
      packet.protocol = protocol;
      packet.from = endpoint(from, 40000);
      packet.to = endpoint(to, 53);
      packet.payload = bytes.intern("question");
      const auto refused = wire::numbers_of(wire::IcmpError::PortUnreachable, packet.by_v4());
      if (protocol == wire::TCP) packet.flags = wire::ACK | wire::PSH;
      if (protocol == wire::ICMP)
        packet.icmp = {packet.to, packet.from, {}, 0, refused.type, refused.code, wire::UDP, 0, 0};
      std::vector<std::uint8_t> frame = wire::to_wire(packet, bytes);
      EXPECT_EQ(frame.size(), wire::wire_size(packet));
      const auto back = wire::from_wire(frame, bytes);
      ASSERT_TRUE(back) << from << " " << int(protocol);
      EXPECT_EQ(back->from, packet.from);
      EXPECT_EQ(back->to, packet.to);
      EXPECT_EQ(back->protocol, packet.protocol);
      EXPECT_EQ(back->icmp, packet.icmp);
      EXPECT_EQ(bytes.text(back->payload), "question");
      wire::corrupt(frame);
      EXPECT_FALSE(wire::from_wire(frame, bytes));
      EXPECT_TRUE(wire::from_wire(frame, bytes, wire::Checksums::Ignored));
    }
}

}  // namespace
}  // namespace sockarium::test
