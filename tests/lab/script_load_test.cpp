// What people see who wrote a scenario file wrong: where, what, and what to write instead.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "sim/wire/packet.h"
#include "tests/support/script_support.h"

namespace sockarium::script {
namespace {

constexpr const char* quiet_process = "process(srv, 'web', function() end)\n";

TEST(ScriptLoad, AnErrorPointsAtTheWord) {
  EXPECT_EQ(
      complaint_about("-- a story\nlocal x = 1\n\tlocal srv = hots { name = \"srv\", ip = \"10.0.0.1\" }\n"),
      "story.lua:3: error: unknown call 'hots'\n"
      "    3 | \tlocal srv = hots { name = \"srv\", ip = \"10.0.0.1\" }\n"
      "      | \t            ^^^^ did you mean 'host'?\n");
}

TEST(ScriptLoad, AnErrorBehindLettersOfTwoBytesPointsAtTheWord) {
  EXPECT_EQ(complaint_about("local s = 'Grüße', hots {}\n"),
            "story.lua:1: error: unknown call 'hots'\n"
            "    1 | local s = 'Grüße', hots {}\n"
            "      |                    ^^^^ did you mean 'host'?\n");
}

struct Row {
  const char* source;   ///< comes after two_hosts(), so its first line is the fourth
  const char* message;  ///< after «story.lua:4: error: »
  const char* hint;
};

void expect_rows(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    const LoadResult result = load_text("story.lua", two_hosts() + row.source + "\n" + quiet_process);
    const auto* error = std::get_if<LoadError>(&result);
    ASSERT_NE(error, nullptr) << row.source;
    EXPECT_EQ(error->line, 4) << row.source << "\n" << error->format();
    EXPECT_EQ(error->message, row.message) << row.source;
    EXPECT_EQ(error->hint, row.hint) << row.source;
  }
}

TEST(ScriptLoad, MachinesAreDeclaredRightOrNotAtAll) {
  expect_rows({
      {"host { name = 'x', ip = '10.0.0.300' }", "\"10.0.0.300\" is not an address",
       "four numbers from 0 to 255, with dots between"},
      {"host { name = 'x', ip = '127.0.0.1' }", "\"127.0.0.1\" cannot be the address of a host",
       "every host has 127.0.0.1 and ::1 by itself"},
      {"host { name = 'x', ip = '224.0.0.1' }", "\"224.0.0.1\" cannot be the address of a host",
       "write one like \"10.0.0.5\""},
      {"host { name = 'x', ip = 'fe80::1' }", "\"fe80::1\": link-local addresses are not modelled",
       "write one like \"2001:db8::5\""},
      {"host { name = 'x', ip = '2001:db8:::5' }", "\"2001:db8:::5\" is not an address",
       "eight groups of up to four hexadecimal digits, as in \"2001:db8::5\""},
      {"host { name = 'x', ip = '10.0.0.7', sysctl = { ip_local_reserved_ports = '5-3' } }",
       "ip_local_reserved_ports must be ports and ranges of ports, not \"5-3\"",
       "write \"32768-32770,40000\""},
      {"host { name = 'x' }", "host needs 'ip': its address", "write ip = \"192.168.1.10\""},
      {"host { ip = '10.0.0.7' }", "host needs 'name': a text in quotes", "write name = \"srv\""},
      {"host { name = 7, ip = '10.0.0.7' }", "'name' of host must be a text in quotes, not 7",
       "write name = \"srv\""},
      {"host { name = 'srv', ip = '10.0.0.7' }", "two hosts are called 'srv'", "the first is in line 2"},
      {"host { name = 'x', ip = '10.0.0.5' }", "host 'cli' has the address 10.0.0.5 already",
       "give every host an address of its own"},
      {"host { name = 'x', ip = '10.0.0.7', adress = 1 }", "unknown key 'adress' in host",
       "it knows file_max, profile, name, ip and sysctl"},
      {"host { name = 'x', ip = '10.0.0.7', sysctls = {} }", "unknown key 'sysctls' in host",
       "did you mean 'sysctl'?"},
      {"host { name = 'x', ip = '10.0.0.7', users = {} }", "'users' of host is not modelled yet",
       "leave it out"},
      {"host { name = 'x', ip = '10.0.0.7', profile = 'linux' }", "unknown profile \"linux\"",
       "there are linux-6.18, linux-6.1, linux-4.19, macos and windows"},
      {"container(srv, { name = 'x', ip = '10.0.0.7', profile = 'macos' })",
       "unknown key 'profile' in container", "it knows name, ip and sysctl"},
      {"container(srv)", "container: argument 2 'what' must be a table {name, ip, sysctl}, not left out",
       "write container(srv, { name = \"web\", ip = \"172.17.0.2\" })"},
      {"process(srv, 'web', { nofile = {8, 4} }, function() end)",
       "'nofile' of process must be two numbers up to 1048576, the soft limit not above the hard one, not a "
       "table",
       "write nofile = {16, 64}"},
      {"host('x', '10.0.0.7')", "host needs a table, not \"x\"",
       "write host { name = \"srv\", ip = \"192.168.1.10\" }"},
      {"host { name = 'x', ip = '10.0.0.7', sysctl = { tcp_syn_retris = 2 } }",
       "unknown sysctl 'tcp_syn_retris'", "did you mean 'tcp_syn_retries'?"},
      {"host { name = 'x', ip = '10.0.0.7', sysctl = { tcp_syn_retries = -1 } }",
       "net.ipv4.tcp_syn_retries must be a number from 1 to 127, not -1", ""},
      {"sysctl(srv, 'somaxconn', 'many')", "sysctl 'somaxconn' must be a whole number, not \"many\"", ""},
      {"sysctl(srv, 'ip_local_port_range', '61000 32768')",
       "ip_local_port_range must be two ports, the lower one first, not \"61000 32768\"",
       "write \"32768 60999\""},
      {"sysctl('svr', 'somaxconn', 1)", "sysctl: argument 1: no host is called 'svr'", "did you mean 'srv'?"},
      {"link { cli }", "link needs two hosts",
       "write link { cli, srv, delay = \"10ms\" }, with hosts made by host { … } above"},
      {"link { cli, cli }", "a link joins two different hosts", ""},
      {"link { srv, cli, delay = '10ms' }", "'srv' and 'cli' are linked already",
       "the first link is in line 3"},
      {"link { cli, 5 }", "link: the second host must be a host, not 5",
       "write local srv = host { name = \"srv\", ip = \"192.168.1.10\" } above"},
      {"link { cli, srv, dely = '10ms' }", "unknown key 'dely' in link", "did you mean 'delay'?"},
      {"link { cli, srv, delay = '10 parsecs' }", "'delay' of link: \"10 parsecs\" is not a duration",
       "write \"250us\", \"10ms\", \"1s\" or \"2min\", or a number of seconds"},
      {"link { cli, srv, delay = -1 }", "'delay' of link: -1 s is not a duration: it lies in the past",
       "write \"250us\", \"10ms\", \"1s\" or \"2min\", or a number of seconds"},
      {"link { cli, srv, delay = 0/0 }", "'delay' of link: nan s is not a duration",
       "write \"250us\", \"10ms\", \"1s\" or \"2min\", or a number of seconds"},
      {"link { cli, srv, loss = 1 }",
       "'loss' of link must be a chance in quotes, from \"0%\" to \"100%\", not 1", "write loss = \"1%\""},
      {"link { cli, srv, rate = '10 knots' }", "'rate' of link must be bits per second, not \"10 knots\"",
       "write rate = \"10mbit\""},
      {"link { cli, srv, jitter = 'much' }", "'jitter' of link: \"much\" is not a duration",
       "write \"250us\", \"10ms\", \"1s\" or \"2min\", or a number of seconds"},
      {"link { cli, srv, dup = '200%' }",
       "'dup' of link must be a chance in quotes, from \"0%\" to \"100%\", not \"200%\"",
       "write dup = \"1%\""},
      {"link { cli, srv, corrupt = 0.1 }",
       "'corrupt' of link must be a chance in quotes, from \"0%\" to \"100%\", not 0.1",
       "write corrupt = \"1%\""},
      {"link { cli, srv, reorder = '5%' }",
       "'reorder' of link needs a delay: a reordered packet skips it, and so overtakes",
       "write delay = \"10ms\", too"},
      {"link { cli, srv, mtu = 20 }", "'mtu' of link must be a number from 576 to 65535, not 20", ""},
      {"fault(cli, {})", "fault: argument 1 must be a link, not a host",
       "write local wire = link { … }, and then fault(wire, { from = cli, match = \"SYN\", nth = 1, action = "
       "\"drop\" })"},
      {"peer(srv, function() end)",
       "peer: argument 2 'options' must be a table {ip, delay, …}, not a function",
       "write peer(srv, { ip = \"10.9.0.2\", delay = \"10ms\" }, function(p) … end)"},
      {"peer(srv, {}, function() end)", "peer needs 'ip': its address", "write ip = \"10.9.0.2\""},
      {"peer(srv, { ip = '1.2.3.4', dely = 1 }, function() end)", "unknown key 'dely' in peer",
       "did you mean 'delay'?"},
      {"peer(srv, { ip = '10.0.0.5' }, function() end)", "host 'cli' has the address 10.0.0.5 already",
       "give every host an address of its own"},
      {"peer(srv, { ip = '1.2.3.4', name = 'a b' }, function() end)", "a peer cannot be called \"a b\"",
       "choose a word, like \"flood\""},
      {"peer(srv, { ip = '1.2.3.4' })",
       "peer: argument 3 'fn' must be the function that the peer runs, not left out",
       "write peer(srv, { ip = \"10.9.0.2\", delay = \"10ms\" }, function(p) … end)"},
      {"for i = 1, 2 do peer(srv, { ip = '1.2.3.' .. i }, function() end) end", "two hosts are called 'peer'",
       "the first is in line 4; give the peer a name of its own, name = \"flood\""},
      {"link { srv, peer(cli, { ip = '1.2.3.4' }, function() end) }",
       "link: the second host: 'peer' is a raw peer, which has no kernel",
       "it has its own link and its own program; name a host { … }"},
      {"process(peer(cli, { ip = '1.2.3.4' }, function() end), 'web', function() end)",
       "process: argument 1: 'peer' is a raw peer, which has no kernel",
       "it has its own link and its own program; name a host { … }"},
      {"process(srv, 'web')",
       "process: argument 4 'fn' must be the function that the process runs, not left out",
       "write process(srv, \"web\", function() … end)"},
      {"process(srv, 'web', print())", "'print' is a call that programs make",
       "write it inside process(host, \"name\", function() … end)"},
      {"process(srv, function() end)", "process: argument 2 'name' must be a text in quotes, not a function",
       ""},
      {"process(srv, 'web', { strat = 1 }, function() end)", "unknown key 'strat' in process",
       "did you mean 'start'?"},
      {"process(srv, 'web', { nofile = -3 }, function() end)",
       "'nofile' of process must be a number from 0 to 1048576, not -3", ""},
      {"process(srv, 'web', { user = 'www' }, function() end)",
       "user \"www\": users with names are not modelled yet", "write the number, user = 1000"},
      {"process(srv, 'web', close)",
       "process: argument 3 'fn' must be a function of the scenario, not a function",
       "write function() … end around the call"},
      {"local fd = socket(AF_INET, SOCK_STREAM)", "'socket' is a call that programs make",
       "write it inside process(host, \"name\", function() … end)"},
  });
}

TEST(ScriptLoad, FaultsNameAPacketOfTheirLink) {
  const std::string wire = "local wire = link { cli, host { name = 'x', ip = '10.0.0.9' } } ";
  const auto message = [&](const std::string& source) {
    const LoadResult result = load_text("story.lua", two_hosts() + wire + source + "\n" + quiet_process);
    const auto* error = std::get_if<LoadError>(&result);
    return error == nullptr ? "" : error->message;
  };
  EXPECT_EQ(message("fault(wire, { from = srv })"), "host 'srv' is not on this link");
  EXPECT_EQ(message("fault(wire, { from = cli, match = 'SYM' })"),
            "'match' of fault must be flags of a packet, not \"SYM\"");
  EXPECT_EQ(message("fault(wire, { from = cli, action = 'dup' })"), "");
  EXPECT_EQ(message("fault(wire, { from = cli, action = 'dup', by = '1ms' })"), "");
  EXPECT_EQ(message("fault(wire, { from = cli, action = 'dupe' })"), "unknown action \"dupe\"");
  EXPECT_EQ(message("fault(wire, { from = cli, action = 'delay' })"),
            "action \"delay\" needs 'by': how long");
  EXPECT_EQ(message("fault(wire, { from = cli, by = '1s' })"),
            "'by' belongs to the actions \"delay\" and \"dup\"");
  EXPECT_EQ(message("fault(wire, { from = cli, nth = 0 })"),
            "'nth' of fault must be a number from 1 to 1000000000, not 0");
  EXPECT_EQ(message("fault(wire, { from = cli, match = 'SYN', nth = 2, action = 'delay', by = '5ms' })"), "");
}

TEST(ScriptLoad, LessonsAreDeclaredRightOrNotAtAll) {
  expect_rows({
      {"scenario { tilte = 'x' }", "unknown key 'tilte' in scenario", "did you mean 'title'?"},
      {"scenario { version = 2 }", "this file is of version 2, and this program reads version 1", ""},
      {"scenario { profile = 'linux-6.17' }", "unknown profile \"linux-6.17\"", "did you mean 'linux-6.18'?"},
      {"scenario {} scenario {}", "scenario is declared twice", "write one scenario { … } at the top"},
      {"on { kind = 'PacketDroped' }", "unknown kind of record 'PacketDroped'",
       "did you mean 'PacketDropped'?"},
      {"on { kind = 'PacketDropped', reason = 'AcceptQueueFul' }", "unknown reason 'AcceptQueueFul'",
       "did you mean 'AcceptQueueFull'?"},
      {"on { kind = 'PacketDropped', host = 'sv' }", "'host' of on: no host is called 'sv'",
       "there are cli and srv"},
      {"at('25 parsecs', 'x')", "at: argument 1: \"25 parsecs\" is not a duration",
       "write \"250us\", \"10ms\", \"1s\" or \"2min\", or a number of seconds"},
      {"at('25ms')", "at: argument 2 'text' must be a text in quotes, not left out", ""},
      {"at('25ms', 'state {w:sockets{')", "the text \"state {w:sockets{\" has a { without its }",
       "write {{ for a brace that is only a brace"},
      {"at('25ms', 'state {1 +}')", "the expression {1 +} is not Lua: unexpected symbol near <eof>", ""},
      {"bookmark('5s', '1s')", "a bookmark cannot be called \"5s\"", "choose a word, like \"full\""},
      {"bookmark('full', '1s') bookmark('full', '2s')", "'full' is taken", "line 4 has it already"},
      {"at('ful', 'x') bookmark('full', '1s')", "unknown bookmark 'ful'", "did you mean 'full'?"},
      {"expect('x', on { kind = 'TaskEnded', process = 'wbe' }, function() end)", "unknown process 'wbe'",
       "did you mean 'web'?"},
      {"expect('x')", "expect: argument 2 'fn' must be a function that says true or false, not left out",
       "write function(w) return … end"},
      {"predict { ask = 'x', type = 'chioce', answer = function() end }",
       "unknown type of prediction 'chioce'", "did you mean 'choice'?"},
      {"predict { ask = 'x', type = 'number', answer = 3 }",
       "'answer' of predict must be a function that works the answer out, not 3",
       "write answer = function(w) return … end"},
      {"predict { ask = 'x', type = 'choice', answer = function() end }",
       "a prediction of type \"choice\" needs options", "write options = { \"ESTAB\", \"SYN-SENT\" }"},
      {"params { backlog = function() end }",
       "param 'backlog' must be a number, a text, true or false, not a function", ""},
      {"params { backlog = { min = 1 } }", "param 'backlog' needs a default",
       "write backlog = { default = 2, min = 1, max = 8 }"},
      {"params { backlog = { default = 20, max = 8 } }", "param 'backlog' = 20 is greater than its max, 8",
       ""},
      {"params { mode = { default = 'x', values = { 'a', 'b' } } }", "param 'mode' = x is none of its values",
       "there are a and b"},
      {"params { backlog = { default = 2, maks = 8 } }", "unknown key 'maks' in param 'backlog'",
       "did you mean 'max'?"},
      {"params { backlog = 2 } print(params.baklog)", "unknown param 'baklog'", "did you mean 'backlog'?"},
  });
}

TEST(ScriptLoad, HabitsOfOtherLanguagesAreExplained) {
  const std::pair<const char*, const char*> rows[] = {
      {"if 1 != 2 then end", "'not equal' is ~=, and 'not' is not"},
      {"if a && b then end", "'and' is and"},
      {"local x = 1 x += 1", "there is no += and no ++: write x = x + 1"},
      {"// a comment", "a comment begins with --"},
      {"# a comment", "a comment begins with --"},
      {"while true { }", "a block begins with then or do, and ends with end"},
      {"if true: print(1)", "a block begins with then or do, and ends with end"},
  };
  for (const auto& [source, hint] : rows) {
    const LoadResult result = load_text("story.lua", source);
    ASSERT_TRUE(std::holds_alternative<LoadError>(result)) << source;
    EXPECT_EQ(std::get<LoadError>(result).hint, hint) << source << "\n"
                                                      << std::get<LoadError>(result).format();
    EXPECT_GT(std::get<LoadError>(result).column, 0) << source;
  }
}

TEST(ScriptLoad, AnErrorInACallOfSeveralLinesPointsAtItsLine) {
  EXPECT_EQ(complaint_about("host {\n  name = \"srv\",\n  ipp = \"10.0.0.1\",\n}\n"),
            "story.lua:3: error: unknown key 'ipp' in host\n"
            "    3 |   ipp = \"10.0.0.1\",\n"
            "      |   ^^^ did you mean 'ip'?\n");
}

TEST(ScriptLoad, AFileMustBeAScenario) {
  EXPECT_EQ(complaint_about(""),
            "story.lua: error: the file is empty\n"
            "        a scenario has hosts and processes: host { … }, process(…)\n");
  EXPECT_EQ(complaint_about(" \n\t\n"), complaint_about(""));
  EXPECT_EQ(complaint_about(std::string("local x\0 = 1", 12)), "story.lua: error: this is not a text file\n");
  EXPECT_EQ(complaint_about("\x1bLuaT"), "story.lua: error: this is not a text file\n");
  EXPECT_EQ(complaint_about("local x = 1\nlocal s = '\xe4'\n"),
            "story.lua:2: error: this is not UTF-8 text\n"
            "        save it as UTF-8\n");
  EXPECT_EQ(complaint_about(std::string(2 << 20, ' ')),
            "story.lua: error: the file is larger than 1 MB: no scenario is that long\n");
  EXPECT_EQ(complaint_about("local x = 1"),
            "story.lua: error: the scenario has no host\n"
            "        write local srv = host { name = \"srv\", ip = \"192.168.1.10\" }\n");
  EXPECT_EQ(complaint_about(two_hosts()),
            "story.lua: error: the scenario has no process\n"
            "        write process(srv, \"web\", function() … end)\n");
  EXPECT_EQ(complaint_about("\xef\xbb\xbf" + one_process("")), "") << "a byte order mark is no harm";
  EXPECT_EQ(complaint_about("local a = 1\r\nhots {}\r\n").find("\r"), std::string::npos);
}

TEST(ScriptLoad, AFileThatCannotBeReadIsNotABadScenario) {
  const auto missing = load_file("/nonexistent/story.lua");
  EXPECT_EQ(std::get<LoadError>(missing).format(), "/nonexistent/story.lua: error: there is no such file\n");
  EXPECT_TRUE(std::get<LoadError>(missing).unreadable);
  const auto folder = load_file(testing::TempDir());
  EXPECT_EQ(std::get<LoadError>(folder).message, "this is a folder, not a scenario file");
  EXPECT_FALSE(std::get<LoadError>(load_text("x", "")).unreadable);
}

TEST(ScriptLoad, AFileIsReadAsItsTextIs) {
  const std::string path = testing::TempDir() + "story_" + std::to_string(getpid()) + ".lua";
  std::ofstream(path) << one_process("sleep(1)");
  const auto result = load_file(path);
  std::remove(path.c_str());
  const auto& scenario = std::get<std::shared_ptr<const Scenario>>(result);
  EXPECT_EQ(scenario->file, path);
  EXPECT_EQ(scenario->lines.at(4), "sleep(1)");
}

TEST(ScriptLoad, AScenarioSaysWhatAWorldIsMadeFrom) {
  const auto scenario = must_load(
      "scenario { id = 'Q1', title = 'Backlog', limits = 'No cookies.', seed = 7, stop_at = '90s' }\n"
      "local cli = host { name = 'cli', ip = { '10.0.0.5', '10.0.0.6' }, sysctl = { tcp_syn_retries = 2 } }\n"
      "local srv = host { name = 'srv', ip = '192.168.1.10' }\n"
      "local wire = link { cli, srv, delay = '10ms', rate = '8mbit', loss = '0.5%', mtu = 1400 }\n"
      "fault(wire, { from = srv, match = 'SYN', nth = 3, action = 'drop' })\n"
      "sysctl(srv, 'ip_local_port_range', '40000 40009')\n"
      "process(srv, 'web', { nofile = 16, user = 1000 }, function() end)\n"
      "process(cli, 'curl', { start = 0.03 }, function() end)\n");
  ASSERT_TRUE(scenario);
  const auto& setup = scenario->setup;
  EXPECT_EQ(scenario->id, "Q1");
  EXPECT_EQ(setup.seed, 7u);
  EXPECT_EQ(setup.stop_at, 90 * second);
  EXPECT_EQ(setup.hosts.at(0).addresses.size(), 2u);
  EXPECT_EQ(setup.hosts.at(0).sysctls.at(0), std::make_pair(Sysctl::TcpSynRetries, std::int64_t{2}));
  EXPECT_EQ(setup.hosts.at(1).sysctls.at(1), std::make_pair(Sysctl::PortRangeHigh, std::int64_t{40009}));
  EXPECT_EQ(setup.links.at(0).delay, 10 * millisecond);
  EXPECT_EQ(setup.links.at(0).rate, 8'000'000u);
  EXPECT_EQ(setup.links.at(0).loss_ppm, 5'000u);
  EXPECT_EQ(setup.links.at(0).line, 4);
  EXPECT_EQ(setup.faults.at(0).flags, wire::SYN);
  EXPECT_EQ(setup.faults.at(0).without, wire::ACK)
      << "SYN is the first packet of a handshake, not the second";
  EXPECT_EQ(setup.processes.at(0).nofile, 16u);
  EXPECT_EQ(setup.processes.at(1).start, 30 * millisecond);
  EXPECT_EQ(setup.processes.at(1).line, 8);
}

TEST(ScriptLoad, KnobsAreTurnedFromOutside) {
  const std::string text =
      "params { clients = { default = 6, min = 1, max = 50, help = 'how many' },\n"
      "         every = '1s', backlog = 2, mode = 'a', quick = false, ratio = 0.5 }\n" +
      one_process("print(params.clients, params.every, params.quick, params.mode)");
  const auto turned = [&](std::map<std::string, std::string> set) {
    LoadOptions options;
    options.params = std::move(set);
    return options;
  };
  const auto scenario = must_load(text, turned({{"clients", "12"}, {"every", "250ms"}, {"quick", "true"}}));
  ASSERT_TRUE(scenario);
  std::vector<std::string> names;
  for (const Param& param : scenario->params) names.push_back(param.name + "=" + to_string(param.value));
  EXPECT_EQ(names, (std::vector<std::string>{"clients=12", "every=250ms", "backlog=2", "mode=a", "quick=true",
                                             "ratio=0.5"}))
      << "in the order of the file";
  EXPECT_EQ(scenario->params[0].help, "how many");
  ByteStore bytes;
  const ProgramStep step = programs_of(scenario)()->resume({0}, SysResult::of(0), bytes);
  EXPECT_EQ(bytes.text(std::get<sys::Write>(step.call).data), "12\t250ms\ttrue\ta\n")
      << "the programs see them too";

  const auto complaint = [&](const char* name, const char* value) {
    const LoadResult result = load_text("story.lua", text, turned({{name, value}}));
    const auto* error = std::get_if<LoadError>(&result);
    return error == nullptr ? "" : error->message + "|" + error->hint;
  };
  EXPECT_EQ(complaint("clients", "many"),
            "--set clients=many: 'many' is not a number|the file says clients = 6");
  EXPECT_EQ(complaint("clients", "51"), "param 'clients' = 51 is greater than its max, 50|");
  EXPECT_EQ(complaint("every", "soon"),
            "--set every=soon: 'soon' is not a duration like \"10ms\"|the file says every = 1s");
  EXPECT_EQ(complaint("every", "0.5"), "");
  EXPECT_EQ(complaint("quick", "maybe"),
            "--set quick=maybe: 'maybe' is not true or false|the file says quick = false");
  EXPECT_EQ(complaint("bakclog", "3"), "--set bakclog=3: unknown param 'bakclog'|did you mean 'backlog'?");
}

TEST(ScriptLoad, ASeedFromOutsideWins) {
  LoadOptions options;
  options.seed = 99;
  EXPECT_EQ(must_load("scenario { seed = 7 }\n" + one_process(""), options)->setup.seed, 99u);
}

TEST(ScriptLoad, MomentsAreKept) {
  const auto scenario = must_load(two_hosts() + quiet_process +
                                  "bookmark('full', on { kind = 'PacketDropped', host = srv, reason = "
                                  "'AcceptQueueFull', nth = 2 })\n"
                                  "checkpoint('early', '5ms')\n"
                                  "at('full', 'now')\n"
                                  "at(0.025, 'then')\n"
                                  "expect('all is well', function(w) return true end)\n");
  ASSERT_TRUE(scenario);
  EXPECT_EQ(to_string(scenario->bookmarks.at(0).when), "at the 2nd PacketDropped (AcceptQueueFull) on srv");
  EXPECT_EQ(to_string(scenario->narrations.at(0).when), "at the bookmark full");
  EXPECT_EQ(to_string(scenario->narrations.at(1).when), "at 25 ms");
  EXPECT_EQ(scenario->checkpoints.at(0).when.time, 5 * millisecond);
  EXPECT_EQ(to_string(scenario->expectations.at(0).when), "at the end");
  EXPECT_EQ(scenario->expectations.at(0).line, 9);
}

}  // namespace
}  // namespace sockarium::script
