// Any bytes as a scenario file: a message or a run, never a crash or a hang.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "lab/script/scenario.h"
#include "lab/session/session.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sockarium;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  script::LoadResult loaded = script::load_text("fuzz.lua", text);
  const auto* scenario = std::get_if<std::shared_ptr<const script::Scenario>>(&loaded);
  if (scenario == nullptr) return 0;
  Setup setup = (*scenario)->setup;
  setup.max_events = 2'000;
  Session session(setup, script::programs_of(*scenario));
  session.run_to_end();
  session.seek(session.head() / 2);
  return 0;
}
