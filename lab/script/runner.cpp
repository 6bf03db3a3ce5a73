#include "lab/script/runner.h"

#include <fmt/format.h>

#include <utility>

#include "lab/script/results.h"
#include "sim/core/assert.h"
#include "sim/wire/header_bytes.h"

namespace sockarium::script {

namespace {

constexpr std::int64_t reads_before_hint = 10;

struct StartOrder {
  Task* task;
};

/// Makes the task's coroutine with its function on top. Runs in protected mode.
int make_coroutine(lua_State* L) {
  Task& task = *static_cast<StartOrder*>(lua_touserdata(L, 1))->task;
  task.coroutine = lua_newthread(L);
  task.coroutine_reference = luaL_ref(L, LUA_REGISTRYINDEX);
  luaL_checkstack(task.coroutine, 3, nullptr);
  lua_rawgeti(L, LUA_REGISTRYINDEX, task.function_reference);
  if (task.peer) {
    push_peer(L, *task.peer);
    task.arguments = 1;
  }
  lua_xmove(L, task.coroutine, 1 + task.arguments);
  luaL_unref(L, LUA_REGISTRYINDEX, task.function_reference);
  task.function_reference = LUA_NOREF;
  return 0;
}

/// How the messages that a program prints about itself look: «backlog.lua:25: message».
std::string with_position(const Machine& machine, const Trouble& trouble) {
  const std::string file = machine.chunk().substr(1);
  std::string text = trouble.line > 0 ? fmt::format("{}:{}: {}", file, trouble.line, trouble.fault.message)
                                      : fmt::format("{}: {}", file, trouble.fault.message);
  if (!trouble.fault.hint.empty()) text += " (" + trouble.fault.hint + ")";
  return text;
}

}  // namespace

Runner::Runner(std::shared_ptr<const Scenario> scenario, std::unique_ptr<Machine> machine,
               std::vector<int> functions)
    : scenario_(std::move(scenario)), machine_(std::move(machine)) {
  machine_->phase = Phase::Running;
  machine_->loader = nullptr;
  machine_->runner = this;
  machine_->setup = &scenario_->setup;
  handlers_.resize(functions.size());
  for (std::size_t i = 0; i < functions.size(); ++i) {
    Task& task = tasks_[TaskPath{static_cast<std::uint32_t>(i)}];
    task.function_reference = functions[i];
    task.process = i;
    const std::size_t host = scenario_->setup.processes[i].host;
    if (scenario_->setup.hosts[host].raw) task.peer = host;
  }
}

ProgramStep Runner::resume(const TaskPath& path, const SysResult& result, ByteStore& bytes) {
  const auto found = tasks_.find(path);
  SOCKARIUM_ASSERT(found != tasks_.end());  // a world has no task that nobody made
  Task& task = found->second;
  bytes_ = &bytes;
  task_ = &task;
  ProgramStep step = run(task, path, result);
  task_ = nullptr;
  bytes_ = nullptr;
  return step;
}

ProgramStep Runner::run(Task& task, const TaskPath& path, const SysResult& result) {
  Trouble trouble;
  switch (task.stage) {
    case Task::Stage::Fresh:
      if (!start(task, trouble)) return last_words(task, trouble);
      break;
    case Task::Stage::Calling:
      result_ = result;
      if (wants_another(task, result)) {
        ProgramStep step;
        const bool for_ever = std::get<sys::Capture>(task.call).within < 0;
        step.call = task.call = sys::Capture{for_ever ? -1 : result.value};
        step.line = task.line;
        return step;
      }
      if (wants_hint(task, result)) {
        task.stage = Task::Stage::Hinting;
        task.held = result;
        return write_words(
            task, fmt::format("{}:{}: hint: {} has given \"\" ten times: that is the end of the "
                              "stream. \"\" and 0 are true in Lua; write: if data == \"\" then break "
                              "end\n",
                              machine_->chunk().substr(1), task.line, name(task.call)));
      }
      break;
    case Task::Stage::Hinting:
      result_ = task.held;
      break;
    case Task::Stage::Stopping:
      return exit_step(task);
    case Task::Stage::Ended:
      return exit_step(task);
  }
  if (std::holds_alternative<sys::Exec>(task.call) && task.child_reference != LUA_NOREF) {
    luaL_unref(machine_->lua(), LUA_REGISTRYINDEX, task.coroutine_reference);
    task.function_reference = std::exchange(task.child_reference, LUA_NOREF);
    if (!start(task, trouble)) return last_words(task, trouble);
  }
  if (task.child_reference != LUA_NOREF) {
    if (result_.ok()) {
      TaskPath child = path;
      child.push_back(task.children++);
      Task& born = tasks_[child];
      born.function_reference = task.child_reference;
      born.process = task.process;
      if (std::holds_alternative<sys::Fork>(task.call)) {
        born.process = handlers_.size();
        handlers_.push_back(std::exchange(task.child_handlers, {}));
      }
    } else {
      luaL_unref(machine_->lua(), LUA_REGISTRYINDEX, task.child_reference);
    }
    task.child_reference = LUA_NOREF;
  }
  note_handler(task);
  task.stage = Task::Stage::Calling;
  int results = 0;
  switch (machine_->resume(task.coroutine, std::exchange(task.arguments, 0), results, trouble)) {
    case Machine::Outcome::Broken:
      return last_words(task, trouble);
    case Machine::Outcome::Finished:
      if (results > 0 && lua_isinteger(task.coroutine, -results) != 0)
        task.status = lua_tointeger(task.coroutine, -results);
      task.line = task.last_line;
      return exit_step(task);
    case Machine::Outcome::Yielded:
      break;
  }
  task.line = machine_->line_of(task.coroutine);
  ProgramStep step;
  step.call = task.call;
  step.line = task.line;
  if (std::holds_alternative<sys::Exit>(task.call)) drop(task);
  return step;
}

/// A sigaction that went well: from now on its function is the one that runs.
void Runner::note_handler(Task& task) {
  const auto* call = std::get_if<sys::Sigaction>(&task.call);
  const int fresh = std::exchange(task.handler_reference, LUA_NOREF);
  if (call == nullptr || fresh == LUA_NOREF) return;
  int& kept = handlers_[task.process].try_emplace(call->signal, LUA_NOREF).first->second;
  luaL_unref(machine_->lua(), LUA_REGISTRYINDEX, result_.ok() ? std::exchange(kept, fresh) : fresh);
}

bool Runner::start(Task& task, Trouble& trouble) {
  StartOrder order{&task};
  if (!machine_->protect(&make_coroutine, &order, trouble)) return false;
  lua_Debug frame;
  lua_pushvalue(task.coroutine, 1);
  lua_getinfo(task.coroutine, ">S", &frame);
  task.last_line = frame.lastlinedefined;
  task.line = frame.linedefined;
  return true;
}

bool Runner::wants_hint(Task& task, const SysResult& result) {
  const auto* recv = std::get_if<sys::Recv>(&task.call);
  const auto* read = std::get_if<sys::Read>(&task.call);
  if (recv == nullptr && read == nullptr) return false;
  const std::int32_t fd = fd_of(task.call);
  const std::int64_t size = recv != nullptr ? recv->size : read->size;
  if (!result.ok() || !result.data.empty() || size == 0) {
    task.empty_reads = 0;
    return false;
  }
  task.empty_reads = fd == task.empty_fd ? task.empty_reads + 1 : 1;
  task.empty_fd = fd;
  return task.empty_reads == reads_before_hint;
}

/// A peer's program waits for a certain segment, and another one came.
bool Runner::wants_another(const Task& task, const SysResult& result) const {
  if (!std::holds_alternative<sys::Capture>(task.call) || !result.ok()) return false;
  const auto packet = wire::from_wire(result.data, *bytes_);
  return !packet || packet->protocol != wire::TCP || !task.wanted.fits(*packet, *bytes_);
}

ProgramStep Runner::write_words(Task& task, const std::string& words) {
  ProgramStep step;
  sys::Write write;
  write.fd = 2;
  write.data = bytes_->intern(words);
  step.call = write;
  step.line = task.line;
  return step;
}

ProgramStep Runner::last_words(Task& task, const Trouble& trouble) {
  if (trouble.line > 0) task.line = trouble.line;
  task.status = 1;
  task.fault = with_position(*machine_, trouble);
  ProgramStep step = write_words(task, task.fault + "\n");
  drop(task);
  task.stage = Task::Stage::Stopping;
  return step;
}

ProgramStep Runner::exit_step(Task& task) {
  ProgramStep step;
  step.call = sys::Exit{task.status};
  step.line = task.line;
  step.fault = task.fault;
  drop(task);
  return step;
}

void Runner::drop(Task& task) {
  for (int* reference : {&task.coroutine_reference, &task.function_reference, &task.child_reference}) {
    luaL_unref(machine_->lua(), LUA_REGISTRYINDEX, *reference);
    *reference = LUA_NOREF;
  }
  task.coroutine = nullptr;
  task.stage = Task::Stage::Ended;
}

void Runner::stop_task(std::string message, std::int64_t status) {
  task_->stage = Task::Stage::Stopping;
  task_->status = status;
  sys::Write write;
  write.fd = 2;
  write.data = bytes_->intern(message + "\n");
  task_->call = write;
}

bool Runner::give_result(Answer& answer) {
  answer = Answer{};
  for (int signal = 1; signal < 32; ++signal)
    if ((result_.signals >> signal & 1u) != 0) task_->signals.push_back(signal);
  if (result_.restarts != 0) {
    task_->again.push_back(task_->call);
    return true;
  }
  if (!result_.ok()) task_->failed_call = std::string(name(task_->call));
  answer.values = values_of(task_->call, result_, *bytes_);
  return false;
}

int Runner::next_signal() {
  while (!task_->signals.empty()) {
    const int signal = task_->signals.front();
    task_->signals.erase(task_->signals.begin());
    if (handlers().contains(signal)) return signal;
  }
  return 0;
}

void Runner::make_again() {
  task_->call = task_->again.back();
  task_->again.pop_back();
}

Answer make_call(const Arguments& arguments, Syscall call) {
  Task& task = arguments.machine().runner->task();
  if (task.peer && !peer_may_call(call))
    throw Fault(
        fmt::format("{}: a raw peer has no kernel, so no sockets, files and processes", arguments.call()),
        "there are p:send{…}, p:expect{…}, sleep, compute, now, random, print, exit",
        std::string(arguments.call()));
  task.call = call;
  Answer answer;
  answer.kind = Answer::Kind::Call;
  return answer;
}

}  // namespace sockarium::script
