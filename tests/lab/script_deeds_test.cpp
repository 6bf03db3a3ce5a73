// A run in which a person did something, as a scenario file: deed { … } in words, and the way back, from what
// was done in a session to a file that does it again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lab/script/deeds.h"
#include "lab/script/session_view.h"
#include "sim/observe/caption.h"
#include "tests/support/script_support.h"

namespace sockarium::script {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// A client asks, a server answers; the link is `wire`, the processes `web` and `curl`.
const std::string conversation = R"lua(scenario { title = "A conversation" }
params { backlog = 2, greeting = "hello" }
local cli = host { name = "cli", ip = "10.0.0.5" }
local srv = host { name = "srv", ip = "192.168.1.10" }
local wire = link { cli, srv, delay = "10ms" }
local web = process(srv, "web", function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(bind(fd, "0.0.0.0", 80))
  check(listen(fd, params.backlog))
  while true do
    local conn = check(accept(fd))
    check(recv(conn, 100))
    check(send(conn, "welcome"))
    close(conn)
  end
end)
local curl = process(cli, "curl", { start = "1ms" }, function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(connect(fd, "srv", 80))
  check(send(fd, params.greeting))
  check(recv(fd, 100))
  sleep("3s")
end)
bookmark("greeted", on { kind = "StateChanged", host = cli, state = "ESTAB" })
)lua";

std::unique_ptr<Session> begun(const std::string& text, const LoadOptions& options = {}) {
  const auto scenario = must_load(text, options);
  if (scenario == nullptr) return nullptr;
  auto result = start(scenario);
  if (const auto* error = std::get_if<LoadError>(&result)) {
    ADD_FAILURE() << error->format();
    return nullptr;
  }
  auto& session = std::get<std::unique_ptr<Session>>(result);
  session->run_to_end();
  session->seek(session->head());
  return std::move(session);
}

/// What people read when its deeds can't be done.
std::string refused(const std::string& text) {
  const auto scenario = must_load(text);
  if (scenario == nullptr) return "";
  const auto result = start(scenario);
  const auto* error = std::get_if<LoadError>(&result);
  return error == nullptr ? "" : error->format();
}

std::string captions(Session& session) {
  const observe::Narrator tells(session.world(), session.bytes(), session.records());
  std::string all;
  for (std::uint64_t event = 1; event <= session.head(); ++event)
    all += tells.caption(session.line(event).first, session.line(event).last) + "\n";
  return all;
}

std::size_t sent(const Session& session, std::uint8_t flags) {
  std::size_t count = 0;
  for (std::size_t n = 1; n <= session.records().size(); ++n)
    if (const auto* packet = std::get_if<rec::PacketSent>(&session.record(n).what))
      count += packet->packet.flags == flags ? 1 : 0;
  return count;
}

TEST(Deeds, ADroppedSynIsSentAgain) {
  const auto session =
      begun(conversation + "deed { at = \"5ms\", drop = { from = cli, flags = \"SYN\" } }\n");
  ASSERT_NE(session, nullptr);
  EXPECT_EQ(session->branch(), 1u) << "what was done is a branch: it can be undone";
  EXPECT_EQ(session->branch_info(1).label, "drop SYN from cli");
  EXPECT_EQ(sent(*session, wire::SYN), 2u);
  EXPECT_THAT(captions(*session), HasSubstr("A person drops the SYN"));
}

TEST(Deeds, AreDoneOneAfterTheOtherEachAtItsMoment) {
  const auto session = begun(conversation +
                             "deed { at = \"5ms\", drop = { flags = \"SYN\" } }\n"
                             "deed { at = \"greeted\", pause = web }\n"
                             "deed { at = \"2s\", continue = \"web\" }\n"
                             "deed { at = \"2.5s\", sysctl = { srv, \"somaxconn\", 16 } }\n"
                             "deed { at = \"2.6s\", nofile = { web, 8 } }\n"
                             "deed { at = \"2.7s\", kill = { host = \"srv\", name = \"web\" } }\n");
  ASSERT_NE(session, nullptr);
  EXPECT_EQ(session->branch_count(), 7u);
  const std::string all = captions(*session);
  EXPECT_THAT(all, HasSubstr("A person drops the SYN"));
  EXPECT_THAT(all, HasSubstr("somaxconn"));
  EXPECT_THAT(all, HasSubstr("web may have 8 descriptors now"));
}

