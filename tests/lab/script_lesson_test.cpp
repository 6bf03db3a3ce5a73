// A lesson's questions, put to a small world that is written down here.
#include <gtest/gtest.h>

#include "lab/script/lesson.h"
#include "tests/support/script_support.h"

namespace sockarium::script {
namespace {

/// 20 ms after the start: one connection, one listener, one call that returned and one that blocks.
class SmallWorld final : public WorldView {
 public:
  Time time() const override { return 20 * millisecond; }
  std::vector<SocketRow> sockets(const std::string& host) const override {
    SocketRow client, server;
    client.host = "cli";
    client.process = "curl";
    client.state = TcpState::Established;
    client.local = Endpoint{Address::v4(10, 0, 0, 5), 40000};
    client.peer = Endpoint{Address::v4(192, 168, 1, 10), 80};
    server.host = "srv";
    server.state = TcpState::SynReceived;
    server.local = client.peer;
    server.peer = client.local;
    server.dst = to_string(server.peer);
    server.recvq = 5;
    if (host == "cli") return {client};
    if (host == "srv") return {server};
    return {client, server};
  }
  std::optional<ListenerRow> listener(const std::string& host, std::uint16_t port) const override {
    if (host == "srv" && port == 80) return ListenerRow{3, 2, 1};
    return std::nullopt;
  }
  std::vector<CallRow> calls(const CallQuery& query) const override {
    CallRow connect, recv;
    connect.number = 2;
    connect.process = "curl";
    connect.name = "connect";
    connect.returned = 20 * millisecond;
    connect.error = Errno::CONNREFUSED;
    recv.process = "web";
    recv.name = "recv";
    recv.entered = 10 * millisecond;
    std::vector<CallRow> rows;
    for (const CallRow& row : {connect, recv})
      if (query.name.empty() || query.name == row.name) rows.push_back(row);
    return rows;
  }
  std::vector<PacketRow> packets(const PacketQuery& query) const override {
    PacketRow syn;
    syn.flags = wire::SYN;
    syn.dropped = 10 * millisecond;
    syn.reason = Reason::AcceptQueueFull;
    if (!query.flags.fits(syn.flags)) return {};
    return {syn};
  }
  std::vector<RecordRow> records(const RecordQuery&) const override { return {*record(1), *record(2)}; }
  std::optional<RecordRow> record(RecordNumber number) const override {
    RecordRow row;
    row.number = number;
    row.cause = number - 1;
    row.kind = number == 1 ? "PacketDelivered" : "SyscallReturned";
    return row;
  }
  std::uint64_t counter(const std::string&, Counter counter) const override {
    return counter == Counter::TcpExtListenOverflows ? 9 : 0;
  }
  std::vector<InFlightRow> in_flight(const std::string&) const override { return {}; }
  std::int64_t sysctl(const std::string&, Sysctl id) const override {
    return id == Sysctl::TcpSynRetries ? 6 : 0;
  }
  std::vector<DescriptorRow> descriptors(const std::string&, const std::string&) const override {
    return {{0, "/dev/pts/0"}, {3, "TCP 0.0.0.0:80 (LISTEN)"}};
  }
  CostsRow costs(const std::string&, const std::string& process) const override {
    return process == "web" ? CostsRow{7, 5, 24, 3, 2} : CostsRow{};
  }
  std::vector<PortRow> ports(const std::string&) const override {
    PortRow row;
    row.port = 80;
    row.sockets = 2;
    return {row};
  }
};

const std::string lesson = "params { backlog = 2 }\n" + two_hosts() +
                           "greeting = 'hello'\n"
                           "process(srv, 'web', function() end)\n"
                           "process(cli, 'curl', function() end)\n";

std::string rendered(const std::string& text) {
  const auto scenario = must_load(lesson);
  const SmallWorld world;
  const EvaluatedText result = render(*scenario, text, 7, world);
  return result.error ? result.text + "|" + result.error->message : result.text;
}

TEST(ScriptLesson, TextsSayWhatTheWorldSays) {
  EXPECT_EQ(rendered("plain"), "plain");
  EXPECT_EQ(rendered("backlog {params.backlog}, {{braces}}"), "backlog 2, {braces}");
  EXPECT_EQ(rendered("{w.time} s is {duration(w.time)}"), "0.02 s is 20 ms");
  EXPECT_EQ(rendered("{#w:sockets{}} ends, {#w:sockets{state = 'ESTAB'}} open, {#w:sockets{state = "
                     "'SYN-RECEIVED'}} half"),
            "2 ends, 1 open, 1 half");
  EXPECT_EQ(
      rendered("{w:sockets{host = 'srv', lport = 80}[1].recvq} bytes from {w:sockets{host = 'srv'}[1].dst}"),
      "5 bytes from 10.0.0.5:40000");
  EXPECT_EQ(rendered("queue {w:listener('srv', 80).accept_queue}/{w:listener('srv', 80).backlog}"),
            "queue 3/2");
  EXPECT_EQ(rendered("{w:calls{process = 'curl', name = 'connect', nth = 1}.errno}"), "ECONNREFUSED");
  EXPECT_EQ(rendered("{w:calls{name = 'recv', nth = 1}.blocked}"), "yes");
  EXPECT_EQ(rendered("{w:packets{flags = 'SYN', nth = 1}.sentence}").substr(0, 24),
            "the accept queue is full");
  EXPECT_EQ(rendered("{w:cause(w:calls{name = 'connect', nth = 1}).kind}"), "PacketDelivered");
  EXPECT_EQ(rendered("{w:counter('srv', 'ListenOverflows')}"), "9");
  EXPECT_EQ(rendered("{w:sysctl('srv', 'tcp_syn_retries')}"), "6");
  EXPECT_EQ(rendered("{w:costs('web').looked_at} {w:costs('web').copied} {w:costs('web').switches}"),
            "5 24 3");
  EXPECT_EQ(rendered("{w:fds('web')[2].what}, {w:ports('srv')[1].sockets}"), "TCP 0.0.0.0:80 (LISTEN), 2");
}

TEST(ScriptLesson, ATextThatCannotBeWorkedOutSaysWhy) {
  EXPECT_EQ(rendered("a {nonsense} b"), "a {nonsense} b|unknown name 'nonsense'");
  EXPECT_EQ(rendered("{w:sockets{stat = 'ESTAB'}}"),
            "{w:sockets{stat = 'ESTAB'}}|unknown key 'stat' in w:sockets");
  EXPECT_EQ(rendered("{w.sockets{}}"), "{w.sockets{}}|w.sockets needs a colon");
  EXPECT_EQ(rendered("{w:sokets{}}"), "{w:sokets{}}|w has no 'sokets'");
  EXPECT_EQ(rendered("{w:listener('srv', 81)}"),
            "{w:listener('srv', 81)}|the expression {w:listener('srv', 81)} gave nil");
  EXPECT_EQ(rendered("{connect(3, 'srv', 80)}"),
            "{connect(3, 'srv', 80)}|'connect' is a call that programs make, and this function only looks at "
            "the world");
  EXPECT_EQ(rendered("{(function() while true do end end)()}").find("|endless loop") == std::string::npos,
            false);
}

Judgement judged(const std::string& body) {
  const auto scenario = must_load(lesson + "expect('as it should be', function(w) " + body + " end)\n");
  return evaluate(*scenario, scenario->expectations.at(0), SmallWorld());
}

TEST(ScriptLesson, AnExpectationHoldsOrFailsOrIsBroken) {
  EXPECT_EQ(judged("return #w:sockets { state = 'ESTAB' } == 1").verdict, Verdict::Holds);
  const Judgement failed = judged("return #w:sockets { state = 'ESTAB' } == 2");
  EXPECT_EQ(failed.verdict, Verdict::Fails);
  EXPECT_EQ(failed.got, "w:sockets{state = \"ESTAB\"} gave 1 row") << "what the world said";
  EXPECT_EQ(judged("return false, 'got seven'").got, "got seven") << "or what the lesson says";
  const Judgement silent = judged("local x = 1");
  EXPECT_EQ(silent.verdict, Verdict::Broken);
  EXPECT_EQ(silent.error->message, "an expectation must say true or false, not nil");
  const Judgement broken = judged("return w:calls { nth = 9 }.errno == 'EPIPE'");
  EXPECT_EQ(broken.error->line, 8);
  EXPECT_NE(broken.error->message.find("attempt to index a nil value"), std::string::npos);
  EXPECT_EQ(judged("while true do end").verdict, Verdict::Broken);
}

TEST(ScriptLesson, AQuestionMayBePutAgain) {
  const auto scenario = must_load(lesson + "expect('x', function(w) return w.time == 0.02 end)\n");
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(evaluate(*scenario, scenario->expectations.at(0), SmallWorld()).verdict, Verdict::Holds);
}

EvaluatedPrediction predicted(const std::string& fields) {
  const auto scenario = must_load(lesson + "predict { ask = 'With {params.backlog}?', " + fields + " }\n");
  return evaluate(*scenario, scenario->predictions.at(0), SmallWorld());
}

TEST(ScriptLesson, AnAnswerIsWorkedOutAndStandsAmongTheOptions) {
  const auto number = predicted(
      "type = 'number', answer = function(w) return #w:sockets() end, "
      "options = { function() return params.backlog end, 2, 3, function() return 1 + 2 end }");
  ASSERT_FALSE(number.error) << number.error->format();
  EXPECT_EQ(number.ask, "With 2?");
  EXPECT_EQ(number.answer, "2");
  EXPECT_EQ(number.options, (std::vector<std::string>{"2", "3"})) << "equal ones only once";
  EXPECT_EQ(number.correct, 0u);

  const auto choice =
      predicted("type = 'choice', options = { 'a', 'b' }, answer = function(w) return 'c' end");
  EXPECT_EQ(choice.options.size(), 3u);
  EXPECT_EQ(choice.options.at(choice.correct), "c") << "an answer that the lesson did not think of";

  EXPECT_EQ(predicted("type = 'duration', answer = function(w) return w.time end").answer, "20 ms");
  const auto yes = predicted("type = 'yesno', answer = function(w) return w.time > 0 end");
  EXPECT_EQ(yes.options.at(yes.correct), "yes");
  const auto order = predicted("type = 'order', answer = function(w) return { 'SYN', 'ACK' } end");
  EXPECT_EQ(order.answer, "SYN → ACK");
  EXPECT_EQ(order.options, (std::vector<std::string>{"ACK", "SYN"}));
}

TEST(ScriptLesson, AQuestionWithoutAnAnswerIsInvalid) {
  EXPECT_EQ(predicted("type = 'number', answer = function(w) end").error->message,
            "the answer function gave nil: the question has no answer");
  EXPECT_EQ(predicted("type = 'number', answer = function(w) return 'many' end").error->message,
            "the answer must be a number, not \"many\"");
  EXPECT_EQ(predicted("type = 'yesno', answer = function(w) return 0 end").error->message,
            "the answer must be true or false, not 0");
}

}  // namespace
}  // namespace sockarium::script
