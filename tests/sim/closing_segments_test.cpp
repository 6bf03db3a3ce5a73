// What a host answers to a segment that a well-behaved peer would not send: in ESTABLISHED, in TIME-WAIT, and
// on the ways to them. A raw peer makes each segment by hand; the answers are those of Linux 6.18.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/peer_lab.h"

namespace sockarium::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A segment, and what comes of it. Sequence numbers are the peer's own (its SYN had 100); `ack` counts back
/// from what the host sends next.
struct Row {
  const char* name;
  std::uint8_t flags;
  std::uint32_t seq;
  std::int32_t ack_back;
  std::uint32_t data;
  std::uint8_t answer;  ///< no_flags: none
  const char* state;    ///< afterwards, with Recv-Q and Send-Q; "": nothing is left
};

std::vector<PeerStep> after(std::vector<PeerStep> first, std::vector<PeerStep> then) {
  first.insert(first.end(), then.begin(), then.end());
  return first;
}

void expect_outcome(const PeerLab& lab, const Row& row, std::size_t heard_before) {
  ASSERT_GE(lab.came.size(), heard_before) << row.name << ": the conversation before did not go as planned";
  const std::vector<wire::Packet> answers(lab.came.begin() + static_cast<std::ptrdiff_t>(heard_before),
                                          lab.came.end());
  if (row.answer == no_flags)
    EXPECT_TRUE(answers.empty()) << row.name << " was answered with " << wire::flag_names(answers[0].flags);
  else
    EXPECT_TRUE(!answers.empty() && answers[0].flags == row.answer)
        << row.name << " was answered with "
        << (answers.empty() ? "nothing" : wire::flag_names(answers[0].flags));
  if (*row.state == '\0')
    EXPECT_THAT(lab.sockets(), IsEmpty()) << row.name;
  else
    EXPECT_THAT(lab.sockets(), ElementsAre(row.state)) << row.name;
}

// --- ESTABLISHED
// ------------------------------------------------------------------------------------------------

