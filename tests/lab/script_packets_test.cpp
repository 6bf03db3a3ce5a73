// What scenario files have for packet and netlink sockets: words that are wrong are named, and nonsense bytes
// are nothing.
#include <gtest/gtest.h>

#include "tests/support/script_support.h"

namespace sockarium::script {
namespace {

/// What a program prints that makes this statement: what is wrong with it, or «fine».
std::string said_by(const std::string& statement) {
  return Stage(one_process(statement + "\nprint('fine')")).prints({0});
}

TEST(ScriptPackets, MistakesAreNamed) {
  const std::pair<const char*, const char*> rows[] = {
      {"bpf('tcp prot 80')", "'prot' is no word of the filter language"},
      {"bpf('tcp', 'wifi')", "\"ip\" or \"ethernet\""},
      {"bpf(80)", "argument 1 'expression'"},
      {"htons(70000)", "argument 1 'number'"},
      {"inet_diag_req_v2 { states = { 'OPEN' } }", "there are"},
      {"inet_diag_req_v2 { port = 80 }", "port"},
      {"unix_diag_req('x')", "a table"},
      {"nlmsghdr { type = 70000 }", "type"},
      {"bind(3, { interface = 'wlan0' })", "write \"lo\", or \"eth0\""},
      {"bind(3, { interfaces = 'lo' })", "interfaces"},
      {"bind(3, 'eth0', 80)", "is a network device"},
      {"connect(3, { pid = 4711 })", "netlink between programs"},
      {"sendto(3, 'x', { interface = 'lo' })", "sending over a packet socket"},
      {"setsockopt(3, SOL_SOCKET, SO_ATTACH_FILTER, 1)", "write bpf("},
      {"setsockopt(3, SOL_PACKET, PACKET_ADD_MEMBERSHIP, 1)", "PACKET_MR_PROMISC"},
      {"getsockopt(3, SOL_SOCKET, SO_ATTACH_FILTER)", "reading a filter back"},
  };
  for (const auto& [statement, part] : rows)
    EXPECT_NE(said_by(statement).find(part), std::string::npos) << statement << ": " << said_by(statement);
}

TEST(ScriptPackets, NonsenseBytesAreNothing) {
  EXPECT_EQ(said_by("assert(dissect('') == nil)"), "fine\n");
  EXPECT_EQ(said_by("assert(dissect('E') == nil)"), "fine\n");
  EXPECT_EQ(said_by("for i = 1, 200 do assert(dissect(string.rep('\\x45', i)) == nil) end"), "fine\n");
  EXPECT_EQ(said_by("assert(#netlink_messages('') == 0 and #netlink_messages('nonsense') == 0)"), "fine\n");
  EXPECT_EQ(
      said_by("local row = netlink_messages(nlmsghdr { type = 20, data = string.rep('\\xff', 72) })[1]\n"
              "assert(row.timer == 255)"),
      "fine\n");
  EXPECT_EQ(
      said_by("local last = netlink_messages(nlmsghdr { type = NLMSG_ERROR, data = '\\0\\0\\0\\x80' })[1]\n"
              "assert(math.type(last.error) == 'integer')"),
      "fine\n");
}

}  // namespace
}  // namespace sockarium::script
