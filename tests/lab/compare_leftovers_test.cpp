// A comparison leaves nothing behind, however it ends: no process, no network namespace, no interface, no
// file.
//
// The test is a «subreaper»: whoever loses its parent below us becomes our child, so that nobody can hide.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <net/if.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <array>
#include <chrono>
#include <csignal>
#include <fstream>
#include <set>
#include <thread>

#include "tests/support/started.h"

#include "build_info.h"

namespace sockarium::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::AnyOf;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* program = SOCKARIUM_BINARY_DIR "/sockarium";

/// Two hosts that speak, a third process that waits for ever.
constexpr const char* conversation = R"(
scenario { version = 1, stop_at = "250ms" }
local cli = host { name = "cli", ip = "10.0.0.5" }
local srv = host { name = "srv", ip = "192.168.1.10" }
link { cli, srv, delay = "2ms" }
process(srv, "web", function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(bind(fd, "0.0.0.0", 8080))
  check(listen(fd, 2))
  local conn = check(accept(fd))
  if check(fork(function() sleep("1h") end)) then accept(fd) end
end)
process(cli, "curl", { start = "5ms" }, function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(connect(fd, "srv", 8080))
  print(recv(fd, 100))
end)
)";

/// Two seconds in which both programs only wait.
constexpr const char* waiting = R"(
scenario { version = 1, stop_at = "2s" }
local cli = host { name = "cli", ip = "10.0.0.5" }
local srv = host { name = "srv", ip = "192.168.1.10" }
link { cli, srv, delay = "2ms" }
process(srv, "web", function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(bind(fd, "0.0.0.0", 8080))
  check(listen(fd, 2))
  check(accept(fd))
  check(accept(fd))
end)
process(cli, "curl", { start = "5ms" }, function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(connect(fd, "srv", 8080))
  print(recv(fd, 100))
end)
process(cli, "wget", { start = "1900ms" }, function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(connect(fd, "srv", 8080))
end)
)";

std::set<std::string> names_in(const fs::path& folder) {
  std::set<std::string> names;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored))
    names.insert(entry.path().filename().string());
  return names;
}

std::set<std::string> interfaces() {
  std::set<std::string> names;
  struct if_nameindex* all = if_nameindex();
  for (const struct if_nameindex* one = all; one != nullptr && one->if_index != 0; ++one)
    names.insert(one->if_name);
  if_freenameindex(all);
  return names;
}

class NothingBehind : public testing::Test {
 protected:
  void SetUp() override {
    const std::string why = why_comparing_is_impossible();
    if (!why.empty()) GTEST_SKIP() << why;
    prctl(PR_SET_CHILD_SUBREAPER, 1L);
  }
  void TearDown() override {
    for (const pid_t left : descendants(getpid())) kill(left, SIGKILL);  // what a failed test has started
  }

  std::string scenario(const char* text) const {
    const fs::path file = outside.path / "scenario.lua";
    std::ofstream(file) << text;
    return file.string();
  }
  Started compare(const std::string& file) {
    return start(program, {"compare", file}, inside.path, outside.path / ("out-" + std::to_string(++count)));
  }
  /// The processes that are still there when all had time to go.
  static std::vector<pid_t> still_there() {
    for (int i = 0; i < 500; ++i) {
      while (waitpid(-1, nullptr, WNOHANG) > 0) {
      }
      if (descendants(getpid()).empty()) return {};
      std::this_thread::sleep_for(10ms);
    }
    return descendants(getpid());
  }
  static std::string described(const std::vector<pid_t>& processes) {
    std::string text;
    for (const pid_t pid : processes) {
      std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
      std::string line;
      std::getline(file, line);
      std::error_code ignored;
      text += line + " in " + fs::read_symlink("/proc/" + std::to_string(pid) + "/ns/net", ignored).string() +
              "\n";
    }
    return text;
  }

  Folder inside;   // where the comparisons run: current and temporary folder
  Folder outside;  // the scenario, and what they write
  int count = 0;
};

