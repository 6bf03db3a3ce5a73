// Captions: one sentence for each event, true, short, and made from the records.
#include "sim/observe/caption.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/small_worlds.h"

namespace sockarium {

using namespace literals;
using test::Story;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;

namespace {

/// The caption of the event that the run shows.
std::string caption_now(Story& run) {
  const EventLine& line = run.session().line(run.session().cursor());
  return run.narrator().caption(line.first, line.last);
}

std::string in_real_life_now(Story& run) {
  const EventLine& line = run.session().line(run.session().cursor());
  return run.narrator().in_real_life(line.first, line.last);
}

bool any(const Record&) {
  return true;
}

}  // namespace

TEST(Caption, TellsAHandshakeFromBothSides) {
  Story run(test::handshake());
  run.to_the_end();
  const std::uint16_t port =
      std::get<rec::StateChanged>(
          run.records()[run.find([](const Record& r) { return test::is_state(r, TcpState::SynSent); }) - 1]
              .what)
          .ends.local.port;
  const std::string cli = "cli:" + std::to_string(port);
  EXPECT_THAT(
      run.captions(),
      ElementsAre(
          "web starts and calls socket(TCP).", "socket() returns 3 in web. It calls bind(3, *:80).",
          "web calls listen(3, 2): *:80 listens.",
          "web calls accept(3): it waits, as the accept queue is empty.",
          "curl starts and calls socket(TCP).",
          "socket() returns 3 in curl. It calls connect(3, srv:80): cli sends SYN.",
          "srv receives the SYN from " + cli + " and answers with SYN-ACK: the connection is half open.",
          "cli receives the SYN-ACK: the connection to srv:80 is open. It answers with ACK.",
          "curl wakes in connect(3, srv:80): the connection is open.",
          "connect() returns 0 in curl: the connection is open. It sleeps for 1 s.",
          "srv receives the final ACK: " + cli + " waits in the accept queue (1, limit 2).",
          "web wakes and takes " + cli + " from the accept queue (none left).",
          "accept() returns 4 in web. It sleeps for 1 s."));
}

TEST(Caption, SaysWhyASynIsDroppedAndWhatComesNext) {
  Story run(test::overflowing_backlog());
  run.to(test::is_drop);
  EXPECT_EQ(caption_now(run),
            "srv drops the SYN: the accept queue is full (3, limit 2). cli tries again in 990 ms.");
  EXPECT_EQ(in_real_life_now(run), "nstat TcpExtListenOverflows");
}

TEST(Caption, SaysThatAPacketWasLost) {
  Story run(test::lost_syn());
  run.to(test::is_drop);
  EXPECT_THAT(caption_now(run), HasSubstr("cli sends SYN, which is lost: the scenario drops it"));
}

TEST(Caption, SaysHowLongARetransmissionWaited) {
  Story run(test::lost_syn());
  run.to(1100_ms);
  run.to(1002_ms);
  EXPECT_EQ(caption_now(run), "cli sends the SYN again (retry 1): no answer came within 1 s.");
  EXPECT_EQ(in_real_life_now(run), "nstat TcpExtTCPSynRetrans");
}

TEST(Caption, TellsARefusalFromBothSides) {
  Story run(test::refused());
  run.to(test::is_drop);
  EXPECT_EQ(caption_now(run), "srv answers the SYN with RST: nobody listens on port 81.");
  run.to([](const Record& r) { return test::is_state(r, TcpState::Closed); });
  EXPECT_EQ(caption_now(run), "cli receives RST: the connection to srv:81 is refused.");
  run.to(test::is_failure);
  EXPECT_EQ(caption_now(run), "connect() fails in curl: ECONNREFUSED (Connection refused).");
}

TEST(Caption, TellsThatARouterPassesAPacketOn) {
  test::SmallWorld world;
  const Address cli = Address::v4(10, 0, 0, 5), srv = Address::v4(192, 168, 1, 10);
  world.host("cli", cli).host("r", Address::v4(10, 1, 0, 1)).host("srv", srv);
  world.link(0, 1, 10_ms).link(1, 2, 10_ms).sysctl(1, Sysctl::IpForward, 1);
  for (const auto& [host, destination] : {std::pair{std::size_t{0}, srv}, std::pair{std::size_t{2}, cli}}) {
    RouteSetup line;
    line.host = host;
    line.destination = destination;
    line.kind = RouteSetup::Kind::Via;
    line.via = 1;
    world.setup.routes.push_back(line);
  }
  world.program(0, "curl", {sys::Socket{}, sys::Connect{3, 2, test::server_port(81), 0, {}}}, 1_ms);
  Story run(world);
  run.to_the_end();
  EXPECT_THAT(run.captions(), Contains(::testing::AllOf(HasSubstr("r passes the SYN from cli:"),
                                                        EndsWith(" on to srv:81."))));
  EXPECT_THAT(run.captions(), Contains(HasSubstr("r passes the RST")));
}

TEST(Caption, TellsTheOrderlyGoodbye) {
  Story run(test::request_and_goodbye());
  run.to_the_end();
  EXPECT_THAT(run.captions(), Contains(HasSubstr("CLOSE-WAIT lasts until the program closes")));
  EXPECT_THAT(run.captions(), Contains(EndsWith("stays in TIME-WAIT for 60 s.")));
  EXPECT_THAT(run.captions(),
              Contains("recv() returns 0 in web: the peer sends no more. It calls close(4): srv sends FIN."));
  EXPECT_THAT(run.captions().back(), EndsWith("ends after 60 s: the port is free."));
}

TEST(Caption, NamesThePersonWhoInterferes) {
  Story run(test::handshake());
  run.to([](const Record& r) { return test::is_sent(r, wire::SYN); });
  const auto packet = std::get<rec::PacketSent>(
      run.records()[run.find([](const Record& r) { return test::is_sent(r, wire::SYN); }) - 1].what);
  ASSERT_EQ(run.session().intervene(DropPacket{packet.id}, "drop"), "");
  EXPECT_THAT(caption_now(run), HasSubstr("A person drops the SYN from cli:"));
  EXPECT_THAT(caption_now(run), EndsWith("cli tries again in 1 s."));
}

TEST(Caption, NamesTheKilledProcess) {
  Story run(test::handshake());
  run.to(200_ms);
  const ProcessId web = run.world().kernel.processes.first();
  ASSERT_EQ(run.session().intervene(KillProcess{web}, "kill"), "");
  EXPECT_THAT(caption_now(run), HasSubstr("A person kills web (pid 101)"));
}

TEST(Caption, TellsProgramsWithOneNameApartByPid) {
  auto world =
      test::client_and_server().program(0, "curl", {sys::Sleep{1_s}}).program(0, "curl", {sys::Sleep{1_s}});
  Story run(world);
  run.to(any);
  EXPECT_EQ(caption_now(run), "curl (pid 101) starts and sleeps for 1 s.");
}

TEST(Caption, CallsChildrenAndThreadsByWhoMadeThem) {
  auto world = test::client_and_server().program(0, "front", {sys::Fork{}, sys::Thread{}, sys::Sleep{1_s}});
  world.scripts[{0, 0}] = test::in_order({sys::Socket{}});
  world.scripts[{0, 1}] = test::in_order({sys::Getpid{}, sys::Thread{}, sys::Sleep{1_s}});
  world.scripts[{0, 1, 0}] = test::in_order({sys::Sleep{1_s}});
  Story run(world);
  run.to_the_end();
  EXPECT_THAT(run.captions(), Contains("front/1 calls socket(TCP)."));
  EXPECT_THAT(run.captions(), Contains("front/2 calls getpid()."));
  std::vector<std::string> begun;
  for (RecordNumber n = 1; n <= run.records().size(); ++n)
    if (const auto* started = std::get_if<rec::TaskStarted>(&run.records()[n - 1].what);
        started != nullptr && started->parent)
      begun.push_back(run.narrator().describe(n));
  EXPECT_THAT(begun, ElementsAre("front forks front/1", "front starts the thread front/2",
                                 "front/2 starts the thread front/2/1"));
}

TEST(Caption, IsNeverLongAndNeverEmpty) {
  for (const auto& world : {test::handshake(), test::request_and_goodbye(), test::overflowing_backlog(),
                            test::lost_syn(), test::refused()}) {
    Story run(world);
    run.to_the_end();
    for (const std::string& caption : run.captions()) {
      EXPECT_THAT(caption, EndsWith("."));
      EXPECT_LE(caption.size(), observe::longest_caption) << caption;
      EXPECT_GT(caption.size(), 5U);
    }
  }
}

TEST(Describe, HasALineForEveryKindOfRecord) {
  Story run(test::request_and_goodbye());
  run.to_the_end();
  for (RecordNumber n = 1; n <= run.records().size(); ++n) {
    const std::string line = run.narrator().describe(n);
    EXPECT_FALSE(line.empty()) << n;
    EXPECT_EQ(line.find('\n'), std::string::npos) << line;
  }
}

TEST(Names, WriteDurationsAsPeopleDo) {
  EXPECT_EQ(observe::duration_text(0), "0 ms");
  EXPECT_EQ(observe::duration_text(10_ms), "10 ms");
  EXPECT_EQ(observe::duration_text(31001_us), "31.001 ms");
  EXPECT_EQ(observe::duration_text(1500_ms), "1.5 s");
  EXPECT_EQ(observe::duration_text(7_us), "7 us");
  EXPECT_EQ(observe::number_text(28232), "28,232");
  EXPECT_EQ(observe::number_text(-1000), "-1,000");
  EXPECT_EQ(observe::counted(1, "byte", "bytes"), "1 byte");
}

}  // namespace sockarium
