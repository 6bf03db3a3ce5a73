// What poll(), select() and epoll say of a descriptor in each situation: the table of kernel-facts.md §10.1,
// its measured cells beside. All three must agree, as they ask the same function.
#include <gtest/gtest.h>

#include "tests/support/waiting.h"

namespace sockarium::test {
namespace {

constexpr std::uint32_t in = poll_in, out = poll_out, err = poll_err, hup = poll_hup, rdhup = poll_rdhup;
constexpr std::uint32_t asked = poll_in | poll_pri | poll_out | poll_rdhup;
constexpr std::int32_t number = 3;  // of the descriptor that is asked about, unless a row says otherwise

struct Situation {
  const char* what;
  std::vector<Syscall> mine;    ///< what leads to it, at the client
  std::vector<Syscall> theirs;  ///< and at the server
  std::uint32_t events = 0;     ///< measured: epoll events
  const char* sets = "";        ///< measured: select's sets, «r», «w», «x»
  std::int32_t fd = number;
  bool epoll_takes_it = true;
};

void check(const Situation& row) {
  SCOPED_TRACE(row.what);
  Lab lab(1_ms);
  std::vector<Syscall> calls = row.mine;
  const auto all = static_cast<std::uint16_t>(asked);
  calls.push_back(poll({{row.fd, all, 0}}));
  calls.push_back(select({{row.fd, static_cast<std::uint16_t>(poll_in | poll_out | poll_pri), 0}}));
  calls.push_back(sys::EpollCreate{});
  const auto number_of_epoll = [](const SysResult& result) {
    return static_cast<std::int32_t>(result.value);
  };
  auto epoll = std::make_shared<std::int32_t>(-1);
  lab.program("srv", "server", row.theirs);
  lab.program("cli", "client",
              [calls, row, epoll, number_of_epoll](const SysResult& result, std::size_t made) -> Syscall {
                if (made < calls.size()) return calls[made];
                if (made == calls.size()) *epoll = number_of_epoll(result);
                if (made == calls.size()) return epoll_add(*epoll, row.fd, asked);
                if (made == calls.size() + 1) return epoll_wait(*epoll);
                return sys::Exit{};
              });
  lab.run(20_s);
  const auto polled = found_by(lab, "client", "poll").at(0);
  EXPECT_EQ(event_names(polled.at(0).revents, ""), event_names(row.events, "")) << "poll";
  const auto selected = found_by(lab, "client", "select").at(0).at(0).revents;
  const std::string sets = std::string((selected & poll_in) != 0 ? "r" : "") +
                           ((selected & poll_out) != 0 ? "w" : "") + ((selected & poll_pri) != 0 ? "x" : "");
  EXPECT_EQ(sets, row.sets) << "select";
  if (!row.epoll_takes_it) {
    EXPECT_EQ(lab.result("client", "epoll_ctl").error, Errno::PERM);
    return;
  }
  const auto reports = reported_to(lab, "client").at(0);
  EXPECT_EQ(event_names(reports.empty() ? 0 : reports[0].events, ""), event_names(row.events, "")) << "epoll";
}

/// The client is connected as 3, the server's end is 4.
std::vector<Syscall> connected(const std::vector<Syscall>& then) {
  std::vector<Syscall> calls{sleep(1_ms), socket(), connect(3, 80)};
  calls.insert(calls.end(), then.begin(), then.end());
  calls.push_back(sleep(200_ms));
  return calls;
}
std::vector<Syscall> accepting(const std::vector<Syscall>& then) {
  std::vector<Syscall> calls{socket(), bind(3, 80), listen(3, 4), accept(3)};
  calls.insert(calls.end(), then.begin(), then.end());
  calls.push_back(sleep(2_s));
  return calls;
}
const std::vector<Syscall> stays = accepting({});

Syscall datagram_socket() {
  return sys::Socket{2, 2, 0};
}
Syscall shut(Shut how) {
  return sys::Shutdown{3, how};
}

// facts 10.1-01, 10.1-02, 10.1-03, 10.1-04, 10.1-05
TEST(Readiness, OfTcpSocketsBeforeAndBesideConnections) {
  const std::vector<Syscall> listener{socket(), bind(3, 80), listen(3, 4)};
  const auto with = [](std::vector<Syscall> calls, const std::vector<Syscall>& more) {
    calls.insert(calls.end(), more.begin(), more.end());
    return calls;
  };
  for (const Situation& row : std::vector<Situation>{
           {"never connected", {socket()}, {}, out | hup, "rw"},
           {"only bound", {socket(), bind(3, 80)}, {}, out | hup, "rw"},
           {"listening, nobody there", listener, {}, 0, ""},
           {"listening, one queued",
            with(listener, {socket(), connect(4, 80, "127.0.0.1"), sleep(10_ms)}),
            {},
            in,
            "r"},
           {"a listener that was shut", with(listener, {shut(Shut::Both)}), {}, out | hup, "rw"},
           {"SYN-SENT", {socket(sock_nonblock), connect(3, 80)}, {}, 0, ""},
           {"connected, idle", connected({}), stays, out, "w"},
       })
    check(row);
}

// facts 10.1-06, 10.1-07, 5.1-06
TEST(Readiness, OfAConnectThatWasRefused) {
  const std::vector<Syscall> refused{socket(sock_nonblock), connect(3, 80), sleep(10_ms)};
  std::vector<Syscall> asked_for_error = refused;
  asked_for_error.push_back(get(3, Option::Error));
  check({"refused", refused, {}, in | out | err | hup | rdhup, "rw"});
  check({"… and SO_ERROR was read", asked_for_error, {}, in | out | hup | rdhup, "rw"});
  Lab lab(1_ms);
  asked_for_error.push_back(get(3, Option::Error));
  lab.program("cli", "client", asked_for_error);
  lab.run();
  EXPECT_EQ(lab.result("client", "getsockopt", 1).value, static_cast<std::int64_t>(Errno::CONNREFUSED));
  EXPECT_EQ(lab.result("client", "getsockopt", 2).value, 0);
}

// facts 10.1-08, 10.1-09, 10.1-10, 10.1-11, 10.1-12
TEST(Readiness, OfConnectionsByWhichDirectionsAreShut) {
  for (const Situation& row : std::vector<Situation>{
           {"data", connected({}), accepting({send(4, 10)}), in | out, "rw"},
           {"the peer shut its side", connected({}), accepting({shut_write(4)}), in | out | rdhup, "rw"},
           {"the peer closed", connected({}), accepting({close(4)}), in | out | rdhup, "rw"},
           {"own write side shut", connected({shut(Shut::Write)}), stays, out, "w"},
           {"own read side shut", connected({shut(Shut::Read)}), stays, in | out | rdhup, "rw"},
           {"both sides shut", connected({shut(Shut::Both)}), stays, in | out | hup | rdhup, "rw"},
       })
    check(row);
}

// facts 10.1-13, 10.1-14, 10.1-15, 10.1-16
TEST(Readiness, OfConnectionsThatWereResetOrAreFull) {
  constexpr std::uint32_t reset = in | out | err | hup | rdhup;
  const std::vector<Syscall> aborts = accepting({set(4, Option::Linger, 1, 0), close(4)});
  const std::vector<Syscall> sends_and_aborts =
      accepting({send(4, 10), sleep(20_ms), set(4, Option::Linger, 1, 0), close(4)});
  std::vector<Syscall> fills{set_nonblock(3)};
  for (int i = 0; i < 8; ++i) {  // until the peer's window is shut
    fills.push_back(send(3, 8'000'000));
    fills.push_back(sleep(50_ms));
  }
  for (const Situation& row : std::vector<Situation>{
           {"the peer reset it", connected({}), aborts, reset, "rw"},
           {"the peer reset it, unread data", connected({}), sends_and_aborts, reset, "rw"},
           {"… and recv() told", connected({sleep(50_ms), recv(3, 10)}), aborts, in | out | hup | rdhup,
            "rw"},
           {"RST after a write to a closed peer", connected({sleep(50_ms), send(3, 1, msg_nosignal)}),
            accepting({close(4)}), reset, "rw"},
           {"the send buffer is full", connected(fills), stays, 0, ""},
       })
    check(row);
}

// facts 10.1-18, 10.1-23
TEST(Readiness, OfDatagramSockets) {
  const std::vector<Syscall> bound{datagram_socket(), bind(3, 90), sleep(100_ms)};
  const auto sender = [](std::uint32_t bytes) {
    return std::vector<Syscall>{datagram_socket(), sleep(10_ms),
                                sys::Sendto{3, 0, pattern(bytes), endpoint(client_address, 90), 2, {}}};
  };
  for (const Situation& row : std::vector<Situation>{
           {"fresh", {datagram_socket()}, {}, out, "w"},
           {"a datagram waits", bound, sender(10), in | out, "rw"},
           {"an empty datagram waits", bound, sender(0), in | out, "rw"},
           {"ICMP said that nobody has the port",
            {datagram_socket(), connect(3, 91), send(3, 1), sleep(100_ms)},
            {},
            out | err,
            "rw"},
           {"both sides shut", {datagram_socket(), shut(Shut::Both)}, {}, in | out | hup | rdhup, "rw"},
           {"the write side shut", {datagram_socket(), shut(Shut::Write)}, {}, out, "w"},
       })
    check(row);
}

// fact 10.1-20
TEST(Readiness, OfPipes) {
  const Syscall nonblocking_pipe = sys::Pipe{o_nonblock};
  const std::vector<Syscall> full{nonblocking_pipe, write(4, 65536)};
  const auto then = [](std::vector<Syscall> calls, Syscall last) {
    calls.push_back(std::move(last));
    return calls;
  };
  for (const Situation& row : std::vector<Situation>{
           {"empty, to read", {pipe()}, {}, 0, ""},
           {"data, to read", {pipe(), write(4, 1)}, {}, in, "r"},
           {"no writer left, data", {pipe(), write(4, 1), close(4)}, {}, in | hup, "r"},
           {"no writer left", {pipe(), close(4)}, {}, hup, "r"},
           {"room, to write", {pipe()}, {}, out, "w", 4},
           {"full, to write", full, {}, 0, "", 4},
           {"no reader", {pipe(), close(3)}, {}, out | err, "rw", 4},
           {"full, no reader", then(full, close(3)), {}, err, "rw", 4},
       })
    check(row);
}

// facts 10.1-21, 10.1-22
TEST(Readiness, OfEventsTimersWatchesAndFiles) {
  Files files;
  const auto eventfd = [](std::uint32_t count) { return Syscall{sys::Eventfd{count, o_nonblock}}; };
  for (const Situation& row : std::vector<Situation>{
           {"an eventfd that counts 0", {eventfd(0)}, {}, out, "w"},
           {"an eventfd that counts", {eventfd(7)}, {}, in | out, "rw"},
           {"a timerfd that is not set", {sys::TimerfdCreate{}}, {}, 0, ""},
           {"a timerfd that ran out",
            {sys::TimerfdCreate{}, sys::TimerfdSettime{3, 1_ms, 0}, sleep(2_ms)},
            {},
            in,
            "r"},
           {"an inotify without events", {sys::InotifyInit{}}, {}, 0, ""},
           {"an epoll without news", {sys::EpollCreate{}, pipe(), epoll_add(3, 4)}, {}, 0, ""},
           {"an epoll with news", {sys::EpollCreate{}, pipe(), epoll_add(3, 4), write(5, 1)}, {}, in, "r"},
           {"a file", {sys::Open{pattern(1), o_rdwr | o_creat, 0666}}, {}, in | out, "rw", 3, false},
       })
    check(row);
  const Syscall null = files.open("/dev/null", o_rdwr), zero = files.open("/dev/zero", o_rdwr);
  const auto polled = [&](const Syscall& opens) {
    const SysResult answer =
        last_answer(files, {opens, sys::Poll{intern({{3, in | out, 0}}, files.names), 0}});
    return poll_entries(answer.data, files.names).at(0).revents;
  };
  EXPECT_EQ(polled(null), in | out);
  EXPECT_EQ(polled(zero), in | out);
  EXPECT_EQ(polled(files.open("/tmp")), in | out);
  for (const Syscall& opens : {null, zero, files.open("/tmp")})
    EXPECT_EQ(last_answer(files, {sys::EpollCreate{}, opens, epoll_add(3, 4)}).error, Errno::PERM);
}

TEST(Readiness, NamesAreLinuxs) {
  EXPECT_EQ(event_names(0, "POLL"), "0");
  EXPECT_EQ(event_names(poll_in | poll_out | poll_hup, "POLL"), "POLLIN|POLLOUT|POLLHUP");
  EXPECT_EQ(event_names(poll_in | epoll_et | epoll_oneshot, "EPOLL"), "EPOLLIN|EPOLLONESHOT|EPOLLET");
  EXPECT_EQ(event_names(poll_in | 0x4000, "POLL"), "POLLIN|0x4000");
}

}  // namespace
}  // namespace sockarium::test
