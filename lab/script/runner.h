// The programs of a scenario, running: each task is a coroutine of one Lua state. A call yields out of the
// script with its Syscall; the next resume brings the result back in.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lab/script/binding.h"
#include "lab/script/machine.h"
#include "lab/script/peer.h"
#include "lab/script/scenario.h"
#include "lab/session/programs.h"
#include "sim/setup.h"

namespace sockarium::script {

/// One task of a program: its coroutine, and what its calls must remember.
struct Task {
  enum class Stage {
    Fresh,     ///< has not run yet
    Calling,   ///< its script waits for a result
    Hinting,   ///< a hint is being written; the script's result waits in `held`
    Stopping,  ///< its last words are being written; then it exits
    Ended,
  };
  Stage stage = Stage::Fresh;
  lua_State* coroutine = nullptr;
  int coroutine_reference = LUA_NOREF;
  int function_reference = LUA_NOREF;
  std::uint32_t children = 0;         ///< forked and threads, so far
  int child_reference = LUA_NOREF;    ///< function of the child that is being made
  std::map<int, int> child_handlers;  ///< and its handlers of signals
  std::size_t process = 0;            ///< place in the runner's list of processes
  int handler_reference = LUA_NOREF;  ///< function that a sigaction is about to install
  std::vector<int> signals;           ///< that have come, and whose handlers have not run yet
  std::vector<Syscall> again;         ///< calls that are made again after that, the innermost last
  std::optional<std::size_t> peer;    ///< of a raw peer: its place in Setup::hosts
  int arguments = 0;                  ///< that wait on the coroutine for its function
  WantedSegment wanted;               ///< of the call of a raw peer that waits
  Syscall call = sys::Exit{};
  std::int64_t line = 0;
  std::int64_t last_line = 0;  ///< of its main function: where its end stands
  std::string failed_call;     ///< name of the last call that failed, for check()
  std::int64_t status = 0;
  std::string fault;
  std::int64_t empty_reads = 0;  ///< in a row, on one descriptor
  std::int32_t empty_fd = -1;
  SysResult held;
};

class Runner final : public Programs {
 public:
  /// `machine` has evaluated the scenario; `functions` are the main functions of its processes.
  Runner(std::shared_ptr<const Scenario> scenario, std::unique_ptr<Machine> machine,
         std::vector<int> functions);

  ProgramStep resume(const TaskPath& path, const SysResult& result, ByteStore& bytes) override;

  // For the bindings of calls, while a task runs.
  const Setup& setup() const { return scenario_->setup; }
  ByteStore& bytes() { return *bytes_; }
  Task& task() { return *task_; }
  /// The answer of the task's call, as values of the script. True: it was interrupted, and is made again.
  bool give_result(Answer& answer);
  /// The next signal whose handler is to run; 0: none.
  int next_signal();
  /// The function for a signal, as a reference.
  int handler(int signal) { return handlers()[signal]; }
  /// The handlers of the task's process, by signal.
  std::map<int, int>& handlers() { return handlers_[task_->process]; }
  /// Makes the call again that was interrupted last.
  void make_again();
  /// Makes the call print `message` to fd 2, after which the task exits.
  void stop_task(std::string message, std::int64_t status);

 private:
  ProgramStep run(Task& task, const TaskPath& path, const SysResult& result);
  ProgramStep write_words(Task& task, const std::string& words);
  ProgramStep last_words(Task& task, const Trouble& trouble);
  ProgramStep exit_step(Task& task);
  void drop(Task& task);
  bool start(Task& task, Trouble& trouble);
  void note_handler(Task& task);
  bool wants_hint(Task& task, const SysResult& result);
  bool wants_another(const Task& task, const SysResult& result) const;

  std::shared_ptr<const Scenario> scenario_;
  std::unique_ptr<Machine> machine_;
  std::map<TaskPath, Task> tasks_;
  std::vector<std::map<int, int>> handlers_;  ///< of each process: signal → reference
  Task* task_ = nullptr;
  ByteStore* bytes_ = nullptr;
  SysResult result_;
};

/// The answer of a binding that calls the kernel; throws for what the program of a raw peer cannot call.
Answer make_call(const Arguments& arguments, Syscall call);

}  // namespace sockarium::script
