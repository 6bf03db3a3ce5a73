// The real kernel as referee: small runs on it agree with the model, differences are found, nothing is left
// behind. Where the machine gives no network namespaces, what needs them is skipped.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <regex>

#include "lab/compare/difference.h"
#include "lab/compare/enclosure.h"
#include "lab/compare/machine.h"
#include "lab/compare/parcel.h"
#include "lab/compare/referee.h"

namespace sockarium::compare {
namespace {

using testing::HasSubstr;

Line line(const std::string& text, Time time = 0) {
  Line made;
  made.text = text;
  made.time = time;
  return made;
}

/// Sent again by a timer, so long after the time before.
Line repeated(Duration after) {
  Line made = line("[S]");
  made.timed = Since::SameBytes;
  made.after[static_cast<std::size_t>(Since::SameBytes)] = after;
  return made;
}

TEST(Difference, WhatStandsBetweenTwoAgreementsIsShownSideBySide) {
  const Verdict verdict =
      compare({{"web", {line("a"), line("b"), line("c")}}}, {{"web", {line("a"), line("x"), line("c")}}}, 10);
  EXPECT_EQ(verdict.observations, 3u);
  EXPECT_EQ(verdict.same, 2u);
  ASSERT_EQ(verdict.unexplained.size(), 1u);
  EXPECT_EQ(verdict.unexplained[0].model->text, "b");
  EXPECT_EQ(verdict.unexplained[0].real->text, "x");
}

TEST(Difference, AMissingLineDoesNotMakeTheOthersDiffer) {
  const Verdict verdict =
      compare({{"web", {line("a"), line("b"), line("c")}}}, {{"web", {line("a"), line("c")}}}, 10);
  EXPECT_EQ(verdict.same, 2u);
  ASSERT_EQ(verdict.unexplained.size(), 1u);
  EXPECT_FALSE(verdict.unexplained[0].real);
}

TEST(Difference, AStrandThatOnlyTheRealKernelHasIsOne) {
  EXPECT_EQ(compare({}, {{"web", {line("a")}}}, 10).unexplained.size(), 1u);
}

TEST(Difference, WhatHappensAtTheVeryEndIsLeftOut) {
  const Verdict verdict = compare({{"web", {line("a", 11)}}}, {{"web", {}}}, 10);
  EXPECT_EQ(verdict.left_out, 1u);
  EXPECT_EQ(verdict.observations, 0u);
}

TEST(Difference, ATimerTwiceAsLongIsFound) {
  EXPECT_EQ(compare({{"s", {repeated(second)}}}, {{"s", {repeated(second * 103 / 100)}}}, 10).same, 1u);
  const Verdict verdict = compare({{"s", {repeated(second)}}}, {{"s", {repeated(2 * second)}}}, 10);
  ASSERT_EQ(verdict.unexplained.size(), 1u);
  EXPECT_EQ(verdict.unexplained[0].what, "2.000 s after the same bytes before, in the model 1.000 s");
}

TEST(Difference, ATimerIsHardlyEarlyAndALittleLate) {
  struct Case {
    Duration model, real;
    bool agrees;
  };
  for (const Case& c :
       {Case{second, second - 11 * millisecond, false}, Case{second, second - 9 * millisecond, true},
        Case{second, second + 89 * millisecond, true}, Case{second, second + 91 * millisecond, false},
        Case{4 * millisecond, 0, true}, Case{5 * millisecond, 0, false}})
    EXPECT_EQ(agree(c.model, c.real), c.agrees) << c.model << " against " << c.real;
}

TEST(Ledger, AnEntryExplainsOneExactObservationOfOneScenario) {
  const std::vector<Known> known{{"H1", "web", "b", "x", "why", "source"}};
  const std::vector<Strand> model{{"web", {line("a"), line("b")}}}, real{{"web", {line("a"), line("x")}}};
  Verdict here = compare(model, real, 10), elsewhere = here;
  explain(here, "H1", known);
  EXPECT_EQ(here.explained.size(), 1u);
  EXPECT_TRUE(here.unexplained.empty());
  EXPECT_TRUE(here.stale.empty());
  explain(elsewhere, "C1", known);
  EXPECT_EQ(elsewhere.unexplained.size(), 1u);
}

TEST(Ledger, AnEntryThatDoesNotOccurIsStale) {
  const std::vector<Known> known{{"H1", "web", "b", "x", "why", "source"}};
  Verdict verdict = compare({{"web", {line("a")}}}, {{"web", {line("a")}}}, 10);
  explain(verdict, "H1", known);
  EXPECT_EQ(verdict.stale.size(), 1u);
}

TEST(Ledger, NoEntryIsWideOrHidesAnErrorOrAState) {
  const std::regex error_or_state("= -1 E|ended by signal| (ESTAB|LISTEN|SYN-|FIN-|CLOS|TIME-|LAST-)");
  for (const Known& entry : ledger()) {
    const std::string both = std::string(entry.model) + "\n" + std::string(entry.real);
    EXPECT_FALSE(entry.scenario.empty() || entry.strand.empty()) << both;
    EXPECT_GE(entry.why.size(), 20u) << both << ": say why";
    EXPECT_GE(entry.source.size(), 4u) << both << ": say where that stands";
    EXPECT_EQ(both.find('*'), std::string::npos) << both << ": no wildcards";
    EXPECT_NE(entry.model, entry.real);
    EXPECT_FALSE(std::regex_search(both, error_or_state)) << both << ": the model must be mended instead";
  }
}

/// Runs a scenario on both kernels; skips the test where that can't be done.
class Referee : public testing::Test {
 protected:
  void SetUp() override {
    machine = this_machine();
    if (!machine.missing.empty()) GTEST_SKIP() << machine.missing;
  }