TEST(Deeds, AForgedResetNeedsNoNumbers) {
  const auto session = begun(conversation +
                             "deed { at = \"1s\", forge = { src = cli, from = 41652, dst = srv, to = 80,"
                             " flags = \"RST\" } }\n");
  ASSERT_NE(session, nullptr);
  // It fits, and srv forgets the connection: the FIN that cli sends at its end is answered with RST, too.
  EXPECT_EQ(sent(*session, wire::RST), 2u);
}

TEST(Deeds, ACutLinkIsMendedByItsHostsNames) {
  const auto session = begun(conversation +
                             "deed { at = 0, cut = wire }\n"
                             "deed { at = \"1500ms\", mend = { \"srv\", \"cli\" } }\n");
  ASSERT_NE(session, nullptr);
  EXPECT_EQ(sent(*session, wire::SYN), 3u) << "at 0, 1 and 2 s";
}

TEST(Deeds, SayWhatIsWrongWithTheirWords) {
  EXPECT_THAT(complaint_about(conversation + "deed { at = \"5ms\" }\n"), HasSubstr("this deed does nothing"));
  EXPECT_THAT(complaint_about(conversation + "deed { drop = {} }\n"), HasSubstr("this deed has no moment"));
  EXPECT_THAT(complaint_about(conversation + "deed { event = 3, at = \"5ms\", drop = {} }\n"),
              HasSubstr("two moments"));
  EXPECT_THAT(complaint_about(conversation + "deed { at = \"5ms\", drop = {}, kill = web }\n"),
              HasSubstr("one deed does one thing, not 'drop' and 'kill'"));
  EXPECT_THAT(complaint_about(conversation + "deed { at = \"5ms\", delay = {} }\n"),
              HasSubstr("'delay' needs 'by'"));
  EXPECT_THAT(complaint_about(conversation + "deed { at = \"5ms\", dorp = {} }\n"),
              HasSubstr("did you mean 'drop'?"));
  EXPECT_THAT(complaint_about(conversation + "deed { at = \"5ms\", drop = { form = cli } }\n"),
              HasSubstr("did you mean 'from'?"));
  EXPECT_THAT(complaint_about(conversation + "deed { at = \"5ms\", sysctl = { srv, \"somaxcon\", 3 } }\n"),
              HasSubstr("did you mean 'somaxconn'?"));
  EXPECT_THAT(complaint_about(conversation + "deed { at = \"greetd\", kill = web }\n"),
              HasSubstr("did you mean 'greeted'?"));
  EXPECT_THAT(complaint_about(conversation + "recorded { params = { backlgo = 3 } }\n"),
              HasSubstr("did you mean 'backlog'?"));
}

TEST(Deeds, SayAtTheirLineWhyTheyCannotBeDone) {
  const std::string nothing_flies = refused(conversation + "deed { at = 0, drop = { flags = \"SYN\" } }\n");
  EXPECT_THAT(nothing_flies, HasSubstr("story.lua:25: error: no such packet is on its way at this moment"));
  EXPECT_THAT(nothing_flies, HasSubstr("^^^^"));
  EXPECT_THAT(refused(conversation + "deed { at = \"5ms\", kill = \"wbe\" }\n"),
              HasSubstr("did you mean 'web'?"));
  EXPECT_THAT(refused(conversation + "deed { at = \"5ms\", mend = wire }\n"),
              HasSubstr("this link is whole"));
  EXPECT_THAT(
      refused(conversation + "deed { at = \"1s\", pause = web }\ndeed { at = \"5ms\", kill = web }\n"),
      HasSubstr("in the order of time"));
  EXPECT_THAT(refused(conversation + "deed { event = 5000, kill = web }\n"),
              HasSubstr("there is no event 5000"));
  EXPECT_THAT(refused(conversation + "deed { at = on { kind = \"PacketDuplicated\" }, kill = web }\n"),
              HasSubstr("the moment of this deed never comes"));
}

