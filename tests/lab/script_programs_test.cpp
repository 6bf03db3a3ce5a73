// Programs of a scenario, driven by hand: their calls come out, and results go in.
#include <gtest/gtest.h>

#include "tests/support/script_support.h"

namespace sockarium::script {
namespace {

TEST(ScriptPrograms, AServerCallsAsItsSourceSays) {
  Stage stage(two_hosts() +
              "process(srv, 'web', function()\n"                    // 4
              "  local fd = check(socket(AF_INET, SOCK_STREAM))\n"  // 5
              "  check(bind(fd, '0.0.0.0', 8080))\n"                // 6
              "  check(listen(fd, 16))\n"                           // 7
              "  local conn, peer = check(accept(fd))\n"            // 8
              "  print('from', peer, peer.port)\n"                  // 9
              "  local request = check(recv(conn, 100))\n"          // 10
              "  check(send(conn, 'you said ' .. request, MSG_NOSIGNAL))\n"
              "  close(conn)\n"
              "end)\n");
  EXPECT_EQ(stage.call({0}), "socket(AF_INET, SOCK_STREAM, IPPROTO_IP)");
  EXPECT_EQ(stage.call({0}, SysResult::of(3)),
            "bind(3, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr(\"0.0.0.0\")}, 16)");
  const ProgramStep listening = stage.step({0});
  EXPECT_EQ(to_string(listening.call, stage.bytes()), "listen(3, 16)");
  EXPECT_EQ(listening.line, 7);
  EXPECT_EQ(stage.call({0}), "accept(3)");
  SysResult accepted = SysResult::of(4);
  accepted.peer = Endpoint{Address::v4(10, 0, 0, 5), 40000};
  const ProgramStep printing = stage.step({0}, accepted);
  EXPECT_EQ(stage.written(printing), "from\t10.0.0.5:40000\t40000\n");
  EXPECT_EQ(printing.line, 9);
  EXPECT_EQ(stage.call({0}, SysResult::of(27)), "recv(4, 100, 0)");
  EXPECT_EQ(stage.call({0}, stage.received("GET /")), "send(4, \"you said GET /\", 14, MSG_NOSIGNAL)");
  EXPECT_EQ(stage.call({0}, SysResult::of(14)), "close(4)");
  const ProgramStep end = stage.step({0});
  EXPECT_EQ(to_string(end.call, stage.bytes()), "exit(0)");
  EXPECT_EQ(end.fault, "");
  EXPECT_EQ(stage.call({0}), "exit(0)") << "an ended task stays ended";
}

TEST(ScriptPrograms, AnErrorComesAsNilAndItsName) {
  Stage stage(
      one_process("local ok, err = connect(3, 'srv', 80)\n"
                  "print(ok, err, err == ECONNREFUSED)"));
  EXPECT_EQ(stage.call({0}),
            "connect(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr(\"192.168.1.10\")}, 16)");
  EXPECT_EQ(stage.says({0}, SysResult::fail(Errno::CONNREFUSED)), "nil\tECONNREFUSED\ttrue\n");
}

TEST(ScriptPrograms, CheckStopsAProgramWithTheWordsOfPerror) {
  Stage stage(one_process("check(connect(3, 'localhost', 80))\nprint('never')"));
  EXPECT_EQ(stage.call({0}),
            "connect(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr(\"127.0.0.1\")}, 16)");
  const ProgramStep words = stage.step({0}, SysResult::fail(Errno::CONNREFUSED));
  const auto& write = std::get<sys::Write>(words.call);
  EXPECT_EQ(write.fd, 2);
  EXPECT_EQ(stage.bytes().text(write.data), "line 5: connect: Connection refused\n");
  EXPECT_EQ(words.line, 5);
  const ProgramStep end = stage.step({0});
  EXPECT_EQ(to_string(end.call, stage.bytes()), "exit(1)");
  EXPECT_EQ(end.fault, "") << "an error of the simulated kernel is content, not a fault";
}

TEST(ScriptPrograms, ConnectWithAfUnspecDissolvesAConnection) {
  Stage stage(one_process("connect(3, AF_UNSPEC)"));
  EXPECT_EQ(stage.call({0}),
            "connect(3, {sa_family=AF_UNSPEC, "
            "sa_data=\"\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\"}, 16)");
}

TEST(ScriptPrograms, AMistakeInTheScriptIsAFault) {
  Stage stage(one_process("sleep(1)\nlocal t = nil\nt.x = 1"));
  EXPECT_EQ(stage.call({0}), "sleep(1.000000000)");
  const ProgramStep words = stage.step({0});
  const auto& write = std::get<sys::Write>(words.call);
  EXPECT_EQ(write.fd, 2);
  EXPECT_EQ(stage.bytes().text(write.data), "story.lua:7: attempt to index a nil value (local 't')\n");
  EXPECT_EQ(words.line, 7);
  const ProgramStep end = stage.step({0});
  EXPECT_EQ(std::get<sys::Exit>(end.call).status, 1);
  EXPECT_EQ(end.fault, "story.lua:7: attempt to index a nil value (local 't')");
}

TEST(ScriptPrograms, ATypingErrorInAProgramIsSaidWithTheNearestName) {
  Stage stage(one_process("lisen(3, 2)"));
  const ProgramStep words = stage.step({0});
  EXPECT_EQ(stage.bytes().text(std::get<sys::Write>(words.call).data),
            "story.lua:5: unknown call 'lisen' (did you mean 'listen'?)\n");
}

TEST(ScriptPrograms, WrongArgumentsNameTheArgumentAndWhatWasExpected) {
  struct Row {
    const char* source;
    const char* message;
  };
  const Row rows[] = {
      {"listen(3, 'two')", "listen: argument 2 'backlog' must be a whole number, not \"two\""},
      {"listen(3)", "listen: argument 2 'backlog' must be a whole number, not left out"},
      {"close(nil)",
       "close: argument 1 'fd' must be a whole number, not nil (did an earlier call fail? check(…) "
       "around it would say so)"},
      {"bind(3, '10.0.0.300', 80)",
       "bind: \"10.0.0.300\" is not an address (four numbers from 0 to 255, with dots "
       "between)"},
      {"bind(3, '0.0.0.0', 70000)", "bind: argument 3 'port' must be a number from 0 to 65535, not 70000"},

      {"connect(3, 'svr', 80)", "connect: no host is called 'svr' (did you mean 'srv'?)"},
      {"connect(3, '1::2::3', 80)",
       "connect: \"1::2::3\" is not an address (eight groups of up to four hexadecimal digits, as in "
       "\"2001:db8::5\")"},
      {"sendto(3, 'x', 'srv')", "sendto: argument 4 'port' must be a whole number, not left out"},
      {"setsockopt(3, IPPROTO_IP, IP_LOCAL_PORT_RANGE, 5)",
       "setsockopt: argument 4 'value' must be a table {low, high}, not 5 (write {50000, 50999})"},
      {"connect(3, {ip = '1.2.3.4', port = 1})",
       "connect: argument 2 'ip' must be an address in quotes, not a table (write the two parts: peer.ip, "
       "peer.port)"},
      {"send(3, 12)",
       "send: argument 2 'data' must be a text or pattern(n), not 12 (write tostring(…) around the "
       "number)"},
      {"send(3, 'x', MSG_MORE)",
       "flag 0x8000 of send is not modelled yet (there are MSG_OOB, MSG_PEEK, MSG_TRUNC, MSG_DONTWAIT, "
       "MSG_WAITALL, MSG_ERRQUEUE and MSG_NOSIGNAL)"},
      {"ioctl(3, 5)",
       "this request of ioctl is not modelled yet (there are SIOCATMARK, FIONREAD and SIOCOUTQ)"},
      {"setsockopt(3, IPPROTO_IP, IP_ADD_MEMBERSHIP, 5)",
       "setsockopt: argument 4 'value' must be a group, or a table {group, interface}, not 5 (write "
       "\"224.1.1.1\", or {\"224.1.1.1\", \"10.0.0.5\"} with an interface's address)"},
      {"setsockopt(3, IPPROTO_IP, IP_MULTICAST_IF, 'lo')",
       "setsockopt: argument 4 'value' must be an IPv4 address, not \"lo\" (write \"224.1.1.1\")"},
      {"sleep('10 parsecs')",
       "sleep: argument 1 'duration': \"10 parsecs\" is not a duration (write \"250us\", "
       "\"10ms\", \"1s\" or \"2min\", or a number of seconds)"},
      {"sleep(-1)",
       "sleep: argument 1 'duration': -1 s is not a duration: it lies in the past (write \"250us\", "
       "\"10ms\", \"1s\" or \"2min\", or a number of seconds)"},

      {"fcntl(3, 1031)",
       "this command of fcntl is not modelled yet (there are F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, "
       "F_GETFL and F_SETFL)"},
      {"setsockopt(3, SOL_SOCKET, SO_BINDTODEVICE, 1)", "SO_BINDTODEVICE is not modelled yet"},
      {"setsockopt(3, SOL_SOCKET, TCP_NODELAY, 1)",
       "setsockopt: TCP_NODELAY belongs to the level IPPROTO_TCP (Linux "
       "would take the number for another option)"},
      {"setsockopt(3, SOL_SOCKET, SO_LINGER, 1)",
       "setsockopt: argument 4 'value' must be a table {on, seconds}, not 1 "
       "(write {on = true, seconds = 0})"},
      {"mkdir('/tmp/a')", "mkdir() is not modelled yet"},
      {"poll({}, 100)",
       "poll: argument 2 'timeout' must be a text like \"10ms\", or 0 (not at all) or -1 (for ever), not 100 "
       "(C means 100 ms here: write \"100ms\")"},
      {"poll({fd = 3, events = POLLIN}, 0)",
       "poll: argument 1 'fds' must be a list like {{fd = 3, events = POLLIN}}, not a table (write two pairs "
       "of "
       "braces: a list of descriptors)"},
      {"select({-1}, nil, nil, 0)",
       "select: -1 can't be a member of a set (FD_SET() in C would write astray)"},
      {"epoll_wait(3, 1, '1500us')",
       "epoll_wait: argument 3 'timeout' must be a number of whole milliseconds, not \"1500us\" "
       "(epoll_wait() "
       "counts in milliseconds)"},
      {"dup('3')", "dup: argument 1 'fd' must be a whole number, not \"3\""},
      {"getrlimit(0)", "this limit is not modelled yet (there is RLIMIT_NOFILE)"},
      {"open('/tmp/a', 3)",
       "this flag of open is not modelled yet (there are O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_EXCL, "
       "O_TRUNC, O_APPEND, O_DIRECTORY, O_NONBLOCK and O_CLOEXEC)"},
      {"exec('ls')", "exec: argument 1 'fn' must be a function, not \"ls\" (write function() … end)"},
      {"signalfd(-1, {})",
       "signalfd: argument 1 'signals' must be a list of signals, not -1 (write {SIGINT, SIGCHLD})"},
      {"pipe2(16384)", "O_DIRECT is not modelled yet (a pipe here is a stream of bytes)"},
      {"fork()", "fork: argument 1 'fn' must be a function, not left out (write function() … end)"},
      {"random(5, 1)", "random: argument 2 'high' must be at least as great as low (5), not 1"},
      {"params.x = 1",
       "params are read-only: 'x' cannot be changed (turn it with --set, or keep the value in a local "
       "variable)"},
      {"print(params.backlog)", "no params are declared yet (write params { backlog = 1 } above)"},
      {"host { name = 'late', ip = '1.2.3.4' }",
       "'host' belongs to the top level of the file, not into a function "
       "(everything is declared before the run starts)"},
      {"string.fromat('x')", "unknown function 'string.fromat' (did you mean 'format'?)"},
      {"os.exit(1)", "unknown name 'os' (programs reach only the simulated machines)"},
      {"math.random()", "math.random is not there: random(low, high) draws from the task's own chance"},
      {"listen = 3",
       "'listen' is a word of the language and cannot be given another value (choose another name, or "
       "write local in front)"},
  };
  for (const Row& row : rows) {
    Stage stage(one_process(row.source));
    EXPECT_EQ(stage.prints({0}), std::string("story.lua:5: ") + row.message + "\n") << row.source;
  }
}

TEST(ScriptPrograms, CallsOfDescriptorsLookAsInCAndGiveTwoValuesForPairs) {
  Stage stage(
      one_process("print(dup(3))\n"
                  "dup2(3, 1)\n"
                  "dup3(3, 9, O_CLOEXEC)\n"
                  "print(pipe())\n"
                  "pipe2(O_NONBLOCK | O_CLOEXEC)\n"
                  "print(fcntl(3, F_GETFL))\n"
                  "print(fcntl(3, F_SETFD, FD_CLOEXEC))\n"
                  "fcntl(3, F_DUPFD, 100)\n"
                  "print(getrlimit(RLIMIT_NOFILE))\n"
                  "setrlimit(RLIMIT_NOFILE, 8)\n"
                  "setrlimit(RLIMIT_NOFILE, 8, -1)\n"));
  SysResult pair = SysResult::of(3);
  pair.second = 4;
  EXPECT_EQ(stage.call({0}), "dup(3)");
  EXPECT_EQ(stage.says({0}, SysResult::of(4)), "4\n");
  EXPECT_EQ(stage.call({0}), "dup2(3, 1)");
  EXPECT_EQ(stage.call({0}), "dup3(3, 9, O_CLOEXEC)");
  EXPECT_EQ(stage.call({0}), "pipe()");
  EXPECT_EQ(stage.says({0}, pair), "3\t4\n");
  EXPECT_EQ(stage.call({0}), "pipe(O_NONBLOCK|O_CLOEXEC)");
  EXPECT_EQ(stage.call({0}), "fcntl(3, F_GETFL)");
  EXPECT_EQ(stage.says({0}, SysResult::of(2050)), "2050\n");
  EXPECT_EQ(stage.call({0}), "fcntl(3, F_SETFD, FD_CLOEXEC)");
  EXPECT_EQ(stage.says({0}, SysResult::of(0)), "true\n");
  EXPECT_EQ(stage.call({0}), "fcntl(3, F_DUPFD, 100)");
  EXPECT_EQ(stage.call({0}), "getrlimit(RLIMIT_NOFILE)");
  EXPECT_EQ(stage.says({0}, pair), "3\t4\n");
  EXPECT_EQ(stage.call({0}), "setrlimit(RLIMIT_NOFILE, {rlim_cur=8, rlim_max=8})");
  EXPECT_EQ(stage.call({0}), "setrlimit(RLIMIT_NOFILE, {rlim_cur=8, rlim_max=RLIM64_INFINITY})");
}

TEST(ScriptPrograms, CallsOfFilesLookAsInC) {
  Stage stage(
      one_process("print(open('/tmp/a', O_RDWR | O_CREAT | O_EXCL, 384))\n"
                  "open('/dev/null')\n"
                  "print(lseek(3, -2, SEEK_END))\n"
                  "unlink('/tmp/a')\n"
                  "print(eventfd(7, EFD_SEMAPHORE | EFD_NONBLOCK))\n"
                  "print(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC))\n"
                  "print(timerfd_settime(3, '1500ms', '10ms'))\n"
                  "print(timerfd_gettime(3))\n"
                  "print(inotify_init1(IN_CLOEXEC))\n"
                  "print(inotify_add_watch(3, '/tmp', IN_OPEN | IN_CLOSE_WRITE))\n"
                  "inotify_rm_watch(3, 1)\n"));
  SysResult times = SysResult::of(1'500'000'000);
  times.second = 10'000'000;
  EXPECT_EQ(stage.call({0}), "open(\"/tmp/a\", O_RDWR|O_CREAT|O_EXCL, 0600)");
  EXPECT_EQ(stage.says({0}, SysResult::of(3)), "3\n");
  EXPECT_EQ(stage.call({0}), "open(\"/dev/null\", O_RDONLY)");
  EXPECT_EQ(stage.call({0}), "lseek(3, -2, SEEK_END)");
  EXPECT_EQ(stage.says({0}, SysResult::of(9)), "9\n");
  EXPECT_EQ(stage.call({0}), "unlink(\"/tmp/a\")");
  EXPECT_EQ(stage.call({0}), "eventfd(7, EFD_SEMAPHORE|EFD_NONBLOCK)");
  EXPECT_EQ(stage.says({0}, SysResult::of(3)), "3\n");
  EXPECT_EQ(stage.call({0}), "timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC)");
  EXPECT_EQ(stage.says({0}, SysResult::of(3)), "3\n");
  EXPECT_EQ(stage.call({0}),
            "timerfd_settime(3, 0, {it_interval={tv_sec=0, tv_nsec=10000000}, it_value={tv_sec=1, "
            "tv_nsec=500000000}})");
  EXPECT_EQ(stage.says({0}, times), "1.5\t0.01\n");
  EXPECT_EQ(stage.call({0}), "timerfd_gettime(3)");
  EXPECT_EQ(stage.says({0}, times), "1.5\t0.01\n");
  EXPECT_EQ(stage.call({0}), "inotify_init1(IN_CLOEXEC)");
  EXPECT_EQ(stage.says({0}, SysResult::of(3)), "3\n");
  EXPECT_EQ(stage.call({0}), "inotify_add_watch(3, \"/tmp\", IN_CLOSE_WRITE|IN_OPEN)");
  EXPECT_EQ(stage.says({0}, SysResult::of(1)), "1\n");
  EXPECT_EQ(stage.call({0}), "inotify_rm_watch(3, 1)");
}

TEST(ScriptPrograms, ExecGoesOnAsAnotherProgram) {
  Stage stage(
      one_process("local n = 5\n"
                  "exec(function() print('another', n) end)\n"
                  "print('never')\n"));
  EXPECT_EQ(stage.call({0}), "execve()");
  EXPECT_EQ(stage.says({0}, SysResult::of(0)), "another\t5\n");
  EXPECT_EQ(stage.call({0}), "exit(0)");
}

TEST(ScriptPrograms, OptionsTakeTheTypesOfTheirMeaning) {
  Stage stage(
      one_process("setsockopt(3, SOL_SOCKET, SO_REUSEADDR, true)\n"
                  "setsockopt(3, SOL_SOCKET, SO_LINGER, {on = true, seconds = 5})\n"
                  "setsockopt(3, SOL_SOCKET, SO_RCVTIMEO, '250ms')\n"
                  "setsockopt(3, IPPROTO_TCP, TCP_NODELAY, 1)\n"
                  "setsockopt(3, IPPROTO_TCP, TCP_SYNCNT, 2)\n"
                  "setsockopt(3, IPPROTO_TCP, TCP_DEFER_ACCEPT, 3)\n"
                  "setsockopt(3, IPPROTO_TCP, TCP_USER_TIMEOUT, 3500)\n"
                  "setsockopt(3, IPPROTO_IP, IP_RECVERR, true)\n"
                  "fcntl(3, F_SETFL, O_NONBLOCK)\n"
                  "print(getsockopt(3, SOL_SOCKET, SO_ERROR))\n"
                  "print(getsockopt(3, SOL_SOCKET, SO_RCVTIMEO))\n"
                  "print(getsockopt(3, SOL_SOCKET, SO_RCVBUF))\n"));
  EXPECT_EQ(stage.call({0}), "setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1])");
  EXPECT_EQ(stage.call({0}), "setsockopt(3, SOL_SOCKET, SO_LINGER, {l_onoff=1, l_linger=5})");
  EXPECT_EQ(stage.call({0}), "setsockopt(3, SOL_SOCKET, SO_RCVTIMEO, 0.250000000 s)");
  EXPECT_EQ(stage.call({0}), "setsockopt(3, IPPROTO_TCP, TCP_NODELAY, [1])");
  EXPECT_EQ(stage.call({0}), "setsockopt(3, IPPROTO_TCP, TCP_SYNCNT, [2])");
  EXPECT_EQ(stage.call({0}), "setsockopt(3, IPPROTO_TCP, TCP_DEFER_ACCEPT, [3])");
  EXPECT_EQ(stage.call({0}), "setsockopt(3, IPPROTO_TCP, TCP_USER_TIMEOUT, [3500])");
  EXPECT_EQ(stage.call({0}), "setsockopt(3, IPPROTO_IP, IP_RECVERR, [1])");
  EXPECT_EQ(stage.call({0}), "fcntl(3, F_SETFL, O_RDONLY|O_NONBLOCK)");
  EXPECT_EQ(stage.call({0}), "getsockopt(3, SOL_SOCKET, SO_ERROR)");
  EXPECT_EQ(stage.says({0}, SysResult::of(111)), "ECONNREFUSED\n");
  stage.step({0});
  EXPECT_EQ(stage.says({0}, SysResult::of(1'500'000'000)), "1.5\n");
  stage.step({0});
  EXPECT_EQ(stage.says({0}, SysResult::of(131072)), "131072\n");
}

TEST(ScriptPrograms, APatternIsAPayloadThatIsNeverWrittenOut) {
  Stage stage(one_process("send(3, pattern('64k'))\nsend(3, pattern(1 << 30))"));
  const auto small = std::get<sys::Send>(stage.step({0}).call);
  EXPECT_EQ(small.data, pattern(65536));
  EXPECT_EQ(std::get<sys::Send>(stage.step({0}).call).data, pattern(1u << 30));
}

TEST(ScriptPrograms, ProcessesShareNoMemory) {
  // A local, a table and a global are around both programs; each program counts in its own copy.
  Stage stage(two_hosts() +
              "local count = 0\n"
              "local box = { count = 0 }\n"
              "total = 0\n"
              "local function bump()\n"
              "  count = count + 1\n"
              "  box.count = box.count + 1\n"
              "  total = total + 1\n"
              "end\n"
              "local function main()\n"
              "  for i = 1, 3 do bump() sleep(1) end\n"
              "  print(count, box.count, total)\n"
              "end\n"
              "process(cli, 'a', main)\n"
              "bump()\n"
              "process(cli, 'b', main)\n");
  for (int i = 0; i < 3; ++i) {
    stage.step({0});
    stage.step({1});
  }
  EXPECT_EQ(stage.says({0}), "3\t3\t3\n");
  EXPECT_EQ(stage.says({1}), "4\t4\t4\n") << "copied when the process was declared";
}

TEST(ScriptPrograms, AForkedChildHasACopyAndAThreadHasTheVariablesThemselves) {
  Stage stage(
      one_process("local x, t = 1, { 1 }\n"
                  "g = 1\n"
                  "fork(function() x = x + 10; t[1] = t[1] + 10; g = g + 10; print(x, t[1], g) end)\n"
                  "thread(function() x = x + 100; t[1] = t[1] + 100; g = g + 100; sleep(1) end)\n"
                  "join(1)\n"
                  "print(x, t[1], g)"));
  EXPECT_EQ(stage.call({0}), "fork()");
  EXPECT_EQ(stage.call({0}, SysResult::of(101)), "thread()") << "the parent has its turn first";
  EXPECT_EQ(stage.says({0, 0}), "11\t11\t11\n");
  EXPECT_EQ(stage.call({0}, SysResult::of(1)), "join(1)");
  EXPECT_EQ(stage.call({0, 1}), "sleep(1.000000000)");
  EXPECT_EQ(stage.says({0}), "101\t101\t101\n");
}

TEST(ScriptPrograms, WhatTwoFunctionsShareTheyShareInTheCopy) {
  Stage stage(
      one_process("local n = 0\n"
                  "local function up() n = n + 1 end\n"
                  "local function get() return n end\n"
                  "local ring = {}\n"
                  "ring.self = ring\n"
                  "fork(function() up(); up(); print(get(), ring.self == ring, ring.self.self == ring) end)\n"
                  "print(get())"));
  stage.step({0});
  EXPECT_EQ(stage.says({0}, SysResult::of(101)), "0\n");
  EXPECT_EQ(stage.says({0, 0}), "2\ttrue\ttrue\n");
}

TEST(ScriptPrograms, ObjectsKeepTheirMethodsInTheCopy) {
  Stage stage(
      one_process("local Counter = {}\n"
                  "Counter.__index = Counter\n"
                  "function Counter.up(self) self.n = self.n + 1 return self end\n"
                  "local c = setmetatable({ n = 1 }, Counter)\n"
                  "fork(function() print(c:up():up().n, srv, srv.ip, params) end)"));
  stage.step({0});
  stage.step({0}, SysResult::of(101));
  EXPECT_EQ(stage.says({0, 0}), "3\tsrv\t192.168.1.10\tthe params\n");
}

TEST(ScriptPrograms, AForkThatFailsLeavesNoChild) {
  Stage stage(
      one_process("print(fork(function() print('first') end))\n"
                  "print(fork(function() print('second') end))"));
  stage.step({0});
  EXPECT_EQ(stage.says({0}, SysResult::fail(Errno::AGAIN)), "nil\tEAGAIN\n");
  stage.step({0});
  stage.step({0}, SysResult::of(101));
  EXPECT_EQ(stage.says({0, 0}), "second\n");
}

TEST(ScriptPrograms, AReaderThatMissesTheEndIsTold) {
  Stage stage(one_process("while recv(4, 100) do end"));
  stage.step({0});
  for (int i = 1; i < 10; ++i) EXPECT_EQ(stage.call({0}, stage.received("")), "recv(4, 100, 0)");
  const ProgramStep hint = stage.step({0}, stage.received(""));
  const auto& write = std::get<sys::Write>(hint.call);
  EXPECT_EQ(write.fd, 2);
  EXPECT_EQ(stage.bytes().text(write.data),
            "story.lua:5: hint: recv has given \"\" ten times: that is the end of the stream. \"\" and 0 are "
            "true in "
            "Lua; write: if data == \"\" then break end\n");
  EXPECT_EQ(stage.call({0}, SysResult::of(1)), "recv(4, 100, 0)") << "it goes on as it was written";
  for (int i = 0; i < 30; ++i)
    EXPECT_EQ(stage.call({0}, stage.received("")), "recv(4, 100, 0)") << "and is told once";
}

TEST(ScriptPrograms, GlobalsMayBecomeNil) {
  Stage stage(one_process("conn, err = accept(3)\nif conn then print('a connection') else print(err) end"));
  stage.step({0});
  EXPECT_EQ(stage.says({0}, SysResult::fail(Errno::MFILE)), "EMFILE\n");
}

TEST(ScriptPrograms, PairsAndNextGoInAFixedOrder) {
  for (int run = 0; run < 5; ++run) {
    Stage stage(one_process(
        "local t = { zebra = 1, ant = 2, bee = 3, [2.5] = 4, [true] = 5, 10, 20, 30, [srv] = 6 }\n"
        "local words = {}\n"
        "for k, v in pairs(t) do words[#words + 1] = tostring(k) .. '=' .. v end\n"
        "print(table.concat(words, ' '))\n"
        "words = {}\n"
        "local k, v = next(t)\n"
        "while k ~= nil do words[#words + 1] = tostring(k) .. '=' .. v k, v = next(t, k) end\n"
        "print(table.concat(words, ' '))\n"
        "for key in pairs(t) do t[key] = nil end\n"
        "print(next(t))\n"));
    const std::string order = "1=10 2=20 2.5=4 3=30 ant=2 bee=3 zebra=1 true=5 srv=6\n";
    EXPECT_EQ(stage.prints({0}), order + order + "nil\n");
  }
}

TEST(ScriptPrograms, SortIsStableAndTakesAnyComparison) {
  Stage stage(
      one_process("local t = {}\n"
                  "for i = 1, 50 do t[i] = { key = i % 3, i = i } end\n"
                  "table.sort(t, function(a, b) return a.key < b.key end)\n"
                  "for i = 2, 50 do\n"
                  "  assert(t[i - 1].key < t[i].key or t[i - 1].key == t[i].key and t[i - 1].i < t[i].i)\n"
                  "end\n"
                  "local words = { 'pear', 'apple', 'fig' }\n"
                  "table.sort(words)\n"
                  "print(table.concat(words, ' '))\n"
                  "table.sort({ 1, 2, 3, 4 }, function() return true end)\n"
                  "table.sort({ 1, 'x' })"));
  EXPECT_EQ(stage.prints({0}), "apple fig pear\nstory.lua:15: attempt to compare string with number\n");
}

TEST(ScriptPrograms, EqualRunsAskEqualThings) {
  const std::string text = one_process(
      "local seen = {}\n"
      "for i = 1, 40 do seen['k' .. i] = i end\n"
      "for k, v in pairs(seen) do send(3, k .. tostring(print) .. tostring({})) end\n"
      "send(3, string.format('%s %5.2f', {}, 1 / 3))");
  const auto run = [&] {
    Stage stage(text);
    std::string all;
    for (int i = 0; i < 50; ++i) all += stage.call({0}) + "\n";
    return all;
  };
  const std::string once = run();
  EXPECT_EQ(run(), once);
  EXPECT_NE(once.find("k1functiontable"), std::string::npos) << "no addresses in texts";
}

TEST(ScriptPrograms, TwoSetsOfProgramsKnowNothingOfEachOther) {
  const auto scenario =
      must_load(one_process("n = 1\nsend(3, tostring(n))\nn = n + 1\nsend(3, tostring(n))"));
  ByteStore bytes;
  const ProgramsFactory factory = programs_of(scenario);
  const auto first = factory(), second = factory();
  first->resume({0}, SysResult::of(0), bytes);
  EXPECT_EQ(to_string(first->resume({0}, SysResult::of(0), bytes).call, bytes), "send(3, \"2\", 1, 0)");
  EXPECT_EQ(to_string(second->resume({0}, SysResult::of(0), bytes).call, bytes), "send(3, \"1\", 1, 0)");
}

TEST(ScriptPrograms, TimeIsInSeconds) {
  Stage stage(one_process("local before = now()\ncompute('5ms')\nprint(now() - before)\nreturn 3"));
  EXPECT_EQ(stage.call({0}), "now()");
  EXPECT_EQ(stage.call({0}, SysResult::of(1'000'000'000)), "compute(0.005000000)");
  stage.step({0});
  EXPECT_EQ(stage.says({0}, SysResult::of(1'500'000'000)), "0.5\n");
  EXPECT_EQ(stage.call({0}), "exit(3)") << "what main returns is the exit status";
}

}  // namespace
}  // namespace sockarium::script
