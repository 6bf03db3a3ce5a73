#include "lab/compare/real_calls.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "lab/compare/parcel.h"
#include "lab/compare/real_deaths.h"
#include "sim/core/signal.h"

namespace sockarium::compare {

namespace {

bool answered(RealRun& run, const RealTask& task) {
  return run.box(task).state == static_cast<std::uint32_t>(Letter::Answered);
}

SysResult answer_of(RealRun& run, const RealTask& task) {
  SysResult result = run.box(task).result;
  const Syscall& call = run.call_of(task).call;
  if (std::holds_alternative<sys::Wait>(call) && result.ok())
    result.value = told_pid(run, result.value, result.value);
  if (std::holds_alternative<sys::Getppid>(call))
    result.value = told_pid(run, result.value, 1);  // the run itself, which no program knows
  if (const auto* wish = std::get_if<sys::Kill>(&call);
      wish != nullptr && result.ok() && wish->signal != 0 && wish->pid != pid_of(task.process))
    note_kill(run, *wish);
  if (const auto* asks = std::get_if<sys::Getsockopt>(&call);
      asks != nullptr && asks->option == Option::PeerCred && result.value > 0)
    result.value = told_pid(run, result.value, result.value);
  const char* at = run.box(task).payload.data();
  for (Bytes* part : {&result.data, &result.path, &result.fds}) {
    if (part->length == 0) continue;
    const std::uint32_t length = part->length;
    *part = run.bytes.intern({at, length});
    at += length;
  }
  return result;
}

/// Waits until the call has returned (true) or is seen asleep in the kernel, or its process ended.
bool settle(RealRun& run, RealTask& task) {
  Mailbox& letter = run.box(task);
  const std::int64_t deadline = monotonic_now() + patience;
  for (;;) {
    const std::uint32_t bell = run.mailroom.bell;
    if (answered(run, task)) return true;
    if (letter.state == static_cast<std::uint32_t>(Letter::Calling)) {
      const Life life = life_of(run, task);
      if (answered(run, task)) return true;
      if (life.over() && std::holds_alternative<sys::Exit>(run.call_of(task).call)) {
        task.state = RealTask::State::Ended;
        return false;
      }
      if (life.over()) {
        note_death(run, task, life);
        return false;
      }
      if (life.state == 'S') return false;
      // bind() and close() of a packet socket wait, some milliseconds, until nobody walks the lists of its
      // device any more: that is the kernel's way, and no sign of a busy machine (Linux synchronize_net).
      if (life.state == 'D' && run.tapping.contains(task.process)) return false;
    }
    if (monotonic_now() > deadline) {
      run.seen.trouble = fmt::format("the agent of {} does not answer", run.name_of(task));
      return false;
    }
    wait_for_change(run.mailroom.bell, bell, monotonic_now() + look_again);
  }
}

void add_child(RealRun& run, RealTask& parent, bool thread, SysResult& result, Time after) {
  RealTask child;
  child.path = parent.path;
  child.path.push_back(parent.children++);
  child.box = run.boxes++;
  child.process = thread ? parent.process : run.processes++;
  if (!thread) {
    child.real_pid = result.value;
    result.value = pid_of(child.process);
  }
  child.at = after;
  child.order = ++run.orders + 1;
  if (thread) {
    child.number = 1 + std::count_if(run.tasks.begin(), run.tasks.end(),
                                     [&](const RealTask& other) { return other.process == parent.process; });
    result.value = child.number;
  }
  const std::int64_t deadline = monotonic_now() + patience;
  while (run.mailroom.boxes[child.box].alive == 0 && monotonic_now() < deadline) usleep(100);
  run.tasks.push_back(child);
}

/// What the call carries goes beside it. False: it is too much, and the run is in trouble.
bool put_payload(RealRun& run, const RealTask& task, Syscall call) {
  Mailbox& letter = run.box(task);
  std::string text;
  for (const Bytes* payload : payloads_of(call)) {
    if (payload->length > payload_most) break;
    text += run.bytes.text(*payload) + '\0';
  }
  for (const Bytes* payload : payloads_of(call))
    if (payload->length > payload_most || text.size() > letter.payload.size()) {
      run.seen.trouble =
          fmt::format("line {}: more than {} bytes in one call", run.call_of(task).line, payload_most);
      return false;
    }
  std::memcpy(letter.payload.data(), text.data(), text.size());
  return true;
}

/// The call with the kernel's numbers of processes in the place of those that programs know.
Syscall in_real_numbers(const RealRun& run, const Syscall& call) {
  if (const auto* wait = std::get_if<sys::Wait>(&call); wait != nullptr && wait->pid > 0)
    return sys::Wait{real_pid(run, wait->pid)};
  if (const auto* wish = std::get_if<sys::Kill>(&call))
    return sys::Kill{real_pid(run, wish->pid), wish->signal};
  return call;
}

}  // namespace

void make_call(RealRun& run, RealTask& task, const Syscall& call, Time after) {
  if (!put_payload(run, task, call)) return;
  Mailbox& letter = run.box(task);
  letter.call = flatten(in_real_numbers(run, call));
  if (const auto* wish = std::get_if<sys::Sigaction>(&call); wish != nullptr && wish->action == sig_handler)
    run.handling.insert(task.process);
  if (const auto* wish = std::get_if<sys::Socket>(&call); wish != nullptr && wish->domain == af_packet)
    run.tapping.insert(task.process);
  const bool thread = std::holds_alternative<sys::Thread>(call);
  const bool makes = thread || std::holds_alternative<sys::Fork>(call);
  if (makes && run.boxes == mailboxes_most) {
    run.seen.trouble = fmt::format("more than {} tasks", mailboxes_most);
    return;
  }
  if (makes) letter.child = run.boxes;
  task.state = RealTask::State::InCall;
  letter.state = static_cast<std::uint32_t>(Letter::Asked);
  wake_all(letter.state);
  if (!settle(run, task)) return;
  const bool ends = std::holds_alternative<sys::Exit>(call);
  SysResult result = answer_of(run, task);
  if (std::holds_alternative<sys::Getpid>(call)) result.value = pid_of(task.process);
  if (makes && result.ok()) add_child(run, task, thread, result, after);
  run.finish(task, result, after);
  if (ends) {
    run.call_of(task).returned = false;
    task.state = RealTask::State::Ended;
  }
}

void look_at_call(RealRun& run, RealTask& task) {
  if (answered(run, task)) {
    run.call_of(task).blocked = true;
    run.finish(task, answer_of(run, task), std::max(task.at, run.box(task).returned - run.start));
  } else if (const Life life = life_of(run, task); life.over() && !answered(run, task)) {
    if (std::holds_alternative<sys::Exit>(run.call_of(task).call))
      task.state = RealTask::State::Ended;
    else
      note_death(run, task, life);
  }
}

}  // namespace sockarium::compare
