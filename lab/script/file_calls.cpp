// The calls of any descriptor, and those that make files, pipes, events, timers and watches.
#include <fmt/format.h>

#include <lua.hpp>

#include "lab/script/binding.h"
#include "lab/script/call_arguments.h"
#include "lab/script/calls.h"
#include "lab/script/runner.h"

namespace sockarium::script {

namespace {

Answer call_write(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::Write call;
  call.fd = fd_argument(a);
  call.data = data_argument(a, 2);
  return make_call(a, call);
}

Answer call_read(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::Read call;
  call.fd = fd_argument(a);
  call.size = a.integer(2, "size", 0, most_bytes);
  return make_call(a, call);
}

Answer call_fcntl(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::Fcntl call;
  call.fd = fd_argument(a);
  call.command = a.int32(2, "command");
  switch (call.command) {
    case f_getfd:
    case f_getfl:
      break;
    case f_setfd:
      call.argument = a.int32(3, "flags");
      break;
    case f_setfl: {
      call.argument = a.int32(3, "flags");
      constexpr std::int64_t others = ~std::int64_t{o_accmode | o_append | o_nonblock | o_largefile};
      if ((call.argument & others) != 0)
        a.not_modelled(fmt::format("flag {:#x} of F_SETFL", call.argument & others),
                       "there are O_NONBLOCK and O_APPEND");
      break;
    }
    case f_dupfd:
    case f_dupfd_cloexec:
      call.argument = a.int32(3, "lowest");
      break;
    default:
      a.not_modelled("this command of fcntl",
                     "there are F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL and F_SETFL");
  }
  return make_call(a, call);
}

template <class Call>
Answer call_dup_to(Arguments& a) {
  require_phase(a, Phase::Running);
  Call call;
  call.fd = fd_argument(a);
  call.to = a.int32(2, "to");
  if constexpr (std::is_same_v<Call, sys::Dup3>) call.flags = a.missing(3) ? 0 : a.int32(3, "flags");
  return make_call(a, call);
}

/// pipe(), and pipe2(flags).
Answer call_pipe(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::Pipe call;
  if (!a.missing(1)) call.flags = a.int32(1, "flags");
  if ((call.flags & o_direct) != 0) a.not_modelled("O_DIRECT", "a pipe here is a stream of bytes");
  return make_call(a, call);
}

/// open(path, flags, mode).
Answer call_open(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::Open call;
  call.path = path_argument(a, 1);
  call.flags = a.missing(2) ? o_rdonly : a.int32(2, "flags");
  constexpr std::int32_t known =
      o_accmode | o_creat | o_excl | o_trunc | o_append | o_nonblock | o_directory | o_cloexec;
  if ((call.flags & ~known) != 0 || (call.flags & o_accmode) == o_accmode)
    a.not_modelled("this flag of open",
                   "there are O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_EXCL, O_TRUNC, O_APPEND, O_DIRECTORY, "
                   "O_NONBLOCK and O_CLOEXEC");
  if (!a.missing(3)) call.mode = static_cast<std::int32_t>(a.integer(3, "mode", 0, 0777));
  return make_call(a, call);
}

Answer call_lseek(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::Lseek call;
  call.fd = fd_argument(a);
  call.offset = a.integer(2, "offset", INT64_MIN / 2, INT64_MAX / 2);
  call.whence = a.missing(3) ? seek_set : a.int32(3, "whence");
  if (call.whence == 3 || call.whence == 4)
    a.not_modelled("SEEK_DATA or SEEK_HOLE", "there are SEEK_SET, SEEK_CUR and SEEK_END");
  return make_call(a, call);
}

Answer call_unlink(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::Unlink call;
  call.path = path_argument(a, 1);
  return make_call(a, call);
}

/// inotify_init(), and inotify_init1(flags).
Answer call_inotify_init(Arguments& a) {
  require_phase(a, Phase::Running);
  return make_call(a, sys::InotifyInit{a.missing(1) ? 0 : a.int32(1, "flags")});
}

Answer call_inotify_add_watch(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::InotifyAddWatch call;
  call.fd = fd_argument(a);
  call.path = path_argument(a, 2);
  call.mask = static_cast<std::uint32_t>(a.integer(3, "mask", 0, UINT32_MAX));
  if ((call.mask & ~in_all_events) != 0)
    a.not_modelled("this flag of inotify_add_watch", "there are IN_OPEN and its like");
  return make_call(a, call);
}

Answer call_inotify_rm_watch(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::InotifyRmWatch call;
  call.fd = fd_argument(a);
  call.wd = a.int32(2, "wd");
  return make_call(a, call);
}

Answer call_eventfd(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::Eventfd call;
  call.initial = static_cast<std::uint32_t>(a.integer(1, "initial", 0, UINT32_MAX));
  call.flags = a.missing(2) ? 0 : a.int32(2, "flags");
  return make_call(a, call);
}

Answer call_timerfd_create(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::TimerfdCreate call;
  call.clock = a.int32(1, "clock");
  if (call.clock != clock_monotonic) a.not_modelled("this clock", "there is CLOCK_MONOTONIC");
  call.flags = a.missing(2) ? 0 : a.int32(2, "flags");
  return make_call(a, call);
}

/// timerfd_settime(fd, value[, interval]).
Answer call_timerfd_settime(Arguments& a) {
  require_phase(a, Phase::Running);
  sys::TimerfdSettime call;
  call.fd = fd_argument(a);
  call.value = a.duration(2, "value");
  if (!a.missing(3)) call.interval = a.duration(3, "interval");
  return make_call(a, call);
}

}  // namespace

void open_file_calls(lua_State* L) {
  offer_binding<&call_write>(L, "write");
  offer_binding<&call_write>(L, "print");  // the prelude makes one text of its arguments first
  offer_binding<&call_read>(L, "read");
  offer_binding<&call_with_fd<sys::Close>>(L, "close");
  offer_binding<&call_fcntl>(L, "fcntl");
  offer_binding<&call_with_fd<sys::Dup>>(L, "dup");
  offer_binding<&call_dup_to<sys::Dup2>>(L, "dup2");
  offer_binding<&call_dup_to<sys::Dup3>>(L, "dup3");
  offer_binding<&call_pipe>(L, "pipe");
  offer_binding<&call_pipe>(L, "pipe2");
  offer_binding<&call_open>(L, "open");
  offer_binding<&call_lseek>(L, "lseek");
  offer_binding<&call_unlink>(L, "unlink");
  offer_binding<&call_inotify_init>(L, "inotify_init");
  offer_binding<&call_inotify_init>(L, "inotify_init1");
  offer_binding<&call_inotify_add_watch>(L, "inotify_add_watch");
  offer_binding<&call_inotify_rm_watch>(L, "inotify_rm_watch");
  offer_binding<&call_eventfd>(L, "eventfd");
  offer_binding<&call_timerfd_create>(L, "timerfd_create");
  offer_binding<&call_timerfd_settime>(L, "timerfd_settime");
  offer_binding<&call_with_fd<sys::TimerfdGettime>>(L, "timerfd_gettime");
}

}  // namespace sockarium::script
