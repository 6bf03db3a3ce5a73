#include "lab/compare/enclosure.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <exception>

#include "lab/compare/mailbox.h"
#include "lab/compare/proc_file.h"

namespace sockarium::compare {

namespace {

constexpr int can_not = 3;  // exit status of the process that should have made the namespaces

Rights leave_namespaces() {
  constexpr int fresh = CLONE_NEWNET | CLONE_NEWPID;
  const uid_t user = geteuid();
  const gid_t group = getegid();
  if (unshare(fresh) == 0) return Rights::Root;
  if (unshare(CLONE_NEWUSER | fresh) != 0) return Rights::None;
  write_file("/proc/self/setgroups", "deny");
  const bool mapped = write_file("/proc/self/uid_map", fmt::format("0 {} 1", user)) &&
                      write_file("/proc/self/gid_map", fmt::format("0 {} 1", group));
  return mapped ? Rights::UserNamespace : Rights::None;
}

/// A fault must not climb out into a second copy of the program.
std::string contained(const std::function<std::string()>& work) {
  try {
    return work();
  } catch (const std::exception& fault) {
    fmt::print(stderr, "sockarium: internal fault on the real side: {}\n", fault.what());
    _exit(1);
  }
}

/// The first process of the new namespace. `life` hangs up when its keeper is gone: a keeper that died before
/// it could be followed is noticed, too.
[[noreturn]] void do_work(const std::function<std::string()>& work, int answer, int life) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  pollfd gone{life, 0, 0};
  if (::poll(&gone, 1, 0) != 0) _exit(1);
  std::signal(SIGPIPE, SIG_IGN);
  const std::string text = contained(work);
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t wrote = write(answer, text.data() + done, text.size() - done);
    if (wrote <= 0) _exit(1);
    done += static_cast<std::size_t>(wrote);
  }
  _exit(0);
}

/// The process between: it only holds the door to the new process namespace. Ends with the work.
[[noreturn]] void keep_door(const std::function<std::string()>& work, int answer, pid_t starter) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != starter) _exit(1);
  if (leave_namespaces() == Rights::None) _exit(can_not);
  std::array<int, 2> life{};
  if (pipe2(life.data(), O_CLOEXEC) != 0) _exit(can_not);
  const pid_t worker = fork();
  if (worker < 0) _exit(can_not);
  if (worker == 0) {
    close(life[1]);
    do_work(work, answer, life[0]);
  }
  close(answer);
  int status = 0;
  while (waitpid(worker, &status, 0) < 0 && errno == EINTR) {
  }
  _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

int wait_for(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

}  // namespace

Enclosure::Enclosure(const std::function<std::string()>& work, Duration limit)
    : deadline_(monotonic_now() + limit) {
  std::array<int, 2> ends{-1, -1};
  if (pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
    over_ = true;
    outcome_.possible = false;
    return;
  }
  fcntl(ends[1], F_SETFL, 0);  // the work may take its time to write
  std::fflush(nullptr);        // else the copy would hold what is not written yet
  const pid_t self = getpid();
  keeper_ = fork();
  if (keeper_ == 0) {
    close(ends[0]);
    keep_door(work, ends[1], self);
  }
  close(ends[1]);
  listen_to(keeper_, ends[0]);
}

Enclosure::Enclosure(const std::vector<std::string>& command, Duration limit)
    : deadline_(monotonic_now() + limit) {
  std::array<int, 2> ends{-1, -1};
  if (command.empty() || pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
    over_ = true;
    outcome_.possible = false;
    return;
  }
  fcntl(ends[1], F_SETFL, 0);
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, ends[1], STDOUT_FILENO);
  pid_t child = -1;
  if (posix_spawn(&child, arguments.front(), &files, nullptr, arguments.data(), environ) != 0) child = -1;
  posix_spawn_file_actions_destroy(&files);
  close(ends[1]);
  listen_to(child, ends[0]);
}

void Enclosure::listen_to(pid_t child, int answer) {
  keeper_ = child;
  answer_ = answer;
  if (child >= 0) return;
  end();
  outcome_.possible = false;
}

Enclosure::~Enclosure() {
  if (over_) return;
  kill(keeper_, SIGKILL);  // the worker follows it, and all that the worker made
  end();
}

Duration Enclosure::left() const {
  return std::max<Duration>(0, deadline_ - monotonic_now());
}

void Enclosure::end() {
  over_ = true;
  if (answer_ >= 0) close(answer_);
  answer_ = -1;
  if (keeper_ < 0) return;
  const int status = wait_for(keeper_);
  outcome_.possible = !(WIFEXITED(status) && WEXITSTATUS(status) == can_not);
  outcome_.finished = WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool Enclosure::advance() {
  std::array<char, 65536> part{};
  while (!over_) {
    const ssize_t size = read(answer_, part.data(), part.size());
    if (size > 0) {
      outcome_.text.append(part.data(), static_cast<std::size_t>(size));
      continue;
    }
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == EAGAIN) break;
    end();
  }
  if (!over_ && left() == 0) {
    outcome_.in_time = false;
    kill(keeper_, SIGKILL);
    end();
  }
  return over_;
}

Outcome Enclosure::finish() {
  while (!advance()) {
    pollfd ready{answer_, POLLIN, 0};
    ::poll(&ready, 1, static_cast<int>(left() / millisecond) + 1);
  }
  return std::move(outcome_);
}

Rights rights() {
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child < 0) return Rights::None;
  if (child == 0) _exit(static_cast<int>(leave_namespaces()));
  const int status = wait_for(child);
  return WIFEXITED(status) ? static_cast<Rights>(WEXITSTATUS(status)) : Rights::None;
}

}  // namespace sockarium::compare
