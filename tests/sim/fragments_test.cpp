// Fragments that come twice, in another order, damaged or not at all. What Linux does with them where nothing
// is odd stands in tests/facts/fragments.lua, beside the real kernel.
#include <gtest/gtest.h>

#include "tests/support/lab.h"
#include "tests/support/reached.h"

namespace sockarium::test {
namespace {

constexpr std::int32_t datagrams = 2;

/// srv reads what cli sends: one datagram of `bytes` bytes, over a link of MTU 1000.
Lab sends(std::uint32_t bytes, std::size_t times = 1) {
  Lab lab(10_ms);
  lab.setup.links[0].mtu = 1000;
  lab.sysctl("srv", Sysctl::FragmentTime, 1);
  lab.program(
      "srv", "reads",
      {sys::Socket{2, datagrams, 0}, bind(3, 53), sys::Recvfrom{3, 0, 65535}, sys::Recvfrom{3, 0, 65535}});
  std::vector<Syscall> calls{sys::Socket{2, datagrams, 0}};
  for (std::size_t i = 0; i < times; ++i)
    calls.push_back(sys::Sendto{3, 0, pattern(bytes), endpoint(server_address, 53), 2, {}});
  calls.push_back(sleep(3_s));
  lab.program("cli", "sends", calls).starting(1_ms);
  return lab;
}

TEST(Fragments, APartThatComesTwiceCountsOnce) {
  Lab lab = sends(1500);
  lab.setup.links[0].duplicate_ppm = 1'000'000;
  note_reached(lab.run(5_s));
  EXPECT_EQ(lab.result("reads", "recvfrom").value, 1500);
  EXPECT_EQ(lab.counter("srv", Counter::IpReasmOKs), 1);
  const std::vector<Reason> drops = lab.drops("srv");
  EXPECT_EQ(std::count(drops.begin(), drops.end(), Reason::FragmentAgain), 1);
  // The copy of the last part begins a datagram that never becomes whole.
  EXPECT_EQ(std::count(drops.begin(), drops.end(), Reason::FragmentsTooLate), 1);
  EXPECT_EQ(lab.counter("srv", Counter::IpReasmTimeout), 1);
  EXPECT_EQ(lab.counter("srv", Counter::IcmpOutTimeExcds), 0) << "its first part is not there to be quoted";
}

TEST(Fragments, TheirOrderIsNoMatter) {
  Lab lab = sends(4000, 20);
  lab.setup.links[0].reorder_ppm = 500'000;
  lab.run(5_s);
  EXPECT_EQ(lab.counter("srv", Counter::IpReasmOKs), 20);
  EXPECT_EQ(lab.result("reads", "recvfrom").value, 4000);
  EXPECT_EQ(lab.result("reads", "recvfrom").data, pattern(4000));
}

TEST(Fragments, DamageToOneIsDamageToAll) {
  Lab lab = sends(1500);
  lab.setup.links[0].corrupt_ppm = 1'000'000;
  lab.run(5_s);
  EXPECT_EQ(lab.counter("srv", Counter::IpReasmOKs), 1);
  EXPECT_EQ(lab.counter("srv", Counter::UdpInCsumErrors), 1);
}

TEST(Fragments, TheLongestDatagramIsStillOne) {
  Lab lab = sends(65507);
  lab.run(5_s);
  EXPECT_EQ(lab.result("reads", "recvfrom").value, 65507);
  EXPECT_EQ(lab.counter("cli", Counter::IpFragCreates), 68);
}

}  // namespace
}  // namespace sockarium::test