TEST(Recordings, HaveTheParamsThatTheyWereLoadedWithUnlessAskedForOthers) {
  const std::string text =
      conversation + "recorded { params = { backlog = 7, greeting = \"bye\" }, seed = 5 }\n";
  const auto as_recorded = must_load(text);
  ASSERT_NE(as_recorded, nullptr);
  EXPECT_EQ(to_string(as_recorded->params[0].value), "7");
  EXPECT_EQ(to_string(as_recorded->params[1].value), "bye");
  EXPECT_EQ(as_recorded->setup.seed, 5u);
  EXPECT_TRUE(as_recorded->asked.params.empty()) << "nobody asked: the file says it";
  LoadOptions asked;
  asked.params = {{"backlog", "9"}};
  const auto otherwise = must_load(text, asked);
  ASSERT_NE(otherwise, nullptr);
  EXPECT_EQ(to_string(otherwise->params[0].value), "9");
  EXPECT_EQ(to_string(otherwise->params[1].value), "bye");
}

/// Plays with a session by hand, as somebody at the window does.
class ByHand : public testing::Test {
 protected:
  void begin(const LoadOptions& options = {}) {
    scenario = must_load(conversation, options);
    ASSERT_NE(scenario, nullptr);
    session = std::move(std::get<std::unique_ptr<Session>>(start(scenario)));
  }
  Session& at(Duration time) {
    session->seek(session->event_at(time));
    return *session;
  }
  void meddle(const Intervention& what) { ASSERT_EQ(session->intervene(what, "by hand"), ""); }
  PacketId flying() { return session->world().wire.in_flight.first(); }
  ProcessId process(const std::string& name) {
    for (const ProcessId id : ids(session->world().kernel.processes))
      if (session->bytes().text(session->world().kernel.processes.read(id).name) == name) return id;
    return {};
  }
  /// The hash at the end, of the branch that is shown.
  static std::uint64_t last_hash(Session& run) {
    run.run_to_end();
    return run.hash_at(run.head());
  }
  /// Records it, reads the recording, and expects the same end.
  std::string expect_again() {
    const Recording recording = record(*session, *scenario);
    EXPECT_EQ(recording.trouble, "");
    const auto again = begun(recording.text);
    if (again == nullptr) return recording.text;
    const std::uint64_t here = last_hash(*session);
    EXPECT_EQ(last_hash(*again), here) << recording.text;
    EXPECT_EQ(again->head(), session->head());
    return recording.text;
  }
  std::shared_ptr<const Scenario> scenario;
  std::unique_ptr<Session> session;
};

TEST_F(ByHand, WhatWasDoneIsDoneAgain) {
  begin();
  at(5 * millisecond);
  meddle(DropPacket{flying()});
  at(1005 * millisecond);
  meddle(DelayPacket{flying(), 7 * millisecond});
  at(1025 * millisecond);
  meddle(DuplicatePacket{flying()});
  at(1060 * millisecond);
  meddle(PauseProcess{process("web"), true});
  at(1200 * millisecond);
  meddle(PauseProcess{process("web"), false});
  const std::string text = expect_again();
  EXPECT_THAT(text, HasSubstr("drop = { from = \"cli\", to = \"srv\""));
  EXPECT_THAT(text, HasSubstr("by = \"7ms\""));
  EXPECT_THAT(text, HasSubstr("pause = \"web\""));
}

