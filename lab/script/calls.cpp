// The calls that programs make, from their Lua arguments to a Syscall. What C would do with a wrong type
// (nothing good) is a message here; what the kernel would refuse is left to the kernel.
#include "lab/script/calls.h"

#include <fmt/format.h>

#include <lua.hpp>

#include "lab/script/binding.h"
#include "lab/script/call_arguments.h"
#include "lab/script/constants.h"
#include "sim/core/errno.h"

namespace sockarium::script {

namespace {

/// check(value…) gives its arguments back; check(nil, "ECONNREFUSED") stops the program as perror and exit
/// would.
Answer call_check(Arguments& a) {
  require_phase(a, Phase::Running);
  Runner& runner = runner_of(a);
  const Value error = a.value(2, 1);
  std::string message = error.kind == Value::Kind::Nil ? "the value is nil or false" : show(error);
  if (const auto number = errno_named(message)) {
    message = std::string(words(*number));
    if (!runner.task().failed_call.empty()) message = runner.task().failed_call + ": " + message;
  }
  runner.stop_task(fmt::format("line {}: {}", a.line(), message), 1);
  Answer answer;
  answer.kind = Answer::Kind::Stop;
  return answer;
}

int check(lua_State* L) {
  if (lua_gettop(L) == 0) lua_pushnil(L);
  if (lua_toboolean(L, 1) != 0) return lua_gettop(L);
  return binding<&call_check>(L);
}

Answer without_model(Arguments& a) {
  require_phase(a, Phase::Running);
  a.not_modelled(std::string(a.call()) + "()");
}

}  // namespace

void open_calls(lua_State* L) {
  offer_constants(L);
  open_socket_calls(L);
  open_file_calls(L);
  open_process_calls(L);
  open_message_calls(L);
  open_packet_calls(L);
  open_netlink_calls(L);
  open_waiting_calls(L);
  lua_pushliteral(L, "check");
  lua_pushcclosure(L, &check, 1);
  offer(L, "check");
  for (const char* name : {"mkdir"}) offer_binding<&without_model>(L, name);
}

}  // namespace sockarium::script
