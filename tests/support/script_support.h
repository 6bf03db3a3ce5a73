// Helpers for stories about scenario files: reading them, and driving their programs without any kernel.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "lab/script/scenario.h"
#include "lab/session/programs.h"
#include "sim/core/bytes.h"
#include "sim/core/syscall.h"

namespace sockarium::script {

/// Two hosts with a link, in three lines; what follows starts in line 4.
inline std::string two_hosts() {
  return "local cli = host { name = \"cli\", ip = \"10.0.0.5\" }\n"
         "local srv = host { name = \"srv\", ip = \"192.168.1.10\" }\n"
         "link { cli, srv, delay = \"10ms\" }\n";
}

/// A scenario whose one process, on cli, has this body; it starts in line 5.
inline std::string one_process(std::string_view body) {
  return two_hosts() + "process(cli, \"prog\", function()\n" + std::string(body) + "\nend)\n";
}

inline std::shared_ptr<const Scenario> must_load(std::string_view text, const LoadOptions& options = {}) {
  const LoadResult result = load_text("story.lua", text, options);
  if (const auto* error = std::get_if<LoadError>(&result)) {
    ADD_FAILURE() << error->format();
    return nullptr;
  }
  return std::get<std::shared_ptr<const Scenario>>(result);
}

/// What is wrong with the text, as people see it; "" if nothing is.
inline std::string complaint_about(std::string_view text, const LoadOptions& options = {}) {
  const LoadResult result = load_text("story.lua", text, options);
  const auto* error = std::get_if<LoadError>(&result);
  return error == nullptr ? "" : error->format();
}

/// Programs, and the store of their payloads.
class Stage {
 public:
  explicit Stage(std::string_view text) : scenario_(must_load(text)) {
    if (scenario_) programs_ = programs_of(scenario_)();
  }

  /// Gives a task the result of its last call and takes its next one.
  ProgramStep step(const TaskPath& task, const SysResult& result = SysResult::of(0)) {
    return programs_->resume(task, result, bytes_);
  }
  /// The same, as strace would write the call: «socket(AF_INET, SOCK_STREAM, IPPROTO_IP)».
  std::string call(const TaskPath& task, const SysResult& result = SysResult::of(0)) {
    return to_string(step(task, result).call, bytes_);
  }
  /// The text that the call writes.
  std::string written(const ProgramStep& step_taken) {
    const auto* write = std::get_if<sys::Write>(&step_taken.call);
    return write == nullptr ? "(" + to_string(step_taken.call, bytes_) + ")" : bytes_.text(write->data);
  }
  /// Gives a task the result of its last call; its next one writes this.
  std::string says(const TaskPath& task, const SysResult& result = SysResult::of(0)) {
    return written(step(task, result));
  }
  SysResult received(std::string_view text) {
    SysResult result = SysResult::of(static_cast<std::int64_t>(text.size()));
    result.data = bytes_.intern(text);
    return result;
  }
  /// Everything that a task prints until it exits, when every call gives 0 (and every write is taken).
  std::string prints(const TaskPath& task, int most_calls = 1000) {
    std::string text;
    for (int i = 0; i < most_calls; ++i) {
      const ProgramStep next = step(task);
      if (const auto* write = std::get_if<sys::Write>(&next.call)) text += bytes_.text(write->data);
      if (std::holds_alternative<sys::Exit>(next.call)) return text;
    }
    return text + "(never ends)";
  }
  ByteStore& bytes() { return bytes_; }

 private:
  std::shared_ptr<const Scenario> scenario_;
  std::unique_ptr<Programs> programs_;
  ByteStore bytes_;
};

}  // namespace sockarium::script
