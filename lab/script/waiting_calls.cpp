// The calls that wait for many descriptors at once: poll, select, epoll.
#include <fmt/format.h>

#include <lua.hpp>
#include <map>

#include "lab/script/binding.h"
#include "lab/script/call_arguments.h"
#include "lab/script/calls.h"
#include "lab/script/runner.h"

namespace sockarium::script {

namespace {

/// How long to wait. In C a number would be milliseconds, elsewhere in this language it is seconds: so a bare
/// one says nothing, but for 0 and −1. `grain`: what the call counts in.
Duration timeout_argument(const Arguments& a, int n, Duration grain, const char* grain_name) {
  const Value value = a.value(n, 0);
  if (value.is_number()) {
    if (value.number == 0) return 0;
    if (value.number == -1) return -1;
    a.wrong(n, "timeout", "a text like \"10ms\", or 0 (not at all) or -1 (for ever)",
            fmt::format("C means {} ms here: write \"{}ms\"", show(value), show(value)));
  }
  if (value.kind == Value::Kind::Nil)
    a.wrong(n, "timeout", "a text like \"10ms\", or 0 (not at all) or -1 (for ever)",
            "write -1 to wait for ever");
  const Duration timeout = a.duration(n, "timeout");
  if (timeout % grain != 0)
    a.wrong(n, "timeout", fmt::format("a number of whole {}", grain_name),
            fmt::format("{}() counts in {}", a.call(), grain_name));
  return timeout;
}

std::int64_t bits_of(const Arguments& a, const Value& value, const char* what, std::int64_t most) {
  if (value.kind != Value::Kind::Integer || value.integer < 0 || value.integer > most)
    throw Fault(fmt::format("{}: '{}' must be events like POLLIN | POLLOUT, not {}", a.call(), what,
                            describe(value)));
  return value.integer;
}

std::int32_t number_of(const Arguments& a, const Value& value, const std::string& what) {
  if (value.kind != Value::Kind::Integer || value.integer < INT32_MIN || value.integer > INT32_MAX)
    throw Fault(fmt::format("{}: {} must be a descriptor, not {}", a.call(), what, describe(value)));
  return static_cast<std::int32_t>(value.integer);
}

/// poll({{fd = 3, events = POLLIN}, …}, timeout)
Answer call_poll(Arguments& a) {
  require_phase(a, Phase::Running);
  const Value list = a.value(1, 3);
  if (list.kind != Value::Kind::Table || list.length() != list.entries.size())
    a.wrong(1, "fds", "a list like {{fd = 3, events = POLLIN}}",
            list.field("fd") != nullptr ? "write two pairs of braces: a list of descriptors" : "");
  std::vector<PollEntry> set;
  set.reserve(list.entries.size());
  for (const Entry& item : list.entries) {
    if (item.value.kind != Value::Kind::Table)
      throw Fault(fmt::format("poll: item {} must be a table like {{fd = 3, events = POLLIN}}, not {}",
                              item.key.integer, describe(item.value)));
    Fields fields(item.value, fmt::format("item {} of poll", item.key.integer));
    fields.find("revents");  // of a list that came from the call before
    PollEntry entry;
    const Value* fd = fields.find("fd");
    const Value* events = fields.find("events");
    entry.fd = number_of(a, fd != nullptr ? *fd : Value(), fmt::format("'fd' of item {}", item.key.integer));
    if (events != nullptr) entry.events = static_cast<std::uint16_t>(bits_of(a, *events, "events", 0xffff));
    fields.finish();
    set.push_back(entry);
  }
  sys::Poll call;
  call.set = intern(set, runner_of(a).bytes());
  call.timeout = timeout_argument(a, 2, millisecond, "milliseconds");
  return make_call(a, call);
}

/// select({fd, …}, {fd, …}, {fd, …}, timeout): to read, to write, and for urgent data.
Answer call_select(Arguments& a) {
  require_phase(a, Phase::Running);
  std::map<std::int32_t, std::uint16_t> members;
  constexpr std::uint16_t which[] = {poll_in, poll_out, poll_pri};
  constexpr const char* names[] = {"read", "write", "except"};
  for (int n = 1; n <= 3; ++n) {
    if (a.missing(n)) continue;
    const Value list = a.value(n, 2);
    if (list.kind != Value::Kind::Table || list.length() != list.entries.size())
      a.wrong(n, names[n - 1], "a list of descriptors like {3, 5}, or nil");
    for (const Entry& item : list.entries) {
      const std::int32_t fd = number_of(a, item.value, fmt::format("each member of '{}'", names[n - 1]));
      if (fd < 0)
        throw Fault(fmt::format("select: {} can't be a member of a set", fd),
                    "FD_SET() in C would write astray");
      members[fd] = static_cast<std::uint16_t>(members[fd] | which[n - 1]);
    }
  }
  std::vector<PollEntry> set;
  for (const auto& [fd, events] : members) set.push_back(PollEntry{fd, events, 0});
  sys::Select call;
  call.set = intern(set, runner_of(a).bytes());
  call.timeout = timeout_argument(a, 4, microsecond, "microseconds");
  return make_call(a, call);
}

/// epoll_create(size), whose size says nothing any more, and epoll_create1(flags).
Answer call_epoll_create(Arguments& a) {
  require_phase(a, Phase::Running);
  if (!a.missing(1)) a.integer(1, "size", 1, INT32_MAX);
  return make_call(a, sys::EpollCreate{});
}
Answer call_epoll_create1(Arguments& a) {
  require_phase(a, Phase::Running);
  return make_call(a, sys::EpollCreate{a.missing(1) ? 0 : a.int32(1, "flags")});
}

/// epoll_ctl(ep, EPOLL_CTL_ADD, fd, events)
Answer call_epoll_ctl(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::EpollCtl call;
  call.fd = a.int32(1, "ep");
  call.operation = a.int32(2, "operation");
  call.target = a.int32(3, "fd");
  const bool needed = call.operation == epoll_ctl_add || call.operation == epoll_ctl_mod;
  if (needed || !a.missing(4))
    call.events = static_cast<std::uint32_t>(a.integer(4, "events", 0, UINT32_MAX));
  return make_call(a, call);
}

/// epoll_wait(ep, most, timeout)
Answer call_epoll_wait(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::EpollWait call;
  call.fd = a.int32(1, "ep");
  call.most = a.int32(2, "max");
  call.timeout = timeout_argument(a, 3, millisecond, "milliseconds");
  return make_call(a, call);
}

}  // namespace

void open_waiting_calls(lua_State* L) {
  offer_binding<&call_poll>(L, "poll");
  lua_pushliteral(L, "select");  // the name in messages; the prelude joins it with Lua's own select(n, …)
  lua_pushcclosure(L, &binding<&call_select>, 1);
  offer(L, "select_sets");
  offer_binding<&call_epoll_create>(L, "epoll_create");
  offer_binding<&call_epoll_create1>(L, "epoll_create1");
  offer_binding<&call_epoll_ctl>(L, "epoll_ctl");
  offer_binding<&call_epoll_wait>(L, "epoll_wait");
}

}  // namespace sockarium::script