  Report run(const std::string& text, Duration max_time = second) {
    const script::LoadResult loaded = script::load_text("test.lua", text);
    if (const auto* error = std::get_if<script::LoadError>(&loaded)) {
      ADD_FAILURE() << error->format();
      return {};
    }
    Match match(std::get<std::shared_ptr<const script::Scenario>>(loaded), Request{max_time}, machine);
    if (!match.skipped().empty()) {
      Report report;
      report.skipped = match.skipped();
      return report;
    }
    return match.judge(Enclosure([&] { return match.play(); }, match.limit()).finish());
  }

  /// All that differs, one a line.
  static std::string differences(const Report& report) {
    std::string text = report.skipped;
    for (const Difference& difference : report.verdict.unexplained)
      text += fmt::format("{}: model «{}», real «{}» {}\n", difference.strand,
                          difference.model ? difference.model->text : "",
                          difference.real ? difference.real->text : "", difference.what);
    return text;
  }

  Machine machine;
};

constexpr const char* hosts =
    "local cli = host { name = 'cli', ip = '10.0.0.5' }\n"
    "local srv = host { name = 'srv', ip = '192.168.1.10' }\n"
    "local wire = link { cli, srv, delay = '5ms' }\n";

constexpr const char* web =
    "process(srv, 'web', function()\n"
    "  local fd = check(socket(AF_INET, SOCK_STREAM)) check(bind(fd, '0.0.0.0', 8080)) check(listen(fd, 2))\n"
    "  local conn, peer = check(accept(fd)) print(peer)\n"
    "  print(check(recv(conn, 100))) check(send(conn, '200 OK')) check(close(conn))\n"
    "end)\n";

TEST_F(Referee, AgreesWithTheModelOnAConversation) {
  const Report report =
      run(std::string(hosts) + web +
          "process(cli, 'curl', { start = '1ms' }, function()\n"
          "  local fd = check(socket(AF_INET, SOCK_STREAM)) check(connect(fd, 'srv', 8080)) check(send(fd, "
          "'GET /'))\n"
          "  print(check(recv(fd, 100))) sleep('20ms') check(close(fd)) print(close(fd)) print(recv(fd, 1))\n"
          "end)\n");
  EXPECT_EQ(differences(report), "");
  EXPECT_GT(report.verdict.same, 20u);
}

TEST_F(Referee, LooksAtSocketsAndCountersWhereNothingMoves) {
  const Report report = run(std::string(hosts) + web);
  EXPECT_EQ(differences(report), "");
  ASSERT_EQ(report.real.rests.size(), 1u);
  ASSERT_EQ(report.real.rests[0].sockets.size(), 1u);
  EXPECT_EQ(report.real.rests[0].sockets[0].state, TcpState::Listen);
  EXPECT_EQ(report.real.rests[0].sockets[0].send_queue, 2);
}

TEST_F(Referee, LooksAtCheckpointsToo) {
  const Report report =
      run(std::string("scenario { stop_at = '30ms' }\n") + hosts + web +
          "process(cli, 'curl', { start = '1ms' }, function()\n"
          "  local fd = check(socket(AF_INET, SOCK_STREAM)) check(connect(fd, 'srv', 8080))\n"
          "  sleep('1s')\n"
          "end)\n"
          "checkpoint('under way', '3ms')\n");
  EXPECT_EQ(differences(report), "");
  ASSERT_FALSE(report.real.rests.empty());
  EXPECT_EQ(report.real.rests[0].moment.name, "under way");
}

TEST_F(Referee, TheRelayDropsExactlyThePacketThatIsMeant) {
  const Report report = run(std::string("scenario { version = 1, stop_at = '30ms' }\n") + hosts +
                            "fault(wire, { from = cli, match = 'SYN', nth = 1, action = 'drop' })\n"
                            "process(cli, 'curl', function()\n"
                            "  local fd = check(socket(AF_INET, SOCK_STREAM)) connect(fd, 'srv', 8080)\n"
                            "end)\n");
  EXPECT_EQ(differences(report), "");
  ASSERT_EQ(report.real.packets.size(), 1u);
  EXPECT_TRUE(report.real.packets[0].lost);
}

TEST_F(Referee, HearsLoopback) {
  const Report report =
      run("local srv = host { name = 'srv', ip = '10.0.0.1' }\n" + std::string(web) +
          "process(srv, 'curl', { start = '10ms' }, function()\n"
          "  local fd = check(socket(AF_INET, SOCK_STREAM)) check(connect(fd, '127.0.0.1', 8080))\n"
          "  check(send(fd, 'GET /')) print(check(recv(fd, 100))) sleep('20ms') check(close(fd))\n"
          "end)\n");
  EXPECT_EQ(differences(report), "");
  EXPECT_GT(report.real.packets.size(), 5u);
}

TEST_F(Referee, ForksThreadsAndWaits) {
  const Report report =
      run(std::string(hosts) +
          "process(srv, 'web', function()\n"
          "  local fd = check(socket(AF_INET, SOCK_STREAM)) check(bind(fd, '0.0.0.0', 8080))\n"
          "  check(listen(fd, 2))\n"
          "  local t = thread(function() sleep('30ms') print('a thread') end)\n"
          "  local child = fork(function() local c = check(accept(fd)) check(recv(c, 10)) end)\n"
          "  close(fd) join(t) print(wait(child)) print(wait())\n"
          "end)\n"
          "process(cli, 'curl', { start = '5ms' }, function()\n"
          "  local fd = check(socket(AF_INET, SOCK_STREAM)) check(connect(fd, 'srv', 8080))\n"
          "  sleep('50ms') check(send(fd, 'hello')) print(recv(fd, 10))\n"
          "end)\n");
  EXPECT_EQ(differences(report), "");
}

TEST_F(Referee, SigpipeEndsTheRealProgramAsWell) {
  const Report report =
      run(std::string(hosts) +
          "process(srv, 'web', function()\n"
          "  local fd = check(socket(AF_INET, SOCK_STREAM)) check(bind(fd, '0.0.0.0', 8080))\n"
          "  check(listen(fd, 2)) local c = check(accept(fd)) check(close(c)) check(close(fd))\n"
          "  sleep('300ms')\n"
          "end)\n"
          "process(cli, 'curl', { start = '5ms' }, function()\n"
          "  local fd = check(socket(AF_INET, SOCK_STREAM)) check(connect(fd, 'srv', 8080))\n"
          "  sleep('100ms') check(send(fd, 'a')) sleep('100ms') send(fd, 'b') print('never')\n"
          "end)\n");
  EXPECT_EQ(differences(report), "");
  EXPECT_TRUE(std::any_of(report.real.calls.begin(), report.real.calls.end(),
                          [](const SeenCall& call) { return call.signal == SIGPIPE; }));
}

TEST_F(Referee, LimitsAndUsersHoldOnTheRealSide) {
  const Report report =
      run(std::string(hosts) +
          "process(srv, 'web', { user = 1000, nofile = 5 }, function()\n"
          "  local fd = check(socket(AF_INET, SOCK_STREAM)) print(bind(fd, '0.0.0.0', 80))\n"
          "  print(bind(fd, '0.0.0.0', 8080)) print(socket(AF_INET, SOCK_STREAM))\n"
          "  print(socket(AF_INET, SOCK_STREAM)) print(listen(fd, 1)) print(accept(fd))\n"
          "end)\n");
  EXPECT_EQ(differences(report), "");
}

TEST_F(Referee, ShortensWhatTheScenarioNames) {
  const Report report =
      run(std::string("params { pause = '1h' }\n") + hosts +
              "compare { sysctl = { tcp_syn_linear_timeouts = 0, tcp_syn_retries = 1 } }\n"
              "fault(wire, { from = cli, match = 'SYN', nth = 1, action = 'drop' })\n"
              "fault(wire, { from = cli, match = 'SYN', nth = 2, action = 'drop' })\n"
              "process(cli, 'curl', function()\n"
              "  local fd = check(socket(AF_INET, SOCK_STREAM)) print(connect(fd, 'srv', 8080))\n"
              "end)\n",
          5 * second);
  EXPECT_EQ(differences(report), "");
  ASSERT_FALSE(report.real.calls.empty());
  const auto connect =
      std::find_if(report.real.calls.begin(), report.real.calls.end(),
                   [](const SeenCall& call) { return std::holds_alternative<sys::Connect>(call.call); });
  ASSERT_NE(connect, report.real.calls.end());
  EXPECT_EQ(connect->result.error, Errno::TIMEDOUT);
}

TEST_F(Referee, ShowsTheRealRunAsALadder) {
  const Report report =
      run(std::string(hosts) + web +
          "process(cli, 'curl', { start = '1ms' }, function()\n"
          "  local fd = check(socket(AF_INET, SOCK_STREAM)) check(connect(fd, 'srv', 8080))\n"
          "  check(send(fd, 'GET /')) print(check(recv(fd, 100)))\n"
          "end)\n");
  const auto is = [&](auto kind) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < report.records.size(); ++i)
      count += std::holds_alternative<decltype(kind)>(report.records[i].what) ? 1 : 0;
    return count;
  };
  EXPECT_EQ(is(rec::PacketSent{}), report.real.packets.size());
  EXPECT_EQ(is(rec::SyscallEntered{}), report.real.calls.size());
  for (const SeenCall& call : report.real.calls)
    EXPECT_TRUE(std::holds_alternative<rec::SyscallEntered>(report.records[call.record - 1].what));
}

