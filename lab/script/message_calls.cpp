// The calls of messages with descriptors, of pairs, and what goes with them.
//
//   sendmsg(fd, data, { fds = {3, 4}, to = "/tmp/name", flags = MSG_NOSIGNAL })
//   recvmsg(fd, size, { control = CMSG_SPACE(8), flags = MSG_PEEK }) → data, { fds = {…}, flags = …, from = …
//   }
//
// With MSG_ERRQUEUE the table has `error = { name, origin, type, code, mtu, offender }`: what IP_RECVERR or
// IPV6_RECVERR has kept.
#include <fmt/format.h>

#include <lua.hpp>

#include "lab/script/binding.h"
#include "lab/script/call_arguments.h"
#include "lab/script/calls.h"
#include "lab/script/runner.h"

namespace sockarium::script {

namespace {

/// socketpair(AF_UNIX, type[, protocol])
Answer call_socketpair(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::Socketpair call;
  call.domain = a.int32(1, "domain");
  call.type = a.int32(2, "type");
  call.protocol = a.missing(3) ? 0 : a.int32(3, "protocol");
  return make_call(a, call);
}

/// The table of options, perhaps none.
Fields options_of(const Arguments& a) {
  Value table = a.missing(3) ? Value::table() : a.value(3);
  if (table.kind != Value::Kind::Table) a.wrong(3, "options", "a table like { fds = {3} }");
  return Fields(std::move(table), std::string(a.call()));
}

std::int32_t flags_of(Fields& fields, std::int64_t known, const char* names) {
  const std::int64_t flags = fields.integer("flags", 0, 0, INT32_MAX);
  if ((flags & ~known) != 0) fields.wrong("flags", fmt::format("flags that the model has: {}", names));
  return static_cast<std::int32_t>(flags);
}

Answer call_sendmsg(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::Sendmsg call;
  call.fd = fd_argument(a);
  call.data = data_argument(a, 2);
  Fields fields = options_of(a);
  ByteStore& bytes = runner_of(a).bytes();
  if (const Value* fds = fields.find("fds")) {
    if (fds->kind != Value::Kind::Table) fields.wrong("fds", "a list of descriptors", "write fds = {3}");
    std::vector<std::int32_t> list;
    for (std::size_t i = 0; i < fds->length(); ++i) {
      const Value& fd = fds->item(i);
      if (fd.kind != Value::Kind::Integer || fd.integer < INT32_MIN || fd.integer > INT32_MAX)
        fields.wrong("fds", "a list of descriptors", "write fds = {3}");
      list.push_back(static_cast<std::int32_t>(fd.integer));
    }
    call.fds = numbers(list, bytes);
  }
  std::string to = fields.text("to", "");
  if (!to.empty() && to.front() == '@') to.front() = '\0';
  if (!to.empty()) call.path = bytes.intern(to);
  call.flags = flags_of(fields, msg_dontwait | msg_nosignal, "MSG_DONTWAIT, MSG_NOSIGNAL");
  fields.finish();
  return make_call(a, call);
}

Answer call_recvmsg(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::Recvmsg call;
  call.fd = fd_argument(a);
  call.size = a.integer(2, "size", 0, most_bytes);
  Fields fields = options_of(a);
  call.control = fields.integer("control", 0, 0, 4096);
  call.flags =
      flags_of(fields, msg_peek | msg_trunc | msg_dontwait | msg_waitall | msg_cmsg_cloexec | msg_errqueue,
               "MSG_PEEK, MSG_TRUNC, MSG_DONTWAIT, MSG_WAITALL, MSG_CMSG_CLOEXEC, MSG_ERRQUEUE");
  fields.finish();
  return make_call(a, call);
}

Answer call_rename(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::Rename call;
  call.from = path_argument(a, 1);
  call.to = path_argument(a, 2);
  return make_call(a, call);
}

/// CMSG_LEN(n), CMSG_SPACE(n): what a control message of n bytes takes of the buffer, with and without the
/// filling up to the next one (cmsg(3)).
Answer cmsg_size(Arguments& a) {
  constexpr std::int64_t header = 16, unit = 8;
  const std::int64_t size = a.integer(1, "bytes", 0, 4096);
  return answer(Value::of(header + (a.call() == "CMSG_SPACE" ? (size + unit - 1) / unit * unit : size)));
}

}  // namespace

void open_message_calls(lua_State* L) {
  offer_binding<&call_socketpair>(L, "socketpair");
  offer_binding<&call_sendmsg>(L, "sendmsg");
  offer_binding<&call_recvmsg>(L, "recvmsg");
  offer_binding<&call_rename>(L, "rename");
  offer_binding<&cmsg_size>(L, "CMSG_LEN");
  offer_binding<&cmsg_size>(L, "CMSG_SPACE");
}

}  // namespace sockarium::script
