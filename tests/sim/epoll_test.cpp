// epoll: the interest list and its errors, level and edge, one shot, exclusive, nested; and whom a wake-up
// reaches.
#include <gtest/gtest.h>

#include <numeric>

#include "sim/observe/epolls.h"
#include "tests/support/waiting.h"

namespace sockarium::test {
namespace {

constexpr std::uint32_t in = poll_in, out = poll_out;

Syscall epoll() {
  return sys::EpollCreate{};
}

/// What each epoll_wait() of a lone program reports: «5:IN 7:IN» …
std::vector<std::string> reports(const std::vector<Syscall>& calls) {
  Lab lab(1_ms);
  lab.program("cli", "p", calls);
  lab.run(10_s);
  std::vector<std::string> all;
  for (const auto& list : reported_to(lab, "p")) {
    std::string text;
    for (const EpollReport& report : list)
      text += (text.empty() ? "" : " ") + std::to_string(report.fd) + ":" + event_names(report.events, "");
    all.push_back(text);
  }
  return all;
}
using Reports = std::vector<std::string>;

// facts 10.2-01, 10.2-02, 10.2-03, 10.2-17, 10.2-18, 10.2-19
TEST(Epoll, RefusesWhatLinuxRefuses) {
  Files files;
  const std::uint32_t exclusive = in | epoll_exclusive;
  const auto chain = [](int length) {
    std::vector<Syscall> calls;
    for (int i = 0; i < length; ++i) calls.push_back(epoll());
    for (int i = 1; i < length; ++i) calls.push_back(epoll_add(3 + i, 2 + i));
    return calls;
  };
  const auto chain_from_outside = [](int length) {
    std::vector<Syscall> calls;
    for (int i = 0; i < length; ++i) calls.push_back(epoll());
    for (int i = length - 1; i > 0; --i) calls.push_back(epoll_add(3 + i, 2 + i));
    return calls;
  };
  check(files,
        {
            {"add what is there", {epoll(), pipe(), epoll_add(3, 4), epoll_add(3, 4)}, 0, Errno::EXIST},
            {"the same file under another number",
             {epoll(), pipe(), epoll_add(3, 4), sys::Dup{4}, epoll_add(3, 6)},
             0},
            {"change what is not there", {epoll(), pipe(), epoll_mod(3, 4, in)}, 0, Errno::NOENT},
            {"remove what is not there", {epoll(), pipe(), epoll_del(3, 4)}, 0, Errno::NOENT},
            {"remove what is there", {epoll(), pipe(), epoll_add(3, 4), epoll_del(3, 4)}, 0},
            {"a file", {epoll(), files.open("/tmp/f", o_rdwr | o_creat), epoll_add(3, 4)}, 0, Errno::PERM},
            {"itself", {epoll(), epoll_add(3, 3)}, 0, Errno::INVAL},
            {"a closed number", {epoll(), epoll_add(3, 9)}, 0, Errno::BADF},
            {"in a closed number", {pipe(), epoll_add(9, 3)}, 0, Errno::BADF},
            {"in what is no epoll", {pipe(), epoll_add(3, 4)}, 0, Errno::INVAL},
            {"an unknown operation", {epoll(), pipe(), sys::EpollCtl{3, 9, 4, in}}, 0, Errno::INVAL},
            {"wait for no event", {epoll(), epoll_wait(3, 0)}, 0, Errno::INVAL},
            {"wait on a pipe", {pipe(), epoll_wait(3)}, 0, Errno::INVAL},
            {"wait on a closed number", {epoll_wait(9)}, 0, Errno::BADF},
            {"unknown flags", {sys::EpollCreate{1}}, 0, Errno::INVAL},
            {"read from an epoll", {epoll(), read(3, 8)}, 0, Errno::INVAL},
            {"exclusive", {epoll(), pipe(), epoll_add(3, 4, exclusive)}, 0},
            {"exclusive and edge", {epoll(), pipe(), epoll_add(3, 4, exclusive | epoll_et)}, 0},
            {"exclusive and RDHUP",
             {epoll(), pipe(), epoll_add(3, 4, exclusive | poll_rdhup)},
             0,
             Errno::INVAL},
            {"exclusive and PRI", {epoll(), pipe(), epoll_add(3, 4, exclusive | poll_pri)}, 0, Errno::INVAL},
            {"exclusive, one shot",
             {epoll(), pipe(), epoll_add(3, 4, exclusive | epoll_oneshot)},
             0,
             Errno::INVAL},
            {"change to exclusive",
             {epoll(), pipe(), epoll_add(3, 4), epoll_mod(3, 4, exclusive)},
             0,
             Errno::INVAL},
            {"change what is exclusive",
             {epoll(), pipe(), epoll_add(3, 4, exclusive), epoll_mod(3, 4, in)},
             0,
             Errno::INVAL},
            {"an epoll, exclusive", {epoll(), epoll(), epoll_add(3, 4, exclusive)}, 0, Errno::INVAL},
            {"five in a chain", chain(5), 0},
            {"six in a chain", chain(6), 0, Errno::LOOP},
            {"five, the outermost first", chain_from_outside(5), 0},
            {"six, the outermost first", chain_from_outside(6), 0, Errno::LOOP},
            {"a circle", {epoll(), epoll(), epoll_add(3, 4), epoll_add(4, 3)}, 0, Errno::LOOP},
        });
}

// facts 10.2-04, 10.2-11
TEST(Epoll, ReportsALevelAsLongAsItLasts) {
  EXPECT_EQ(reports({epoll(), pipe(), epoll_add(3, 4), write(5, 10), epoll_wait(3), read(4, 4), epoll_wait(3),
                     read(4, 6), epoll_wait(3)}),
            (Reports{"4:IN", "4:IN", ""}));
  std::vector<Syscall> calls{epoll(), pipe(), pipe(), pipe()};
  for (const std::int32_t fd : {4, 6, 8}) {
    calls.push_back(epoll_add(3, fd));
    calls.push_back(write(fd + 1, 1));
  }
  for (int i = 0; i < 6; ++i) calls.push_back(epoll_wait(3, 1));
  EXPECT_EQ(reports(calls), (Reports{"4:IN", "6:IN", "8:IN", "4:IN", "6:IN", "8:IN"}));
}

// facts 10.2-05, 10.2-06, 10.2-07, 10.2-08
TEST(Epoll, ReportsAnEdgeOnce) {
  const std::vector<Syscall> start{epoll(), pipe(), epoll_add(3, 4, in | epoll_et), write(5, 10),
                                   epoll_wait(3)};
  const auto then = [&](const std::vector<Syscall>& more) {
    std::vector<Syscall> calls = start;
    calls.insert(calls.end(), more.begin(), more.end());
    calls.push_back(epoll_wait(3));
    calls.push_back(epoll_wait(3));
    return reports(calls);
  };
  EXPECT_EQ(then({}), (Reports{"4:IN", "", ""}));
  EXPECT_EQ(then({read(4, 4)}), (Reports{"4:IN", "", ""}));
  EXPECT_EQ(then({epoll_mod(3, 4, in | epoll_et)}), (Reports{"4:IN", "4:IN", ""}));
  EXPECT_EQ(then({write(5, 1)}), (Reports{"4:IN", "4:IN", ""})) << "new data while old is unread";
  EXPECT_EQ(then({write(5, 1), write(5, 1), write(5, 1)}), (Reports{"4:IN", "4:IN", ""}));
  EXPECT_EQ(
      reports({epoll(), pipe(), write(5, 10), epoll_add(3, 4, in | epoll_et), epoll_wait(3), epoll_wait(3)}),
      (Reports{"4:IN", ""}))
      << "what is there when it is added";
}

// fact 10.2-09
TEST(Epoll, TellsWithAnEdgeAllThatIsTrue) {
  Lab lab(1_ms);
  lab.program("srv", "s",
              {socket(), bind(3, 80), listen(3, 4), accept(3), sleep(50_ms), send(4, 10), sleep(1_s)});
  lab.program("cli", "c",
              {sleep(1_ms), socket(), connect(3, 80), epoll(), epoll_add(4, 3, in | out | epoll_et),
               epoll_wait(4), epoll_wait(4), epoll_wait(4, 10, 500_ms)});
  lab.run(2_s);
  const auto all = reported_to(lab, "c");
  EXPECT_EQ(all.at(0).at(0).events, out);
  EXPECT_TRUE(all.at(1).empty());
  EXPECT_EQ(all.at(2).at(0).events, in | out);
}

// fact 10.2-10
TEST(Epoll, ReportsOneShotOnceUntilItIsRearmed) {
  const std::uint32_t once = in | epoll_oneshot;
  EXPECT_EQ(reports({epoll(), pipe(), epoll_add(3, 4, once), write(5, 1), epoll_wait(3), write(5, 1),
                     epoll_wait(3), epoll_mod(3, 4, once), epoll_wait(3), epoll_wait(3)}),
            (Reports{"4:IN", "", "4:IN", ""}));
}

TEST(Epoll, WatchesAFileUntilItsLastDescriptorIsClosed) {
  EXPECT_EQ(reports({epoll(), pipe(), epoll_add(3, 4), sys::Dup{4}, close(4), write(5, 1), epoll_wait(3),
                     close(6), epoll_wait(3)}),
            (Reports{"4:IN", ""}))
      << "under the number that is closed";
  EXPECT_EQ(reports({epoll(), pipe(), epoll_add(3, 4), write(5, 1), close(4), pipe(), epoll_wait(3)}),
            (Reports{""}))
      << "a new file with the number is another one";
}

TEST(Epoll, MayWatchAnotherEpollAndBePolled) {
  EXPECT_EQ(reports({epoll(), epoll(), pipe(), epoll_add(3, 4), epoll_add(4, 5), epoll_wait(3), write(6, 1),
                     epoll_wait(3), epoll_wait(4), read(5, 1), epoll_wait(3)}),
            (Reports{"", "4:IN", "5:IN", ""}));
  Lab lab(1_ms);
  lab.program("cli", "p", {epoll(), pipe(), epoll_add(3, 4), sys::Thread{}, poll({{3, poll_in, 0}}, 1_s)});
  lab.child_program("p", {0}, {sleep(20_ms), write(5, 1)});
  lab.run();
  EXPECT_EQ(lab.result("p", "poll").value, 1);
  EXPECT_LT(lab.call("p", "poll").returned, 21_ms);
}

TEST(Epoll, WaitsUntilItsTimeIsOverAndTakesWhatComesAtTheLastMoment) {
  Lab lab(1_ms);
  lab.program("cli", "p",
              {epoll(), sys::TimerfdCreate{}, epoll_add(3, 4), epoll_wait(3, 10, 20_ms),
               sys::TimerfdSettime{4, 20_ms, 0}, epoll_wait(3, 10, 20_ms)});
  lab.run();
  const auto all = lab.calls("p", "epoll_wait");
  EXPECT_EQ(all.at(0).returned - all.at(0).entered, 20_ms);
  EXPECT_EQ(all.at(0).result.value, 0);
  EXPECT_EQ(all.at(1).result.value, 1);
}

TEST(Epoll, TheEndOfItsProcessForgetsAll) {
  Lab lab(1_ms);
  lab.program("cli", "p",
              {epoll(), epoll(), pipe(), epoll_add(3, 4), epoll_add(3, 5), epoll_add(4, 5), write(6, 1)});
  lab.run();
  EXPECT_EQ(lab.session().world().poll.interests.count(), 0u);
  EXPECT_EQ(lab.session().world().poll.epolls.count(), 0u);
  EXPECT_EQ(lab.session().world().kernel.waiters.count(), 0u);
}

TEST(Epoll, ShowsItsListsToWhoLooks) {
  Lab lab(1_ms);
  lab.program(
      "cli", "p",
      {epoll(), pipe(), pipe(), epoll_add(3, 4), epoll_add(3, 6, in | epoll_et), write(7, 1), sleep(1_s)});
  lab.run(500_ms);
  const auto lines = observe::epoll_lines(lab.session().world());
  ASSERT_EQ(lines.size(), 1u);
  ASSERT_EQ(lines[0].interests.size(), 2u);
  EXPECT_EQ(lines[0].interests[0].place, 0u);
  EXPECT_EQ(lines[0].interests[1].fd, 6);
  EXPECT_EQ(lines[0].interests[1].place, 1u);
  EXPECT_EQ(lines[0].interests[1].news, in);
}

// --- whom a wake-up reaches: a listener, four threads, twelve connections ---

struct Crowd {
  Lab lab{1_ms};

