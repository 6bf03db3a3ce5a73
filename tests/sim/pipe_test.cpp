// Pipes: 16 pages between two open files. What fits, what waits, and what the end of one end means.
#include <gtest/gtest.h>

#include "tests/support/lab.h"

namespace sockarium::test {
namespace {

Syscall write(std::int32_t fd, std::uint32_t bytes) {
  return sys::Write{fd, 0, pattern(bytes)};
}
Syscall read(std::int32_t fd, std::int64_t size) {
  return sys::Read{fd, 0, size};
}

/// The values (or −errno) of all reads and writes of a program that runs alone.
std::vector<std::int64_t> answers(std::vector<Syscall> calls, std::int64_t flags = o_nonblock) {
  calls.insert(calls.begin(), sys::Pipe{flags});
  std::vector<std::int64_t> all;
  Lab lab;
  lab.program("cli", "p", [&](const SysResult& result, std::size_t made) -> Syscall {
    if (made > 1 && made <= calls.size())
      all.push_back(result.ok() ? result.value : -static_cast<std::int64_t>(result.error));
    return made < calls.size() ? calls[made] : sys::Exit{};
  });
  lab.run();
  return all;
}

constexpr std::int64_t again = -static_cast<std::int64_t>(Errno::AGAIN);
constexpr std::int64_t bad = -static_cast<std::int64_t>(Errno::BADF);
using Numbers = std::vector<std::int64_t>;

// Kernel-measured: how many bytes a pipe takes in writes of one size.
TEST(Pipe, TakesSixteenPagesAndWastesWhatDoesNotFitBehindTheLastByte) {
  const std::pair<std::uint32_t, std::int64_t> measured[] = {
      {100, 64'000},   {2'048, 65'536}, {3'000, 48'000},  {4'095, 65'520}, {4'096, 65'536},
      {4'097, 45'066}, {5'000, 54'096}, {65'536, 65'536}, {70'000, 65'536}};
  for (const auto& [size, taken] : measured) {
    std::int64_t total = 0;
    const std::uint32_t each = size;
    Lab lab;
    lab.program("cli", "p", [&total, each](const SysResult& result, std::size_t made) -> Syscall {
      if (made == 0) return sys::Pipe{o_nonblock};
      if (made > 1 && !result.ok()) return sys::Exit{};
      if (made > 1) total += result.value;
      return write(4, each);
    });
    lab.run();
    EXPECT_EQ(total, taken) << size;
  }
}

TEST(Pipe, NeverTearsASmallWriteButALargeOne) {
  EXPECT_EQ(answers({write(4, 15 * 4096), write(4, 5000), write(4, 10)}), (Numbers{15 * 4096, 4096, again}));
  EXPECT_EQ(
      answers({write(4, 16 * 4096), read(3, 4095), write(4, 1), read(3, 1), write(4, 4096), write(4, 1)}),
      (Numbers{16 * 4096, 4095, again, 1, 4096, again}));
}

TEST(Pipe, GivesBytesInOrderAndAtMostWhatIsAsked) {
  EXPECT_EQ(answers({read(3, 1), write(4, 5), write(4, 5), read(3, 7), read(3, 7), read(3, 7), read(3, 0)}),
            (Numbers{again, 5, 5, 7, 3, again, 0}));
  EXPECT_EQ(answers({read(4, 1), write(3, 1), sys::Read{3, 0, -1}}),
            (Numbers{bad, bad, -static_cast<std::int64_t>(Errno::INVAL)}));
}

TEST(Pipe, EndsForTheReaderWithTheLastWriter) {
  Lab lab;
  lab.program("cli", "p",
              {sys::Pipe{}, write(4, 3), sys::Dup{4}, close(4), read(3, 10), close(5), read(3, 10)});
  lab.run();
  EXPECT_EQ(lab.result("p", "read", 1).value, 3);
  EXPECT_EQ(lab.result("p", "read", 2).value, 0);
  EXPECT_EQ(lab.session().world().kernel.pipes.count(), 0u);
}

TEST(Pipe, KillsAWriterWithoutAReader) {
  Lab lab;
  lab.program("cli", "p", {sys::Pipe{}, close(3), write(4, 0), write(4, 1), sleep(1_s)});
  lab.run();
  EXPECT_EQ(lab.result("p", "write", 1).value, 0);  // nothing to write, nothing to break
  EXPECT_EQ(lab.call("p", "write", 2).returned, never);
  EXPECT_EQ(lab.session().world().kernel.processes.read(lab.process("p")).signal, 13u);
}

TEST(Pipe, WaitsOnBothSidesAndWakesInOrder) {
  Lab lab;
  lab.program("cli", "p", {sys::Pipe{}, sys::Thread{}, write(4, 70'000), sleep(10_ms), close(4), sleep(1_s)});
  lab.child_program(
      "p", {0}, {sleep(5_ms), read(3, 4), sleep(5_ms), read(3, 4092), read(3, 100'000), read(3, 100'000)});
  lab.run();
  EXPECT_EQ(lab.result("p", "write").value, 70'000);
  EXPECT_EQ(lab.call("p", "write").returned / millisecond, 10);  // when the second page has fallen free
  EXPECT_EQ(lab.result("p", "read", 1).value, 4);
  EXPECT_EQ(lab.result("p", "read", 2).value, 4092);
}

TEST(Pipe, ABlockedReaderHoldsItsEndWhenAnotherThreadClosesIt) {
  Lab lab;
  lab.program("cli", "p", {sys::Pipe{}, sys::Thread{}, read(3, 10), read(3, 10)});
  lab.child_program("p", {0}, {sleep(5_ms), close(3), write(4, 2), sleep(5_ms)});
  lab.run();
  EXPECT_EQ(lab.result("p", "read", 1).value, 2);
  EXPECT_EQ(lab.result("p", "read", 2).error, Errno::BADF);
}

TEST(Pipe, JoinsAParentAndItsChild) {
  Lab lab;
  lab.program("cli", "p", {sys::Pipe{}, sys::Fork{}, close(4), read(3, 10), read(3, 10), sys::Wait{}});
  lab.child_program("p", {0}, {close(3), sys::Dup2{4, 1}, close(4), sleep(5_ms), write(1, 7)});
  lab.run();
  EXPECT_EQ(lab.result("p", "read", 1).value, 7);
  EXPECT_EQ(lab.result("p", "read", 2).value, 0);  // at the child's end
}

TEST(Pipe, KnowsWhyAReadEnds) {
  Lab lab;
  lab.program("cli", "p", {sys::Pipe{}, close(4), read(3, 10), sleep(1_s)});
  Session& session = lab.run();
  for (RecordNumber n = 1; n <= session.records_at(session.cursor()); ++n) {
    const auto* returned = std::get_if<rec::SyscallReturned>(&session.record(n).what);
    if (returned == nullptr || !std::holds_alternative<sys::Read>(unflatten(returned->call))) continue;
    ASSERT_NE(session.record(n).because, 0u);
    EXPECT_EQ(session.record(session.record(n).because).reason, Reason::PipeEndClosed);
  }
}

}  // namespace
}  // namespace sockarium::test