TEST_F(ByHand, EveryKindOfDeedCanBeRecorded) {
  begin();
  at(5 * millisecond);
  meddle(CutLink{session->world().wire.links.first(), true});
  at(1500 * millisecond);
  meddle(CutLink{session->world().wire.links.first(), false});
  at(1510 * millisecond);
  meddle(SetSysctl{session->world().inet.nets.first(), Sysctl::Somaxconn, 16});
  at(1520 * millisecond);
  meddle(SetLimit{process("web"), 8});
  ForgePacket forged;
  forged.packet.from = {*parse_v4("10.0.0.5"), 5555};
  forged.packet.to = {*parse_v4("192.168.1.10"), 80};
  forged.packet.flags = wire::SYN;
  forged.packet.seq = Seq{4'000'000'000U};
  forged.packet.window = 65535;
  forged.packet.options.mss = 1200;
  forged.packet.payload = session->bytes().intern(std::string("a\"\\\n\0\xff", 6));
  at(1530 * millisecond);
  meddle(forged);
  at(2500 * millisecond);
  meddle(KillProcess{process("web")});
  const std::string text = expect_again();
  EXPECT_THAT(text, HasSubstr("cut = { \"cli\", \"srv\" }"));
  EXPECT_THAT(text, HasSubstr("mend = { \"cli\", \"srv\" }"));
  EXPECT_THAT(text, HasSubstr("seq = 4000000000"));
  EXPECT_THAT(text, HasSubstr("nofile = { \"web\", 8 }"));
  EXPECT_THAT(text, HasSubstr("kill = \"web\""));
}

TEST_F(ByHand, ParamsAndSeedGoWithIt) {
  LoadOptions options;
  options.params = {{"backlog", "5"}, {"greeting", "good \"day\""}};
  options.seed = 11;
  begin(options);
  at(5 * millisecond);
  meddle(DropPacket{flying()});
  EXPECT_THAT(expect_again(),
              HasSubstr("recorded { params = { backlog = 5, greeting = \"good \\\"day\\\"\" }, seed = 11 }"));
}

TEST_F(ByHand, WhatWasUndoneIsLeftOut) {
  begin();
  at(5 * millisecond);
  meddle(DropPacket{flying()});
  session->switch_branch(0);
  at(5 * millisecond);
  meddle(DelayPacket{flying(), 3 * millisecond});
  const std::string text = expect_again();
  EXPECT_THAT(text, Not(HasSubstr("drop =")));
  EXPECT_THAT(text, HasSubstr("delay ="));
}

TEST_F(ByHand, ARecordingOfARecordingHasOneOfThem) {
  begin();
  at(5 * millisecond);
  meddle(DropPacket{flying()});
  const std::string first = expect_again();
  scenario = must_load(first + "bookmark(\"mine\", \"2s\")\n");
  ASSERT_NE(scenario, nullptr);
  session = std::move(std::get<std::unique_ptr<Session>>(start(scenario)));
  at(1500 * millisecond);
  meddle(KillProcess{process("web")});
  const std::string second = expect_again();
  EXPECT_EQ(second.find("recorded {"), second.rfind("recorded {"));
  EXPECT_THAT(second, HasSubstr("drop ="));
  EXPECT_THAT(second, HasSubstr("kill ="));
  EXPECT_THAT(second, HasSubstr("bookmark(\"mine\"")) << "what a person wrote below stays";
}

TEST_F(ByHand, TwoAlikeAreToldApart) {
  scenario = must_load(two_hosts() +
                       "for i = 1, 3 do process(cli, \"twin\", function() sleep(\"1s\") end) end\n"
                       "process(srv, \"other\", function() sleep(\"2s\") end)\n");
  ASSERT_NE(scenario, nullptr);
  session = std::move(std::get<std::unique_ptr<Session>>(start(scenario)));
  session->seek(session->event_at(10 * millisecond));
  std::vector<ProcessId> twins;
  for (const ProcessId id : ids(session->world().kernel.processes)) twins.push_back(id);
  at(10 * millisecond);
  meddle(KillProcess{twins[1]});
  EXPECT_THAT(expect_again(), HasSubstr("kill = { host = \"cli\", name = \"twin\", pid = "));
}

TEST_F(ByHand, WhatCannotBeReadAgainIsNotWritten) {
  scenario = must_load(conversation + "do return end\n");
  ASSERT_NE(scenario, nullptr);
  session = std::move(std::get<std::unique_ptr<Session>>(start(scenario)));
  at(5 * millisecond);
  meddle(DropPacket{flying()});
  EXPECT_THAT(record(*session, *scenario).trouble, HasSubstr("does not give the same run"));
}

}  // namespace
}  // namespace sockarium::script
