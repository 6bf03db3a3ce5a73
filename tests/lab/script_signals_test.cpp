// Handlers of signals in scenario programs: functions that run between a call and its result.
#include <gtest/gtest.h>

#include "lab/session/session.h"
#include "tests/support/reached.h"
#include "tests/support/script_support.h"

namespace sockarium::script {
namespace {

/// What the programs of a scenario print.
std::string printed(std::string_view text) {
  const auto scenario = must_load(text);
  if (!scenario) return "";
  Session session(scenario->setup, programs_of(scenario));
  session.run_to_end();
  test::note_reached(session);
  std::string all;
  for (std::size_t n = 0; n < session.records().size(); ++n)
    if (const auto* print = std::get_if<rec::Printed>(&session.records()[n].what))
      all += session.bytes().text(print->text);
  return all;
}

TEST(ScriptSignals, AHandlerRunsBeforeTheProgramSeesTheResult) {
  EXPECT_EQ(printed(one_process("sigaction(SIGALRM, function(n) print('handler', n == SIGALRM) end)\n"
                                "alarm('10ms')\n"
                                "print(sleep('1s'))")),
            "handler\ttrue\nnil\tEINTR\n");
}

TEST(ScriptSignals, ARestartedCallGivesItsOwnResult) {
  EXPECT_EQ(printed(one_process("local r, w = pipe()\n"
                                "signal(SIGALRM, function() print('rings') write(w, 'late') end)\n"
                                "alarm('10ms')\n"
                                "print(read(r, 10))")),
            "rings\nlate\n");
}

TEST(ScriptSignals, HandlersOfHandlersComeFirst) {
  EXPECT_EQ(printed(one_process("signal(SIGUSR2, function() print('inner') end)\n"
                                "signal(SIGUSR1, function() print('outer begins') kill(getpid(), SIGUSR2) "
                                "print('outer ends') end)\n"
                                "print(kill(getpid(), SIGUSR1))")),
            "outer begins\ninner\nouter ends\ntrue\n");
}

TEST(ScriptSignals, AChildHasCopiesOfHandlersAndTheirVariables) {
  EXPECT_EQ(printed(one_process("local count = 0\n"
                                "signal(SIGUSR1, function() count = count + 1 end)\n"
                                "local child = fork(function()\n"
                                "  kill(getpid(), SIGUSR1)\n"
                                "  print('child', count)\n"
                                "end)\n"
                                "wait(child)\n"
                                "print('parent', count)")),
            "child\t1\nparent\t0\n");
}

TEST(ScriptSignals, WithoutAHandlerASignalDoesWhatItDoesByItself) {
  EXPECT_EQ(printed(one_process("print(kill(getpid(), SIGCHLD))\n"
                                "signal(SIGTERM, SIG_IGN)\n"
                                "print(kill(getpid(), SIGTERM))\n"
                                "signal(SIGTERM, SIG_DFL)\n"
                                "kill(getpid(), SIGTERM)\n"
                                "print('never')")),
            "true\ntrue\n");
}

TEST(ScriptSignals, ABlockedSignalWaitsUntilItIsUnblocked) {
  EXPECT_EQ(printed(one_process("signal(SIGUSR1, function() print('now') end)\n"
                                "sigprocmask(SIG_BLOCK, {SIGUSR1})\n"
                                "kill(getpid(), SIGUSR1)\n"
                                "print('still blocked')\n"
                                "sigprocmask(SIG_UNBLOCK, {SIGUSR1})\n"
                                "print('done')")),
            "still blocked\nnow\ndone\n");
}

TEST(ScriptSignals, ASignalfdGivesTheNumberOfWhatIsBlocked) {
  EXPECT_EQ(printed(one_process("sigprocmask(SIG_BLOCK, {SIGALRM, SIGUSR1})\n"
                                "local fd = signalfd({SIGALRM, SIGUSR1})\n"
                                "kill(getpid(), SIGUSR1)\n"
                                "print(string.byte(read(fd, 128)))\n"
                                "alarm('5ms')\n"
                                "print(string.byte(read(fd, 128)))\n"
                                "print(read(fd, 100))")),
            "10\n14\nnil\tEINVAL\n");
}

TEST(ScriptSignals, AStoppedProcessDoesNothingAndItsSignalsWait) {
  EXPECT_EQ(printed(one_process("local child = fork(function()\n"
                                "  signal(SIGTERM, function() print('ends') exit(3) end)\n"
                                "  while true do sleep('10ms') end\n"
                                "end)\n"
                                "sleep('15ms')\n"
                                "kill(child, SIGSTOP)\n"
                                "kill(child, SIGTERM)\n"
                                "sleep('100ms')\n"
                                "print('still there', kill(child, 0))\n"
                                "kill(child, SIGCONT)\n"
                                "print(wait(child) == child)")),
            "still there\ttrue\nends\ntrue\n");
}

TEST(ScriptSignals, OnlyRootAndOneselfMaySend) {
  EXPECT_EQ(printed(two_hosts() + "process(cli, 'victim', function() sleep('1s') end)\n"
                                  "process(cli, 'nobody', { user = 1000 }, function()\n"
                                  "  print(kill(101, SIGTERM))\n"
                                  "  print(kill(999, SIGTERM))\n"
                                  "  print(setuid(0))\n"
                                  "  print(getuid(), getppid())\n"
                                  "end)\n"
                                  "process(srv, 'elsewhere', function() print(kill(101, SIGTERM)) end)\n"),
            "nil\tEPERM\nnil\tESRCH\nnil\tESRCH\nnil\tEPERM\n1000\t1\n");
}

}  // namespace
}  // namespace sockarium::script
