// filter and route in scenario files: what they mean, and what is said to those who write them wrong.
#include <gtest/gtest.h>

#include "tests/support/script_support.h"

namespace sockarium::script {
namespace {

std::string complaint(const std::string& line) {
  return complaint_about(two_hosts() + "local wire = link { cli, host { name = 'web', ip = '10.0.0.9' } }\n" +
                         line + "\nprocess(cli, 'p', function() end)\n");
}

TEST(ScriptNetwork, AFilterNamesItsPackets) {
  const auto scenario =
      must_load(two_hosts() +
                "filter(srv, 'drop', { port = 80 })\n"
                "filter(srv, 'reject', { proto = 'tcp', from = cli, with = 'rst', on = '1s', off = '2s' })\n"
                "filter(cli, 'reject', { to = '192.168.1.10', with = 'host' })\n"
                "process(cli, 'p', function() end)\n");
  ASSERT_TRUE(scenario);
  const auto& filters = scenario->setup.filters;
  ASSERT_EQ(filters.size(), 3u);
  EXPECT_EQ(filters[0].host, 1u);
  EXPECT_EQ(filters[0].rule.action, wire::FilterAction::Drop);
  EXPECT_EQ(filters[0].rule.port, 80u);
  EXPECT_EQ(filters[0].rule.outgoing, 0u);
  EXPECT_EQ(filters[1].rule.with, wire::with_reset);
  EXPECT_EQ(filters[1].rule.peer, Address::v4(10, 0, 0, 5));
  EXPECT_EQ(filters[1].rule.on, 1 * second);
  EXPECT_EQ(filters[1].rule.off, 2 * second);
  EXPECT_EQ(filters[2].rule.outgoing, 1u);
  EXPECT_EQ(filters[2].rule.with, 1u);
  EXPECT_EQ(filters[2].line, 6);
}

TEST(ScriptNetwork, ARouteIsAPrefixAndAKindOrALink) {
  const auto scenario = must_load(
      "local cli = host { name = 'cli', ip = '10.0.0.5' }\n"
      "local srv = host { name = 'srv', ip = '192.168.1.10' }\n"
      "local wire = link { cli, srv }\n"
      "route(cli, '10.66.0.0/16', 'prohibit')\n"
      "route(cli, '10.0.0.99', wire)\n"
      "process(cli, 'p', function() end)\n");
  ASSERT_TRUE(scenario);
  const auto& routes = scenario->setup.routes;
  ASSERT_EQ(routes.size(), 2u);
  EXPECT_EQ(routes[0].prefix, 16u);
  EXPECT_EQ(routes[0].kind, RouteSetup::Kind::Prohibit);
  EXPECT_EQ(routes[1].prefix, 32u);
  EXPECT_EQ(routes[1].kind, RouteSetup::Kind::OnLink);
}

TEST(ScriptNetwork, MistakesAreNamed) {
  const std::pair<const char*, const char*> rows[] = {
      {"filter(srv, 'dorp', {})", "unknown action \"dorp\""},
      {"filter(srv, 'drop', { with = 'rst' })", "'with' belongs to the action \"reject\""},
      {"filter(srv, 'reject', { with = 'rts' })", "unknown answer \"rts\""},
      {"filter(srv, 'drop', { from = cli, to = cli })", "a rule is for what comes 'from' a host"},
      {"filter(srv, 'drop', { proto = 'icmp', port = 80 })", "ICMP has no ports"},
      {"filter(srv, 'drop', { on = '2s', off = '1s' })", "'off' of filter must come after 'on'"},
      {"filter(srv, 'drop', { prot = 'tcp' })", "prot"},
      {"route(cli, '10.66.0.0/33', 'prohibit')", "is no address and no prefix"},
      {"route(cli, '10.66.0.0/16', 'prohibited')", "did you mean 'prohibit'?"},
      {"route(cli, '2001:db8::/129', 'prohibit')", "is no address and no prefix"},
      {"route(cli, '2001:db8::/32', wire)", "name the host that passes packets on"},
      {"route(srv, '10.66.0.0/16', wire)", "host 'srv' is not on this link"},
      {"route(cli, '10.66.0.0/16', 'prohibit'); route(cli, '10.66.0.0/16', 'blackhole')",
       "has a route to 10.66.0.0/16 already"},
  };
  for (const auto& row : rows)
    EXPECT_NE(complaint(row.first).find(row.second), std::string::npos)
        << row.first << ": " << complaint(row.first);
}

}  // namespace
}  // namespace sockarium::script
