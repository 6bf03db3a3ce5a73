// Descriptors: numbers for open files. The lowest free one is always given, several may name one open file,
// and what close() ends is the number.
#include <gtest/gtest.h>

#include "sim/kernel/descriptors.h"
#include "tests/support/lab.h"

namespace sockarium::test {
namespace {

using Steps = std::vector<std::string>;

Syscall dup(std::int32_t fd) {
  return sys::Dup{fd};
}
Syscall dup2(std::int32_t fd, std::int32_t to) {
  return sys::Dup2{fd, to};
}
Syscall fcntl(std::int32_t fd, std::int32_t command, std::int64_t argument = 0) {
  return sys::Fcntl{fd, command, argument};
}
Syscall pipe(std::int64_t flags = 0) {
  return sys::Pipe{flags};
}
Syscall limit(std::int64_t soft, std::int64_t hard) {
  return sys::Setrlimit{rlimit_nofile, soft, hard};
}

struct Row {
  const char* what;
  std::vector<Syscall> calls;  ///< what counts is the last one's answer
  std::int64_t value = 0;
  Errno error = Errno::OK;
};

/// The answer to the last call of a program that runs alone.
SysResult last_answer(const std::vector<Syscall>& calls, std::uint64_t nofile = 1024, std::uint32_t user = 0,
                      std::uint64_t file_max = INT64_MAX) {
  Lab lab;
  lab.setup.hosts[0].file_max = file_max;
  SysResult answer;
  const std::size_t count = calls.size();
  lab.program("cli", "p",
              [calls, count, &answer](const SysResult& result, std::size_t made) -> Syscall {
                if (made == count) answer = result;
                return made < count ? calls[made] : sys::Exit{};
              })
      .limit_descriptors(nofile)
      .as_user(user);
  lab.run();
  return answer;
}

void check(const std::vector<Row>& rows, std::uint64_t nofile = 1024, std::uint32_t user = 0) {
  for (const Row& row : rows) {
    const SysResult answer = last_answer(row.calls, nofile, user);
    EXPECT_EQ(answer.error, row.error) << row.what;
    if (row.error == Errno::OK) {
      EXPECT_EQ(answer.value, row.value) << row.what;
    }
  }
}

// facts 1-01, 1-03, 1-04, 1-05, 1-06, 1-09
TEST(Descriptors, GiveTheLowestFreeNumber) {
  check({
      {"a hole is filled first", {socket(), socket(), socket(), close(4), socket()}, 4},
      {"0 to 2 can be closed, too", {close(0), socket()}, 0},
      {"dup", {socket(), dup(3)}, 4},
      {"dup into a hole", {socket(), socket(), close(3), dup(4)}, 3},
      {"pipe takes two", {socket(), pipe()}, 4},
      {"F_DUPFD: the lowest at or above its argument", {fcntl(0, f_dupfd, 100)}, 100},
      {"F_DUPFD again", {fcntl(0, f_dupfd, 100), fcntl(0, f_dupfd, 100)}, 101},
      {"F_DUPFD leaves the numbers below free", {fcntl(0, f_dupfd, 100), socket()}, 3},
      {"dup2 gives what was asked for", {socket(), dup2(3, 77)}, 77},
      {"dup2 to itself", {socket(), dup2(3, 3)}, 3},
      {"dup2 to itself, closed", {dup2(3, 3)}, 0, Errno::BADF},
      {"dup2 from a closed one", {dup2(9, 3)}, 0, Errno::BADF},
      {"dup2 to a negative number", {dup2(0, -1)}, 0, Errno::BADF},
      {"dup3 to itself", {socket(), sys::Dup3{3, 3, 0}}, 0, Errno::INVAL},
      {"dup3 with another flag", {sys::Dup3{0, 5, o_nonblock}}, 0, Errno::INVAL},
      {"dup of a closed one", {dup(3)}, 0, Errno::BADF},
      {"close of a closed one", {close(999)}, 0, Errno::BADF},
      {"numbers above a hole are found", {fcntl(0, f_dupfd, 200), close(200), dup2(0, 200), dup(200)}, 3},
  });
}

// facts 1-07, 1-08, 1-27, 1-29
TEST(Descriptors, AreLimitedAndEachCallSaysItItsOwnWay) {
  const std::vector<Syscall> full{socket(), socket()};  // 3 and 4: all that a limit of 5 leaves
  const auto then = [&](Syscall call) {
    std::vector<Syscall> calls = full;
    calls.push_back(std::move(call));
    return calls;
  };
  check({{"socket", then(socket()), 0, Errno::MFILE},
         {"dup", then(dup(3)), 0, Errno::MFILE},
         {"pipe", then(pipe()), 0, Errno::MFILE},
         {"F_DUPFD", then(fcntl(3, f_dupfd, 0)), 0, Errno::MFILE},
         {"accept, before it looks whether that listens", then(accept(3)), 0, Errno::MFILE},
         {"accept, before it looks whether that is a socket", then(accept(0)), 0, Errno::MFILE},
         {"accept of a closed one", then(accept(7)), 0, Errno::BADF},
         {"accept with an unknown flag", then(sys::Accept{3, 1}), 0, Errno::INVAL},
         {"dup2 beyond", then(dup2(3, 5)), 0, Errno::BADF},
         {"F_DUPFD beyond", then(fcntl(3, f_dupfd, 5)), 0, Errno::INVAL},
         {"F_DUPFD of a negative number", then(fcntl(3, f_dupfd, -1)), 0, Errno::INVAL},
         {"dup2 onto an open one", then(dup2(3, 4)), 4},
         {"dup2 onto the terminal", then(dup2(3, 0)), 0}},
        5);
  check({{"pipe gives nothing back half", {socket(), pipe(), dup(0)}, 4}}, 5);
}

// fact 1-32
TEST(Descriptors, TheLimitMovesWithinItsCeiling) {
  check({{"soft up to hard", {limit(3, 8), limit(8, 8), socket()}, 3},
         {"soft above hard", {limit(9, 8)}, 0, Errno::INVAL},
         {"hard back up without privilege", {limit(3, 3), limit(3, 8)}, 0, Errno::PERM},
         {"hard down", {limit(3, 7), sys::Getrlimit{}}, 3}},
        8, 1000);
  EXPECT_EQ(last_answer({limit(3, 7), sys::Getrlimit{}}, 8).second, 7);
  check({{"root raises it to fs.nr_open",
          {limit(nr_open, nr_open), fcntl(0, f_dupfd, nr_open - 1)},
          nr_open - 1},
         {"and no further", {limit(8, nr_open + 1)}, 0, Errno::PERM},
         {"not even to infinity", {limit(8, -1)}, 0, Errno::PERM},
         {"what is open above a lowered limit stays open", {dup2(0, 7), limit(4, 4), dup2(7, 3)}, 3},
         {"another resource", {sys::Getrlimit{99}}, 0, Errno::INVAL}},
        8);
}

// fact 1-31
TEST(Descriptors, TheHostsFileTableIsLimitedForAllButRoot) {
  // The program's terminal is the first open file, whatever numbers it has.
  struct Full {
    const char* what;
    std::vector<Syscall> calls;
    std::uint64_t file_max;
    Errno user, root;
  };
  const Full rows[] = {
      {"socket", {socket(), socket()}, 2, Errno::NFILE, Errno::OK},
      {"pipe needs two", {pipe()}, 2, Errno::NFILE, Errno::OK},
      {"accept, before it looks whether that listens", {socket(), accept(3)}, 2, Errno::NFILE, Errno::INVAL},
      {"accept of no socket", {socket(), accept(0)}, 2, Errno::NOTSOCK, Errno::NOTSOCK},
      {"a number more is no open file more", {socket(), dup(3)}, 2, Errno::OK, Errno::OK},
      {"close makes room", {socket(), close(3), socket()}, 2, Errno::OK, Errno::OK},
      {"close of one of two numbers does not",
       {socket(), dup(3), close(3), socket()},
       2,
       Errno::NFILE,
       Errno::OK},
  };
  for (const Full& row : rows) {
    EXPECT_EQ(last_answer(row.calls, 1024, 1000, row.file_max).error, row.user) << row.what;
    EXPECT_EQ(last_answer(row.calls, 1024, 0, row.file_max).error, row.root) << row.what << ", root";
  }
}

// facts 1-12, 1-13
TEST(Descriptors, SomeFlagsAreTheNumbersAndSomeTheOpenFiles) {
  check({
      {"O_NONBLOCK through a dup",
       {socket(), dup(3), set_nonblock(4), fcntl(3, f_getfl)},
       o_rdwr | o_nonblock},
      {"F_SETFL leaves the rest", {socket(sock_nonblock), fcntl(3, f_setfl, 0), fcntl(3, f_getfl)}, o_rdwr},
      {"F_SETFL takes only what can be set", {socket(), fcntl(3, f_setfl, 1), fcntl(3, f_getfl)}, o_rdwr},
      {"FD_CLOEXEC on a dup", {socket(), dup(3), fcntl(4, f_setfd, fd_cloexec), fcntl(3, f_getfd)}, 0},
      {"FD_CLOEXEC is kept", {socket(), fcntl(3, f_setfd, fd_cloexec), fcntl(3, f_getfd)}, fd_cloexec},
      {"only its one bit", {socket(), fcntl(3, f_setfd, 2), fcntl(3, f_getfd)}, 0},
      {"a dup has none", {socket(sock_cloexec), dup(3), fcntl(4, f_getfd)}, 0},
      {"dup2 onto one that had it", {socket(sock_cloexec), dup2(0, 3), fcntl(3, f_getfd)}, 0},
      {"dup3 sets it", {sys::Dup3{0, 5, o_cloexec}, fcntl(5, f_getfd)}, fd_cloexec},
      {"F_DUPFD_CLOEXEC sets it", {fcntl(0, f_dupfd_cloexec, 5), fcntl(5, f_getfd)}, fd_cloexec},
      {"pipe2 sets both", {pipe(o_cloexec), fcntl(4, f_getfd)}, fd_cloexec},
      {"the next tenant of a number has none",
       {socket(sock_cloexec), close(3), socket(), fcntl(3, f_getfd)},
       0},
      {"an unknown command", {fcntl(0, 77)}, 0, Errno::INVAL},
      {"of a closed one", {fcntl(7, 77)}, 0, Errno::BADF},
  });
}

Steps states_of(const Lab& lab) {
  Steps states = lab.states("cli");
  for (const std::string& state : lab.states("srv")) states.push_back(state);
  return states;
}

/// web accepts one connection as 4 and goes on with `calls`; curl connects at 1 ms and goes on with its own.
void connection(Lab& lab, std::vector<Syscall> web, std::vector<Syscall> curl) {
  web.insert(web.begin(), {socket(), bind(3, 80), listen(3, 2), accept(3)});
  curl.insert(curl.begin(), {socket(), connect(3, 80)});
  lab.program("srv", "web", std::move(web));
  lab.program("cli", "curl", std::move(curl)).starting(1_ms);
}

// facts 1-02, 1-16
TEST(Descriptors, OnlyTheLastCloseEndsTheConnection) {
  Lab lab(10_ms);
  connection(lab, {set_nonblock(4), sleep(100_ms), recv(4, 10), sleep(100_ms), recv(4, 10), sleep(1_s)},
             {dup(3), sleep(50_ms), close(3), sleep(100_ms), close(4), sleep(1_s)});
  lab.run(1_s);
  EXPECT_EQ(lab.result("web", "accept").value, 4);
  EXPECT_EQ(lab.result("web", "recv", 1).error, Errno::AGAIN);
  EXPECT_EQ(lab.result("web", "recv", 2).value, 0);
  EXPECT_EQ(lab.sent("cli", wire::FIN | wire::ACK).size(), 1u);
  EXPECT_GT(lab.sent("cli", wire::FIN | wire::ACK).front(), 170_ms);
}

// fact 1-17
TEST(Descriptors, ShutdownThroughOneNumberIsSeenThroughTheOther) {
  Lab lab(10_ms);
  connection(lab, {recv(4, 10), sleep(1_s)}, {dup(3), shut_write(3), send(4, 5, msg_nosignal), sleep(1_s)});
  lab.run(1_s);
  EXPECT_EQ(lab.result("curl", "send").error, Errno::PIPE);
  EXPECT_EQ(lab.result("web", "recv").value, 0);
  EXPECT_EQ(lab.sent("cli", wire::FIN | wire::ACK).size(), 1u);
}

// fact 1-14
TEST(Descriptors, AnAcceptedSocketDoesNotInheritNonblocking) {
  for (const std::int32_t flags : {0, sock_nonblock, sock_nonblock | sock_cloexec}) {
    Lab lab(10_ms);
    lab.program("srv", "web",
                {socket(), bind(3, 80), listen(3, 2), set_nonblock(3), sleep(100_ms), sys::Accept{3, flags},
                 fcntl(4, f_getfl), fcntl(4, f_getfd)});
    lab.program("cli", "curl", {socket(), connect(3, 80), sleep(1_s)}).starting(1_ms);
    lab.run(500_ms);
    EXPECT_EQ(lab.result("web", "fcntl", 2).value, o_rdwr | (flags & sock_nonblock));
    EXPECT_EQ(lab.result("web", "fcntl", 3).value, (flags & sock_cloexec) != 0 ? fd_cloexec : 0);
  }
}

// fact 1-15
TEST(Descriptors, AnAcceptedSocketInheritsOptionsAtTheHandshake) {
  Lab lab(10_ms);
  const Option options[] = {Option::NoDelay, Option::KeepAlive, Option::ReceiveBuffer, Option::Linger,
                            Option::ReuseAddr};
  std::vector<Syscall> web{socket(), set(3, Option::ReceiveBuffer, 20'000), bind(3, 80), listen(3, 2)};
  for (const Option option : {Option::NoDelay, Option::KeepAlive, Option::ReuseAddr})
    web.push_back(set(3, option, 1));
  web.push_back(set(3, Option::Linger, 1, 7));
  web.push_back(sleep(100_ms));  // the handshake happens now
  for (const Option option : {Option::NoDelay, Option::KeepAlive, Option::ReuseAddr, Option::Linger})
    web.push_back(set(3, option, 0));
  web.push_back(accept(3));
  for (const Option option : options) web.push_back(get(4, option));
  web.push_back(sleep(1_s));
  lab.program("srv", "web", web);
  lab.program("cli", "curl", {socket(), connect(3, 80), sleep(1_s)}).starting(1_ms);
  lab.run(500_ms);
  const std::int64_t expected[] = {1, 1, 40'000, 1, 1};
  for (std::size_t i = 0; i < std::size(options); ++i)
    EXPECT_EQ(lab.result("web", "getsockopt", i + 1).value, expected[i]) << i;
  EXPECT_EQ(lab.result("web", "getsockopt", 4).second, 7);
}

// fact 1-28
TEST(Descriptors, AcceptReservesItsNumberWhileItWaits) {
  Lab lab(10_ms);
  lab.program("srv", "web",
              [](const SysResult&, std::size_t made) -> Syscall {
                const Syscall calls[] = {socket(),      bind(3, 80), listen(3, 2),
                                         sys::Thread{}, accept(3),   sleep(1_s)};
                return made < std::size(calls) ? calls[made] : sys::Exit{};
              })
      .limit_descriptors(8);
  // The thread of web.
  lab.child_program("web", {0}, {sleep(10_ms), dup(0), dup2(0, 4), limit(3, 3), sleep(1_s)});
  lab.program("cli", "curl", {socket(), connect(3, 80), sleep(1_s)}).starting(50_ms);
  lab.run(500_ms);
  EXPECT_EQ(lab.result("web", "dup").value, 5);             // 4 is reserved
  EXPECT_EQ(lab.result("web", "dup2").error, Errno::BUSY);  // and cannot be had by name
  EXPECT_EQ(lab.result("web", "accept").value, 4);          // though the limit is 3 by now
}

// fact 1-30
TEST(Descriptors, AConnectionWaitsForADescriptor) {
  Lab lab(10_ms);
  lab.program(
         "srv", "web",
         {socket(), bind(3, 80), listen(3, 2), sleep(100_ms), accept(3), close(0), accept(3), sleep(1_s)})
      .limit_descriptors(4);
  lab.program("cli", "curl", {socket(), connect(3, 80), sleep(2_s)}).starting(1_ms);
  lab.run(1_s);
  EXPECT_EQ(lab.result("web", "accept", 1).error, Errno::MFILE);
  EXPECT_EQ(lab.result("web", "accept", 2).value, 0);
  EXPECT_EQ(states_of(lab), (Steps{"ESTAB", "ESTAB", "LISTEN"}));
}

// facts 1-10, 1-11
TEST(Descriptors, TheCallsOfSocketsRefuseWhatIsNone) {
  const auto nine = [](std::int32_t fd) {
    return std::vector<Syscall>{bind(fd, 80),
                                listen(fd, 1),
                                accept(fd),
                                connect(fd, 80),
                                send(fd, 1),
                                recv(fd, 1),
                                sys::Shutdown{fd, Shut::Write},
                                sys::Getsockname{fd},
                                set(fd, Option::ReuseAddr, 1)};
  };
  for (const Syscall& call : nine(3))
    EXPECT_EQ(last_answer({pipe(), call}).error, Errno::NOTSOCK) << name(call);
  for (const Syscall& call : nine(4))
    EXPECT_EQ(last_answer({pipe(), call}).error, Errno::NOTSOCK) << name(call);
  for (const Syscall& call : nine(9)) EXPECT_EQ(last_answer({pipe(), call}).error, Errno::BADF) << name(call);
}

// facts 1-19, 1-20, 1-21, 1-22, 1-26
TEST(Descriptors, ASocketWithoutAConnectionRefusesWhatNeedsOne) {
  const std::vector<Syscall> fresh{socket()};
  const std::vector<Syscall> listener{socket(), bind(3, 80), listen(3, 1)};
  struct Case {
    const std::vector<Syscall>* before;
    Syscall call;
    Errno error;
  };
  const Case cases[] = {
      {&fresh, send(3, 1, msg_nosignal), Errno::PIPE},
      {&fresh, sys::Sendto{3, msg_nosignal, pattern(5), endpoint(server_address, 80), 2, {}}, Errno::PIPE},
      {&fresh, recv(3, 1), Errno::NOTCONN},
      {&fresh, shut_write(3), Errno::NOTCONN},
      {&fresh, sys::Getpeername{3}, Errno::NOTCONN},
      {&listener, send(3, 1, msg_nosignal), Errno::PIPE},
      {&listener, recv(3, 1), Errno::NOTCONN},
      {&listener, connect(3, 80), Errno::ISCONN},
      {&listener, sys::Getpeername{3}, Errno::NOTCONN},
      {&listener, shut_write(3), Errno::OK},
      {&fresh, sys::Socket{2, 1, 17}, Errno::PROTONOSUPPORT},
      {&fresh, sys::Socket{99, 1, 0}, Errno::AFNOSUPPORT},
      {&fresh, sys::Socket{2, 99, 0}, Errno::INVAL},
  };
  for (const Case& each : cases) {
    std::vector<Syscall> calls = *each.before;
    calls.push_back(each.call);
    EXPECT_EQ(last_answer(calls).error, each.error) << name(each.call);
  }
  Lab lab;
  lab.program("srv", "web", {socket(), bind(3, 80), listen(3, 1), shut_write(3), sleep(1_s)});
  lab.run(500_ms);
  EXPECT_EQ(lab.states("srv"), Steps{"LISTEN"});
}

// fact 1-23
TEST(Descriptors, ShuttingAListenersReadSideEndsListening) {
  for (const Shut how : {Shut::Read, Shut::Both}) {
    Lab lab;
    lab.program(
        "srv", "web",
        {socket(), bind(3, 80), listen(3, 1), sys::Thread{}, accept(3), accept(3), listen(3, 1), sleep(1_s)});
    lab.child_program("web", {0}, {sleep(10_ms), sys::Shutdown{3, how}, sleep(1_s)});
    lab.run(500_ms);
    EXPECT_EQ(lab.result("web", "accept", 1).error, Errno::INVAL);
    EXPECT_EQ(lab.call("web", "accept", 1).returned / millisecond, 10);
    EXPECT_EQ(lab.result("web", "accept", 2).error, Errno::INVAL);
    EXPECT_EQ(lab.result("web", "listen", 2).error, Errno::OK);
    EXPECT_EQ(lab.states("srv"), Steps{"LISTEN"});
  }
}

// fact 1-24
TEST(Descriptors, AShutReadSideStillGivesWhatComes) {
  Lab lab(10_ms);
  connection(lab, {sys::Thread{}, recv(4, 10), sleep(100_ms), recv(4, 10), recv(4, 10), sleep(1_s)},
             {sleep(80_ms), send(3, 5), sleep(1_s)});
  lab.child_program("web", {0}, {sleep(20_ms), sys::Shutdown{4, Shut::Read}, sleep(1_s)});
  lab.run(500_ms);
  EXPECT_EQ(lab.result("web", "recv", 1).value, 0);
  EXPECT_EQ(lab.result("web", "recv", 2).value, 5);
  EXPECT_EQ(lab.result("web", "recv", 3).value, 0);
}

// fact 1-25
TEST(Descriptors, ABlockedCallHoldsTheOpenFileThatAnotherThreadCloses) {
  Lab lab(10_ms);
  connection(lab, {sys::Thread{}, recv(4, 10), sleep(1_s)}, {sleep(80_ms), send(3, 5), sleep(1_s)});
  lab.child_program("web", {0}, {sleep(20_ms), close(4), sleep(1_s)});
  lab.run(500_ms);
  EXPECT_EQ(lab.result("web", "recv").value, 5);
  ASSERT_EQ(lab.sent("srv", wire::FIN | wire::ACK).size(), 1u);
  EXPECT_GE(lab.sent("srv", wire::FIN | wire::ACK).front(), lab.call("web", "recv").returned - 1_ms);
}

// fact 1-18
TEST(Descriptors, AChildKeepsTheConnectionThatItsParentCloses) {
  Lab lab(10_ms);
  connection(lab, {sys::Fork{}, close(4), sleep(1_s)}, {recv(3, 10), recv(3, 10), sleep(1_s)});
  lab.child_program("web", {0}, {sleep(50_ms), send(4, 5), sleep(50_ms)});
  lab.run(500_ms);
  EXPECT_EQ(lab.result("curl", "recv", 1).value, 5);
  EXPECT_EQ(lab.result("curl", "recv", 2).value, 0);
  EXPECT_EQ(lab.sent("srv", wire::FIN | wire::ACK).size(), 1u);
}

TEST(Descriptors, WhatIsWrittenToOneGoesWhereTheNumberLeads) {
  Lab lab(10_ms);
  connection(lab, {recv(4, 10), sleep(1_s)}, {dup2(3, 1), sys::Write{1, 0, pattern(5)}, sleep(1_s)});
  lab.run(500_ms);
  EXPECT_EQ(lab.result("web", "recv").value, 5);
}

}  // namespace
}  // namespace sockarium::test
