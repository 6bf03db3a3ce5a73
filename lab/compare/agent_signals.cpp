#include "lab/compare/agent_signals.h"

#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string>
#include <variant>

#include "lab/compare/file_space.h"
#include "sim/core/signal.h"

namespace sockarium::compare::agent_signals {

namespace {

std::atomic<std::uint32_t> called{0};
std::uint32_t with_restart = 0;

void note(int number) {
  called |= signal_bit(number);
}

sigset_t to_set(std::uint32_t mask) {
  sigset_t set;
  sigemptyset(&set);
  for (const SignalRow& row : signal_table)
    if ((mask & signal_bit(row.number)) != 0) sigaddset(&set, static_cast<int>(row.number));
  return set;
}

/// Has the socket a time limit? Then its calls are never made again.
bool limited(int fd) {
  for (const int option : {SO_RCVTIMEO, SO_SNDTIMEO}) {
    timeval limit{};
    socklen_t size = sizeof limit;
    if (getsockopt(fd, SOL_SOCKET, option, &limit, &size) == 0 && (limit.tv_sec != 0 || limit.tv_usec != 0))
      return true;
  }
  return false;
}

}  // namespace

std::int64_t set(const sys::Sigaction& call) {
  struct sigaction fresh {};
  struct sigaction old {};
  fresh.sa_handler = call.action == sig_dfl ? SIG_DFL : call.action == sig_ign ? SIG_IGN : &note;
  if (sigaction(call.signal, &fresh, &old) != 0) return -1;
  with_restart &= ~signal_bit(call.signal);
  if ((call.flags & sa_restart) != 0) with_restart |= signal_bit(call.signal);
  return old.sa_handler == SIG_DFL ? sig_dfl : old.sa_handler == SIG_IGN ? sig_ign : sig_handler;
}

std::int64_t block(const sys::Sigprocmask& call) {
  const sigset_t wanted = to_set(call.mask);
  sigset_t old;
  sigemptyset(&old);
  const int error = pthread_sigmask(call.how, &wanted, &old);
  if (error != 0) {
    errno = error;
    return -1;
  }
  std::uint32_t before = 0;
  for (const SignalRow& row : signal_table)
    if (sigismember(&old, static_cast<int>(row.number)) == 1) before |= signal_bit(row.number);
  return before;
}

std::int64_t make_descriptor(const sys::Signalfd& call) {
  const sigset_t wanted = to_set(call.mask);
  return signalfd(call.fd, &wanted, static_cast<int>(call.flags));
}

std::int64_t alarm_in(Duration after) {
  itimerval fresh{};
  itimerval old{};
  fresh.it_value = {after / second, after % second / microsecond};
  if (setitimer(ITIMER_REAL, &fresh, &old) != 0) return -1;
  return old.it_value.tv_sec * second + old.it_value.tv_usec * microsecond;
}

void leave_numbers(int fd, char* data, std::size_t size) {
  constexpr std::size_t entry = sizeof(signalfd_siginfo);
  if (size % entry != 0) return;
  char kind[32]{};
  const std::string link = proc_path(("self/fd/" + std::to_string(fd)).c_str());
  if (readlink(link.c_str(), kind, sizeof kind - 1) < 0) return;
  if (std::strcmp(kind, "anon_inode:[signalfd]") != 0) return;
  for (std::size_t at = 0; at < size; at += entry)
    std::memset(data + at + sizeof(std::uint32_t), 0, entry - sizeof(std::uint32_t));
}

std::uint32_t take() {
  return called.exchange(0);
}

bool restarts(const Syscall& call, std::uint32_t signals) {
  if (signals == 0 || (signals & ~with_restart) != 0 || std::holds_alternative<sys::Sleep>(call))
    return false;
  const std::int32_t fd = fd_of(call);
  return fd < 0 || !limited(fd);
}

}  // namespace sockarium::compare::agent_signals