TEST_F(NothingBehind, AfterAHundredComparisonsOfWhichManyAreInterrupted) {
  const std::string file = scenario(conversation);
  const auto interfaces_before = interfaces();
  const auto shared_before = names_in("/dev/shm"), named_before = names_in("/run/netns");
  constexpr int runs = 100, at_once = 8;
  constexpr std::array signals{0, SIGINT, SIGTERM, SIGKILL};
  int finished = 0, interrupted = 0;
  for (int first = 0; first < runs; first += at_once) {
    std::vector<std::thread> ends;
    std::vector<Started> started;
    std::vector<int> signal_of;
    const auto begun = std::chrono::steady_clock::now();
    for (int i = first; i < std::min(first + at_once, runs); ++i) {
      started.push_back(compare(file));
      signal_of.push_back(signals[static_cast<std::size_t>(i) % signals.size()]);
    }
    // From the first namespaces to the last letters of the report: a different moment for each.
    for (std::size_t i = 0; i < started.size(); ++i) {
      if (signal_of[i] == 0) continue;
      const auto moment = std::chrono::milliseconds((first + static_cast<int>(i)) * 37 % 500);
      ends.emplace_back([pid = started[i].pid, signal = signal_of[i], when = begun + moment] {
        std::this_thread::sleep_until(when);
        kill(pid, signal);  // not waited for yet, so the number is still its own
      });
    }
    for (std::thread& end : ends) end.join();
    for (std::size_t i = 0; i < started.size(); ++i) {
      const Ended ended = wait_for(started[i], 30);
      EXPECT_FALSE(ended.late) << "signal " << signal_of[i] << "\n" << ended.text;
      if (ended.code == 0)
        ++finished;
      else
        ++interrupted;
      if (signal_of[i] != 0) continue;
      EXPECT_EQ(ended.code, 0) << ended.text;
    }
  }
  EXPECT_GE(finished, runs / 4);
  EXPECT_GE(interrupted, runs / 4);
  EXPECT_EQ(described(still_there()), "") << "processes, and the namespaces that they keep";
  EXPECT_EQ(interfaces(), interfaces_before);
  EXPECT_THAT(names_in(inside.path), IsEmpty());
  EXPECT_EQ(names_in("/dev/shm"), shared_before);
  EXPECT_EQ(names_in("/run/netns"), named_before);
}

/// Sockets that no program holds any more and that still wait for their peer, anywhere on this machine.
int orphans() {
  std::ifstream file("/proc/net/sockstat");
  for (std::string word; file >> word;)
    if (word == "orphan") {
      int count = 0;
      file >> count;
      return count;
    }
  return -1;
}

// A closed socket whose FIN nobody answers any more would keep its namespace alive for 102 s
// (tcp_orphan_retries): after a hundred comparisons there would be hundreds of namespaces without a process.
TEST_F(NothingBehind, NoClosedSocketKeepsANamespaceAlive) {
  const int before = orphans();
  const std::string file = scenario(conversation);
  for (int round = 0; round < 3; ++round) {
    std::array<Started, 8> started;
    for (Started& one : started) one = compare(file);
    for (const Started& one : started) EXPECT_EQ(wait_for(one, 30).code, 0);
  }
  for (int i = 0; i < 50 && orphans() > before; ++i) std::this_thread::sleep_for(100ms);
  EXPECT_LE(orphans(), before);
}

/// Which of the processes that do a scenario's calls is killed: they are the last ones that a comparison
/// starts.
class KilledInTheMiddle : public NothingBehind, public testing::WithParamInterface<const char*> {};

/// Waits until a process below `ancestor` has an open connection in its namespace (/proc/PID/net/tcp).
void wait_for_a_connection(pid_t ancestor) {
  for (int i = 0; i < 2000; ++i) {
    for (const pid_t pid : descendants(ancestor)) {
      std::ifstream table("/proc/" + std::to_string(pid) + "/net/tcp");
      for (std::string row; std::getline(table, row);)
        if (row.find(" 01 ") != std::string::npos) return;
    }
    std::this_thread::sleep_for(5ms);
  }
  FAIL() << "no connection opened";
}

TEST_P(KilledInTheMiddle, EndsTheComparisonWhichSaysSo) {
  const Started started = compare(scenario(waiting));
  wait_for_a_connection(started.pid);  // «curl» and «web» have met, «wget» has not begun
  const std::vector<pid_t> below = descendants(started.pid);
  ASSERT_GE(below.size(), 3u) << "its three programs run below it: " << described(below);
  const bool in_a_call = GetParam() == std::string("InACall");
  kill(in_a_call ? below[below.size() - 3] : below.back(), SIGKILL);
  const Ended ended = wait_for(started, 20);
  EXPECT_FALSE(ended.late) << ended.text;
  EXPECT_THAT(ended.code, AnyOf(1, 3)) << "a killed program went unnoticed:\n" << ended.text;
  EXPECT_THAT(ended.text,
              AnyOf(HasSubstr("signal"), HasSubstr("agent"), HasSubstr("killed"), HasSubstr("outside")));
  EXPECT_EQ(described(still_there()), "");
}

INSTANTIATE_TEST_SUITE_P(AProgram, KilledInTheMiddle, testing::Values("InACall", "BetweenCalls"),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace sockarium::test