  /// Each of four threads makes the calls of `thread`, which knows its number; main makes those of `first`.
  template <class Calls>
  Crowd(const std::vector<Syscall>& first, Calls thread, int connections = 12) {
    std::vector<Syscall> main{socket(sock_nonblock), bind(3, 80), listen(3, 100)};
    main.insert(main.end(), first.begin(), first.end());
    for (int i = 0; i < 4; ++i) main.push_back(sys::Thread{});
    main.push_back(sleep(30_s));
    lab.program("srv", "server", main);
    for (std::uint32_t i = 0; i < 4; ++i)
      lab.child_program("server", {i}, thread(static_cast<std::int32_t>(i)));
    for (int i = 0; i < connections; ++i)
      lab.program("cli", "c" + std::to_string(i), {socket(), connect(3, 80), sleep(20_s)})
          .starting((i + 1) * 100_ms);
    lab.run(10_s);
  }
  std::map<std::uint32_t, int> accepted() { return successes(lab, "accept"); }
};
using PerThread = std::map<std::uint32_t, int>;

std::vector<Syscall> twelve_times(std::vector<Syscall> once, const std::vector<Syscall>& before = {}) {
  std::vector<Syscall> calls = before;
  for (int i = 0; i < 12; ++i) calls.insert(calls.end(), once.begin(), once.end());
  return calls;
}

// fact 10.2-12
TEST(WakeUps, AThunderingHerdComesForOneConnection) {
  Crowd crowd(
      {},
      [](std::int32_t n) {
        return std::vector<Syscall>{epoll(), epoll_add(4 + n, 3), epoll_wait(4 + n, 1, -1), accept(3)};
      },
      1);
  EXPECT_EQ(successes(crowd.lab, "epoll_wait").size(), 4u);
  std::size_t again = 0;
  for (const CallLine& line : crowd.lab.calls("server", "accept"))
    again += line.result.error == Errno::AGAIN ? 1 : 0;
  EXPECT_EQ(again, 3u);
}

// fact 10.2-13
TEST(WakeUps, ExclusiveWakesTheFirstThatHasRegistered) {
  Crowd crowd({}, [](std::int32_t n) {
    return twelve_times({epoll_wait(4 + n, 1, -1), accept(3)},
                        {epoll(), epoll_add(4 + n, 3, in | epoll_exclusive)});
  });
  EXPECT_EQ(crowd.accepted(), (PerThread{{0, 12}}));
  EXPECT_EQ(successes(crowd.lab, "epoll_wait"), (PerThread{{0, 12}}));
}

TEST(WakeUps, ExclusivePassesOverWhoIsBusy) {
  Crowd crowd({}, [](std::int32_t n) {
    const Syscall pause = sleep(n == 0 ? 5_s : 0);  // the first is busy with its first connection
    return twelve_times({epoll_wait(4 + n, 1, -1), accept(3), pause},
                        {epoll(), epoll_add(4 + n, 3, in | epoll_exclusive)});
  });
  EXPECT_EQ(crowd.accepted(), (PerThread{{0, 1}, {1, 11}}));
}

// facts 10.2-14, 10.2-15
TEST(WakeUps, OfOneSharedEpollReachTheLastWaiterFirst) {
  const std::vector<Syscall> level{epoll(), epoll_add(4, 3)}, edge{epoll(), epoll_add(4, 3, in | epoll_et)};
  Crowd slow(
      level,
      [](std::int32_t) {
        return std::vector<Syscall>{epoll_wait(4, 1, -1), sleep(20_ms), accept(3)};
      },
      1);
  EXPECT_EQ(successes(slow.lab, "epoll_wait").size(), 4u) << "level, slow acceptors: all four in turn";
  const auto quick = [](std::int32_t) { return twelve_times({epoll_wait(4, 1, -1), accept(3)}); };
  EXPECT_EQ(Crowd(edge, quick).accepted(), (PerThread{{3, 12}})) << "edge: always the last";
  EXPECT_EQ(Crowd(level, quick).accepted(), (PerThread{{2, 6}, {3, 6}}))
      << "level, quick: the last two in turn";
}

// fact 10.2-16
TEST(WakeUps, OfAcceptGoRound) {
  Crowd crowd({set_nonblock(3, false)}, [](std::int32_t) { return twelve_times({accept(3)}); });
  EXPECT_EQ(crowd.accepted(), (PerThread{{0, 3}, {1, 3}, {2, 3}, {3, 3}}));
}

}  // namespace
}  // namespace sockarium::test
