// The foundations: pages that are shared until written, slabs, hash indexes, the order of events, bytes,
// addresses.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <vector>

#include "sim/core/address.h"
#include "sim/core/bytes.h"
#include "sim/core/event.h"
#include "sim/core/hash_index.h"
#include "sim/core/slab.h"
#include "sim/core/syscall.h"
#include "sim/wire/seq.h"

namespace sockarium {
namespace {

using Number = std::uint64_t;

TEST(PagedArray, ACopyKeepsItsValuesWhenTheOriginalIsWritten) {
  PagedArray<Number> original;
  for (Number i = 0; i < 10'000; ++i) original.push_back(i);
  const PagedArray<Number> snapshot = original;
  const std::uint64_t hash = snapshot.hash();
  original.write(5'000) = 42;
  EXPECT_EQ(snapshot[5'000], 5'000u);
  EXPECT_EQ(snapshot.hash(), hash);
  EXPECT_NE(original.hash(), hash);
  EXPECT_FALSE(original == snapshot);
}

TEST(PagedArray, WritingTheOldValueBackGivesTheOldHash) {
  PagedArray<Number> array;
  for (Number i = 0; i < 1'000; ++i) array.push_back(i);
  const std::uint64_t hash = array.hash();
  array.write(7) = 0;
  (void)array.hash();
  array.write(7) = 7;
  EXPECT_EQ(array.hash(), hash);
}

TEST(PagedArray, ACopyOwnsNothingUntilOneOfThemIsWritten) {
  PagedArray<Number> original;
  for (Number i = 0; i < 100'000; ++i) original.push_back(i);
  PagedArray<Number> snapshot = original;
  std::set<const void*> counted;
  EXPECT_GT(original.count_bytes(counted), 100'000 * sizeof(Number));
  EXPECT_EQ(snapshot.count_bytes(counted), 0u);
  snapshot.write(0) = 1;
  const std::size_t own = snapshot.count_bytes(counted);
  EXPECT_GT(own, 0u);
  EXPECT_LT(own, 16'384u);
}

RC_GTEST_PROP(PagedArray, ShrinksToWhatItWouldBeIfItHadNeverGrown, ()) {
  const auto kept = *rc::gen::inRange<std::size_t>(0, 9'000);
  const auto more = *rc::gen::inRange<std::size_t>(0, 9'000);
  PagedArray<Number> grown;
  PagedArray<Number> straight;
  for (std::size_t i = 0; i < kept + more; ++i) grown.push_back(i);
  for (std::size_t i = 0; i < kept; ++i) straight.push_back(i);
  grown.truncate(kept);
  RC_ASSERT(grown == straight);
  RC_ASSERT(grown.hash() == straight.hash());
}

struct Entry {
  std::uint64_t value = 0;
};

TEST(Slab, AnIdOfAnEntryThatIsGoneNamesNothing) {
  Slab<Entry> slab;
  const Id<Entry> first = slab.add(Entry{1});
  slab.remove(first);
  const Id<Entry> second = slab.add(Entry{2});
  EXPECT_EQ(first.index, second.index);
  EXPECT_FALSE(slab.alive(first));
  EXPECT_EQ(slab.find(first), nullptr);
  EXPECT_EQ(slab.read(second).value, 2u);
}

TEST(Slab, IsWalkedInIndexOrder) {
  Slab<Entry> slab;
  std::vector<Id<Entry>> all;
  for (std::uint64_t i = 0; i < 100; ++i) all.push_back(slab.add(Entry{i}));
  for (std::size_t i = 0; i < 100; i += 3) slab.remove(all[i]);
  std::uint64_t last = 0;
  std::size_t count = 0;
  for (const Id<Entry> id : ids(slab)) {
    EXPECT_GT(id.index, last);
    last = id.index;
    ++count;
  }
  EXPECT_EQ(count, slab.count());
}

RC_GTEST_PROP(HashIndex, AnswersAsAMapDoes,
              (const std::vector<std::pair<std::uint8_t, std::uint64_t>>& steps)) {
  HashIndex<std::uint64_t, std::uint64_t> index;
  std::map<std::uint64_t, std::uint64_t> map;
  for (const auto& [key, value] : steps) {
    const std::uint64_t k = key % 64;  // few keys, so that they collide and come back
    if (value % 3 == 0 && map.count(k) != 0) {
      index.erase(k);
      map.erase(k);
    } else {
      index.set(k, value);
      map[k] = value;
    }
    RC_ASSERT(index.count() == map.size());
    for (std::uint64_t probe = 0; probe < 64; ++probe) {
      const std::uint64_t* found = index.find(probe);
      RC_ASSERT((found != nullptr) == (map.count(probe) != 0));
      if (found != nullptr) RC_ASSERT(*found == map[probe]);
    }
  }
}

RC_GTEST_PROP(EventQueue, GivesEventsByTimeThenRankThenNumber, (const std::vector<std::uint8_t>& seeds)) {
  EventQueue queue;
  for (const std::uint8_t seed : seeds) {
    Event event;
    event.time = seed % 5;
    event.kind = static_cast<EventKind>(seed / 5 % 4);
    queue.push(event);
  }
  Event last;
  bool first = true;
  while (!queue.empty()) {
    if (!first) RC_ASSERT(before(last, queue.top()));
    last = queue.top();
    first = false;
    queue.pop();
  }
}

TEST(EventQueue, PutsPacketsAndTimersBeforeWakeUpsAndThoseBeforePrograms) {
  EXPECT_EQ(rank_of(EventKind::Arrival), rank_of(EventKind::Timer));
  EXPECT_LT(rank_of(EventKind::Timer), rank_of(EventKind::Wake));
  EXPECT_LT(rank_of(EventKind::Wake), rank_of(EventKind::Turn));
}

TEST(Bytes, ANameDoesNotDependOnWhatElseIsStored) {
  ByteStore one;
  ByteStore other;
  other.intern("something before");
  EXPECT_EQ(one.intern("hello"), other.intern("hello"));
}

TEST(Bytes, ThePatternCostsNothingAndJoinsItself) {
  ByteStore store;
  const Bytes all = pattern(1'000'000);
  EXPECT_EQ(store.text(all.slice(26, 5)), "abcde");
  EXPECT_EQ(store.concat(all.slice(0, 10), all.slice(10, 20)), all.slice(0, 30));
  EXPECT_EQ(store.text(store.concat(store.intern("ab"), all.slice(2, 2))), "abcd");
}

TEST(Address, ReadsAndWritesDottedNumbers) {
  for (const char* text : {"0.0.0.0", "10.0.0.5", "255.255.255.255", "127.0.0.1"})
    EXPECT_EQ(to_string(*parse_v4(text)), text);
  for (const char* text :
       {"", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.x", " 1.2.3.4", "1..2.3"})
    EXPECT_FALSE(parse_v4(text)) << text;
}

TEST(Seq, ComparesAroundTheEndOfTheNumbers) {
  const Seq before_end{0xfffffff0u};
  const Seq after_end = before_end + 0x20;
  EXPECT_TRUE(before_end < after_end);
  EXPECT_EQ(after_end - before_end, 0x20);
}

TEST(Syscall, LiesInTheWorldAsBytesAndComesBackTheSame) {
  const Syscall call = sys::Send{7, msg_nosignal, pattern(99)};
  const auto back = std::get<sys::Send>(unflatten(flatten(call)));
  EXPECT_EQ(back.fd, 7);
  EXPECT_EQ(back.data, pattern(99));
}

TEST(Syscall, PrintsAsStraceDoes) {
  ByteStore store;
  EXPECT_EQ(to_string(sys::Socket{}, store), "socket(AF_INET, SOCK_STREAM, IPPROTO_IP)");
  EXPECT_EQ(to_string(sys::Listen{3, 128}, store), "listen(3, 128)");
  EXPECT_EQ(to_string(sys::Send{5, 0, store.intern("hello\n")}, store), "send(5, \"hello\\n\", 6, 0)");
  EXPECT_EQ(to_string(sys::Shutdown{7, Shut::Write}, store), "shutdown(7, SHUT_WR)");
}

}  // namespace
}  // namespace sockarium
