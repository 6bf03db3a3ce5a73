// poll() and select(): their errors, their waits, and what they cost.
#include <gtest/gtest.h>

#include "tests/support/waiting.h"

namespace sockarium::test {
namespace {

constexpr std::uint16_t in = poll_in, out = poll_out;

/// A set for a program that runs alone.
Syscall poll_in_store(Files& files, const std::vector<PollEntry>& set, Duration timeout = 0) {
  return sys::Poll{intern(set, files.names), timeout};
}
Syscall select_in_store(Files& files, const std::vector<PollEntry>& set, Duration timeout = 0) {
  return sys::Select{intern(set, files.names), timeout};
}

// facts 10.3-01, 10.3-04
TEST(Poll, SaysOfAClosedNumberThatItIsInvalid) {
  Files files;
  const SysResult answer = last_answer(files, {poll_in_store(files, {{9, in, 0}, {-1, in, 0}, {1, out, 0}})});
  EXPECT_EQ(answer.value, 2);  // a negative number is passed over
  const auto set = poll_entries(answer.data, files.names);
  EXPECT_EQ(set.at(0).revents, poll_nval);
  EXPECT_EQ(set.at(1).revents, 0);
  EXPECT_EQ(set.at(2).revents, out);
  const std::vector<PollEntry> many(65, PollEntry{1, in, 0});
  EXPECT_EQ(last_answer(files, {poll_in_store(files, many)}, 0, 64).error, Errno::INVAL);
  EXPECT_EQ(last_answer(files, {poll_in_store(files, many)}, 0, 65).value, 65);
}

// facts 10.3-02, 10.3-03, 10.3-05
TEST(Select, RefusesClosedNumbersBelowTheTablesSizeAndPassesHigherOnesBy) {
  Files files;
  const auto answer = [&](std::int32_t fd, const std::vector<Syscall>& before = {}) {
    std::vector<Syscall> calls = before;
    calls.push_back(select_in_store(files, {{1, out, 0}, {fd, in, 0}}));
    return last_answer(files, calls, 0, 4096);
  };
  EXPECT_EQ(answer(63).error, Errno::BADF);
  const SysResult higher = answer(64);
  EXPECT_EQ(higher.value, 1);  // it does not count, but its bit stays
  EXPECT_EQ(poll_entries(higher.data, files.names).at(1).revents, in);
  EXPECT_EQ(answer(64, {sys::Dup2{1, 100}, close(100)}).error, Errno::BADF);  // the table has grown
  EXPECT_EQ(answer(128, {sys::Dup2{1, 100}}).value, 1);
  EXPECT_EQ(answer(1500, {sys::Dup2{1, 1500}}).value, 2);  // beyond FD_SETSIZE: the kernel has no such limit
}

TEST(Poll, WaitsForTheFirstOfMany) {
  Lab lab(1_ms);
  lab.program("cli", "p", {pipe(), pipe(), sys::Thread{}, poll({{3, in, 0}, {5, in, 0}}, -1), read(5, 10)});
  lab.child_program("p", {0}, {sleep(30_ms), write(6, 4)});
  lab.run();
  const CallLine line = lab.call("p", "poll");
  EXPECT_EQ(line.result.value, 1);
  EXPECT_GE(line.returned, 30_ms);
  EXPECT_LT(line.returned, 31_ms);
  EXPECT_EQ(found_by(lab, "p", "poll").at(0).at(1).revents, in);
  EXPECT_EQ(found_by(lab, "p", "poll").at(0).at(0).revents, 0);
}

TEST(Poll, GivesUpWhenItsTimeIsOver) {
  Lab lab(1_ms);
  lab.program("cli", "p",
              {pipe(), poll({{3, in, 0}}, 50_ms), poll({}, 10_ms), poll({{3, in, 0}}, 0),
               select({{3, in, 0}}, 20_ms)});
  lab.run();
  for (std::size_t nth = 1; nth <= 3; ++nth) EXPECT_EQ(lab.result("p", "poll", nth).value, 0);
  EXPECT_EQ(lab.call("p", "poll", 1).returned - lab.call("p", "poll", 1).entered, 50_ms);
  EXPECT_EQ(lab.call("p", "poll", 2).returned - lab.call("p", "poll", 2).entered, 10_ms);
  EXPECT_EQ(found_by(lab, "p", "poll").at(0).size(), 1u);  // the set comes back, without events
  EXPECT_EQ(lab.call("p", "select").returned - lab.call("p", "select").entered, 20_ms);
}

TEST(Poll, IsNotWokenByWhatNobodyAskedFor) {
  Lab lab(1_ms);
  lab.program("srv", "s",
              {socket(), bind(3, 80), listen(3, 4), accept(3), sleep(20_ms), send(4, 10), sleep(1_s)});
  lab.program("cli", "c", {sleep(1_ms), socket(), connect(3, 80), poll({{3, 0, 0}}, 200_ms)});
  lab.run(2_s);
  EXPECT_EQ(lab.result("c", "poll").value, 0);
  const World& world = lab.session().world();
  for (const TaskId id : ids(world.kernel.tasks))
    if (world.kernel.tasks.read(id).process == lab.process("c")) {
      EXPECT_EQ(world.kernel.tasks.read(id).costs.wake_ups, 1u) << "connect() alone";
    }
}

TEST(Poll, KeepsAFileOpenThatAnotherThreadCloses) {
  Lab lab(1_ms);
  lab.program("srv", "s", {socket(), bind(3, 80), listen(3, 4), accept(3), recv(4, 10)});
  lab.program("cli", "c", {sleep(1_ms), socket(), connect(3, 80), sys::Thread{}, poll({{3, in, 0}}, 100_ms)});
  lab.child_program("c", {0}, {sleep(10_ms), close(3), sleep(300_ms)});
  lab.run(2_s);
  // The last look is by number: it is closed. Only then the connection's FIN goes out.
  EXPECT_EQ(found_by(lab, "c", "poll").at(0).at(0).revents, poll_nval);
  const Time returned = lab.call("c", "poll").returned;
  ASSERT_EQ(lab.sent("cli", wire::FIN | wire::ACK).size(), 1u);
  EXPECT_EQ(lab.sent("cli", wire::FIN | wire::ACK)[0], returned);
}

TEST(Costs, CountLooksCopiesSwitchesAndWakeUps) {
  Lab lab(1_ms);
  lab.program("cli", "p",
              {pipe(), pipe(), sys::Thread{}, poll({{3, in, 0}, {5, in, 0}}, -1), sys::EpollCreate{},
               epoll_add(7, 3), epoll_add(7, 5), epoll_wait(7)});
  lab.child_program("p", {0}, {sleep(30_ms), write(6, 4)});
  lab.run();
  const World& world = lab.session().world();
  for (const TaskId id : ids(world.kernel.tasks)) {
    const kernel::Task& task = world.kernel.tasks.read(id);
    if (task.parent) continue;
    // Both pipes before the wait and both after it; epoll looks once at each that is added, and then at the
    // one that has news.
    EXPECT_EQ(task.costs.looked_at, 4u + 2u + 1u);
    EXPECT_EQ(task.costs.copied, 2 * 8u + 2 * 2u + 12u);
    EXPECT_EQ(task.costs.switches, 1u);
    EXPECT_EQ(task.costs.wake_ups, 1u);
    EXPECT_EQ(task.costs.calls, 9u);  // with exit
  }
}

TEST(Waiting, IsWrittenAsStraceWritesIt) {
  ByteStore bytes;
  const sys::Poll polls{intern({{3, in, 0}, {5, in | out, 0}}, bytes), 1_s};
  EXPECT_EQ(to_string(polls, bytes), "poll([{fd=3, events=POLLIN}, {fd=5, events=POLLIN|POLLOUT}], 2, 1000)");
  SysResult answer = SysResult::of(1);
  answer.data = intern({PollEntry{3, in, in}, PollEntry{5, in | out, 0}}, bytes);
  EXPECT_EQ(brought_text(polls, answer, bytes), "([{fd=3, revents=POLLIN}])");
  EXPECT_EQ(brought_text(polls, SysResult::of(0), bytes), "(Timeout)");
  const sys::Select selects{intern({{3, in, 0}, {5, in | out, 0}}, bytes), 1500_ms};
  EXPECT_EQ(to_string(selects, bytes), "select(6, [3 5], [5], NULL, {tv_sec=1, tv_usec=500000})");
  EXPECT_EQ(brought_text(selects, answer, bytes), "(in [3])");
  EXPECT_EQ(to_string(epoll_add(4, 3, poll_in | epoll_et), bytes),
            "epoll_ctl(4, EPOLL_CTL_ADD, 3, {events=EPOLLIN|EPOLLET, data={u32=3, u64=3}})");
  EXPECT_EQ(to_string(epoll_del(4, 3), bytes), "epoll_ctl(4, EPOLL_CTL_DEL, 3, NULL)");
  EXPECT_EQ(to_string(Syscall{sys::EpollCreate{}}, bytes), "epoll_create1(0)");
  SysResult reports = SysResult::of(1);
  reports.data = intern({EpollReport{3, poll_in}}, bytes);
  EXPECT_EQ(brought_text(epoll_wait(4), reports, bytes), "[{events=EPOLLIN, data={u32=3, u64=3}}]");
}

}  // namespace
}  // namespace sockarium::test