// facts 6.5-01, 6.5-02, 6.5-03, 6.5-04, 6.5-05, 6.5-06, 6.5-07, 6.5-08, 6.5-09, 6.5-10
TEST(SegmentInEstablished, IsJudgedByItsNumbersAndFlags) {
  // Four bytes have been received and read: 105 is expected next; the window is far greater than 1,000 bytes.
  const std::vector<Row> rows{
      {"RST, exactly what is expected", RST, 105, 0, 0, no_flags, ""},
      {"RST in the window", RST, 205, 0, 0, ACK, "ESTAB 0 0"},
      {"RST below the window", RST, 50, 0, 0, no_flags, "ESTAB 0 0"},
      {"RST beyond the window", RST, 5'000'000, 0, 0, no_flags, "ESTAB 0 0"},
      {"SYN in the window", SYN, 205, 0, 0, ACK, "ESTAB 0 0"},
      {"SYN below the window", SYN, 50, 0, 0, ACK, "ESTAB 0 0"},
      {"ACK of what was never sent", ACK, 105, -1000, 0, ACK, "ESTAB 0 0"},
      {"a very old ACK", ACK, 105, 200'000, 0, ACK, "ESTAB 0 0"},
      {"data without ACK", PSH, 105, 0, 10, no_flags, "ESTAB 0 0"},
      {"data that came before", PSH | ACK, 101, 0, 4, ACK, "ESTAB 0 0"},
      {"data beyond the window", PSH | ACK, 5'000'000, 0, 10, ACK, "ESTAB 0 0"},
      {"data behind a gap", PSH | ACK, 155, 0, 10, ACK, "ESTAB 0 0"},
  };
  for (const Row& row : rows) {
    PeerLab lab;
    lab.serve({socket(), bind(3, 80), listen(3, 5), accept(3), recv(4, 100), sleep(1000_s)});
    converse(lab, after(opening(), {say(PSH | ACK, 101, 0, 4), hear(), rest(100_ms),
                                    say(row.flags, row.seq, row.ack_back, row.data), hear()}));
    lab.run(2_s);
    expect_outcome(lab, row, 2);
  }
}

// fact 6.5-10
TEST(SegmentInEstablished, DataBehindAGapIsNotReadable) {
  PeerLab lab;
  lab.serve({socket(), bind(3, 80), listen(3, 5), accept(3), sleep(100_ms), recv(4, 100, msg_dontwait),
             sleep(1000_s)});
  converse(lab, after(opening(), {say(PSH | ACK, 151, 0, 10), hear()}));
  lab.run(1_s);
  EXPECT_EQ(lab.result("recv").error, Errno::AGAIN);
  ASSERT_EQ(lab.came.size(), 2u);
  EXPECT_EQ(lab.came[1].ack, Seq{101}) << "a duplicate ACK, at once";
}

// --- TIME-WAIT
// --------------------------------------------------------------------------------------------------

/// The server closes first and the peer at once after it: 102 is expected next.
std::vector<PeerStep> until_time_wait() {
  return after(opening(), {hear(), say(FIN | ACK, 101), hear()});
}

void serve_and_close(PeerLab& lab) {
  lab.serve({socket(), bind(3, 80), listen(3, 5), accept(3), close(4), sleep(1000_s)});
}

// facts 6.4-01, 6.4-02, 6.4-03, 6.4-04, 6.4-05, 6.4-07, 6.4-08
TEST(SegmentInTimeWait, IsAnsweredOrReplacesIt) {
  const std::vector<Row> rows{
      {"the FIN again", FIN | ACK, 101, 0, 0, ACK, "TIME-WAIT 0 0"},
      {"a bare ACK", ACK, 102, 0, 0, no_flags, "TIME-WAIT 0 0"},
      {"old data", PSH | ACK, 90, 0, 10, ACK, "TIME-WAIT 0 0"},
      {"new data", PSH | ACK, 102, 0, 10, ACK, "TIME-WAIT 0 0"},
      {"RST, exactly what is expected", RST, 102, 0, 0, no_flags, ""},
      {"RST in the window", RST, 202, 0, 0, no_flags, "TIME-WAIT 0 0"},
      {"SYN with a higher number", SYN, 5000, 0, 0, SYN | ACK, "SYN-RECV 0 0"},
      {"SYN with a lower number", SYN, 50, 0, 0, ACK, "TIME-WAIT 0 0"},
  };
  for (const Row& row : rows) {
    PeerLab lab;
    serve_and_close(lab);
    converse(lab, after(until_time_wait(),
                        {rest(100_ms), say(row.flags, row.seq, row.ack_back, row.data), hear()}));
    lab.run(800_ms);
    expect_outcome(lab, row, 3);
  }
}

// fact 6.4-06
TEST(SegmentInTimeWait, WithRfc1337NoRstEndsIt) {
  PeerLab lab;
  lab.setup.hosts[0].sysctls.emplace_back(Sysctl::TcpRfc1337, 1);
  serve_and_close(lab);
  converse(lab, after(until_time_wait(), {say(RST, 102), hear()}));
  lab.run(1_s);
  EXPECT_THAT(lab.sockets(), ElementsAre("TIME-WAIT 0 0"));
}

/// A SYN or any other segment with a timestamp.
PeerStep stamped(PeerStep step, std::uint32_t timestamp) {
  const auto make = step.send;
  step.send = [make, timestamp](Seq next) {
    wire::Packet packet = make(next);
    packet.options.has_timestamps = true;
    packet.options.timestamp = timestamp;
    return packet;
  };
  return step;
}

// facts 6.4-09, 6.4-10
TEST(SegmentInTimeWait, TimestampsDecideWhichSynIsNew) {
  struct Case {
    const char* name;
    std::uint32_t timestamp, seq;
    std::uint8_t answer;
    const char* state;
  };
  for (const Case& row : {Case{"newer, higher", 2000, 5000, SYN | ACK, "SYN-RECV 0 0"},
                          Case{"newer, lower", 2000, 50, SYN | ACK, "SYN-RECV 0 0"},
                          Case{"older, higher", 500, 5000, ACK, "TIME-WAIT 0 0"},
                          Case{"equal, higher", 1000, 5000, SYN | ACK, "SYN-RECV 0 0"},
                          Case{"equal, lower", 1000, 50, ACK, "TIME-WAIT 0 0"}}) {
    PeerLab lab;
    serve_and_close(lab);
    converse(lab, {stamped(say(SYN, peer_isn), 1000), hear(), stamped(say(ACK, 101), 1000), hear(),
                   stamped(say(FIN | ACK, 101), 1000), hear(), rest(100_ms),
                   stamped(say(SYN, row.seq), row.timestamp), hear()});
    lab.run(800_ms);
    ASSERT_EQ(lab.came.size(), 4u) << row.name;
    EXPECT_EQ(wire::flag_names(lab.came[3].flags), wire::flag_names(row.answer)) << row.name;
    EXPECT_THAT(lab.sockets(), ElementsAre(row.state)) << row.name;
  }
}

// fact 6.4-01
TEST(SegmentInTimeWait, TheFinAgainStartsTheMinuteAnew) {
  PeerLab lab;
  serve_and_close(lab);
  converse(lab, after(until_time_wait(), {rest(30_s), say(FIN | ACK, 101), hear()}));
  lab.run(85_s);
  EXPECT_THAT(lab.sockets(), ElementsAre("TIME-WAIT 0 0"));
  lab.run(91_s);
  EXPECT_THAT(lab.sockets(), IsEmpty());
}

// --- On the way
// -------------------------------------------------------------------------------------------------

// facts 6.1-02, 6.1-04, 6.1-05, 6.1-07
TEST(SegmentInFinWait1, LeadsOnAsItsFlagsSay) {
  const std::vector<Row> rows{
      {"nothing", no_flags, 0, 0, 0, no_flags, "FIN-WAIT-1 0 1"},
      {"ACK of the FIN", ACK, 101, 0, 0, no_flags, "FIN-WAIT-2 0 0"},
      {"FIN that acknowledges the FIN", FIN | ACK, 101, 0, 0, ACK, "TIME-WAIT 0 0"},
      {"FIN that does not", FIN | ACK, 101, 1, 0, ACK, "CLOSING 1 1"},
      {"RST", RST, 101, 0, 0, no_flags, ""},
  };
  for (const Row& row : rows) {
    PeerLab lab;
    serve_and_close(lab);
    std::vector<PeerStep> steps = after(opening(), {hear()});
    if (row.flags != no_flags) {
      steps.push_back(say(row.flags, row.seq, row.ack_back, row.data));
      if (row.answer != no_flags) steps.push_back(hear());
    }
    converse(lab, steps);
    lab.run(120_ms);
    expect_outcome(lab, row, 2);
  }
}

TEST(SegmentInClosing, RstEndsIt) {
  PeerLab lab;
  serve_and_close(lab);
  converse(lab, after(opening(), {hear(), say(FIN | ACK, 101, 1), hear(), say(RST, 102)}));
  lab.run(1_s);
  EXPECT_THAT(lab.sockets(), IsEmpty());
}

// facts 6.1-06, 6.1-07
TEST(SegmentInLastAck, AckAndRstEndIt) {
  for (const Row& row :
       {Row{"nothing", no_flags, 0, 0, 0, no_flags, "LAST-ACK 1 1"},
        Row{"the last ACK", ACK, 102, 0, 0, no_flags, ""}, Row{"RST", RST, 102, 0, 0, no_flags, ""}}) {
    PeerLab lab;
    lab.serve({socket(), bind(3, 80), listen(3, 5), accept(3), sleep(30_ms), close(4), sleep(1000_s)});
    std::vector<PeerStep> steps = after(opening(), {say(FIN | ACK, 101), rest(60_ms), hear(), hear()});
    if (row.flags != no_flags) steps.push_back(say(row.flags, row.seq));
    converse(lab, steps);
    lab.run(150_ms);
    EXPECT_EQ(lab.sockets().size(), *row.state == '\0' ? 0u : 1u) << row.name;
    if (*row.state != '\0') {
      EXPECT_THAT(lab.sockets(), ElementsAre(row.state));
    }
  }
}

// --- Errors after a reset
// ---------------------------------------------------------------------------------------

/// The peer resets the open connection; then the server's program calls.
std::vector<Errno> errors_after_reset(const std::vector<Syscall>& calls, bool after_fin = false,
                                      std::uint32_t data = 0) {
  PeerLab lab;
  std::vector<Syscall> program{socket(), bind(3, 80), listen(3, 5), accept(3), sleep(300_ms)};
  program.insert(program.end(), calls.begin(), calls.end());
  program.push_back(sleep(1000_s));
  lab.serve(program);
  std::vector<PeerStep> steps = opening();
  std::uint32_t next = 101;
  if (data > 0) {
    steps.push_back(say(PSH | ACK, next, 0, data));
    next += data;
  }
  if (after_fin) steps.push_back(say(FIN | ACK, next++));
  steps.push_back(rest(100_ms));
  steps.push_back(say(RST | ACK, next));
  converse(lab, steps);
  lab.run(2_s);
  std::vector<Errno> errors;
  std::map<std::string, std::size_t> seen;
  for (const Syscall& call : calls) {
    const std::string what(name(call));
    errors.push_back(lab.result(what, ++seen[what]).error);
  }
  return errors;
}

// facts 6.2-12, 6.2-13, 6.2-15
TEST(AfterAReset, InEstablishedTheErrorIsToldOnce) {
  const Syscall sends = send(4, 5, msg_nosignal), receives = recv(4, 100);
  EXPECT_THAT(errors_after_reset({sends, sends, receives}),
              ElementsAre(Errno::CONNRESET, Errno::PIPE, Errno::OK));
  EXPECT_THAT(errors_after_reset({receives, receives, sends}),
              ElementsAre(Errno::CONNRESET, Errno::OK, Errno::PIPE));
  EXPECT_THAT(errors_after_reset({sys::Getpeername{4}, shut_write(4)}),
              ElementsAre(Errno::NOTCONN, Errno::NOTCONN));
}

// facts 6.2-10, 6.2-11
TEST(AfterAReset, InCloseWaitTheErrorIsEpipeAndRecvNeverTakesIt) {
  const Syscall sends = send(4, 5, msg_nosignal), receives = recv(4, 100);
  EXPECT_THAT(errors_after_reset({receives, receives, sends}, true),
              ElementsAre(Errno::OK, Errno::OK, Errno::PIPE));
  EXPECT_THAT(errors_after_reset({sends, sends}, true), ElementsAre(Errno::PIPE, Errno::PIPE));
}

// fact 6.2-14
TEST(AfterAReset, WhatWasReceivedBeforeMayStillBeRead) {
  const Syscall receives = recv(4, 100);
  EXPECT_THAT(errors_after_reset({receives, receives, receives}, false, 10),
              ElementsAre(Errno::OK, Errno::CONNRESET, Errno::OK));
}

// fact 6.2-17
TEST(AfterAReset, ABlockedSendEndsWithIt) {
  PeerLab lab;
  lab.serve({socket(), bind(3, 80), listen(3, 5), accept(3), send(4, 5'000'000, msg_nosignal | msg_dontwait),
             send(4, 5, msg_nosignal), send(4, 5, msg_nosignal), sleep(1000_s)});
  converse(lab, after(opening(), {rest(300_ms), say(RST, 101)}));
  lab.run(2_s);
  EXPECT_GT(lab.result("send", 1).value, 0) << "the buffer is full now";
  EXPECT_EQ(lab.result("send", 2).error, Errno::CONNRESET);
  EXPECT_EQ(lab.result("send", 3).error, Errno::PIPE);
}

// --- close() in CLOSE-WAIT
// --------------------------------------------------------------------------------------

// facts 6.2-02, 6.2-04, 6.2-05
TEST(CloseInCloseWait, SendsResetWhereSomethingIsLostOrLingerIsZero) {
  struct Case {
    const char* name;
    bool linger_zero;
    std::uint32_t unread;
    std::uint8_t sends;
  };
  for (const Case& row : {Case{"plain", false, 0, FIN | ACK}, Case{"linger 0", true, 0, RST | ACK},
                          Case{"unread data", false, 10, RST | ACK}}) {
    PeerLab lab;
    std::vector<Syscall> program{socket(), bind(3, 80), listen(3, 5), accept(3), sleep(200_ms)};
    if (row.linger_zero) program.push_back(set(4, Option::Linger, 1, 0));
    program.push_back(close(4));
    program.push_back(sleep(1000_s));
    lab.serve(program);
    std::vector<PeerStep> steps = opening();
    if (row.unread > 0) steps.push_back(say(PSH | ACK, 101, 0, row.unread));
    steps.push_back(say(FIN | ACK, 101 + row.unread));
    steps.push_back(rest(150_ms));
    for (int i = 0; i < 4; ++i) steps.push_back(hear());
    converse(lab, steps);
    lab.run(1_s);
    ASSERT_FALSE(lab.came.empty()) << row.name;
    EXPECT_EQ(std::count_if(lab.came.begin(), lab.came.end(),
                            [&](const wire::Packet& packet) { return packet.flags == row.sends; }) > 0,
              true)
        << row.name;
  }
}

// --- FIN-WAIT-2
// -------------------------------------------------------------------------------------------------

// facts 6.3-01, 6.3-02, 6.3-03, 6.3-04, 6.3-06
TEST(OrphanInFinWait2, WaitsAsLongAsItWasTold) {
  struct Case {
    const char* name;
    std::int64_t fin_timeout, linger2;
    Duration length;
  };
  for (const Case& row :
       {Case{"default", 60, 0, 60_s}, Case{"tcp_fin_timeout", 3, 0, 3_s}, Case{"TCP_LINGER2", 60, 2, 2_s}}) {
    PeerLab lab;
    lab.setup.hosts[0].sysctls.emplace_back(Sysctl::TcpFinTimeout, row.fin_timeout);
    std::vector<Syscall> program{socket(), bind(3, 80), listen(3, 5), accept(3)};
    if (row.linger2 != 0) program.push_back(set(4, Option::Linger2, row.linger2));
    program.push_back(close(4));
    program.push_back(sleep(1000_s));
    lab.serve(program);
    converse(lab, after(opening(), {hear(), say(ACK, 101)}));
    lab.run(row.length);
    EXPECT_THAT(lab.sockets(), ElementsAre("FIN-WAIT-2 0 0")) << row.name;
    lab.run(row.length + 200_ms);
    EXPECT_THAT(lab.sockets(), IsEmpty()) << row.name;
  }
}

// fact 6.3-06
TEST(OrphanInFinWait2, WithLinger2BelowZeroDoesNotWaitAtAll) {
  PeerLab lab;
  lab.serve({socket(), bind(3, 80), listen(3, 5), accept(3), set(4, Option::Linger2, -1),
             get(4, Option::Linger2), set(4, Option::Linger2, 200), get(4, Option::Linger2),
             set(4, Option::Linger2, -1), close(4), sleep(1000_s)});
  converse(lab, after(opening(), {hear(), say(ACK, 101), hear()}));
  lab.run(1_s);
  EXPECT_EQ(lab.result("getsockopt", 1).value, -1);
  EXPECT_EQ(lab.result("getsockopt", 2).value, 120) << "the most that Linux takes";
  ASSERT_EQ(lab.came.size(), 3u);
  EXPECT_EQ(lab.came[2].flags, RST) << "to the ACK of its FIN";
  EXPECT_THAT(lab.sockets(), IsEmpty());
}

// facts 6.3-03, 6.3-04
TEST(OrphanInFinWait2, AFinLeadsToTimeWaitAndComesTooLateAfterwards) {
  for (const bool late : {false, true}) {
    PeerLab lab;
    lab.setup.hosts[0].sysctls.emplace_back(Sysctl::TcpFinTimeout, 10);
    serve_and_close(lab);
    converse(lab,
             after(opening(), {hear(), say(ACK, 101), rest(late ? 12_s : 5_s), say(FIN | ACK, 101), hear()}));
    lab.run(late ? 13_s : 64_s);
    ASSERT_EQ(lab.came.size(), 3u);
    EXPECT_EQ(lab.came[2].flags, late ? RST : ACK);
    if (late) {
      EXPECT_THAT(lab.sockets(), IsEmpty());
    } else {
      EXPECT_THAT(lab.sockets(), ElementsAre("TIME-WAIT 0 0")) << "sixty seconds of its own";
    }
  }
}

// facts 6.3-05, 6.2-19
TEST(FinWait2WithAProcess, HasNoLimitAndTakesData) {
  PeerLab lab;
  lab.setup.hosts[0].sysctls.emplace_back(Sysctl::TcpFinTimeout, 3);
  lab.serve(
      {socket(), bind(3, 80), listen(3, 5), accept(3), shut_write(4), sleep(20_s), close(4), sleep(1000_s)});
  converse(lab, after(opening(), {hear(), say(ACK, 101), rest(8_s), say(PSH | ACK, 101, 0, 7), hear()}));
  lab.run(10_s);
  EXPECT_THAT(lab.sockets(), ElementsAre("FIN-WAIT-2 7 0"));
}

// fact 6.2-18
TEST(OrphanInFinWait2, DataIsAnsweredWithReset) {
  PeerLab lab;
  serve_and_close(lab);
  converse(lab, after(opening(), {hear(), say(ACK, 101), rest(1_s), say(PSH | ACK, 101, 0, 7), hear()}));
  lab.run(2_s);
  ASSERT_EQ(lab.came.size(), 3u);
  EXPECT_EQ(lab.came[2].flags, RST);
  EXPECT_THAT(lab.sockets(), IsEmpty());
}

// --- SO_LINGER with a time
// --------------------------------------------------------------------------------------

/// How long close() took.
Duration close_took(const PeerLab& lab) {
  Time entered = 0;
  for (std::size_t i = 0; i < lab.session->records().size(); ++i) {
    const Record& record = lab.session->records()[i];
    const auto* in = std::get_if<rec::SyscallEntered>(&record.what);
    const auto* back = std::get_if<rec::SyscallReturned>(&record.what);
    if (in != nullptr && name(unflatten(in->call)) == "close") entered = record.time;
    if (back != nullptr && name(unflatten(back->call)) == "close") return record.time - entered;
  }
  ADD_FAILURE() << "close() did not return";
  return 0;
}

// facts 6.2-06, 6.2-08
TEST(LingeringClose, WaitsForAPeerThatTakesNothing) {
  for (const std::int32_t kind : {0, sock_nonblock}) {
    PeerLab lab;
    sys::Accept takes{3, kind};
    lab.serve({socket(), bind(3, 80), listen(3, 5), takes, set(4, Option::Linger, 1, 2), sleep(100_ms),
               send(4, 100), close(4), sleep(1000_s)});
    std::vector<PeerStep> steps = opening();
    const auto make = steps[2].send;
    steps[2].send = [make](Seq next) {
      wire::Packet packet = make(next);
      packet.window = 0;
      return packet;
    };
    converse(lab, steps);
    lab.run(3_s);
    EXPECT_EQ(lab.result("close").error, Errno::OK);
    EXPECT_EQ(close_took(lab), 2_s);
    EXPECT_THAT(lab.sockets(), ElementsAre("FIN-WAIT-1 0 101"));
  }
}

// fact 6.2-07
TEST(LingeringClose, EndsWhenTheFinIsAcknowledged) {
  PeerLab lab;
  lab.serve({socket(), bind(3, 80), listen(3, 5), accept(3), set(4, Option::Linger, 1, 2), sleep(100_ms),
             close(4), socket(), sleep(1000_s)});
  converse(lab, after(opening(), {hear(500_ms), rest(480_ms), say(ACK, 101)}));
  lab.run(3_s);
  EXPECT_EQ(close_took(lab), 500_ms);
  EXPECT_THAT(lab.sockets(), ElementsAre("FIN-WAIT-2 0 0"));
}

TEST(LingeringClose, IsOfConnectionsOnly) {
  Lab lab;
  lab.program("srv", "web", {socket(), bind(3, 80), listen(3, 5), accept(3), sleep(1000_s)});
  sys::Socket datagrams;
  datagrams.type = static_cast<std::int32_t>(SocketType::Datagram);
  // The second datagram socket's entry has the number of curl's connection, which is open.
  lab.program("cli", "curl",
              {socket(), connect(3, 80), datagrams, datagrams, set(5, Option::Linger, 1, 2), close(5)})
      .starting(1_ms);
  lab.run(1_s);
  const CallLine closed = lab.call("curl", "close");
  EXPECT_EQ(closed.result.error, Errno::OK);
  EXPECT_LT(closed.returned - closed.entered, 1_ms);
}

// fact 1-15
TEST(Linger2, IsInheritedFromTheListener) {
  Lab lab;
  lab.program(
      "srv", "web",
      {socket(), set(3, Option::Linger2, 7), bind(3, 80), listen(3, 5), accept(3), get(4, Option::Linger2)});
  lab.program("cli", "curl", {socket(), connect(3, 80), sleep(1_s)}).starting(1_ms);
  lab.run(1_s);
  EXPECT_EQ(lab.result("web", "getsockopt").value, 7);
}

// fact 6.2-03
TEST(LingerZero, DoesNotChangeShutdown) {
  PeerLab lab;
  lab.serve({socket(), bind(3, 80), listen(3, 5), accept(3), set(4, Option::Linger, 1, 0), shut_write(4),
             sleep(1000_s)});
  converse(lab, after(opening(), {hear()}));
  lab.run(1_s);
  ASSERT_EQ(lab.came.size(), 2u);
  EXPECT_EQ(lab.came[1].flags, FIN | ACK);
}

// --- A FIN that nobody acknowledges
// -----------------------------------------------------------------------------

// fact 6.3-09
TEST(UnacknowledgedFin, IsRepeatedAndGivenUp) {
  for (const bool sack : {false, true}) {
    PeerLab lab;
    serve_and_close(lab);
    std::vector<PeerStep> steps = opening();
    const auto make = steps[0].send;
    steps[0].send = [make, sack](Seq next) {
      wire::Packet packet = make(next);
      packet.options.sack_permitted = sack;
      packet.options.mss = 1460;
      return packet;
    };
    converse(lab, steps);
    lab.run(120_s);
    std::vector<Time> fins;
    Time gone = 0;
    for (std::size_t i = 0; i < lab.session->records().size(); ++i) {
      const Record& record = lab.session->records()[i];
      const auto* sent = std::get_if<rec::PacketSent>(&record.what);
      if (sent != nullptr && sent->packet.has(FIN)) fins.push_back(record.time);
      const auto* change = std::get_if<rec::StateChanged>(&record.what);
      if (change != nullptr && change->from == TcpState::FinWait1) gone = record.time;
    }
    EXPECT_EQ(fins.size(), sack ? 10u : 9u) << "the first, and those that were repeated";
    ASSERT_GT(fins.size(), 2u);
    EXPECT_NEAR(static_cast<double>(fins[1] - fins[0]) / 1e9, 0.22, 0.02);
    EXPECT_NEAR(static_cast<double>(fins[2] - fins[1]) / 1e9, sack ? 0.22 : 0.44, 0.02)
        << "a tail loss probe does not double the timeout";
    EXPECT_NEAR(static_cast<double>(gone - fins[0]) / 1e9, 108, 8);
    EXPECT_EQ(lab.net("srv").counters[Counter::TcpExtTCPLossProbes], sack ? 1 : 0);
  }
}

// fact 6.3-08
TEST(TimeWait, BeyondTheBoundIsSkipped) {
  Lab lab;
  lab.sysctl("srv", Sysctl::TcpMaxTwBuckets, 3);
  std::vector<Syscall> server{socket(), bind(3, 80), listen(3, 10)};
  std::vector<Syscall> client;
  for (std::int32_t i = 0; i < 6; ++i) {
    server.push_back(accept(3));
    client.push_back(socket());
    client.push_back(connect(3 + i, 80));
  }
  for (std::int32_t i = 0; i < 6; ++i) server.push_back(close(4 + i));
  client.push_back(sleep(500_ms));
  for (std::int32_t i = 0; i < 6; ++i) client.push_back(close(3 + i));
  client.push_back(sleep(100_s));
  server.push_back(sleep(100_s));
  lab.program("srv", "web", server);
  lab.program("cli", "curl", client).starting(1_ms);
  lab.run(2_s);
  EXPECT_THAT(lab.states("srv"), ElementsAre("LISTEN", "TIME-WAIT", "TIME-WAIT", "TIME-WAIT"));
  EXPECT_EQ(lab.counter("srv", Counter::TcpExtTCPTimeWaitOverflow), 3);
}

// facts 6.1-08, 6.1-09
TEST(BothShut, OneIsInTimeWaitAndBothDescriptorsAreOfNoUse) {
  Lab lab;
  lab.program("srv", "web",
              {socket(), bind(3, 80), listen(3, 5), accept(3), recv(4, 10), shut_write(4), sleep(100_ms),
               sys::Getpeername{4}, shut_write(4), sleep(100_s)});
  lab.program("cli", "curl",
              {socket(), connect(3, 80), shut_write(3), shut_write(3), sleep(300_ms), sys::Getpeername{3},
               shut_write(3), sleep(100_s)})
      .starting(1_ms);
  lab.run(1_s);
  EXPECT_THAT(lab.states("cli"), ElementsAre("TIME-WAIT"));
  EXPECT_THAT(lab.states("srv"), ElementsAre("LISTEN"));
  EXPECT_EQ(lab.result("curl", "shutdown", 2).error, Errno::OK) << "once more, before it is over";
  for (const char* program : {"web", "curl"}) {
    EXPECT_EQ(lab.result(program, "getpeername").error, Errno::NOTCONN) << program;
    EXPECT_EQ(lab.result(program, "shutdown", program == std::string("web") ? 2 : 3).error, Errno::NOTCONN)
        << program;
  }
}

// facts 6.1-11, 6.1-12
TEST(Queues, AFinThatWasNotReadCountsOne) {
  PeerLab lab;
  lab.serve({socket(), bind(3, 80), listen(3, 5), accept(3), sleep(300_ms), recv(4, 600), sleep(300_ms),
             recv(4, 1), sleep(300_ms), sleep(1000_s)});
  converse(lab, after(opening(), {say(PSH | ACK, 101, 0, 600), say(FIN | ACK, 701)}));
  lab.run(200_ms);
  EXPECT_THAT(lab.sockets(), ElementsAre("CLOSE-WAIT 601 0"));
  lab.run(500_ms);
  EXPECT_THAT(lab.sockets(), ElementsAre("CLOSE-WAIT 0 0")) << "all data was read, and the FIN with it";
}

// fact 6.1-10
TEST(CloseWait, HasNoLimit) {
  PeerLab lab;
  lab.serve({socket(), bind(3, 80), listen(3, 5), accept(3), sleep(100'000_s)});
  converse(lab, after(opening(), {say(FIN | ACK, 101), hear()}));
  lab.run(50'000_s);
  EXPECT_THAT(lab.sockets(), ElementsAre("CLOSE-WAIT 1 0"));
}

}  // namespace
}  // namespace sockarium::test
