// How fast is the window where it has most to show: every port of a client used up (28,232 connections, both
// ends: 56,000 sockets). CPU time to build one frame in each layout (no drawing: that is the graphics
// card's), the slowest of a hundred (p99), and what the first one costs.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <ctime>
#include <memory>

#include "gui/app.h"
#include "tests/support/headless_ui.h"
#include "tests/support/lab.h"

namespace sockarium::gui {
namespace {

using namespace sockarium::literals;

double cpu_milliseconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

std::unique_ptr<Session> exhaustion() {
  constexpr std::size_t connections = 28'232;
  test::Lab lab(1_ms);
  lab.setup.max_events = 100'000'000;
  lab.program("srv", "web", test::Script([](const SysResult&, std::size_t made) -> Syscall {
                if (made == 0) return test::socket();
                if (made == 1) return test::bind(3, 80);
                if (made == 2) return test::listen(3, 4096);
                return test::accept(3);
              }))
      .limit_descriptors(1'000'000);
  lab.program("cli", "load", test::Script([](const SysResult&, std::size_t made) -> Syscall {
                if (made >= 2 * connections + 2) return test::sleep(1000_s);
                return made % 2 == 0 ? test::socket()
                                     : test::connect(static_cast<std::int32_t>(3 + made / 2), 80);
              }))
      .starting(1_ms)
      .limit_descriptors(1'000'000);
  auto session = std::make_unique<Session>(lab.setup, lab.programs());
  session->event_at(200_s);
  return session;
}

void FrameOf(benchmark::State& state) {
  App app{AppOptions{}};
  app.show(exhaustion(), "Exhaustion");
  app.seek(app.session()->head());
  app.apply(intent::Arrange{static_cast<Arrangement>(state.range(0))});
  const double before = cpu_milliseconds();
  test::HeadlessUi::Options options;
  options.width = 1920;
  options.height = 1080;
  options.theme = app.theme();
  std::uint64_t event = app.session()->head();
  test::HeadlessUi ui([&] { app.frame(1.0F / 60.0F); }, options);
  const double first = cpu_milliseconds() - before;
  std::vector<double> frames;
  for (auto _ : state) {
    // Every frame shows another moment, as in scrubbing: nothing that was worked out can be kept whole.
    state.PauseTiming();
    app.seek(event -= 3);
    state.ResumeTiming();
    const double begin = cpu_milliseconds();
    ui.frame();
    frames.push_back(cpu_milliseconds() - begin);
  }
  state.counters["slowest"] = static_cast<double>(std::max_element(frames.begin(), frames.end()) - frames.begin());
  std::sort(frames.begin(), frames.end());
  state.counters["first_ms"] = first;
  state.counters["median_ms"] = frames[frames.size() / 2];
  state.counters["p99_ms"] = frames[frames.size() * 99 / 100];
  state.SetLabel(std::string(name(static_cast<Arrangement>(state.range(0)))));
}
BENCHMARK(FrameOf)->DenseRange(0, 3)->Iterations(300)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sockarium::gui
