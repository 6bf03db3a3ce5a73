// How two runs are compared: what differs is found and shown in its place, the ledger is exact, and what was
// seen of the real run travels whole.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <regex>

#include "lab/compare/difference.h"
#include "lab/compare/parcel.h"

namespace sockarium::compare {
namespace {

Line line(const std::string& text, Time time = 0) {
  Line made;
  made.text = text;
  made.time = time;
  made.record = 1;
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
  seen.rests.push_back({{"rest 1", 5, never, {{{0}, 3}}}, {SeenSocket{}}, {}, {{0, "TcpInSegs", 7}}});
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
