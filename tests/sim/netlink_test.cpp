// Answers over netlink in bytes, and how a long one comes in parts. What the real kernel can show as well
// stands in tests/facts/netlink.lua.
#include <gtest/gtest.h>

#include <numeric>

#include "sim/netlink/message.h"
#include "tests/support/lab.h"

namespace sockarium::test {
namespace {

constexpr std::int32_t raw_type = 3;

Bytes dump_of_listeners() {
  netlink::InetRequest request;
  request.states = 1u << 10;
  return carried(netlink::to_bytes(netlink::sock_diag_by_family, netlink::nlm_f_request | netlink::nlm_f_dump,
                                   7, 0, netlink::to_bytes(request)));
}

std::vector<Syscall> listeners(std::int32_t count) {
  std::vector<Syscall> calls;
  for (std::int32_t i = 0; i < count; ++i) {
    calls.push_back(socket());
    calls.push_back(bind(3 + i, static_cast<std::uint16_t>(1000 + i)));
    calls.push_back(listen(3 + i, 5));
  }
  return calls;
}

/// The rows of each part, and 0 for its end, as a program reads them that comes with such buffers.
std::vector<std::size_t> parts_read(const std::vector<std::int64_t>& buffers) {
  Lab lab;
  std::vector<Syscall> web = listeners(500);
  web.push_back(sleep(1_s));
  lab.program("srv", "web", web).limit_descriptors(1024);
  std::vector<Syscall> ss{sys::Socket{af_netlink, raw_type, netlink::sock_diag},
                          sys::Send{3, 0, dump_of_listeners()}};
  for (const std::int64_t size : buffers) ss.push_back(sys::Recvfrom{3, 0, size});
  lab.program("srv", "ss", ss).starting(500_ms);
  Session& session = lab.run();
  std::vector<std::size_t> rows;
  for (const CallLine& call : lab.calls("ss", "recvfrom")) {
    const std::string text = session.bytes().text(call.result.data);
    const auto messages = netlink::messages_in(text);
    const bool end = !messages.empty() && messages[0].type == netlink::nlmsg_done;
    rows.push_back(end ? 0 : messages.size());
  }
  return rows;
}

// fact 8.8-20
TEST(Netlink, ALongAnswerComesInPartsAsLongAsTheLargestBuffer) {
  EXPECT_EQ(parts_read({32768, 32768, 32768, 32768}), (std::vector<std::size_t>{30, 261, 209, 0}));
  EXPECT_EQ(parts_read({65536, 65536, 65536, 65536}), (std::vector<std::size_t>{30, 261, 209, 0}));
  EXPECT_EQ(parts_read(std::vector<std::int64_t>(10, 8192)),
            (std::vector<std::size_t>{30, 66, 66, 66, 66, 66, 66, 66, 8, 0}));
}

// fact 8.8-21
TEST(Netlink, AShortBufferLosesTheRestOfEachPart) {
  const std::vector<std::size_t> rows = parts_read(std::vector<std::int64_t>(18, 1024));
  EXPECT_EQ(rows.back(), 0u);
  EXPECT_EQ(rows.front(), 8u) << "whole rows of 124 bytes in 1024";
}

// fact 8.8-22
TEST(Netlink, EachPartIsAsOldAsTheReadingOfThePartBefore) {
  Lab lab;
  std::vector<Syscall> web = listeners(40);  // ten more than the first part holds
  web.push_back(sleep(1_s));
  lab.program("srv", "web", web);
  std::vector<Syscall> late{sleep(510_ms)};  // between the question and the first recv()
  const std::vector<Syscall> more = listeners(1);
  late.insert(late.end(), more.begin(), more.end());
  late[2] = bind(3, 5000);
  late.push_back(sleep(1_s));
  lab.program("srv", "late", late);
  lab.program("srv", "ss",
              {sys::Socket{af_netlink, raw_type, netlink::sock_diag}, sys::Send{3, 0, dump_of_listeners()},
               sleep(20_ms), sys::Recvfrom{3, 0, 8192}, sys::Recvfrom{3, 0, 8192}, sys::Recvfrom{3, 0, 8192}})
      .starting(500_ms);
  Session& session = lab.run();
  std::vector<std::size_t> rows;
  for (const CallLine& call : lab.calls("ss", "recvfrom"))
    rows.push_back(netlink::messages_in(session.bytes().text(call.result.data)).size());
  EXPECT_EQ(rows, (std::vector<std::size_t>{30, 11, 1}))
      << "the second part knows the newcomer; then the end";
}

TEST(Netlink, RowsAndQuestionsSurviveTheirBytes) {
  netlink::InetRow row;
  row.family = 10;
  row.state = 1;
  row.timer = netlink::TimerName::On;
  row.retransmits = 3;
  row.local = endpoint("2001:db8::5", 80);
  row.peer = endpoint("::1", 41000);
  row.cookie = 77;
  row.expires = 200;
  row.receive_queue = 5;
  row.send_queue = 6;
  row.user = 1000;
  row.inode = 4711;
  row.shutdown = 1;
  row.ipv6_only = 0;
  row.mark = 9;
  row.options = 0x12;
  const auto again = netlink::inet_row_in(netlink::to_bytes(row));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->local, row.local);
  EXPECT_EQ(again->peer, row.peer);
  EXPECT_EQ(again->inode, 4711u);
  EXPECT_EQ(again->options, 0x12);
  EXPECT_EQ(netlink::to_bytes(*again), netlink::to_bytes(row));

  netlink::UnixRow local;
  local.name = std::string("\0bus", 4);
  local.peer = 12;
  local.pending = std::vector<std::uint32_t>{1, 2};
  local.receive_queue = 3;
  local.send_queue = 4;
  local.user = 1000;
  const auto same = netlink::unix_row_in(netlink::to_bytes(local));
  ASSERT_TRUE(same);
  EXPECT_EQ(same->name, local.name);
  EXPECT_EQ(same->pending, local.pending);
  EXPECT_EQ(netlink::to_bytes(*same), netlink::to_bytes(local));
}

TEST(Netlink, NonsenseIsNoMessage) {
  EXPECT_TRUE(netlink::messages_in("").empty());
  EXPECT_TRUE(netlink::messages_in("too short").empty());
  const std::string whole = netlink::to_bytes(20, 1, 0, 0, "body");
  EXPECT_EQ(netlink::messages_in(whole + whole).size(), 2u);
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_TRUE(netlink::messages_in(whole.substr(0, size)).empty()) << size;
  std::string long_one = whole;
  long_one[0] = 100;
  EXPECT_TRUE(netlink::messages_in(long_one).empty()) << "says it is longer than it is";
  for (std::size_t size = 0; size < 72; ++size) {
    EXPECT_FALSE(netlink::inet_row_in(std::string(size, '\1'))) << size;
    EXPECT_EQ(netlink::inet_request_in(std::string(size, '\1')).has_value(), size >= 56) << size;
  }
}

}  // namespace
}  // namespace sockarium::test
