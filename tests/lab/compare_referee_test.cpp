// The real kernel as referee: small runs on it agree with the model, nothing is left
// behind. Where the machine gives no network namespaces, what needs them is skipped.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

#include "lab/compare/difference.h"
#include "lab/compare/enclosure.h"
#include "lab/compare/machine.h"
#include "lab/compare/referee.h"

namespace sockarium::compare {
namespace {

using testing::HasSubstr;

/// Runs a scenario on both kernels; skips the test where that can't be done.
class Referee : public testing::Test {
 protected:
  void SetUp() override {
    machine = this_machine();
    if (!machine.missing.empty()) GTEST_SKIP() << machine.missing;
  }

  static std::shared_ptr<const script::Scenario> load(const std::string& text) {
    const script::LoadResult loaded = script::load_text("test.lua", text);
    if (const auto* error = std::get_if<script::LoadError>(&loaded)) {
      ADD_FAILURE() << error->format();
      return nullptr;
    }
    return std::get<std::shared_ptr<const script::Scenario>>(loaded);
  }

  Report run(const std::string& text, Duration max_time = second) {
    Request request;
    request.max_time = max_time;
    return run(text, request);
  }
  Report run(const std::string& text, const Request& request) {
    const auto scenario = load(text);
    if (scenario == nullptr) return {};
    Match match(scenario, request, machine);
    if (!match.skipped().empty()) {
      Report report;
      report.skipped = match.skipped();
      return report;
    }
    Report report;
    for (int tries = 0; tries < 3; ++tries) {  // a run that other work disturbed is no measurement
      report = match.judge(Enclosure([&] { return match.play(); }, match.limit()).finish());
      if (report.real.late <= disturbed) break;
    }
    return report;
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

/// What programs say after each call is compared, too.
constexpr const char* telling =
    "scenario { syscall_time = '1ms' }\n"
    "local cli = host { name = 'cli', ip = '10.0.0.5' }\n"
    "local function fresh() return check(socket(AF_INET, SOCK_STREAM)) end\n"
    "local function said(...) local t = {...} for i = 1, select('#', ...) do t[i] = tostring(t[i]) end "
    "print(table.concat(t, ' ')) end\n";

TEST_F(Referee, AgreesWithTheModelOnDescriptors) {
  const Report report = run(std::string(telling) + R"lua(
process(cli, 'numbers', { nofile = 110 }, function()
  fresh() fresh() fresh() close(4) fresh()
  for _, lowest in ipairs { 100, 100, -1, 110 } do said(fcntl(0, F_DUPFD, lowest)) end
  said(fcntl(0, F_DUPFD_CLOEXEC, 100)) said(fcntl(102, F_GETFD)) said(close(999)) said(dup2(99, 3)) said(dup2(3, 110))
  said(dup3(3, 3, 0)) said(dup2(3, 3)) said(dup2(3, 7)) said(dup2(3, -1)) said(dup3(3, 9, O_NONBLOCK))
  said(dup3(3, 9, O_CLOEXEC)) said(fcntl(9, F_GETFD)) said(fcntl(3, F_GETFD))
  fcntl(9, F_SETFL, O_NONBLOCK) said(fcntl(3, F_GETFL)) said(fcntl(0, F_GETFL))
end)
process(cli, 'limits', { nofile = {9, 12}, user = 1000, start = '200ms' }, function()
  local fd = fresh()
  said(setrlimit(RLIMIT_NOFILE, 7, 11)) said(setrlimit(RLIMIT_NOFILE, 9, 8)) said(setrlimit(RLIMIT_NOFILE, 7, 12))
  said(setrlimit(RLIMIT_NOFILE, -1, -1)) said(getrlimit(RLIMIT_NOFILE)) said(pipe()) said(pipe()) said(dup(0))
  for _, call in ipairs { dup, accept } do said(call(fd)) said(call(0)) said(call(55)) end
  said(accept4(55, 1)) said(accept4(0, 1)) said(dup2(0, 7)) said(dup2(0, 6)) said(socket(AF_INET, SOCK_STREAM))
end)
process(cli, 'no-socket', { start = '400ms' }, function()
  local r = pipe()
  for _, call in ipairs { function(fd) return bind(fd, '10.0.0.5', 80) end, function(fd) return listen(fd, 1) end,
      function(fd) return connect(fd, '10.0.0.5', 80) end, function(fd) return send(fd, 'x') end,
      function(fd) return recv(fd, 1) end, function(fd) return shutdown(fd, SHUT_WR) end, getsockname, accept,
      function(fd) return setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, 1) end } do said(call(r)) said(call(99)) end
end)
)lua");
  EXPECT_EQ(differences(report), "");
  EXPECT_GT(report.verdict.same, 60u);
}

TEST_F(Referee, AgreesWithTheModelOnPipes) {
  const Report report = run(std::string(telling) + R"lua(
for place, size in ipairs { 3000, 4097, 70000 } do
  process(cli, 'fill' .. size, { start = (place - 1) * 0.15 }, function()
    local r, w = pipe2(O_NONBLOCK)
    local total = 0
    while true do
      local taken, why = write(w, pattern(size))
      if not taken then said(total, why) break end
      total = total + taken
    end
    said(#check(read(r, 4095))) said(write(w, 'y')) said(#check(read(r, 5000))) said(write(w, pattern(4096)))
    said(write(w, pattern(904))) said(#check(read(r, 100000))) said(read(r, 1)) said(write(r, 'x')) said(read(w, 1))
    write(w, 'abc') close(w) said(read(r, 10)) said(#read(r, 10)) said(read(r, 0))
  end)
end
process(cli, 'talk', { start = '500ms' }, function()
  local r, w = check(pipe())
  fork(function()
    close(w) sleep('20ms') said(read(r, 4)) sleep('20ms')
    for i = 1, 4 do said(#check(read(r, 100000))) end
  end)
  close(r)
  sleep('10ms') said(write(w, 'hello')) said(write(w, pattern(70000))) sleep('20ms') close(w)
  local r2, w2 = check(pipe()) close(r2) said(write(w2, '')) said(write(w2, 'x')) said('not reached')
end)
)lua");
  EXPECT_EQ(differences(report), "");
  EXPECT_GT(report.verdict.same, 60u);
}

TEST_F(Referee, AgreesWithTheModelOnFiles) {
  const Report report = run(std::string(telling) + R"lua(
process(cli, 'paths', function()
  said(open('/tmp/a')) said(open('/tmp/a', O_RDWR | O_CREAT | O_EXCL, 420)) said(open('/tmp/a', O_CREAT | O_EXCL))
  said(fcntl(3, F_GETFL)) said(open('/tmp', O_WRONLY)) said(open('/tmp', O_CREAT)) said(open('/tmp/', O_DIRECTORY))
  said(fcntl(4, F_GETFL)) said(read(4, 10)) said(write(4, 'x')) said(open('/tmp/a/b', O_CREAT)) said(open('/tmp/a/'))
  said(open('/tmp/q/', O_CREAT)) said(open('')) said(open('/x/y', O_CREAT)) said(open('/tmp/a', O_DIRECTORY))
  said(open('/tmp/z', O_CREAT | O_DIRECTORY)) said(open('/etc/passwd')) said(open('/proc/self/stat'))
  said(open('/dev/null', O_RDWR)) said(write(5, 'abc')) said(read(5, 10)) said(lseek(5, 5)) said(open('/dev/zero'))
  said(read(6, 4))
end)
process(cli, 'offsets', { start = '150ms' }, function()
  local fd = check(open('/tmp/b', O_RDWR | O_CREAT | O_CLOEXEC))
  said(write(fd, 'hello')) said(lseek(fd, 0, SEEK_CUR)) said(read(fd, 9)) said(lseek(fd, 1)) said(read(fd, 2))
  said(lseek(fd, -1)) said(lseek(fd, 1, 9)) said(lseek(fd, 3, SEEK_END)) said(write(fd, '!')) said(lseek(fd, 0))
  said(read(fd, 99)) local copy = dup(fd) lseek(copy, 2) said(read(fd, 2))
  local log = check(open('/tmp/b', O_WRONLY | O_APPEND)) said(lseek(log, 0)) said(write(log, 'XY'))
  said(lseek(log, 0, SEEK_CUR)) said(unlink('/tmp/b')) said(unlink('/tmp/b')) said(unlink('/tmp'))
  said(open('/tmp/b')) said(lseek(fd, 0)) said(read(fd, 99))
  fork(function() said(lseek(fd, 4)) end) sleep('20ms') said(read(fd, 3)) said(wait())
  exec(function() said(read(fd, 1)) said(fcntl(copy, F_GETFD)) said(read(copy, 1)) end)
end)
process(cli, 'user', { start = '350ms', user = 1000 }, function()
  said(open('/a', O_CREAT)) said(open('/tmp/u', O_CREAT | O_WRONLY, 292)) said(open('/tmp/u', O_CREAT | O_WRONLY))
  said(open('/tmp/u')) said(open('/tmp/u', O_TRUNC)) said(unlink('/dev/null')) said(unlink('/tmp/a'))
  said(open('/tmp/a', O_WRONLY)) said(open('/tmp/a')) said(unlink('/tmp/u'))
end)
)lua");
  if (report.skipped.find("several users") != std::string::npos) GTEST_SKIP() << report.skipped;
  EXPECT_EQ(differences(report), "");
  EXPECT_GT(report.verdict.same, 120u);
}

TEST_F(Referee, AgreesWithTheModelOnWatchedFiles) {
  const Report report = run(std::string(telling) + R"lua(
local function told(fd, size)
  local data, why = read(fd, size or 4096)
  if not data then return said(why) end
  local at, text = 1, ''
  while at <= #data do
    local wd, mask, cookie, length = string.unpack('<I4I4I4I4', data, at)
    local name = length > 0 and string.unpack('z', data, at + 16) or ''
    text = text .. wd .. ' ' .. mask .. ' ' .. name .. ', '
    at = at + 16 + length
  end
  said(text)
end
process(cli, 'watch', function()
  local i = check(inotify_init1(IN_NONBLOCK)) said(inotify_add_watch(i, '/tmp', IN_ALL_EVENTS)) told(i)
  said(inotify_add_watch(i, '/x', IN_OPEN)) said(inotify_add_watch(0, '/tmp', IN_OPEN)) said(inotify_add_watch(i, '/tmp', 0))
  local fd = check(open('/tmp/a', O_CREAT | O_RDWR)) told(i) said(inotify_add_watch(i, '/tmp/a', IN_ALL_EVENTS))
  write(fd, 'hello') write(fd, 'x') told(i) lseek(fd, 0) read(fd, 3) read(fd, 9) read(fd, 9) told(i)
  local other = check(open('/tmp/a', O_WRONLY | O_TRUNC)) told(i) close(other) told(i, 31) told(i, 63) told(i)
  unlink('/tmp/a') told(i) write(fd, 'x') close(fd) told(i)
  said(inotify_rm_watch(i, 1)) told(i) said(inotify_rm_watch(i, 1)) said(inotify_add_watch(i, '/dev/null', IN_MODIFY))
  local null = check(open('/dev/null', O_WRONLY)) write(null, 'x') told(i) said(fcntl(i, F_GETFL)) said(write(i, 'x'))
end)
)lua");
  EXPECT_EQ(differences(report), "");
  EXPECT_GT(report.verdict.same, 60u);
}

TEST_F(Referee, AgreesWithTheModelOnEventsTimersAndExec) {
  const Report report = run(std::string(telling) + R"lua(
local srv = host { name = 'srv', ip = '192.168.1.10' }
link { cli, srv, delay = '5ms' }
local function number(n) return string.pack('<I8', n) end
local function counted(data) return string.unpack('<I8', data) end
process(cli, 'event', function()
  local e = check(eventfd(0, EFD_NONBLOCK)) said(read(e, 8)) said(write(e, number(3))) said(write(e, number(4)))
  said(read(e, 4)) said(counted(read(e, 100))) said(read(e, 8)) said(write(e, 'x')) said(write(e, number(-1)))
  said(write(e, number(-2))) said(write(e, number(1))) said(fcntl(e, F_GETFL)) said(lseek(e, 3))
  local s = check(eventfd(2, EFD_SEMAPHORE)) said(counted(read(s, 8))) said(counted(read(s, 8)))
  thread(function() sleep('20ms') said(write(s, number(7))) end)
  said(counted(read(s, 8)))
end)
process(cli, 'timer', { start = '200ms' }, function()
  local t = check(timerfd_create(CLOCK_MONOTONIC)) said(timerfd_settime(t, '60ms', '40ms'))
  said(counted(read(t, 8))) said(counted(read(t, 8))) sleep('100ms') said(counted(read(t, 8)))
  said(select(2, timerfd_gettime(t))) said(timerfd_settime(t, 0) ~= nil) said(timerfd_gettime(t))
  said(fcntl(t, F_SETFL, O_NONBLOCK)) said(read(t, 8)) said(read(t, 7)) said(write(t, number(1)))
  said(timerfd_gettime(0)) said(timerfd_gettime(99)) said(lseek(t, 1))
end)
process(srv, 'web', { start = '500ms' }, function()
  local fd = check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC)) check(bind(fd, '0.0.0.0', 80)) check(listen(fd, 1))
  local c = check(accept(fd))
  dup2(c, 0) dup2(c, 1) close(c)
  exec(function() print('you said ' .. read(0, 100)) sleep('20ms') end)
end)
process(cli, 'curl', { start = '520ms' }, function()
  local fd = check(socket(AF_INET, SOCK_STREAM)) check(connect(fd, 'srv', 80)) check(write(fd, 'hello'))
  said(read(fd, 100)) said(#read(fd, 100))
end)
)lua");
  EXPECT_EQ(differences(report), "");
  EXPECT_GT(report.verdict.same, 70u);
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
      run(std::string("scenario { stop_at = '45ms' }\n"
                      "local cli = host { name = 'cli', ip = '10.0.0.5' }\n"
                      "local srv = host { name = 'srv', ip = '192.168.1.10' }\n"
                      "link { cli, srv, delay = '50ms' }\n") +
          web +
          "process(cli, 'curl', { start = '1ms' }, function()\n"
          "  local fd = check(socket(AF_INET, SOCK_STREAM)) check(connect(fd, 'srv', 8080))\n"
          "end)\n"
          "checkpoint('under way', '5ms')\n");
  EXPECT_EQ(differences(report), "");
  ASSERT_FALSE(report.real.rests.empty());
  EXPECT_EQ(report.real.rests[0].moment.name, "under way");
}

// --- What a person did in the run is done on the real kernel, too ---

constexpr const char* one_client =
    "process(cli, 'curl', { start = '1ms' }, function()\n"
    "  local fd = check(socket(AF_INET, SOCK_STREAM)) check(connect(fd, 'srv', 8080)) check(send(fd, 'GET "
    "/'))\n"
    "  print(check(recv(fd, 100))) sleep('20ms') check(close(fd))\n"
    "end)\n";

/// The nth thing of a slab, 0 first.
template <class Thing>
auto nth(const Slab<Thing>& slab, std::size_t n) {
  auto place = ids(slab).begin();
  while (n-- > 0) ++place;
  return *place;
}

/// A session of the text, at the first moment after `time`.
std::unique_ptr<Session> session_at(const std::shared_ptr<const script::Scenario>& scenario, Time time) {
  auto session = std::make_unique<Session>(scenario->setup, script::programs_of(scenario));
  session->seek(session->event_at(time));
  return session;
}

TEST_F(Referee, LosesThePacketThatAPersonDropped) {
  const std::string text = std::string(hosts) + web + one_client;
  const auto session = session_at(load(text), 3 * millisecond);
  ASSERT_EQ(session->intervene(DropPacket{nth(session->world().wire.in_flight, 0)}, "drop the SYN"), "");
  Request request;
  request.max_time = 3 * second;
  request.doings = doings_of(*session);
  const Report report = run(text, request);
  EXPECT_EQ(differences(report), "");
  ASSERT_FALSE(report.real.packets.empty());
  EXPECT_TRUE(report.real.packets.front().lost);
  EXPECT_GT(report.verdict.same, 20u) << "the SYN that came a second later was answered";
}

TEST_F(Referee, LosesThatPacketThoughTheSendersFilterStoppedOthersBefore) {
  const std::string text =
      std::string(hosts) + "filter(cli, 'drop', { to = srv, port = 81 })\n" + web +
      "process(cli, 'blind', function()\n"
      "  local fd = check(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK)) connect(fd, 'srv', 81)\n"
      "  sleep('1h')\n"
      "end)\n" +
      one_client;
  const auto session = session_at(load(text), 3 * millisecond);
  ASSERT_EQ(session->intervene(DropPacket{nth(session->world().wire.in_flight, 0)}, "drop the SYN"), "");
  Request request;
  request.max_time = 800 * millisecond;
  request.doings = doings_of(*session);
  const Report report = run(text, request);
  EXPECT_EQ(differences(report), "");
}

TEST_F(Referee, SaysThatOneOfTwoCopiesCannotBeDroppedAlone) {
  const std::string text =
      std::string(hosts) +
      "fault(wire, { from = cli, match = 'SYN', nth = 1, action = 'dup', by = '1ms' })\n" + web + one_client;
  const auto session = session_at(load(text), 3 * millisecond);
  ASSERT_EQ(session->intervene(DropPacket{nth(session->world().wire.in_flight, 0)}, "drop one"), "");
  Request request;
  request.doings = doings_of(*session);
  EXPECT_THAT(run(text, request).skipped, HasSubstr("one of the two copies"));
}

TEST_F(Referee, KillsTheProcessThatAPersonKilled) {
  const std::string text = std::string(hosts) +
                           "process(srv, 'slowd', function()\n"
                           "  local fd = check(socket(AF_INET, SOCK_STREAM)) check(bind(fd, '0.0.0.0', "
                           "8080)) check(listen(fd, 2))\n"
                           "  local conn = check(accept(fd)) check(recv(conn, 100)) sleep('150ms') "
                           "print(recv(conn, 100)) close(conn)\n"
                           "end)\n" +
                           one_client;
  const auto session = session_at(load(text), 80 * millisecond);  // curl waits for its answer
  ASSERT_EQ(session->intervene(KillProcess{nth(session->world().kernel.processes, 1)}, "kill curl"), "");
  Request request;
  request.doings = doings_of(*session);
  const Report report = run(text, request);
  EXPECT_EQ(differences(report), "");
  EXPECT_TRUE(std::any_of(report.real.calls.begin(), report.real.calls.end(),
                          [](const SeenCall& call) { return call.signal == SIGKILL; }));
}

TEST_F(Referee, SetsTheSysctlThatAPersonSet) {
  const std::string text = std::string(hosts) +
                           "process(srv, 'web', function()\n"
                           "  sleep('20ms')\n"
                           "  local fd = check(socket(AF_INET, SOCK_STREAM)) check(bind(fd, '0.0.0.0', "
                           "8080)) check(listen(fd, 100)) sleep('1h')\n"
                           "end)\n";
  const auto session = session_at(load(text), 3 * millisecond);
  const NetId srv = session->world().kernel.hosts.read(nth(session->world().kernel.hosts, 1)).net;
  ASSERT_EQ(session->intervene(SetSysctl{srv, Sysctl::Somaxconn, 7}, "somaxconn 7"), "");
  Request request;
  request.doings = doings_of(*session);
  const Report report = run(text, request);
  EXPECT_EQ(differences(report), "");
  ASSERT_FALSE(report.real.rests.empty());
  ASSERT_EQ(report.real.rests.back().sockets.size(), 1u);
  EXPECT_EQ(report.real.rests.back().sockets[0].send_queue, 7) << "the backlog that ss shows";
}

TEST(Doings, TravelAsWordsOfACommandLine) {
  const std::vector<Doing> all{{17, DropPacket{PacketId::from_raw((3ULL << 32) | 12)}},
                               {0, KillProcess{ProcessId::from_raw(5)}},
                               {20, SetSysctl{NetId::from_raw(1), Sysctl::Somaxconn, 7}}};
  for (const Doing& doing : all) {
    const auto again = parse_doing(to_text(doing));
    ASSERT_TRUE(again) << to_text(doing);
    EXPECT_EQ(to_text(*again), to_text(doing));
  }
  for (const char* nonsense : {"", "17", "17:drop", "x:drop:1", "17:drop:x", "17:eat:1", "17:set:1:2",
                               "-1:kill:2", "1:set:1:9999:1", "1:drop:1:2"})
    EXPECT_FALSE(parse_doing(nonsense)) << nonsense;
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

TEST_F(Referee, CarriesARawPeerAndItsHandMadeHandshake) {
  const Report report = run("local srv = host { name = 'srv', ip = '192.168.1.10' }\n" + std::string(web) +
                            "peer(srv, { ip = '10.9.0.2', delay = '5ms', start = '10ms' }, function(p)\n"
                            "  p:send { flags = 'S', from = 4000, to = 8080, seq = 1000, mss = 1460 }\n"
                            "  local r = check(p:expect { flags = 'SA', within = '1s' })\n"
                            "  p:send { flags = 'A', from = 4000, to = 8080, seq = r.ack, ack = r.seq + 1 }\n"
                            "  print(p:expect { flags = 'R', within = '50ms' })\n"
                            "end)\n");
  EXPECT_EQ(differences(report), "");
  EXPECT_EQ(report.real.packets.size(), 3u);
}

TEST_F(Referee, LetsAPeerFloodFromSpoofedAddresses) {
  const Report report = run(
      "local srv = host { name = 'srv', ip = '192.168.1.10', sysctl = { tcp_max_syn_backlog = 2048 } }\n" +
          std::string(web) +
          "peer(srv, { ip = '10.9.0.2', delay = '5ms', start = '10ms' }, function(p)\n"
          "  for i = 1, 5 do p:send { flags = 'S', src = '10.7.0.' .. i, from = 4000, to = 8080, seq = 7 } "
          "end\n"
          "  sleep('100ms')\n"
          "end)\n",
      200 * millisecond);
  EXPECT_EQ(differences(report), "");
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
          "  sleep('50ms') check(send(fd, 'hello')) print(recv(fd, 10)) sleep('20ms')\n"
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

TEST_F(Referee, AgreesOnDatagrams) {
  const Report report =
      run(std::string(hosts) +
          "process(srv, 'echo', function()\n"
          "  local fd = check(socket(AF_INET, SOCK_DGRAM)) check(bind(fd, '0.0.0.0', 53))\n"
          "  sleep('40ms')\n"
          "  for _, size in ipairs { 4, 100, 100 } do\n"
          "    local text, from, flags = recvfrom(fd, size) print(text, from, flags)\n"
          "    check(sendto(fd, 'echo ' .. text, from.ip, from.port))\n"
          "  end\n"
          "  print(recv(fd, 10, MSG_DONTWAIT))\n"
          "end)\n"
          "process(cli, 'dig', { start = '1ms' }, function()\n"
          "  local fd = check(socket(AF_INET, SOCK_DGRAM)) print(send(fd, 'x'))\n"
          "  for _, text in ipairs { 'question', '', 'again' } do check(sendto(fd, text, 'srv', 53)) end\n"
          "  for _ = 1, 3 do print(recvfrom(fd, 100)) end\n"
          "  check(connect(fd, 'srv', 9)) print(getpeername(fd)) check(send(fd, 'nobody')) sleep('50ms')\n"
          "  print(send(fd, 'again'), send(fd, 'and again')) print(recv(fd, 10))\n"
          "  check(connect(fd, AF_UNSPEC)) print(getpeername(fd))\n"
          "end)\n");
  EXPECT_EQ(differences(report), "");
  EXPECT_GE(report.verdict.same, 30U);
}

TEST_F(Referee, AgreesOnIpv6) {
  const Report report = run(
      "local cli = host { name = 'cli', ip = { '10.0.0.5', '2001:db8::5' } }\n"
      "local srv = host { name = 'srv', ip = { '192.168.1.10', '2001:db8:1::10' } }\n"
      "link { cli, srv, delay = '5ms' }\n"
      "process(srv, 'web', function()\n"
      "  local fd = check(socket(AF_INET6, SOCK_STREAM)) check(bind(fd, '::', 8080)) check(listen(fd, 2))\n"
      "  for _ = 1, 2 do\n"
      "    local conn, peer = check(accept(fd)) print(peer, getsockname(conn))\n"
      "    print(#check(recv(conn, 2000, MSG_WAITALL))) check(close(conn))\n"
      "  end\n"
      "end)\n"
      "process(cli, 'curl', { start = '1ms' }, function()\n"
      "  for _, name in ipairs { { AF_INET6, '2001:db8:1::10' }, { AF_INET, '192.168.1.10' } } do\n"
      "    local fd = check(socket(name[1], SOCK_STREAM)) check(connect(fd, name[2], 8080))\n"
      // The ACK of a bare FIN waits for the next tick: close() comes surely after it.
      "    check(send(fd, pattern(2000))) print(recv(fd, 10)) sleep('10ms') check(close(fd))\n"
      "  end\n"
      "  local fd = check(socket(AF_INET6, SOCK_DGRAM)) check(connect(fd, '2001:db8:1::10', 9))\n"
      "  check(send(fd, 'x')) print(recv(fd, 10))\n"
      "end)\n");
  EXPECT_EQ(differences(report), "");
  EXPECT_GE(report.verdict.same, 40U);
}

}  // namespace
}  // namespace sockarium::compare
