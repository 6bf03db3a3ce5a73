// The vocabulary of the model's tests: hosts, programs as lists of calls, and questions about what came of
// it.
//
//   Lab lab;                                            // cli 10.0.0.5 and srv 192.168.1.10, 10 ms apart
//   lab.program("srv", "web", {socket(), bind(3, 80), listen(3, 2), accept(3)});
//   lab.program("cli", "curl", {socket(), connect(3, "srv", 80)}).starting(1_ms);
//   lab.run();
//   EXPECT_EQ(lab.result("curl", "connect").error, Errno::OK);
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lab/session/session.h"
#include "tests/support/scripted.h"

namespace sockarium::test {

using namespace sockarium::literals;

inline constexpr const char* client_address = "10.0.0.5";
inline constexpr const char* server_address = "192.168.1.10";

// --- calls, as a program would write them ---
Endpoint endpoint(std::string_view ip, std::uint16_t port);
Syscall socket(std::int32_t extra_type = 0);
Syscall bind(std::int32_t fd, std::uint16_t port, std::string_view ip = "0.0.0.0");
Syscall listen(std::int32_t fd, std::int32_t backlog);
Syscall accept(std::int32_t fd);
Syscall connect(std::int32_t fd, std::uint16_t port, std::string_view ip = server_address);
Syscall send(std::int32_t fd, std::uint32_t bytes, std::int32_t flags = 0);
Syscall recv(std::int32_t fd, std::int64_t size, std::int32_t flags = 0);
Syscall close(std::int32_t fd);
Syscall shut_write(std::int32_t fd);
Syscall set(std::int32_t fd, Option option, std::int64_t value, std::int64_t second = 0);
Syscall get(std::int32_t fd, Option option);
Syscall sleep(Duration duration);
Syscall set_nonblock(std::int32_t fd, bool on = true);

struct CallLine {
  Syscall call;
  SysResult result;
  Time entered = 0, returned = never;  ///< never: it did not return
};

class Lab {
 public:
  /// Two hosts, `delay` apart one way.
  explicit Lab(Duration delay = 10 * millisecond);
  ~Lab();
  Lab(Lab&&) = default;
  Setup setup;

  class Program {
   public:
    Program(Lab& lab, std::size_t place) : lab_(lab), place_(place) {}
    Program& starting(Time time);
    Program& limit_descriptors(std::uint64_t nofile);
    Program& as_user(std::uint32_t uid);

   private:
    Lab& lab_;
    std::size_t place_;
  };
  Program program(std::string_view host, std::string name, std::vector<Syscall> calls);
  Program program(std::string_view host, std::string name, Script script);
  /// What a task does that `program`, or a child of it, makes by fork or thread: `path` are the child
  /// numbers.
  Lab& child_program(std::string_view program, const TaskPath& path, std::vector<Syscall> calls);
  Lab& sysctl(std::string_view host, Sysctl id, std::int64_t value);
  /// The link drops the nth packet from `host` that has all of `flags` and none of `without`.
  Lab& drop(std::string_view host, std::uint8_t flags, std::uint64_t nth = 1, std::uint8_t without = 0);

  /// Runs to the end, or as far as to `until`.
  Session& run(Time until = never);
  Session& session();
  /// Fresh programs, for a test that drives a world by itself.
  ProgramsFactory programs() const { return scripted(scripts_); }

  // --- questions, about the moment that the run has reached ---
  std::vector<CallLine> calls(std::string_view program, std::string_view name) const;
  /// The nth (1 …) call of that name; fails the test when there is none that returned.
  SysResult result(std::string_view program, std::string_view name, std::size_t nth = 1) const;
  CallLine call(std::string_view program, std::string_view name, std::size_t nth = 1) const;
  std::int64_t counter(std::string_view host, Counter counter) const;
  /// States that ss would show on a host, sorted: «ESTAB», «LISTEN» …
  std::vector<std::string> states(std::string_view host) const;
  /// The path of states of a host's connections, in order of happening, with the listener left out.
  std::vector<std::string> path(std::string_view host) const;
  /// Times at which `host` sent packets with exactly these flags.
  std::vector<Time> sent(std::string_view host, std::uint8_t flags) const;
  std::vector<wire::Packet> packets(std::string_view host) const;
  std::vector<Reason> drops(std::string_view host) const;
  ProcessId process(std::string_view name) const;
  HostId host(std::string_view name) const;

 private:
  std::size_t place_of_host(std::string_view name) const;
  std::map<TaskPath, Script> scripts_;
  std::unique_ptr<Session> session_;
};

}  // namespace sockarium::test
