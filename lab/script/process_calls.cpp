// The calls of processes and threads: their lives, their limits and their time.
#include <fmt/format.h>

#include <lua.hpp>

#include "lab/script/binding.h"
#include "lab/script/call_arguments.h"
#include "lab/script/calls.h"
#include "lab/script/runner.h"
#include "sim/core/signal.h"

namespace sockarium::script {

namespace {

/// exec(fn): fn is the program that the process becomes. Its variables are the same as before.
Answer call_exec(Arguments& a) {
  require_phase(a, Phase::Running);
  a.function(1, "fn");
  Answer answer = make_call(a, sys::Exec{});
  answer.keeps.push_back(Keep{1, nullptr, &runner_of(a).task().child_reference, false});
  return answer;
}

std::int64_t resource_argument(const Arguments& a) {
  const std::int32_t resource = a.int32(1, "resource");
  if (resource != rlimit_nofile) a.not_modelled("this limit", "there is RLIMIT_NOFILE");
  return resource;
}

Answer call_getrlimit(Arguments& a) {
  require_phase(a, Phase::Running);
  return make_call(a, sys::Getrlimit{resource_argument(a)});
}

/// setrlimit(RLIMIT_NOFILE, soft, hard). Without hard both become soft.
Answer call_setrlimit(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::Setrlimit call;
  call.resource = resource_argument(a);
  call.soft = a.integer(2, "soft", -1, INT64_MAX);
  call.hard = a.missing(3) ? call.soft : a.integer(3, "hard", -1, INT64_MAX);
  return make_call(a, call);
}

/// fork copies the function with its variables, thread shares them.
template <class Call>
Answer call_with_child(Arguments& a) {
  require_phase(a, Phase::Running);
  a.function(1, "fn");
  Answer answer = make_call(a, Call{});
  constexpr bool copies = std::is_same_v<Call, sys::Fork>;
  Keep keep{1, nullptr, &runner_of(a).task().child_reference, copies};
  if (copies) {
    keep.along = &runner_of(a).handlers();
    keep.along_into = &runner_of(a).task().child_handlers;
  }
  answer.keeps.push_back(keep);
  return answer;
}

Answer call_join(Arguments& a) {
  require_phase(a, Phase::Running);
  return make_call(a, sys::Join{a.integer(1, "thread", INT64_MIN, INT64_MAX)});
}

Answer call_wait(Arguments& a) {
  require_phase(a, Phase::Running);
  return make_call(a, sys::Wait{a.missing(1) ? -1 : a.integer(1, "pid", INT64_MIN, INT64_MAX)});
}

Answer call_exit(Arguments& a) {
  require_phase(a, Phase::Running);
  return make_call(a, sys::Exit{a.missing(1) ? 0 : a.integer(1, "status", 0, 255)});
}

std::int32_t signal_argument(const Arguments& a, int n) {
  const std::int32_t number = a.int32(n, "signal");
  const SignalRow* row = signal_row(number);
  if (row != nullptr && row->by_default == SignalAction::Stops)
    a.not_modelled("stopping a process", "there are SIGINT, SIGTERM, SIGUSR1 and their like");
  return number;
}

/// A set of signals: a list of them.
std::uint32_t signals_argument(const Arguments& a, int n) {
  const Value list = a.value(n, 2);
  if (list.kind != Value::Kind::Table) a.wrong(n, "signals", "a list of signals", "write {SIGINT, SIGCHLD}");
  std::uint32_t mask = 0;
  for (std::size_t i = 0; i < list.length(); ++i) {
    const Value item = list.item(i);
    if (item.kind != Value::Kind::Integer || signal_row(item.integer) == nullptr)
      a.wrong(n, "signals", "a list of signals", "write {SIGINT, SIGCHLD}");
    mask |= signal_bit(item.integer);
  }
  return mask;
}

/// kill(pid, signal)
Answer call_kill(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::Kill call;
  call.pid = a.integer(1, "pid", INT64_MIN, INT64_MAX);
  if (call.pid <= 0) a.not_modelled("a signal for a group of processes", "name one process by its pid");
  call.signal = signal_argument(a, 2);
  return make_call(a, call);
}

/// signal(signal, SIG_IGN | SIG_DFL | fn), which restarts interrupted calls as the C library's does, and
/// sigaction(signal, the same[, flags]), which does so with SA_RESTART only.
Answer call_sigaction(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::Sigaction call;
  call.signal = signal_argument(a, 1);
  if (a.call() == "signal")
    call.flags = sa_restart;
  else if (!a.missing(3))
    call.flags = a.int32(3, "flags");
  if (lua_type(a.lua(), 2) == LUA_TFUNCTION) {
    a.function(2, "action");
    call.action = sig_handler;
  } else {
    const Value action = a.value(2, 1);
    if (action.kind != Value::Kind::Integer || (action.integer != sig_dfl && action.integer != sig_ign))
      a.wrong(2, "action", "SIG_DFL, SIG_IGN or a function", "write signal(SIGINT, function(number) … end)");
    call.action = static_cast<std::int32_t>(action.integer);
  }
  Answer answer = make_call(a, call);
  if (call.action == sig_handler)
    answer.keeps.push_back(Keep{2, nullptr, &runner_of(a).task().handler_reference, false});
  return answer;
}

/// sigprocmask(SIG_BLOCK | SIG_UNBLOCK | SIG_SETMASK, {SIGINT, …})
Answer call_sigprocmask(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::Sigprocmask call;
  call.how = a.int32(1, "how");
  call.mask = signals_argument(a, 2);
  return make_call(a, call);
}

/// signalfd({SIGINT, …}[, flags[, fd]])
Answer call_signalfd(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::Signalfd call;
  call.mask = signals_argument(a, 1);
  if (!a.missing(2)) call.flags = a.int32(2, "flags");
  if (!a.missing(3)) call.fd = a.int32(3, "fd");
  return make_call(a, call);
}

Answer call_alarm(Arguments& a) {
  require_phase(a, Phase::Running);
  return make_call(a, sys::Alarm{a.duration(1, "after")});
}

Answer call_setuid(Arguments& a) {
  require_phase(a, Phase::Running);
  return make_call(a, sys::Setuid{a.integer(1, "user", 0, 65535)});
}

Answer call_sleep(Arguments& a) {
  require_phase(a, Phase::Running);
  return make_call(a, sys::Sleep{a.duration(1, "duration")});
}

Answer call_compute(Arguments& a) {
  require_phase(a, Phase::Running);
  return make_call(a, sys::Compute{a.duration(1, "duration")});
}

Answer call_random(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::Random call;
  call.low = a.integer(1, "low", INT64_MIN / 2, INT64_MAX / 2);
  call.high = a.integer(2, "high", INT64_MIN / 2, INT64_MAX / 2);
  if (call.high < call.low) a.wrong(2, "high", fmt::format("at least as great as low ({})", call.low));
  return make_call(a, call);
}

template <class Call>
Answer call_without_arguments(Arguments& a) {
  require_phase(a, Phase::Running);
  return make_call(a, Call{});
}

}  // namespace

void open_process_calls(lua_State* L) {
  offer_binding<&call_exec>(L, "exec");
  offer_binding<&call_getrlimit>(L, "getrlimit");
  offer_binding<&call_setrlimit>(L, "setrlimit");
  offer_binding<&call_with_child<sys::Fork>>(L, "fork");
  offer_binding<&call_with_child<sys::Thread>>(L, "thread");
  offer_binding<&call_join>(L, "join");
  offer_binding<&call_wait>(L, "wait");
  offer_binding<&call_exit>(L, "exit");
  offer_binding<&call_without_arguments<sys::Getpid>>(L, "getpid");
  offer_binding<&call_without_arguments<sys::Getppid>>(L, "getppid");
  offer_binding<&call_without_arguments<sys::Getuid>>(L, "getuid");
  offer_binding<&call_setuid>(L, "setuid");
  offer_binding<&call_kill>(L, "kill");
  offer_binding<&call_sigaction>(L, "signal");
  offer_binding<&call_sigaction>(L, "sigaction");
  offer_binding<&call_sigprocmask>(L, "sigprocmask");
  offer_binding<&call_signalfd>(L, "signalfd");
  offer_binding<&call_alarm>(L, "alarm");
  offer_binding<&call_without_arguments<sys::Now>>(L, "now");
  offer_binding<&call_sleep>(L, "sleep");
  offer_binding<&call_compute>(L, "compute");
  offer_binding<&call_random>(L, "random");
}

}  // namespace sockarium::script
