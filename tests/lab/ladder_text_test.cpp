// The ladder as text, whole: what a student pastes into a mail.
#include "lab/picture/ladder_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "tests/support/small_worlds.h"

namespace sockarium {

using namespace literals;
using test::Story;
using ::testing::HasSubstr;
using ::testing::Not;

namespace {

std::string text_of(Story& run, picture::LadderOptions options = {}, picture::LadderTextOptions how = {}) {
  options.cursor = run.cursor();
  return picture::ladder_text(picture::make_ladder(run.world(), run.bytes(), run.records(), options), how);
}

/// Client ports are the kernel's choice; here they are called PORT1, PORT2 … in the order of the connects.
std::string with_port_names(Story& run, std::string text) {
  int count = 0;
  for (const Record& record : run.all_records())
    if (test::is_state(record, TcpState::SynSent)) {
      const std::string port = std::to_string(std::get<rec::StateChanged>(record.what).ends.local.port);
      const std::string name = "PORT" + std::to_string(++count);
      for (std::size_t at = text.find(port); at != std::string::npos; at = text.find(port, at))
        text.replace(at, port.size(), name);
    }
  return text;
}

}  // namespace

TEST(LadderText, ShowsAHandshake) {
  Story run(test::handshake());
  run.to_the_end();
  EXPECT_EQ("\n" + text_of(run), R"(
                                cli                      srv
                             10.0.0.5               192.168.1.10
      +0 ms                      |                        | socket(TCP) = 3
      +1 us                      |                        | bind(3, *:80) = 0
      +2 us                      |                        | listen(3, 2) = 0
                                 |                        | LISTEN :80
      +3 us                      |                        | accept(3)
      +1 ms      socket(TCP) = 3 |                        |
  +1.001 ms   connect(3, srv:80) |                        |
                        SYN-SENT |-- SYN seq 0 ---------->|
 +11.001 ms                      |<- SYN-ACK seq 0 ack 1 -| SYN-RECEIVED
 +21.001 ms          ESTABLISHED |                        |
                     connect = 0 |                        |
                      sleep(1 s) |-- ACK ack 1 ---------->|
 +31.001 ms                      |                        | ESTABLISHED
                                 |                        | accept = 4
                                 |                        | sleep(1 s)
)");
}

TEST(LadderText, ShowsABacklogOverflow) {
  Story run(test::overflowing_backlog());
  run.to_the_end();
  picture::LadderOptions options;
  options.calls = false;
  EXPECT_EQ("\n" + with_port_names(run, text_of(run, options)), R"(
                                cli                      srv
                             10.0.0.5               192.168.1.10
      +2 us                      |                        | LISTEN :80
 +31.001 ms      SYN-SENT :PORT1 |-- :PORT1 SYN seq 0 --->|
 +41.001 ms                      |<----- :PORT1 SYN-ACK --| SYN-RECEIVED :PORT1
 +51.001 ms   ESTABLISHED :PORT1 |-- :PORT1 ACK ack 1 --->|
 +61.001 ms                      |                        | ESTABLISHED :PORT1
                 SYN-SENT :PORT2 |-- :PORT2 SYN seq 0 --->|
 +71.001 ms                      |<----- :PORT2 SYN-ACK --| SYN-RECEIVED :PORT2
 +81.001 ms   ESTABLISHED :PORT2 |-- :PORT2 ACK ack 1 --->|
 +91.001 ms                      |                        | ESTABLISHED :PORT2
                                 |                        | accept queue 2 of 3
                 SYN-SENT :PORT3 |-- :PORT3 SYN seq 0 --->|
+101.001 ms                      |<----- :PORT3 SYN-ACK --| SYN-RECEIVED :PORT3
+111.001 ms   ESTABLISHED :PORT3 |-- :PORT3 ACK ack 1 --->|
+121.001 ms                      |                        | ESTABLISHED :PORT3
                                 |                        | accept queue 3 of 3:
                                 |                        | full
                 SYN-SENT :PORT4 |-- :PORT4 SYN seq 0 ---X|
+131.001 ms                      |                        | dropped: the accept
                                 |                        | queue is full (3,
                                 |                        | limit 2)
~~~~~~~~~~~~~~~~~~~~~~~ +990 ms: cli waits to retransmit ~~~~~~~~~~~~~~~~~~~~~~~
   +1.121 s                      |-- SYN (retry 1) ------X|
   +1.131 s                      |                        | dropped: the accept
                                 |                        | queue is full (3,
                                 |                        | limit 2)
)");
}

TEST(LadderText, ShowsALostSynAndFoldsTheWait) {
  Story run(test::lost_syn());
  run.to_the_end();
  EXPECT_EQ("\n" + text_of(run), R"(
                                cli                      srv
                             10.0.0.5               192.168.1.10
      +0 ms                      |                        | socket(TCP) = 3
      +1 us                      |                        | bind(3, *:80) = 0
      +2 us                      |                        | listen(3, 2) = 0
                                 |                        | LISTEN :80
      +3 us                      |                        | accept(3)
      +1 ms      socket(TCP) = 3 |                        |
  +1.001 ms   connect(3, srv:80) |                        | lost: the scenario
                        SYN-SENT |-- SYN seq 0 --X        | drops it
~~~~~~~~~~~~~~~~~~~~~~ +1.000 s: cli waits to retransmit ~~~~~~~~~~~~~~~~~~~~~~~
   +1.001 s                      |- SYN seq 0 (retry 1) ->|
   +1.011 s                      |<- SYN-ACK seq 0 ack 1 -| SYN-RECEIVED
   +1.021 s          ESTABLISHED |                        |
                     connect = 0 |                        |
                      sleep(1 s) |-- ACK ack 1 ---------->|
   +1.031 s                      |                        | ESTABLISHED
                                 |                        | accept = 4
                                 |                        | sleep(1 s)
)");
}

TEST(LadderText, ShowsPacketsThatOvertakeAsHalves) {
  Story run(test::request_and_goodbye().delay(0, wire::PSH, 30_ms));
  run.to_the_end();
  EXPECT_THAT(text_of(run), HasSubstr("|-- 100 bytes seq 1 --.."));
}

TEST(LadderText, ShowsOneConnectionAlone) {
  Story run(test::overflowing_backlog());
  run.to_the_end();
  picture::LadderOptions options;
  options.only =
      std::get<rec::StateChanged>(
          run.records()[run.find([](const Record& r) { return test::is_state(r, TcpState::SynSent); }) - 1]
              .what)
          .ends;
  const std::string port = std::to_string(options.only->local.port);
  std::istringstream lines(text_of(run, options));
  std::size_t packets = 0;
  for (std::string line; std::getline(lines, line);)
    packets += line.find("SYN seq") != std::string::npos ? 1 : 0;
  EXPECT_EQ(packets, 1U);
  EXPECT_THAT(text_of(run, options), Not(HasSubstr("dropped")));
}

TEST(LadderText, FitsItsWidth) {
  for (const std::size_t width : {60U, 80U, 100U, 120U})
    for (const auto& world : {test::handshake(), test::overflowing_backlog(), test::request_and_goodbye()}) {
      Story run(world);
      run.to_the_end();
      picture::LadderTextOptions how;
      how.width = width;
      std::istringstream lines(text_of(run, {}, how));
      for (std::string line; std::getline(lines, line);) {
        EXPECT_LE(line.size(), width) << line;
        EXPECT_TRUE(line.empty() || line.back() != ' ') << line;
      }
    }
}

TEST(LadderText, IsAsciiUnlessAskedOtherwise) {
  Story run(test::overflowing_backlog());
  run.to_the_end();
  for (const char c : text_of(run)) EXPECT_TRUE(c == '\n' || (c >= ' ' && c <= '~'));
  picture::LadderTextOptions how;
  how.unicode = true;
  EXPECT_THAT(text_of(run, {}, how), HasSubstr("▶│"));
}

TEST(LadderText, ShowsAbsoluteSequenceNumbersWhenAsked) {
  Story run(test::handshake());
  run.to_the_end();
  picture::LadderOptions options;
  options.absolute_numbers = true;
  const auto& syn = std::get<rec::PacketSent>(
      run.records()[run.find([](const Record& r) { return test::is_sent(r, wire::SYN); }) - 1].what);
  EXPECT_THAT(text_of(run, options), HasSubstr("SYN seq " + std::to_string(syn.packet.seq.value)));
}

TEST(LadderText, MarksTheCursor) {
  Story run(test::handshake());
  run.session().run_to_end();
  run.to(15_ms);
  picture::LadderTextOptions how;
  how.now = true;
  EXPECT_THAT(text_of(run, {}, how), HasSubstr("= now +11.001 ms ="));
}

TEST(Ladder, KeepsToTheRowsAroundTheCursor) {
  Story run(test::overflowing_backlog());
  run.to_the_end();
  picture::LadderOptions options;
  options.cursor = run.cursor() / 2;
  options.most_rows = 8;
  const picture::Ladder ladder = picture::make_ladder(run.world(), run.bytes(), run.records(), options);
  EXPECT_LE(ladder.rows.size(), 12U);
  EXPECT_TRUE(ladder.earlier);
  EXPECT_TRUE(ladder.later);
  EXPECT_GT(ladder.now_row, 0U);
}

TEST(Ladder, KnowsTheStateOfConnectionsThatWereOpenBefore) {
  Story run(test::request_and_goodbye());
  run.to(31100_us);
  picture::LadderOptions options;
  options.cursor = run.cursor();
  options.first =
      run.find([](const Record& r) { return std::get_if<rec::BufferChanged>(&r.what) != nullptr; });
  options.last = run.cursor();
  const picture::Ladder ladder = picture::make_ladder(run.world(), run.bytes(), run.records(), options);
  bool client_is_open = false;
  for (const picture::LadderSpan& span : ladder.spans)
    client_is_open =
        client_is_open || (span.lane == 0 && span.state == TcpState::Established && !span.begins);
  EXPECT_TRUE(client_is_open);
}

}  // namespace sockarium
