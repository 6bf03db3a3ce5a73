// How fast is the model? Nanoseconds per event with many connections held open, and what a snapshot, a
// restore and a hash of a large world cost.
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdint>
#include <optional>

#include "tests/support/lab.h"

namespace sockarium::test {
namespace {

/// A client that opens connections one after the other and keeps them; a server that accepts them all.
void hold(Lab& lab, std::size_t connections) {
  lab.setup.max_events = 100'000'000;
  lab.program("srv", "web", Script([](const SysResult&, std::size_t made) -> Syscall {
                if (made == 0) return socket();
                if (made == 1) return bind(3, 80);
                if (made == 2) return listen(3, 4096);
                return accept(3);
              }))
      .limit_descriptors(1'000'000);
  lab.program("cli", "load", Script([connections](const SysResult&, std::size_t made) -> Syscall {
                if (made >= 2 * connections) return sleep(1000_s);
                return made % 2 == 0 ? socket() : connect(static_cast<std::int32_t>(3 + made / 2), 80);
              }))
      .starting(1_ms)
      .limit_descriptors(1'000'000);
}

/// Steps the world alone, without journal or keyframes.
World drive(Lab& lab, std::uint64_t& events, std::vector<Record>& records, ByteStore& bytes) {
  World world = make_world(lab.setup, bytes);
  const auto programs = lab.programs()();
  while (!world.at_end() && world.next_time() < 500_s) {
    Input input;
    if (const TaskId task = world.next_task()) {
      const kernel::Task& asks = world.kernel.tasks.read(task);
      const ProgramStep wish =
          programs->resume(path_of(world, task), asks.returned == 0 ? asks.result : SysResult{}, bytes);
      input = ProgramCall{wish.call, wish.line};
    }
    records.clear();
    step(world, bytes, input, records);
  }
  events = world.events;
  return world;
}

void NanosecondsPerEvent(benchmark::State& state) {
  std::uint64_t events = 0;
  std::uint64_t total = 0;
  for (auto _ : state) {
    Lab lab(1_ms);
    hold(lab, static_cast<std::size_t>(state.range(0)));
    ByteStore bytes;
    std::vector<Record> records;
    benchmark::DoNotOptimize(drive(lab, events, records, bytes).hash());
    total += events;
  }
  state.counters["events"] = static_cast<double>(events);
  state.counters["per_event"] = benchmark::Counter(static_cast<double>(total),
                                                   benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(NanosecondsPerEvent)->Arg(1'000)->Arg(10'000)->Unit(benchmark::kMillisecond);

struct Large {
  Large() : lab(1_ms) {
    hold(lab, 28'000);
    std::uint64_t events = 0;
    std::vector<Record> records;
    world = drive(lab, events, records, bytes);
    SOCKARIUM_ASSERT(world.tcp.connections.count() > 2 * 28'000);
  }
  Lab lab;
  ByteStore bytes;
  World world;
};
const Large& large() {
  static const Large one;
  return one;
}

/// Times `work` alone, once in every iteration.
template <class Work>
void time_only(benchmark::State& state, Work work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  state.SetIterationTime(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
}

void Snapshot28000(benchmark::State& state) {
  (void)large();
  for (auto _ : state) {
    std::optional<World> copy;
    time_only(state, [&] { copy.emplace(large().world); });
  }
}
BENCHMARK(Snapshot28000)->Unit(benchmark::kMicrosecond)->UseManualTime()->Iterations(2'000);

/// From another world's pages to this one's.
void Restore28000(benchmark::State& state) {
  (void)large();
  static const Large other;
  for (auto _ : state) {
    World shown = other.world;
    time_only(state, [&] { shown = large().world; });
  }
}
BENCHMARK(Restore28000)->Unit(benchmark::kMicrosecond)->UseManualTime()->Iterations(2'000);

/// Every page is read: none was hashed before.
void HashFromNothing28000(benchmark::State& state) {
  for (auto _ : state) {
    state.PauseTiming();
    Large fresh;
    state.ResumeTiming();
    benchmark::DoNotOptimize(fresh.world.hash());
  }
}
BENCHMARK(HashFromNothing28000)->Unit(benchmark::kMicrosecond)->Iterations(2);

void HashAgain28000(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(large().world.hash());
}
BENCHMARK(HashAgain28000)->Unit(benchmark::kMicrosecond);

/// A seek into the middle of a long run, forward or back.
void SeekInALongRun(benchmark::State& state) {
  Lab lab(1_ms);
  hold(lab, 10'000);
  lab.setup.stop_at = 500_s;
  Session& session = lab.session();
  session.run_to_end();
  std::uint64_t probe = 1;
  for (auto _ : state) {
    probe = mix(probe);
    session.seek(probe % (session.head() + 1));
  }
  state.counters["events"] = static_cast<double>(session.head());
  state.counters["keyframes"] = static_cast<double>(session.keyframe_count());
}
BENCHMARK(SeekInALongRun)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sockarium::test
