// bind()'s rules, cell by cell: what Linux answered stands in tests/kernel-facts.md, and the model is asked
// for the same.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "build_info.h"
#include "tests/support/lab.h"

namespace sockarium::test {
namespace {

std::string trimmed(std::string text) {
  while (!text.empty() && text.front() == ' ') text.erase(0, 1);
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

/// The cells of the rows of a table, without their number: «2A» gives 16 rows of 7 cells.
std::vector<std::vector<std::string>> table(const std::string& number) {
  std::vector<std::vector<std::string>> rows;
  std::ifstream file(std::string(SOCKARIUM_SOURCE_DIR) + "/tests/kernel-facts.md");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("| " + number + "-", 0) != 0) continue;
    std::istringstream cells(line.substr(1));
    std::vector<std::string> row;
    for (std::string cell; std::getline(cells, cell, '|');) row.push_back(trimmed(cell));
    row.erase(row.begin());
    rows.push_back(row);
  }
  return rows;
}

constexpr const char* wildcard = "0.0.0.0";
constexpr const char* address_a = "127.0.0.1";
constexpr const char* address_b = "127.0.0.2";

/// The existing socket, E.
enum class Holder { Bound, Listening, BoundUdp, Accepted, FinWait2, BoundClient, TimeWait, ConnectedUdp };

struct Options {
  bool reuse_address, reuse_port;
};

Syscall datagram_socket() {
  return sys::Socket{2, 2, 0};
}

/// Makes E with these options on port 8080. The next free descriptor is 9 afterwards.
std::vector<Syscall> make_holder(Holder holder, Options options, const char* address) {
  const bool udp = holder == Holder::BoundUdp || holder == Holder::ConnectedUdp;
  std::vector<Syscall> calls{udp ? datagram_socket() : socket(),
                             set(3, Option::ReuseAddr, options.reuse_address),
                             set(3, Option::ReusePort, options.reuse_port), bind(3, 8080, address)};
  const auto add = [&](std::initializer_list<Syscall> more) { calls.insert(calls.end(), more); };
  switch (holder) {
    case Holder::Bound:
    case Holder::BoundUdp:
      add({socket(), socket()});
      break;
    case Holder::Listening:
      add({listen(3, 5), socket(), socket()});
      break;
    case Holder::ConnectedUdp:
      add({connect(3, 9000, address_a), socket(), socket()});
      break;
    case Holder::BoundClient:
      add({socket(), bind(4, 9000), listen(4, 5), connect(3, 9000, address_a), accept(4)});
      break;
    case Holder::Accepted:
    case Holder::FinWait2:
    case Holder::TimeWait:
      add({listen(3, 5), socket(), connect(4, 8080, address_a), accept(3), close(3)});
      if (holder == Holder::FinWait2) add({shut_write(5)});
      if (holder == Holder::TimeWait) add({close(5), sleep(100_ms), close(4), socket(), socket()});
      add({socket()});
      break;
  }
  add({sleep(100_ms), socket(), socket(), socket()});
  return calls;
}

/// What a second socket, N, gets for the same port: «ok», where listen() works, too, or «BUSY».
std::string second_bind(Holder holder, Options first, Options second, const char* e, const char* n) {
  const bool udp = holder == Holder::BoundUdp || holder == Holder::ConnectedUdp;
  Lab lab;
  std::vector<Syscall> calls = make_holder(holder, first, e);
  const auto binds =
      static_cast<std::size_t>(1 + std::count_if(calls.begin(), calls.end(), [](const Syscall& call) {
                                 return std::holds_alternative<sys::Bind>(call);
                               }));
  const auto listens =
      static_cast<std::size_t>(1 + std::count_if(calls.begin(), calls.end(), [](const Syscall& call) {
                                 return std::holds_alternative<sys::Listen>(call);
                               }));
  calls.insert(calls.end(),
               {udp ? datagram_socket() : socket(), set(9, Option::ReuseAddr, second.reuse_address),
                set(9, Option::ReusePort, second.reuse_port), bind(9, 8080, n), listen(9, 5), sleep(1_s)});
  lab.program("srv", "p", calls);
  lab.run(30_s);
  EXPECT_EQ(lab.calls("p", "socket").back().result.value, 9);
  const Errno bound = lab.result("p", "bind", binds).error;
  if (bound == Errno::ADDRINUSE) return "BUSY";
  if (bound != Errno::OK) return std::string(name(bound));
  const Errno listened = lab.result("p", "listen", listens).error;
  return udp || listened == Errno::OK ? "ok" : "listen: " + std::string(name(listened));
}

struct Column {
  const char* e;
  const char* n;
};

void matrix(const std::string& number, Holder holder, const std::vector<Column>& columns) {
  const auto rows = table(number);
  ASSERT_EQ(rows.size(), 16U);
  for (const auto& row : rows) {
    ASSERT_EQ(row.size(), columns.size() + 2);
    const Options first{row[0][0] == '1', row[1][0] == '1'};
    const Options second{row[0][2] == '1', row[1][2] == '1'};
    for (std::size_t i = 0; i < columns.size(); ++i)
      EXPECT_EQ(second_bind(holder, first, second, columns[i].e, columns[i].n), row[i + 2])
          << "REUSEADDR " << row[0] << " REUSEPORT " << row[1] << ", E " << columns[i].e << ", N "
          << columns[i].n;
  }
}

const std::vector<Column> five{{wildcard, wildcard},
                               {wildcard, address_a},
                               {address_a, wildcard},
                               {address_a, address_a},
                               {address_a, address_b}};
const std::vector<Column> six{{wildcard, wildcard},  {wildcard, address_a},  {wildcard, address_b},
                              {address_a, wildcard}, {address_a, address_a}, {address_a, address_b}};

// facts 2A, 8-30
TEST(BindMatrix, BoundOnly) {
  matrix("2A", Holder::Bound, five);
}
TEST(BindMatrix, BoundOnlyUdp) {
  matrix("2A", Holder::BoundUdp, five);
}
// fact 2B
TEST(BindMatrix, Listening) {
  matrix("2B", Holder::Listening, five);
}
// fact 2C, measured in four ways, and once more with UDP
TEST(BindMatrix, AcceptedAndEstablished) {
  matrix("2C", Holder::Accepted, six);
}
TEST(BindMatrix, AcceptedAndInFinWait2) {
  matrix("2C", Holder::FinWait2, six);
}
TEST(BindMatrix, BoundClient) {
  matrix("2C", Holder::BoundClient, six);
}
TEST(BindMatrix, InTimeWait) {
  matrix("2C", Holder::TimeWait, six);
}
TEST(BindMatrix, BoundAndConnectedUdp) {
  matrix("2C", Holder::ConnectedUdp, six);
}

/// A name of table 2D: `ipv6`: a socket of AF_INET6, with IPV6_V6ONLY or without.
struct Name {
  const char* ip;
  bool ipv6, only;
};
constexpr Name names[] = {{"::", true, false},       {"::", true, true},
                          {"0.0.0.0", false, false}, {"127.0.0.1", false, false},
                          {"::1", true, false},      {"::ffff:127.0.0.1", true, false}};

enum class How { Tcp, TcpListeningReuse, Udp, TcpReuse, UdpReuse };

std::string second_name(const Name& e, const Name& n, How how) {
  const bool udp = how == How::Udp || how == How::UdpReuse;
  const bool reuse = how == How::TcpListeningReuse || how == How::TcpReuse || how == How::UdpReuse;
  Lab lab;
  std::vector<Syscall> calls;
  std::int32_t fd = 3;
  for (const Name* one : {&e, &n}) {
    calls.push_back(sys::Socket{one->ipv6 ? 10 : 2, udp ? 2 : 1, 0});
    calls.push_back(set(fd, Option::ReuseAddr, reuse));
    if (one->only) calls.push_back(set(fd, Option::V6Only, 1));
    calls.push_back(sys::Bind{fd, one->ipv6 ? 10 : 2, endpoint(one->ip, 5020), 0, {}});
    if (how == How::TcpListeningReuse) calls.push_back(listen(fd, 5));
    ++fd;
  }
  lab.program("srv", "p", calls);
  lab.run();
  EXPECT_EQ(lab.result("p", "bind", 1).error, Errno::OK);
  const Errno error = lab.result("p", "bind", 2).error;
  return error == Errno::OK ? "ok" : error == Errno::ADDRINUSE ? "BUSY" : std::string(sockarium::name(error));
}

// fact 2D
TEST(BindMatrix, Ipv6AndIpv4) {
  const auto rows = table("2D");
  ASSERT_EQ(rows.size(), std::size(names));
  for (std::size_t e = 0; e < std::size(names); ++e)
    for (std::size_t n = 0; n < std::size(names); ++n) {
      for (const How how : {How::Tcp, How::TcpListeningReuse, How::Udp})
        EXPECT_EQ(second_name(names[e], names[n], how), rows[e][n + 1])
            << rows[e][0] << " and column " << n << ", way " << static_cast<int>(how);
      for (const How how : {How::TcpReuse, How::UdpReuse})
        EXPECT_EQ(second_name(names[e], names[n], how), "ok") << rows[e][0] << " and column " << n;
    }
}

}  // namespace
}  // namespace sockarium::test
