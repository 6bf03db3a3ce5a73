// Raw peers in scenario files: handshakes made by hand, floods from addresses that nobody has, and what is
// said to those who write it wrong.
#include <gtest/gtest.h>

#include "lab/picture/ladder_text.h"
#include "lab/session/session.h"
#include "tests/support/invariants.h"
#include "tests/support/script_support.h"

namespace sockarium::script {
namespace {

/// srv with a listener on port 80 (its program goes on with `serve`), and a peer with this body from line 12
/// on.
std::string listener_and_peer(const std::string& body, const std::string& serve = "sleep(100)",
                              const std::string& sysctl = "") {
  return "local srv = host { name = 'srv', ip = '192.168.1.10', sysctl = {" + sysctl +
         "} }\n"
         "process(srv, 'web', function()\n"
         "  local fd = check(socket(AF_INET, SOCK_STREAM))\n"
         "  check(bind(fd, '0.0.0.0', 80))\n"
         "  check(listen(fd, 5))\n  " +
         serve +
         "\nend)\n\n\n\n"
         "peer(srv, { ip = '10.9.0.2', delay = '10ms', start = '1ms' }, function(p)\n" +
         body + "\nend)\n";
}

struct Played {
  std::shared_ptr<const Scenario> scenario;
  std::unique_ptr<Session> session;

