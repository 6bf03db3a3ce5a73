// Programs written in C++, for tests: a task is a function that is asked for its next call and told the last
// result.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "lab/session/programs.h"

namespace sockarium::test {

/// Content that tests name before there is a run.
ByteStore& phrases();

/// Given the result of the last call (and how many calls were made before), the next call; Exit ends it.
using Script = std::function<Syscall(const SysResult& result, std::size_t calls_made)>;

/// Content that calls of tests carry: paths, lists of descriptors. Every store of theirs knows it.
Bytes carried(std::string_view content);

/// Makes the calls one after the other, whatever they give, and then ends.
Script in_order(std::vector<Syscall> calls);

class ScriptedPrograms : public Programs {
 public:
  explicit ScriptedPrograms(std::map<TaskPath, Script> scripts) : scripts_(std::move(scripts)) {}
  ProgramStep resume(const TaskPath& task, const SysResult& result, ByteStore& bytes) override;

 private:
  std::map<TaskPath, Script> scripts_;
  std::map<TaskPath, std::size_t> made_;
};

/// A factory whose programs have no state but the count of their calls.
ProgramsFactory scripted(std::map<TaskPath, Script> scripts);

}  // namespace sockarium::test
