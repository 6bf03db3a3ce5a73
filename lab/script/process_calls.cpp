// The calls of processes and threads: their lives, their limits and their time.
#include <fmt/format.h>

#include <lua.hpp>

#include "lab/script/binding.h"
#include "lab/script/call_arguments.h"
#include "lab/script/calls.h"
#include "lab/script/runner.h"

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
  answer.keeps.push_back(
      Keep{1, nullptr, &runner_of(a).task().child_reference, std::is_same_v<Call, sys::Fork>});
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
  offer_binding<&call_without_arguments<sys::Now>>(L, "now");
  offer_binding<&call_sleep>(L, "sleep");
  offer_binding<&call_compute>(L, "compute");
  offer_binding<&call_random>(L, "random");
}

}  // namespace sockarium::script