  explicit Played(const std::string& text, Time until = 200 * second) : scenario(must_load(text)) {
    if (!scenario) return;
    session = std::make_unique<Session>(scenario->setup, programs_of(scenario));
    session->seek(session->event_at(until));
  }
  /// Everything that was printed.
  std::string printed() const {
    std::string text;
    for (std::size_t i = 0; i < session->records().size(); ++i)
      if (const auto* print = std::get_if<rec::Printed>(&session->records()[i].what))
        text += session->bytes().text(print->text);
    return text;
  }
  std::size_t count(Reason reason) const {
    std::size_t found = 0;
    for (std::size_t i = 0; i < session->records().size(); ++i)
      found += session->records()[i].reason == reason;
    return found;
  }
  std::int64_t counter(Counter counter) const {
    const World& world = session->world();
    for (const NetId id : ids(world.inet.nets))
      return static_cast<std::int64_t>(world.inet.nets.read(id).counters[counter]);
    return 0;
  }
};

std::string peer_says(const std::string& body) {
  return Played(listener_and_peer(body)).printed();
}

TEST(Peer, ShakesHandsByHand) {
  const Played run(listener_and_peer(
      "p:send{ flags = 'S', from = 4000, to = 80, seq = 1000, mss = 1460, wscale = 7, sack = true, ts = "
      "{100, 0} }\n"
      "local r = check(p:expect{ flags = 'SA', within = '1s' })\n"
      "print(r.flags, r.from, r.to, r.src, r.dst, r.ack, r.mss, r.sack, r.ts.ecr)\n"
      "p:send{ flags = 'A', from = 4000, to = 80, seq = 1001, ack = r.seq + 1, ts = {120, r.ts.val} }\n"
      "p:send{ flags = 'PA', from = 4000, to = 80, seq = 1001, ack = r.seq + 1, data = 'hello', ts = {120, "
      "r.ts.val} }\n"
      "local a = check(p:expect{ flags = 'A', ack = 1006, within = '1s' })\n"
      "local d = check(p:expect{ data = 'welcome', within = '1s' })\n"
      "print(d.flags, d.seq - r.seq, #d.data, now() < 0.2)",
      "local conn, who = check(accept(fd)); print(who, recv(conn, 100)); send(conn, 'welcome'); sleep(5)"));
  EXPECT_EQ(run.printed(),
            "SA\t80\t4000\t192.168.1.10\t10.9.0.2\t1001\t1460\ttrue\t100\n"
            "10.9.0.2:4000\thello\n"
            "PA\t1\t7\ttrue\n");
}

TEST(Peer, SkipsWhatItDoesNotWaitForAndGivesUpInTime) {
  EXPECT_EQ(peer_says("p:send{ flags = 'S', from = 4000, to = 81, seq = 7 }\n"
                      "p:send{ flags = 'S', from = 4001, to = 80, seq = 7 }\n"
                      "print(p:expect{ flags = 'SA', within = 1 }.to)\n"
                      "local t = now()\n"
                      "print(p:expect{ flags = 'R', within = '500ms' })\n"
                      "print(now() - t < 0.501)"),
            "4001\nnil\tETIMEDOUT\ntrue\n");
}

TEST(Peer, WithoutFieldsExpectTakesTheNextPacket) {
  EXPECT_EQ(peer_says("p:send{ flags = 'F', from = 4000, to = 81, seq = 7 }\n"
                      "local r = p:expect()\n"
                      "print(r.flags, r.seq, r.ack, r.mss, r.ts)"),
            "RA\t0\t8\tnil\tnil\n");
}

TEST(Peer, SequenceNumbersWrapAround) {
  EXPECT_EQ(peer_says("p:send{ flags = 'S', from = 4000, to = 80, seq = -1 }\n"
                      "print(p:expect{ within = 1 }.ack)\n"
                      "p:send{ flags = 'S', from = 4001, to = 80, seq = 4294967295 + 5 }\n"
                      "print(p:expect{ within = 1 }.ack)"),
            "0\n5\n");
}

TEST(Peer, CheckSaysThatNothingCame) {
  EXPECT_EQ(peer_says("check(p:expect{ within = '10ms' })"), "line 12: capture: Connection timed out\n");
}

TEST(Peer, AFloodFromSpoofedAddressesFillsTheSynQueue) {
  const Played run(listener_and_peer(
                       "for i = 1, 20 do\n"
                       "  p:send{ flags = 'S', src = '203.0.113.' .. i, from = 1000 + i, to = 80, seq = i }\n"
                       "  sleep('1ms')\n"
                       "end\n"
                       "local n = 0\n"
                       "while p:expect{ flags = 'SA', src = srv, within = '50ms' } do n = n + 1 end\n"
                       "print(n)",
                       "sleep(100)", "tcp_syncookies = 0"),
                   500 * millisecond);
  const auto dropped = run.count(Reason::SynQueueFull);
  EXPECT_GT(dropped, 0u);
  EXPECT_EQ(run.printed(), std::to_string(20 - dropped) + "\n") << "each of the others is answered";
  EXPECT_EQ(static_cast<std::size_t>(run.counter(Counter::TcpExtTCPReqQFullDrop)), dropped);
  EXPECT_EQ(run.session->world().tcp.requests.count(), 20 - dropped);
}

TEST(Peer, ARealHostAnswersForItsSpoofedAddressWithRst) {
  const Played run(
      "local srv = host { name = 'srv', ip = '192.168.1.10' }\n"
      "local cli = host { name = 'cli', ip = '10.0.0.5' }\n"
      "link { srv, cli, delay = '1ms' }\n"
      "process(srv, 'web', function()\n"
      "  local fd = socket(AF_INET, SOCK_STREAM); bind(fd, '0.0.0.0', 80); listen(fd, 5); sleep(9)\n"
      "end)\n"
      "peer(srv, { ip = '10.9.0.2', delay = '10ms', start = '1ms' }, function(p)\n"
      "  p:send{ flags = 'S', src = cli, from = 4000, to = 80, seq = 1 }\n"
      "  print(p:expect{ within = '1s' })\n"
      "end)\n");
  EXPECT_EQ(run.printed(), "nil\tETIMEDOUT\n");
  EXPECT_EQ(run.counter(Counter::TcpExtEmbryonicRsts), 1);
}

TEST(Peer, AProgramMayConnectToIt) {
  const Played run(
      "local srv = host { name = 'srv', ip = '192.168.1.10' }\n"
      "process(srv, 'curl', function()\n"
      "  local fd = socket(AF_INET, SOCK_STREAM)\n"
      "  print(connect(fd, 'peer', 80))\n"
      "end)\n"
      "local p, wire = peer(srv, { ip = {'10.9.0.2', '10.9.0.3'}, delay = '10ms' }, function(p)\n"
      "  local syn = p:expect{ flags = 'S' }\n"
      "  p:send{ flags = 'RA', from = 80, to = syn.from, ack = syn.seq + 1 }\n"
      "end)\n"
      "fault(wire, { from = srv, match = 'SYN', action = 'delay', by = '1ms' })\n"
      "expect('a peer has a name and an address', function() return p.name == 'peer' and p.ip == '10.9.0.2' "
      "end)\n");
  EXPECT_EQ(run.printed(), "nil\tECONNREFUSED\n");
}

TEST(Peer, HasALaneInTheLadder) {
  const Played run(listener_and_peer("p:send{ flags = 'S', from = 4000, to = 80, seq = 1000 }\n"
                                     "p:expect{ flags = 'SA' }"),
                   30 * millisecond);
  picture::LadderOptions options;
  options.cursor = run.session->records_at(run.session->cursor());
  const std::string text = picture::ladder_text(
      picture::make_ladder(run.session->world(), run.session->bytes(), run.session->records(), options), {});
  EXPECT_NE(text.find("peer"), std::string::npos) << text;
  EXPECT_NE(text.find("<---------- SYN seq 0 --|"), std::string::npos) << text;
  EXPECT_NE(text.find("SYN-ACK seq 0 ack 1"), std::string::npos) << text;
  EXPECT_NE(text.find("capture = 44 bytes"), std::string::npos) << text;
}

TEST(Peer, ACopyIsAnArrowOfItsOwn) {
  const Played run(
      "local srv = host { name = 'srv', ip = '192.168.1.10' }\n"
      "local _, wire = peer(srv, { ip = '10.9.0.2', delay = '10ms', start = '1ms' }, function(p)\n"
      "  p:send{ flags = 'S', from = 4000, to = 80, seq = 1 }\n"
      "end)\n"
      "fault(wire, { from = 'peer', match = 'SYN', action = 'dup', by = '3ms' })\n");
  picture::LadderOptions options;
  options.cursor = run.session->records_at(run.session->cursor());
  const picture::Ladder ladder =
      picture::make_ladder(run.session->world(), run.session->bytes(), run.session->records(), options);
  std::vector<std::string> labels;
  for (const picture::LadderArrow& arrow : ladder.arrows) {
    labels.push_back(arrow.labels.back());
    EXPECT_TRUE(arrow.from_row) << labels.back();
    EXPECT_TRUE(arrow.to_row) << labels.back();
  }
  EXPECT_EQ(labels, (std::vector<std::string>{"SYN", "SYN (copy)", "RST", "RST"}));
}

TEST(Peer, IsTheSameTheSecondTimeAndAtAnySeek) {
  const std::string text = listener_and_peer(
      "for i = 1, 10 do\n"
      "  p:send{ flags = 'S', from = random(1000, 2000), to = 80, seq = random(0, 1000000) }\n"
      "  p:expect{ flags = 'SA', to = 1, within = '3ms' }\n"
      "end");
  const Played first(text);
  const Played second(text);
  ASSERT_EQ(first.session->head(), second.session->head());
  for (std::uint64_t event = second.session->head() + 1; event-- > 0;)
    ASSERT_EQ(first.session->hash_at(event), second.session->hash_at(event)) << event;
  EXPECT_EQ(test::broken_invariant(first.session->world()), "");
}

TEST(Peer, WrongUseSaysWhatToWrite) {
  struct Row {
    const char* source;
    const char* message;
  };
  const Row rows[] = {
      {"p.send{ flags = 'S' }", "p:send is called on a peer, not on a table (write p:send{…} with a colon)"},
      {"p:send('S')",
       "p:send needs a table, not \"S\" (write p:send{ flags = \"S\", from = 4000, to = 80, seq = 0 })"},
      {"p:send{ from = 1, to = 2 }",
       "p:send needs 'flags': letters of S, F, R, P, A, U (write p:send{ flags = \"S\", from = 4000, to = "
       "80, "
       "seq = 0 })"},
      {"p:send{ flags = 'SX', from = 1, to = 2 }",
       "'flags' of p:send must be letters of S, F, R, P, A, U in quotes, not \"SX\" (write flags = \"SA\", "
       "or "
       "\"\" for none)"},
      {"p:send{ flags = 'S', to = 2 }",
       "p:send needs 'from': the port that it comes from (write p:send{ flags = \"S\", from = 4000, to = 80, "
       "seq = 0 })"},
      {"p:send{ flags = 'S', from = 1, to = 70000 }",
       "'to' of p:send must be a number from 0 to 65535, not 70000"},
      {"p:send{ flags = 'S', from = 1, to = 2, sqe = 3 }",
       "unknown key 'sqe' in p:send (did you mean 'seq'?)"},
      {"p:send{ flags = 'S', from = 1, to = 2, src = 'nobody' }",
       "'src' of p:send must be an address like \"10.9.0.2\", or a host, not \"nobody\""},
      {"p:send{ flags = 'A', from = 1, to = 2, mss = 1460 }",
       "'mss' of p:send belongs to a segment with SYN (leave it out, or add S to its flags)"},
      {"p:send{ flags = 'S', from = 1, to = 2, ts = 5 }",
       "'ts' of p:send must be a table {val, ecr}, not 5 (write ts = {100, 0})"},
      {"p:send{ flags = 'S', from = 1, to = 2, data = 5 }",
       "'data' of p:send must be a text or pattern(n), of at most 65000 bytes, not 5"},
      {"p:expect{ within = 'soon' }",
       "'within' of p:expect: \"soon\" is not a duration (write \"250us\", \"10ms\", \"1s\" or \"2min\", or "
       "a "
       "number of seconds)"},
      {"p:recv()", "a peer has no 'recv' (it has p:send{…} and p:expect{…})"},
      {"socket(AF_INET, SOCK_STREAM)",
       "socket: a raw peer has no kernel, so no sockets, files and processes (there are p:send{…}, "
       "p:expect{…}, sleep, compute, now, random, print, exit)"},
      {"fork(function() end)",
       "fork: a raw peer has no kernel, so no sockets, files and processes (there are p:send{…}, "
       "p:expect{…}, sleep, compute, now, random, print, exit)"},
  };
  for (const Row& row : rows)
    EXPECT_EQ(peer_says(row.source), "story.lua:12: " + std::string(row.message) + "\n") << row.source;
}

}  // namespace
}  // namespace sockarium::script
