// Unix sockets, where a test sees more than a program: the file that bind() makes, what a message costs, who
// holds an open file that is in flight, and what the observers say of it all. What programs see is in
// tests/facts/unix_*.lua.
#include "sim/unix/unix.h"

#include <gtest/gtest.h>

#include "sim/observe/caption.h"
#include "sim/observe/local_sockets.h"
#include "sim/observe/why.h"
#include "tests/support/invariants.h"
#include "tests/support/lab.h"

namespace sockarium::test {
namespace {

constexpr std::int32_t stream = 1, datagram = 2;

Syscall unix_socket(std::int32_t type = stream) {
  return sys::Socket{af_unix, type};
}
Syscall unix_pair(std::int32_t type = stream) {
  return sys::Socketpair{af_unix, type};
}
Syscall bind_to(std::int32_t fd, std::string_view name) {
  return sys::Bind{fd, af_unix, {}, 0, carried(name)};
}
Syscall connect_to(std::int32_t fd, std::string_view name) {
  return sys::Connect{fd, af_unix, {}, 0, carried(name)};
}
Bytes list(std::initializer_list<std::int32_t> fds) {
  std::string text;
  for (const std::int32_t fd : fds) text += std::string{static_cast<char>(fd), 0, 0, 0};
  return carried(text);
}
Syscall send_files(std::int32_t fd, std::initializer_list<std::int32_t> fds, std::uint32_t bytes = 1) {
  return sys::Sendmsg{fd, 0, pattern(bytes), list(fds), {}};
}
Syscall receive_files(std::int32_t fd, std::int64_t control = 100) {
  return sys::Recvmsg{fd, 0, 100, control};
}

// fact 9-01
TEST(UnixNames, BindMakesAFileThatOutlivesTheSocket) {
  Lab lab;
  lab.program("srv", "logd", {unix_socket(), bind_to(3, "/tmp/log"), sleep(10_ms)});
  const auto file = [&]() -> const kernel::Node* {
    const World& world = lab.session().world();
    for (const NodeId id : ids(world.kernel.nodes))
      if (world.kernel.nodes.read(id).kind == FileKind::Socket) return &world.kernel.nodes.read(id);
    return nullptr;
  };
  lab.run(5_ms);
  ASSERT_NE(file(), nullptr);
  EXPECT_EQ(file()->mode, 0755U);
  EXPECT_TRUE(file()->socket);
  lab.run();
  ASSERT_NE(file(), nullptr);
  EXPECT_FALSE(file()->socket);
  EXPECT_EQ(lab.session().world().unix.sockets.count(), 0U);
}

// fact 9-37
TEST(UnixMessages, CostTheSenderMoreThanTheirBytes) {
  const std::pair<std::uint64_t, std::uint64_t> streams[] = {{1, 768},     {192, 768},    {193, 1280},
                                                             {1000, 2304}, {3776, 4352},  {3777, 4864},
                                                             {5000, 6400}, {20000, 20736}};
  for (const auto& [size, memory] : streams) EXPECT_EQ(unix::memory_of_stream(size), memory) << size;
  const std::pair<std::uint64_t, std::uint64_t> datagrams[] = {
      {1, 768}, {5000, 8448}, {16064, 16640}, {16065, 20736}, {100'000, 102'656}};
  for (const auto& [size, memory] : datagrams) EXPECT_EQ(unix::memory_of_datagram(size), memory) << size;
}

TEST(UnixCalls, AreWrittenAsStraceWritesThem) {
  ByteStore bytes;
  const std::pair<Syscall, const char*> rows[] = {
      {unix_pair(5), "socketpair(AF_UNIX, SOCK_SEQPACKET, 0)"},
      {unix_socket(), "socket(AF_UNIX, SOCK_STREAM, 0)"},
      {sys::Bind{7, af_unix, {}, 0, bytes.intern(std::string_view("\0demo", 5))},
       "bind(7, {sa_family=AF_UNIX, sun_path=@\"demo\"}, 7)"},
      {sys::Bind{8, af_unix, {}, 0, {}}, "bind(8, {sa_family=AF_UNIX}, 2)"},
      {sys::Connect{9, af_unix, {}, 0, bytes.intern("/nonexistent")},
       "connect(9, {sa_family=AF_UNIX, sun_path=\"/nonexistent\"}, 15)"},
      {sys::Sendmsg{3, 0, bytes.intern("hi"), numbers({0, 1}, bytes), {}},
       "sendmsg(3, {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base=\"hi\", iov_len=2}], msg_iovlen=1, "
       "msg_control=[{cmsg_len=24, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[0, 1]}], "
       "msg_controllen=24, msg_flags=0}, 0)"},
      {sys::Rename{bytes.intern("/tmp/a"), bytes.intern("/tmp/b")}, "rename(\"/tmp/a\", \"/tmp/b\")"},
  };
  for (const auto& [call, text] : rows) EXPECT_EQ(to_string(call, bytes), text);
}

TEST(DescriptorsInFlight, KeepAConnectionOpenThatItsSenderHasClosed) {
  Lab lab;
  lab.program("srv", "web",
              {unix_pair(), socket(), bind(5, 80), listen(5, 1), accept(5), send_files(3, {6}), close(6),
               sleep(50_ms), receive_files(4), close(6), sleep(50_ms)});
  lab.program("cli", "curl", {socket(), connect(3, 80), recv(3, 10)}).starting(1_ms);
  lab.run(60_ms);
  EXPECT_EQ(lab.states("srv"), (std::vector<std::string>{"ESTAB", "ESTAB", "ESTAB", "LISTEN"}));
  const std::vector<observe::InFlight> flying = observe::files_in_flight(lab.session().world());
  ASSERT_EQ(flying.size(), 1U);
  EXPECT_EQ(lab.session().world().kernel.files.read(flying[0].file).references, 1U);
  EXPECT_TRUE(lab.sent("srv", wire::FIN | wire::ACK).empty());
  lab.run();
  EXPECT_EQ(lab.result("web", "recvmsg").value, 1);
  EXPECT_EQ(lab.sent("srv", wire::FIN | wire::ACK).size(), 1U);
  EXPECT_EQ(lab.result("curl", "recv").value, 0);
}

TEST(DescriptorsInFlight, AreLetGoWithACallThatNeverSentThem) {
  Lab lab;
  std::vector<Syscall> calls{unix_pair(datagram), sys::Pipe{}};  // 3 and 4, 5 and 6
  calls.push_back(set(3, Option::SendBuffer, 2304));
  for (int i = 0; i < 12; ++i) calls.push_back(sys::Send{3, msg_dontwait, pattern(1)});
  calls.push_back(sys::Thread{});
  calls.push_back(send_files(3, {6}));  // no room: it waits
  lab.program("srv", "p", calls);
  lab.child_program("p", {0}, {sleep(5_ms), close(6), sleep(5_ms), sys::Exec{}, sys::Read{5, 0, 1}});
  lab.run(8_ms);
  EXPECT_EQ(lab.session().world().unix.rights.count(), 1U);
  lab.run();
  EXPECT_EQ(lab.session().world().unix.rights.count(), 0U);
  EXPECT_EQ(lab.result("p", "read").value, 0);  // the last writer was in the call
  EXPECT_EQ(broken_invariant(lab.session().world()), "");
}

// fact 1S-14
TEST(DescriptorsInFlight, ThatNobodyCanReachAreCollectedWhenAUnixSocketCloses) {
  Lab lab;
  lab.program("srv", "p",
              {unix_pair(), send_files(3, {4}), close(3), close(4), sleep(10_ms), unix_pair(), close(3),
               sleep(10_ms)});
  lab.run(5_ms);
  EXPECT_EQ(lab.session().world().unix.sockets.count(), 1U);  // it lies in its own queue
  lab.run(15_ms);
  EXPECT_EQ(lab.session().world().unix.sockets.count(), 1U);  // the other end of the new pair
  EXPECT_EQ(lab.session().world().unix.rights.count(), 0U);
  lab.run();
  EXPECT_EQ(broken_invariant(lab.session().world()), "");
}

TEST(DescriptorsInFlight, ReachableThroughAConnectionThatNobodyAcceptedAreKept) {
  Lab lab;
  const std::string_view name("\0l", 2);
  lab.program(
      "srv", "p",
      {unix_socket(), bind_to(3, name), listen(3, 1), unix_socket(), connect_to(4, name), unix_pair(),
       send_files(4, {5}), close(5), unix_pair(), close(5), sleep(10_ms), accept(3), receive_files(5)});
  lab.run();
  EXPECT_EQ(lab.result("p", "recvmsg").value, 1);
  EXPECT_FALSE(lab.result("p", "recvmsg").fds.empty());
}

TEST(UnixSockets, AConnectThatWaitsSaysWhoShouldAccept) {
  Lab lab;
  const std::string_view name = "/tmp/print";
  lab.program("srv", "printd", {unix_socket(), bind_to(3, name), listen(3, 0), sleep(1_s)});
  lab.program("srv", "first", {unix_socket(), connect_to(3, name), sleep(1_s)}).starting(1_ms);
  lab.program("srv", "second", {unix_socket(), connect_to(3, name)}).starting(2_ms);
  Session& session = lab.run(10_ms);
  RecordNumber blocked = 0;
  for (RecordNumber n = 1; n <= session.records_at(session.cursor()); ++n)
    if (const auto* record = std::get_if<rec::TaskBlocked>(&session.record(n).what);
        record != nullptr && record->what == Readiness::PeerRoom)
      blocked = n;
  ASSERT_NE(blocked, 0U);
  const observe::Narrator tells(session.world(), session.bytes(), session.records());
  std::string why;
  for (const observe::WhyStep& step :
       observe::why(session.world(), session.bytes(), session.records(), blocked))
    why += step.sentence + "; ";
  EXPECT_NE(why.find("nobody accepts what waits there"), std::string::npos) << why;
  EXPECT_NE(why.find("printd sleeps"), std::string::npos) << why;
}

TEST(UnixSockets, HaveCaptions) {
  Lab lab;
  const std::string_view name = "/tmp/log";
  lab.program("srv", "logd", {unix_socket(), bind_to(3, name), listen(3, 1), accept(3), recv(4, 10)});
  lab.program("srv", "app", {unix_socket(), connect_to(3, name), send(3, 5), close(3)}).starting(1_ms);
  Session& session = lab.run();
  const observe::Narrator tells(session.world(), session.bytes(), session.records());
  std::string all;
  for (std::uint64_t event = 1; event <= session.head(); ++event)
    all += tells.caption(session.records_at(event - 1) + 1, session.records_at(event)) + "\n";
  for (const char* words : {"a Unix socket on srv is called /tmp/log", "/tmp/log listens",
                            "a connection enters the accept queue of /tmp/log (1 of 2)",
                            "logd wakes: a connection leaves the accept queue of /tmp/log (0 of 2)",
                            "5 bytes lie in the queue of /tmp/log"})
    EXPECT_NE(all.find(words), std::string::npos) << words << " is not in\n" << all;
}

}  // namespace
}  // namespace sockarium::test
