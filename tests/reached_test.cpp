// Nothing of the model is without a test: every arc of TCP's table of states and every reason of a record has
// been reached by some test of this run. ctest runs this one last; what no shipped scenario shows is printed.
#include <gtest/gtest.h>

#include <iostream>

#include "sim/core/reason.h"
#include "sim/tcp/state.h"
#include "tests/support/reached.h"

namespace sockarium::test {
namespace {

struct ReasonName {
  Reason id;
  const char* name;
};
constexpr ReasonName reasons[] = {
#define SOCKARIUM_REASON(id, text, source) {Reason::id, #id},
#include "sim/core/reason.def"
#undef SOCKARIUM_REASON
};

std::string missing_arcs(const Reached& reached) {
  std::string text;
  for (const tcp::Arc& arc : tcp::arcs)
    if (reached.arcs.count({arc.from, arc.to}) == 0)
      text += std::string(ss_name(arc.from)) + " -> " + std::string(ss_name(arc.to)) + "\n";
  return text;
}

std::string missing_reasons(const Reached& reached) {
  std::string text;
  for (const ReasonName& reason : reasons)
    if (reached.reasons.count(reason.id) == 0) text += std::string(reason.name) + "\n";
  return text;
}

TEST(Reached, EveryArcAndEveryReasonByATest) {
  if (!reached_is_kept()) GTEST_SKIP() << "ctest keeps what its tests reach; this process knows only its own";
  const Reached all = all_reached(false);
  EXPECT_EQ(missing_arcs(all), "") << "arcs that no test reaches";
  EXPECT_EQ(missing_reasons(all), "") << "reasons that no test reaches";
  const Reached shown = all_reached(true);
  std::cout << "arcs that no shipped scenario shows:\n"
            << missing_arcs(shown) << "reasons that no shipped scenario shows:\n"
            << missing_reasons(shown);
}

}  // namespace
}  // namespace sockarium::test
