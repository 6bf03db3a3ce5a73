// Kernels other than Linux 6.18: the same story, told by each of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "sim/core/profile.h"
#include "sim/observe/sockets.h"
#include "tests/support/lab.h"

namespace sockarium::test {
namespace {

Lab under(Profile profile) {
  Lab lab;
  for (HostSetup& host : lab.setup.hosts) host.profile = profile;
  return lab;
}

std::string seconds(const std::vector<Time>& times) {
  std::string text;
  for (const Time time : times) text += std::to_string((time - times.front()) / second) + " ";
  return text;
}

struct Opinion {
  Profile profile;
  const char* repeats;      ///< seconds after the first SYN
  Duration gives_up;        ///< after so long
  Duration time_wait;       ///< of who closes first
  std::int64_t half_open;   ///< entries in the SYN queue under a backlog of 2, cookies off
  Errno when_full;          ///< of a client whose SYN finds the accept queue full; AGAIN: no answer
  std::uint16_t low, high;  ///< ephemeral ports
};

const std::vector<Opinion>& opinions() {
  using enum Profile;
  static const std::vector<Opinion> all{
      {Linux6_18, "0 1 2 3 4 5 7 11 19 35 67 ", 131_s, 60_s, 3, Errno::AGAIN, 32768, 60999},
      {Linux6_1, "0 1 3 7 15 31 63 ", 127_s, 60_s, 2, Errno::AGAIN, 32768, 60999},
      {Linux4_19, "0 1 3 7 15 31 63 ", 127_s, 60_s, 2, Errno::AGAIN, 32768, 60999},
      {MacOs, "0 1 2 3 4 5 7 11 19 35 67 ", 75_s, 30_s, 2, Errno::AGAIN, 49152, 65535},
      {Windows, "0 3 9 ", 21_s, 120_s, 2, Errno::CONNREFUSED, 49152, 65535},
  };
  return all;
}

TEST(Profiles, RepeatSynsAndGiveUpAsEachKernelDoes) {
  for (const Opinion& opinion : opinions()) {
    Lab lab = under(opinion.profile);
    for (std::uint64_t nth = 1; nth <= 20; ++nth) lab.drop("cli", wire::SYN, nth);
    lab.program("cli", "curl", {socket(), connect(3, 80)});
    lab.run();
    const std::string name(info_of(opinion.profile).name);
    EXPECT_EQ(seconds(lab.sent("cli", wire::SYN)), opinion.repeats) << name;
    const CallLine call = lab.call("curl", "connect");
    EXPECT_EQ(call.result.error, Errno::TIMEDOUT) << name;
    EXPECT_EQ((call.returned - call.entered) / second, opinion.gives_up / second) << name;
  }
}

TEST(Profiles, HoldTimeWaitAsLongAsEachKernelDoes) {
  for (const Opinion& opinion : opinions()) {
    Lab lab = under(opinion.profile);
    lab.program("srv", "web", {socket(), bind(3, 80), listen(3, 2), accept(3), recv(4, 10), close(4)});
    lab.program("cli", "curl", {socket(), connect(3, 80), close(3)}).starting(1_ms);
    const Session& session = lab.run();
    Time entered = 0, left = 0;
    for (std::size_t n = 0; n < session.records().size(); ++n)
      if (const auto* change = std::get_if<rec::StateChanged>(&session.records()[n].what)) {
        if (change->to == TcpState::TimeWait) entered = session.records()[n].time;
        if (change->from == TcpState::TimeWait) left = session.records()[n].time;
      }
    EXPECT_EQ((left - entered) / second, opinion.time_wait / second) << info_of(opinion.profile).name;
  }
}

TEST(Profiles, HoldAsManyHalfOpenRequestsAsEachKernelDoes) {
  for (const Opinion& opinion : opinions()) {
    Lab lab = under(opinion.profile);
    lab.sysctl("srv", Sysctl::TcpSyncookies, 0);
    for (std::uint64_t nth = 1; nth <= 20; ++nth) lab.drop("srv", wire::SYN | wire::ACK, nth);
    lab.program("srv", "web", {socket(), bind(3, 80), listen(3, 2), sleep(10_s)});
    for (int i = 0; i < 5; ++i)
      lab.program("cli", "curl-" + std::to_string(i), {socket(), connect(3, 80)}).starting(1_ms);
    const Session& session = lab.run(100_ms);
    const auto rows = observe::socket_lines(session.world());
    const auto half_open = std::count_if(rows.begin(), rows.end(), [](const observe::SocketLine& row) {
      return row.state == TcpState::SynReceived;
    });
    EXPECT_EQ(half_open, opinion.half_open) << info_of(opinion.profile).name;
  }
}

TEST(Profiles, AnswerAFullAcceptQueueAsEachKernelDoes) {
  for (const Opinion& opinion : opinions()) {
    Lab lab = under(opinion.profile);
    lab.program("srv", "web", {socket(), bind(3, 80), listen(3, 1), sleep(1000_s)});
    lab.program("cli", "first", {socket(), connect(3, 80), sleep(1000_s)}).starting(1_ms);
    lab.program("cli", "second", {socket(), connect(3, 80), sleep(1000_s)}).starting(50_ms);
    lab.program("cli", "third", {socket(), set(3, Option::SendTimeout, 100_ms), connect(3, 80)})
        .starting(100_ms);
    lab.run(1_s);
    const Errno got = lab.result("third", "connect").error;
    EXPECT_EQ(got == Errno::INPROGRESS ? Errno::AGAIN : got, opinion.when_full)
        << info_of(opinion.profile).name;
  }
}

TEST(Profiles, ChooseEphemeralPortsFromEachKernelsRange) {
  for (const Opinion& opinion : opinions()) {
    Lab lab = under(opinion.profile);
    lab.program("cli", "curl", {socket(), connect(3, 80), sys::Getsockname{3}});
    lab.run();
    const std::uint16_t port = lab.packets("cli").front().from.port;
    EXPECT_GE(port, opinion.low) << info_of(opinion.profile).name;
    EXPECT_LE(port, opinion.high) << info_of(opinion.profile).name;
  }
}

TEST(Profiles, AllBelongToWhatTheirSettingsAllow) {
  for (const ProfileInfo& info : profiles()) {
    EXPECT_EQ(profile_named(info.name), info.id);
    for (const ProfileRow& row : info.rows) {
      const auto [low, high] = row.sysctl ? std::pair(row_of(*row.sysctl).low, row_of(*row.sysctl).high)
                                          : std::pair(trait_table[static_cast<std::size_t>(row.trait)].low,
                                                      trait_table[static_cast<std::size_t>(row.trait)].high);
      EXPECT_GE(row.value, low) << info.name << ": " << row.name();
      EXPECT_LE(row.value, high) << info.name << ": " << row.name();
      EXPECT_FALSE(row.source.empty()) << info.name << ": " << row.name();
    }
  }
}

}  // namespace
}  // namespace sockarium::test