TEST_F(Referee, SkipsWhatThisMachineCanNotGive) {
  const Report report = run(std::string(hosts) + "process(cli, 'p', { nofile = 1000000 }, function() end)\n");
  EXPECT_THAT(report.skipped, HasSubstr("open files"));
}

TEST_F(Referee, LeavesNoProcessBehind) {
  run(std::string(hosts) + "process(cli, 'p', function() sleep('1ms') end)\n");
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST(Enclosure, WorkThatDoesNotEndIsEnded) {
  const Outcome outcome = Enclosure(
                              []() -> std::string {
                                for (;;) {
                                }
                              },
                              100 * millisecond)
                              .finish();
  if (!outcome.possible) GTEST_SKIP();
  EXPECT_FALSE(outcome.in_time);
  EXPECT_FALSE(outcome.finished);
}

TEST(Enclosure, BringsBackALongText) {
  const Outcome outcome = Enclosure([] { return std::string(1'000'000, 'x'); }, 5 * second).finish();
  if (!outcome.possible) GTEST_SKIP();
  EXPECT_TRUE(outcome.finished);
  EXPECT_EQ(outcome.text.size(), 1'000'000u);
}

TEST(Parcel, WhatIsPackedComesOutAgain) {
  ByteStore here, there;
  Seen seen;
  SeenCall call;
  call.task = {1, 0};
  call.call = sys::Send{3, 0, here.intern("hello")};
  call.result.data = here.intern("world");
  call.returned = true;
  seen.calls.push_back(call);
  SeenPacket packet;
  packet.packet.payload = here.intern("hello");
  packet.arrivals = {1, 2};
  seen.packets.push_back(packet);
  seen.rests.push_back({{"rest 1", 5, never, {{{0}, 3}}}, {SeenSocket{}}, {{0, "TcpInSegs", 7}}});
  seen.notes = {"a note"};
  const std::optional<Seen> out = unpack(pack(seen, here), there);
  ASSERT_TRUE(out);
  EXPECT_EQ(there.text(std::get<sys::Send>(out->calls.at(0).call).data), "hello");
  EXPECT_EQ(there.text(out->calls[0].result.data), "world");
  EXPECT_EQ(out->calls[0].task, (TaskPath{1, 0}));
  EXPECT_EQ(there.text(out->packets.at(0).packet.payload), "hello");
  EXPECT_EQ(out->packets[0].arrivals, (std::vector<Time>{1, 2}));
  EXPECT_EQ(out->rests.at(0).counters.at(0).name, "TcpInSegs");
  EXPECT_EQ(out->notes, seen.notes);
}

TEST(Parcel, ATornOneIsNotRead) {
  ByteStore bytes;
  Seen seen;
  seen.notes = {"a note"};
  const std::string parcel = pack(seen, bytes);
  for (std::size_t size = 0; size < parcel.size(); ++size)
    EXPECT_FALSE(unpack(std::string_view(parcel).substr(0, size), bytes)) << size;
}

}  // namespace
}  // namespace sockarium::compare
